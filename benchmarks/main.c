#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "options.h"

/* Splits one of main's arguments where commas are. */
static size_t split(const char **parts, const char *argument)
{
    size_t count = 0;
    char *text = (char *)argument; /* main's, which may be written to */
    for (char *part = strtok(text, ","); part && count < LIST_MOST; part = strtok(NULL, ",")) parts[count++] = part;
    return count;
}

/* 0 on anything that is not a list of positive numbers. */
static size_t split_numbers(size_t *numbers, const char *argument)
{
    const char *parts[LIST_MOST];
    const size_t count = split(parts, argument);
    for (size_t i = 0; i < count; i++) {
        char *end;
        const long value = strtol(parts[i], &end, 10);
        if (*end || value < 1) return 0;
        numbers[i] = (size_t)value;
    }
    return count;
}

static int refuse(const char *what)
{
    fprintf(stderr, "clgan-bench: %s; see clgan-bench --help\n", what);
    return CLGAN_USAGE;
}

/* Options as they were given. */
struct given {
    const char *recipes, *updates, *backends, *batches, *widths;
    struct settings settings;
    int json, csv;
};

/* 0, or an exit code. */
static int take_lists(struct bench_options *o, const struct given *given)
{
    if (given->recipes) o->recipe_count = split(o->recipes, given->recipes);
    if (given->updates) o->update_count = split(o->updates, given->updates);
    if (given->backends) o->backend_count = split(o->backends, given->backends);
    if (given->batches && !(o->batch_count = split_numbers(o->batches, given->batches)))
        return refuse("--batch wants numbers");
    if (given->widths && !(o->width_count = split_numbers(o->widths, given->widths)))
        return refuse("--width wants numbers");
    for (size_t i = 0; i < o->backend_count; i++)
        if (!backend_bits(o->backends[i])) return refuse("--backend is native or clblast");
    if (given->settings.count > LIST_MOST) return refuse("too many of --set");
    for (size_t i = 0; i < given->settings.count; i++) o->settings[o->setting_count++] = given->settings.texts[i];
    if (given->json) o->format = FORMAT_JSON;
    if (given->csv) o->format = FORMAT_CSV;
    return 0;
}

static int run_bench(clgan_status (*bench)(json_t *rows, const struct bench_options *options),
                     const struct bench_options *options)
{
    json_t *rows = json_array();
    const int out = dup(STDOUT_FILENO); /* libraries below may print while it measures: that is for stderr */
    if (out >= 0) dup2(STDERR_FILENO, STDOUT_FILENO);
    const clgan_status status = bench(rows, options);
    fflush(stdout);
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        close(out);
    }
    if (json_array_size(rows)) rows_write(rows, options);
    if (status != CLGAN_OK) fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
    json_decref(rows);
    return (int)status;
}

static const struct bench {
    const char *name;
    clgan_status (*bench)(json_t *rows, const struct bench_options *options);
    const char *about, *examples;
} benches[] = {
    {"step", bench_step, "Times training steps, and says what per cent of the device's measured peak they reach.",
     "clgan-bench step --launches\tBoth update forms of mnist, and each launch of them:\n"
     "clgan-bench step --update simultaneous --batch 25,50,100,200 --csv\tHow the batch's size matters:\n"},
    {"gemm", bench_gemm, "Times each matrix product of training steps with what follows it, by each backend.",
     "clgan-bench gemm --recipe fashion-quick\tThe products of another recipe:\n"},
    {"monitor", bench_monitor, "Times what watching for collapse costs an epoch, in steps.", NULL},
};

/* `step`, `gemm` and `monitor`: the same options. */
static int command_part(struct context *context, int argc, char **argv)
{
    const struct bench *bench = benches;
    struct given given = {0};
    struct bench_options o = {.device = CLGAN_DEVICE_OPTIONS,
                              .recipes = {"mnist"},
                              .recipe_count = 1,
                              .updates = {"alternating", "simultaneous"},
                              .update_count = 2,
                              .backends = {"native", "clblast"},
                              .backend_count = 2,
                              .seconds = 10};
    while (strcmp(bench->name, argv[0]) != 0) bench++;
    const struct option_spec options[] = {
        {"recipe", "R,...", OPTION_TEXT, &given.recipes, "shipped names or files (mnist)"},
        {"update", "alternating|simultaneous,...", OPTION_TEXT, &given.updates, "forms of a step (both)"},
        {"batch", "N,...", OPTION_TEXT, &given.batches, "rows of a minibatch (the recipe's own)"},
        {"backend", "native|clblast,...", OPTION_TEXT, &given.backends, "who makes the products (both)"},
        {"width", "N,...", OPTION_TEXT, &given.widths, "columns of every hidden layer (the recipe's own)"},
        {"set", "KEY=VALUE", OPTION_SETTINGS, &given.settings, "override a key of the recipe"},
        {"device", "D", OPTION_TEXT, &o.device.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"seconds", "S", OPTION_NUMBER, &o.seconds, "at most, for each row (10)"},
        {"untuned", NULL, OPTION_FLAG, &o.untuned, "guess kernels as if clgan tune had never run"},
        {"launches", NULL, OPTION_FLAG, &o.launches, "step: also each launch, its share and its limit"},
        {"json", NULL, OPTION_FLAG, &given.json, "JSON instead of a table in Markdown"},
        {"csv", NULL, OPTION_FLAG, &given.csv, "CSV instead of a table in Markdown"},
    };
    const struct usage usage = {.name = bench->name,
                                .operands = "",
                                .about = bench->about,
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .examples = bench->examples};
    int code;
    if (options_read(&code, context, &usage, argc, argv, NULL)) {
        code = take_lists(&o, &given);
        if (!code) code = run_bench(bench->bench, &o);
    }
    free(given.settings.texts);
    return code;
}

static const struct subcommand subcommands[] = {
    {"compare", command_compare, "saved results side by side, and what changed beyond the noise"},
    {"step", command_part, "time of training steps, per cent of the device's measured peak"},
    {"gemm", command_part, "the same for each matrix product of them"},
    {"monitor", command_part, "what watching for collapse costs an epoch, in steps"},
    {NULL, NULL, NULL},
};

static const struct tool tool = {
    .name = "clgan-bench",
    .about = "how fast an OpenCL device trains with clgan",
    .description =
        "Says how fast a device is, and which one to train on: training speed, arithmetic, memory, products, "
        "each as a part of the device's own peak.\nEach device is measured in a process of its own, after "
        "its self-test.",
    .commands = subcommands,
    .alone = {"", command_survey, ""},
    .exits = "0\tdone\n"
             "1\tfailed, or something became slower (compare --fail-on-regression)\n"
             "2\tused wrongly\n",
    .files = "~/.cache/clgan/\tCompiled programs and measured choices of kernels, as clgan's.\n",
    .environment = "XDG_CACHE_HOME\tIts folder clgan is used in place of ~/.cache/clgan.\n"
                   "OCL_ICD_VENDORS\tThe OpenCL loader's: a folder of drivers, or the .icd file of one, to be used "
                   "alone.\n",
    .examples = "clgan-bench --quick\tThe default device, in some 15 seconds:\n"
                "clgan-bench --all --html devices.html\tEvery device, and a page of bars:\n"
                "clgan-bench --also one-core --also \"four: POCL_MAX_PTHREAD_COUNT=4 device=cpu\"\t"
                "The CPU with one thread and with four:\n"
                "clgan-bench compare before.json after.json\tWhat an update of the driver changed:\n",
    .see_also = "clgan(1)",
};

int main(int argc, char **argv)
{
    struct context context = {.out = stdout, .tool = &tool};
    return tool_run(&context, argc, argv);
}

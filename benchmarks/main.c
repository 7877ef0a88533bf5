#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const char usage[] =
    "usage: clgan-bench [OPTIONS]           how fast a device is, and which one to train on\n"
    "       clgan-bench compare A.json B.json ... [OPTIONS]\n"
    "                                       saved results side by side, and what changed beyond the noise\n"
    "       clgan-bench step [OPTIONS]      time of training steps, per cent of the device's measured peak\n"
    "       clgan-bench gemm [OPTIONS]      the same for each matrix product of them\n"
    "       clgan-bench monitor [OPTIONS]   what watching for collapse costs an epoch, in steps\n"
    "\n"
    "without a command:\n"
    "  --device D         as clgan's                                        (the default device)\n"
    "  --all              every device, each in a process of its own\n"
    "  --also WHAT        one more, with an environment of its own; may be given again:\n"
    "                     one-core (the CPU with one thread), llvmpipe, oclgrind, or\n"
    "                     \"NAME: VARIABLE=VALUE ...\", device=D among them where it is not the default\n"
    "  --quick, --full    some 15 s, some 5 minutes of each device          (a minute)\n"
    "  --limit S          seconds after which a device that hangs is left   (20 times as long as above)\n"
    "  --json FILE, --csv FILE, --markdown FILE, --html FILE\n"
    "                     also written; FILE - is stdout instead of the table\n"
    "compare:\n"
    "  --noise PERCENT    changes under this are noise, whatever the spreads (5)\n"
    "  --fail-on-regression   exit with 1 where something became slower beyond the noise\n"
    "  --json, --markdown, --html FILE   as above\n"
    "\n"
    "step, gemm, monitor:\n"
    "  --recipe R,...     shipped names or files                            (mnist)\n"
    "  --update U,...     alternating, simultaneous                         (both)\n"
    "  --batch N,...      rows of a minibatch                               (the recipe's own)\n"
    "  --backend B,...    native (our kernels), clblast                     (both)\n"
    "  --width N,...      columns of every hidden layer                     (the recipe's own)\n"
    "  --set KEY=VALUE    a recipe's key; may be given again\n"
    "  --device D         as clgan's\n"
    "  --seconds S        at most, for each row                             (10)\n"
    "  --untuned          guess kernels as if clgan tune had never run\n"
    "  --launches         step: also each launch, its share and its limit\n"
    "  --json, --csv      instead of a table in markdown\n";

static size_t split(const char **parts, char *text)
{
    size_t count = 0;
    for (char *part = strtok(text, ","); part && count < LIST_MOST; part = strtok(NULL, ",")) parts[count++] = part;
    return count;
}

/* 0 on anything that is not a list of positive numbers. */
static size_t split_numbers(size_t *numbers, char *text)
{
    const char *parts[LIST_MOST];
    const size_t count = split(parts, text);
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

/* 0, or an exit code. */
static int read_options(struct bench_options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"recipe", 1, NULL, 'r'},   {"update", 1, NULL, 'u'},  {"batch", 1, NULL, 'b'},  {"backend", 1, NULL, 'e'},
        {"width", 1, NULL, 'w'},    {"set", 1, NULL, 's'},     {"device", 1, NULL, 'd'}, {"seconds", 1, NULL, 't'},
        {"launches", 0, NULL, 'l'}, {"untuned", 0, NULL, 'n'}, {"json", 0, NULL, 'j'},   {"csv", 0, NULL, 'c'},
        {NULL, 0, NULL, 0}};
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (name == 'r')
            o->recipe_count = split(o->recipes, optarg);
        else if (name == 'u')
            o->update_count = split(o->updates, optarg);
        else if (name == 'e')
            o->backend_count = split(o->backends, optarg);
        else if (name == 'b' && !(o->batch_count = split_numbers(o->batches, optarg)))
            return refuse("--batch wants numbers");
        else if (name == 'w' && !(o->width_count = split_numbers(o->widths, optarg)))
            return refuse("--width wants numbers");
        else if (name == 's' && o->setting_count < LIST_MOST)
            o->settings[o->setting_count++] = optarg;
        else if (name == 'd')
            o->device.device = optarg;
        else if (name == 't' && !((o->seconds = strtod(optarg, NULL)) > 0))
            return refuse("--seconds wants a number");
        else if (name == 'l')
            o->launches = 1;
        else if (name == 'n')
            o->untuned = 1;
        else if (name == 'j')
            o->format = FORMAT_JSON;
        else if (name == 'c')
            o->format = FORMAT_CSV;
        else if (name == '?')
            return refuse("unknown option");
    }
    for (size_t i = 0; i < o->backend_count; i++)
        if (!backend_bits(o->backends[i])) return refuse("--backend is native or clblast");
    if (optind < argc) return refuse("unknown argument");
    return 0;
}

static const struct {
    const char *name;
    clgan_status (*bench)(json_t *rows, const struct bench_options *options);
} benches[] = {{"step", bench_step}, {"gemm", bench_gemm}, {"monitor", bench_monitor}};
enum { BENCHES = sizeof benches / sizeof *benches };

static int run_part(size_t which, int argc, char **argv)
{
    struct bench_options options = {.device = CLGAN_DEVICE_OPTIONS,
                                    .recipes = {"mnist"},
                                    .recipe_count = 1,
                                    .updates = {"alternating", "simultaneous"},
                                    .update_count = 2,
                                    .backends = {"native", "clblast"},
                                    .backend_count = 2,
                                    .seconds = 10};
    const int code = read_options(&options, argc, argv);
    if (code) return code;
    json_t *rows = json_array();
    const clgan_status status = benches[which].bench(rows, &options);
    if (json_array_size(rows)) rows_write(rows, &options);
    if (status != CLGAN_OK) fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
    json_decref(rows);
    return (int)status;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    for (size_t i = 0; i < BENCHES && argc > 1; i++)
        if (strcmp(argv[1], benches[i].name) == 0) return run_part(i, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "compare") == 0) return command_compare(argc - 1, argv + 1);
    if (argc > 1 && *argv[1] != '-') return refuse("step, gemm, monitor, compare, or options alone?");
    return command_survey(argc, argv);
}

#include <string.h>

#include "command.h"

#define EXAMPLES                                                                                                       \
    "clgan sample runs/fashion-quick-001 --grid 6x12 --seed 2 --out samples.png\tA picture of 72 samples:\n"           \
    "clgan sample runs/ring8-001 --count 1000 --out x.npy --noise-out z.npy\tNumbers, and the noise that they are "    \
    "made of:\n"                                                                                                       \
    "clgan sample --pretrained mnist\tDigits from a generator that was trained before, where it is installed:\n"

struct sample {
    const char *device, *checkpoint, *noise, *noise_out, *out, *each;
    uint64_t count;
    struct seed seed;
    struct grid grid;
    int raw, no_cache;
    const char *show; /* as given */
    const char *pretrained;
    struct show screen;
};

static int ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static int is_idx(const char *out)
{
    return ends_with(out, ".idx") || ends_with(out, ".idx.gz") || ends_with(out, "-ubyte") ||
           ends_with(out, "-ubyte.gz");
}

static clgan_status write_samples(const struct sample *sample, const clgan_rows *rows, const clgan_rows *noise,
                                  const clgan_run *run, const char *out)
{
    clgan_status status = ends_with(out, ".npy") ? clgan_rows_write_npy(rows, out)
                                                 : clgan_rows_write_png(rows, out, sample->grid.rows,
                                                                        sample->grid.columns, clgan_run_signed(run));
    if (status == CLGAN_OK && sample->noise_out) status = clgan_rows_write_npy(noise, sample->noise_out);
    return status;
}

static clgan_status show_samples(const struct sample *sample, const clgan_rows *rows, const clgan_run *run)
{
    char *text;
    if (!sample->screen.wanted) return CLGAN_OK;
    const clgan_status status = clgan_rows_show(&text, rows, sample->grid.rows, sample->grid.columns,
                                                clgan_run_signed(run), &sample->screen.options);
    if (status == CLGAN_OK) show_write(&sample->screen, text);
    return status;
}

static clgan_sample_options options_of(const struct sample *sample, const clgan_rows *noise)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    options.device.device = sample->device;
    options.device.no_cache = sample->no_cache;
    options.checkpoint = sample->checkpoint;
    options.noise = noise;
    options.raw_weights = sample->raw;
    if (sample->seed.text) options.seed = sample->seed.value;
    if (sample->grid.rows) options.count = sample->grid.rows * sample->grid.columns;
    if (sample->count) options.count = sample->count;
    return options;
}

static clgan_status draw(struct context *context, const struct sample *sample, clgan_run *run, const clgan_rows *noise,
                         const char *out)
{
    const clgan_sample_options options = options_of(sample, noise);
    clgan_rows rows = {0}, used = {0};
    clgan_status status = clgan_sample(&rows, &used, run, &options);
    if (status == CLGAN_OK) status = write_samples(sample, &rows, &used, run, out);
    if (status == CLGAN_OK) status = show_samples(sample, &rows, run);
    if (status == CLGAN_OK) fprintf(context->out, "%s: %zu samples\n", out, rows.rows);
    clgan_rows_free(&rows);
    clgan_rows_free(&used);
    return status;
}

/* Straight into files, however many. */
static clgan_status draw_into(struct context *context, const struct sample *sample, clgan_run *run,
                              const clgan_rows *noise)
{
    const clgan_sample_options options = options_of(sample, noise);
    const char *to = sample->each ? sample->each : sample->out;
    const clgan_status status = (sample->each ? clgan_sample_each : clgan_sample_idx)(run, &options, to);
    if (status == CLGAN_OK) fprintf(context->out, "%s: %zu samples\n", to, noise ? noise->rows : options.count);
    return status;
}

/* 0, or the exit code of a mistake. */
static int check(const struct sample *sample)
{
    const char *out = sample->out;
    if (out && !ends_with(out, ".png") && !ends_with(out, ".npy") && !is_idx(out))
        return command_misuse("sample", "--out %s: expected a name that ends in .png, .npy, .idx or -ubyte", out);
    if (sample->noise_out && !ends_with(sample->noise_out, ".npy"))
        return command_misuse("sample", "--noise-out %s: expected a name that ends in .npy", sample->noise_out);
    if (out && ((sample->noise_out && strcmp(out, sample->noise_out) == 0) ||
                (sample->noise && strcmp(out, sample->noise) == 0)))
        return command_misuse("sample", "--out %s: that is the noise's file: name another", out);
    if (sample->noise && (sample->count || sample->seed.text))
        return command_misuse("sample", "--noise brings its own z: it takes no --count or --seed");
    if (sample->each && out) return command_misuse("sample", "--each DIR and --out FILE are two ways to write samples");
    if (!sample->each && !(out && is_idx(out))) return 0;
    if (sample->show) return command_misuse("sample", "--show goes with .png and .npy");
    if (sample->noise_out)
        return command_misuse("sample", "--noise-out goes with .png and .npy: draw the same --seed once more for it");
    return sample->grid.rows ? command_misuse("sample", "--grid belongs to a picture of all samples") : 0;
}

/* Where a picture goes that no option gives a name: into the run; of weights alone NAME-samples.png, here. */
static void name_picture(char *own, size_t size, const char *path)
{
    static const char ending[] = ".safetensors";
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (ends_with(path, ending))
        snprintf(own, size, "%.*s-samples.png", (int)(strlen(name) - strlen(ending)), name);
    else
        snprintf(own, size, "%s/samples.png", path);
}

static int draw_of(struct context *context, const struct sample *sample, const char *path)
{
    clgan_run *run;
    clgan_rows noise = {0};
    char own[4096];
    clgan_status status = clgan_run_open(&run, path, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    name_picture(own, sizeof own, path);
    if (sample->noise) status = clgan_rows_read_npy(&noise, sample->noise);
    const clgan_rows *given = sample->noise ? &noise : NULL;
    if (status == CLGAN_OK)
        status = sample->each || (sample->out && is_idx(sample->out))
                     ? draw_into(context, sample, run, given)
                     : draw(context, sample, run, given, sample->out ? sample->out : own);
    clgan_rows_free(&noise);
    clgan_run_free(run);
    return command_end(status);
}

static int start(struct context *context, const struct sample *sample, const char *run)
{
    char *found;
    const int misuse = check(sample);
    if (misuse) return misuse;
    if (!sample->pretrained == !run)
        return command_misuse("sample", run ? "--pretrained NAME is in place of a run"
                                            : "expected a run, a file of weights, or --pretrained NAME");
    if (run) return draw_of(context, sample, run);
    const clgan_status status = clgan_pretrained(&found, sample->pretrained);
    if (status != CLGAN_OK) return command_end(status);
    const int code = draw_of(context, sample, found);
    clgan_text_free(found);
    return code;
}

int command_sample(struct context *context, int argc, char **argv)
{
    struct sample sample = {0};
    const struct option_spec options[] = {
        {"count", "N", OPTION_COUNT, &sample.count, "samples to draw (100, or as many as the grid holds)"},
        {"seed", "N", OPTION_SEED, &sample.seed, "of the noise (1)"},
        {"grid", "RxC", OPTION_GRID, &sample.grid, "rows and columns of the picture (as square as it goes)"},
        {"noise", "FILE.npy", OPTION_TEXT, &sample.noise, "rows of z to use, float32"},
        {"noise-out", "FILE.npy", OPTION_TEXT, &sample.noise_out, "keep the z of each sample"},
        {"out", "FILE", OPTION_TEXT, &sample.out,
         ".png: a grid; .npy: float32, a row a sample; .idx, -ubyte, also with .gz: bytes (RUN/samples.png)"},
        {"each", "DIR", OPTION_TEXT, &sample.each, "a PNG for each sample, DIR/000000.png and so on"},
        {"show", SHOW_ARGUMENT, OPTION_MAYBE, &sample.show, "show them in the terminal too, as " SHOW_HOWS},
        {"checkpoint", "FILE", OPTION_TEXT, &sample.checkpoint,
         "weights to use: a file, a step's number, or best (the newest checkpoint)"},
        {"raw", NULL, OPTION_FLAG, &sample.raw, "G's weights as they are, where the run keeps an average"},
        {"pretrained", "NAME", OPTION_TEXT, &sample.pretrained,
         "in place of RUN: a generator trained before, such as mnist, where one is installed"},
        {"device", "D", OPTION_TEXT, &sample.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &sample.no_cache, "neither read nor write compiled programs"},
    };
    const struct usage usage = {.name = "sample",
                                .operands = "RUN | --pretrained NAME",
                                .about = "Draws samples x = G(z) from a run's generator; RUN may be its weights alone, "
                                         "FILE.safetensors\nas clgan export writes it. docs/results.md tells of "
                                         "generators that were trained before.",
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .least = 0,
                                .most = 1,
                                .examples = EXAMPLES};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    code = show_begin(&sample.screen, "sample", sample.show, 0, context->out);
    return code ? code : start(context, &sample, operands[0]);
}

#include <string.h>

#include "command.h"

struct sample {
    const char *device, *checkpoint, *noise, *noise_out, *out;
    uint64_t count;
    struct seed seed;
    struct grid grid;
    int raw, no_cache;
    const char *show;
    struct show screen;
};

static int ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
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

static clgan_status draw(struct context *context, const struct sample *sample, clgan_run *run, const clgan_rows *noise,
                         const char *out)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    clgan_rows rows = {0}, used = {0};
    options.device.device = sample->device;
    options.device.no_cache = sample->no_cache;
    options.checkpoint = sample->checkpoint;
    options.noise = noise;
    options.raw_weights = sample->raw;
    if (sample->seed.text) options.seed = sample->seed.value;
    if (sample->grid.rows) options.count = sample->grid.rows * sample->grid.columns;
    if (sample->count) options.count = sample->count;
    clgan_status status = clgan_sample(&rows, &used, run, &options);
    if (status == CLGAN_OK) status = write_samples(sample, &rows, &used, run, out);
    if (status == CLGAN_OK) status = show_samples(sample, &rows, run);
    if (status == CLGAN_OK) fprintf(context->out, "%s: %zu samples\n", out, rows.rows);
    clgan_rows_free(&rows);
    clgan_rows_free(&used);
    return status;
}

static int start(struct context *context, const struct sample *sample, const char *folder)
{
    clgan_run *run;
    clgan_rows noise = {0};
    char own[4096];
    if (sample->out && !ends_with(sample->out, ".png") && !ends_with(sample->out, ".npy"))
        return command_misuse("sample", "--out %s: expected a name that ends in .png or .npy", sample->out);
    if (sample->noise && (sample->count || sample->seed.text))
        return command_misuse("sample", "--noise brings its own z: it takes no --count or --seed");
    clgan_status status = clgan_run_open(&run, folder, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    snprintf(own, sizeof own, "%s/samples.png", folder);
    if (sample->noise) status = clgan_rows_read_npy(&noise, sample->noise);
    if (status == CLGAN_OK)
        status = draw(context, sample, run, sample->noise ? &noise : NULL, sample->out ? sample->out : own);
    clgan_rows_free(&noise);
    clgan_run_free(run);
    return command_end(status);
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
        {"out", "FILE", OPTION_TEXT, &sample.out, ".png: a grid; .npy: float32, a row a sample (RUN/samples.png)"},
        {"show", SHOW_ARGUMENT, OPTION_MAYBE, &sample.show, "show them in the terminal too, as " SHOW_HOWS},
        {"checkpoint", "FILE", OPTION_TEXT, &sample.checkpoint,
         "weights to use: a file, or best (the newest checkpoint)"},
        {"raw", NULL, OPTION_FLAG, &sample.raw, "G's weights as they are, where the run keeps an average"},
        {"device", "D", OPTION_TEXT, &sample.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &sample.no_cache, "neither read nor write compiled programs"},
    };
    const struct usage usage = {.name = "sample",
                                .operands = "RUN",
                                .about = "Draws samples x = G(z) from a run's generator.",
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .least = 1,
                                .most = 1};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    code = show_begin(&sample.screen, "sample", sample.show, 0, context->out);
    return code ? code : start(context, &sample, operands[0]);
}

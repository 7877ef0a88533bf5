#include <math.h>

#include "command.h"

struct score {
    const char *data, *device, *checkpoint;
    int json, no_cache;
};

struct summary {
    double mean, deviation; /* population standard deviation */
};

static struct summary summarise(const clgan_rows *scores)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < scores->rows; i++) sum += scores->values[i];
    const double mean = sum / (double)scores->rows;
    for (size_t i = 0; i < scores->rows; i++) squares += (scores->values[i] - mean) * (scores->values[i] - mean);
    return (struct summary){mean, sqrt(squares / (double)scores->rows)};
}

static void print_text(FILE *out, const clgan_rows *scores, struct summary summary)
{
    for (size_t i = 0; i < scores->rows; i++) fprintf(out, "%zu\t%.9g\n", i, (double)scores->values[i]);
    fprintf(out, "mean D(x) %.6f, standard deviation %.6f, %zu rows\n", summary.mean, summary.deviation, scores->rows);
}

static void print_json(FILE *out, const clgan_rows *scores, struct summary summary)
{
    fprintf(out, "{\"rows\": %zu, \"mean\": %.9g, \"standard_deviation\": %.9g, \"scores\": [", scores->rows,
            summary.mean, summary.deviation);
    for (size_t i = 0; i < scores->rows; i++) fprintf(out, "%s%.9g", i ? ", " : "", (double)scores->values[i]);
    fprintf(out, "]}\n");
}

static int start(struct context *context, const struct score *score, const char *folder, const char *file)
{
    clgan_run *run;
    clgan_rows rows = {0}, scores = {0};
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    options.device.device = score->device;
    options.device.no_cache = score->no_cache;
    options.checkpoint = score->checkpoint;
    if (!file == !score->data) return command_misuse("score", "expected either FILE.npy or --data DIR");
    clgan_status status = clgan_run_open(&run, folder, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    if (file) status = clgan_rows_read_npy(&rows, file);
    if (status == CLGAN_OK) status = clgan_score(&scores, run, file ? &rows : NULL, score->data, &options);
    if (status == CLGAN_OK) (score->json ? print_json : print_text)(context->out, &scores, summarise(&scores));
    clgan_rows_free(&rows);
    clgan_rows_free(&scores);
    clgan_run_free(run);
    return command_end(status);
}

int command_score(struct context *context, int argc, char **argv)
{
    struct score score = {0};
    const struct option_spec options[] = {
        {"data", "DIR", OPTION_TEXT, &score.data, "score the test pictures of this folder"},
        {"json", NULL, OPTION_FLAG, &score.json, "one JSON document instead of lines"},
        {"checkpoint", "FILE", OPTION_TEXT, &score.checkpoint,
         "weights to use: a file, a step's number, or best (the newest checkpoint)"},
        {"device", "D", OPTION_TEXT, &score.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &score.no_cache, "neither read nor write compiled programs"},
    };
    const struct usage usage = {
        .name = "score",
        .operands = "RUN FILE.npy | RUN --data DIR",
        .about = "Prints D(x), the probability that x is data, of each row, and their mean and spread. An NPY\n"
                 "file holds rows in the data's own range (bytes are divided by 255).",
        .options = options,
        .option_count = COUNT_OF(options),
        .least = 1,
        .most = 2,
        .examples = "clgan score runs/ring8-001 x.npy\tHow real D finds the samples of another program:\n"
                    "clgan score runs/mnist-001 --data ~/mnist --json\tTest pictures, for a program:\n"};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return start(context, &score, operands[0], operands[1]);
}

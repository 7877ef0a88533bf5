#include <math.h>

#include "command.h"

enum { ABOUT_BYTES = 4096 };

#define EXAMPLES                                                                                                       \
    "clgan evaluate runs/mnist-001 --references --measures all\tAll that can be said of a run:\n"                      \
    "clgan evaluate --samples x.npy --data ~/mnist --json\tSamples of another program:\n"

struct evaluate {
    const char *samples, *data, *measures, *device, *checkpoint;
    uint64_t count, validation, repeat;
    double sigma;
    struct seed seed;
    int refine, references, raw, json, no_cache;
};

/* ---- as text ---- */

static void print_line(FILE *out, const char *name, const clgan_parzen *parzen)
{
    fprintf(out, "%-24s %10.2f ± %-6.2f %8.4f %9zu\n", name, parzen->log_likelihood, parzen->standard_error,
            parzen->sigma, parzen->samples);
}

static void print_curve(FILE *out, const clgan_parzen *parzen)
{
    if (!parzen->tried) return;
    fprintf(out, "\nsigma, and the mean over %zu validation rows (%.2f at the one taken)\n", parzen->validation_rows,
            parzen->validation);
    for (size_t s = 0; s < parzen->tried; s++) fprintf(out, "%10.4f %14.2f\n", parzen->sigmas[s], parzen->curve[s]);
}

static void print_repeats(FILE *out, const clgan_evaluation *evaluation)
{
    if (evaluation->repeat_count < 2) return;
    fprintf(out, "\n%zu sets of samples: mean %.2f, standard deviation %.2f (", evaluation->repeat_count,
            evaluation->repeat_mean, evaluation->repeat_deviation);
    for (size_t r = 0; r < evaluation->repeat_count; r++) fprintf(out, "%s%.2f", r ? ", " : "", evaluation->repeats[r]);
    fprintf(out, ")\n");
}

static void print_measure(FILE *out, const clgan_measure *measure)
{
    fprintf(out, "\n%s (%s)\n  %s\n", measure->name, measure->source, measure->meaning);
    for (size_t i = 0; i < measure->count; i++) {
        fprintf(out, "  %-30s %12.6g", measure->values[i].key, measure->values[i].value);
        if (!isnan(measure->values[i].error)) fprintf(out, " ± %.3g", measure->values[i].error);
        fprintf(out, "\n");
    }
    if (*measure->note) fprintf(out, "  %s\n", measure->note);
    fprintf(out, "  limits: %s\n", measure->limits);
}

static void print_text(FILE *out, const clgan_evaluation *evaluation)
{
    fprintf(out, "Parzen log-likelihood, nats, mean over %zu test rows ± its standard error\n",
            evaluation->parzen.test_rows);
    fprintf(out, "%-24s %10s   %-6s %8s %9s\n", "", "", "", "sigma", "samples");
    print_line(out, "these samples", &evaluation->parzen);
    for (size_t i = 0; i < evaluation->reference_count; i++)
        print_line(out, evaluation->references[i].name, &evaluation->references[i].parzen);
    print_repeats(out, evaluation);
    print_curve(out, &evaluation->parzen);
    fprintf(out, "\nto bear in mind:\n");
    for (size_t i = 0; i < evaluation->caveat_count; i++) fprintf(out, "- %s\n", evaluation->caveats[i]);
    for (size_t i = 0; i < evaluation->measure_count; i++) print_measure(out, &evaluation->measures[i]);
}

static clgan_status print(FILE *out, const clgan_evaluation *evaluation, int as_json)
{
    char *json;
    if (!as_json) {
        print_text(out, evaluation);
        return CLGAN_OK;
    }
    const clgan_status status = clgan_evaluation_json(&json, evaluation);
    if (status != CLGAN_OK) return status;
    fprintf(out, "%s\n", json);
    clgan_text_free(json);
    return status;
}

/* ---- the command ---- */

static void set_options(clgan_evaluate_options *options, const struct evaluate *evaluate)
{
    options->device.device = evaluate->device;
    options->device.no_cache = evaluate->no_cache;
    options->data = evaluate->data;
    options->validation = evaluate->validation;
    options->count = evaluate->count;
    options->checkpoint = evaluate->checkpoint;
    options->raw_weights = evaluate->raw;
    if (evaluate->seed.text) options->seed = evaluate->seed.value;
    options->sigma = evaluate->sigma;
    options->refine = evaluate->refine;
    options->repeat = evaluate->repeat;
    options->references = evaluate->references;
    options->measures = evaluate->measures;
}

static int start(struct context *context, const struct evaluate *evaluate, const char *folder)
{
    clgan_run *run = NULL;
    clgan_rows samples = {0};
    clgan_evaluation *evaluation = NULL;
    clgan_evaluate_options options = CLGAN_EVALUATE_OPTIONS;
    if (!folder == !evaluate->samples) return command_misuse("evaluate", "expected either RUN or --samples FILE.npy");
    if (evaluate->samples && !evaluate->data)
        return command_misuse("evaluate", "--samples are compared with data: name its folder with --data DIR");
    if (evaluate->samples && evaluate->checkpoint)
        return command_misuse("evaluate", "--checkpoint is of a RUN, not of --samples");
    if (evaluate->sigma > 0 && evaluate->refine)
        return command_misuse("evaluate", "--sigma is given: there is nothing to --refine");
    set_options(&options, evaluate);
    clgan_status status =
        folder ? clgan_run_open(&run, folder, &context->log) : clgan_rows_read_npy(&samples, evaluate->samples);
    if (!folder) options.samples = &samples;
    if (status == CLGAN_OK) status = clgan_evaluate(&evaluation, run, &options, &context->log);
    if (status == CLGAN_OK) status = print(context->out, evaluation, evaluate->json);
    clgan_evaluation_free(evaluation);
    clgan_rows_free(&samples);
    clgan_run_free(run);
    return command_end(status);
}

/* What the command does, and the measures that there are. */
static void describe(char about[ABOUT_BYTES])
{
    const char *name;
    int length =
        snprintf(about, ABOUT_BYTES,
                 "Says how good samples are: the log-likelihood of test rows under Gaussian Parzen windows on "
                 "them, by\nthe protocol of the 2014 paper (10,000 samples, sigma the best of ten on 1,000 "
                 "validation rows). That of a RUN is kept in RUN/evaluation.json, which `clgan report` shows.");
    for (size_t i = 0; (name = clgan_measure_name(i)) && length < ABOUT_BYTES; i++)
        length += snprintf(about + length, (size_t)(ABOUT_BYTES - length), "%s\n  %-24s %s",
                           i ? "" : "\n\nFurther measures:", name, clgan_measure_about(i));
}

int command_evaluate(struct context *context, int argc, char **argv)
{
    struct evaluate evaluate = {0};
    const struct option_spec options[] = {
        {"samples", "FILE.npy", OPTION_TEXT, &evaluate.samples, "rows made by any program: float32, or bytes / 255"},
        {"data", "DIR", OPTION_TEXT, &evaluate.data, "folder of the pictures (the one that the run was trained on)"},
        {"validation", "N", OPTION_COUNT, &evaluate.validation,
         "last training rows, not trained on (the recipe's, or 10000)"},
        {"count", "N", OPTION_COUNT, &evaluate.count, "samples to judge (10000; all of a file)"},
        {"sigma", "S", OPTION_NUMBER, &evaluate.sigma, "width of the windows (chosen on validation rows)"},
        {"refine", NULL, OPTION_FLAG, &evaluate.refine, "look for sigma between the neighbours of the best, too"},
        {"repeat", "N", OPTION_COUNT, &evaluate.repeat, "sets of samples, from N seeds: the figure's own spread"},
        {"references", NULL, OPTION_FLAG, &evaluate.references,
         "the same of training images and of k-means centroids (kept)"},
        {"measures", "LIST", OPTION_TEXT, &evaluate.measures, "further ones: names with commas between, or all"},
        {"seed", "N", OPTION_SEED, &evaluate.seed, "of samples and subsets (1)"},
        {"json", NULL, OPTION_FLAG, &evaluate.json, "one JSON document instead of a table"},
        {"checkpoint", "FILE", OPTION_TEXT, &evaluate.checkpoint,
         "weights to use: a file, a step's number, or best (the newest checkpoint)"},
        {"raw", NULL, OPTION_FLAG, &evaluate.raw, "G's weights as they are, where the run keeps an average"},
        {"device", "D", OPTION_TEXT, &evaluate.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &evaluate.no_cache, "neither read nor write what is kept for next time"},
    };
    char about[ABOUT_BYTES];
    describe(about);
    const struct usage usage = {.name = "evaluate",
                                .operands = "RUN | --samples FILE.npy --data DIR",
                                .about = about,
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .least = 0,
                                .most = 1,
                                .examples = EXAMPLES};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return start(context, &evaluate, operands[0]);
}

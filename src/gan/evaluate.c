/* clgan_evaluate: samples of a run, or of any program, against data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "evaluate/measure.h"
#include "evaluate/parzen_protocol.h"
#include "evaluate/reference.h"
#include "gan/evaluate_data.h"
#include "gan/evaluation_file.h"
#include "gan/lone_net.h"

enum { HELD_OUT = 10000, MOST_SAMPLES = 1000000 };

struct job {
    const clgan_evaluate_options *options;
    const struct clgan_run *run; /* NULL: samples are given */
    const clgan_log *log;
    struct device *device;
    struct lone_net g;
    struct evaluate_data data;
    clgan_rows samples;
    bool borrowed; /* samples are the caller's */
    clgan_evaluation *evaluation;
};

/* ---- what was asked ---- */

const char *clgan_measure_name(size_t position)
{
    for (size_t i = 0; i < position; i++)
        if (!measures[i].name) return NULL;
    return measures[position].name;
}

const char *clgan_measure_about(size_t position)
{
    return clgan_measure_name(position) ? measures[position].meaning : NULL;
}

/* Whether `list`, names with commas between, has `name`. */
static bool has_name(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list, *end; at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, ",");
        if ((size_t)(end - at) == length && strncmp(at, name, length) == 0) return true;
    }
    return false;
}

static bool is_wanted(const char *list, const struct measure *measure)
{
    return list && (has_name(list, "all") || has_name(list, measure->name));
}

static clgan_status fail_unknown(const char *name, size_t length)
{
    struct text text = {0};
    for (const struct measure *known = measures; known->name; known++) text_append(&text, ", %s", known->name);
    const clgan_status status = status_fail(CLGAN_USAGE, "there is no measure \"%.*s\"; there are all%s", (int)length,
                                            name, text.bytes ? text.bytes : "");
    text_free(&text);
    return status;
}

static clgan_status check_measures(const char *list)
{
    for (const char *at = list, *end; at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, ",");
        const size_t length = (size_t)(end - at);
        const struct measure *known = measures;
        while (known->name && !(strlen(known->name) == length && strncmp(at, known->name, length) == 0)) known++;
        if (!known->name && !(length == 3 && strncmp(at, "all", length) == 0)) return fail_unknown(at, length);
    }
    return CLGAN_OK;
}

static clgan_status check_options(const clgan_evaluate_options *options, const struct clgan_run *run)
{
    const clgan_rows *samples = options->samples;
    if (!run == !samples) return status_fail(CLGAN_USAGE, "either a run or samples are evaluated");
    if (samples && !options->data) return status_fail(CLGAN_USAGE, "samples are compared with data: name its folder");
    if (samples && options->repeat > 1)
        return status_fail(CLGAN_USAGE, "samples that are given can't be drawn again with another seed");
    if (samples && options->count > samples->rows)
        return status_fail(CLGAN_USAGE, "%zu samples are asked for, %zu are given", options->count, samples->rows);
    if (options->count > MOST_SAMPLES)
        return status_fail(CLGAN_USAGE, "%zu samples are asked for, at most %d can be drawn", options->count,
                           MOST_SAMPLES);
    if (options->sigma != 0 && !(options->sigma > 0 && isfinite(options->sigma)))
        return status_fail(CLGAN_USAGE, "sigma %g: the width of Parzen windows is a number above 0", options->sigma);
    if (options->sigma > 0 && options->refine) return status_fail(CLGAN_USAGE, "a sigma that is given is not refined");
    return check_measures(options->measures);
}

/* ---- rows ---- */

static bool wants_train(const clgan_evaluate_options *options) { return options->references || options->measures; }

static clgan_status read_data(struct job *job)
{
    const clgan_evaluate_options *options = job->options;
    const struct recipe *recipe = job->run ? &job->run->recipe : NULL;
    struct dataset_request request = {
        .format = DATA_IDX, .name = "the data", .path = options->data, .validation = HELD_OUT, .want_test = true};
    if (recipe && !recipe_has_pictures(recipe)) {
        if (options->data || options->validation)
            return status_fail(CLGAN_USAGE, "recipe %s draws its data: there is no folder, and nothing is held out",
                               recipe->name);
        return evaluate_data_draw(&job->data, job->device, recipe, options->seed);
    }
    if (recipe) request = recipe_dataset_request(recipe, options->data ? options->data : job->run->data, true);
    if (options->validation) request.validation = options->validation;
    if (!request.validation && options->sigma == 0)
        return status_fail(CLGAN_USAGE, "the recipe holds no rows out to choose sigma on: say how many of the last "
                                        "training rows to take (--validation N), or give one (--sigma S)");
    return evaluate_data_read(&job->data, &request, recipe ? recipe->data.preparation : PREPARE_UNIT,
                              wants_train(options), job->log);
}

static clgan_status check_width(const struct job *job)
{
    const size_t given = job->samples.columns, wanted = job->data.test.columns;
    if (given == wanted) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "the samples have %zu values each, the data has %zu (%zu x %zu x %zu)", given,
                       wanted, job->data.test.channels, job->data.test.height, job->data.test.width);
}

/* Rows of the run's G from `seed`. */
static clgan_status draw(clgan_rows *samples, const struct job *job, uint64_t seed)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    options.count = job->options->count ? job->options->count : PARZEN_SAMPLES;
    options.seed = seed;
    options.raw_weights = job->options->raw_weights;
    return lone_net_draw(samples, NULL, &job->g, &options);
}

static clgan_status take_samples(struct job *job)
{
    if (job->run) {
        TRY(lone_net_load(&job->g, job->device, job->run, 'G', job->options->checkpoint));
        return draw(&job->samples, job, job->options->seed);
    }
    job->samples = *job->options->samples;
    job->borrowed = true;
    if (job->options->count) job->samples.rows = job->options->count;
    return CLGAN_OK;
}

/* ---- measures ---- */

static clgan_status parzen(clgan_parzen *parzen, struct job *job, const clgan_rows *samples)
{
    const struct parzen_request request = {.samples = samples,
                                           .test = &job->data.test,
                                           .validation = &job->data.validation,
                                           .sigma = job->options->sigma,
                                           .refine = job->options->refine};
    log_info(job->log, "log-likelihood: %zu test rows under windows on %zu samples", job->data.test.rows,
             samples->rows);
    return parzen_protocol(parzen, job->device, &request);
}

/* The figure again from other samples. */
static clgan_status repeat(struct job *job)
{
    clgan_evaluation *evaluation = job->evaluation;
    const size_t count = job->options->repeat ? job->options->repeat : 1;
    TRY(memory_take(&evaluation->repeats, count, sizeof *evaluation->repeats));
    evaluation->repeats[evaluation->repeat_count++] = evaluation->parzen.log_likelihood;
    for (size_t r = 1; r < count; r++) {
        clgan_rows samples = {0};
        clgan_parzen again;
        clgan_status status = draw(&samples, job, job->options->seed + r);
        if (status == CLGAN_OK) status = parzen(&again, job, &samples);
        clgan_rows_free(&samples);
        TRY(status);
        evaluation->repeats[evaluation->repeat_count++] = again.log_likelihood;
        log_info(job->log, "samples of seed %llu: log-likelihood %.2f, sigma %.4f",
                 (unsigned long long)(job->options->seed + r), again.log_likelihood, again.sigma);
    }
    double sum = 0, squares = 0;
    for (size_t r = 0; r < count; r++) sum += evaluation->repeats[r];
    const double mean = sum / (double)count;
    for (size_t r = 0; r < count; r++) squares += (evaluation->repeats[r] - mean) * (evaluation->repeats[r] - mean);
    evaluation->repeat_mean = count > 1 ? mean : NAN;
    evaluation->repeat_deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
    return CLGAN_OK;
}

static clgan_status refer(struct job *job, const char *name, const clgan_rows *rows)
{
    clgan_reference *reference = &job->evaluation->references[job->evaluation->reference_count];
    reference->name = name;
    TRY(parzen(&reference->parzen, job, rows));
    job->evaluation->reference_count++;
    log_info(job->log, "reference: %s, log-likelihood %.2f", name, reference->parzen.log_likelihood);
    return CLGAN_OK;
}

static clgan_status refer_to_data(struct job *job)
{
    const clgan_rows *train = &job->data.train;
    const uint64_t seed = job->options->seed;
    clgan_rows rows = {0};
    clgan_status status = reference_subset(&rows, train, job->samples.rows, seed);
    if (status == CLGAN_OK) status = refer(job, "training images", &rows);
    clgan_rows_free(&rows);
    TRY(status);
    status =
        reference_kept_centroids(&rows, job->device, train, job->samples.rows, seed, job->device->cache_dir, job->log);
    if (status == CLGAN_OK) status = refer(job, "k-means centroids", &rows);
    clgan_rows_free(&rows);
    return status;
}

static clgan_status run_measure(struct job *job, const struct measure *measure)
{
    struct measure_result result = {0};
    const double start = clock_seconds();
    const struct measure_input input = {.device = job->device,
                                        .samples = &job->samples,
                                        .train = &job->data.train,
                                        .test = &job->data.test,
                                        .seed = job->options->seed,
                                        .log = job->log};
    log_info(job->log, "measure: %s", measure->name); /* each takes minutes on a slow device */
    const clgan_status status = measure->run(&result, &input);
    if (status != CLGAN_OK) return status_within(status, "%s", measure->name);
    clgan_measure *out = &job->evaluation->measures[job->evaluation->measure_count++];
    *out = (clgan_measure){.name = measure->name,
                           .source = measure->source,
                           .meaning = measure->meaning,
                           .limits = measure->limits,
                           .count = result.count,
                           .seconds = clock_seconds() - start};
    for (size_t i = 0; i < result.count; i++) {
        out->values[i].key = result.values[i].key;
        out->values[i].value = result.values[i].value;
        out->values[i].error = result.values[i].error;
    }
    memcpy(out->note, result.note, sizeof out->note);
    return CLGAN_OK;
}

static clgan_status run_measures(struct job *job)
{
    size_t count = 0;
    for (const struct measure *measure = measures; measure->name; measure++)
        count += is_wanted(job->options->measures, measure);
    TRY(memory_take(&job->evaluation->measures, count, sizeof *job->evaluation->measures));
    for (const struct measure *measure = measures; measure->name; measure++)
        if (is_wanted(job->options->measures, measure)) TRY(run_measure(job, measure));
    return CLGAN_OK;
}

/* Theis et al. 2015, arXiv 1511.01844, and what the protocol itself leaves out. */
static void add_caveats(clgan_evaluation *evaluation)
{
    const char **caveats = evaluation->caveats;
    size_t count = 0;
    caveats[count++] = "the error is that of the mean over the test rows: it leaves out the drawing of the samples and "
                       "the choice of sigma";
    caveats[count++] =
        "higher is not better samples: k-means centroids score above training images themselves (Theis et "
        "al. 2015, arXiv 1511.01844); compare with the reference rows";
    caveats[count++] = "figures compare only at the same number of samples, on the same data, by the same protocol";
    if (evaluation->parzen.at_edge)
        caveats[count++] = "sigma sits on the edge of the grid or beyond: another width might give a higher figure";
    evaluation->caveat_count = count;
}

/* The run's folder may be one that can't be written: the figures are there all the same. */
static void keep(const struct job *job)
{
    if (!job->run || job->run->weights_alone) return;
    const struct evaluation_of of = {.step = job->g.step,
                                     .epoch = job->g.step / job->g.steps_per_epoch,
                                     .seed = job->options->seed,
                                     .raw_weights = job->options->raw_weights};
    if (evaluation_file_write(job->run, job->evaluation, &of) != CLGAN_OK)
        log_warning(job->log, "the evaluation is not kept in the run: %s", clgan_last_error());
}

static clgan_status evaluate(struct job *job)
{
    TRY(device_open(&job->device, &job->options->device, false, job->log));
    TRY(read_data(job));
    TRY(take_samples(job));
    TRY(check_width(job));
    TRY(parzen(&job->evaluation->parzen, job, &job->samples));
    add_caveats(job->evaluation);
    TRY(repeat(job));
    if (job->options->references) TRY(refer_to_data(job));
    return run_measures(job);
}

clgan_status clgan_evaluate(clgan_evaluation **evaluation, clgan_run *run, const clgan_evaluate_options *options,
                            const clgan_log *log)
{
    struct job job = {.options = options, .run = run, .log = log};
    TRY(CHECK_OPTIONS(options));
    TRY(check_options(options, run));
    TRY(memory_take(&job.evaluation, 1, sizeof *job.evaluation));
    const clgan_status status = evaluate(&job);
    if (status == CLGAN_OK) keep(&job);
    if (!job.borrowed) clgan_rows_free(&job.samples);
    evaluate_data_free(&job.data);
    lone_net_free(&job.g);
    device_close(job.device);
    if (status == CLGAN_OK)
        *evaluation = job.evaluation;
    else
        clgan_evaluation_free(job.evaluation);
    return status;
}

void clgan_evaluation_free(clgan_evaluation *evaluation)
{
    if (!evaluation) return;
    free(evaluation->repeats);
    free(evaluation->measures);
    free(evaluation);
}

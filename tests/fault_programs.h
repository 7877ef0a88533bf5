/* Programs small enough to be run hundreds of times that call OpenCL in all the ways that clgan does, through the
 * public interface, in a folder of their own. */
#ifndef TESTS_FAULT_PROGRAMS_H
#define TESTS_FAULT_PROGRAMS_H

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "fault_phases.h"
#include "suite.h"

/* ---- files ---- */

static char folder[64];
static const char recipe_text[] =
    "name: tiny\n"
    "data: {format: idx, name: tiny, shape: [1, 4, 4], validation: 10}\n"
    "noise: {kind: normal, size: 5}\n"
    "generator:\n"
    "  - {kind: dense, units: 9, activation: relu, keep: 0.9, weights: normal, scale: 0.5}\n"
    "  - {kind: dense, units: 16, activation: sigmoid, weights: normal, scale: 0.5, bias: marginals}\n"
    "discriminator:\n"
    "  - {kind: maxout, units: 7, pieces: 3, keep: 0.8, weights: normal, scale: 0.5, max_column_norm: 2}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.5}\n"
    "train: {batch: 100, epochs: 2, updates: simultaneous, average: 0.9}\n"
    "optimiser:\n"
    "  generator: {kind: adam, learning_rate: 0.01}\n"
    "  discriminator: {kind: sgd, learning_rate: 0.1, momentum: 0.5}\n"
    "output: {samples: 9}\n";

static void shell(const char *command) { ck_assert_msg(system(command) == 0, "%s", command); }

/* Pictures of 4 x 4 bytes, in the form of MNIST. */
static void write_pictures(const char *path, unsigned char count)
{
    unsigned char bytes[16 + 16 * 256] = {[2] = 8, [3] = 3, [7] = count, [11] = 4, [15] = 4};
    unsigned word = count;
    for (size_t i = 0; i < 16 * (size_t)count; i++)
        bytes[16 + i] = (unsigned char)((word = word * 1664525 + 1013904223) >> 24);
    CHECK_OK(file_write(path, bytes, 16 + 16 * (size_t)count));
}

static void make_files(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-faults-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    CHECK_OK(file_make_folders("data"));
    write_pictures("data/train-images-idx3-ubyte", 210);
    write_pictures("data/t10k-images-idx3-ubyte", 30);
    CHECK_OK(file_write("tiny.yaml", recipe_text, sizeof recipe_text - 1));
}

/* ---- programs ---- */

static clgan_device_options device_options(void)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    options.cache_dir = "cache";
    return options;
}

static clgan_train_options train_options(int epochs)
{
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    options.device = device_options();
    options.epochs = (uint64_t)epochs;
    options.no_tune = 1;
    options.evaluate_every = 2;
    return options;
}

/* The last checkpoint of run/, whose log must have a line for each epoch. */
static clgan_status read_result(struct text *result)
{
    char *bytes;
    size_t length, lines = 0;
    TRY(file_read(&bytes, &length, "run/log.jsonl", 1 << 20));
    for (size_t i = 0; i < length; i++) lines += bytes[i] == '\n';
    free(bytes);
    if (lines != 2) return status_fail(CLGAN_FAILED, "the log has %zu lines for 2 epochs", lines);
    TRY(file_read(&bytes, &length, "run/checkpoints/step-000000000004.safetensors", 1 << 20));
    text_append_bytes(result, bytes, length);
    free(bytes);
    return CLGAN_OK;
}

static clgan_status begin_run(const clgan_train_options *options)
{
    clgan_recipe *recipe;
    clgan_run *run;
    CHECK_OK(clgan_recipe_read(&recipe, "tiny.yaml", NULL, 0));
    CHECK_OK(clgan_run_create(&run, recipe, "run", "data", NULL, &hearing));
    clgan_recipe_free(recipe);
    const clgan_status status = clgan_train(run, options);
    clgan_run_free(run);
    return status;
}

static clgan_status resume_run(const clgan_train_options *options)
{
    clgan_run *run;
    clgan_train_options resuming = *options;
    CHECK_OK(clgan_run_open(&run, "run", &hearing));
    resuming.resume = 1;
    const clgan_status status = clgan_train(run, &resuming);
    clgan_run_free(run);
    return status;
}

static clgan_status train(struct text *result)
{
    const clgan_train_options options = train_options(2);
    TRY(begin_run(&options));
    return read_result(result);
}

/* Goes on where another stopped, with a clock on each launch, from pictures that are streamed. */
static clgan_status resume(struct text *result)
{
    clgan_train_options options = train_options(2);
    options.profile = options.stream_data = 1;
    TRY(resume_run(&options));
    return read_result(result);
}

/* Every product by CLBlast; no epoch is evaluated, where it would be called thousands of times. */
static clgan_status library(struct text *result)
{
    clgan_train_options options = train_options(2);
    options.evaluate_every = 3;
    TRY(resume_run(&options));
    return read_result(result);
}

static void prepare_resume(void) { shell("cp -r begun run"); }

static void prepare_library(void)
{
    shell("cp -r begun run && sed -i '4,$s/ | [a-z]* [^|]* | / | clblast | /' run/kernels.txt && "
          "grep -q clblast run/kernels.txt");
}

/* A first training on this machine: kernels are tuned and the device is tested. */
static clgan_status first(struct text *result)
{
    clgan_train_options options = train_options(2);
    options.no_tune = options.evaluate_every = 0;
    options.device.cache_dir = "fresh";
    TRY(begin_run(&options));
    return read_result(result);
}

static clgan_status first_again(struct text *result)
{
    clgan_train_options options = train_options(2);
    options.evaluate_every = 0;
    TRY(resume_run(&options));
    return read_result(result);
}

/* Programs are kept, from which only others' builds are left out. */
static void prepare_first(void) { shell("rm -rf fresh && cp -rl cache fresh && rm fresh/*.txt"); }

/* A step's plan where kernels have never been built. */
static clgan_status describe(struct text *result)
{
    clgan_train_options options = train_options(2);
    options.device.cache_dir = "fresh";
    clgan_recipe *recipe;
    char *text;
    CHECK_OK(clgan_recipe_read(&recipe, "tiny.yaml", NULL, 0));
    const clgan_status status = clgan_train_describe(&text, recipe, "data", &options, &hearing);
    clgan_recipe_free(recipe);
    TRY(status);
    text_append(result, "%s", text);
    clgan_text_free(text);
    return CLGAN_OK;
}

static void prepare_describe(void) { shell("rm -rf fresh && mkdir fresh"); }

static void add_rows(struct text *result, const clgan_rows *rows)
{
    text_append_bytes(result, (const char *)rows->values, rows->rows * rows->columns * sizeof *rows->values);
}

/* Samples, and what D says of them. */
static clgan_status sample(struct text *result)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    clgan_run *run;
    clgan_rows samples, noise, scores = {0};
    options.device = device_options();
    options.count = 150;
    CHECK_OK(clgan_run_open(&run, "done", &hearing));
    clgan_status status = clgan_sample(&samples, &noise, run, &options);
    phase = "open";
    if (status == CLGAN_OK) status = clgan_score(&scores, run, &samples, NULL, &options);
    if (status == CLGAN_OK) add_rows(result, &samples);
    if (status == CLGAN_OK) add_rows(result, &scores);
    clgan_rows_free(&scores);
    clgan_rows_free(&noise);
    clgan_rows_free(&samples);
    clgan_run_free(run);
    return status;
}

static void add_parzen(struct text *result, const clgan_parzen *parzen)
{
    text_append(result, "%.17g %.17g %.17g\n", parzen->log_likelihood, parzen->sigma, parzen->validation);
}

static clgan_status evaluate(struct text *result)
{
    clgan_evaluate_options options = CLGAN_EVALUATE_OPTIONS;
    clgan_evaluation *evaluation;
    clgan_run *run;
    options.device = device_options();
    options.count = 150;
    options.repeat = 2;
    options.references = 1;
    options.measures = "memorisation,birthday,c2st";
    CHECK_OK(clgan_run_open(&run, "done", &hearing));
    const clgan_status status = clgan_evaluate(&evaluation, run, &options, &hearing);
    clgan_run_free(run);
    TRY(status);
    add_parzen(result, &evaluation->parzen);
    for (size_t i = 0; i < evaluation->reference_count; i++) add_parzen(result, &evaluation->references[i].parzen);
    for (size_t i = 0; i < evaluation->measure_count; i++)
        for (size_t v = 0; v < evaluation->measures[i].count; v++)
            text_append(result, "%.17g\n", evaluation->measures[i].values[v].value);
    clgan_evaluation_free(evaluation);
    return CLGAN_OK;
}

static void prepare_evaluate(void) { shell("rm -f cache/centroids-*"); }

static unsigned dropped; /* candidates that could not be tried */

static void count_failed(void *user, const clgan_tune_progress *progress)
{
    (void)user;
    phase = "candidates";
    dropped = progress->failed;
}

static clgan_status tune(struct text *result)
{
    clgan_tune_options options = CLGAN_TUNE_OPTIONS;
    clgan_recipe *recipe;
    (void)result;
    options.device = device_options();
    options.device.cache_dir = "fresh";
    options.seconds = 2;
    CHECK_OK(clgan_recipe_read(&recipe, "tiny.yaml", NULL, 0));
    options.progress = count_failed;
    const clgan_status status = clgan_tune(recipe, &options, &hearing);
    clgan_recipe_free(recipe);
    return status;
}

static size_t checks_failed;
static char check_reason[200];

static void take_check(void *user, const clgan_check *check)
{
    (void)user;
    if (!check->passed) snprintf(check_reason, sizeof check_reason, "%s", check->reason);
}

static void begin_checks(void *user, const clgan_device_info *device)
{
    (void)user;
    (void)device;
    phase = "checks";
}

static clgan_status selftest(struct text *result)
{
    clgan_selftest_options options = CLGAN_SELFTEST_OPTIONS;
    (void)result;
    options.device = device_options();
    options.opened = begin_checks;
    options.progress = take_check;
    options.brief = 1;
    *check_reason = 0;
    return clgan_selftest(&checks_failed, &options, &hearing);
}

/* The list of devices, and all that is known of the first. */
static clgan_status devices(struct text *result)
{
    clgan_device_info *list;
    clgan_platform_info *platforms;
    clgan_fact *facts;
    size_t count;
    phase = "platforms";
    TRY(clgan_platforms_list(&platforms, &count));
    text_append(result, "%s\n", count ? platforms[0].name : "");
    clgan_platforms_free(platforms);
    phase = "list";
    TRY(clgan_devices_list(&list, &count, &hearing));
    text_append(result, "%s %s\n", count ? list[0].name : "none", count && !list[0].usable ? list[0].reason : "");
    clgan_devices_free(list);
    phase = "facts";
    TRY(clgan_device_facts(&facts, &count, 0, "cache", &hearing));
    for (size_t i = 0; i < count; i++)
        text_append(result, "%s %s %s %llu %s\n", facts[i].key, facts[i].kind == CLGAN_FACT_UNKNOWN ? "unknown" : "",
                    facts[i].text ? facts[i].text : "", (unsigned long long)facts[i].number, facts[i].reason);
    clgan_facts_free(facts, count);
    return CLGAN_OK;
}

struct program {
    const char *name;
    void (*prepare)(void);                    /* what it finds besides the files and a warm cache; may be NULL */
    clgan_status (*run)(struct text *result); /* what came out, in its bytes */
    clgan_status (*again)(
        struct text *result); /* goes on after a failure, to the same result; NULL: there is nothing */
};

static clgan_status go_on(struct text *result)
{
    const clgan_train_options options = train_options(2);
    TRY(resume_run(&options));
    return read_result(result);
}

static const struct program programs[] = {
    {"train", NULL, train, go_on},
    {"resume", prepare_resume, resume, go_on},
    {"clblast", prepare_library, library, library},
    {"first", prepare_first, first, first_again},
    {"describe", prepare_describe, describe, NULL},
    {"sample", NULL, sample, NULL},
    {"evaluate", prepare_evaluate, evaluate, NULL},
    {"tune", prepare_first, tune, NULL},
    {"selftest", NULL, selftest, NULL},
    {"devices", NULL, devices, NULL},
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* Runs it once in a fresh folder run/. */
static clgan_status run_program(const struct program *program, struct text *result)
{
    shell("rm -rf run");
    if (program->prepare) program->prepare();
    phase = "open";
    clock_now = 0;
    *said = 0;
    fail->library = false;
    checks_failed = dropped = 0;
    return program->run(result);
}

/* What programs start from: a warm cache, a run that is done and one that has done an epoch. */
static void make_runs(void)
{
    const clgan_train_options one = train_options(1), two = train_options(2);
    CHECK_OK(begin_run(&one));
    shell("mv run begun");
    CHECK_OK(begin_run(&two));
    shell("mv run done");
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct text result = {0};
        CHECK_OK(run_program(&programs[i], &result));
        shell("cp -n fresh/*.clbin cache 2>/dev/null || true");
        text_free(&result);
    }
}

#endif

/* The survey of a device: rounds over a list of measures, then one by the driver's clock. */
#include "survey.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "compute/choices.h"
#include "compute/quirks.h"

const struct survey_effort survey_efforts[SURVEY_SIZES] = {
    [SURVEY_QUICK] = {"quick", 2, 0.05, 0.3, 1, 15, 2},
    [SURVEY_DEFAULT] = {"default", 3, 0.15, 1, 5, 60, 8},
    [SURVEY_FULL] = {"full", 5, 0.4, 4, 30, 300, 32},
};

struct measure *survey_add(struct survey *survey, const char *group, const char *unit,
                           clgan_status (*run)(struct survey *survey, struct measure *measure))
{
    if (memory_grow(&survey->measures, &survey->capacity, survey->count + 1, sizeof *survey->measures) != CLGAN_OK)
        return NULL;
    struct measure *measure = &survey->measures[survey->count++];
    *measure = (struct measure){
        .run = run, .row = {.group = group, .unit = unit, .scale = 1, .status = "skipped", .reason = "not reached"}};
    return measure;
}

void survey_skip(struct survey_row *row, const char *status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->reason, sizeof row->reason, format, arguments);
    va_end(arguments);
    row->status = status;
}

bool survey_too_long(const struct survey *survey, struct survey_row *row, double flops, double bytes)
{
    const double rate = survey->reached > 0 ? survey->reached : survey->peak.flops;
    const double seconds = fmax(flops / rate, bytes / survey->peak.bytes);
    if (seconds <= survey->effort->longest) return false;
    survey_skip(row, "skipped", "a single run takes about %.0f s here", seconds);
    return true;
}

/* By the driver's clock, some runs; of a training a few. */
static clgan_status time_events(struct survey_row *row, const struct timed *timed, bool training)
{
    const uint64_t runs = training ? 2 : 5;
    double seconds = 0;
    TRY(plan_run(timed->plan));
    for (uint64_t i = 0; i < runs; i++) TRY(plan_run_profiled(timed->plan));
    for (size_t i = 0; i < timed->plan->count; i++) seconds += timed->plan->launches[i].seconds;
    row->event = seconds / (double)timed->plan->runs;
    return CLGAN_OK;
}

clgan_status survey_time(struct survey *survey, struct survey_row *row, const struct timed *timed, bool training)
{
    if (survey->events) return time_events(row, timed, training);
    const double seconds = training ? survey->effort->training : survey->effort->seconds;
    TRY(time_samples(&row->samples, timed, &(struct effort){seconds, seconds / 6, 1}));
    row->status = "ok";
    *row->reason = 0;
    return CLGAN_OK;
}

/* ---- what is told ---- */

static void tell(const struct survey *survey, json_t *line)
{
    json_dumpf(line, survey->out, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fprintf(survey->out, "\n");
    fflush(survey->out);
    json_decref(line);
}

static json_t *number_or_null(double value) { return value > 0 && isfinite(value) ? json_real(value) : json_null(); }

static double value_of(const struct survey_row *row, double seconds)
{
    return row->less_is_better ? row->scale * seconds : row->scale / seconds;
}

static json_t *row_json(const struct survey *survey, struct survey_row *row)
{
    const double median = samples_quantile(&row->samples, 0.5), low = samples_quantile(&row->samples, 0.25),
                 high = samples_quantile(&row->samples, 0.75);
    const bool ok = strcmp(row->status, "ok") == 0 && median > 0;
    double percent = 0;
    if (ok && row->flops > 0) percent = 100 * row->flops / median / survey->peak.flops;
    if (ok && row->bytes > 0) percent = 100 * row->bytes / median / survey->peak.bytes;
    const double least = row->less_is_better ? low : high, most = row->less_is_better ? high : low;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:s, s:s}", "key",
                     row->key, "group", row->group, "about", row->about, "unit", row->unit, "better",
                     row->less_is_better ? "less" : "more", "value", number_or_null(ok ? value_of(row, median) : 0),
                     "low", number_or_null(ok ? value_of(row, least) : 0), "high",
                     number_or_null(ok ? value_of(row, most) : 0), "spread_percent",
                     ok ? json_real(100 * (high - low) / median) : json_null(), "repetitions",
                     (json_int_t)row->samples.count, "wall_seconds", number_or_null(ok ? median : 0), "event_seconds",
                     number_or_null(ok ? row->event : 0), "percent_of_peak", number_or_null(percent), "peak",
                     row->flops > 0   ? json_string("arithmetic")
                     : row->bytes > 0 ? json_string("bandwidth")
                                      : json_null(),
                     "status", row->status, "reason", row->reason);
}

static json_t *device_json(const clgan_device_info *info, bool simulator)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:b, s:s}", "index", info->index, "name",
                     info->name, "type", info->type, "platform", info->platform, "driver", info->driver, "opencl",
                     info->opencl, "memory_bytes", (json_int_t)info->memory, "compute_units",
                     (json_int_t)info->compute_units, "simulator", (int)simulator, "usable", info->usable, "reason",
                     info->usable ? "" : info->reason);
}

static bool is_simulator(const clgan_device_info *info) { return quirk_acts(info) & QUIRK_SIMULATOR; }

clgan_status survey_list(FILE *out)
{
    const struct survey survey = {.out = out};
    clgan_device_info *devices;
    size_t count;
    TRY(clgan_devices_list(&devices, &count, NULL));
    for (size_t i = 0; i < count; i++)
        tell(&survey, json_pack("{s:o}", "device", device_json(&devices[i], is_simulator(&devices[i]))));
    clgan_devices_free(devices);
    return CLGAN_OK;
}

/* ---- the survey ---- */

static clgan_status open_device(struct survey *survey, bool events)
{
    survey->events = events;
    survey->begin = clock_seconds();
    TRY(device_open(&survey->device, &survey->options, events, NULL));
    choices_load(survey->device, NULL);
    return CLGAN_OK;
}

static void close_device(struct survey *survey)
{
    device_close(survey->device);
    survey->device = NULL;
}

static void tell_device(const struct survey *survey)
{
    char tuning[64], loader[160];
    json_t *device = device_json(&survey->device->info, survey->simulator);
    const size_t kept = survey->device->choices->count;
    if (kept)
        snprintf(tuning, sizeof tuning, "%zu products measured", kept);
    else
        snprintf(tuning, sizeof tuning, "untuned: kernels are guessed");
    clgan_opencl_loader(loader);
    json_object_set_new(device, "tuning", json_string(tuning));
    json_object_set_new(device, "loader", json_string(loader));
    tell(survey, json_pack("{s:o}", "device", device));
}

struct checks {
    size_t count;
    char first[256]; /* what failed first, and why */
};

static void count_check(void *user, const clgan_check *check)
{
    struct checks *checks = user;
    checks->count++;
    if (!check->passed && !*checks->first)
        snprintf(checks->first, sizeof checks->first, "%s: %s", check->name, check->reason);
}

/* `*passed` also where it was left out: a simulator takes minutes for it. */
static clgan_status selftest(bool *passed, struct survey *survey)
{
    struct checks checks = {0};
    clgan_selftest_options options = CLGAN_SELFTEST_OPTIONS;
    size_t failed = 0;
    *passed = true;
    if (survey->simulator) {
        tell(survey, json_pack("{s:{s:s, s:s}}", "selftest", "status", "skipped", "reason",
                               "clgan selftest takes minutes on a simulator"));
        return CLGAN_OK;
    }
    tell(survey, json_pack("{s:s, s:i, s:i}", "begin", "self-test", "number", 0, "of", 0));
    options.device = survey->options;
    options.brief = 1;
    options.progress = count_check;
    options.user = &checks;
    TRY(clgan_selftest(&failed, &options, NULL));
    *passed = failed == 0;
    char reason[384];
    snprintf(reason, sizeof reason, "%zu of %zu checks failed, first %s", failed, checks.count, checks.first);
    tell(survey,
         json_pack("{s:{s:s, s:s}}", "selftest", "status", failed ? "failed" : "ok", "reason", failed ? reason : ""));
    return CLGAN_OK;
}

static clgan_status list_measures(struct survey *survey)
{
    TRY(survey_basics(survey));
    TRY(survey_trainings(survey));
    TRY(survey_kernels(survey));
    TRY(survey_products(survey));
    return survey_large_training(survey);
}

/* Every measure comes once where there is time at all: building kernels takes most of it at first. A slow device has no
 * second round. The driver's clock has its own time, so that what is known of a row doesn't hang on how long the
 * builds took. */
static bool has_time(const struct survey *survey, size_t round)
{
    return clock_seconds() - survey->begin < survey->effort->nominal * (round && !survey->events ? 1.2 : 6);
}

/* One round; a measure that fails keeps its reason and is not tried again. */
static void run_round(struct survey *survey, size_t round, size_t rounds)
{
    for (size_t i = 0; i < survey->count; i++) {
        struct measure *measure = &survey->measures[i];
        struct survey_row *row = &measure->row;
        if (round > 0 && strcmp(row->status, "ok") != 0) continue;
        tell(survey, json_pack("{s:s, s:I, s:I}", "begin", row->key, "number", (json_int_t)(round * survey->count + i),
                               "of", (json_int_t)(rounds * survey->count)));
        if (!has_time(survey, round)) {
            if (round == 0) survey_skip(row, "skipped", "no time left in a %s run", survey->effort->name);
        } else if (measure->run(survey, measure) != CLGAN_OK) {
            survey_skip(row, "failed", "%.250s", clgan_last_error());
        }
        tell(survey, json_pack("{s:o}", "row", row_json(survey, row)));
    }
}

static clgan_status run_rounds(struct survey *survey)
{
    const size_t rounds = survey->simulator ? 1 : survey->effort->rounds;
    bool passed;
    TRY(selftest(&passed, survey));
    if (!passed) return CLGAN_OK;
    tell(survey, json_pack("{s:s, s:i, s:i}", "begin", "peaks", "number", 0, "of", 0));
    TRY(peak_measure(&survey->peak, survey->device, survey->effort->seconds));
    TRY(list_measures(survey));
    for (size_t i = 0; i < survey->count; i++)
        tell(survey, json_pack("{s:o}", "row", row_json(survey, &survey->measures[i].row)));
    for (size_t round = 0; round < rounds; round++) run_round(survey, round, rounds + 1);
    close_device(survey);
    TRY(open_device(survey, true));
    run_round(survey, rounds, rounds + 1);
    return CLGAN_OK;
}

clgan_status survey_device(FILE *out, const clgan_device_options *options, enum survey_size size)
{
    struct survey survey = {.out = out, .effort = &survey_efforts[size], .options = *options};
    clgan_status status = open_device(&survey, false);
    if (status == CLGAN_OK) {
        survey.simulator = is_simulator(&survey.device->info);
        tell_device(&survey);
        status = run_rounds(&survey);
    }
    if (status == CLGAN_OK)
        tell(&survey, json_pack("{s:b}", "done", 1));
    else
        tell(&survey, json_pack("{s:s}", "failed", clgan_last_error()));
    close_device(&survey);
    for (size_t i = 0; i < survey.count; i++) samples_free(&survey.measures[i].row.samples);
    free(survey.measures);
    return status;
}

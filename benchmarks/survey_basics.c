/* What a device is made of: launches, memory, arithmetic. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "survey.h"

enum { LAUNCHES = 100, TRANSFER_BYTES = 16 << 20 };

/* `before` each run: NULL, or what is waited for. */
static clgan_status time_launches(struct survey *survey, struct measure *measure, size_t count,
                                  clgan_status (*before)(void *user))
{
    struct buffer to;
    struct plan plan;
    TRY(buffer_make(&to, survey->device, PEAK_BYTES, "a launch"));
    plan_begin(&plan, survey->device);
    clgan_status status = peak_nothing(&plan, &to, count);
    if (status == CLGAN_OK)
        status = survey_time(survey, &measure->row,
                             &(struct timed){.plan = &plan, .before = before, .user = survey->device}, false);
    plan_free(&plan);
    buffer_free(&to, survey->device);
    return status;
}

static clgan_status finish_first(void *user) { return device_finish(user); }

/* One launch, from asking for it to knowing that it is done: each waits for the one before. */
static clgan_status run_latency(struct survey *survey, struct measure *measure)
{
    return time_launches(survey, measure, 1, survey->events ? NULL : finish_first);
}

static clgan_status run_queued(struct survey *survey, struct measure *measure)
{
    return time_launches(survey, measure, LAUNCHES, NULL);
}

/* Per cent are of the best that was seen, in whichever round. */
static void keep_best(struct survey *survey, struct survey_row *row)
{
    const double least = samples_quantile(&row->samples, 0);
    survey->peak.flops = fmax(survey->peak.flops, row->flops / least);
    survey->peak.bytes = fmax(survey->peak.bytes, row->bytes / least);
}

static clgan_status run_peak(struct survey *survey, struct measure *measure, bool copying)
{
    struct buffer to = {0}, from = {0};
    struct plan plan;
    plan_begin(&plan, survey->device);
    clgan_status status = buffer_make(&to, survey->device, survey->peak.copied, "a copy");
    if (status == CLGAN_OK) status = buffer_make(&from, survey->device, survey->peak.copied, "a copy");
    if (status == CLGAN_OK) status = buffer_noise(survey->device, &from);
    if (status == CLGAN_OK)
        status = copying ? peak_copy(&plan, &survey->peak, &to, &from) : peak_multiply_add(&plan, &survey->peak, &to);
    if (status == CLGAN_OK) {
        measure->row.flops = plan.launches[0].flops;
        measure->row.bytes = plan.launches[0].bytes;
        measure->row.scale = 1e-9 * (measure->row.flops + measure->row.bytes);
        status = survey_time(survey, &measure->row, &(struct timed){.plan = &plan}, false);
    }
    if (status == CLGAN_OK) keep_best(survey, &measure->row);
    plan_free(&plan);
    buffer_free(&to, survey->device);
    buffer_free(&from, survey->device);
    return status;
}

static clgan_status run_copy(struct survey *survey, struct measure *measure) { return run_peak(survey, measure, true); }
static clgan_status run_arithmetic(struct survey *survey, struct measure *measure)
{
    return run_peak(survey, measure, false);
}

/* Blocking, as trainings stream pictures and read samples; wall time only. */
static clgan_status run_transfer(struct survey *survey, struct measure *measure, bool writing)
{
    struct buffer buffer;
    uint8_t *bytes;
    if (survey->events) return CLGAN_OK;
    TRY(memory_take(&bytes, TRANSFER_BYTES, 1));
    clgan_status status = buffer_make(&buffer, survey->device, TRANSFER_BYTES, "a transfer");
    if (status != CLGAN_OK) {
        free(bytes);
        return status;
    }
    noise_bytes(bytes, TRANSFER_BYTES);
    size_t done = 0;
    for (double begin = clock_seconds(); status == CLGAN_OK; done++) {
        if (done > 3 && clock_seconds() - begin > survey->effort->seconds) break;
        const double start = clock_seconds();
        status = writing ? buffer_write(survey->device, &buffer, 0, TRANSFER_BYTES, bytes)
                         : buffer_read(survey->device, &buffer, 0, TRANSFER_BYTES, bytes);
        if (status == CLGAN_OK && done > 0) status = samples_add(&measure->row.samples, clock_seconds() - start);
    }
    if (status == CLGAN_OK) survey_skip(&measure->row, "ok", "%s", "");
    buffer_free(&buffer, survey->device);
    free(bytes);
    return status;
}

static clgan_status run_write(struct survey *survey, struct measure *measure)
{
    return run_transfer(survey, measure, true);
}
static clgan_status run_read(struct survey *survey, struct measure *measure)
{
    return run_transfer(survey, measure, false);
}

static const struct {
    const char *key, *about, *group, *unit;
    bool less_is_better;
    double scale;
    clgan_status (*run)(struct survey *survey, struct measure *measure);
} basics[] = {
    {"launch.latency", "a launch, until it is known to be done", "launches", "us", true, 1e6, run_latency},
    {"launch.queued", "a launch among a hundred", "launches", "us", true, 1e6 / LAUNCHES, run_queued},
    {"memory.copy", "copy on the device, read and written", "memory", "GB/s", false, 1, run_copy},
    {"transfer.to_device", "from the host to the device", "memory", "GB/s", false, 1e-9 * TRANSFER_BYTES, run_write},
    {"transfer.from_device", "from the device to the host", "memory", "GB/s", false, 1e-9 * TRANSFER_BYTES, run_read},
    {"arithmetic.multiply_add", "independent multiply-adds", "arithmetic", "GFLOP/s", false, 1, run_arithmetic},
};

clgan_status survey_basics(struct survey *survey)
{
    for (size_t i = 0; i < sizeof basics / sizeof *basics; i++) {
        struct measure *measure = survey_add(survey, basics[i].group, basics[i].unit, basics[i].run);
        if (!measure) return CLGAN_FAILED;
        snprintf(measure->row.key, sizeof measure->row.key, "%s", basics[i].key);
        snprintf(measure->row.about, sizeof measure->row.about, "%s", basics[i].about);
        measure->row.less_is_better = basics[i].less_is_better;
        measure->row.scale = basics[i].scale;
    }
    return CLGAN_OK;
}

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "bench.h"

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

clgan_status samples_add(struct samples *samples, double seconds)
{
    TRY(memory_grow(&samples->seconds, &samples->capacity, samples->count + 1, sizeof *samples->seconds));
    samples->seconds[samples->count++] = seconds;
    return CLGAN_OK;
}

double samples_quantile(struct samples *samples, double share)
{
    if (!samples->count) return 0;
    qsort(samples->seconds, samples->count, sizeof *samples->seconds, by_size);
    const size_t at = (size_t)(share * (double)samples->count);
    return samples->seconds[at < samples->count ? at : samples->count - 1];
}

void samples_free(struct samples *samples)
{
    free(samples->seconds);
    *samples = (struct samples){0};
}

/* As a training enqueues them; `*seconds` of each. */
static clgan_status time_group(double *seconds, const struct timed *timed, size_t runs)
{
    const double start = clock_seconds();
    for (size_t i = 0; i < runs; i++) {
        if (timed->before) TRY(timed->before(timed->user));
        TRY(plan_run(timed->plan));
    }
    TRY(device_finish(timed->plan->device));
    *seconds = (clock_seconds() - start) / (double)runs;
    return CLGAN_OK;
}

clgan_status time_samples(struct samples *samples, const struct timed *timed, const struct effort *effort)
{
    enum { MOST = 2000, GROUP_MOST = 5000 };
    double once;
    TRY(time_group(&once, timed, 1));
    if (once < effort->seconds) TRY(time_group(&once, timed, 1));
    const size_t runs = once < effort->group / GROUP_MOST ? GROUP_MOST
                        : once < effort->group / 2        ? (size_t)(effort->group / once)
                                                          : 1;
    size_t count = 0;
    for (double begin = clock_seconds(); count < MOST; count++) {
        double seconds;
        if (count >= effort->least && clock_seconds() - begin >= effort->seconds) break;
        TRY(time_group(&seconds, timed, runs));
        TRY(samples_add(samples, seconds));
    }
    return CLGAN_OK;
}

clgan_status time_plan(struct timing *timing, struct plan *plan, double seconds)
{
    struct samples samples = {0};
    const clgan_status status =
        time_samples(&samples, &(struct timed){.plan = plan}, &(struct effort){seconds, 0.1, 3});
    *timing = (struct timing){samples_quantile(&samples, 0.5), samples_quantile(&samples, 0), samples.count};
    samples_free(&samples);
    return status;
}

void noise_bytes(uint8_t *bytes, size_t count)
{
    uint32_t word = 1;
    for (size_t i = 0; i < count; i++) {
        word = word * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(word >> 24);
    }
}

unsigned backend_bits(const char *name)
{
    if (strcmp(name, "clblast") == 0) return 1u << GEMM_CLBLAST;
    if (strcmp(name, "native") == 0) return 1u << GEMM_REGISTER | 1u << GEMM_PACKED | 1u << GEMM_GROUP;
    return 0;
}

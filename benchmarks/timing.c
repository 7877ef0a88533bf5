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

/* As many runs as fill a tenth of a second, as a training enqueues them; `*seconds` of each. */
static clgan_status time_group(double *seconds, struct plan *plan, size_t runs)
{
    const double start = clock_seconds();
    for (size_t i = 0; i < runs; i++) TRY(plan_run(plan));
    TRY(device_finish(plan->device));
    *seconds = (clock_seconds() - start) / (double)runs;
    return CLGAN_OK;
}

clgan_status time_plan(struct timing *timing, struct plan *plan, double seconds)
{
    enum { MOST = 2000, GROUP_MOST = 5000 };
    double *times, once;
    TRY(time_group(&once, plan, 1));
    TRY(time_group(&once, plan, 1));
    const size_t runs = once < 0.1 / GROUP_MOST ? GROUP_MOST : once < 0.05 ? (size_t)(0.1 / once) : 1;
    TRY(memory_take(&times, MOST, sizeof *times));
    clgan_status status = CLGAN_OK;
    size_t count = 0;
    for (double begin = clock_seconds(); status == CLGAN_OK && count < MOST; count++) {
        if (count >= 3 && clock_seconds() - begin >= seconds) break;
        status = time_group(&times[count], plan, runs);
    }
    if (status == CLGAN_OK) {
        qsort(times, count, sizeof *times, by_size);
        *timing = (struct timing){times[count / 2], times[0], count};
    }
    free(times);
    return status;
}

unsigned backend_bits(const char *name)
{
    if (strcmp(name, "clblast") == 0) return 1u << GEMM_CLBLAST;
    if (strcmp(name, "native") == 0) return 1u << GEMM_REGISTER | 1u << GEMM_PACKED | 1u << GEMM_GROUP;
    return 0;
}

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

clgan_status time_plan(struct timing *timing, struct plan *plan, double seconds)
{
    enum { MOST = 2000 };
    double *times;
    TRY(memory_take(&times, MOST, sizeof *times));
    clgan_status status = plan_run(plan);
    if (status == CLGAN_OK) status = device_finish(plan->device);
    size_t count = 0;
    for (double begin = clock_seconds(), now = begin; status == CLGAN_OK && count < MOST;) {
        if (count >= 3 && now - begin >= seconds) break;
        const double start = clock_seconds();
        status = plan_run(plan);
        if (status == CLGAN_OK) status = device_finish(plan->device);
        now = clock_seconds();
        times[count++] = now - start;
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
    if (strcmp(name, "native") == 0) return 1u << GEMM_REGISTER | 1u << GEMM_GROUP;
    return 0;
}

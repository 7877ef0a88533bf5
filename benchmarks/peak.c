#include <stdio.h>

#include "bench.h"

enum { ITEMS = 1 << 14, ROUNDS = 512, CHAINS = 12, COPY_MB = 64 };

static clgan_status best_rate(double *rate, struct device *device, const struct kernel_launch *launch, double work)
{
    struct plan plan;
    struct timing timing;
    plan_begin(&plan, device);
    clgan_status status = plan_kernel(&plan, launch);
    if (status == CLGAN_OK) status = time_plan(&timing, &plan, 0.3);
    if (status == CLGAN_OK && work / timing.least > *rate) *rate = work / timing.least;
    plan_free(&plan);
    return status;
}

static clgan_status launch_cost(double *seconds, struct device *device, const struct kernel_launch *launch)
{
    enum { LAUNCHES = 100 };
    struct plan plan;
    struct timing timing;
    plan_begin(&plan, device);
    clgan_status status = CLGAN_OK;
    for (int i = 0; i < LAUNCHES && status == CLGAN_OK; i++) status = plan_kernel(&plan, launch);
    if (status == CLGAN_OK) status = time_plan(&timing, &plan, 0.3);
    if (status == CLGAN_OK) *seconds = timing.least / LAUNCHES;
    plan_free(&plan);
    return status;
}

clgan_status peak_measure(struct peak *peak, struct device *device)
{
    static const unsigned widths[] = {16, 8, 4, 1};
    const size_t bytes = (size_t)COPY_MB << 20;
    struct buffer to, from;
    *peak = (struct peak){0};
    TRY(buffer_make(&to, device, bytes, "a copy"));
    clgan_status status = buffer_make(&from, device, bytes, "a copy");
    if (status != CLGAN_OK) {
        buffer_free(&to, device);
        return status;
    }
    for (size_t i = 0; i < sizeof widths / sizeof *widths && status == CLGAN_OK; i++) {
        char options[32];
        snprintf(options, sizeof options, "-DWIDTH=%u", widths[i]);
        status = best_rate(&peak->flops, device,
                           &(struct kernel_launch){.name = "multiply-add",
                                                   .program = "peak",
                                                   .kernel = "multiply_add",
                                                   .options = options,
                                                   .columns = ITEMS,
                                                   ARGUMENTS(ARG_BUFFER(&to), ARG_UINT(ROUNDS), ARG_FLOAT(0.5))},
                           2.0 * ITEMS * ROUNDS * CHAINS * widths[i]);
        if (status == CLGAN_OK)
            status = best_rate(&peak->bytes, device,
                               &(struct kernel_launch){.name = "copy",
                                                       .program = "peak",
                                                       .kernel = "copy",
                                                       .options = options,
                                                       .columns = bytes / sizeof(float) / widths[i],
                                                       ARGUMENTS(ARG_BUFFER(&to), ARG_BUFFER(&from))},
                               2.0 * (double)bytes);
    }
    if (status == CLGAN_OK)
        status = launch_cost(&peak->launch, device,
                             &(struct kernel_launch){.name = "nothing",
                                                     .program = "peak",
                                                     .kernel = "multiply_add",
                                                     .columns = 1,
                                                     ARGUMENTS(ARG_BUFFER(&to), ARG_UINT(0), ARG_FLOAT(0))});
    buffer_free(&to, device);
    buffer_free(&from, device);
    return status;
}

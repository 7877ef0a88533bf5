#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "bench.h"

enum { ITEMS = 1 << 14, MOST_ROUNDS = 512, CHAINS = 12, COPY_BYTES = 64 << 20 };

clgan_status buffer_noise(struct device *device, const struct buffer *buffer)
{
    uint8_t *bytes;
    TRY(memory_take(&bytes, buffer->bytes, 1));
    noise_bytes(bytes, buffer->bytes);
    const clgan_status status = buffer_write(device, buffer, 0, buffer->bytes, bytes);
    free(bytes);
    return status;
}

clgan_status peak_multiply_add(struct plan *plan, const struct peak *peak, const struct buffer *to)
{
    char options[32];
    snprintf(options, sizeof options, "-DWIDTH=%u", peak->flops_width);
    return plan_kernel(plan, &(struct kernel_launch){.name = "multiply-add",
                                                     .program = "peak",
                                                     .kernel = "multiply_add",
                                                     .options = options,
                                                     .columns = ITEMS,
                                                     ARGUMENTS(ARG_BUFFER(to), ARG_UINT(peak->rounds), ARG_FLOAT(0.5)),
                                                     .flops = 2.0 * ITEMS * peak->rounds * CHAINS * peak->flops_width});
}

clgan_status peak_copy(struct plan *plan, const struct peak *peak, const struct buffer *to, const struct buffer *from)
{
    char options[32];
    snprintf(options, sizeof options, "-DWIDTH=%u", peak->bytes_width);
    return plan_kernel(plan, &(struct kernel_launch){.name = "copy",
                                                     .program = "peak",
                                                     .kernel = "copy",
                                                     .options = options,
                                                     .columns = peak->copied / sizeof(float) / peak->bytes_width,
                                                     ARGUMENTS(ARG_BUFFER(to), ARG_BUFFER(from)),
                                                     .bytes = 2.0 * (double)peak->copied});
}

clgan_status peak_nothing(struct plan *plan, const struct buffer *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(plan_kernel(plan, &(struct kernel_launch){.name = "nothing",
                                                      .program = "peak",
                                                      .kernel = "multiply_add",
                                                      .columns = 1,
                                                      ARGUMENTS(ARG_BUFFER(to), ARG_UINT(0), ARG_FLOAT(0))}));
    return CLGAN_OK;
}

/* What a run of either kernel with `trial`'s widths and sizes takes, the best of several in `seconds`; 0 seconds: the
 * second of two. */
static clgan_status time_peak(double *least, double *work, struct device *device, const struct peak *trial,
                              bool copying, const struct buffer *to, const struct buffer *from, double seconds)
{
    struct plan plan;
    struct timing timing;
    plan_begin(&plan, device);
    clgan_status status = copying ? peak_copy(&plan, trial, to, from) : peak_multiply_add(&plan, trial, to);
    if (status == CLGAN_OK && seconds > 0) {
        status = time_plan(&timing, &plan, seconds);
        *least = timing.least;
    } else {
        for (int i = 0; i < 2 && status == CLGAN_OK; i++) {
            const double start = clock_seconds();
            status = plan_run(&plan);
            if (status == CLGAN_OK) status = device_finish(device);
            *least = clock_seconds() - start;
        }
    }
    if (status == CLGAN_OK) *work = copying ? plan.launches[0].bytes : plan.launches[0].flops;
    plan_free(&plan);
    return status;
}

/* Sizes that a slow device, or a simulator, ends in some milliseconds; those of the others are the largest. */
static clgan_status choose_sizes(struct peak *peak, struct device *device, struct buffer *to, struct buffer *from)
{
    const double enough = 4e-3;
    double took = 0, work;
    struct peak trial = {.flops_width = 1, .bytes_width = 1, .rounds = 1, .copied = PEAK_BYTES};
    for (; took < enough && trial.rounds < MOST_ROUNDS; trial.rounds *= 8)
        TRY(time_peak(&took, &work, device, &trial, false, to, from, 0));
    peak->rounds = trial.rounds;
    TRY(time_peak(&took, &work, device, &trial, true, to, from, 0));
    peak->copied = took < enough ? COPY_BYTES : PEAK_BYTES;
    if (peak->copied > device->info.largest_buffer) peak->copied = PEAK_BYTES;
    buffer_free(to, device);
    buffer_free(from, device);
    TRY(buffer_make(to, device, peak->copied, "a copy"));
    TRY(buffer_make(from, device, peak->copied, "a copy"));
    return buffer_noise(device, from);
}

static clgan_status find_best(struct peak *peak, struct device *device, const struct buffer *to,
                              const struct buffer *from, double seconds)
{
    static const unsigned widths[] = {16, 8, 4, 1};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct peak trial = *peak;
        double least, work;
        trial.flops_width = trial.bytes_width = widths[i];
        TRY(time_peak(&least, &work, device, &trial, false, to, from, seconds));
        if (work / least > peak->flops) {
            peak->flops = work / least;
            peak->flops_width = widths[i];
        }
        TRY(time_peak(&least, &work, device, &trial, true, to, from, seconds));
        if (work / least > peak->bytes) {
            peak->bytes = work / least;
            peak->bytes_width = widths[i];
        }
    }
    return CLGAN_OK;
}

static clgan_status launch_cost(struct peak *peak, struct device *device, const struct buffer *to, double seconds)
{
    enum { LAUNCHES = 100 };
    struct plan plan;
    struct timing timing;
    plan_begin(&plan, device);
    clgan_status status = peak_nothing(&plan, to, LAUNCHES);
    if (status == CLGAN_OK) status = time_plan(&timing, &plan, seconds);
    if (status == CLGAN_OK) peak->launch = timing.least / LAUNCHES;
    plan_free(&plan);
    return status;
}

clgan_status peak_measure(struct peak *peak, struct device *device, double seconds)
{
    struct buffer to = {0}, from = {0};
    *peak = (struct peak){0};
    clgan_status status = buffer_make(&to, device, PEAK_BYTES, "a copy");
    if (status == CLGAN_OK) status = buffer_make(&from, device, PEAK_BYTES, "a copy");
    if (status == CLGAN_OK) status = choose_sizes(peak, device, &to, &from);
    if (status == CLGAN_OK) status = find_best(peak, device, &to, &from, seconds);
    if (status == CLGAN_OK) status = launch_cost(peak, device, &to, seconds);
    buffer_free(&to, device);
    buffer_free(&from, device);
    return status;
}

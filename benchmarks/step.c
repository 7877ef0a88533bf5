/* Training steps of recipes, on pictures of noise. */
#include "case.h"

/* What a launch can't be faster than, and what that comes from. */
static const char *limit_of(const struct launch *launch, const struct peak *peak, double seconds)
{
    const double arithmetic = launch->flops / peak->flops, memory = launch->bytes / peak->bytes;
    if (seconds > 4 * (arithmetic + memory)) return "launch";
    return arithmetic > memory ? "arithmetic" : "memory";
}

static json_t *launches_of(const struct plan *plan, const struct peak *peak, double *total)
{
    json_t *list = json_array();
    *total = 0;
    for (size_t i = 0; i < plan->count; i++) *total += plan->launches[i].seconds;
    for (size_t i = 0; i < plan->count; i++) {
        const struct launch *launch = &plan->launches[i];
        const double seconds = launch->seconds / (double)plan->runs;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:s}", "segment", launch->segment, "launch",
                            launch->name, "variant", launch->variant, "ms", 1e3 * seconds, "percent",
                            100 * launch->seconds / *total, "gflops", 1e-9 * launch->flops / seconds, "gbytes_per_s",
                            1e-9 * launch->bytes / seconds, "limited_by", limit_of(launch, peak, seconds)));
    }
    *total /= (double)plan->runs;
    return list;
}

/* Times each launch on a queue that records times, which costs a little; hence apart from the step's own timing. */
static clgan_status profile(json_t **launches, double *seconds, const struct point *point,
                            const struct bench_options *options, const struct peak *peak)
{
    struct bench_case c;
    TRY(open_case(&c, point, options, true));
    clgan_status status = plan_run(&c.pair.step);
    for (int i = 0; i < 10 && status == CLGAN_OK; i++) status = plan_run_profiled(&c.pair.step);
    if (status == CLGAN_OK) *launches = launches_of(&c.pair.step, peak, seconds);
    close_case(&c);
    return status;
}

static clgan_status bench_point(json_t *rows, const struct point *point, const struct bench_options *options,
                                const struct peak *peak)
{
    struct bench_case c;
    struct timing timing;
    double products = 0, bytes = 0, device_seconds;
    json_t *launches;
    TRY(open_case(&c, point, options, false));
    clgan_status status = time_plan(&timing, &c.pair.step, options->seconds / 2);
    for (size_t i = 0; i < c.pair.step.count; i++) {
        const struct launch *launch = &c.pair.step.launches[i];
        products += 2.0 * (double)launch->product[0] * (double)launch->product[1] * (double)launch->product[2];
        bytes += launch->bytes;
    }
    json_t *row = json_pack("{s:s, s:s, s:I, s:s, s:s, s:I, s:I, s:I}", "device", c.device->info.name, "recipe",
                            point->recipe, "batch", (json_int_t)c.recipe->recipe.train.batch, "update", point->update,
                            "backend", point->backend, "width", (json_int_t)point->width, "launches",
                            (json_int_t)c.pair.step.count, "device_bytes", (json_int_t)c.device->taken);
    const double launch_count = (double)c.pair.step.count;
    close_case(&c);
    if (status == CLGAN_OK) status = profile(&launches, &device_seconds, point, options, peak);
    if (status != CLGAN_OK) {
        json_decref(row);
        return status;
    }
    json_object_update_new(
        row, json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:o}", "ms_median", 1e3 * timing.median,
                       "ms_min", 1e3 * timing.least, "ms_of_launches", 1e3 * peak->launch * launch_count, "device_ms",
                       1e3 * device_seconds, "gflop", 1e-9 * products, "gflops", 1e-9 * products / timing.median,
                       "percent_of_peak", 100 * products / timing.median / peak->flops, "gbytes_per_s",
                       1e-9 * bytes / timing.median, "repetitions", (json_int_t)timing.count, "peak_gflops",
                       1e-9 * peak->flops, "peak_gbytes_per_s", 1e-9 * peak->bytes, "plan", launches));
    json_array_append_new(rows, row);
    return CLGAN_OK;
}

clgan_status bench_step(json_t *rows, const struct bench_options *options)
{
    return each_point(rows, options, bench_point);
}

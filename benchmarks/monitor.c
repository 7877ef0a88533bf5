/* What the monitor costs an epoch, in steps: that its last step also measures gradients, and what is measured after. */
#include "gan/monitor.h"
#include "base/clock.h"
#include "case.h"

/* Seconds of a measurement with the reads that wait for it: the least of some. */
static clgan_status time_measure(double *least, struct monitor *monitor)
{
    clgan_health health;
    *least = 1e9;
    TRY(monitor_measure(monitor, &health));
    for (int i = 0; i < 50; i++) {
        TRY(device_finish(monitor->pair->device));
        const double begin = clock_seconds();
        TRY(monitor_measure(monitor, &health));
        const double took = clock_seconds() - begin;
        if (took < *least) *least = took;
    }
    return CLGAN_OK;
}

static clgan_status measure(json_t *rows, struct bench_case *c, struct monitor *monitor, const struct point *point,
                            double seconds)
{
    struct timing step, probe;
    double measuring;
    TRY(pair_plan_probe(&c->pair));
    TRY(monitor_make(monitor, &c->pair));
    TRY(time_plan(&step, &c->pair.step, seconds / 2));
    TRY(time_plan(&probe, &c->pair.probe, seconds / 2));
    TRY(time_measure(&measuring, monitor));
    json_array_append_new(rows,
                          json_pack("{s:s, s:s, s:s, s:I, s:s, s:f, s:f, s:f, s:f}", "device", c->device->info.name,
                                    "recipe", point->recipe, "update", point->update, "batch",
                                    (json_int_t)c->recipe->recipe.train.batch, "backend", point->backend, "step_ms",
                                    1e3 * step.least, "probe_ms", 1e3 * probe.least, "measure_ms", 1e3 * measuring,
                                    "steps_an_epoch", (probe.least - step.least + measuring) / step.least));
    return CLGAN_OK;
}

static clgan_status bench_point(json_t *rows, const struct point *point, const struct bench_options *options,
                                const struct peak *peak)
{
    struct bench_case c;
    struct monitor monitor = {0};
    (void)peak;
    TRY(open_case(&c, point, options, false));
    const clgan_status status = measure(rows, &c, &monitor, point, options->seconds);
    monitor_free(&monitor);
    close_case(&c);
    return status;
}

clgan_status bench_monitor(json_t *rows, const struct bench_options *options)
{
    return each_point(rows, options, bench_point);
}

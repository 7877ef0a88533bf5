#include "gan/monitor.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static clgan_status append(struct monitor *monitor)
{
    const char *options = device_width_option(monitor->pair->device);
    const struct tensor x = pass_input(&monitor->pair->d_pass);
    const double values = (double)monitor->columns, pairs = (double)(monitor->some * (monitor->some - 1));
    TRY(plan_kernel(&monitor->plan, &(struct kernel_launch){.name = "pair distances",
                                                            .program = "monitor",
                                                            .kernel = "pair_distances",
                                                            .options = options,
                                                            .columns = monitor->some,
                                                            .rows = 2,
                                                            .flops = 3.0 * pairs * values,
                                                            .bytes = 8.0 * (double)monitor->some * values,
                                                            ARGUMENTS(ARG_TENSOR(x), ARG_TENSOR(monitor->distances),
                                                                      ARG_UINT(monitor->rows), ARG_UINT(monitor->some),
                                                                      ARG_UINT(monitor->columns))}));
    return plan_kernel(&monitor->plan,
                       &(struct kernel_launch){.name = "column variances",
                                               .program = "monitor",
                                               .kernel = "column_variances",
                                               .options = options,
                                               .columns = monitor->columns,
                                               .rows = 2,
                                               .flops = 8.0 * (double)monitor->rows * values,
                                               .bytes = 16.0 * (double)monitor->rows * values,
                                               ARGUMENTS(ARG_TENSOR(x), ARG_TENSOR(monitor->variances),
                                                         ARG_UINT(monitor->rows), ARG_UINT(monitor->columns))});
}

clgan_status monitor_make(struct monitor *monitor, const struct pair *pair)
{
    const struct tensor x = pass_input(&pair->d_pass);
    const size_t rows = pair->g_pass.rows;
    *monitor = (struct monitor){
        .pair = pair, .rows = rows, .some = rows < MONITOR_ROWS ? rows : MONITOR_ROWS, .columns = x.columns};
    TRY(arena_add(&monitor->arena, &monitor->distances, 2, monitor->some, ELEMENT_F32));
    TRY(arena_add(&monitor->arena, &monitor->variances, 2, monitor->columns, ELEMENT_F32));
    TRY(arena_make(&monitor->arena, pair->device, "the monitor"));
    plan_begin(&monitor->plan, pair->device);
    return append(monitor);
}

void monitor_free(struct monitor *monitor)
{
    if (!monitor->pair) return;
    plan_free(&monitor->plan);
    arena_free(&monitor->arena, monitor->pair->device);
    *monitor = (struct monitor){0};
}

/* ---- what the device left ---- */

static double sum_of(const float *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i];
    return sum;
}

/* Of the second row of a tensor of two to the first. */
static clgan_status read_ratio(double *ratio, struct device *device, struct tensor tensor)
{
    float *values;
    TRY(memory_take(&values, 2 * tensor.columns, sizeof *values));
    const clgan_status status = tensor_read(device, tensor, values);
    const double real = sum_of(values, tensor.columns), fake = sum_of(values + tensor.columns, tensor.columns);
    *ratio = real > 0 ? fake / real : NAN;
    free(values);
    return status;
}

static clgan_status read_norm(double *norm, struct device *device, struct tensor squares)
{
    float values[RECIPE_LAYERS];
    TRY(tensor_read(device, squares, values));
    *norm = sqrt(sum_of(values, squares.rows));
    return CLGAN_OK;
}

/* From D's outputs, real rows first. */
static void judge(clgan_health *health, const float *real, const float *fake, size_t rows)
{
    size_t right_real = 0, right_fake = 0, saturated = 0;
    for (size_t i = 0; i < rows; i++) {
        right_real += real[i] > 0.5f;
        right_fake += fake[i] < 0.5f;
        saturated += (size_t)(fabs(real[i] - 0.5) > 0.5 - MONITOR_SATURATED) +
                     (size_t)(fabs(fake[i] - 0.5) > 0.5 - MONITOR_SATURATED);
    }
    health->accuracy_real = (double)right_real / (double)rows;
    health->accuracy_fake = (double)right_fake / (double)rows;
    health->saturated = (double)saturated / (2 * (double)rows);
}

static clgan_status read_outputs(clgan_health *health, const struct pair *pair)
{
    const size_t rows = pair->g_pass.rows;
    float *values;
    TRY(memory_take(&values, METRICS * 2 * rows, sizeof *values));
    const clgan_status status = tensor_read(pair->device, pair->values, values);
    if (status == CLGAN_OK)
        judge(health, values + METRIC_D_REAL * 2 * rows, values + METRIC_D_FAKE * 2 * rows + rows, rows);
    free(values);
    return status;
}

clgan_status monitor_measure(struct monitor *monitor, clgan_health *health)
{
    const struct pair *pair = monitor->pair;
    health->modes = health->good = NAN;
    TRY(plan_run(&monitor->plan));
    TRY(read_ratio(&health->spread, pair->device, monitor->distances));
    TRY(read_ratio(&health->variance, pair->device, monitor->variances));
    TRY(read_norm(&health->g_gradient, pair->device, pair->g_squares));
    TRY(read_norm(&health->d_gradient, pair->device, pair->d_squares));
    return read_outputs(health, pair);
}

/* ---- modes ---- */

/* The mode that (x, y) is good for, or `modes`. */
static size_t mode_of(double x, double y, size_t modes, double radius, double reach)
{
    const double turn = 8 * atan(1) / (double)modes, nearest = floor(atan2(y, x) / turn + 0.5);
    if (!(hypot(x - radius * cos(nearest * turn), y - radius * sin(nearest * turn)) <= reach)) return modes;
    return (size_t)(nearest < 0 ? nearest + (double)modes : nearest) % modes;
}

void monitor_modes(clgan_health *health, const struct recipe *recipe, const clgan_rows *samples)
{
    enum { MOST = 4096 }; /* as the recipe allows */
    bool covered[MOST] = {false};
    size_t count = 0, good = 0;
    if (recipe->data.format != DATA_RING || !samples->rows) return;
    const size_t modes = (size_t)recipe->data.modes;
    for (size_t i = 0; i < samples->rows; i++) {
        const size_t mode = mode_of(samples->values[2 * i], samples->values[2 * i + 1], modes, recipe->data.radius,
                                    3 * recipe->data.deviation);
        if (mode == modes) continue;
        good++;
        count += !covered[mode];
        covered[mode] = true;
    }
    health->modes = (double)count;
    health->good = (double)good / (double)samples->rows;
}

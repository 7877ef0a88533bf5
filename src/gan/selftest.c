#include "gan/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "compute/choices.h"

static const struct {
    const char *name;
    clgan_status (*run)(struct selftest *test);
    bool brief; /* part of the brief form: what training needs */
} checks[] = {
    {"memory", selftest_memory, true},
    {"random philox", selftest_philox, true},
    {"noise uniform", selftest_uniform, true},
    {"noise normal", selftest_normal, true},
    {"noise spherical", selftest_spherical, true},
    {"data drawn", selftest_drawn, false},
    {"gather", selftest_gather, true},
    {"dropout", selftest_dropout, true},
    {"losses", selftest_losses, true},
    {"end of step", selftest_end_of_step, true},
    {"finite", selftest_finite, true},
    {"training simultaneous", selftest_simultaneous, true},
    {"training alternating", selftest_alternating, false},
    {"parzen windows", selftest_parzen, false},
    {"neighbours", selftest_neighbours, false},
    {"balls", selftest_within, false},
    {"products in use", selftest_used, true},
};

/* ---- for checks ---- */

clgan_status selftest_take(struct selftest *test, void *out, size_t count, size_t size)
{
    if (test->array_count == SELFTEST_ARRAYS) return status_fail(CLGAN_FAILED, "a check takes too many arrays");
    TRY(memory_take(out, count, size));
    memcpy(&test->arrays[test->array_count++], out, sizeof *test->arrays);
    return CLGAN_OK;
}

clgan_status selftest_state(struct selftest *test, const step_state *state)
{
    TRY(buffer_make(&test->state, test->device, sizeof *state, "a self-test"));
    return buffer_write(test->device, &test->state, 0, sizeof *state, state);
}

void selftest_fill(float *values, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (float)((int)((seed >> 16) % 9) - 4) / 4;
    }
}

void selftest_near(struct selftest *test, const char *what, size_t row, size_t column, double got, double wanted,
                   double tolerance)
{
    if (fabs(got - wanted) <= tolerance || !test->check.passed) return;
    test->check.passed = 0;
    snprintf(test->check.reason, sizeof test->check.reason, "%s[%zu, %zu] is %.9g, expected %.9g", what, row, column,
             got, wanted);
}

clgan_status selftest_tensor(struct selftest *test, const char *what, struct tensor tensor, const double *wanted,
                             double tolerance)
{
    const size_t count = tensor.rows * tensor.columns;
    const bool bytes = tensor.element == ELEMENT_U8;
    void *values;
    TRY(memory_take(&values, count, element_bytes(tensor.element)));
    const clgan_status status = tensor_read(test->device, tensor, values);
    for (size_t i = 0; status == CLGAN_OK && i < count; i++)
        selftest_near(test, what, i / tensor.columns, i % tensor.columns,
                      bytes ? (double)((uint8_t *)values)[i] : (double)((float *)values)[i], wanted[i],
                      tolerance * fmax(1, fabs(wanted[i])));
    free(values);
    return status;
}

clgan_status selftest_plan(struct selftest *test)
{
    clgan_status status = plan_run(&test->plan);
    if (status == CLGAN_OK) status = device_finish(test->device);
    plan_free(&test->plan);
    plan_begin(&test->plan, test->device);
    return status;
}

/* ---- all of them ---- */

/* What all checks of a run share. */
struct run {
    struct device *device;
    const clgan_selftest_options *options;
    const struct gemm_choices *used;
    size_t failed;
    clgan_check *first;
};

static void end_check(struct run *run, struct selftest *test)
{
    plan_free(&test->plan);
    arena_free(&test->arena, test->device);
    buffer_free(&test->state, test->device);
    buffer_free(&test->sums, test->device);
    for (size_t i = 0; i < test->array_count; i++) free(test->arrays[i]);
    if (!test->check.passed && run->first && !run->failed) *run->first = test->check;
    run->failed += !test->check.passed;
    if (run->options->progress) run->options->progress(run->options->user, &test->check);
}

static bool is_wanted(const clgan_selftest_options *options, const char *name)
{
    return !options->only || strstr(name, options->only);
}

/* `check` NULL: product `which`. */
static void run_check(struct run *run, const char *name, clgan_status (*check)(struct selftest *test), size_t which)
{
    struct selftest test = {
        .device = run->device, .brief = run->options->brief, .used = run->used, .check = {.passed = 1}};
    if (!is_wanted(run->options, name)) return;
    snprintf(test.check.name, sizeof test.check.name, "%s", name);
    plan_begin(&test.plan, run->device);
    const double start = clock_seconds();
    const clgan_status status = check ? check(&test) : selftest_product(&test, which);
    if (status != CLGAN_OK && test.check.passed) {
        test.check.passed = 0;
        snprintf(test.check.reason, sizeof test.check.reason, "%.159s", clgan_last_error());
    }
    test.check.seconds = clock_seconds() - start;
    end_check(run, &test);
}

void selftest_run(size_t *failed, clgan_check *first, struct device *device, const clgan_selftest_options *options)
{
    struct gemm_choices own = {0}, *const kept = device->choices;
    struct run run = {.device = device, .options = options, .used = kept, .first = first};
    device->choices = &own; /* the checks' products are no training's */
    choices_load(device, NULL);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].brief || !options->brief)
            if (kept->count || checks[i].run != selftest_used) run_check(&run, checks[i].name, checks[i].run, 0);
    for (size_t i = 0; !options->brief && i < SELFTEST_PRODUCTS; i++)
        run_check(&run, selftest_product_name(i), NULL, i);
    choices_free(&own);
    device->choices = kept;
    *failed = run.failed;
}

clgan_status clgan_selftest(size_t *failed, const clgan_selftest_options *options, const clgan_log *log)
{
    struct device *device;
    size_t wanted = 0;
    TRY(CHECK_OPTIONS(options));
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        wanted += is_wanted(options, checks[i].name) && (checks[i].brief || !options->brief);
    for (size_t i = 0; i < SELFTEST_PRODUCTS && !options->brief; i++)
        wanted += is_wanted(options, selftest_product_name(i));
    if (!wanted) return status_fail(CLGAN_USAGE, "no check's name has \"%s\" in it", options->only);
    TRY(device_open(&device, &options->device, false, log));
    if (options->opened) options->opened(options->user, &device->info);
    selftest_run(failed, NULL, device, options);
    device_close(device);
    return CLGAN_OK;
}

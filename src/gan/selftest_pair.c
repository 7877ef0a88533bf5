/* Whole steps of small pairs: what they leave in every tensor of a checkpoint, against answers in double precision. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gan/monitor.h"
#include "gan/net_tensors.h"
#include "gan/selftest.h"
#include "gan/selftest_pair.h"

void selftest_pictures(uint8_t *bytes, size_t count)
{
    for (uint32_t i = 0; i < count; i++) bytes[i] = (uint8_t)(i * 2654435761u >> 13);
}

void selftest_add(struct selftest_answer *answer, size_t i, double value)
{
    const double weight = 0.5 + (double)((uint32_t)i * 2654435761u >> 16) / 65536.0;
    answer->sum += weight * value;
    answer->size += weight * fabs(value);
}

/* ---- the device's steps ---- */

static void compare(struct selftest *test, const struct selftest_pair *pair, const char *name, size_t which,
                    struct selftest_answer got)
{
    const struct selftest_answer wanted = which < pair->count ? pair->answers[which] : (struct selftest_answer){NAN, 0};
    if (fabs(got.sum - wanted.sum) <= pair->tolerance * wanted.size || !test->check.passed) return;
    test->check.passed = 0;
    snprintf(test->check.reason, sizeof test->check.reason,
             "%s after %d steps: its weighted sum is %.9g, expected %.9g", name, SELFTEST_STEPS, got.sum, wanted.sum);
}

static clgan_status compare_tensors(struct selftest *test, const struct selftest_pair *like, const struct pair *pair,
                                    size_t *which)
{
    struct net_tensor *list;
    float *values;
    TRY(selftest_take(test, &list, 2 * (size_t)NET_TENSORS, sizeof *list));
    const size_t of_g = net_tensors(list, &pair->g, NET_ALL);
    const size_t count = of_g + net_tensors(list + of_g, &pair->d, NET_ALL);
    size_t largest = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].tensor.rows * list[i].tensor.columns > largest)
            largest = list[i].tensor.rows * list[i].tensor.columns;
    TRY(selftest_take(test, &values, largest, sizeof *values));
    for (size_t i = 0; i < count; i++) {
        struct selftest_answer got = {0, 0};
        TRY(tensor_read(test->device, list[i].tensor, values));
        for (size_t e = 0; e < list[i].tensor.rows * list[i].tensor.columns; e++)
            selftest_add(&got, e, (double)values[e]);
        compare(test, like, list[i].name, (*which)++, got);
    }
    return CLGAN_OK;
}

static clgan_status compare_sums(struct selftest *test, const struct selftest_pair *like, struct pair *pair,
                                 size_t *which)
{
    static const char *const names[METRICS] = {"D's loss", "G's loss", "D(x)", "D(G(z))"};
    float sums[2 * METRICS];
    TRY(pair_read_sums(pair, sums));
    for (size_t i = 0; i < METRICS; i++)
        compare(test, like, names[i], (*which)++,
                (struct selftest_answer){.sum = (double)sums[2 * i] - (double)sums[2 * i + 1]});
    return CLGAN_OK;
}

static clgan_status compare_monitor(struct selftest *test, const struct selftest_pair *like, struct pair *pair,
                                    size_t which)
{
    static const char *const names[] = {"the monitor's spread", "its variance", "the norm of G's gradient",
                                        "the norm of D's gradient"};
    struct monitor monitor;
    clgan_health health;
    clgan_status status = monitor_make(&monitor, pair);
    if (status == CLGAN_OK) status = monitor_measure(&monitor, &health);
    monitor_free(&monitor);
    if (status != CLGAN_OK) return status;
    const double got[] = {health.spread, health.variance, health.g_gradient, health.d_gradient};
    for (size_t i = 0; i < sizeof got / sizeof *got; i++)
        compare(test, like, names[i], which + i, (struct selftest_answer){.sum = got[i]});
    return CLGAN_OK;
}

/* `probes`: the last step is one that also measures gradients, and leaves the same bits. */
static clgan_status run_steps(struct pair *pair, struct batches *batches, bool probes)
{
    for (uint64_t step = 0; step < SELFTEST_STEPS; step++) {
        TRY(pair_prepare_step(pair, step));
        TRY(batches_prepare_step(batches, &pair->state, 0, (size_t)step, step == 0));
        TRY(plan_run(probes && step + 1 == SELFTEST_STEPS ? &pair->probe : &pair->step));
    }
    return device_finish(pair->device);
}

static clgan_status check_steps(struct selftest *test, const struct selftest_pair *like, struct pair *pair,
                                struct batches *batches, const struct recipe *recipe)
{
    struct pictures pictures = {.count = SELFTEST_PICTURES, .size = SELFTEST_PICTURE};
    const struct batches_request request = pair_batches_request(recipe, &pictures);
    size_t which = 0;
    TRY(selftest_take(test, &pictures.bytes, SELFTEST_PICTURES, SELFTEST_PICTURE));
    selftest_pictures(pictures.bytes, (size_t)SELFTEST_PICTURES * SELFTEST_PICTURE);
    TRY(pair_begin(pair, test->device, recipe, false));
    TRY(pair_make(pair));
    TRY(batches_make(batches, test->device, &request, NULL));
    TRY(pair_plan(pair, batches));
    if (!test->brief) TRY(pair_plan_probe(pair));
    TRY(pair_initialise(pair));
    TRY(pair_set_step(pair, 0, NULL));
    TRY(run_steps(pair, batches, !test->brief));
    TRY(compare_tensors(test, like, pair, &which));
    TRY(compare_sums(test, like, pair, &which));
    return test->brief ? CLGAN_OK : compare_monitor(test, like, pair, which);
}

static clgan_status check_pair(struct selftest *test, const struct selftest_pair *like)
{
    struct pair pair = {0};
    struct batches batches = {0};
    struct recipe *recipe;
    TRY(selftest_take(test, &recipe, 1, sizeof *recipe));
    TRY(recipe_parse(recipe, like->recipe, strlen(like->recipe), "self-test", NULL, 0));
    const clgan_status status = check_steps(test, like, &pair, &batches, recipe);
    batches_free(&batches);
    pair_free(&pair);
    return status;
}

clgan_status selftest_simultaneous(struct selftest *test) { return check_pair(test, &selftest_pairs[0]); }
clgan_status selftest_alternating(struct selftest *test) { return check_pair(test, &selftest_pairs[1]); }

/* Checks of what a training step does besides matrix products. */
#include <math.h>
#include <string.h>

#include "data/batches.h"
#include "gan/net_tensors.h"
#include "gan/selftest.h"
#include "gan/selftest_pair.h"
#include "nn/loss.h"
#include "nn/network.h"

/* Of a few operations of float. */
#define ROUNDING 1e-6
/* exp and log1p are bounded by 3 and 4 units of 2^-23, and stand behind a few operations. */
#define LOSS_TOLERANCE 3e-6

/* ---- minibatches ---- */

enum { PICTURES = 45, PICTURE = 51, BATCH = 7, EPOCH = 3, IN_EPOCH = 4 };

/* The minibatch of step IN_EPOCH of epoch EPOCH; x = (byte - mean) / 255 there, or as contrast55 has it. */
static void expect_rows(double *wanted, const struct pictures *pictures, enum data_preparation preparation,
                        struct random_key key)
{
    float pairs[2 * PICTURES];
    prepare_rows(pairs, pictures, preparation);
    for (size_t i = 0; i < BATCH * PICTURE; i++) {
        const size_t row = random_shuffled((uint32_t)(IN_EPOCH * BATCH + i / PICTURE), PICTURES, EPOCH, key);
        wanted[i] = ((double)pictures->bytes[row * PICTURE + i % PICTURE] - (double)pairs[2 * row]) *
                    (double)pairs[2 * row + 1];
    }
}

static clgan_status check_rows(struct selftest *test, const struct batches_request *request, struct tensor x,
                               const char *what)
{
    struct batches batches = {0};
    double wanted[BATCH * PICTURE];
    clgan_status status = batches_make(&batches, test->device, request, NULL);
    if (status == CLGAN_OK) status = batches_prepare_step(&batches, &test->state, EPOCH, IN_EPOCH, true);
    if (status == CLGAN_OK) status = batches_append(&test->plan, &batches, x, &test->state, 0);
    if (status == CLGAN_OK) status = selftest_plan(test);
    if (status == CLGAN_OK) {
        expect_rows(wanted, request->pictures, request->preparation, batches.shuffle);
        status = selftest_tensor(test, what, x, wanted, ROUNDING);
    }
    batches_free(&batches);
    return status;
}

clgan_status selftest_gather(struct selftest *test)
{
    struct pictures pictures = {.count = PICTURES, .size = PICTURE};
    const step_state state = {.epoch = EPOCH, .in_epoch = IN_EPOCH, .per_epoch = PICTURES / BATCH};
    struct batches_request request = {
        .format = DATA_IDX, .pictures = &pictures, .preparation = PREPARE_UNIT, .rows = BATCH, .lanes = 1, .seed = 11};
    struct tensor x;
    TRY(selftest_take(test, &pictures.bytes, PICTURES, PICTURE));
    selftest_pictures(pictures.bytes, PICTURES * PICTURE);
    TRY(selftest_state(test, &state));
    TRY(arena_add(&test->arena, &x, BATCH, PICTURE, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    TRY(check_rows(test, &request, x, "x"));
    request.preparation = PREPARE_CONTRAST55;
    request.stream = true;
    request.window_bytes = 2 * (size_t)BATCH * PICTURE;
    return check_rows(test, &request, x, "x, streamed");
}

/* ---- dropout ---- */

/* Two layers with the identity as weights: what comes out is what went in, where neither dropped it. */
enum { DROPPED_ROWS = 21, UNITS = 83 };
static const double keeps[2] = {0.5, 0.8};

static double kept_by(struct random_key key, const step_state *state, uint32_t layer, size_t row, size_t column)
{
    return random_stream_word(key, layer, state->row + row, column, state->step) <
                   floor(keeps[layer] * 4294967296.0 + 0.5)
               ? 1 / keeps[layer]
               : 0;
}

static clgan_status write_identity(struct selftest *test, struct tensor w)
{
    float *values;
    TRY(selftest_take(test, &values, UNITS * UNITS, sizeof *values));
    for (size_t i = 0; i < UNITS; i++) values[i * UNITS + i] = 1;
    return tensor_write(test->device, w, values);
}

clgan_status selftest_dropout(struct selftest *test)
{
    const step_state state = {.step = ((state_u64)1 << 33) + 5, .row = 90000};
    const struct layer_recipe like = {.kind = LAYER_DENSE, .units = UNITS};
    struct network_recipe spec = {.layers = {like, like}, .count = 2};
    const struct optimiser_recipe sgd = {.kind = OPTIMISER_SGD};
    const struct forward how = {.dropout = random_stream(13, RANDOM_DROPOUT, 1), .state = &test->state};
    struct network network;
    struct pass pass;
    float *x;
    double *wanted;
    for (size_t i = 0; i < 2; i++) spec.layers[i].keep = keeps[i];
    TRY(selftest_take(test, &x, DROPPED_ROWS * UNITS, sizeof *x));
    TRY(selftest_take(test, &wanted, DROPPED_ROWS * UNITS, sizeof *wanted));
    TRY(network_begin(&network, 'D', &spec, UNITS, &sgd, &(struct network_options){0}, &test->arena));
    TRY(pass_begin(&pass, &network, DROPPED_ROWS, true, true, true, &test->arena));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    pass_connect(&pass, (struct tensor){0}, (struct tensor){0});
    TRY(selftest_state(test, &state));
    selftest_fill(x, DROPPED_ROWS * UNITS, 2);
    TRY(tensor_write(test->device, pass_input(&pass), x));
    for (size_t i = 0; i < 2; i++) TRY(write_identity(test, network.layers[i].weight.w));
    TRY(pass_append_forward(&test->plan, &pass, &how));
    TRY(selftest_plan(test));
    for (size_t i = 0; i < DROPPED_ROWS * UNITS; i++)
        wanted[i] = (double)x[i] * kept_by(how.dropout, &state, 0, i / UNITS, i % UNITS) *
                    kept_by(how.dropout, &state, 1, i / UNITS, i % UNITS);
    return selftest_tensor(test, "y of dropped x", pass_output(&pass), wanted, ROUNDING);
}

/* ---- losses ---- */

enum { LOSS_ROWS = 35 };

static double logistic(double x) { return 1 / (1 + exp(-x)); }

/* log(1 + e^x) */
static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }

/* What both losses of the logits leave: values [METRICS, 2 LOSS_ROWS], signals of D and of G. */
static void expect_losses(double *values, double *d_signal, double *g_signal, const float *logits,
                          const struct discriminator_loss *how)
{
    enum { ALL = 2 * LOSS_ROWS };
    for (size_t row = 0; row < ALL; row++) {
        const bool real = row < LOSS_ROWS;
        const double l = (double)logits[row], label = real ? how->real_label : how->fake_label;
        values[METRIC_D_LOSS * ALL + row] = how->weight * (label * softplus(-l) + (1 - label) * softplus(l));
        values[METRIC_D_REAL * ALL + row] = real ? logistic(l) : 0;
        values[METRIC_D_FAKE * ALL + row] = real ? 0 : logistic(l);
        d_signal[row] = how->weight * (logistic(l) - label) / LOSS_ROWS;
        if (real) continue;
        values[METRIC_G_LOSS * ALL + row - LOSS_ROWS] = softplus(-l);
        g_signal[row - LOSS_ROWS] = -logistic(-l) / LOSS_ROWS;
    }
}

clgan_status selftest_losses(struct selftest *test)
{
    enum { ALL = 2 * LOSS_ROWS };
    const struct discriminator_loss how = {.weight = 0.5, .real_label = 0.9, .fake_label = 0.1};
    struct tensor logits, d_signal, g_signal, values;
    double wanted[METRICS * ALL] = {0}, of_d[ALL], of_g[LOSS_ROWS];
    float drawn[ALL];
    TRY(arena_add(&test->arena, &logits, ALL, 1, ELEMENT_F32));
    TRY(arena_add(&test->arena, &d_signal, ALL, 1, ELEMENT_F32));
    TRY(arena_add(&test->arena, &g_signal, LOSS_ROWS, 1, ELEMENT_F32));
    TRY(arena_add(&test->arena, &values, METRICS, ALL, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    for (int row = 0; row < ALL; row++) drawn[row] = (float)(row % 2 ? row - LOSS_ROWS : LOSS_ROWS - row) / 2;
    drawn[1] = 200;
    drawn[ALL - 1] = -200;
    TRY(tensor_write(test->device, logits, drawn));
    TRY(loss_append_discriminator(&test->plan, logits, d_signal, values, &how));
    TRY(loss_append_generator(&test->plan, tensor_rows(logits, LOSS_ROWS, LOSS_ROWS), g_signal, values, false));
    TRY(selftest_plan(test));
    expect_losses(wanted, of_d, of_g, drawn, &how);
    TRY(selftest_tensor(test, "values", values, wanted, LOSS_TOLERANCE));
    TRY(selftest_tensor(test, "signal of D", d_signal, of_d, LOSS_TOLERANCE / LOSS_ROWS));
    return selftest_tensor(test, "signal of G", g_signal, of_g, LOSS_TOLERANCE / LOSS_ROWS);
}

/* ---- the end of a step ---- */

static void check_state(struct selftest *test, const step_state *got, const step_state *wanted)
{
    selftest_near(test, "step", 0, 0, (double)got->step, (double)wanted->step, 0);
    selftest_near(test, "first bad step", 0, 0, (double)got->first_bad, (double)wanted->first_bad, 0);
    selftest_near(test, "epoch", 0, 0, (double)got->epoch, (double)wanted->epoch, 0);
    selftest_near(test, "step in epoch", 0, 0, got->in_epoch, wanted->in_epoch, 0);
}

/* Means go into the sums, the state moves on into the next epoch, and a value that is not finite is noted. */
clgan_status selftest_end_of_step(struct selftest *test)
{
    enum { ROWS = 9, ALL = 2 * ROWS };
    const step_state wanted = {.step = 43, .first_bad = 43, .epoch = 7, .in_epoch = 0};
    step_state state = {.step = 41, .epoch = 6, .in_epoch = 2, .per_epoch = 4};
    struct tensor values;
    float drawn[METRICS * ALL], sums[2 * METRICS] = {0};
    double means[METRICS] = {0};
    TRY(arena_add(&test->arena, &values, METRICS, ALL, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    TRY(selftest_state(test, &state));
    TRY(buffer_make(&test->sums, test->device, sizeof sums, "a self-test"));
    TRY(buffer_write(test->device, &test->sums, 0, sizeof sums, sums));
    selftest_fill(drawn, METRICS * ALL, 4);
    for (size_t i = 0; i < METRICS * ALL; i++) means[i / ALL] += (double)drawn[i] / ROWS;
    TRY(tensor_write(test->device, values, drawn));
    TRY(loss_append_advance(&test->plan, &test->state, &test->sums, values));
    TRY(selftest_plan(test));
    TRY(buffer_read(test->device, &test->sums, 0, sizeof sums, sums));
    for (size_t i = 0; i < METRICS; i++)
        selftest_near(test, "sum of means", 0, i, (double)sums[2 * i] - (double)sums[2 * i + 1], means[i], ROUNDING);
    drawn[METRICS * ALL - 1] = NAN;
    TRY(tensor_write(test->device, values, drawn));
    TRY(loss_append_advance(&test->plan, &test->state, &test->sums, values));
    TRY(selftest_plan(test));
    TRY(buffer_read(test->device, &test->state, 0, sizeof state, &state));
    check_state(test, &state, &wanted);
    return CLGAN_OK;
}

/* What guards a save: all finite, then one infinity, then one that is not a number. */
clgan_status selftest_finite(struct selftest *test)
{
    enum { COUNT = 1003 };
    const float last[] = {1, INFINITY, NAN};
    struct net_tensor x = {.name = "x"};
    float values[COUNT] = {0};
    TRY(arena_add(&test->arena, &x.tensor, 1, COUNT, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
        size_t first;
        values[COUNT - 1] = last[i];
        TRY(tensor_write(test->device, x.tensor, values));
        TRY(net_tensors_first_bad(&first, test->device, &x, 1));
        selftest_near(test, "whether all is finite", i, 0, (double)first, i == 0, 0);
    }
    return CLGAN_OK;
}

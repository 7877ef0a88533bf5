/* Steps of the whole pair on the device against the double-precision reference: batches, noise, masks, both forms of
 * the step, losses, gradients, optimisers, column limits, averages. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gan/monitor.h"
#include "reference/gan.c"
#include "suite.h"

enum { ROWS = 66, BATCH = 7, SIZE = 12 };

static const char head[] = "name: tiny\n"
                           "data: {format: idx, name: none, shape: [1, 3, 4], validation: 0, preparation: unit}\n"
                           "noise: {kind: uniform, size: 5}\n";

/* The nets of the released recipes, small. */
static const char released[] =
    "generator:\n"
    "  - {kind: dense, units: 33, activation: relu, weights: uniform, scale: 0.5}\n"
    "  - {kind: dense, units: 9, activation: relu, weights: uniform, scale: 0.5}\n"
    "  - {kind: dense, units: 12, activation: sigmoid, weights: uniform, scale: 0.5}\n"
    "discriminator:\n"
    "  - {kind: maxout, units: 8, pieces: 5, keep: 0.8, weights: uniform, scale: 0.5}\n"
    "  - {kind: maxout, units: 6, pieces: 5, keep: 0.5, weights: uniform, scale: 0.5}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, keep: 0.5, weights: uniform, scale: 0.5}\n";

/* Every kind of layer and activation, dropout in both nets, column limits. */
static const char varied[] =
    "generator:\n"
    "  - {kind: dense, units: 10, activation: tanh, weights: normal, scale: 0.5, max_column_norm: 0.9}\n"
    "  - {kind: maxout, units: 7, pieces: 3, keep: 0.75, weights: normal, scale: 0.5}\n"
    "  - {kind: dense, units: 6, activation: leaky-relu, slope: 0.3, weights: normal, scale: 0.5}\n"
    "  - {kind: dense, units: 12, activation: linear, keep: 0.5, weights: normal, scale: 0.5}\n"
    "discriminator:\n"
    "  - {kind: dense, units: 9, activation: leaky-relu, keep: 0.8, weights: normal, scale: 0.5, max_column_norm: "
    "1.1}\n"
    "  - {kind: maxout, units: 5, pieces: 2, keep: 0.5, weights: normal, scale: 0.7, max_column_norm: 0.8}\n"
    "  - {kind: dense, units: 6, activation: sigmoid, weights: normal, scale: 0.7}\n"
    "  - {kind: dense, units: 5, activation: tanh, weights: normal, scale: 0.7}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.7}\n";

static const char sgd[] =
    "optimiser:\n"
    "  generator: {kind: sgd, learning_rate: 0.1, decay: 1.01, lowest_rate: 0.097, momentum: 0.5, final_momentum: 0.7,"
    " momentum_epochs: [1, 3]}\n"
    "  discriminator: {kind: sgd, learning_rate: 0.05, momentum: 0.6}\n";
static const char adam[] = "optimiser:\n"
                           "  generator: {kind: adam, learning_rate: 0.01, beta1: 0.5}\n"
                           "  discriminator: {kind: adam, learning_rate: 0.005, beta1: 0.9, beta2: 0.99}\n";

struct fixture {
    struct recipe recipe;
    uint8_t bytes[ROWS * SIZE];
    struct pictures pictures;
    struct device *device;
    struct pair pair;
    struct batches batches;
    struct reference_gan reference;
    bool probes; /* each step by the plan that also measures gradients */
};

static float *layer_values(struct fixture *f, struct tensor tensor)
{
    float *values = malloc(tensor.rows * tensor.columns * sizeof *values);
    ck_assert_ptr_nonnull(values);
    CHECK_OK(tensor_read(f->device, tensor, values));
    return values;
}

static void copy_tensor(struct fixture *f, double *to, struct tensor from)
{
    float *values = layer_values(f, from);
    for (size_t i = 0; i < from.rows * from.columns; i++) to[i] = values[i];
    free(values);
}

/* The reference starts at the device's weights. */
static void copy_net(struct fixture *f, struct reference_net *to, const struct network *from)
{
    for (size_t i = 0; i < from->count; i++) {
        copy_tensor(f, to->layers[i].w, from->layers[i].weight.w);
        copy_tensor(f, to->layers[i].b, from->layers[i].bias.w);
        if (!to->layers[i].aw) continue;
        copy_tensor(f, to->layers[i].aw, from->layers[i].average_weight);
        copy_tensor(f, to->layers[i].ab, from->layers[i].average_bias);
    }
}

static void open_fixture(struct fixture *f, const char *nets, const char *train, const char *optimisers,
                         const char *noise, bool stream, bool gradients, unsigned backends)
{
    char yaml[4096];
    memset(f, 0, sizeof *f);
    snprintf(yaml, sizeof yaml, "%s%s%s%s", head, nets, train, optimisers);
    CHECK_OK(recipe_parse(&f->recipe, yaml, strlen(yaml), "test", &noise, noise != NULL));
    for (size_t i = 0; i < sizeof f->bytes; i++) f->bytes[i] = (uint8_t)((i * 2654435761u) >> 13);
    f->pictures = (struct pictures){f->bytes, ROWS, SIZE};
    const clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    const struct batches_request request = {.format = DATA_IDX,
                                            .pictures = &f->pictures,
                                            .preparation = f->recipe.data.preparation,
                                            .rows = BATCH,
                                            .lanes = pair_lanes(&f->recipe),
                                            .seed = (uint64_t)f->recipe.train.seed,
                                            .stream = stream,
                                            .window_bytes = 2 * BATCH * SIZE * pair_lanes(&f->recipe)};
    CHECK_OK(device_open(&f->device, &options, false, NULL));
    f->device->gemm_backends = backends;
    CHECK_OK(pair_begin(&f->pair, f->device, &f->recipe, gradients));
    CHECK_OK(pair_make(&f->pair));
    CHECK_OK(batches_make(&f->batches, f->device, &request, NULL));
    CHECK_OK(pair_plan(&f->pair, &f->batches));
    CHECK_OK(pair_initialise(&f->pair));
    CHECK_OK(pair_set_step(&f->pair, 0, NULL));
    reference_begin(&f->reference, &f->recipe);
    copy_net(f, &f->reference.g, &f->pair.g);
    copy_net(f, &f->reference.d, &f->pair.d);
}

static void close_fixture(struct fixture *f)
{
    reference_free(&f->reference);
    batches_free(&f->batches);
    pair_free(&f->pair);
    device_close(f->device);
}

/* The minibatches of step `step` as the shuffle orders them. */
static void fill_data(const struct fixture *f, double *data, uint64_t step)
{
    const size_t lanes = pair_lanes(&f->recipe), per_epoch = f->batches.steps_per_epoch;
    const struct random_key key = random_stream((uint64_t)f->recipe.train.seed, RANDOM_SHUFFLE, 0);
    for (size_t i = 0; i < lanes * BATCH; i++) {
        const uint32_t row =
            random_shuffled((uint32_t)(step % per_epoch * lanes * BATCH + i), ROWS, step / per_epoch, key);
        for (size_t c = 0; c < SIZE; c++) data[i * SIZE + c] = f->bytes[row * SIZE + c] / 255.0;
    }
}

static double largest_of(const double *values, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(values[i]));
    return largest;
}

/* Largest difference over `scale`, the magnitude that rounding errors go with. */
static double difference(struct fixture *f, struct tensor tensor, const double *expected, double scale)
{
    float *values = layer_values(f, tensor);
    double worst = 0;
    for (size_t i = 0; i < tensor.rows * tensor.columns; i++) {
        const double error = fabs(values[i] - expected[i]);
        if (!(error <= worst)) worst = error; /* NaN stays */
    }
    free(values);
    return worst / scale;
}

static void check(double error, double tolerance, const char *what, char letter, size_t layer, uint64_t step)
{
    ck_assert_msg(error <= tolerance, "step %d, %c.%zu %s: error %g over %g", (int)step, letter, layer, what, error,
                  tolerance);
}

static void compare_net(struct fixture *f, const struct network *net, const struct reference_net *expected,
                        double tolerance, uint64_t step)
{
    for (size_t i = 0; i < net->count; i++) {
        const struct layer *layer = &net->layers[i];
        const struct reference_layer *twin = &expected->layers[i];
        const size_t weights = twin->in * twin->width;
        /* a bias's gradient is a sum that may cancel: its terms are as large as those of the weights' */
        const double gradient = fmax(fmax(largest_of(twin->gw, weights), largest_of(twin->gb, twin->width)), 1e-30);
        const double weight = fmax(largest_of(twin->w, weights), largest_of(twin->b, twin->width));
        if (layer->g_weight.buffer)
            check(difference(f, layer->g_weight, twin->gw, gradient), 10 * tolerance, "dW", net->letter, i, step);
        if (layer->g_bias.buffer)
            check(difference(f, layer->g_bias, twin->gb, gradient), 10 * tolerance, "db", net->letter, i, step);
        check(difference(f, layer->weight.w, twin->w, weight), tolerance, "W", net->letter, i, step);
        check(difference(f, layer->bias.w, twin->b, weight), tolerance, "b", net->letter, i, step);
        if (!twin->aw) continue;
        check(difference(f, layer->average_weight, twin->aw, weight), tolerance, "average W", net->letter, i, step);
        check(difference(f, layer->average_bias, twin->ab, weight), tolerance, "average b", net->letter, i, step);
    }
}

static void compare_monitors(struct fixture *f, double tolerance)
{
    float sums[2 * METRICS];
    CHECK_OK(pair_read_sums(&f->pair, sums));
    CHECK_OK(pair_clear_sums(&f->pair));
    const double expected[METRICS] = {f->reference.d_loss, f->reference.g_loss, f->reference.d_real,
                                      f->reference.d_fake};
    for (int i = 0; i < METRICS; i++)
        ck_assert_msg(fabs(sums[2 * i] - expected[i]) <= tolerance * fmax(1, fabs(expected[i])),
                      "monitor %d: %.9g, %.9g", i, (double)sums[2 * i], expected[i]);
}

static double square_of(const struct reference_layer *layer)
{
    double sum = 0;
    for (size_t i = 0; i < layer->in * layer->width; i++) sum += layer->gw[i] * layer->gw[i];
    return sum;
}

/* The sum of squares of each layer's gradient. */
static void compare_squares(struct fixture *f, struct tensor squares, const struct reference_net *net, double tolerance,
                            uint64_t step)
{
    float *values = layer_values(f, squares);
    for (size_t i = 0; i < squares.rows; i++) {
        const double expected = square_of(&net->layers[i]);
        check(fabs(values[i] - expected) / fmax(expected, 1e-30), 100 * tolerance, "squares", '.', i, step);
    }
    free(values);
}

/* Rounding errors of float grow with the steps; Adam divides by small second moments and grows them more. */
static void run(struct fixture *f, uint64_t first, uint64_t steps, double tolerance)
{
    static double data[4 * BATCH * SIZE];
    f->reference.step = first;
    f->reference.g.updates = first * (uint64_t)f->recipe.train.generator_steps;
    f->reference.d.updates = first * (uint64_t)f->recipe.train.discriminator_steps;
    CHECK_OK(pair_set_step(&f->pair, first, NULL));
    for (uint64_t step = first; step < first + steps; step++) {
        const uint64_t epoch = step / f->batches.steps_per_epoch;
        fill_data(f, data, step);
        CHECK_OK(pair_prepare_step(&f->pair, step));
        CHECK_OK(batches_prepare_step(&f->batches, &f->pair.state, epoch, (size_t)(step % f->batches.steps_per_epoch),
                                      step == first));
        CHECK_OK(plan_run(f->probes ? &f->pair.probe : &f->pair.step));
        reference_step(&f->reference, data, epoch + 1);
        compare_monitors(f, tolerance);
        compare_net(f, &f->pair.g, &f->reference.g, tolerance, step);
        compare_net(f, &f->pair.d, &f->reference.d, tolerance, step);
        if (!f->probes) continue;
        compare_squares(f, f->pair.g_squares, &f->reference.g, tolerance, step);
        compare_squares(f, f->pair.d_squares, &f->reference.d, tolerance, step);
    }
}

static const struct {
    const char *nets, *train, *optimisers, *noise;
    bool stream;
    double tolerance;
} trainings[] = {
    {released, "train: {batch: 7, epochs: 1, seed: 3, updates: simultaneous}\n", sgd, NULL, false, 2e-6},
    {released, "train: {batch: 7, epochs: 1, seed: 4, updates: simultaneous, generator_loss: minimax}\n", sgd, NULL,
     true, 2e-6},
    {varied,
     "train: {batch: 7, epochs: 1, seed: 5, updates: simultaneous, discriminator_loss: sum, real_label: 0.9,"
     " fake_label: 0.1, average: 0.9}\n",
     adam, "noise.kind=normal", false, 2e-5},
    {varied, "train: {batch: 7, epochs: 1, seed: 6, updates: alternating, average: 0.9}\n", sgd, "noise.kind=spherical",
     false, 2e-6},
    {released,
     "train: {batch: 7, epochs: 1, seed: 7, updates: alternating, discriminator_steps: 3, generator_steps: 2}\n", sgd,
     NULL, false, 2e-6},
    {varied,
     "train: {batch: 7, epochs: 1, seed: 8, updates: alternating, discriminator_steps: 2, generator_steps: 3,"
     " generator_loss: minimax, discriminator_loss: sum, fake_label: 0.2, average: 0.5}\n",
     adam, "noise.kind=spherical", true, 2e-5},
    {released, "train: {batch: 7, epochs: 1, seed: 9, updates: alternating, simultaneous_epochs: 1}\n", sgd, NULL,
     false, 2e-6},
};

/* With updates in the products' epilogues, with gradients stored apart, and by CLBlast. */
START_TEST(steps_agree)
{
    struct fixture f;
    for (int way = 0; way < 3; way++) {
        open_fixture(&f, trainings[_i].nets, trainings[_i].train, trainings[_i].optimisers, trainings[_i].noise,
                     trainings[_i].stream, way == 1, way == 2 ? 1u << GEMM_CLBLAST : 0);
        run(&f, 0, 12, trainings[_i].tolerance);
        close_fixture(&f);
    }
}
END_TEST

/* Steps around number 2^32, and epochs beyond it: streams, shuffles and schedules take all 64 bits. Moments that begin
 * at 0 so late leave Adam's first steps to rounding errors: all by SGD. */
START_TEST(counters_beyond_32_bits)
{
    static const uint64_t firsts[] = {(UINT64_C(1) << 32) - 3, UINT64_C(3) << 40};
    struct fixture f;
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        open_fixture(&f, trainings[_i].nets, trainings[_i].train, sgd, trainings[_i].noise, trainings[_i].stream, false,
                     0);
        run(&f, firsts[i], 6, trainings[_i].tolerance);
        step_state state;
        CHECK_OK(pair_read_state(&f.pair, &state));
        ck_assert_uint_eq(state.step, firsts[i] + 6);
        ck_assert_uint_eq(state.epoch, (firsts[i] + 6) / f.batches.steps_per_epoch);
        close_fixture(&f);
    }
}
END_TEST

/* ---- the monitor, from the rows and outputs that a step leaves behind ---- */

static double mean_distance(const float *rows, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            double square = 0;
            for (size_t c = 0; c < SIZE; c++)
                square += ((double)rows[i * SIZE + c] - rows[j * SIZE + c]) *
                          ((double)rows[i * SIZE + c] - rows[j * SIZE + c]);
            sum += sqrt(square);
        }
    return sum / ((double)count * (double)(count - 1) / 2);
}

/* Of all values together, as E x^2 - (E x)^2. */
static double variance_of(const float *rows, size_t count)
{
    double total = 0;
    for (size_t c = 0; c < SIZE; c++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < count; i++) {
            sum += rows[i * SIZE + c];
            squares += (double)rows[i * SIZE + c] * rows[i * SIZE + c];
        }
        total += (squares - sum * sum / (double)count) / (double)(count - 1);
    }
    return total;
}

static void near(double got, double expected, const char *what)
{
    ck_assert_msg(fabs(got - expected) <= 1e-5 * fmax(fabs(expected), 1e-6), "%s: %.9g, %.9g", what, got, expected);
}

static double share(const float *values, int (*counts)(float))
{
    int count = 0;
    for (size_t i = 0; i < BATCH; i++) count += counts(values[i]);
    return count / (double)BATCH;
}

static int is_high(float p) { return p > 0.5f; }
static int is_low(float p) { return p < 0.5f; }
static int is_far(float p) { return p < 0.01f || p > 0.99f; }

static void check_monitor(struct fixture *f)
{
    struct monitor monitor;
    clgan_health health;
    double squares[2] = {0, 0};
    CHECK_OK(monitor_make(&monitor, &f->pair));
    CHECK_OK(monitor_measure(&monitor, &health));
    float *x = layer_values(f, pass_input(&f->pair.d_pass)), *values = layer_values(f, f->pair.values);
    const float *on_real = values + METRIC_D_REAL * 2 * BATCH, *on_fake = values + METRIC_D_FAKE * 2 * BATCH + BATCH;
    near(health.spread, mean_distance(x + BATCH * SIZE, BATCH) / mean_distance(x, BATCH), "spread");
    near(health.variance, variance_of(x + BATCH * SIZE, BATCH) / variance_of(x, BATCH), "variance");
    near(health.accuracy_real, share(on_real, is_high), "accuracy on real rows");
    near(health.accuracy_fake, share(on_fake, is_low), "accuracy on fake rows");
    near(health.saturated, (share(on_real, is_far) + share(on_fake, is_far)) / 2, "saturated");
    for (size_t i = 0; i < f->pair.g.count; i++) squares[0] += square_of(&f->reference.g.layers[i]);
    for (size_t i = 0; i < f->pair.d.count; i++) squares[1] += square_of(&f->reference.d.layers[i]);
    ck_assert(fabs(health.g_gradient - sqrt(squares[0])) <= 1e-3 * sqrt(squares[0]));
    ck_assert(fabs(health.d_gradient - sqrt(squares[1])) <= 1e-3 * sqrt(squares[1]));
    ck_assert(isnan(health.modes) && isnan(health.good));
    free(x);
    free(values);
    monitor_free(&monitor);
}

/* The plan that also measures gradients makes the same steps, and the monitor reads off what they leave; with outputs
 * of D far out, too. */
START_TEST(the_monitor_measures)
{
    static const float logits[] = {0, 4.7f, 0, -4.7f, 1, 0, 2};
    struct fixture f;
    open_fixture(&f, trainings[_i].nets, trainings[_i].train, trainings[_i].optimisers, trainings[_i].noise,
                 trainings[_i].stream, false, 0);
    const size_t last = f.pair.d.count - 1;
    CHECK_OK(tensor_write(f.device, f.pair.d.layers[last].bias.w, &logits[_i]));
    f.reference.d.layers[last].b[0] = logits[_i];
    CHECK_OK(pair_plan_probe(&f.pair));
    f.probes = true;
    run(&f, 0, 4, trainings[_i].tolerance);
    check_monitor(&f);
    close_fixture(&f);
}
END_TEST

/* The shared backward pass where one of the two signals vanishes: D's last bias moves all logits far out. */
START_TEST(extreme_logits_agree)
{
    static const float logits[] = {5, -5, 40, -40, 200, -200};
    static const char *const trains[] = {
        "train: {batch: 7, epochs: 1, seed: 3, updates: simultaneous, generator_loss: %s}\n",
        "train: {batch: 7, epochs: 1, seed: 3, updates: simultaneous, generator_loss: %s, discriminator_loss: sum,"
        " real_label: 0.9, fake_label: 0.2}\n"};
    char train[200];
    struct fixture f;
    snprintf(train, sizeof train, trains[_i % 2], _i / 2 % 2 ? "minimax" : "non-saturating");
    open_fixture(&f, released, train, sgd, NULL, false, true, 0);
    const float logit = logits[_i / 4];
    const size_t last = f.pair.d.count - 1;
    CHECK_OK(tensor_write(f.device, f.pair.d.layers[last].bias.w, &logit));
    f.reference.d.layers[last].b[0] = logit;
    run(&f, 0, 1, 2e-6);
    close_fixture(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gan");
    TCase *tests = tcase_create("gan");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, steps_agree, 0, (int)(sizeof trainings / sizeof *trainings));
    tcase_add_loop_test(tests, counters_beyond_32_bits, 0, (int)(sizeof trainings / sizeof *trainings));
    tcase_add_loop_test(tests, the_monitor_measures, 0, (int)(sizeof trainings / sizeof *trainings));
    tcase_add_loop_test(tests, extreme_logits_agree, 0, 24);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

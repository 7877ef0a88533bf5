/* The reference against mathematics: its gradients are the slopes of its objectives, its updates the textbook's. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reference/gan.c"
#include "suite.h"

enum { BATCH = 7, LANES = 3, SIZE = 2 };

/* Every kind of layer and activation, with dropout in both nets. */
static const char tiny[] =
    "name: tiny\n"
    "data: {format: ring, modes: 8, radius: 2, deviation: 0.05, steps_per_epoch: 10}\n"
    "noise: {kind: normal, size: 5}\n"
    "generator:\n"
    "  - {kind: dense, units: 6, activation: relu, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 5, activation: leaky-relu, slope: 0.3, keep: 0.75, weights: normal, scale: 1}\n"
    "  - {kind: maxout, units: 6, pieces: 3, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 5, activation: tanh, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 4, activation: sigmoid, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 2, activation: linear, weights: normal, scale: 1}\n"
    "discriminator:\n"
    "  - {kind: maxout, units: 6, pieces: 2, keep: 0.8, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 5, activation: leaky-relu, keep: 0.5, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 6, activation: relu, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 5, activation: sigmoid, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 5, activation: linear, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 4, activation: tanh, keep: 0.5, weights: normal, scale: 1}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, keep: 0.5, weights: normal, scale: 1}\n"
    "train: {batch: 7, epochs: 1, seed: 3, updates: simultaneous}\n"
    "optimiser:\n"
    "  generator: {kind: adam, learning_rate: 0.01}\n"
    "  discriminator: {kind: sgd, learning_rate: 0.1}\n";

static struct recipe recipe_of(const char *const *settings, size_t count)
{
    struct recipe recipe;
    ck_assert_msg(recipe_parse(&recipe, tiny, strlen(tiny), "tiny", settings, count) == CLGAN_OK, "%s",
                  clgan_last_error());
    return recipe;
}

/* Uniform on (-1, 1), the same in every run. */
static double number(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / 8388608.0 - 1;
}

static void fill_net(struct reference_net *net, unsigned seed)
{
    for (size_t i = 0; i < net->count; i++) {
        struct reference_layer *layer = &net->layers[i];
        const double spread = 2 / sqrt((double)layer->in);
        for (size_t e = 0; e < layer->in * layer->width; e++) layer->w[e] = number(&seed) * spread;
        for (size_t e = 0; e < layer->width; e++) layer->b[e] = number(&seed) * 0.5;
    }
}

static void begin(struct reference_gan *gan, const struct recipe *recipe, double data[LANES * BATCH * SIZE])
{
    unsigned seed = 11;
    reference_begin(gan, recipe);
    fill_net(&gan->g, 5);
    fill_net(&gan->d, 6);
    gan->step = 4;
    for (size_t i = 0; i < LANES * BATCH * SIZE; i++) data[i] = 2 * number(&seed);
}

static void copy_weights(struct reference_net *to, const struct reference_net *from)
{
    for (size_t i = 0; i < to->count; i++) {
        const size_t width = to->layers[i].width;
        memcpy(to->layers[i].w, from->layers[i].w, to->layers[i].in * width * sizeof(double));
        memcpy(to->layers[i].b, from->layers[i].b, width * sizeof(double));
    }
}

static double objective(struct reference_gan *gan, const double *data, unsigned lane)
{
    return data ? reference_d_objective(gan, data, lane) : reference_g_objective(gan, lane);
}

static double slope_of(struct reference_gan *gan, const double *data, unsigned lane, double *weight)
{
    const double old = *weight, by = 1e-6;
    *weight = old + by;
    const double above = objective(gan, data, lane);
    *weight = old - by;
    const double below = objective(gan, data, lane);
    *weight = old;
    return (above - below) / (2 * by);
}

/* `found` holds the gradients, `at` the point: D's where data is given, G's where it is not. Every layer must learn. */
static void check_slopes(const struct reference_net *found, struct reference_gan *at, const double *data, unsigned lane)
{
    struct reference_net *net = data ? &at->d : &at->g;
    for (size_t l = 0; l < net->count; l++) {
        const struct reference_layer *layer = &net->layers[l];
        double largest = 0;
        for (size_t e = 0; e < layer->in * layer->width + layer->width; e++) {
            const size_t weights = layer->in * layer->width, b = e - weights;
            const double g = e < weights ? found->layers[l].gw[e] : found->layers[l].gb[b];
            const double slope = slope_of(at, data, lane, e < weights ? &layer->w[e] : &layer->b[b]);
            ck_assert_msg(fabs(g - slope) <= 1e-8 + 1e-6 * fabs(slope), "%c.%zu[%zu]: %.10g, slope %.10g",
                          data ? 'D' : 'G', l, e, g, slope);
            largest = fmax(largest, fabs(g));
        }
        ck_assert_msg(largest >= 1e-5, "%c.%zu: largest gradient %g", data ? 'D' : 'G', l, largest);
    }
}

static void check_simultaneous(const char *const *settings, size_t count)
{
    const struct recipe recipe = recipe_of(settings, count);
    struct reference_gan gan, at;
    double data[LANES * BATCH * SIZE];
    begin(&gan, &recipe, data);
    begin(&at, &recipe, data);
    reference_step(&gan, data, 1);
    check_slopes(&gan.d, &at, data, 0);
    check_slopes(&gan.g, &at, NULL, 0);
    ck_assert(fabs(gan.d_loss - reference_d_objective(&at, data, 0)) <= 1e-14);
    ck_assert(fabs(gan.g_loss - reference_g_objective(&at, 0)) <= 1e-14);
    reference_free(&gan);
    reference_free(&at);
}

START_TEST(gradients_are_slopes)
{
    static const char *const losses[] = {"train.generator_loss=non-saturating", "train.generator_loss=minimax"};
    static const char *const sums[] = {"train.discriminator_loss=mean", "train.discriminator_loss=sum"};
    static const char *const labels[][2] = {{"train.real_label=1", "train.fake_label=0"},
                                            {"train.real_label=0.9", "train.fake_label=0.15"}};
    const char *const settings[] = {"train.updates=simultaneous", losses[_i & 1], sums[_i >> 1 & 1], labels[_i >> 2][0],
                                    labels[_i >> 2][1]};
    check_simultaneous(settings, 5);
}
END_TEST

/* Nets of zeros: D is 1/2 everywhere. */
START_TEST(ignorance_costs_log_2)
{
    const struct recipe recipe = recipe_of(NULL, 0);
    const double log_2 = log(2), data[BATCH * SIZE] = {0};
    struct reference_gan gan;
    reference_begin(&gan, &recipe);
    gan.recipe.train.discriminator_loss = LOSS_MEAN;
    ck_assert(fabs(reference_d_objective(&gan, data, 0) - log_2) <= 1e-14);
    gan.recipe.train.discriminator_loss = LOSS_SUM;
    ck_assert(fabs(reference_d_objective(&gan, data, 0) - 2 * log_2) <= 1e-14);
    gan.recipe.train.generator_loss = LOSS_NON_SATURATING;
    ck_assert(fabs(reference_g_objective(&gan, 0) - log_2) <= 1e-14);
    gan.recipe.train.generator_loss = LOSS_MINIMAX;
    ck_assert(fabs(reference_g_objective(&gan, 0) + log_2) <= 1e-14);
    ck_assert(fabs(gan.d_real - 0.5) <= 1e-14);
    ck_assert(fabs(gan.d_fake - 0.5) <= 1e-14);
    reference_free(&gan);
}
END_TEST

/* Simultaneous players see the fakes through the same masks: both sides are minus the mean logit of a fake. */
START_TEST(players_share_masks)
{
    static const char *const settings[] = {"train.discriminator_loss=sum"};
    const struct recipe recipe = recipe_of(settings, 1);
    struct reference_gan gan;
    double data[LANES * BATCH * SIZE], of_d, of_g = 0;
    begin(&gan, &recipe, data);
    gan.recipe.train.fake_label = 1;
    of_d = reference_d_objective(&gan, data, 0);
    gan.recipe.train.fake_label = 0;
    of_d -= reference_d_objective(&gan, data, 0);
    gan.recipe.train.generator_loss = LOSS_MINIMAX;
    of_g += reference_g_objective(&gan, 0);
    gan.recipe.train.generator_loss = LOSS_NON_SATURATING;
    of_g += reference_g_objective(&gan, 0);
    ck_assert(fabs(of_d - of_g) <= 1e-14);
    reference_free(&gan);
}
END_TEST

START_TEST(gradients_pass_every_output_of_g)
{
    static const char *const ends[] = {"relu", "leaky-relu", "tanh", "sigmoid"};
    char end[64];
    snprintf(end, sizeof end, "generator.5.activation=%s", ends[_i]);
    const char *const settings[] = {"train.updates=simultaneous", end};
    check_simultaneous(settings, 2);
}
END_TEST

/* k = 1: G's gradient belongs to its old weights and D's new ones. k = 2: D's second is taken where the first led. */
START_TEST(alternating_steps_follow_each_other)
{
    static const char *const once[] = {"train.updates=alternating"};
    static const char *const twice[] = {"train.updates=alternating", "train.discriminator_steps=2"};
    const struct recipe recipe = recipe_of(once, 1), longer = recipe_of(twice, 2);
    struct reference_gan one, two, at;
    double data[LANES * BATCH * SIZE];
    begin(&at, &recipe, data);
    begin(&one, &recipe, data);
    begin(&two, &longer, data);
    reference_step(&one, data, 1);
    reference_step(&two, data, 1);
    check_slopes(&one.d, &at, data, 0);
    copy_weights(&at.d, &one.d);
    check_slopes(&one.g, &at, NULL, 1);
    check_slopes(&two.d, &at, data, 1);
    copy_weights(&at.d, &two.d);
    check_slopes(&two.g, &at, NULL, 2);
    ck_assert_uint_eq(two.d.updates, 2);
    ck_assert_uint_eq(two.g.updates, 1);
    ck_assert_uint_eq(two.step, 5);
    reference_free(&one);
    reference_free(&two);
    reference_free(&at);
}
END_TEST

/* Three steps by hand: G with Adam, column limits and averages, D with SGD. */
START_TEST(updates_are_the_textbooks)
{
    static const char *const settings[] = {"train.updates=simultaneous",
                                           "train.average=0.9",
                                           "generator.2.max_column_norm=0.8",
                                           "optimiser.generator.epsilon=0.001",
                                           "optimiser.discriminator.decay=2",
                                           "optimiser.discriminator.lowest_rate=0.04",
                                           "optimiser.discriminator.momentum=0.4",
                                           "optimiser.discriminator.final_momentum=0.8",
                                           "optimiser.discriminator.momentum_epochs=[2,6]"};
    static const double momenta[] = {0.4, 0.5, 0.8}, rates[] = {0.1, 0.05, 0.04};
    static const uint64_t epochs[] = {1, 3, 9};
    const struct recipe recipe = recipe_of(settings, sizeof settings / sizeof *settings);
    struct reference_gan gan;
    double data[LANES * BATCH * SIZE], velocity = 0, first = 0, second = 0, average = 0;
    begin(&gan, &recipe, data);
    const struct reference_layer *limited = &gan.g.layers[2], *free_one = &gan.g.layers[3], *d = &gan.d.layers[1];
    for (int t = 0; t < 3; t++) {
        double w = free_one->w[1], dw = d->w[2];
        reference_step(&gan, data, epochs[t]);
        const double g = free_one->gw[1], b1 = recipe.generator_optimiser.beta1, b2 = recipe.generator_optimiser.beta2;
        velocity = momenta[t] * velocity - rates[t] * d->gw[2];
        ck_assert(fabs(d->w[2] - dw - velocity) <= 1e-14);
        first = b1 * first + (1 - b1) * g;
        second = b2 * second + (1 - b2) * g * g;
        w -= 0.01 * first / (1 - pow(b1, t + 1)) / (sqrt(second / (1 - pow(b2, t + 1))) + 0.001);
        ck_assert(fabs(free_one->w[1] - w) <= 1e-14);
        average = 0.9 * average + 0.1 * w;
        ck_assert(fabs(free_one->aw[1] - average) <= 1e-14);
        for (size_t c = 0; c < limited->width; c++) {
            double norm = 0;
            for (size_t i = 0; i < limited->in; i++) norm = hypot(norm, limited->w[i * limited->width + c]);
            ck_assert(norm <= 0.8 + 1e-14);
        }
    }
    ck_assert_ptr_null(gan.d.layers[0].aw);
    reference_free(&gan);
}
END_TEST

START_TEST(noise_has_its_moments)
{
    static const char *const kinds[] = {"noise.kind=uniform", "noise.kind=normal", "noise.kind=spherical"};
    static const double fourth[] = {1.8, 3, 3 * 5.0 / 7}; /* of unit variance; spherical: of five dimensions */
    enum { ROWS = 20000, Z = 5 };
    const struct recipe recipe = recipe_of(&kinds[_i], 1);
    double *z = zeros(ROWS * Z), sums[5] = {0};
    reference_noise(z, &recipe, 9, 1, 1ull << 33, ROWS);
    for (size_t r = 0; r < ROWS; r++) {
        double square = 0;
        for (size_t c = 0; c < Z; c++) {
            for (int power = 1; power < 5; power++) sums[power] += pow(z[r * Z + c], power) / (ROWS * Z);
            square += z[r * Z + c] * z[r * Z + c];
        }
        if (recipe.noise.kind == NOISE_SPHERICAL) ck_assert(fabs(square - Z) <= 1e-12);
    }
    ck_assert(fabs(sums[1]) <= 0.02);
    ck_assert(fabs(sums[2] - 1) <= 0.02);
    ck_assert(fabs(sums[3]) <= 0.06);
    ck_assert(fabs(sums[4] - fourth[_i]) <= 0.15);
    free(z);
}
END_TEST

START_TEST(maxout_ties_go_to_the_first)
{
    const struct reference_layer layer = {.units = 2, .pieces = 3, .width = 6};
    const double pre[] = {1, 4, 2, 4, 2, 3};
    ck_assert_uint_eq(winner(&layer, pre, 0), 2);
    ck_assert_uint_eq(winner(&layer, pre, 1), 1);
}
END_TEST

/* Dropout belongs to training: a sample is the same in every step, and from the averages when asked. */
START_TEST(samples_see_no_dropout)
{
    static const char *const settings[] = {"train.average=0.5"};
    const struct recipe recipe = recipe_of(settings, 1);
    struct reference_gan gan;
    double data[LANES * BATCH * SIZE], z[BATCH * 5], x[3][BATCH * SIZE];
    begin(&gan, &recipe, data);
    reference_noise(z, &recipe, 1, 0, 0, BATCH);
    reference_generate(&gan, x[0], z, BATCH, false);
    gan.step++;
    reference_generate(&gan, x[1], z, BATCH, false);
    reference_generate(&gan, x[2], z, BATCH, true);
    ck_assert_mem_eq(x[0], x[1], sizeof x[0]);
    for (size_t i = 0; i < BATCH * SIZE; i++) ck_assert(x[2][i] == 0);
    reference_free(&gan);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *tests = tcase_create("reference");
    tcase_add_loop_test(tests, gradients_are_slopes, 0, 8);
    tcase_add_test(tests, ignorance_costs_log_2);
    tcase_add_test(tests, players_share_masks);
    tcase_add_loop_test(tests, gradients_pass_every_output_of_g, 0, 4);
    tcase_add_test(tests, alternating_steps_follow_each_other);
    tcase_add_test(tests, updates_are_the_textbooks);
    tcase_add_loop_test(tests, noise_has_its_moments, 0, 3);
    tcase_add_test(tests, maxout_ties_go_to_the_first);
    tcase_add_test(tests, samples_see_no_dropout);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

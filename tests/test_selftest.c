/* The self-test's known answers are those of the double-precision reference, and its checks fail where they should. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gan/pair.h"
#include "gan/selftest.h"
#include "gan/selftest_pair.h"
#include "reference/gan.c"
#include "suite.h"

static uint8_t bytes[SELFTEST_PICTURES * SELFTEST_PICTURE];

/* ---- the answers ---- */

static void copy_tensor(struct device *device, double *to, struct tensor from)
{
    float values[64 * 64 * 4];
    ck_assert_uint_le(from.rows * from.columns, sizeof values / sizeof *values);
    CHECK_OK(tensor_read(device, from, values));
    for (size_t i = 0; i < from.rows * from.columns; i++) to[i] = values[i];
}

/* The reference starts at the device's weights, which suites of kernels check. */
static void copy_net(struct device *device, struct reference_net *to, const struct network *from)
{
    for (size_t i = 0; i < from->count; i++) {
        copy_tensor(device, to->layers[i].w, from->layers[i].weight.w);
        copy_tensor(device, to->layers[i].b, from->layers[i].bias.w);
        if (!to->layers[i].aw) continue;
        copy_tensor(device, to->layers[i].aw, from->layers[i].average_weight);
        copy_tensor(device, to->layers[i].ab, from->layers[i].average_bias);
    }
}

static void begin_reference(struct reference_gan *gan, const struct recipe *recipe)
{
    const clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    struct device *device;
    struct pair pair;
    CHECK_OK(device_open(&device, &options, false, NULL));
    CHECK_OK(pair_begin(&pair, device, recipe, false));
    CHECK_OK(pair_make(&pair));
    CHECK_OK(pair_initialise(&pair));
    reference_begin(gan, recipe);
    copy_net(device, &gan->g, &pair.g);
    copy_net(device, &gan->d, &pair.d);
    pair_free(&pair);
    device_close(device);
}

/* The minibatches of a step of the first epoch. */
static void fill_data(const struct recipe *recipe, double *data, uint64_t step)
{
    const size_t rows = pair_lanes(recipe) * (size_t)recipe->train.batch;
    const struct random_key key = random_stream((uint64_t)recipe->train.seed, RANDOM_SHUFFLE, 0);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t row = random_shuffled((uint32_t)(step * rows + i), SELFTEST_PICTURES, 0, key);
        for (size_t c = 0; c < SELFTEST_PICTURE; c++)
            data[i * SELFTEST_PICTURE + c] = bytes[row * SELFTEST_PICTURE + c] / 255.0;
    }
}

struct answers {
    struct selftest_answer list[64];
    size_t count;
};

static void add_values(struct answers *answers, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) selftest_add(&answers->list[answers->count], i, values[i]);
    answers->count++;
}

static void add_number(struct answers *answers, double value)
{
    answers->list[answers->count++] = (struct selftest_answer){value, fabs(value)};
}

/* A layer's tensors as net_tensors lists them. */
static void add_net(struct answers *answers, const struct reference_net *net)
{
    const bool adam = net->optimiser.kind == OPTIMISER_ADAM;
    for (size_t i = 0; i < net->count; i++) {
        const struct reference_layer *at = &net->layers[i];
        const double *const lists[2][4] = {{at->w, at->mw, adam ? at->sw : NULL, at->aw},
                                           {at->b, at->mb, adam ? at->sb : NULL, at->ab}};
        for (size_t bias = 0; bias < 2; bias++)
            for (size_t which = 0; which < 4; which++)
                if (lists[bias][which]) add_values(answers, lists[bias][which], bias ? at->width : at->in * at->width);
    }
}

static double norm_of(const struct reference_net *net)
{
    double sum = 0;
    for (size_t l = 0; l < net->count; l++)
        for (size_t i = 0; i < net->layers[l].in * net->layers[l].width; i++)
            sum += net->layers[l].gw[i] * net->layers[l].gw[i];
    return sqrt(sum);
}

static double mean_distance(const double *rows, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            double square = 0;
            for (size_t c = 0; c < SELFTEST_PICTURE; c++) {
                const double apart = rows[i * SELFTEST_PICTURE + c] - rows[j * SELFTEST_PICTURE + c];
                square += apart * apart;
            }
            sum += sqrt(square);
        }
    return sum;
}

static double variance_of(const double *rows, size_t count)
{
    double total = 0;
    for (size_t c = 0; c < SELFTEST_PICTURE; c++) {
        double mean = 0;
        for (size_t i = 0; i < count; i++) mean += rows[i * SELFTEST_PICTURE + c] / (double)count;
        for (size_t i = 0; i < count; i++) {
            const double apart = rows[i * SELFTEST_PICTURE + c] - mean;
            total += apart * apart;
        }
    }
    return total;
}

/* Of the rows that the step to come leaves in D's input: data of its last minibatch of D, fakes of its last of all. */
static void add_monitor(struct answers *answers, struct reference_gan *gan, const double *data)
{
    const struct recipe *recipe = &gan->recipe;
    const size_t batch = (size_t)recipe->train.batch;
    const bool together = recipe->train.updates == UPDATES_SIMULTANEOUS;
    const unsigned k = (unsigned)recipe->train.discriminator_steps, j = (unsigned)recipe->train.generator_steps;
    const double *real = data + (together ? 0 : (k - 1) * batch * SELFTEST_PICTURE);
    struct trace g, d;
    play(gan, NULL, together ? 0 : k + j - 1, &g, &d);
    add_number(answers, mean_distance(g.y, batch) / mean_distance(real, batch));
    add_number(answers, variance_of(g.y, batch) / variance_of(real, batch));
    free_trace(&g);
    free_trace(&d);
}

static void make_answers(struct answers *answers, const struct selftest_pair *pair)
{
    static double data[4 * 64 * SELFTEST_PICTURE];
    struct answers monitor = {.count = 0};
    struct recipe recipe;
    struct reference_gan gan;
    double sums[METRICS] = {0};
    CHECK_OK(recipe_parse(&recipe, pair->recipe, strlen(pair->recipe), "self-test", NULL, 0));
    begin_reference(&gan, &recipe);
    for (uint64_t step = 0; step < SELFTEST_STEPS; step++) {
        fill_data(&recipe, data, step);
        if (step + 1 == SELFTEST_STEPS) add_monitor(&monitor, &gan, data);
        reference_step(&gan, data, 1);
        const double metrics[METRICS] = {gan.d_loss, gan.g_loss, gan.d_real, gan.d_fake};
        for (size_t i = 0; i < METRICS; i++) sums[i] += metrics[i];
    }
    add_number(&monitor, norm_of(&gan.g));
    add_number(&monitor, norm_of(&gan.d));
    *answers = (struct answers){.count = 0};
    add_net(answers, &gan.g);
    add_net(answers, &gan.d);
    for (size_t i = 0; i < METRICS; i++) add_number(answers, sums[i]);
    for (size_t i = 0; i < monitor.count; i++) answers->list[answers->count++] = monitor.list[i];
    reference_free(&gan);
}

START_TEST(answers_are_the_references)
{
    const struct selftest_pair *pair = &selftest_pairs[_i];
    struct answers answers;
    selftest_pictures(bytes, sizeof bytes);
    make_answers(&answers, pair);
    for (size_t i = 0; getenv("CLGAN_TEST_PRINT") && i < answers.count; i++)
        fprintf(stderr, "    {%.12g, %.6g},\n", answers.list[i].sum, answers.list[i].size);
    ck_assert_uint_eq(answers.count, pair->count);
    for (size_t i = 0; i < answers.count; i++) {
        const struct selftest_answer made = answers.list[i], kept = pair->answers[i];
        ck_assert_msg(fabs(made.sum - kept.sum) <= 1e-6 * made.size && fabs(made.size - kept.size) <= 1e-4 * made.size,
                      "pair %d, answer %zu: {%.12g, %.6g}, kept {%.12g, %.6g}", _i, i, made.sum, made.size, kept.sum,
                      kept.size);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("selftest");
    TCase *tests = tcase_create("selftest");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, answers_are_the_references, 0, SELFTEST_PAIRS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

/* The theory of Goodfellow et al. 2014, section 4, on trainings in one dimension: what D comes to against a G that
 * stands still (proposition 1), and where both come to rest (theorem 1). */
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "data/npy.h"
#include "suite.h"

/* The grid: GRID values from -REACH to REACH. */
enum { GRID = 121, SAMPLES = 100000, BINS = 32 };
#define REACH 3.0

static char folder[64];
static char run_folder[80];

static int drop(const char *path, const struct stat *state, int type, struct FTW *at)
{
    (void)state;
    (void)type;
    (void)at;
    return remove(path);
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-theory-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(run_folder, sizeof run_folder, "%s/run", folder);
}

static void drop_folder(void) { nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS); }

static clgan_run *train(const char *recipe_name)
{
    clgan_recipe *recipe;
    clgan_run *run;
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    options.no_tune = 1;
    CHECK_OK(clgan_recipe_read(&recipe, recipe_name, NULL, 0));
    CHECK_OK(clgan_run_create(&run, recipe, run_folder, NULL, NULL, NULL));
    CHECK_OK(clgan_train(run, &options));
    clgan_recipe_free(recipe);
    return run;
}

/* D(x) of `count` rows of one value; freed with clgan_rows_free. */
static clgan_rows judge(clgan_run *run, const clgan_rows *x)
{
    const clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    clgan_rows scores;
    CHECK_OK(clgan_score(&scores, run, x, NULL, &options));
    return scores;
}

static double at_grid(size_t i) { return REACH * (2.0 * (double)i / (GRID - 1) - 1); }

static clgan_rows judge_grid(clgan_run *run)
{
    clgan_rows x;
    CHECK_OK(rows_take(&x, GRID, 1, 1, 1));
    for (size_t i = 0; i < GRID; i++) x.values[i] = (float)at_grid(i);
    const clgan_rows scores = judge(run, &x);
    clgan_rows_free(&x);
    return scores;
}

static double density(double x, double mean, double deviation)
{
    return exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / (deviation * sqrt(8 * atan(1)));
}
static double below(double x) { return 0.5 * erfc(-x / sqrt(2)); } /* of a standard normal */

/* ---- G stands still ---- */

/* G is x = 1 + z / 2 of normal z, so p_g is known: N(1, 1/2). Its rate is too low to change a float. */
static const char frozen[] = "name: frozen\n"
                             "data: {format: gaussian, mean: 0, deviation: 1, steps_per_epoch: 400}\n"
                             "noise: {kind: normal, size: 1}\n"
                             "generator:\n"
                             "  - {kind: dense, units: 1, activation: linear, weights: constant, scale: 0.5, bias: 1}\n"
                             "discriminator:\n"
                             "  - {kind: dense, units: 32, activation: tanh, weights: normal, scale: 1}\n"
                             "  - {kind: dense, units: 32, activation: tanh, weights: normal, scale: 0.25}\n"
                             "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.25}\n"
                             "train: {batch: 500, epochs: 10, updates: simultaneous, discriminator_loss: sum}\n"
                             "optimiser:\n"
                             "  generator: {kind: sgd, learning_rate: 1e-30, lowest_rate: 0}\n"
                             "  discriminator: {kind: adam, learning_rate: 0.005, decay: 1.001}\n"
                             "output: {samples: 100}\n";

/* Proposition 1: D*(x) = p_data / (p_data + p_g). The error is weighed by where rows come from, (p_data + p_g) / 2. */
START_TEST(d_approaches_its_best_answer)
{
    char path[80];
    snprintf(path, sizeof path, "%s/frozen.yaml", folder);
    CHECK_OK(file_write(path, frozen, strlen(frozen)));
    clgan_run *run = train(path);
    clgan_rows scores = judge_grid(run);
    double error = 0, weight = 0, largest = 0;
    for (size_t i = 0; i < GRID; i++) {
        const double data = density(at_grid(i), 0, 1), fake = density(at_grid(i), 1, 0.5);
        const double off = fabs(scores.values[i] - data / (data + fake));
        error += off * (data + fake);
        weight += data + fake;
        if (fabs(at_grid(i)) <= 2) largest = fmax(largest, off);
    }
    fprintf(stderr, "G frozen: mean |D - D*| %.4f, largest on [-2, 2] %.4f\n", error / weight, largest);
    ck_assert(error / weight <= 0.01);
    ck_assert(largest <= 0.03);
    clgan_rows_free(&scores);
    clgan_run_free(run);
}
END_TEST

/* ---- gauss1d, to the end ---- */

/* Of p_data and a histogram of samples: half the sum of differences over BINS bins of [-REACH, REACH] and both ends. */
static double total_variation(const clgan_rows *samples)
{
    double share[BINS + 2] = {0}, sum = 0;
    for (size_t i = 0; i < samples->rows; i++) {
        const double place = floor((samples->values[i] + REACH) / (2 * REACH) * BINS);
        share[(size_t)fmin(fmax(place + 1, 0), BINS + 1)] += 1.0 / (double)samples->rows;
    }
    for (size_t i = 0; i < BINS + 2; i++) {
        const double from = i ? below(REACH * (2.0 * (double)(i - 1) / BINS - 1)) : 0;
        const double to = i <= BINS ? below(REACH * (2.0 * (double)i / BINS - 1)) : 1;
        sum += fabs(share[i] - (to - from));
    }
    return sum / 2;
}

/* V(D, G) = E log D(x) + E log(1 - D(G(z))): over data by the grid, over G by samples. */
static double value_of(const clgan_rows *on_grid, const clgan_rows *on_samples)
{
    double real = 0, weight = 0, fake = 0;
    for (size_t i = 0; i < GRID; i++) {
        real += density(at_grid(i), 0, 1) * log(on_grid->values[i]);
        weight += density(at_grid(i), 0, 1);
    }
    for (size_t i = 0; i < on_samples->rows; i++) fake += log1p(-on_samples->values[i]);
    return real / weight + fake / (double)on_samples->rows;
}

/* Theorem 1: p_g = p_data, D = 1/2, V = -log 4. */
START_TEST(the_game_comes_to_rest)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    clgan_rows samples;
    clgan_run *run = train("gauss1d");
    options.count = SAMPLES;
    CHECK_OK(clgan_sample(&samples, NULL, run, &options));
    clgan_rows on_grid = judge_grid(run), on_samples = judge(run, &samples);
    const double variation = total_variation(&samples), value = value_of(&on_grid, &on_samples);
    double mean = 0, near = 0, weight = 0;
    for (size_t i = 0; i < GRID; i++) {
        const double data = density(at_grid(i), 0, 1), off = fabs(on_grid.values[i] - 0.5);
        weight += data;
        mean += data * off;
        near += off <= 0.05 ? data : 0;
    }
    fprintf(stderr,
            "gauss1d: total variation %.4f, V %.4f (-log 4 is %.4f), mean |D - 1/2| over data %.4f, within 0.05 for "
            "%.1f %% of data\n",
            variation, value, -log(4), mean / weight, 100 * near / weight);
    /* Another device rounds otherwise and trains as another seed would: seeds 1 to 4 come to .053 to .107 and to 87 to
     * 96 %. */
    ck_assert(variation <= 0.15);
    ck_assert(fabs(value + log(4)) <= 0.05);
    ck_assert(mean / weight <= 0.05);
    ck_assert(near / weight >= 0.8);
    clgan_rows_free(&samples);
    clgan_rows_free(&on_grid);
    clgan_rows_free(&on_samples);
    clgan_run_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("theory");
    TCase *tests = tcase_create("theory");
    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, make_folder, drop_folder);
    tcase_add_test(tests, d_approaches_its_best_answer);
    tcase_add_test(tests, the_game_comes_to_rest);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

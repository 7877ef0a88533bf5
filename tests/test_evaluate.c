/* The Parzen protocol and its reference rows against double precision. */
#include <stdio.h>
#include <unistd.h>

#include "data/npy.h"
#include "evaluate/parzen_protocol.h"
#include "evaluate/reference.h"
#include "harness.h"

enum { COLUMNS = 3 };

static clgan_rows random_rows(size_t rows, float scale)
{
    clgan_rows x;
    CHECK_OK(rows_take(&x, rows, 1, 1, COLUMNS));
    for (size_t i = 0; i < rows * COLUMNS; i++) x.values[i] = random_value(scale, 0);
    return x;
}

static double squared(const float *a, const float *b)
{
    double sum = 0;
    for (size_t c = 0; c < COLUMNS; c++) sum += ((double)a[c] - (double)b[c]) * ((double)a[c] - (double)b[c]);
    return sum;
}

/* As the protocol's formula has it, nothing else: sigma .1 and rows near each other let it. */
static double likelihood(const float *x, const clgan_rows *samples, double sigma)
{
    double sum = 0;
    for (size_t j = 0; j < samples->rows; j++)
        sum += exp(-squared(x, samples->values + j * COLUMNS) / (2 * sigma * sigma));
    return log(sum / (double)samples->rows) - COLUMNS * log(sigma * sqrt(2 * acos(-1)));
}

static double mean_of(const clgan_rows *rows, size_t count, const clgan_rows *samples, double sigma, double *error)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) sum += likelihood(rows->values + i * COLUMNS, samples, sigma);
    for (size_t i = 0; i < count; i++) {
        const double off = likelihood(rows->values + i * COLUMNS, samples, sigma) - sum / (double)count;
        squares += off * off;
    }
    if (error) *error = sqrt(squares / (double)count) / sqrt((double)count);
    return sum / (double)count;
}

/* Freed by the test. */
struct sets {
    clgan_rows samples, validation, test;
};

static struct sets sets_of(size_t validation)
{
    return (struct sets){random_rows(100, 0.6f), random_rows(validation, 0.6f), random_rows(80, 0.6f)};
}

static void free_sets(struct sets *sets)
{
    clgan_rows_free(&sets->samples);
    clgan_rows_free(&sets->validation);
    clgan_rows_free(&sets->test);
}

START_TEST(protocol_of_the_paper)
{
    struct sets sets = sets_of(PARZEN_VALIDATION_ROWS + 200);
    clgan_parzen got;
    double best = -INFINITY, sigma = 0, error;
    for (size_t i = PARZEN_VALIDATION_ROWS * COLUMNS; i < sets.validation.rows * COLUMNS; i++)
        sets.validation.values[i] = 3; /* those rows take no part */
    CHECK_OK(parzen_protocol(&got, harness_device,
                             &(struct parzen_request){&sets.samples, &sets.test, &sets.validation, 0, false}));
    ck_assert_uint_eq(got.tried, 10);
    for (size_t s = 0; s < 10; s++) {
        const double at = 0.1 * pow(10, (double)s / 9);
        const double mean = mean_of(&sets.validation, PARZEN_VALIDATION_ROWS, &sets.samples, at, NULL);
        check_near("sigma", s, got.sigmas[s], at, 1e-12);
        check_near("validation", s, got.curve[s], mean, 1e-4 * fmax(fabs(mean), 1));
        if (mean > best) {
            best = mean;
            sigma = at;
        }
    }
    ck_assert(!got.at_edge && sigma > 0.11 && sigma < 0.9);
    check_near("sigma", 10, got.sigma, sigma, 1e-12);
    const double wanted = mean_of(&sets.test, sets.test.rows, &sets.samples, sigma, &error);
    check_near("log-likelihood", 0, got.log_likelihood, wanted, 1e-4 * fmax(fabs(wanted), 1));
    check_near("standard error", 0, got.standard_error, error, 1e-4 * error);
    ck_assert(got.samples == 100 && got.test_rows == 80 && got.validation_rows == PARZEN_VALIDATION_ROWS);
    free_sets(&sets);
}
END_TEST

START_TEST(protocol_with_a_given_sigma)
{
    struct sets sets = sets_of(5);
    clgan_parzen got;
    CHECK_OK(parzen_protocol(&got, harness_device,
                             &(struct parzen_request){&sets.samples, &sets.test, &sets.validation, 0.321, false}));
    const double wanted = mean_of(&sets.test, sets.test.rows, &sets.samples, 0.321, NULL);
    check_near("log-likelihood", 0, got.log_likelihood, wanted, 1e-4 * fmax(fabs(wanted), 1));
    ck_assert(got.sigma == 0.321 && !got.at_edge && !got.tried && isnan(got.validation));
    free_sets(&sets);
}
END_TEST

START_TEST(refined_sigma)
{
    for (int other = 0; other < 5; other++) {
        struct sets sets = sets_of(60);
        const struct parzen_request request = {&sets.samples, &sets.test, &sets.validation, 0, true};
        clgan_parzen got;
        double best = -INFINITY;
        CHECK_OK(parzen_protocol(&got, harness_device, &request));
        for (double sigma = 0.08; sigma < 1.3; sigma *= 1.002)
            best = fmax(best, mean_of(&sets.validation, sets.validation.rows, &sets.samples, sigma, NULL));
        check_near("best", 0, got.validation, best, 5e-5);
        check_near("at sigma", 0, mean_of(&sets.validation, sets.validation.rows, &sets.samples, got.sigma, NULL),
                   got.validation, 5e-5);
        for (size_t s = 0; s < got.tried; s++) ck_assert(got.curve[s] <= got.validation);
        free_sets(&sets);
    }
}
END_TEST

/* Windows wider than the grid's widest, narrower than its narrowest would suit these. */
START_TEST(sigma_on_an_edge)
{
    for (int wide = 0; wide < 2; wide++)
        for (int refine = 0; refine < 2; refine++) {
            struct sets sets = sets_of(20);
            struct parzen_request request = {&sets.samples, &sets.test, &sets.validation, 0, refine};
            clgan_parzen got;
            for (size_t i = 0; i < 20 * COLUMNS; i++)
                sets.validation.values[i] = wide ? sets.validation.values[i] * 20 : sets.samples.values[i];
            CHECK_OK(parzen_protocol(&got, harness_device, &request));
            ck_assert(got.at_edge);
            ck_assert(wide ? got.sigma >= 1 : got.sigma <= 0.1);
            ck_assert((got.sigma > 1 || got.sigma < 0.1) == refine);
            free_sets(&sets);
        }
}
END_TEST

/* ---- reference rows ---- */

START_TEST(subset_without_replacement)
{
    enum { ROWS = 50 };
    clgan_rows rows = random_rows(ROWS, 1), subset, all, other;
    CHECK_OK(reference_subset(&subset, &rows, 20, 3));
    CHECK_OK(reference_subset(&all, &rows, 70, 3));
    CHECK_OK(reference_subset(&other, &rows, 20, 4));
    ck_assert(subset.rows == 20 && all.rows == ROWS);
    int seen[ROWS] = {0}, same = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < ROWS; j++)
            seen[j] += memcmp(all.values + i * COLUMNS, rows.values + j * COLUMNS, COLUMNS * sizeof(float)) == 0;
    for (size_t j = 0; j < ROWS; j++) ck_assert_int_eq(seen[j], 1);
    ck_assert_mem_eq(subset.values, all.values, 20 * COLUMNS * sizeof(float));
    for (size_t i = 0; i < 20; i++) same += subset.values[i * COLUMNS] == other.values[i * COLUMNS];
    ck_assert_int_lt(same, 10);
    clgan_rows_free(&rows);
    clgan_rows_free(&subset);
    clgan_rows_free(&all);
    clgan_rows_free(&other);
}
END_TEST

/* Lloyd's iterations, from `centroids`. */
static void lloyd(clgan_rows *centroids, const clgan_rows *rows)
{
    for (int iteration = 0; iteration < REFERENCE_ITERATIONS; iteration++) {
        double *sums = calloc(centroids->rows * COLUMNS, sizeof *sums);
        size_t *counts = calloc(centroids->rows, sizeof *counts);
        for (size_t i = 0; i < rows->rows; i++) {
            size_t best = 0;
            for (size_t c = 1; c < centroids->rows; c++)
                if (squared(rows->values + i * COLUMNS, centroids->values + c * COLUMNS) <
                    squared(rows->values + i * COLUMNS, centroids->values + best * COLUMNS))
                    best = c;
            counts[best]++;
            for (size_t k = 0; k < COLUMNS; k++) sums[best * COLUMNS + k] += (double)rows->values[i * COLUMNS + k];
        }
        for (size_t i = 0; i < centroids->rows * COLUMNS; i++)
            if (counts[i / COLUMNS]) centroids->values[i] = (float)(sums[i] / (double)counts[i / COLUMNS]);
        free(sums);
        free(counts);
    }
}

/* Two rows that are alike make a centroid that loses its rows to the first one. */
START_TEST(centroids_of_kmeans)
{
    clgan_rows rows = random_rows(300, 1), wanted, got;
    for (size_t i = COLUMNS; i < 100 * COLUMNS; i++) rows.values[i] = rows.values[i % COLUMNS];
    CHECK_OK(reference_subset(&wanted, &rows, 40, 5));
    lloyd(&wanted, &rows);
    CHECK_OK(reference_centroids(&got, harness_device, &rows, 40, 5, NULL));
    ck_assert_uint_eq(got.rows, 40);
    for (size_t i = 0; i < 40 * COLUMNS; i++)
        check_near("centroid", i, (double)got.values[i], (double)wanted.values[i], 1e-6);
    clgan_rows_free(&rows);
    clgan_rows_free(&wanted);
    clgan_rows_free(&got);
}
END_TEST

START_TEST(centroids_are_kept)
{
    char folder[] = "/tmp/clgan-centroids-XXXXXX", command[128];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    clgan_rows rows = random_rows(60, 1), made, kept;
    CHECK_OK(reference_kept_centroids(&made, harness_device, &rows, 10, 5, folder, NULL));
    CHECK_OK(reference_kept_centroids(&kept, NULL, &rows, 10, 5, folder, NULL)); /* no device: it is read */
    ck_assert_mem_eq(made.values, kept.values, 10 * COLUMNS * sizeof(float));
    clgan_rows_free(&kept);
    snprintf(command, sizeof command, "for f in %s/*; do echo >$f; done", folder);
    ck_assert_int_eq(system(command), 0);
    CHECK_OK(reference_kept_centroids(&kept, harness_device, &rows, 10, 5, folder, NULL)); /* damaged: made anew */
    ck_assert_mem_eq(made.values, kept.values, 10 * COLUMNS * sizeof(float));
    clgan_rows_free(&kept);
    rows.values[0] += 1;
    CHECK_OK(reference_kept_centroids(&kept, harness_device, &rows, 10, 5, folder, NULL)); /* other data */
    ck_assert_mem_ne(made.values, kept.values, 10 * COLUMNS * sizeof(float));
    clgan_rows_free(&kept);
    clgan_rows_free(&made);
    clgan_rows_free(&rows);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {protocol_of_the_paper, protocol_with_a_given_sigma, refined_sigma,
                                  sigma_on_an_edge,      subset_without_replacement,  centroids_of_kmeans,
                                  centroids_are_kept};
    return harness_run("evaluation", tests, sizeof tests / sizeof *tests);
}

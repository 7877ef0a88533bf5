/* Parzen windows and nearest neighbours against double precision. */
#include "evaluate/neighbours.h"
#include "evaluate/parzen.h"
#include "rows.h"

static const double sigmas[] = {1, 0.01, 0.1668, 0.03};
enum { SIGMAS = sizeof sigmas / sizeof *sigmas };

static double likelihood(const clgan_rows *rows, size_t i, const clgan_rows *samples, double sigma, double *d)
{
    double least = INFINITY, sum = 0;
    for (size_t j = 0; j < samples->rows; j++) least = fmin(least, d[j] = squared(rows, i, samples, j));
    for (size_t j = 0; j < samples->rows; j++) sum += exp((least - d[j]) / (2 * sigma * sigma));
    return log(sum / (double)samples->rows) - least / (2 * sigma * sigma) -
           (double)rows->columns * log(sigma * sqrt(2 * acos(-1)));
}

/* What parzen.c promises of distances by products: three standard deviations of the mean's rounding are within 1e-4 of
 * it; of a row's, the root of their number times that. Also frees both. */
static void check_parzen(clgan_rows rows, clgan_rows samples, size_t stride)
{
    double *got = malloc(rows.rows * SIGMAS * sizeof *got), *d = malloc(samples.rows * sizeof *d);
    CHECK_OK(parzen_log_likelihood(got, harness_device, &rows, &samples, sigmas, SIGMAS));
    for (size_t s = 0; s < SIGMAS; s++) {
        double sum = 0, wanted_sum = 0, count = 0;
        for (size_t i = 0; i < rows.rows; i += stride, count++) {
            const double wanted = likelihood(&rows, i, &samples, sigmas[s], d);
            check_near("log-likelihood", i * SIGMAS + s, got[i * SIGMAS + s], wanted,
                       1e-4 * sqrt((double)rows.rows) * fmax(fabs(wanted), 1));
            sum += got[i * SIGMAS + s];
            wanted_sum += wanted;
        }
        check_near("mean log-likelihood", s, sum / count, wanted_sum / count, 1e-4 * fmax(fabs(wanted_sum / count), 1));
    }
    free(d);
    free(got);
    clgan_rows_free(&rows);
    clgan_rows_free(&samples);
}

/* Ended by 0. */
static const size_t *widths(void)
{
    static const size_t all[] = {1, 2, 5, 17, 784, 0}, few[] = {1, 2, 5, 0};
    return harness_small() ? few : all;
}

START_TEST(parzen_of_all_sizes)
{
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++)
            for (const size_t *d = widths(); *d; d++) check_parzen(rows_of(*m, *d, 1, 0), rows_of(*n, *d, 1, 0), 1);
}
END_TEST

START_TEST(parzen_of_rows_that_are_samples)
{
    for (const size_t *d = widths(); *d; d++) {
        clgan_rows samples = rows_of(9, *d, 1, 0), rows = rows_of(9, *d, 1, 0);
        memcpy(rows.values, samples.values, 9 * *d * sizeof(float));
        memcpy(samples.values + *d, samples.values, *d * sizeof(float));
        check_parzen(rows, samples, 1);
    }
}
END_TEST

/* exp(-d / 2σ²) itself would be 0 for all of these. */
START_TEST(parzen_of_rows_far_away)
{
    for (const size_t *d = widths(); *d; d++)
        for (float far = 10; far < 1e5f; far *= 10) {
            clgan_rows rows = rows_of(3, *d, 1, 0);
            for (size_t i = 0; i < 3 * *d; i++) rows.values[i] += far;
            check_parzen(rows, rows_of(5, *d, 1, 0), 1);
        }
}
END_TEST

/* More than a block, and more than a chunk of either. */
START_TEST(parzen_in_pieces)
{
    check_parzen(rows_of(3, 2, 1, 0), rows_of(2049, 2, 1, 0), 1);
    if (!harness_small()) check_parzen(rows_of(800, 1, 1, 0), rows_of(17000, 1, 1, 0), 37);
}
END_TEST

static void refuse(clgan_status wanted, const char *words, clgan_status status)
{
    ck_assert_int_eq(status, wanted);
    ck_assert_msg(strstr(clgan_last_error(), words) != NULL, "%s", clgan_last_error());
}

START_TEST(parzen_refuses)
{
    clgan_rows rows = rows_of(3, 5, 1, 0), samples = rows_of(4, 5, 1, 0), other = rows_of(4, 6, 1, 0), none = samples;
    double out[3];
    const double one = 1, zero = 0;
    none.rows = 0;
    refuse(CLGAN_USAGE, "5 values", parzen_log_likelihood(out, harness_device, &rows, &other, &one, 1));
    refuse(CLGAN_USAGE, "no rows", parzen_log_likelihood(out, harness_device, &rows, &none, &one, 1));
    refuse(CLGAN_USAGE, "sigma 0", parzen_log_likelihood(out, harness_device, &rows, &samples, &zero, 1));
    for (int i = 0; i < 2; i++) {
        samples.values[7] = i ? INFINITY : NAN;
        refuse(CLGAN_FAILED, "row 1, column 2", parzen_log_likelihood(out, harness_device, &rows, &samples, &one, 1));
        refuse(CLGAN_FAILED, "row 1, column 2", parzen_log_likelihood(out, harness_device, &samples, &rows, &one, 1));
    }
    for (size_t i = 0; i < 20; i++) samples.values[i] = 1e30f;
    refuse(CLGAN_FAILED, "too large", parzen_log_likelihood(out, harness_device, &rows, &samples, &one, 1));
    clgan_rows_free(&rows);
    clgan_rows_free(&samples);
    clgan_rows_free(&other);
}
END_TEST

/* ---- neighbours: values are small integers, so distances are exact and many are equal ---- */

static void check_nearest(const clgan_rows *queries, const clgan_rows *points, size_t k, bool same, size_t stride)
{
    float *distances = malloc(queries->rows * k * sizeof *distances);
    uint32_t *indices = malloc(queries->rows * k * sizeof *indices);
    bool *taken = malloc(points->rows);
    CHECK_OK(neighbours_nearest(distances, indices, harness_device, queries, points, k, same));
    for (size_t i = 0; i < queries->rows; i += stride) {
        memset(taken, 0, points->rows);
        if (same) taken[i] = true;
        for (size_t r = 0; r < k; r++) {
            size_t best = points->rows;
            double least = INFINITY;
            for (size_t j = 0; j < points->rows; j++) {
                const double distance = squared(queries, i, points, j);
                if (!taken[j] && distance < least) {
                    least = distance;
                    best = j;
                }
            }
            taken[best] = true;
            check_near("distance", i * k + r, distances[i * k + r], least, least * 1e-6);
            ck_assert_uint_eq(indices[i * k + r], best);
        }
    }
    free(taken);
    free(indices);
    free(distances);
}

START_TEST(nearest_of_all_sizes)
{
    static const size_t ks[] = {1, 5, NEIGHBOURS_MOST};
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++)
            for (const size_t *d = widths(); *d; d++)
                for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
                    clgan_rows queries = rows_of(*m, *d, 3, 3), points = rows_of(*n, *d, 3, 3);
                    if (ks[i] <= *n) check_nearest(&queries, &points, ks[i], false, 1 + *m / 4);
                    if (ks[i] < *n) check_nearest(&points, &points, ks[i], true, 1 + *n / 4);
                    clgan_rows_free(&queries);
                    clgan_rows_free(&points);
                }
}
END_TEST

/* Long rows of values that no float sum is exact for, and rows among them that are nearly alike. */
START_TEST(nearest_of_long_rows)
{
    const size_t rows = harness_small() ? 20 : 300, columns = harness_small() ? 70 : 784;
    clgan_rows queries = rows_of(33, columns, 1, 0), points = rows_of(rows, columns, 1, 0);
    check_nearest(&queries, &points, 5, false, 1);
    check_nearest(&points, &points, 1, true, 3);
    for (size_t i = 0; i < 7 * columns; i++) points.values[i] = queries.values[i % columns];
    for (size_t i = 0; i < 7; i++) points.values[i * columns] += 1e-3f * (float)((i * 3) % 7);
    check_nearest(&queries, &points, 3, false, 1);
    check_nearest(&points, &points, NEIGHBOURS_MOST, true, 1);
    clgan_rows_free(&queries);
    clgan_rows_free(&points);
}
END_TEST

START_TEST(nearest_in_pieces)
{
    clgan_rows few = rows_of(3, 2, 20, 20), many = rows_of(2049, 2, 20, 20);
    check_nearest(&few, &many, 3, false, 1);
    clgan_rows_free(&few);
    clgan_rows_free(&many);
    if (harness_small()) return;
    many = rows_of(17000, 1, 1000, 1000);
    check_nearest(&many, &many, 2, true, 1013);
    clgan_rows_free(&many);
}
END_TEST

START_TEST(within_balls)
{
    const size_t most = harness_small() ? 1030 : 17000;
    for (size_t n = 1; n <= most; n = n * 4 + 1) {
        clgan_rows queries = rows_of(33, 2, 20, 20), points = rows_of(n, 2, 20, 20);
        float *radii = malloc(n * sizeof *radii);
        uint32_t counts[33];
        for (size_t j = 0; j < n; j++) radii[j] = (float)(random_word() % 400);
        CHECK_OK(neighbours_within(counts, harness_device, &queries, &points, radii));
        for (size_t i = 0; i < 33; i++) {
            uint32_t wanted = 0;
            for (size_t j = 0; j < n; j++) wanted += squared(&queries, i, &points, j) <= radii[j];
            ck_assert_uint_eq(counts[i], wanted);
        }
        free(radii);
        clgan_rows_free(&queries);
        clgan_rows_free(&points);
    }
}
END_TEST

START_TEST(neighbours_refuse)
{
    clgan_rows rows = rows_of(3, 5, 1, 0), other = rows_of(4, 6, 1, 0);
    float distances[3], radii[3] = {1, NAN, 1};
    uint32_t counts[3];
    refuse(CLGAN_USAGE, "5 values", neighbours_nearest(distances, NULL, harness_device, &rows, &other, 1, false));
    refuse(CLGAN_USAGE, "there are 3", neighbours_nearest(distances, NULL, harness_device, &rows, &rows, 3, true));
    refuse(CLGAN_USAGE, "17", neighbours_nearest(distances, NULL, harness_device, &rows, &rows, 17, false));
    refuse(CLGAN_FAILED, "row 1", neighbours_within(counts, harness_device, &rows, &rows, radii));
    rows.values[11] = NAN;
    refuse(CLGAN_FAILED, "row 2, column 1", neighbours_nearest(NULL, counts, harness_device, &rows, &rows, 1, true));
    for (size_t i = 0; i < 5; i++) rows.values[10 + i] = 1e30f;
    refuse(CLGAN_FAILED, "row 2", neighbours_nearest(NULL, counts, harness_device, &rows, &rows, 1, true));
    clgan_rows_free(&rows);
    clgan_rows_free(&other);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {parzen_of_all_sizes,
                                  parzen_of_rows_that_are_samples,
                                  parzen_of_rows_far_away,
                                  parzen_in_pieces,
                                  parzen_refuses,
                                  nearest_of_all_sizes,
                                  nearest_of_long_rows,
                                  nearest_in_pieces,
                                  within_balls,
                                  neighbours_refuse};
    return harness_run("evaluate", tests, sizeof tests / sizeof *tests);
}

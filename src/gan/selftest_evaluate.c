/* Checks of distances and of the scans that take something from them, on rows whose distances are exact. */
#include <math.h>
#include <string.h>

#include "evaluate/neighbours.h"
#include "evaluate/parzen.h"
#include "gan/selftest.h"

/* Points are more than one block of a scan has (evaluate/distance.h). */
enum { QUERIES = 13, POINTS = 1031, SHORT = 19, LONG = 83, NEAREST = 5 };

static clgan_status make_rows(struct selftest *test, clgan_rows *rows, size_t count, size_t columns, uint32_t seed)
{
    *rows = (clgan_rows){.rows = count, .columns = columns};
    TRY(selftest_take(test, &rows->values, count * columns, sizeof *rows->values));
    selftest_fill(rows->values, count * columns, seed);
    return CLGAN_OK;
}

static double squared(const clgan_rows *a, size_t i, const clgan_rows *b, size_t j)
{
    double sum = 0;
    for (size_t c = 0; c < a->columns; c++) {
        const double apart = (double)a->values[i * a->columns + c] - (double)b->values[j * b->columns + c];
        sum += apart * apart;
    }
    return sum;
}

/* ---- Parzen windows ---- */

static double likelihood(const clgan_rows *rows, size_t i, const clgan_rows *samples, double sigma)
{
    double least = INFINITY, sum = 0;
    for (size_t j = 0; j < samples->rows; j++) least = fmin(least, squared(rows, i, samples, j));
    for (size_t j = 0; j < samples->rows; j++) sum += exp((least - squared(rows, i, samples, j)) / (2 * sigma * sigma));
    return log(sum / (double)samples->rows) - least / (2 * sigma * sigma) -
           (double)rows->columns * log(sigma * sqrt(8 * atan(1)));
}

static clgan_status check_parzen(struct selftest *test, const char *what, size_t columns)
{
    static const double sigmas[] = {0.5, 1.5};
    enum { COUNT = sizeof sigmas / sizeof *sigmas };
    clgan_rows rows, samples;
    double got[QUERIES * COUNT];
    TRY(make_rows(test, &rows, QUERIES, columns, 1));
    TRY(make_rows(test, &samples, POINTS, columns, 2));
    TRY(parzen_log_likelihood(got, test->device, &rows, &samples, sigmas, COUNT));
    for (size_t i = 0; i < QUERIES * COUNT; i++) {
        const double wanted = likelihood(&rows, i / COUNT, &samples, sigmas[i % COUNT]);
        selftest_near(test, what, i / COUNT, i % COUNT, got[i], wanted, 1e-5 * fmax(1, fabs(wanted)));
    }
    return CLGAN_OK;
}

clgan_status selftest_parzen(struct selftest *test)
{
    TRY(check_parzen(test, "log-likelihood by differences", SHORT));
    return check_parzen(test, "log-likelihood by products", LONG);
}

/* ---- neighbours ---- */

/* Place of the nearest point after `last` in the order of distances, then of indices. */
static size_t next_nearest(const clgan_rows *points, size_t query, size_t last)
{
    size_t best = points->rows;
    for (size_t j = 0; j < points->rows; j++) {
        if (j == query) continue;
        const double d = squared(points, query, points, j);
        if (last < points->rows) {
            const double before = squared(points, query, points, last);
            if (d < before || (d == before && j <= last)) continue;
        }
        if (best == points->rows || d < squared(points, query, points, best)) best = j;
    }
    return best;
}

static clgan_status check_neighbours(struct selftest *test, const char *what, size_t columns)
{
    clgan_rows points;
    float *distances;
    uint32_t *indices;
    TRY(make_rows(test, &points, POINTS, columns, 3));
    TRY(selftest_take(test, &distances, (size_t)POINTS * NEAREST, sizeof *distances));
    TRY(selftest_take(test, &indices, (size_t)POINTS * NEAREST, sizeof *indices));
    TRY(neighbours_nearest(distances, indices, test->device, &points, &points, NEAREST, true));
    for (size_t i = 0; i < POINTS; i += 79) {
        size_t last = POINTS;
        for (size_t k = 0; k < NEAREST; k++) {
            last = next_nearest(&points, i, last);
            selftest_near(test, what, i, k, indices[i * NEAREST + k], (double)last, 0);
            selftest_near(test, what, i, k, distances[i * NEAREST + k], squared(&points, i, &points, last), 0);
        }
    }
    return CLGAN_OK;
}

clgan_status selftest_neighbours(struct selftest *test)
{
    TRY(check_neighbours(test, "neighbour by differences", SHORT));
    return check_neighbours(test, "neighbour by products", LONG);
}

clgan_status selftest_within(struct selftest *test)
{
    clgan_rows queries, points;
    float radii[POINTS];
    uint32_t counts[QUERIES];
    TRY(make_rows(test, &queries, QUERIES, SHORT, 4));
    TRY(make_rows(test, &points, POINTS, SHORT, 5));
    for (size_t j = 0; j < POINTS; j++) radii[j] = (float)(8 + j % 9);
    TRY(neighbours_within(counts, test->device, &queries, &points, radii));
    for (size_t i = 0; i < QUERIES; i++) {
        size_t wanted = 0;
        for (size_t j = 0; j < POINTS; j++) wanted += squared(&queries, i, &points, j) <= (double)radii[j];
        selftest_near(test, "rows in balls", i, 0, counts[i], (double)wanted, 0);
    }
    return CLGAN_OK;
}

/* The support's size from the birthday paradox (Arora and Zhang 2017). If N pictures were equally likely, two samples
 * would be alike with chance 1 / N, and s samples would hold s(s - 1) / 2N pairs on average. The paper looks for the
 * batch that holds a pair every second time, where s(s - 1) = 2 ln 2 N; here all pairs of all n samples are counted,
 * which is every batch at once: N = n(n - 1) / (2 pairs). Two are near-duplicates where they are no further apart than
 * the nearest 1 % of training rows are from their own nearest neighbour, exact copies among those left out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/distance.h"
#include "evaluate/measure_parts.h"
#include "evaluate/neighbours.h"

/* The quantile of distances between neighbouring training rows, and the chance left that more duplicates should have
 * been seen where none was. */
#define QUANTILE 0.01
#define DOUBT 0.05

/* Of a set of rows. */
struct support {
    double size, error;
    uint64_t pairs; /* of near-duplicates; 0: size is a lower bound */
};

/* Squared. */
static clgan_status near_duplicate(float *limit, struct device *device, const clgan_rows *real)
{
    float *distances;
    TRY(memory_take(&distances, real->rows, sizeof *distances));
    const clgan_status status = neighbours_nearest(distances, NULL, device, real, real, 1, true);
    size_t first = 0;
    if (status == CLGAN_OK) {
        measure_sort(distances, real->rows);
        while (first < real->rows && !(distances[first] > 0)) first++;
        if (first < real->rows)
            *limit = MEASURE_EDGE * distances[first + (size_t)(QUANTILE * (double)(real->rows - first))];
    }
    free(distances);
    if (status == CLGAN_OK && first == real->rows)
        return status_fail(CLGAN_FAILED,
                           "each of %zu training rows has an exact copy among them, so there "
                           "is no distance that tells near-duplicates",
                           real->rows);
    return status;
}

/* The standard error is that of a mean over pairs (Sen 1960): from how much rows differ in their number of duplicates;
 * up to sqrt(2) too large where they don't. */
static struct support estimate(const uint32_t *within, size_t count)
{
    const double n = (double)count;
    uint64_t twice = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) twice += within[i] - 1; /* each is in its own ball */
    if (!twice) return (struct support){n * (n - 1) / (-2 * log(DOUBT)), NAN, 0};
    const double chance = (double)twice / (n * (n - 1));
    for (size_t i = 0; i < count; i++) {
        const double apart = (double)(within[i] - 1) / (n - 1) - chance;
        squares += apart * apart;
    }
    return (struct support){1 / chance, 2 * sqrt(squares / (n * (n - 1))) / (chance * chance), twice / 2};
}

static clgan_status find_support(struct support *support, struct device *device, const clgan_rows *rows, float limit)
{
    float *radii = NULL;
    uint32_t *within = NULL;
    clgan_status status = memory_take(&radii, rows->rows, sizeof *radii);
    if (status == CLGAN_OK) status = memory_take(&within, rows->rows, sizeof *within);
    for (size_t i = 0; status == CLGAN_OK && i < rows->rows; i++) radii[i] = limit;
    if (status == CLGAN_OK) status = neighbours_within(within, device, rows, rows, radii);
    if (status == CLGAN_OK) *support = estimate(within, rows->rows);
    free(radii);
    free(within);
    return status;
}

static void report(struct measure_result *result, const struct support *made, const struct support *real, float limit,
                   size_t rows)
{
    measure_add(result, "support", made->size, made->error);
    measure_add(result, "pairs", (double)made->pairs, NAN);
    measure_add(result, "batch", ceil(0.5 + sqrt(0.25 + 2 * made->size)), NAN);
    measure_add(result, "training_support", real->size, real->error);
    measure_add(result, "distance", sqrt(limit), NAN);
    if (made->pairs)
        snprintf(result->note, sizeof result->note,
                 "%zu rows of each kind; batches of %.0f hold a pair of near-duplicates on average", rows,
                 result->values[2].value);
    else
        snprintf(result->note, sizeof result->note,
                 "no near-duplicates among %zu samples: support and batch are lower "
                 "bounds (95 %%)",
                 rows);
}

static clgan_status find(struct measure_result *result, const struct measure_input *input, clgan_rows *made,
                         clgan_rows *real)
{
    const size_t rows = input->samples->rows < input->train->rows ? input->samples->rows : input->train->rows;
    struct support of_made, of_real;
    float limit = 0;
    TRY(measure_draw(made, input->samples, rows, input->seed, LANE_SAMPLES));
    TRY(measure_draw(real, input->train, rows, input->seed, LANE_TRAIN));
    TRY(distance_comparable(made, real));
    TRY(near_duplicate(&limit, input->device, real));
    TRY(find_support(&of_made, input->device, made, limit));
    TRY(find_support(&of_real, input->device, real, limit));
    report(result, &of_made, &of_real, limit, rows);
    return CLGAN_OK;
}

clgan_status measure_birthday(struct measure_result *result, const struct measure_input *input)
{
    clgan_rows made = {0}, real = {0};
    *result = (struct measure_result){0};
    TRY(measure_needs(2, "samples", input->samples));
    TRY(measure_needs(2, "training rows", input->train));
    const clgan_status status = find(result, input, &made, &real);
    clgan_rows_free(&made);
    clgan_rows_free(&real);
    return status;
}

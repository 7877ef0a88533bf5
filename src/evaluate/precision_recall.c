/* Improved precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020). About each row of
 * a set stands a ball that reaches to its K-th nearest neighbour in the set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/measure_parts.h"
#include "evaluate/neighbours.h"

enum { K = 5 };

/* As many rows of either kind. */
struct sets {
    clgan_rows real, made;
    float *real_radii, *made_radii;      /* squared */
    float *nearest;                      /* squared distance of each real row to its nearest made one */
    uint32_t *made_within, *real_within; /* of how many balls about the other kind's rows each row is in */
};

static clgan_status sets_begin(struct sets *sets, const struct measure_input *input)
{
    TRY(measure_needs(K + 1, "samples", input->samples));
    TRY(measure_needs(K + 1, "training rows", input->train));
    const size_t made = input->samples->rows, real = input->train->rows, rows = made < real ? made : real;
    TRY(measure_draw(&sets->made, input->samples, rows, input->seed, LANE_SAMPLES));
    TRY(measure_draw(&sets->real, input->train, rows, input->seed, LANE_TRAIN));
    TRY(memory_take(&sets->real_radii, rows, sizeof *sets->real_radii));
    TRY(memory_take(&sets->made_radii, rows, sizeof *sets->made_radii));
    TRY(memory_take(&sets->nearest, rows, sizeof *sets->nearest));
    TRY(memory_take(&sets->made_within, rows, sizeof *sets->made_within));
    return memory_take(&sets->real_within, rows, sizeof *sets->real_within);
}

static void sets_end(struct sets *sets)
{
    clgan_rows_free(&sets->made);
    clgan_rows_free(&sets->real);
    free(sets->real_radii);
    free(sets->made_radii);
    free(sets->nearest);
    free(sets->made_within);
    free(sets->real_within);
}

static clgan_status find_radii(float *radii, struct device *device, const clgan_rows *rows)
{
    float *distances;
    TRY(memory_take(&distances, rows->rows * K, sizeof *distances));
    const clgan_status status = neighbours_nearest(distances, NULL, device, rows, rows, K, true);
    for (size_t i = 0; i < rows->rows; i++) radii[i] = MEASURE_EDGE * distances[i * K + K - 1];
    free(distances);
    return status;
}

static clgan_status compare(struct sets *sets, struct device *device)
{
    TRY(find_radii(sets->real_radii, device, &sets->real));
    TRY(find_radii(sets->made_radii, device, &sets->made));
    TRY(neighbours_within(sets->made_within, device, &sets->made, &sets->real, sets->real_radii));
    TRY(neighbours_within(sets->real_within, device, &sets->real, &sets->made, sets->made_radii));
    return neighbours_nearest(sets->nearest, NULL, device, &sets->real, &sets->made, 1, false);
}

static void add_up(struct measure_result *result, const struct sets *sets)
{
    const size_t rows = sets->real.rows;
    size_t precise = 0, recalled = 0, covered = 0;
    double density = 0;
    for (size_t i = 0; i < rows; i++) {
        precise += sets->made_within[i] > 0;
        density += sets->made_within[i];
        recalled += sets->real_within[i] > 0;
        covered += sets->nearest[i] <= sets->real_radii[i];
    }
    measure_add(result, "precision", (double)precise / (double)rows, NAN);
    measure_add(result, "recall", (double)recalled / (double)rows, NAN);
    measure_add(result, "density", density / (K * (double)rows), NAN);
    measure_add(result, "coverage", (double)covered / (double)rows, NAN);
}

clgan_status measure_precision_recall(struct measure_result *result, const struct measure_input *input)
{
    struct sets sets = {0};
    *result = (struct measure_result){0};
    clgan_status status = sets_begin(&sets, input);
    if (status == CLGAN_OK) status = compare(&sets, input->device);
    if (status == CLGAN_OK) {
        add_up(result, &sets);
        snprintf(result->note, sizeof result->note, "k = %d, pixel space, %zu of %zu samples, %zu of %zu training rows",
                 K, sets.made.rows, input->samples->rows, sets.real.rows, input->train->rows);
    }
    sets_end(&sets);
    return status;
}

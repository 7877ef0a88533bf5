#include "evaluate/parzen.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/distance.h"

/* A log-sum-exp under way: for each row the smallest distance so far and, for each width, sum_j exp((least - d_j) /
 * 2σ²). */
struct parzen {
    struct distance_walk walk;
    size_t count;
    double *scales; /* 1 / 2σ² of each width */
    double *least;  /* of each row */
    double *sums;   /* rows x count */
    struct buffer scale_memory, part_memory;
    float *parts; /* of a chunk: queries x blocks x (1 + count) */
};

static clgan_status check_widths(const double *sigmas, size_t count)
{
    if (!count) return status_fail(CLGAN_USAGE, "there is no width of Parzen windows to try");
    for (size_t s = 0; s < count; s++)
        if (!(sigmas[s] > 0) || !isfinite(sigmas[s]))
            return status_fail(CLGAN_USAGE, "sigma %g: the width of Parzen windows is a number above 0", sigmas[s]);
    return CLGAN_OK;
}

static clgan_status begin(struct parzen *parzen, struct device *device, const clgan_rows *rows,
                          const clgan_rows *samples, const double *sigmas, size_t count, enum distance_way way)
{
    TRY(check_widths(sigmas, count));
    TRY(distance_begin(&parzen->walk, device, rows, samples, way));
    parzen->count = count;
    const struct distance_walk *walk = &parzen->walk;
    const size_t parts = walk->most_queries * distance_most_blocks(walk) * (1 + count);
    float *scales;
    TRY(memory_take(&parzen->parts, parts, sizeof *parzen->parts));
    TRY(memory_take(&parzen->scales, count, sizeof *parzen->scales));
    TRY(memory_take(&parzen->least, rows->rows, sizeof *parzen->least));
    TRY(memory_take(&parzen->sums, rows->rows * count, sizeof *parzen->sums));
    TRY(buffer_make(&parzen->part_memory, device, parts * sizeof(float), "sums of Parzen windows"));
    TRY(buffer_make(&parzen->scale_memory, device, count * sizeof *scales, "widths of Parzen windows"));
    TRY(memory_take(&scales, count, sizeof *scales));
    for (size_t s = 0; s < count; s++) {
        parzen->scales[s] = 0.5 / (sigmas[s] * sigmas[s]);
        scales[s] = (float)parzen->scales[s];
    }
    const clgan_status status = buffer_write(device, &parzen->scale_memory, 0, count * sizeof *scales, scales);
    free(scales);
    return status;
}

static void end(struct parzen *parzen)
{
    buffer_free(&parzen->scale_memory, parzen->walk.device);
    buffer_free(&parzen->part_memory, parzen->walk.device);
    distance_end(&parzen->walk);
    free(parzen->scales);
    free(parzen->least);
    free(parzen->sums);
    free(parzen->parts);
}

enum { EXP_FLOPS = 10 }; /* of an exponential and what goes with it */

/* Appends what leaves, in `parts`, the smallest distance and the sums of each block of the walk's chunk. */
static clgan_status append_parts(struct plan *plan, const struct parzen *parzen, struct tensor parts)
{
    const struct distance_walk *walk = &parzen->walk;
    const size_t queries = walk->squares.rows, points = walk->squares.columns, blocks = distance_blocks(walk);
    const struct tensor scales = {&parzen->scale_memory, 0, 1, parzen->count, parzen->count, ELEMENT_F32};
    TRY(distance_append(plan, walk));
    return plan_kernel(
        plan, &(struct kernel_launch){
                  .name = "parzen_parts",
                  .program = "distance",
                  .kernel = "parzen_parts",
                  .options = walk->options,
                  .columns = blocks,
                  .rows = queries,
                  ARGUMENTS(ARG_TENSOR(walk->squares), ARG_TENSOR(parts), ARG_TENSOR(scales), ARG_UINT(queries),
                            ARG_UINT(points), ARG_UINT(DISTANCE_BLOCK), ARG_UINT(blocks), ARG_UINT(parzen->count)),
                  .flops = (1 + EXP_FLOPS * (double)parzen->count) * (double)queries * (double)points,
                  .bytes = 4.0 * (double)queries * (double)points});
}

/* Joins one block to what row `row` has. */
static void join(struct parzen *parzen, size_t row, const float *part)
{
    const double least = part[0], before = parzen->least[row], now = fmin(before, least);
    double *sums = parzen->sums + row * parzen->count;
    for (size_t s = 0; s < parzen->count; s++) {
        const double scale = parzen->scales[s];
        const double kept = sums[s] > 0 ? sums[s] * exp((now - before) * scale) : 0;
        sums[s] = kept + part[1 + s] * exp((now - least) * scale);
    }
    parzen->least[row] = now;
}

static clgan_status take_chunk(struct parzen *parzen)
{
    const struct distance_walk *walk = &parzen->walk;
    const size_t queries = walk->squares.rows, blocks = distance_blocks(walk), width = 1 + parzen->count;
    const struct tensor parts = {&parzen->part_memory, 0, queries * blocks, width, width, ELEMENT_F32};
    struct plan plan;
    plan_begin(&plan, walk->device);
    clgan_status status = append_parts(&plan, parzen, parts);
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = tensor_read(walk->device, parts, parzen->parts);
    plan_free(&plan);
    for (size_t i = 0; status == CLGAN_OK && i < queries * blocks; i++)
        join(parzen, walk->first_query + i / blocks, parzen->parts + i * width);
    return status;
}

static clgan_status finish(double *likelihoods, const struct parzen *parzen, const double *sigmas)
{
    const clgan_rows *rows = parzen->walk.queries, *samples = parzen->walk.points;
    const double turn = 2 * acos(-1);
    for (size_t i = 0; i < rows->rows * parzen->count; i++) {
        const size_t row = i / parzen->count, s = i % parzen->count;
        likelihoods[i] = log(parzen->sums[i] / (double)samples->rows) - parzen->least[row] * parzen->scales[s] -
                         (double)rows->columns * (log(sigmas[s]) + 0.5 * log(turn));
        if (!isfinite(likelihoods[i]))
            return status_fail(CLGAN_FAILED,
                               "row %zu: its log-likelihood with sigma %g is no finite number: values or distances are "
                               "too large for float",
                               row, sigmas[s]);
    }
    return CLGAN_OK;
}

/* Whether the distances' rounding can't be seen in the mean of any width's likelihoods: three of its standard
 * deviations are within 1e-4 of it, or of 1. */
static bool is_sharp(const struct parzen *parzen, const double *likelihoods)
{
    const size_t rows = parzen->walk.queries->rows;
    const double error = distance_error(&parzen->walk) / sqrt((double)rows);
    for (size_t s = 0; s < parzen->count; s++) {
        double mean = 0;
        for (size_t i = 0; i < rows; i++) mean += likelihoods[i * parzen->count + s] / (double)rows;
        if (!(3 * error * parzen->scales[s] <= 1e-4 * fmax(fabs(mean), 1))) return false;
    }
    return true;
}

static clgan_status sum_up(bool *sharp, double *likelihoods, struct device *device, const clgan_rows *rows,
                           const clgan_rows *samples, const double *sigmas, size_t count, enum distance_way way)
{
    struct parzen parzen = {0};
    bool more = false;
    clgan_status status = begin(&parzen, device, rows, samples, sigmas, count, way);
    for (size_t i = 0; status == CLGAN_OK && i < rows->rows; i++) parzen.least[i] = INFINITY;
    if (status == CLGAN_OK) status = distance_next(&more, &parzen.walk);
    while (status == CLGAN_OK && more) {
        status = take_chunk(&parzen);
        if (status == CLGAN_OK) status = distance_next(&more, &parzen.walk);
    }
    if (status == CLGAN_OK) status = finish(likelihoods, &parzen, sigmas);
    *sharp = status == CLGAN_OK && is_sharp(&parzen, likelihoods);
    end(&parzen);
    return status;
}

clgan_status parzen_log_likelihood(double *likelihoods, struct device *device, const clgan_rows *rows,
                                   const clgan_rows *samples, const double *sigmas, size_t count)
{
    bool sharp = false;
    if (rows->columns >= DISTANCE_LONG_ROW && rows->columns == samples->columns)
        TRY(sum_up(&sharp, likelihoods, device, rows, samples, sigmas, count, DISTANCE_PRODUCTS));
    if (sharp) return CLGAN_OK;
    return sum_up(&sharp, likelihoods, device, rows, samples, sigmas, count, DISTANCE_DIFFERENCES);
}

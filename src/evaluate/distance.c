#include "evaluate/distance.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "compute/gemm.h"

/* Limits of a chunk: bytes of points, of queries and of distances, points (a scan's blocks are few), and differences
 * or terms of products taken in one launch, so that it is short on any device: 20 to 40 ms on two cores. */
enum { POINT_BYTES = 64 << 20, QUERY_BYTES = 16 << 20, SQUARE_BYTES = 48 << 20, MOST_POINTS = 1 << 14 };
static const double most_work[] = {[DISTANCE_DIFFERENCES] = 2e9, [DISTANCE_PRODUCTS] = 4e9};

/* As in distance.cl. */
enum { TILE = 4, DEEP = 8 };

static size_t at_least_one(size_t count) { return count ? count : 1; }
static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

static clgan_status check_finite(const clgan_rows *rows, const char *what)
{
    for (size_t i = 0; i < rows->rows; i++)
        for (size_t c = 0; c < rows->columns; c++)
            if (!isfinite(rows->values[i * rows->columns + c]))
                return status_fail(CLGAN_FAILED, "%s: row %zu, column %zu is not a finite number", what, i, c);
    return CLGAN_OK;
}

clgan_status distance_comparable(const clgan_rows *queries, const clgan_rows *points)
{
    if (queries->columns != points->columns)
        return status_fail(CLGAN_USAGE, "rows of %zu values can't be compared with rows of %zu", queries->columns,
                           points->columns);
    if (!queries->rows || !points->rows || !points->columns)
        return status_fail(CLGAN_USAGE, "there are no rows to compare (%zu with %zu)", queries->rows, points->rows);
    TRY(check_finite(queries, "rows compared"));
    return check_finite(points, "rows compared with");
}

/* Columns of a row on the device. */
static size_t width_of(const struct distance_walk *walk)
{
    return walk->points->columns + (walk->way == DISTANCE_PRODUCTS ? 2 : 0);
}

static void choose_chunks(struct distance_walk *walk)
{
    const size_t row = width_of(walk) * sizeof(float), largest = walk->device->info.largest_buffer;
    const size_t points = lesser(MOST_POINTS, lesser(POINT_BYTES, largest) / row);
    walk->most_points = at_least_one(lesser(walk->points->rows, points));
    const double pairs = most_work[walk->way] / (double)walk->points->columns;
    size_t queries = lesser(lesser(SQUARE_BYTES, largest) / sizeof(float) / walk->most_points,
                            at_least_one(lesser(QUERY_BYTES, largest) / row));
    if (pairs / (double)walk->most_points < (double)queries) queries = (size_t)(pairs / (double)walk->most_points);
    walk->most_queries = lesser(walk->queries->rows, at_least_one(queries));
}

static clgan_status find_centre(struct distance_walk *walk)
{
    const clgan_rows *points = walk->points;
    TRY(memory_take(&walk->centre, points->columns, sizeof *walk->centre));
    for (size_t i = 0; i < points->rows; i++)
        for (size_t c = 0; c < points->columns; c++) walk->centre[c] += points->values[i * points->columns + c];
    for (size_t c = 0; c < points->columns; c++) walk->centre[c] /= (double)points->rows;
    const size_t most = walk->most_queries > walk->most_points ? walk->most_queries : walk->most_points;
    return memory_take(&walk->staging, most * width_of(walk), sizeof *walk->staging);
}

clgan_status distance_begin(struct distance_walk *walk, struct device *device, const clgan_rows *queries,
                            const clgan_rows *points, enum distance_way way)
{
    *walk = (struct distance_walk){.device = device, .queries = queries, .points = points, .way = way};
    TRY(distance_comparable(queries, points));
    choose_chunks(walk);
    if (way == DISTANCE_PRODUCTS) TRY(find_centre(walk));
    const size_t row = width_of(walk) * sizeof(float);
    walk->options = device_width_option(device);
    TRY(buffer_make(&walk->query_memory, device, walk->most_queries * row, "rows compared"));
    TRY(buffer_make(&walk->point_memory, device, walk->most_points * row, "rows compared with"));
    return buffer_make(&walk->square_memory, device, walk->most_queries * walk->most_points * sizeof(float),
                       "distances");
}

void distance_end(struct distance_walk *walk)
{
    buffer_free(&walk->square_memory, walk->device);
    buffer_free(&walk->point_memory, walk->device);
    buffer_free(&walk->query_memory, walk->device);
    free(walk->centre);
    free(walk->staging);
}

/* A row about the centre, with the two columns that make a product a distance; returns its squared norm. */
static double widen(float *to, const float *row, const double *centre, size_t columns, bool query)
{
    enum { SUMS = 8 }; /* side by side */
    double sums[SUMS] = {0}, norm = 0;
    for (size_t first = 0; first < columns; first += SUMS)
        for (size_t c = first, i = 0; c < columns && i < SUMS; c++, i++) {
            to[c] = (float)((double)row[c] - centre[c]);
            sums[i] += (double)to[c] * (double)to[c];
        }
    for (size_t i = 0; i < SUMS; i++) norm += sums[i];
    for (size_t c = 0; query && c < columns; c++) to[c] *= -2;
    to[columns] = query ? (float)norm : 1;
    to[columns + 1] = query ? 1 : (float)norm;
    return norm;
}

static clgan_status bring(struct tensor *chunk, struct distance_walk *walk, const struct buffer *buffer,
                          const clgan_rows *rows, size_t first, size_t most, bool query)
{
    const size_t count = lesser(most, rows->rows - first), columns = rows->columns, width = width_of(walk);
    const float *values = rows->values + first * columns;
    *chunk = (struct tensor){buffer, 0, count, width, width, ELEMENT_F32};
    if (walk->way == DISTANCE_DIFFERENCES) return tensor_write(walk->device, *chunk, values);
    for (size_t i = 0; i < count; i++) {
        const double norm = widen(walk->staging + i * width, values + i * columns, walk->centre, columns, query);
        walk->norms += norm;
        walk->largest = fmax(walk->largest, norm);
    }
    walk->brought += count;
    return tensor_write(walk->device, *chunk, walk->staging);
}

/* A sum's roundings add up like a random walk of as many steps as it has terms, each of half a unit of a partial sum,
 * which is of the size of the two norms. */
double distance_error(const struct distance_walk *walk)
{
    if (!walk->brought) return 0;
    return 0x1p-24 * sqrt((double)walk->points->columns) * walk->norms / (double)walk->brought;
}

double distance_margin(const struct distance_walk *walk)
{
    return 8 * 0x1p-24 * sqrt((double)walk->points->columns) * 2 * walk->largest;
}

clgan_status distance_next(bool *more, struct distance_walk *walk)
{
    bool new_points = !walk->begun;
    if (walk->begun) {
        walk->first_query += walk->query_chunk.rows;
        if (walk->first_query == walk->queries->rows) {
            walk->first_query = 0;
            walk->first_point += walk->point_chunk.rows;
            new_points = true;
        }
    }
    walk->begun = true;
    *more = walk->first_point < walk->points->rows;
    if (!*more) return CLGAN_OK;
    if (new_points)
        TRY(bring(&walk->point_chunk, walk, &walk->point_memory, walk->points, walk->first_point, walk->most_points,
                  false));
    TRY(bring(&walk->query_chunk, walk, &walk->query_memory, walk->queries, walk->first_query, walk->most_queries,
              true));
    const size_t queries = walk->query_chunk.rows, points = walk->point_chunk.rows;
    walk->squares = (struct tensor){&walk->square_memory, 0, queries, points, points, ELEMENT_F32};
    return CLGAN_OK;
}

static size_t blocks_of(size_t points) { return (points + DISTANCE_BLOCK - 1) / DISTANCE_BLOCK; }

size_t distance_blocks(const struct distance_walk *walk) { return blocks_of(walk->point_chunk.rows); }

size_t distance_most_blocks(const struct distance_walk *walk) { return blocks_of(walk->most_points); }

/* A CPU's work-item goes through many queries with its points in the cache; a GPU's are many. */
clgan_status distance_append(struct plan *plan, const struct distance_walk *walk)
{
    if (walk->way == DISTANCE_PRODUCTS)
        return gemm_inner(plan, "distances", walk->query_chunk, walk->point_chunk, walk->squares);
    const bool wide = device_is_wide(walk->device);
    const size_t queries = walk->query_chunk.rows, points = walk->point_chunk.rows, columns = walk->points->columns;
    const size_t deep = wide ? DEEP : 1, across = (points + TILE - 1) / TILE,
                 down = (queries + deep * TILE - 1) / (deep * TILE);
    struct kernel_launch launch = {
        .name = "distances",
        .program = "distance",
        .kernel = "distances",
        .options = wide ? "-DWIDTH=16" : "-DWIDTH=1 -DDEEP=1",
        .columns = across,
        .rows = down,
        ARGUMENTS(ARG_TENSOR(walk->query_chunk), ARG_TENSOR(walk->point_chunk), ARG_TENSOR(walk->squares),
                  ARG_UINT(queries), ARG_UINT(points), ARG_UINT(columns)),
        .flops = 3.0 * (double)queries * (double)points * (double)columns,
        .bytes = 4.0 * ((double)(queries + points) * (double)columns + (double)queries * (double)points)};
    if (wide) {
        launch.groups[0] = across;
        launch.groups[1] = down;
        launch.groups[2] = launch.group[0] = launch.group[1] = 1;
    }
    return plan_kernel(plan, &launch);
}

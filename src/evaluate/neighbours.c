#include "evaluate/neighbours.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evaluate/distance.h"

/* ---- nearest ---- */

enum { SPARE = 4 };

/* A search: the `found` nearest of each query, by distances as they were made. By products more than `k` are found, and
 * those are then measured anew. */
struct nearest {
    struct distance_walk walk;
    size_t k, found;
    bool same;
    struct buffer distance_memory, place_memory;
    float *distances; /* of a chunk: queries x blocks x k */
    uint32_t *places;
    float *best; /* of all: queries x k */
    uint32_t *indices;
};

static clgan_status nearest_begin(struct nearest *nearest, struct device *device, const clgan_rows *queries,
                                  const clgan_rows *points, enum distance_way way)
{
    const size_t others = points->rows - nearest->same, spare = way == DISTANCE_PRODUCTS ? SPARE : 0;
    const size_t k = nearest->found = nearest->k + spare < others ? nearest->k + spare : others;
    TRY(distance_begin(&nearest->walk, device, queries, points, way));
    const size_t parts = nearest->walk.most_queries * distance_most_blocks(&nearest->walk) * k;
    TRY(memory_take(&nearest->distances, parts, sizeof *nearest->distances));
    TRY(memory_take(&nearest->places, parts, sizeof *nearest->places));
    TRY(memory_take(&nearest->best, queries->rows * k, sizeof *nearest->best));
    TRY(memory_take(&nearest->indices, queries->rows * k, sizeof *nearest->indices));
    for (size_t i = 0; i < queries->rows * k; i++) nearest->best[i] = INFINITY;
    TRY(buffer_make(&nearest->distance_memory, device, parts * sizeof(float), "nearest neighbours"));
    return buffer_make(&nearest->place_memory, device, parts * sizeof(uint32_t), "nearest neighbours");
}

static void nearest_end(struct nearest *nearest)
{
    buffer_free(&nearest->place_memory, nearest->walk.device);
    buffer_free(&nearest->distance_memory, nearest->walk.device);
    distance_end(&nearest->walk);
    free(nearest->distances);
    free(nearest->places);
    free(nearest->best);
    free(nearest->indices);
}

static clgan_status nearest_append(struct plan *plan, const struct nearest *nearest, struct tensor found,
                                   struct tensor places)
{
    const struct distance_walk *walk = &nearest->walk;
    const size_t queries = walk->squares.rows, points = walk->squares.columns, blocks = distance_blocks(walk);
    const long long self = (long long)walk->first_query - (long long)walk->first_point;
    char options[64];
    snprintf(options, sizeof options, "%s -DK=%zu", walk->options, nearest->found);
    TRY(distance_append(plan, walk));
    return plan_kernel(
        plan, &(struct kernel_launch){.name = "nearest",
                                      .program = "distance",
                                      .kernel = "nearest",
                                      .options = options,
                                      .columns = blocks,
                                      .rows = queries,
                                      ARGUMENTS(ARG_TENSOR(walk->squares), ARG_TENSOR(found), ARG_TENSOR(places),
                                                ARG_UINT(queries), ARG_UINT(points), ARG_UINT(DISTANCE_BLOCK),
                                                ARG_UINT(blocks), ARG_INT(nearest->same), ARG_INT(self)),
                                      .bytes = 4.0 * (double)queries * (double)points});
}

/* Blocks come in the order of their points, so among equals the one found first stays first. */
static void nearest_join(struct nearest *nearest, size_t query, const float *distances, const uint32_t *places)
{
    const size_t k = nearest->found;
    float *best = nearest->best + query * k;
    uint32_t *indices = nearest->indices + query * k;
    for (size_t i = 0; i < k && distances[i] < best[k - 1]; i++) {
        size_t at = k - 1;
        for (; at > 0 && distances[i] < best[at - 1]; at--) {
            best[at] = best[at - 1];
            indices[at] = indices[at - 1];
        }
        best[at] = distances[i];
        indices[at] = (uint32_t)nearest->walk.first_point + places[i];
    }
}

static clgan_status nearest_chunk(struct nearest *nearest)
{
    const struct distance_walk *walk = &nearest->walk;
    const size_t k = nearest->found, blocks = distance_blocks(walk), lists = walk->squares.rows * blocks;
    const struct tensor found = {&nearest->distance_memory, 0, lists, k, k, ELEMENT_F32};
    const struct tensor places = {&nearest->place_memory, 0, lists, k, k, ELEMENT_U32};
    struct plan plan;
    plan_begin(&plan, walk->device);
    clgan_status status = nearest_append(&plan, nearest, found, places);
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = tensor_read(walk->device, found, nearest->distances);
    if (status == CLGAN_OK) status = tensor_read(walk->device, places, nearest->places);
    plan_free(&plan);
    for (size_t i = 0; status == CLGAN_OK && i < lists; i++)
        nearest_join(nearest, walk->first_query + i / blocks, nearest->distances + i * k, nearest->places + i * k);
    return status;
}

static clgan_status find_nearest(struct nearest *nearest)
{
    bool more = false;
    TRY(distance_next(&more, &nearest->walk));
    while (more) {
        TRY(nearest_chunk(nearest));
        TRY(distance_next(&more, &nearest->walk));
    }
    for (size_t i = 0; i < nearest->walk.queries->rows * nearest->found; i++)
        if (!isfinite(nearest->best[i]))
            return status_fail(CLGAN_FAILED, "row %zu: distances to other rows are too large for float",
                               i / nearest->found);
    return CLGAN_OK;
}

static double squared_distance(const float *a, const float *b, size_t columns)
{
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += ((double)a[c] - (double)b[c]) * ((double)a[c] - (double)b[c]);
    return sum;
}

/* Measures what was found for a query anew, and sorts it. Whether no other point can be among the first k: one that was
 * not found is no nearer than the last that was, but for rounding. */
static bool settle(struct nearest *nearest, size_t query)
{
    const struct distance_walk *walk = &nearest->walk;
    const size_t columns = walk->points->columns, found = nearest->found;
    float *best = nearest->best + query * found;
    uint32_t *indices = nearest->indices + query * found;
    const double unseen = (double)best[found - 1] - distance_margin(walk);
    for (size_t i = 0; i < found; i++) {
        const uint32_t index = indices[i];
        const float distance = (float)squared_distance(walk->queries->values + query * columns,
                                                       walk->points->values + index * columns, columns);
        size_t at = i;
        for (; at > 0 && (distance < best[at - 1] || (distance == best[at - 1] && index < indices[at - 1])); at--) {
            best[at] = best[at - 1];
            indices[at] = indices[at - 1];
        }
        best[at] = distance;
        indices[at] = index;
    }
    return found == walk->points->rows - nearest->same || (double)best[nearest->k - 1] < unseen;
}

/* `*settled` false: rounding may have hidden a neighbour of some query (rows that are alike, mostly). */
static clgan_status search(bool *settled, float *distances, uint32_t *indices, struct device *device,
                           const struct nearest *how, const clgan_rows *queries, const clgan_rows *points,
                           enum distance_way way)
{
    struct nearest nearest = *how;
    const size_t k = nearest.k;
    clgan_status status = nearest_begin(&nearest, device, queries, points, way);
    if (status == CLGAN_OK) status = find_nearest(&nearest);
    *settled = status == CLGAN_OK;
    for (size_t i = 0; *settled && way == DISTANCE_PRODUCTS && i < queries->rows; i++) *settled = settle(&nearest, i);
    for (size_t i = 0; *settled && i < queries->rows * k; i++) {
        if (distances) distances[i] = nearest.best[i / k * nearest.found + i % k];
        if (indices) indices[i] = nearest.indices[i / k * nearest.found + i % k];
    }
    nearest_end(&nearest);
    return status;
}

clgan_status neighbours_nearest(float *distances, uint32_t *indices, struct device *device, const clgan_rows *queries,
                                const clgan_rows *points, size_t k, bool same)
{
    const struct nearest how = {.k = k, .same = same};
    const size_t needed = k + (same ? 1 : 0);
    bool settled = false;
    if (!k || k > NEIGHBOURS_MOST)
        return status_fail(CLGAN_USAGE, "%zu nearest neighbours: 1 to %d can be found", k, NEIGHBOURS_MOST);
    if (points->rows < needed)
        return status_fail(CLGAN_USAGE, "%zu nearest neighbours take %zu rows at least, there are %zu", k, needed,
                           points->rows);
    if (points->columns >= DISTANCE_LONG_ROW)
        TRY(search(&settled, distances, indices, device, &how, queries, points, DISTANCE_PRODUCTS));
    if (settled) return CLGAN_OK;
    return search(&settled, distances, indices, device, &how, queries, points, DISTANCE_DIFFERENCES);
}

/* ---- in balls ---- */

struct within {
    struct distance_walk walk;
    const float *radii; /* squared, borrowed */
    struct buffer radius_memory, count_memory;
    uint32_t *parts; /* of a chunk: queries x blocks */
};

static clgan_status within_begin(struct within *within, struct device *device, const clgan_rows *queries,
                                 const clgan_rows *points)
{
    TRY(distance_begin(&within->walk, device, queries, points, DISTANCE_DIFFERENCES));
    for (size_t j = 0; j < points->rows; j++)
        if (isnan(within->radii[j])) return status_fail(CLGAN_FAILED, "the radius about row %zu is not a number", j);
    const size_t parts = within->walk.most_queries * distance_most_blocks(&within->walk);
    TRY(memory_take(&within->parts, parts, sizeof *within->parts));
    TRY(buffer_make(&within->radius_memory, device, within->walk.most_points * sizeof(float), "radii"));
    return buffer_make(&within->count_memory, device, parts * sizeof(uint32_t), "counts in balls");
}

static void within_end(struct within *within)
{
    buffer_free(&within->count_memory, within->walk.device);
    buffer_free(&within->radius_memory, within->walk.device);
    distance_end(&within->walk);
    free(within->parts);
}

static clgan_status within_append(struct plan *plan, const struct within *within, struct tensor counts)
{
    const struct distance_walk *walk = &within->walk;
    const size_t queries = walk->squares.rows, points = walk->squares.columns, blocks = distance_blocks(walk);
    const struct tensor radii = {&within->radius_memory, 0, 1, points, points, ELEMENT_F32};
    TRY(tensor_write(walk->device, radii, within->radii + walk->first_point));
    TRY(distance_append(plan, walk));
    return plan_kernel(plan, &(struct kernel_launch){.name = "within",
                                                     .program = "distance",
                                                     .kernel = "within",
                                                     .options = walk->options,
                                                     .columns = blocks,
                                                     .rows = queries,
                                                     ARGUMENTS(ARG_TENSOR(walk->squares), ARG_TENSOR(radii),
                                                               ARG_TENSOR(counts), ARG_UINT(queries), ARG_UINT(points),
                                                               ARG_UINT(DISTANCE_BLOCK), ARG_UINT(blocks)),
                                                     .bytes = 4.0 * (double)queries * (double)points});
}

static clgan_status within_chunk(struct within *within, uint32_t *counts)
{
    const struct distance_walk *walk = &within->walk;
    const size_t queries = walk->squares.rows, blocks = distance_blocks(walk);
    const struct tensor parts = {&within->count_memory, 0, queries, blocks, blocks, ELEMENT_U32};
    struct plan plan;
    plan_begin(&plan, walk->device);
    clgan_status status = within_append(&plan, within, parts);
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = tensor_read(walk->device, parts, within->parts);
    plan_free(&plan);
    for (size_t i = 0; status == CLGAN_OK && i < queries * blocks; i++)
        counts[walk->first_query + i / blocks] += within->parts[i];
    return status;
}

clgan_status neighbours_within(uint32_t *counts, struct device *device, const clgan_rows *queries,
                               const clgan_rows *points, const float *squared_radii)
{
    struct within within = {.radii = squared_radii};
    bool more = false;
    clgan_status status = within_begin(&within, device, queries, points);
    if (status == CLGAN_OK) memset(counts, 0, queries->rows * sizeof *counts);
    if (status == CLGAN_OK) status = distance_next(&more, &within.walk);
    while (status == CLGAN_OK && more) {
        status = within_chunk(&within, counts);
        if (status == CLGAN_OK) status = distance_next(&more, &within.walk);
    }
    within_end(&within);
    return status;
}

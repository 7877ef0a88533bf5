/* Squared Euclidean distances between all pairs of rows of two matrices, a chunk at a time: the matrix is never whole.
 */
#ifndef EVALUATE_DISTANCE_H
#define EVALUATE_DISTANCE_H

#include "compute/plan.h"

/* Points that one work-item of a scan looks at. */
enum { DISTANCE_BLOCK = 1024 };

/* A walk over chunks, points outermost. After distance_next, `squares` is the current chunk's view [queries, points]:
 * row i is query first_query + i, column j point first_point + j. */
struct distance_walk {
    struct device *device;
    const clgan_rows *queries, *points; /* borrowed */
    size_t most_queries, most_points;   /* rows of a chunk */
    size_t first_query, first_point;
    struct buffer query_memory, point_memory, square_memory;
    struct tensor query_chunk, point_chunk, squares;
    bool begun;
    char options[32]; /* of distance.cl's scans on this device */
};

/* CLGAN_USAGE where the two differ in columns or have no rows, CLGAN_FAILED where a value is not finite. End it in any
 * case. */
clgan_status distance_begin(struct distance_walk *walk, struct device *device, const clgan_rows *queries,
                            const clgan_rows *points);
/* Brings the next chunk's rows over; `*more` false: there is none. */
clgan_status distance_next(bool *more, struct distance_walk *walk);
void distance_end(struct distance_walk *walk);

/* Appends the launches that make the chunk's `squares`. */
clgan_status distance_append(struct plan *plan, const struct distance_walk *walk);

/* Blocks of points in a chunk. */
size_t distance_blocks(const struct distance_walk *walk);

#endif

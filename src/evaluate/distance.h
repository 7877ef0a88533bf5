/* Squared Euclidean distances between all pairs of rows of two matrices, a chunk at a time: the matrix is never whole.
 */
#ifndef EVALUATE_DISTANCE_H
#define EVALUATE_DISTANCE_H

#include "compute/plan.h"

/* How distances are made. By differences: exactly 0 between rows that are alike, rounding of about that of the distance
 * itself. By products: |q - p|² = |q|² - 2 q p + |p|² about the points' mean, as one matrix product of rows with two
 * more columns, [-2 q, |q|², 1] and [p, 1, |p|²]: several times as fast, rounding as distance_error says. */
enum distance_way { DISTANCE_DIFFERENCES, DISTANCE_PRODUCTS };

/* Points that one work-item of a scan looks at. */
enum { DISTANCE_BLOCK = 1024 };
/* Rows from which on products are the faster way. */
enum { DISTANCE_LONG_ROW = 64 };

/* A walk over chunks, points outermost. After distance_next, `squares` is the current chunk's view [queries, points]:
 * row i is query first_query + i, column j point first_point + j. */
struct distance_walk {
    struct device *device;
    const clgan_rows *queries, *points; /* borrowed */
    enum distance_way way;
    double *centre;                   /* products: the points' mean */
    float *staging;                   /* products: rows of a chunk on their way */
    double norms;                     /* products: sum of |q|² and |p|² of the rows brought */
    double largest;                   /* of them */
    size_t brought;                   /* and their count */
    size_t most_queries, most_points; /* rows of a chunk */
    size_t first_query, first_point;
    struct buffer query_memory, point_memory, square_memory;
    struct tensor query_chunk, point_chunk, squares;
    bool begun;
    const char *options; /* of distance.cl's scans on this device */
};

/* CLGAN_USAGE where the two differ in columns or have no rows, CLGAN_FAILED where a value is not finite. */
clgan_status distance_comparable(const clgan_rows *queries, const clgan_rows *points);
/* Fails as distance_comparable does. End it in any case. */
clgan_status distance_begin(struct distance_walk *walk, struct device *device, const clgan_rows *queries,
                            const clgan_rows *points, enum distance_way way);
/* Brings the next chunk's rows over; `*more` false: there is none. */
clgan_status distance_next(bool *more, struct distance_walk *walk);
void distance_end(struct distance_walk *walk);

/* Appends the launches that make the chunk's `squares`. */
clgan_status distance_append(struct plan *plan, const struct distance_walk *walk);

/* Standard deviation of a distance's rounding, estimated from the rows brought so far; 0 for differences: theirs is
 * never what counts. */
double distance_error(const struct distance_walk *walk);
/* What no distance's rounding reaches: eight times that of the largest norms. */
double distance_margin(const struct distance_walk *walk);

/* Blocks of points in the chunk, and in the largest one. */
size_t distance_blocks(const struct distance_walk *walk);
size_t distance_most_blocks(const struct distance_walk *walk);

#endif

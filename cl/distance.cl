/* Squared distances between rows of two matrices, and what is taken from a chunk of them: sums of Parzen windows, nearest
 * neighbours, counts in balls. A scan's work-item is a block of points of one query; the host joins blocks, in order. */
#include "view.clh"

#ifndef WIDTH
#define WIDTH 16 /* floats at once: 1 or 16 */
#endif
#ifndef TILE
#define TILE 4 /* queries, and points, whose rows a work-item holds at once */
#endif
#ifndef DEEP
#define DEEP 8 /* tiles of queries, one after the other, that a work-item goes through with its points */
#endif
#ifndef K
#define K 1 /* neighbours that `nearest` finds: 1 to 16 */
#endif

#if WIDTH == 16
#define REALS float16
#define LOAD(from) vload16(0, from)
float sum_of(const float16 x)
{
    const float8 a = x.lo + x.hi;
    const float4 b = a.lo + a.hi;
    const float2 c = b.lo + b.hi;
    return c.x + c.y;
}
float least_of(const float16 x)
{
    const float8 a = fmin(x.lo, x.hi);
    const float4 b = fmin(a.lo, a.hi);
    const float2 c = fmin(b.lo, b.hi);
    return fmin(c.x, c.y);
}
#else
#define REALS float
#define LOAD(from) (*(from))
#define sum_of(x) (x)
#define least_of(x) (x)
#endif

/* d[i, j] = |q_i - p_j|², from the differences themselves: rows that are alike have a distance of exactly 0, and that from i to j is
 * that from j to i. Work-item: TILE points, DEEP * TILE queries; rows past the end are read as the last one. */
__kernel void distances(VIEW(const float, q), VIEW(const float, p), VIEW(float, d), const uint rows, const uint points,
                        const uint columns)
{
    const uint point = TILE * get_global_id(0), start = DEEP * TILE * get_global_id(1), end = min(start + DEEP * TILE, rows);
    if (point >= points || start >= rows) return;
    for (uint row = start; row < end; row += TILE) {
        REALS sums[TILE][TILE];
        __global const float *left[TILE], *right[TILE];
        for (uint i = 0; i < TILE; i++) {
            left[i] = AT(q) + (ulong)min(row + i, rows - 1) * columns;
            right[i] = AT(p) + (ulong)min(point + i, points - 1) * columns;
            for (uint j = 0; j < TILE; j++) sums[i][j] = 0.0f;
        }
        uint c = 0;
        for (; c + WIDTH <= columns; c += WIDTH) {
            REALS theirs[TILE];
            for (uint j = 0; j < TILE; j++) theirs[j] = LOAD(right[j] + c);
            for (uint i = 0; i < TILE; i++) {
                const REALS ours = LOAD(left[i] + c);
                for (uint j = 0; j < TILE; j++) {
                    const REALS apart = ours - theirs[j];
                    sums[i][j] += apart * apart;
                }
            }
        }
        for (uint i = 0; i < TILE && row + i < end; i++)
            for (uint j = 0; j < TILE && point + j < points; j++) {
                float sum = sum_of(sums[i][j]);
                for (uint rest = c; rest < columns; rest++) {
                    const float apart = left[i][rest] - right[j][rest];
                    sum += apart * apart;
                }
                AT(d)[(ulong)(row + i) * points + point + j] = sum;
            }
    }
}

/* Parts of a log-sum-exp over a block of points: parts[row, block] = {m, sum_j exp((m - d_j) scales[s]) for each s}, m the block's
 * smallest distance, so that no sum is less than 1. */
__kernel void parzen_parts(VIEW(const float, d), VIEW(float, parts), VIEW(const float, scales), const uint rows, const uint points,
                           const uint block, const uint blocks, const uint count)
{
    const uint which = get_global_id(0), row = get_global_id(1);
    if (which >= blocks || row >= rows) return;
    const uint length = min(block, points - which * block);
    __global const float *from = AT(d) + (ulong)row * points + which * block;
    __global float *to = AT(parts) + ((ulong)row * blocks + which) * (1 + count);
    REALS nearest = INFINITY;
    uint j = 0;
    for (; j + WIDTH <= length; j += WIDTH) nearest = fmin(nearest, LOAD(from + j));
    float least = least_of(nearest);
    for (; j < length; j++) least = fmin(least, from[j]);
    to[0] = least;
    for (uint s = 0; s < count; s++) {
        const float scale = AT(scales)[s];
        REALS sums = 0.0f;
        for (j = 0; j + WIDTH <= length; j += WIDTH) sums += exp((least - LOAD(from + j)) * scale);
        float sum = sum_of(sums);
        for (; j < length; j++) sum += exp((least - from[j]) * scale);
        to[1 + s] = sum;
    }
}

/* The K nearest of a block, nearest first, ties by the lower index: found[row, block] = K distances, places their points, counted from
 * the chunk's first; INFINITY where the block has no more. `self` = the point that is query 0 itself, to be left out like the
 * following ones for the following rows; negative or past the end where there is none. */
__kernel void nearest(VIEW(const float, d), VIEW(float, found), VIEW(uint, places), const uint rows, const uint points,
                      const uint block, const uint blocks, const int same, const int self)
{
    const uint which = get_global_id(0), row = get_global_id(1);
    if (which >= blocks || row >= rows) return;
    const uint first = which * block, end = min(first + block, points);
    const long own = same ? (long)self + row : -1;
    __global const float *from = AT(d) + (ulong)row * points;
    float best[K];
    uint place[K];
    for (uint k = 0; k < K; k++) {
        best[k] = INFINITY;
        place[k] = 0;
    }
    for (uint j = first; j < end; j++) {
        const float distance = from[j];
        if (!(distance < best[K - 1]) || j == own) continue;
        uint at = K - 1;
        for (; at > 0 && distance < best[at - 1]; at--) {
            best[at] = best[at - 1];
            place[at] = place[at - 1];
        }
        best[at] = distance;
        place[at] = j;
    }
    const ulong to = ((ulong)row * blocks + which) * K;
    for (uint k = 0; k < K; k++) {
        AT(found)[to + k] = best[k];
        AT(places)[to + k] = place[k];
    }
}

/* counts[row, block]: points of the block that are no further than their own squared radius. */
__kernel void within(VIEW(const float, d), VIEW(const float, radii), VIEW(uint, counts), const uint rows, const uint points,
                     const uint block, const uint blocks)
{
    const uint which = get_global_id(0), row = get_global_id(1);
    if (which >= blocks || row >= rows) return;
    const uint first = which * block, end = min(first + block, points);
    __global const float *from = AT(d) + (ulong)row * points;
    uint count = 0;
    for (uint j = first; j < end; j++) count += from[j] <= AT(radii)[j];
    AT(counts)[row * blocks + which] = count;
}

/* How far apart the rows of a minibatch are, real and fake: x has `rows` of each, the real ones first. */
#include "view.clh"

#ifndef WIDTH
#define WIDTH 16 /* columns at once: 1 or 16 */
#endif

/* |a - b|, over `columns`. */
float distance_between(__global const float *a, __global const float *b, const uint columns)
{
    float sum = 0.0f;
    uint column = 0;
#if WIDTH == 16
    float16 wide = 0.0f;
    for (; column + 16 <= columns; column += 16) {
        const float16 difference = vload16(0, a + column) - vload16(0, b + column);
        wide += difference * difference;
    }
    float lanes[16];
    vstore16(wide, 0, lanes);
    for (uint lane = 0; lane < 16; lane++) sum += lanes[lane];
#endif
    for (; column < columns; column++) sum += (a[column] - b[column]) * (a[column] - b[column]);
    return sqrt(sum);
}

/* distances[side, i]: from row i of a side to the rows before it, added up; among the first `some` rows of each side.
 * Work-item: (i, side). */
__kernel void pair_distances(VIEW(const float, x), VIEW(float, distances), const uint rows, const uint some, const uint columns)
{
    const uint i = get_global_id(0), side = get_global_id(1);
    if (i >= some || side >= 2) return;
    __global const float *first = AT(x) + (ulong)side * rows * columns;
    float sum = 0.0f;
    for (uint j = 0; j < i; j++) sum += distance_between(first + (ulong)i * columns, first + (ulong)j * columns, columns);
    AT(distances)[side * some + i] = sum;
}

/* variances[side, column], over the rows of each side, unbiased; of one row 0. Two passes, so that nothing cancels.
 * Work-item: (column, side). */
__kernel void column_variances(VIEW(const float, x), VIEW(float, variances), const uint rows, const uint columns)
{
    const uint column = get_global_id(0), side = get_global_id(1);
    if (column >= columns || side >= 2) return;
    __global const float *first = AT(x) + (ulong)side * rows * columns + column;
    float mean = 0.0f, sum = 0.0f;
    for (uint row = 0; row < rows; row++) mean += first[(ulong)row * columns];
    mean /= (float)rows;
    for (uint row = 0; row < rows; row++) sum += (first[(ulong)row * columns] - mean) * (first[(ulong)row * columns] - mean);
    AT(variances)[side * columns + column] = rows > 1 ? sum / (float)(rows - 1) : 0.0f;
}

/* What goes with an update. Work-item: an element, unless said. */
#include "view.clh"

#ifndef WIDTH
#define WIDTH 16 /* columns of a work-item in limit_columns: 1 or 16 */
#endif

/* Scales columns of w whose norm is over `limit` down to it; squares: [tiles, columns], sums that add up to the squared norms.
 * Work-item: WIDTH neighbouring columns. */
__kernel void limit_columns(VIEW(float, w), VIEW(const float, squares), const uint tiles, const uint rows, const uint columns,
                            const float limit)
{
    const uint first = WIDTH * get_global_id(0);
#if WIDTH == 16
    if (first + 16 <= columns) {
        float16 sum = 0.0f;
        for (uint tile = 0; tile < tiles; tile++) sum += vload16(0, AT(squares) + (ulong)tile * columns + first);
        const int16 over = sum > limit * limit;
        if (!any(over)) return;
        const float16 factor = over ? limit / sqrt(sum) : (float16)1.0f;
        for (uint row = 0; row < rows; row++) {
            __global float *at = AT(w) + (ulong)row * columns + first;
            vstore16(vload16(0, at) * factor, 0, at);
        }
        return;
    }
#endif
    for (uint column = first; column < min(first + WIDTH, columns); column++) {
        float sum = 0.0f;
        for (uint tile = 0; tile < tiles; tile++) sum += AT(squares)[(ulong)tile * columns + column];
        if (sum <= limit * limit) continue;
        const float factor = limit / sqrt(sum);
        for (uint row = 0; row < rows; row++) AT(w)[(ulong)row * columns + column] *= factor;
    }
}

/* x[0, c] += what is below it in its column; x: [rows, columns]. Work-item: a column. */
__kernel void add_columns(VIEW(float, x), const uint rows, const uint columns)
{
    const uint column = get_global_id(0);
    if (column >= columns) return;
    float sum = 0.0f;
    for (uint row = 0; row < rows; row++) sum += AT(x)[(ulong)row * columns + column];
    AT(x)[column] = sum;
}

/* total[0] = the sum of x, by the first work-group: each item adds up its share, the first one the shares. */
__kernel void add_up(VIEW(const float, x), VIEW(float, total), const uint count)
{
    __local float shares[64];
    if (get_global_id(0) >= get_local_size(0)) return;
    const uint item = get_local_id(0), items = get_local_size(0);
    float sum = 0.0f;
    for (uint i = item; i < count; i += items) sum += AT(x)[i];
    shares[item] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item > 0) return;
    for (uint i = 1; i < items; i++) sum += shares[i];
    AT(total)[0] = sum;
}

/* average = decay average + (1 - decay) w. */
__kernel void update_average(VIEW(float, average), VIEW(const float, w), const uint count, const float decay)
{
    const uint i = get_global_id(0);
    if (i < count) AT(average)[i] += (1.0f - decay) * (AT(w)[i] - AT(average)[i]);
}

/* bad[number] = 1 where an element is not finite; every writer writes the same. */
__kernel void check_finite(VIEW(const float, x), __global uint *restrict bad, const uint number, const uint count)
{
    const uint i = get_global_id(0);
    if (i < count && !isfinite(AT(x)[i])) bad[number] = 1;
}

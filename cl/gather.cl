/* The batch: bytes of shuffled rows, expanded to floats on the way. */
#include "philox.clh"
#include "view.clh"

#ifndef WIDTH
#define WIDTH 16 /* columns at once: 1 or 16 */
#endif

/* x[row, column] = (byte - mean) * scale of row `row` of minibatch `lane`, of `lanes` a step; prepare: mean and scale of each row of
 * bytes. `streamed`: the rows of a window lie in the order in which they are used; else the epoch's shuffle of `count` says which.
 * Work-item: `span` neighbouring columns of a row. */
__kernel void gather(VIEW(float, x), __global const uchar *restrict bytes, __global const float2 *restrict prepare,
                     __global const step_state *restrict state, const uint2 key, const uint rows, const uint columns,
                     const uint count, const uint lanes, const uint lane, const int streamed, const uint span)
{
    const uint first = span * get_global_id(0), row = get_global_id(1), end = min(first + span, columns);
    if (first >= columns || row >= rows) return;
    const uint batch = state->in_epoch * lanes + lane;
    const uint source = streamed ? (batch - state->window) * rows + row : shuffled(batch * rows + row, count, state->epoch, key);
    const float2 how = prepare[source];
    __global const uchar *from = bytes + (ulong)source * columns;
    __global float *to = AT(x) + row * columns;
    uint column = first;
#if WIDTH == 16
    for (; column + 16 <= end; column += 16)
        vstore16((convert_float16(vload16(0, from + column)) - how.x) * how.y, 0, to + column);
#endif
    for (; column < end; column++) to[column] = ((float)from[column] - how.x) * how.y;
}

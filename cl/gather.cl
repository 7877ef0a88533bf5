/* The batch: bytes of shuffled rows, expanded to floats on the way. */
#include "philox.clh"
#include "view.clh"

/* x[row, column] = (byte - mean) * scale of the dataset's row. `batches` minibatches a step, this one is number `lane`; `streamed`:
 * `bytes` holds the rows of a window in the order in which they are used. Work-item: an element. */
__kernel void gather(VIEW(float, x), __global const uchar *restrict bytes, __global const float2 *restrict prepare,
                     __global const step_state *restrict state, const uint2 key, const uint rows, const uint columns,
                     const uint count, const uint batches, const uint lane, const int streamed)
{
    const uint column = get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const uint batch = state->in_epoch * batches + lane;
    const uint source = streamed ? (batch - state->window) * rows + row
                                 : shuffled(batch * rows + row, count, state->epoch, key);
    const float2 how = prepare[source];
    AT(x)[row * columns + column] = ((float)bytes[(ulong)source * columns + column] - how.x) * how.y;
}

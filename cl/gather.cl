/* The batch: bytes of shuffled rows, expanded to floats on the way. */
#include "philox.clh"
#include "view.clh"

/* index[row]: which row of the dataset is row `row` of minibatch `lane`, of `lanes` a step; `streamed`: the rows of a window lie in
 * the order in which they are used. Work-item: a row. */
__kernel void batch_rows(__global uint *restrict index, __global const step_state *restrict state, const uint2 key,
                         const uint rows, const uint count, const uint lanes, const uint lane, const int streamed)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    const uint batch = state->in_epoch * lanes + lane;
    index[row] = streamed ? (batch - state->window) * rows + row : shuffled(batch * rows + row, count, state->epoch, key);
}

/* x[row, column] = (byte - mean) * scale of the row that `index` names; prepare: mean and scale of each. Work-item: an element. */
__kernel void gather(VIEW(float, x), __global const uchar *restrict bytes, __global const float2 *restrict prepare,
                     __global const uint *restrict index, const uint rows, const uint columns)
{
    const uint column = get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const uint source = index[row];
    const float2 how = prepare[source];
    AT(x)[row * columns + column] = ((float)bytes[(ulong)source * columns + column] - how.x) * how.y;
}

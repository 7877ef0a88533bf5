/* Optimisers and what goes with an update. Work-item: an element, unless said. */
#include "state.clh"
#include "view.clh"

/* v = m v - lr g; w += v. */
__kernel void update_sgd(VIEW(float, w), VIEW(const float, g), VIEW(float, v), __global const step_state *restrict state,
                         __global const schedule *restrict table, const uint entries, const uint entry,
                         const uint count)
{
    const uint i = get_global_id(0);
    if (i >= count) return;
    const schedule now = table[entries * (uint)(state->step - state->table) + entry];
    const float velocity = now.momentum * AT(v)[i] - now.rate * AT(g)[i];
    AT(v)[i] = velocity;
    AT(w)[i] += velocity;
}

/* Adam (Kingma and Ba 2015), both bias corrections folded into rate and epsilon by the table. */
__kernel void update_adam(VIEW(float, w), VIEW(const float, g), VIEW(float, m), VIEW(float, s),
                          __global const step_state *restrict state, __global const schedule *restrict table, const uint entries,
                          const uint entry, const uint count, const float beta1, const float beta2)
{
    const uint i = get_global_id(0);
    if (i >= count) return;
    const schedule now = table[entries * (uint)(state->step - state->table) + entry];
    const float gradient = AT(g)[i];
    const float first = beta1 * AT(m)[i] + (1.0f - beta1) * gradient;
    const float second = beta2 * AT(s)[i] + (1.0f - beta2) * gradient * gradient;
    AT(m)[i] = first;
    AT(s)[i] = second;
    AT(w)[i] -= now.rate * first / (sqrt(second) + now.epsilon);
}

/* Scales columns of w whose norm is over `limit` down to it. Work-item: a column. */
__kernel void limit_columns(VIEW(float, w), const uint rows, const uint columns, const float limit)
{
    const uint column = get_global_id(0);
    if (column >= columns) return;
    float sum = 0.0f;
    for (uint row = 0; row < rows; row++) {
        const float value = AT(w)[(ulong)row * columns + column];
        sum += value * value;
    }
    if (sum <= limit * limit) return;
    const float factor = limit / sqrt(sum);
    for (uint row = 0; row < rows; row++) AT(w)[(ulong)row * columns + column] *= factor;
}

/* average = decay average + (1 - decay) w. */
__kernel void update_average(VIEW(float, average), VIEW(const float, w), const uint count, const float decay)
{
    const uint i = get_global_id(0);
    if (i < count) AT(average)[i] += (1.0f - decay) * (AT(w)[i] - AT(average)[i]);
}

/* bad[0] = 1 where an element is not finite; every writer writes the same. */
__kernel void check_finite(VIEW(const float, x), __global uint *restrict bad, const uint count)
{
    const uint i = get_global_id(0);
    if (i < count && !isfinite(AT(x)[i])) bad[0] = 1;
}

/* Everything random: noise z, drawn data, initial weights, dropout. Work-item: four neighbouring columns of a row, unless said. */
#include "philox.clh"
#include "view.clh"

/* z: uniform on (-scale, scale). */
__kernel void noise_uniform(VIEW(float, z), __global const step_state *restrict state, const uint2 key, const uint rows,
                            const uint columns, const float scale)
{
    const uint column = 4 * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const float4 value = (2.0f * unit4(stream(column / 4, 0, state->row + row, state->step, key)) - 1.0f) * scale;
    __global float *target = AT(z) + row * columns;
    store4(target, column, columns, value);
}

/* z: normal, standard deviation `scale`. */
__kernel void noise_normal(VIEW(float, z), __global const step_state *restrict state, const uint2 key, const uint rows,
                           const uint columns, const float scale)
{
    const uint column = 4 * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const float4 value = normal4(stream(column / 4, 0, state->row + row, state->step, key)) * scale;
    __global float *target = AT(z) + row * columns;
    store4(target, column, columns, value);
}

/* Scales each row to length scale * sqrt(columns): a normal row becomes a direction. Work-item: a row. */
__kernel void noise_to_sphere(VIEW(float, z), const uint rows, const uint columns, const float scale)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    __global float *target = AT(z) + row * columns;
    float sum = 0.0f;
    for (uint c = 0; c < columns; c++) sum += target[c] * target[c];
    const float factor = scale * sqrt((float)columns / fmax(sum, FLT_MIN));
    for (uint c = 0; c < columns; c++) target[c] *= factor;
}

/* x = mean + deviation * N(0, 1), one value a row. Work-item: a row. */
__kernel void data_gaussian(VIEW(float, x), __global const step_state *restrict state, const uint2 key, const uint rows,
                            const float mean, const float deviation)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    AT(x)[row] = mean + deviation * normal4(stream(0, 0, state->row + row, state->step, key)).x;
}

/* x: one of `modes` Gaussians evenly on a circle, two values a row. Work-item: a row. */
__kernel void data_ring(VIEW(float, x), __global const step_state *restrict state, const uint2 key, const uint rows,
                        const uint modes, const float radius, const float deviation)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    const uint mode = mul_hi(stream(0, 0, state->row + row, state->step, key).x, modes);
    const float4 spread = normal4(stream(1, 0, state->row + row, state->step, key));
    const float angle = 6.28318530717958648f * (float)mode / (float)modes;
    AT(x)[2 * row] = radius * cos(angle) + deviation * spread.x;
    AT(x)[2 * row + 1] = radius * sin(angle) + deviation * spread.y;
}

/* Initial weights, [in, out]; `normal` 1: N(0, scale), 0: U(-scale, scale). */
__kernel void weights_dense(VIEW(float, w), const uint2 key, const uint layer, const uint rows, const uint columns,
                            const float scale, const int normal)
{
    const uint column = 4 * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const uint4 words = stream(column / 4, layer, row, 0, key);
    const float4 value = normal ? normal4(words) * scale : (2.0f * unit4(words) - 1.0f) * scale;
    __global float *target = AT(w) + (ulong)row * columns;
    store4(target, column, columns, value);
}

/* `incoming` weights of each column ~ N(0, scale), the others stay 0: which, a keyed shuffle of the rows says. Work-item: a column. */
__kernel void weights_sparse(VIEW(float, w), const uint2 key, const uint layer, const uint rows, const uint columns,
                             const float scale, const uint incoming)
{
    const uint column = get_global_id(0);
    if (column >= columns) return;
    for (uint i = 0; i < incoming; i++) {
        const uint row = shuffled(i, rows, (ulong)layer << 32 | column, key);
        AT(w)[(ulong)row * columns + column] = scale * normal4(stream(column / 4, layer, i, 1 + column % 4, key)).x;
    }
}

/* h = x * mask / keep; an element is kept where its word is under `threshold` = keep * 2^32. */
__kernel void dropout(VIEW(const float, x), VIEW(float, h), VIEW(uchar, mask), __global const step_state *restrict state,
                      const uint2 key, const uint layer, const uint rows, const uint columns, const uint threshold,
                      const float factor)
{
    const uint column = 4 * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const uint4 words = stream(column / 4, layer, state->row + row, state->step, key);
    const uint at = row * columns + column;
    if (column + 4 <= columns) {
        const bool k0 = words.x < threshold, k1 = words.y < threshold, k2 = words.z < threshold, k3 = words.w < threshold;
        const float4 value = vload4(0, AT(x) + at) * factor;
        vstore4((float4)(k0 ? value.x : 0.0f, k1 ? value.y : 0.0f, k2 ? value.z : 0.0f, k3 ? value.w : 0.0f), 0, AT(h) + at);
        vstore4((uchar4)(k0, k1, k2, k3), 0, AT(mask) + at);
        return;
    }
    const uint tail[3] = {words.x, words.y, words.z};
    for (uint i = 0; column + i < columns; i++) {
        const bool keep = tail[i] < threshold;
        AT(mask)[at + i] = keep;
        AT(h)[at + i] = keep ? AT(x)[at + i] * factor : 0.0f;
    }
}

/* Everything random: noise z, drawn data, initial weights, dropout. Work-item: 4 * LANES neighbouring columns of a
 * row, unless said. */
#include "philox.clh"
#include "view.clh"

#if LANES == 1
#define BYTES_OF(x) ((uchar)(x))
#else
#define BYTES_OF(x) JOIN(convert_uchar, LANES)(x)
#endif

#ifndef DOWN
#define DOWN 0 /* 1, of z: a work-item draws for LANES rows of four columns: for rows of few columns */
#endif
#if DOWN
#define DRAWN_COLUMNS 4
#define DRAWN_ROWS LANES
#define DRAW(row, column) stream_down(column / 4, 0, state->row + row, state->step, key)
#define PUT(row, column, values) store_units_down(AT(z), row, rows, column, columns, values)
#else
#define DRAWN_COLUMNS (4 * LANES)
#define DRAWN_ROWS 1
#define DRAW(row, column) stream(column / 4, 0, state->row + row, state->step, key)
#define PUT(row, column, values) store_units(AT(z) + row * columns, column, columns, values)
#endif

/* z: uniform on (-scale, scale). */
__kernel void noise_uniform(VIEW(float, z), __global const step_state *restrict state, const uint2 key, const uint rows,
                            const uint columns, const float scale)
{
    const uint column = DRAWN_COLUMNS * get_global_id(0), row = DRAWN_ROWS * get_global_id(1);
    if (column >= columns || row >= rows) return;
    PUT(row, column, uniform_units(DRAW(row, column), scale));
}

/* z: normal, standard deviation `scale`. */
__kernel void noise_normal(VIEW(float, z), __global const step_state *restrict state, const uint2 key, const uint rows,
                           const uint columns, const float scale)
{
    const uint column = DRAWN_COLUMNS * get_global_id(0), row = DRAWN_ROWS * get_global_id(1);
    if (column >= columns || row >= rows) return;
    PUT(row, column, normal_units(DRAW(row, column), scale));
}

/* x = mean + deviation * N(0, 1), one value a row. Work-item: LANES rows. */
__kernel void data_gaussian(VIEW(float, x), __global const step_state *restrict state, const uint2 key, const uint rows,
                            const float mean, const float deviation)
{
    const uint row = LANES * get_global_id(0);
    if (row >= rows) return;
    units values = normal_units(stream_down(0, 0, state->row + row, state->step, key), deviation);
    values.x += mean;
    store_units_down(AT(x), row, rows, 0, 1, values);
}

/* x: one of `modes` Gaussians evenly on a circle, two values a row. Work-item: LANES rows. */
__kernel void data_ring(VIEW(float, x), __global const step_state *restrict state, const uint2 key, const uint rows,
                        const uint modes, const float radius, const float deviation)
{
    const uint row = LANES * get_global_id(0);
    if (row >= rows) return;
    const WORDS mode = mul_hi(stream_down(0, 0, state->row + row, state->step, key).x, WORDS_OF(modes));
    const UNITS angle = 6.28318530717958648f * UNITS_OF(mode) / (float)modes;
    units values = normal_units(stream_down(1, 0, state->row + row, state->step, key), deviation);
    values.x += radius * cos(angle);
    values.y += radius * sin(angle);
    store_units_down(AT(x), row, rows, 0, 2, values);
}

/* Initial weights, [in, out]; `normal` 1: N(0, scale), 0: U(-scale, scale). */
__kernel void weights_dense(VIEW(float, w), const uint2 key, const uint layer, const uint rows, const uint columns,
                            const float scale, const int normal)
{
    const uint column = 4 * LANES * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const words drawn = stream(column / 4, layer, row, 0, key);
    store_units(AT(w) + (ulong)row * columns, column, columns, normal ? normal_units(drawn, scale) : uniform_units(drawn, scale));
}

#if LANES == 1
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

/* `incoming` weights of each column ~ N(0, scale), the others stay 0: which, a keyed shuffle of the rows says. Work-item: a column. */
__kernel void weights_sparse(VIEW(float, w), const uint2 key, const uint layer, const uint rows, const uint columns,
                             const float scale, const uint incoming)
{
    const uint column = get_global_id(0);
    if (column >= columns) return;
    for (uint i = 0; i < incoming; i++) {
        const uint row = shuffled(i, rows, (ulong)layer << 32 | column, key);
        AT(w)[(ulong)row * columns + column] = normal_units(stream(column / 4, layer, i, 1 + column % 4, key), scale).x;
    }
}
#endif

/* h = x * mask / keep; an element is kept where its word is under `threshold` = keep * 2^32. */
__kernel void dropout(VIEW(const float, x), VIEW(float, h), VIEW(uchar, mask), __global const step_state *restrict state,
                      const uint2 key, const uint layer, const uint rows, const uint columns, const uint threshold,
                      const float factor)
{
    const uint column = 4 * LANES * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const words drawn = stream(column / 4, layer, state->row + row, state->step, key);
    IN_ORDER(WORDS, ordered, drawn);
    for (uint i = 0; i < 4; i++) {
        const uint first = column + i * LANES, at = row * columns + first;
        if (first + LANES <= columns) {
            STORE_LANES(ordered[i] < threshold ? LOAD_UNITS(AT(x) + at) * factor : (UNITS)0.0f, AT(h) + at);
            STORE_LANES(BYTES_OF(ordered[i] < threshold ? (WORDS)1u : (WORDS)0u), AT(mask) + at);
            continue;
        }
        uint lanes[LANES];
        STORE_LANES(ordered[i], lanes);
        for (uint lane = 0; lane < LANES && first + lane < columns; lane++) {
            const bool keep = lanes[lane] < threshold;
            AT(mask)[at + lane] = keep;
            AT(h)[at + lane] = keep ? AT(x)[at + lane] * factor : 0.0f;
        }
    }
}

/* What follows a matrix product where its kernel can't do it: CLBlast's, or one split along k. */
#include "gemm.clh"

/* product: [parts, m, n], to be added up. BIAS: the last row of tiles sums the columns of dy [k, n]. Work-item: a tile, over tiles of
 * columns x tiles of rows. */
__kernel void finish(VIEW(const float, product), const uint parts, VIEW(const float, dy), const uint m, const uint n, const uint k,
                     EPILOGUE_PARAMETERS)
{
    const uint units = UNIT_COUNT(n);
    const uint column_tile = get_global_id(0), row_tile = get_global_id(1);
    if (column_tile * TILE_COLUMNS >= units) return;
#if BIAS
    if (row_tile * ROWS >= m) {
        const epilogue of_bias = EPILOGUE_OF_BIAS(n);
        finish_bias(&of_bias, column_tile, AT(dy), m, n, k, AT(signal), flags);
        return;
    }
#endif
    const epilogue e = EPILOGUE_COLLECT(units);
    const extent x = whole_tile(row_tile, column_tile, m, units);
    REALS acc[ROWS][VECTORS];
#pragma unroll
    for (uint r = 0; r < ROWS; r++)
#pragma unroll
        for (uint v = 0; v < VECTORS; v++) {
            __global const float *at = AT(product) + (ulong)(x.row + r) * n + x.column + v * VECTOR_STRIDE(units);
            acc[r][v] = LOAD(at);
            for (uint part = 1; part < parts; part++) acc[r][v] += LOAD(at + (ulong)part * m * n);
        }
    finish_tile(&e, x, acc);
}

/* out = x * signal[row]. Work-item: four columns of a row. */
__kernel void scale_rows(VIEW(const float, x), VIEW(float, out), VIEW(const float, row_signal), const uint rows, const uint columns)
{
    const uint column = 4 * get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const ulong at = (ulong)row * columns + column;
    const float scale = AT(row_signal)[row];
    if (column + 4 <= columns) {
        vstore4(vload4(0, AT(x) + at) * scale, 0, AT(out) + at);
        return;
    }
    for (uint i = 0; column + i < columns; i++) AT(out)[at + i] = AT(x)[at + i] * scale;
}

/* GEMM for GPUs: a work-group of ACROSS x DOWN work-items makes a block of rows and columns; its operands come through local memory,
 * STEP of k at a time, each item's tile of sums stays in registers. Groups: blocks of columns, blocks of rows (BIAS: and one more), parts
 * of k. What lies beyond the edges is read as 0 and not written. */
#include "gemm.clh"

#ifndef DOWN
#define DOWN 8 /* work-items of a group along the rows */
#endif
#ifndef STEP
#define STEP 16 /* of k between two barriers */
#endif

#define BLOCK_ROWS (DOWN * ROWS)
#define BLOCK_COLUMNS (ACROSS * VECTORS * WIDTH) /* of b; in maxout VECTORS pieces of ACROSS * WIDTH units */
#define PAD 1 /* rows of a tile in local memory start in different banks */
#if EPILOGUE == EPILOGUE_MAXOUT
#define BLOCK_UNITS (ACROSS * WIDTH)
#define BLOCK_PIECES VECTORS
#else
#define BLOCK_UNITS BLOCK_COLUMNS
#define BLOCK_PIECES 1
#endif

/* rows [STEP, BLOCK_ROWS] of op(a), from row `row` and step `i` of k on. Neighbouring items (x) read neighbouring floats. */
INLINE void load_rows(__local float *rows, __global const float *a, const uint row, const uint m, const uint i, const uint to, const uint k,
                      const uint x, const uint y)
{
#if PRODUCT == PRODUCT_XTDY
    for (uint step = y; step < STEP; step += DOWN)
        for (uint r = x; r < BLOCK_ROWS; r += ACROSS)
            rows[step * (BLOCK_ROWS + PAD) + r] = i + step < to && row + r < m ? a[(ulong)(i + step) * m + row + r] : 0.0f;
#else
    for (uint r = y; r < BLOCK_ROWS; r += DOWN)
        for (uint step = x; step < STEP; step += ACROSS)
            rows[step * (BLOCK_ROWS + PAD) + r] = i + step < to && row + r < m ? a[(ulong)(row + r) * k + i + step] : 0.0f;
#endif
}

/* columns [STEP, BLOCK_UNITS of each of BLOCK_PIECES] of op(b), from unit `unit` and step `i` of k on. */
INLINE void load_columns(__local float *columns, __global const float *b, const uint unit, const uint units, const uint n, const uint i,
                         const uint to, const uint k, const uint x, const uint y)
{
    for (uint piece = 0; piece < BLOCK_PIECES; piece++) {
        __local float *into = columns + piece * BLOCK_UNITS;
#if PRODUCT == PRODUCT_DYWT
        for (uint u = y; u < BLOCK_UNITS; u += DOWN)
            for (uint step = x; step < STEP; step += ACROSS)
                into[step * (BLOCK_COLUMNS + PAD) + u] =
                    i + step < to && unit + u < units ? b[(ulong)(piece * units + unit + u) * k + i + step] : 0.0f;
#else
        for (uint step = y; step < STEP; step += DOWN)
            for (uint u = x; u < BLOCK_UNITS; u += ACROSS)
                into[step * (BLOCK_COLUMNS + PAD) + u] =
                    i + step < to && unit + u < units ? b[(ulong)(i + step) * n + piece * units + unit + u] : 0.0f;
#endif
    }
}

__kernel __attribute__((reqd_work_group_size(ACROSS, DOWN, 1))) void gemm(VIEW(const float, a), VIEW(const float, b), const uint m,
                                                                          const uint n, const uint k, EPILOGUE_PARAMETERS)
{
    __local float rows[STEP * (BLOCK_ROWS + PAD)], columns[STEP * (BLOCK_COLUMNS + PAD)];
    const uint units = UNIT_COUNT(n);
    const uint x = get_local_id(0), y = get_local_id(1);
    const uint group_row = get_group_id(1) + get_global_offset(1) / DOWN; /* an offset: the launch is a part of a longer one */
    const uint unit = (get_group_id(0) + get_global_offset(0) / ACROSS) * BLOCK_UNITS, row = group_row * BLOCK_ROWS;
#if BIAS
    if (row >= m) {
        const epilogue of_bias = EPILOGUE_OF_BIAS(n);
        for (uint column = unit + y * ACROSS + x; column < min(unit + BLOCK_COLUMNS, n); column += DOWN * ACROSS) {
            float sum = 0.0f;
            for (uint i = 0; i < k; i++) sum += (flags & 1 ? AT(signal)[i] : 1.0f) * AT(b)[(ulong)i * n + column];
            finish_lane(&of_bias, 0, column, &sum);
        }
        return;
    }
#endif
    epilogue e = EPILOGUE_COLLECT(units);
#if PARTS > 1
    const uint from = PART_START(get_global_id(2), k), to = PART_START(get_global_id(2) + 1, k);
    e.c += (ulong)get_global_id(2) * m * n;
#else
    const uint from = 0, to = k;
#endif
    REALS acc[ROWS][VECTORS];
    clear(acc);
    for (uint i = from; i < to; i += STEP) {
        load_rows(rows, AT(a), row, m, i, to, k, x, y);
        load_columns(columns, AT(b), unit, units, n, i, to, k, x, y);
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (uint step = 0; step < STEP; step++) {
            REALS across[VECTORS];
#pragma unroll
            for (uint v = 0; v < VECTORS; v++)
                across[v] = LOAD(columns + step * (BLOCK_COLUMNS + PAD) + (v * ACROSS + x) * WIDTH);
#pragma unroll
            for (uint r = 0; r < ROWS; r++) {
                const float down = rows[step * (BLOCK_ROWS + PAD) + y * ROWS + r];
#pragma unroll
                for (uint v = 0; v < VECTORS; v++) acc[r][v] += down * across[v];
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const uint own_row = row + y * ROWS, own_column = unit + x * WIDTH;
    const extent own = {own_row, own_column, own_row, m, own_column, units, group_row * DOWN + y};
    finish_tile(&e, own, acc);
}

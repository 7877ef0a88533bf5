/* GEMM for CPUs: one work-item a work-group, its tile of sums in vector registers, no local memory, no packing. Groups: tiles of rows
 * (BIAS: and one more), tiles of columns, parts of k; of several parts the sums are only stored, one [m, n] after another. For dW the
 * columns come first: neighbouring groups then share lines of W and its optimiser state, else columns of W. */
#include "gemm_rows.clh"

#ifndef DEPTH
#define DEPTH 16 /* dX: floats of a vector along k: 1, 2, 4, 8, 16 */
#endif

#if PRODUCT == PRODUCT_DYWT
#if DEPTH == 1
#define DEEP float
#define LOAD_DEEP(p) (*(p))
#else
#define DEEP JOIN(float, DEPTH)
#define LOAD_DEEP(p) JOIN(vload, DEPTH)(0, p)
#endif

INLINE float sum_lanes(const DEEP x)
{
#if DEPTH == 16
    const float8 a = x.lo + x.hi;
    const float4 b = a.lo + a.hi;
    return (b.x + b.z) + (b.y + b.w);
#elif DEPTH == 8
    const float4 b = x.lo + x.hi;
    return (b.x + b.z) + (b.y + b.w);
#elif DEPTH == 4
    return (x.x + x.z) + (x.y + x.w);
#elif DEPTH == 2
    return x.x + x.y;
#else
    return x;
#endif
}

#if DEPTH == 16 && WIDTH == 4 && ROWS % 2 == 0
/* Lanes of four vectors of each of two rows, added up together: half the additions are of whole vectors. */
INLINE float8 sum_eight(const float16 *row, const float16 *next)
{
    const float16 a = (float16)(row[0].lo, row[1].lo) + (float16)(row[0].hi, row[1].hi);
    const float16 b = (float16)(row[2].lo, row[3].lo) + (float16)(row[2].hi, row[3].hi);
    const float16 c = (float16)(next[0].lo, next[1].lo) + (float16)(next[0].hi, next[1].hi);
    const float16 d = (float16)(next[2].lo, next[3].lo) + (float16)(next[2].hi, next[3].hi);
    const float16 e = (float16)(a.lo.lo, a.hi.lo, b.lo.lo, b.hi.lo) + (float16)(a.lo.hi, a.hi.hi, b.lo.hi, b.hi.hi);
    const float16 f = (float16)(c.lo.lo, c.hi.lo, d.lo.lo, d.hi.lo) + (float16)(c.lo.hi, c.hi.hi, d.lo.hi, d.hi.hi);
    const float16 g = (float16)(e.s014589cd, f.s014589cd) + (float16)(e.s2367abef, f.s2367abef);
    return g.even + g.odd;
}
#endif

/* Rows of both operands run along k: a sum is a vector, added up at the end. VECTORS is 1. */
INLINE void multiply(REALS acc[ROWS][VECTORS], __global const float *INNER_RESTRICT a, __global const float *INNER_RESTRICT b, const uint k,
              const uint length, const extent x)
{
    DEEP deep[ROWS][WIDTH];
    float sums[ROWS][WIDTH];
    uint i = 0;
#pragma unroll
    for (uint r = 0; r < ROWS; r++)
#pragma unroll
        for (uint c = 0; c < WIDTH; c++) deep[r][c] = 0.0f;
    a += (ulong)x.row * k;
    b += (ulong)x.column * k;
    for (; i + DEPTH <= length; i += DEPTH) {
        DEEP across[WIDTH];
#pragma unroll
        for (uint c = 0; c < WIDTH; c++) across[c] = LOAD_DEEP(b + c * k + i);
#pragma unroll
        for (uint r = 0; r < ROWS; r++) {
            const DEEP down = LOAD_DEEP(a + r * k + i);
#pragma unroll
            for (uint c = 0; c < WIDTH; c++) deep[r][c] += down * across[c];
        }
    }
#if DEPTH == 16 && WIDTH == 4 && ROWS % 2 == 0
#pragma unroll
    for (uint r = 0; r < ROWS; r += 2) vstore8(sum_eight(deep[r], deep[r + 1]), 0, sums[r]);
#else
#pragma unroll
    for (uint r = 0; r < ROWS; r++)
#pragma unroll
        for (uint c = 0; c < WIDTH; c++) sums[r][c] = sum_lanes(deep[r][c]);
#endif
#pragma unroll
    for (uint r = 0; r < ROWS; r++) {
        for (uint rest = i; rest < length; rest++)
#pragma unroll
            for (uint c = 0; c < WIDTH; c++) sums[r][c] += a[r * k + rest] * b[c * k + rest];
        acc[r][0] = LOAD(sums[r]);
    }
}
#endif

__kernel void gemm(VIEW(const float, a), VIEW(const float, b), const uint m, const uint n, const uint k, EPILOGUE_PARAMETERS)
{
    const uint units = UNIT_COUNT(n);
#if PRODUCT == PRODUCT_XTDY
    const uint row_tile = get_global_id(1), column_tile = get_global_id(0);
#else
    const uint row_tile = get_global_id(0), column_tile = get_global_id(1);
#endif
    epilogue e = EPILOGUE_COLLECT(units);
#if BIAS
    if (row_tile * ROWS >= m) {
        const epilogue of_bias = EPILOGUE_OF_BIAS(n);
        finish_bias(&of_bias, column_tile, AT(b), m, n, k, AT(signal), flags);
        return;
    }
#endif
    const extent x = whole_tile(row_tile, column_tile, m, units);
#if PARTS > 1
    const uint from = PART_START(get_global_id(2), k), to = PART_START(get_global_id(2) + 1, k);
    e.c += (ulong)get_global_id(2) * m * n;
#else
    const uint from = 0, to = k;
#endif
#if PRODUCT == PRODUCT_DYWT
    REALS acc[ROWS][VECTORS];
    multiply(acc, AT(a) + from, AT(b) + from, k, to - from, x);
    finish_tile(&e, x, acc);
#elif PRODUCT == PRODUCT_XW
    make_tile(&e, x, AT(a) + (ulong)x.row * k + from, AT(b) + (ulong)from * n + x.column, k, 1, n, to - from, VECTOR_STRIDE(units));
#else
    make_tile(&e, x, AT(a) + x.row + (ulong)from * m, AT(b) + (ulong)from * n + x.column, 1, m, n, to - from, VECTOR_STRIDE(units));
#endif
}

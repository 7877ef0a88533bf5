/* GEMM for CPUs whose operands lie badly: columns of b whose rows are pages apart, rows of W along k in dX = dY Wt, columns of X in
 * dW. A work-group of one work-item copies what it needs of b for a tile of columns, and for dW its rows of Xt, into panels in local
 * memory, in the order in which they are read, and makes its share of row tiles from them. Groups: shares of the tiles of rows (BIAS: and
 * one more), of the tiles of columns, parts of k, of which the sums are only stored, one [m, n] after another. For dW the columns come
 * first, as in gemm_register.cl. */
#ifndef SPAN
#define SPAN VECTORS /* vectors of a tile's row; in maxout VECTORS are the pieces */
#endif
#include "gemm.clh"

#if PRODUCT == PRODUCT_XTDY
#define A_SPACE __local
#endif
#define B_SPACE __local
#include "gemm_rows.clh"

#ifndef DOWN
#define DOWN 1 /* tiles of rows of a share */
#endif
#ifndef OVER
#define OVER 1 /* tiles of columns of a share: above 1 only for dW */
#endif
#ifndef PANEL
#define PANEL 512 /* k, or the longest part of it, rounded up to a multiple of WIDTH */
#endif
#if EPILOGUE == EPILOGUE_MAXOUT
#define SUMMED VECTORS /* pieces, one after another from the same panel */
#define FINISHED SPAN  /* vectors of units, one after another, of all pieces */
#else
#define SUMMED 1
#define FINISHED 1
#endif
#define SUMS_COLUMNS (SUMMED * TILE_COLUMNS)

#if PRODUCT == PRODUCT_DYWT
/* WIDTH rows of b, k apart, become WIDTH rows of the panel: each perfect shuffle of rows i and i + WIDTH / 2 moves one bit of a row's
 * number into the lane's; after log2 WIDTH of them the square is its transpose. */
INLINE void turn_square(__local float *panel, __global const float *INNER_RESTRICT b, const uint k)
{
#if WIDTH == 1
    *panel = *b;
#else
    REALS rows[WIDTH], shuffled[WIDTH];
#pragma unroll
    for (uint i = 0; i < WIDTH; i++) rows[i] = LOAD(b + (ulong)i * k);
#pragma unroll
    for (uint round = 1; round < WIDTH; round *= 2) {
#pragma unroll
        for (uint i = 0; i < WIDTH / 2; i++) {
            shuffled[2 * i] = JOIN(MERGE_LOW_, WIDTH)(REALS, rows[i], rows[i + WIDTH / 2]);
            shuffled[2 * i + 1] = JOIN(MERGE_HIGH_, WIDTH)(REALS, rows[i], rows[i + WIDTH / 2]);
        }
#pragma unroll
        for (uint i = 0; i < WIDTH; i++) rows[i] = shuffled[i];
    }
#pragma unroll
    for (uint i = 0; i < WIDTH; i++) STORE(rows[i], panel + i * TILE_COLUMNS);
#endif
}

/* panel[i, c] = b[c, i] for the tile's columns c and `length` of k. */
INLINE void pack(__local float *panel, __global const float *INNER_RESTRICT b, const uint k, const uint length)
{
    for (uint v = 0; v < SPAN; v++) {
        uint i = 0;
        for (; i + WIDTH <= length; i += WIDTH) turn_square(panel + i * TILE_COLUMNS + v * WIDTH, b + (ulong)v * WIDTH * k + i, k);
        for (; i < length; i++)
            for (uint lane = 0; lane < WIDTH; lane++)
                panel[i * TILE_COLUMNS + v * WIDTH + lane] = b[(ulong)(v * WIDTH + lane) * k + i];
    }
}
#else
/* panel[i, c] = b[i, c] for the tile's columns c and `length` of k. */
INLINE void pack(__local float *panel, __global const float *INNER_RESTRICT b, const uint n, const uint length)
{
    for (uint i = 0; i < length; i++)
#pragma unroll
        for (uint v = 0; v < SPAN; v++) STORE(LOAD(b + (ulong)i * n + v * WIDTH), panel + i * TILE_COLUMNS + v * WIDTH);
}
#endif

#if PRODUCT == PRODUCT_XTDY
/* turned[t, i, r] = a[i, row r of tile first + t], of `length` rows of a and the tiles to `end`. */
INLINE void pack_rows(__local float *turned, __global const float *INNER_RESTRICT a, const uint m, const uint first, const uint end,
                      const uint length)
{
    for (uint i = 0; i < length; i++, a += m)
        for (uint t = first; t < end; t++)
#pragma unroll
            for (uint r = 0; r < ROWS; r++) turned[((t - first) * PANEL + i) * ROWS + r] = a[min(t * ROWS, m - ROWS) + r];
}
#endif

#if PRODUCT != PRODUCT_XTDY
/* Loops of their own, for what an epilogue keeps in registers from tile to tile would leave none for sums. sums[r, piece, c] of the
 * group's rows r and a piece's columns c. */
INLINE void store_sums(__local float *sums, REALS acc[ROWS][SPAN])
{
#pragma unroll
    for (uint r = 0; r < ROWS; r++)
#pragma unroll
        for (uint v = 0; v < SPAN; v++) STORE(acc[r][v], sums + r * SUMS_COLUMNS + v * WIDTH);
}

INLINE void finish_sums(const epilogue *e, const extent x, __local const float *sums)
{
    for (uint part = 0; part < FINISHED; part++) {
        REALS acc[ROWS][VECTORS];
        extent own = x;
        own.column += part * WIDTH;
#pragma unroll
        for (uint r = 0; r < ROWS; r++)
#pragma unroll
            for (uint v = 0; v < VECTORS; v++)
                acc[r][v] = LOAD(sums + r * SUMS_COLUMNS + v * (SUMMED > 1 ? TILE_COLUMNS : WIDTH) + part * WIDTH);
        finish_tile(e, own, acc);
    }
}
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void gemm(VIEW(const float, a), VIEW(const float, b), const uint m, const uint n,
                                                                  const uint k, EPILOGUE_PARAMETERS)
{
    __local float panel[PANEL * TILE_COLUMNS];
    const uint units = UNIT_COUNT(n);
#if PRODUCT == PRODUCT_XTDY
    __local float turned[DOWN * ROWS * PANEL];
    const uint share = get_global_id(1), column_share = get_global_id(0);
#else
    __local float sums[DOWN * ROWS * SUMS_COLUMNS];
    const uint share = get_global_id(0), column_share = get_global_id(1);
#endif
    epilogue e = EPILOGUE_COLLECT(units);
    const uint tiles = (m + ROWS - 1) / ROWS, first = share * DOWN, end = min(first + DOWN, tiles);
    const uint column_end = min((column_share + 1) * OVER, (units + TILE_COLUMNS - 1) / TILE_COLUMNS);
#if PARTS > 1
    const uint from = PART_START(get_global_id(2), k), length = PART_START(get_global_id(2) + 1, k) - from;
    e.c += (ulong)get_global_id(2) * m * n;
#else
    const uint from = 0, length = k;
#endif
#if BIAS
    if (first >= tiles) {
        const epilogue of_bias = EPILOGUE_OF_BIAS(n);
        for (uint column_tile = column_share * OVER; column_tile < column_end; column_tile++)
            finish_bias(&of_bias, column_tile, AT(b), m, n, k, AT(signal), flags);
        return;
    }
#endif
#if PRODUCT == PRODUCT_XTDY
    pack_rows(turned, AT(a) + (ulong)from * m, m, first, end, length);
#endif
    for (uint column_tile = column_share * OVER; column_tile < column_end; column_tile++) {
        const uint column = whole_tile(0, column_tile, m, units).column;
#if PRODUCT == PRODUCT_XTDY
        pack(panel, AT(b) + (ulong)from * n + column, n, length);
        for (uint row_tile = first; row_tile < end; row_tile++)
            make_tile(&e, whole_tile(row_tile, column_tile, m, units), turned + (row_tile - first) * PANEL * ROWS, panel, 1, ROWS,
                      TILE_COLUMNS, length, WIDTH);
#else
        for (uint piece = 0; piece < SUMMED; piece++) {
#if PRODUCT == PRODUCT_DYWT
            pack(panel, AT(b) + (ulong)column * k + from, k, length);
#else
            pack(panel, AT(b) + (ulong)from * n + piece * units + column, n, length);
#endif
            for (uint row_tile = first; row_tile < end; row_tile++) {
                REALS acc[ROWS][SPAN];
                clear(acc);
                multiply_rows(acc, AT(a) + (ulong)min(row_tile * ROWS, m - ROWS) * k + from, panel, k, 1, TILE_COLUMNS, length, WIDTH);
                store_sums(sums + (row_tile - first) * ROWS * SUMS_COLUMNS + piece * TILE_COLUMNS, acc);
            }
        }
        for (uint row_tile = first; row_tile < end; row_tile++)
            finish_sums(&e, whole_tile(row_tile, column_tile, m, units), sums + (row_tile - first) * ROWS * SUMS_COLUMNS);
#endif
    }
}

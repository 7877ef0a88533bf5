/* dX = dY Wt for CPUs, where rows of W lie along k: a work-group of one work-item first turns the rows of W that are its tile's columns
 * into a panel [k, TILE_COLUMNS] in local memory, then makes its share of row tiles from it as X W is made: vectors run along the
 * columns, each element of dY is spread over one. Groups: shares of the tiles of rows, tiles of columns, parts of
 * k; of several parts the sums are only stored, one [m, n] after another. */
#define B_SPACE __local
#include "gemm_rows.clh"

#ifndef DOWN
#define DOWN 1 /* tiles of rows of a share */
#endif
#ifndef PANEL
#define PANEL 512 /* k, or the longest part of it, rounded up to a multiple of WIDTH */
#endif

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
    for (uint v = 0; v < VECTORS; v++) {
        uint i = 0;
        for (; i + WIDTH <= length; i += WIDTH) turn_square(panel + i * TILE_COLUMNS + v * WIDTH, b + (ulong)v * WIDTH * k + i, k);
        for (; i < length; i++)
            for (uint lane = 0; lane < WIDTH; lane++)
                panel[i * TILE_COLUMNS + v * WIDTH + lane] = b[(ulong)(v * WIDTH + lane) * k + i];
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void gemm(VIEW(const float, a), VIEW(const float, b), const uint m, const uint n,
                                                                  const uint k, EPILOGUE_PARAMETERS)
{
    __local float panel[PANEL * TILE_COLUMNS];
    epilogue e = EPILOGUE_COLLECT(n);
    const uint tiles = (m + ROWS - 1) / ROWS, first = get_global_id(0) * DOWN, column_tile = get_global_id(1);
#if PARTS > 1
    const uint from = PART_START(get_global_id(2), k), length = PART_START(get_global_id(2) + 1, k) - from;
    e.c += (ulong)get_global_id(2) * m * n;
#else
    const uint from = 0, length = k;
#endif
    pack(panel, AT(b) + (ulong)whole_tile(0, column_tile, m, n).column * k + from, k, length);
    for (uint row_tile = first; row_tile < min(first + DOWN, tiles); row_tile++) {
        REALS acc[ROWS][VECTORS];
        const extent x = whole_tile(row_tile, column_tile, m, n);
        clear(acc);
        multiply_rows(acc, AT(a) + (ulong)x.row * k + from, panel, k, 1, TILE_COLUMNS, length, WIDTH);
        finish_tile(&e, x, acc);
    }
}

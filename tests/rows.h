/* Rows to compare, and their distance in double precision. */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include "harness.h"

/* Random values as random_value has them; freed with clgan_rows_free. */
static inline clgan_rows rows_of(size_t rows, size_t columns, float scale, int levels)
{
    clgan_rows x = {malloc(rows * columns * sizeof(float)), rows, columns, 1, 1, columns};
    ck_assert(x.values != NULL);
    for (size_t i = 0; i < rows * columns; i++) x.values[i] = random_value(scale, levels);
    return x;
}

/* Squared distance of row `i` of a to row `j` of b. */
static inline double squared(const clgan_rows *a, size_t i, const clgan_rows *b, size_t j)
{
    double sum = 0;
    for (size_t c = 0; c < a->columns; c++) {
        const double apart = (double)a->values[i * a->columns + c] - (double)b->values[j * b->columns + c];
        sum += apart * apart;
    }
    return sum;
}

#endif

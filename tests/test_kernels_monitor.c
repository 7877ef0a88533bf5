/* Kernels of the monitor against double-precision twins. */
#include "harness.h"

static double twin_distance(const float *a, const float *b, size_t columns)
{
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += ((double)a[c] - b[c]) * ((double)a[c] - b[c]);
    return sqrt(sum);
}

/* Rows of both sides, the first and the last of a side equal: a distance of 0. */
static struct guarded *both_sides(size_t rows, size_t columns)
{
    struct guarded *x = random_floats(2 * rows, columns, 3, 0);
    memcpy(x->in.f + (rows - 1) * columns, x->in.f, columns * sizeof *x->in.f);
    put(x);
    return x;
}

static void distances_case(size_t rows, size_t some, size_t columns, const char *options)
{
    struct guarded *x = both_sides(rows, columns), *distances = guarded(2, some, ELEMENT_F32);
    LAUNCH_WITH(options, 1, "monitor", "pair_distances", some, 2, ARG_TENSOR(x->t), ARG_TENSOR(distances->t),
                ARG_UINT(rows), ARG_UINT(some), ARG_UINT(columns));
    get(distances);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < some; i++) {
            const float *first = x->in.f + side * rows * columns;
            double expected = 0;
            for (size_t j = 0; j < i; j++) expected += twin_distance(first + i * columns, first + j * columns, columns);
            /* all terms are positive: rounding of each sum, relative */
            check_near("distance", side * some + i, distances->out.f[side * some + i], expected,
                       ((double)columns + (double)i + 8) * ROUND * expected);
        }
    harness_end();
}

START_TEST(distances)
{
    for (const size_t *rows = sizes(); *rows; rows++)
        for (const size_t *columns = sizes(); *columns; columns++)
            for (int wide = 0; wide < 2; wide++)
                distances_case(*rows, *columns % 2 || *rows < 2 ? *rows : *rows - 1, *columns,
                               wide ? "-DWIDTH=16" : "-DWIDTH=1");
}
END_TEST

static void variances_case(size_t rows, size_t columns, float offset)
{
    struct guarded *x = random_floats(2 * rows, columns, 1, 0), *variances = guarded(2, columns, ELEMENT_F32);
    for (size_t i = 0; i < x->count; i++) x->in.f[i] += offset;
    put(x);
    LAUNCH("monitor", "column_variances", columns, 2, ARG_TENSOR(x->t), ARG_TENSOR(variances->t), ARG_UINT(rows),
           ARG_UINT(columns));
    get(variances);
    for (size_t i = 0; i < 2 * columns; i++) {
        const float *column = x->in.f + i / columns * rows * columns + i % columns;
        double mean = 0, sum = 0;
        for (size_t r = 0; r < rows; r++) mean += column[r * columns] / (double)rows;
        for (size_t r = 0; r < rows; r++) sum += (column[r * columns] - mean) * (column[r * columns] - mean);
        const double expected = rows > 1 ? sum / (double)(rows - 1) : 0;
        /* the float mean is off by rows * ROUND * |x|; squares of that, and rounding of the sum */
        const double off = ((double)rows + 2) * ROUND * (fabs((double)offset) + 1);
        check_near("variance", i, variances->out.f[i], expected,
                   4 * (off * off + off) + ((double)rows + 4) * ROUND * expected);
    }
    harness_end();
}

START_TEST(variances)
{
    for (const size_t *rows = sizes(); *rows; rows++)
        for (const size_t *columns = sizes(); *columns; columns++) {
            variances_case(*rows, *columns, 0);
            variances_case(*rows, *columns, 100);
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {distances, variances};
    return harness_run("kernels of the monitor", tests, sizeof tests / sizeof *tests);
}

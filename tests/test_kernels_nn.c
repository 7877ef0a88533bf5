/* Kernels of a net's layers and of its updates, and the products with their epilogues, each against a double-precision
 * twin. Tolerances: a few roundings of the terms that a value is made of. */
#include "harness.h"
#include "nn/spec.h"

static const struct tensor absent;

/* Every pair of sizes. */
#define FOR_SHAPES(rows, columns)                                                                                      \
    for (const size_t *rows = sizes(); *rows; rows++)                                                                  \
        for (const size_t *columns = sizes(); *columns; columns++)

static double activate_twin(double x, int activation, double slope)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return x < 0 ? 0 : x;
    case ACTIVATION_LEAKY_RELU:
        return x < 0 ? slope * x : x;
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-x));
    default:
        return x;
    }
}

static double derivative_twin(double y, int activation, double slope)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return y > 0 ? 1 : 0;
    case ACTIVATION_LEAKY_RELU:
        return y > 0 ? 1 : slope;
    case ACTIVATION_TANH:
        return 1 - y * y;
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    default:
        return 1;
    }
}

START_TEST(bias_and_activation)
{
    for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_SIGMOID; activation++) FOR_SHAPES(m, n)
        {
            struct guarded *y = random_floats(*m, *n, 3, 0), *b = random_floats(1, *n, 1, 0);
            LAUNCH("epilogue", "bias_activation", *n, *m, ARG_TENSOR(y->t), ARG_TENSOR(b->t), ARG_UINT(*m),
                   ARG_UINT(*n), ARG_INT(activation), ARG_FLOAT(0.25f));
            get(y);
            for (size_t i = 0; i < y->count; i++) {
                const double x = (double)y->in.f[i] + (double)b->in.f[i % *n];
                /* tanh and exp are within 5 ULP in OpenCL; the sum's rounding passes through slopes up to 1 */
                check_near("y", i, y->out.f[i], activate_twin(x, activation, 0.25), 16 * ULP);
            }
            harness_end();
        }
}
END_TEST

START_TEST(nan_passes_through)
{
    for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_SIGMOID; activation++) {
        struct guarded *y = random_floats(1, 3, 1, 0), *b = random_floats(1, 3, 1, 0);
        y->in.f[1] = NAN;
        put(y);
        LAUNCH("epilogue", "bias_activation", 3, 1, ARG_TENSOR(y->t), ARG_TENSOR(b->t), ARG_UINT(1), ARG_UINT(3),
               ARG_INT(activation), ARG_FLOAT(0.25f));
        get(y);
        ck_assert(!isnan(y->out.f[0]) && isnan(y->out.f[1]) && !isnan(y->out.f[2]));
        harness_end();
    }
}
END_TEST

/* Pre-activations of few levels: ties are common, and sums exact. */
static void maxout_case(size_t rows, size_t units, size_t pieces)
{
    struct guarded *p = random_floats(rows, units * pieces, 2, 4), *b = random_floats(1, units * pieces, 1, 4);
    struct guarded *value = guarded(rows, units, ELEMENT_F32), *winner = guarded(rows, units, ELEMENT_U8);
    LAUNCH("epilogue", "bias_maxout", units, rows, ARG_TENSOR(p->t), ARG_TENSOR(b->t), ARG_TENSOR(value->t),
           ARG_TENSOR(winner->t), ARG_UINT(rows), ARG_UINT(units), ARG_UINT(pieces));
    get(value);
    get(winner);
    for (size_t i = 0; i < rows * units; i++) {
        const size_t row = i / units, unit = i % units;
        size_t best = 0;
        float largest = -INFINITY;
        for (size_t piece = 0; piece < pieces; piece++) {
            const float sum = p->in.f[(row * pieces + piece) * units + unit] + b->in.f[piece * units + unit];
            if (sum > largest) {
                largest = sum;
                best = piece;
            }
        }
        check_same("value", i, value->out.f[i], largest);
        check_byte("winner", i, winner->out.u8[i], (unsigned)best);
    }
    harness_end();
}

START_TEST(maxout)
{
    FOR_SHAPES(m, n)
    {
        maxout_case(*m, *n, 2);
        maxout_case(*m, *n, 5);
    }
}
END_TEST

START_TEST(maxout_lets_nan_win)
{
    for (size_t bad = 0; bad < 3; bad++) {
        struct guarded *p = random_floats(1, 3, 1, 0), *b = random_floats(1, 3, 1, 0);
        struct guarded *value = guarded(1, 1, ELEMENT_F32), *winner = guarded(1, 1, ELEMENT_U8);
        p->in.f[bad] = NAN;
        put(p);
        LAUNCH("epilogue", "bias_maxout", 1, 1, ARG_TENSOR(p->t), ARG_TENSOR(b->t), ARG_TENSOR(value->t),
               ARG_TENSOR(winner->t), ARG_UINT(1), ARG_UINT(1), ARG_UINT(3));
        get(value);
        get(winner);
        ck_assert(isnan(value->out.f[0]));
        check_byte("winner", 0, winner->out.u8[0], (unsigned)bad);
        harness_end();
    }
}
END_TEST

static void backward_dense_case(size_t rows, size_t columns, int activation, int flags)
{
    struct guarded *dy = random_floats(rows, columns, 2, 0), *y = random_floats(rows, columns, 0.9f, 0);
    struct guarded *signal = random_floats(rows, 1, 1, 0), *mask = random_bytes(rows, columns, 2);
    LAUNCH("epilogue", "backward_activation", columns, rows, ARG_TENSOR(dy->t), ARG_TENSOR(dy->t), ARG_TENSOR(y->t),
           ARG_TENSOR(flags & 1 ? signal->t : absent), ARG_TENSOR(flags & 2 ? mask->t : absent), ARG_UINT(rows),
           ARG_UINT(columns), ARG_INT(flags), ARG_FLOAT(1.25f), ARG_INT(activation), ARG_FLOAT(0.25f));
    get(dy);
    for (size_t i = 0; i < dy->count; i++) {
        double d = dy->in.f[i];
        if (flags & 1) d *= signal->in.f[i / columns];
        if (flags & 2) d *= mask->in.u8[i] ? 1.25 : 0;
        d *= derivative_twin(y->in.f[i], activation, 0.25);
        check_near("dx", i, dy->out.f[i], d, 8 * ROUND * fabs((double)dy->in.f[i]));
    }
    harness_end();
}

START_TEST(backward_through_activation)
{
    for (int flags = 0; flags < 4; flags++)
        for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_SIGMOID; activation++)
            FOR_SHAPES(m, n) backward_dense_case(*m, *n, activation, flags);
}
END_TEST

static void backward_maxout_case(size_t rows, size_t units, size_t pieces, int flags)
{
    struct guarded *dy = random_floats(rows, units, 2, 0), *dp = guarded(rows, units * pieces, ELEMENT_F32);
    struct guarded *winner = random_bytes(rows, units, (unsigned)pieces);
    struct guarded *signal = random_floats(rows, 1, 1, 0), *mask = random_bytes(rows, units, 2);
    LAUNCH("epilogue", "backward_maxout", units, rows, ARG_TENSOR(dy->t), ARG_TENSOR(dp->t), ARG_TENSOR(winner->t),
           ARG_TENSOR(flags & 1 ? signal->t : absent), ARG_TENSOR(flags & 2 ? mask->t : absent), ARG_UINT(rows),
           ARG_UINT(units), ARG_UINT(pieces), ARG_INT(flags), ARG_FLOAT(2));
    get(dp);
    for (size_t i = 0; i < dp->count; i++) {
        const size_t row = i / (units * pieces), piece = i / units % pieces, at = row * units + i % units;
        double d = dy->in.f[at];
        if (flags & 1) d *= signal->in.f[row];
        if (flags & 2) d *= mask->in.u8[at] ? 2 : 0;
        check_near("dp", i, dp->out.f[i], piece == winner->in.u8[at] ? d : 0, 4 * ROUND * fabs((double)dy->in.f[at]));
    }
    harness_end();
}

START_TEST(backward_to_winning_pieces)
{
    for (int flags = 0; flags < 4; flags++) FOR_SHAPES(m, n) backward_maxout_case(*m, *n, 5, flags);
}
END_TEST

START_TEST(rows_scaled_and_columns_summed)
{
    FOR_SHAPES(m, n)
    {
        struct guarded *x = random_floats(*m, *n, 2, 0), *signal = random_floats(*m, 1, 1, 0);
        struct guarded *scaled = guarded(*m, *n, ELEMENT_F32), *sum = guarded(1, *n, ELEMENT_F32);
        struct guarded *weighted = guarded(1, *n, ELEMENT_F32);
        LAUNCH("epilogue", "scale_rows", *n, *m, ARG_TENSOR(x->t), ARG_TENSOR(scaled->t), ARG_TENSOR(signal->t),
               ARG_UINT(*m), ARG_UINT(*n));
        LAUNCH("epilogue", "column_sums", *n, 0, ARG_TENSOR(x->t), ARG_TENSOR(sum->t), ARG_TENSOR(absent), ARG_UINT(*m),
               ARG_UINT(*n), ARG_INT(0));
        LAUNCH("epilogue", "column_sums", *n, 0, ARG_TENSOR(x->t), ARG_TENSOR(weighted->t), ARG_TENSOR(signal->t),
               ARG_UINT(*m), ARG_UINT(*n), ARG_INT(1));
        get(scaled);
        get(sum);
        get(weighted);
        for (size_t c = 0; c < *n; c++) {
            double total = 0, total_weighted = 0;
            for (size_t r = 0; r < *m; r++) {
                const double d = x->in.f[r * *n + c], s = signal->in.f[r];
                check_near("scaled", r * *n + c, scaled->out.f[r * *n + c], d * s, ROUND * fabs(d * s));
                total += d;
                total_weighted += d * s;
            }
            const double tolerance = (double)(*m + 1) * ROUND * 2 * (double)*m; /* terms are at most 2 */
            check_near("sum", c, sum->out.f[c], total, tolerance);
            check_near("weighted sum", c, weighted->out.f[c], total_weighted, tolerance);
        }
        harness_end();
    }
}
END_TEST

/* ---- products with their epilogues; CLBlast, so not on simulators that it is too much for ---- */

static void backward_product_case(size_t rows, size_t in, size_t out)
{
    struct guarded *dy = random_floats(rows, out, 1, 0), *w = random_floats(in, out, 1, 0);
    struct guarded *dx = guarded(rows, in, ELEMENT_F32), *y = random_floats(rows, in, 1, 0);
    struct guarded *signal = random_floats(rows, 1, 1, 0), *mask = random_bytes(rows, in, 2);
    struct plan plan;
    const struct backward_epilogue epilogue = {.signal = signal->t,
                                               .mask = mask->t,
                                               .factor = 2,
                                               .y = y->t,
                                               .activation = ACTIVATION_LEAKY_RELU,
                                               .slope = 0.25f};
    plan_begin(&plan, harness_device);
    CHECK_OK(gemm_backward(&plan, "test", dy->t, w->t, dx->t, &epilogue));
    run_plan(&plan, 1);
    get(dx);
    for (size_t i = 0; i < dx->count; i++) {
        const size_t row = i / in, unit = i % in;
        double sum = 0;
        for (size_t o = 0; o < out; o++) sum += (double)dy->in.f[row * out + o] * (double)w->in.f[unit * out + o];
        const double factor =
            signal->in.f[row] * (mask->in.u8[i] ? 2.0 : 0) * derivative_twin(y->in.f[i], ACTIVATION_LEAKY_RELU, 0.25);
        check_near("dx", i, dx->out.f[i], sum * factor, ROUND * (double)((out + 4) * out) * fabs(factor));
    }
    harness_end();
}

static void maxout_product_case(size_t rows, size_t in, size_t units)
{
    enum { PIECES = 3 };
    struct guarded *x = random_floats(rows, in, 1, 0), *w = random_floats(in, units * PIECES, 1, 0);
    struct guarded *b = random_floats(1, units * PIECES, 1, 0), *wide = guarded(rows, units * PIECES, ELEMENT_F32);
    struct guarded *value = guarded(rows, units, ELEMENT_F32), *winner = guarded(rows, units, ELEMENT_U8);
    struct plan plan;
    plan_begin(&plan, harness_device);
    CHECK_OK(gemm_maxout(&plan, "test", x->t, w->t, b->t, wide->t, value->t, winner->t, PIECES));
    run_plan(&plan, 1);
    get(value);
    get(winner);
    const double tolerance = ROUND * (double)((in + 4) * (in + 1));
    for (size_t i = 0; i < value->count; i++) {
        double sums[PIECES], largest = -INFINITY;
        for (size_t piece = 0; piece < PIECES; piece++) {
            const size_t column = piece * units + i % units;
            sums[piece] = b->in.f[column];
            for (size_t k = 0; k < in; k++)
                sums[piece] += (double)x->in.f[i / units * in + k] * (double)w->in.f[k * units * PIECES + column];
            largest = fmax(largest, sums[piece]);
        }
        check_near("value", i, value->out.f[i], largest, tolerance);
        ck_assert_uint_lt(winner->out.u8[i], PIECES);
        check_near("winner's sum", i, sums[winner->out.u8[i]], largest, tolerance);
    }
    harness_end();
}

START_TEST(products_with_epilogues)
{
    FOR_SHAPES(m, n)
    {
        backward_product_case(*m, *n, 33);
        backward_product_case(33, *m, *n);
        maxout_product_case(*m, 33, *n);
        maxout_product_case(33, *m, *n);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {bias_and_activation,
                                  nan_passes_through,
                                  maxout,
                                  maxout_lets_nan_win,
                                  backward_through_activation,
                                  backward_to_winning_pieces,
                                  rows_scaled_and_columns_summed,
                                  products_with_epilogues};
    return harness_run("kernels of nets", tests, sizeof tests / sizeof *tests - (harness_simulated() ? 1 : 0));
}

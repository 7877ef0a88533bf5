/* Kernels of a training step around the nets: losses, the end of a step, updates, gathering; each against a
 * double-precision twin. */
#include "harness.h"

static const float far_logits[] = {0, 5, -5, 40, -40, 200, -200, 0.3f, -1.7f};

static double softplus_twin(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }
static double logistic_twin(double x) { return 1 / (1 + exp(-x)); }

/* Far logits first, then random ones. */
static struct guarded *logits_of(size_t rows)
{
    struct guarded *x = random_floats(rows, 1, 6, 0);
    for (size_t i = 0; i < rows && i < sizeof far_logits / sizeof *far_logits; i++)
        x->in.f[(i * 5) % rows] = far_logits[i];
    put(x);
    return x;
}

/* Both ways: the wide one is for CPUs. */
static const char *const widths[] = {"-DWIDTH=1", "-DWIDTH=16"};
static size_t items(int way, size_t rows) { return way ? (rows + 15) / 16 : rows; }

static void discriminator_case(int way, size_t rows, double weight, double real, double fake)
{
    struct guarded *l = logits_of(2 * rows), *signal = guarded(2 * rows, 1, ELEMENT_F32);
    struct guarded *values = guarded(METRICS, 2 * rows, ELEMENT_F32);
    LAUNCH_WITH(widths[way], 1, "loss", "loss_discriminator", items(way, 2 * rows), 0, ARG_TENSOR(l->t),
                ARG_TENSOR(signal->t), ARG_TENSOR(values->t), ARG_UINT(rows), ARG_FLOAT(weight), ARG_FLOAT(real),
                ARG_FLOAT(fake));
    get(signal);
    get(values);
    for (size_t i = 0; i < 2 * rows; i++) {
        const double x = l->in.f[i], label = i < rows ? real : fake;
        const double loss = weight * (label * softplus_twin(x) - label * x + (1 - label) * softplus_twin(x));
        /* exp and log1p are within 3 and 2 ULP, the labels are floats */
        check_near("loss", i, values->out.f[METRIC_D_LOSS * 2 * rows + i], loss, 16 * ULP * (1 + fabs(x)));
        check_near("signal", i, signal->out.f[i], weight * (logistic_twin(x) - label) / (double)rows,
                   16 * ULP / (double)rows);
        check_near("D(x)", i, values->out.f[METRIC_D_REAL * 2 * rows + i], i < rows ? logistic_twin(x) : 0, 16 * ULP);
        check_near("D(G(z))", i, values->out.f[METRIC_D_FAKE * 2 * rows + i], i < rows ? 0 : logistic_twin(x),
                   16 * ULP);
        check_untouched("G's loss", METRIC_G_LOSS * 2 * rows + i, values);
    }
    harness_end();
}

START_TEST(loss_of_d)
{
    for (const size_t *rows = sizes(); *rows; rows++)
        for (int way = 0; way < 2; way++) {
            discriminator_case(way, *rows, 0.5, 1, 0);
            discriminator_case(way, *rows, 1, 0.9, 0.2);
        }
}
END_TEST

/* Signals that are tiny must be right relative to themselves: nothing but they drives G where D is sure. */
static void generator_case(int way, size_t rows, int minimax)
{
    struct guarded *l = logits_of(rows), *signal = guarded(rows, 1, ELEMENT_F32);
    struct guarded *values = guarded(METRICS, 2 * rows, ELEMENT_F32);
    LAUNCH_WITH(widths[way], 1, "loss", "loss_generator", items(way, rows), 0, ARG_TENSOR(l->t), ARG_TENSOR(signal->t),
                ARG_TENSOR(values->t), ARG_UINT(rows), ARG_INT(minimax));
    get(signal);
    get(values);
    for (size_t i = 0; i < rows; i++) {
        const double x = l->in.f[i];
        const double expected = (minimax ? -logistic_twin(x) : -logistic_twin(-x)) / (double)rows;
        check_near("loss", i, values->out.f[METRIC_G_LOSS * 2 * rows + i],
                   minimax ? -softplus_twin(x) : softplus_twin(-x), 16 * ULP * (1 + fabs(x)));
        check_near("signal", i, signal->out.f[i], expected, 16 * ULP * fabs(expected) + 1e-37);
        check_untouched("D's loss", METRIC_D_LOSS * 2 * rows + i, values);
        check_untouched("G's loss of no row", METRIC_G_LOSS * 2 * rows + rows + i, values);
    }
    harness_end();
}

START_TEST(loss_of_g)
{
    for (const size_t *rows = sizes(); *rows; rows++)
        for (int way = 0; way < 2; way++) {
            generator_case(way, *rows, 0);
            generator_case(way, *rows, 1);
        }
}
END_TEST

static step_state read_state(struct guarded *state)
{
    step_state read;
    get(state);
    memcpy(&read, state->out.any, sizeof read);
    return read;
}

START_TEST(steps_end)
{
    enum { ROWS = 7, STEPS = 25 };
    const step_state start = {.step = 40, .epoch = 4, .in_epoch = 0, .per_epoch = 10};
    static const float zeros[2 * METRICS];
    struct guarded *state = plain(sizeof start, &start), *sums = plain(sizeof zeros, zeros);
    struct guarded *values = random_floats(METRICS, 2 * ROWS, 1, 0);
    LAUNCH_TIMES(STEPS, "loss", "advance", 1, 0, ARG_BUFFER(&state->buffer), ARG_BUFFER(&sums->buffer),
                 ARG_TENSOR(values->t), ARG_UINT(ROWS));
    const step_state now = read_state(state);
    ck_assert(now.step == 65 && now.epoch == 6 && now.in_epoch == 5 && now.per_epoch == 10 && !now.first_bad);
    get(sums);
    for (size_t m = 0; m < METRICS; m++) {
        double total = 0, terms = 0;
        for (size_t i = 0; i < 2 * ROWS; i++) {
            total += values->in.f[m * 2 * ROWS + i];
            terms += fabs(values->in.f[m * 2 * ROWS + i]);
        }
        const double sum = (double)sums->out.f[2 * m] - (double)sums->out.f[2 * m + 1];
        check_near("sum", m, sum, STEPS * total / ROWS, STEPS * terms / ROWS * 2 * ROWS * ROUND);
    }
    harness_end();
}
END_TEST

START_TEST(the_first_bad_step_is_latched)
{
    static const float zeros[2 * METRICS];
    static const float bads[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        const step_state start = {.step = 40, .in_epoch = 0, .per_epoch = 10};
        struct guarded *state = plain(sizeof start, &start), *sums = plain(sizeof zeros, zeros);
        struct guarded *values = random_floats(METRICS, 6, 1, 0);
        values->in.f[13] = bads[i];
        put(values);
        LAUNCH_TIMES(3, "loss", "advance", 1, 0, ARG_BUFFER(&state->buffer), ARG_BUFFER(&sums->buffer),
                     ARG_TENSOR(values->t), ARG_UINT(3));
        ck_assert_uint_eq(read_state(state).first_bad, 41);
        harness_end();
    }
}
END_TEST

START_TEST(averages)
{
    for (const size_t *n = sizes(); *n; n++) {
        struct guarded *average = random_floats(1, *n, 1, 0), *w = random_floats(1, *n, 1, 0);
        LAUNCH("update", "update_average", *n, 0, ARG_TENSOR(average->t), ARG_TENSOR(w->t), ARG_UINT(*n),
               ARG_FLOAT(0.99f));
        get(average);
        for (size_t i = 0; i < *n; i++)
            check_near("average", i, average->out.f[i], 0.99 * average->in.f[i] + 0.01 * w->in.f[i], 6 * ROUND);
        harness_end();
    }
}
END_TEST

START_TEST(what_is_not_finite_is_found)
{
    static const float bads[] = {NAN, INFINITY, -INFINITY, 3e38f};
    for (const size_t *n = sizes(); *n; n++)
        for (size_t b = 0; b < 4; b++) {
            const uint32_t zeros[2] = {0};
            struct guarded *x = random_floats(1, *n, 1, 0), *found = plain(sizeof zeros, zeros);
            x->in.f[*n - 1] = bads[b];
            put(x);
            LAUNCH("update", "check_finite", *n, 0, ARG_TENSOR(x->t), ARG_BUFFER(&found->buffer), ARG_UINT(1),
                   ARG_UINT(*n));
            get(found);
            check_byte("found", *n, found->out.u32[1], b < 3);
            check_byte("of another tensor", *n, found->out.u32[0], 0);
            harness_end();
        }
}
END_TEST

/* ---- gathering ---- */

static void gather_case(size_t rows, size_t columns, size_t lane, int streamed, int wide)
{
    enum { LANES_A_STEP = 2, IN_EPOCH = 3, WINDOW = 2 };
    const size_t count = rows * 8 + 5, window_rows = rows * 8, span = wide ? columns : 4;
    const step_state now = {.epoch = 6, .in_epoch = IN_EPOCH, .window = WINDOW};
    const struct random_key key = random_stream(9, RANDOM_SHUFFLE, 0);
    struct guarded *bytes = random_bytes(count, columns, 256), *prepare = random_floats(count, 2, 1, 0);
    struct guarded *state = plain(sizeof now, &now), *x = guarded(rows, columns, ELEMENT_F32);
    /* the kernel takes these two from their first byte on */
    CHECK_OK(buffer_write(harness_device, &bytes->buffer, 0, bytes->bytes, bytes->in.any));
    CHECK_OK(buffer_write(harness_device, &prepare->buffer, 0, prepare->bytes, prepare->in.any));
    LAUNCH_WITH(wide ? "-DWIDTH=16" : "-DWIDTH=1", 1, "gather", "gather", (columns + span - 1) / span, rows,
                ARG_TENSOR(x->t), ARG_BUFFER(&bytes->buffer), ARG_BUFFER(&prepare->buffer), ARG_BUFFER(&state->buffer),
                ARG_KEY(key), ARG_UINT(rows), ARG_UINT(columns), ARG_UINT(count), ARG_UINT(LANES_A_STEP),
                ARG_UINT(lane), ARG_INT(streamed), ARG_UINT(span));
    get(x);
    for (size_t i = 0; i < x->count; i++) {
        const size_t at = (IN_EPOCH * LANES_A_STEP + lane) * rows + i / columns;
        const size_t from = streamed ? at - WINDOW * rows : random_shuffled((uint32_t)at, (uint32_t)count, 6, key);
        ck_assert_uint_lt(from, streamed ? window_rows : count);
        const double mean = prepare->in.f[2 * from], scale = prepare->in.f[2 * from + 1];
        const double byte = bytes->in.u8[from * columns + i % columns];
        check_near("x", i, x->out.f[i], (byte - mean) * scale, 4 * ROUND * (byte + 1));
    }
    bytes->lead = prepare->lead = 0; /* their guards in front were data */
    bytes->bytes += GUARD_BYTES;
    prepare->bytes += GUARD_BYTES;
    harness_end();
}

START_TEST(pictures_gathered)
{
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++)
            for (int way = 0; way < 4; way++) gather_case(*m, *n, (*m + *n) % 2, way % 2, way / 2);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        loss_of_d,        loss_of_g, steps_end, the_first_bad_step_is_latched, averages, what_is_not_finite_is_found,
        pictures_gathered};
    return harness_run("kernels of gans", tests, sizeof tests / sizeof *tests);
}

/* Kernels that draw: integers and what follows from them exactly against the host's Philox, normals against Box-Muller
 * in double precision, and the statistics of what comes out. */
#include "harness.h"

enum { LAYER = 3 };
/* Both ways to draw; the wide one is for CPUs whose vectors are, and too much for simulators. */
static const char *const options[] = {"-DLANES=1", "-DLANES=16"};
static const size_t at_once[] = {4, 64};
static int ways(void) { return harness_small() ? 1 : 2; }
#define DRAW_DOWN(way, kernel, rows, ...)                                                                              \
    LAUNCH_WITH(options[way], 1, "random", kernel, ((rows)*4 + at_once[way] - 1) / at_once[way], 0, __VA_ARGS__)
#define DRAW(way, kernel, columns, ...)                                                                                \
    LAUNCH_WITH(options[way], 1, "random", kernel, ((columns) + at_once[way] - 1) / at_once[way], __VA_ARGS__)

static const uint64_t step = (UINT64_C(5) << 32) + 77;
static const uint32_t first_row = 1000;

static struct random_key key_of(enum random_purpose purpose) { return random_stream(11, purpose, 2); }

static struct guarded *state_of(void)
{
    const step_state now = {.step = step, .row = first_row};
    return plain(sizeof now, &now);
}

static uint32_t word_of(uint32_t element, uint32_t layer, uint32_t row, uint64_t at, struct random_key key)
{
    const uint32_t counter[4] = {layer << 24 | element / 4, row, (uint32_t)at, (uint32_t)(at >> 32)};
    uint32_t words[4];
    random_philox(words, counter, key);
    return words[element % 4];
}

static double unit(uint32_t word) { return (word >> 8) * 0x1p-24; }

/* Element `element` of a stream of normals: pairs by Box and Muller. */
static double normal(uint32_t element, uint32_t layer, uint32_t row, uint64_t at, struct random_key key)
{
    const uint32_t pair = element / 2 * 2;
    const double radius = sqrt(-2 * log(unit(word_of(pair, layer, row, at, key)) + 0x1p-24));
    const double angle = 2 * acos(-1) * unit(word_of(pair + 1, layer, row, at, key));
    return radius * (element % 2 ? sin(angle) : cos(angle));
}

/* log, sqrt, cos and sin of floats: a few ULP each, of values up to 6; an angle of up to 2 pi is off by its rounding.
 */
#define NORMAL_TOLERANCE (32 * 6 * ULP)

/* u: uniform on (-2, 2), z: normal of deviation 1/2, rows of n. */
static void check_noise(struct guarded *u, struct guarded *z, size_t n)
{
    const struct random_key key = key_of(RANDOM_NOISE);
    get(u);
    get(z);
    for (uint32_t i = 0; i < u->count; i++) {
        const uint32_t row = first_row + i / (uint32_t)n, column = i % (uint32_t)n;
        check_same("uniform", i, u->out.f[i], (float)(2 * (2 * unit(word_of(column, 0, row, step, key)) - 1)));
        check_near("normal", i, z->out.f[i], 0.5 * normal(column, 0, row, step, key), NORMAL_TOLERANCE);
    }
    harness_end();
}

START_TEST(noise_element_by_element)
{
    const struct random_key key = key_of(RANDOM_NOISE);
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++) {
            struct guarded *state = state_of(), *u = guarded(*m, *n, ELEMENT_F32), *z = guarded(*m, *n, ELEMENT_F32);
            DRAW(_i, "noise_uniform", *n, *m, ARG_TENSOR(u->t), ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m),
                 ARG_UINT(*n), ARG_FLOAT(2));
            DRAW(_i, "noise_normal", *n, *m, ARG_TENSOR(z->t), ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m),
                 ARG_UINT(*n), ARG_FLOAT(0.5f));
            check_noise(u, z, *n);
        }
}
END_TEST

/* Short rows are drawn several at once, to the same bits. */
START_TEST(noise_of_short_rows)
{
    static const char *const down[] = {"-DLANES=1 -DDOWN=1", "-DLANES=16 -DDOWN=1"};
    const struct random_key key = key_of(RANDOM_NOISE);
    for (const size_t *m = sizes(); *m; m++)
        for (size_t n = 1; n <= 9; n += 2) {
            struct guarded *state = state_of(), *u = guarded(*m, n, ELEMENT_F32), *z = guarded(*m, n, ELEMENT_F32);
            const size_t items = (*m * 4 + at_once[_i] - 1) / at_once[_i];
            LAUNCH_WITH(down[_i], 1, "random", "noise_uniform", (n + 3) / 4, items, ARG_TENSOR(u->t),
                        ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m), ARG_UINT(n), ARG_FLOAT(2));
            LAUNCH_WITH(down[_i], 1, "random", "noise_normal", (n + 3) / 4, items, ARG_TENSOR(z->t),
                        ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m), ARG_UINT(n), ARG_FLOAT(0.5f));
            check_noise(u, z, n);
        }
}
END_TEST

START_TEST(noise_on_a_sphere)
{
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++) {
            struct guarded *z = random_floats(*m, *n, 3, 0);
            LAUNCH("random", "noise_to_sphere", *m, 0, ARG_TENSOR(z->t), ARG_UINT(*m), ARG_UINT(*n), ARG_FLOAT(1.5f));
            get(z);
            for (size_t r = 0; r < *m; r++) {
                double sum = 0;
                for (size_t c = 0; c < *n; c++) sum += (double)z->in.f[r * *n + c] * (double)z->in.f[r * *n + c];
                const double factor = 1.5 * sqrt((double)*n / sum);
                for (size_t c = 0; c < *n; c++)
                    check_near("z", r * *n + c, z->out.f[r * *n + c], factor * z->in.f[r * *n + c],
                               (double)(*n + 8) * ROUND * 1.5 * sqrt((double)*n));
            }
            harness_end();
        }
}
END_TEST

START_TEST(drawn_data)
{
    const struct random_key key = key_of(RANDOM_DATA);
    for (const size_t *m = sizes(); *m; m++) {
        struct guarded *state = state_of(), *x = guarded(*m, 1, ELEMENT_F32), *ring = guarded(*m, 2, ELEMENT_F32);
        DRAW_DOWN(_i, "data_gaussian", *m, ARG_TENSOR(x->t), ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m),
                  ARG_FLOAT(4), ARG_FLOAT(0.5f));
        DRAW_DOWN(_i, "data_ring", *m, ARG_TENSOR(ring->t), ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(*m),
                  ARG_UINT(8), ARG_FLOAT(2), ARG_FLOAT(0.05f));
        get(x);
        get(ring);
        for (uint32_t i = 0; i < *m; i++) {
            check_near("x", i, x->out.f[i], 4 + 0.5 * normal(0, 0, first_row + i, step, key), NORMAL_TOLERANCE);
            const uint64_t mode = (uint64_t)word_of(0, 0, first_row + i, step, key) * 8 >> 32;
            const double angle = 2 * acos(-1) * (double)mode / 8;
            /* the spread is words 4 to 7 of the row */
            check_near("right", i, ring->out.f[2 * i], 2 * cos(angle) + 0.05 * normal(4, 0, first_row + i, step, key),
                       NORMAL_TOLERANCE);
            check_near("up", i, ring->out.f[2 * i + 1], 2 * sin(angle) + 0.05 * normal(5, 0, first_row + i, step, key),
                       NORMAL_TOLERANCE);
        }
        harness_end();
    }
}
END_TEST

START_TEST(initial_weights)
{
    const struct random_key key = key_of(RANDOM_WEIGHTS_G);
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++)
            for (int is_normal = 0; is_normal < 2; is_normal++) {
                struct guarded *w = guarded(*m, *n, ELEMENT_F32);
                DRAW(_i, "weights_dense", *n, *m, ARG_TENSOR(w->t), ARG_KEY(key), ARG_UINT(LAYER), ARG_UINT(*m),
                     ARG_UINT(*n), ARG_FLOAT(0.5f), ARG_INT(is_normal));
                get(w);
                for (uint32_t i = 0; i < w->count; i++) {
                    const uint32_t row = i / (uint32_t)*n, column = i % (uint32_t)*n;
                    const double u = 2 * unit(word_of(column, LAYER, row, 0, key)) - 1;
                    const double expected = 0.5 * (is_normal ? normal(column, LAYER, row, 0, key) : u);
                    check_near("w", i, w->out.f[i], expected, is_normal ? NORMAL_TOLERANCE : 0);
                }
                harness_end();
            }
}
END_TEST

START_TEST(sparse_weights)
{
    const struct random_key key = key_of(RANDOM_WEIGHTS_G);
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++) {
            const size_t incoming = (*m + 2) / 3;
            struct guarded *w = guarded(*m, *n, ELEMENT_F32);
            memset(w->in.any, 0, w->bytes);
            put(w);
            LAUNCH("random", "weights_sparse", *n, 0, ARG_TENSOR(w->t), ARG_KEY(key), ARG_UINT(LAYER), ARG_UINT(*m),
                   ARG_UINT(*n), ARG_FLOAT(1), ARG_UINT(incoming));
            get(w);
            for (size_t c = 0; c < *n; c++) {
                size_t nonzero = 0;
                for (size_t r = 0; r < *m; r++) nonzero += w->out.f[r * *n + c] != 0;
                ck_assert_uint_eq(nonzero, incoming);
            }
            harness_end();
        }
}
END_TEST

START_TEST(dropout_masks)
{
    const struct random_key key = key_of(RANDOM_DROPOUT);
    static const double keeps[] = {0.8, 0.5, 1e-9};
    for (const size_t *m = sizes(); *m; m++)
        for (const size_t *n = sizes(); *n; n++)
            for (int k = 0; k < 3; k++) {
                const uint32_t threshold = (uint32_t)floor(keeps[k] * 4294967296.0 + 0.5);
                struct guarded *state = state_of(), *x = random_floats(*m, *n, 1, 0);
                struct guarded *h = guarded(*m, *n, ELEMENT_F32), *mask = guarded(*m, *n, ELEMENT_U8);
                DRAW(_i, "dropout", *n, *m, ARG_TENSOR(x->t), ARG_TENSOR(h->t), ARG_TENSOR(mask->t),
                     ARG_BUFFER(&state->buffer), ARG_KEY(key), ARG_UINT(LAYER), ARG_UINT(*m), ARG_UINT(*n),
                     ARG_UINT(threshold), ARG_FLOAT(1.25f));
                get(h);
                get(mask);
                for (uint32_t i = 0; i < x->count; i++) {
                    const uint32_t row = first_row + i / (uint32_t)*n;
                    const int kept = word_of(i % (uint32_t)*n, LAYER, row, step, key) < threshold;
                    check_byte("mask", i, mask->out.u8[i], (unsigned)kept);
                    check_same("h", i, h->out.f[i], kept ? x->in.f[i] * 1.25f : 0);
                }
                harness_end();
            }
}
END_TEST

/* ---- statistics: within five standard errors ---- */

static struct guarded *many(int way, const char *kernel, size_t rows, size_t columns, float scale)
{
    struct guarded *state = state_of(), *z = guarded(rows, columns, ELEMENT_F32);
    DRAW(way, kernel, columns, rows, ARG_TENSOR(z->t), ARG_BUFFER(&state->buffer), ARG_KEY(key_of(RANDOM_NOISE)),
         ARG_UINT(rows), ARG_UINT(columns), ARG_FLOAT(scale));
    get(z);
    return z;
}

/* `fourth`: the kurtosis of the distribution, which the error of a variance goes with. */
static void check_moments(const struct guarded *z, double variance, double fourth)
{
    const double n = (double)z->count;
    double sum = 0, squares = 0, neighbours = 0;
    for (size_t i = 0; i < z->count; i++) {
        sum += z->out.f[i];
        squares += (double)z->out.f[i] * (double)z->out.f[i];
        if (i) neighbours += (double)z->out.f[i] * (double)z->out.f[i - 1];
    }
    check_near("mean", 0, sum / n, 0, 5 * sqrt(variance / n));
    check_near("variance", 0, squares / n, variance, 5 * variance * sqrt((fourth - 1) / n));
    check_near("correlation of neighbours", 0, neighbours / n, 0, 5 * variance / sqrt(n));
}

START_TEST(moments_of_noise)
{
    const size_t rows = harness_small() ? 33 : 1001, columns = 101;
    struct guarded *u = many(_i, "noise_uniform", rows, columns, 1.7320508f);
    check_moments(u, 1, 1.8);
    for (size_t i = 0; i < u->count; i++) ck_assert(fabsf(u->out.f[i]) <= 1.7320508f);
    check_moments(many(_i, "noise_normal", rows, columns, 1), 1, 3);
    harness_end();
}
END_TEST

START_TEST(modes_of_the_ring)
{
    const size_t rows = harness_small() ? 333 : 80001;
    size_t counts[8] = {0};
    struct guarded *state = state_of(), *x = guarded(rows, 2, ELEMENT_F32);
    DRAW_DOWN(_i, "data_ring", rows, ARG_TENSOR(x->t), ARG_BUFFER(&state->buffer), ARG_KEY(key_of(RANDOM_DATA)),
              ARG_UINT(rows), ARG_UINT(8), ARG_FLOAT(2), ARG_FLOAT(0.05f));
    get(x);
    for (size_t i = 0; i < rows; i++) {
        const double turn = atan2(x->out.f[2 * i + 1], x->out.f[2 * i]) / (2 * acos(-1)) * 8;
        counts[(lrint(turn) + 8) % 8]++;
    }
    const double expected = (double)rows / 8;
    for (int mode = 0; mode < 8; mode++)
        check_near("rows of a mode", (size_t)mode, (double)counts[mode], expected, 5 * sqrt(expected * 7 / 8));
    harness_end();
}
END_TEST

int main(void)
{
    const struct looped tests[] = {{noise_element_by_element, ways()},
                                   {noise_of_short_rows, ways()},
                                   {noise_on_a_sphere, 1},
                                   {drawn_data, ways()},
                                   {initial_weights, ways()},
                                   {sparse_weights, 1},
                                   {dropout_masks, ways()},
                                   {moments_of_noise, ways()},
                                   {modes_of_the_ring, ways()}};
    return harness_run_looped("kernels that draw", tests, sizeof tests / sizeof *tests);
}

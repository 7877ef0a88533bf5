/* Checks of memory and of what is drawn: integers to the bit, what is made of them in double precision. */
#include <math.h>
#include <string.h>

#include "data/batches.h"
#include "gan/noise.h"
#include "gan/selftest.h"

/* OpenCL 1.2 (table 7.1) bounds log, cos, sin and sqrt by 3 to 4 units of 2^-23; of a radius under 6 and a deviation of
 * 1 with what they are multiplied by. */
#define DRAWN_TOLERANCE 2e-5

/* A step and a row beyond 32 and 16 bits. */
static const step_state state = {.step = ((state_u64)3 << 32) + 77, .row = 70001};

/* ---- memory ---- */

enum { FLOATS = 4099 }; /* of the tensors below; prime */

/* What is written is read, what is copied and filled is there. */
clgan_status selftest_memory(struct selftest *test)
{
    struct tensor from, to;
    float *values;
    double *wanted;
    TRY(selftest_take(test, &values, FLOATS, sizeof *values));
    TRY(selftest_take(test, &wanted, FLOATS, sizeof *wanted));
    TRY(arena_add(&test->arena, &from, 1, FLOATS, ELEMENT_F32));
    TRY(arena_add(&test->arena, &to, 1, FLOATS, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    TRY(selftest_tensor(test, "new memory", to, wanted, 0));
    selftest_fill(values, FLOATS, 1);
    for (size_t i = 0; i < FLOATS; i++) wanted[i] = values[i];
    TRY(tensor_write(test->device, from, values));
    TRY(selftest_tensor(test, "what was written", from, wanted, 0));
    TRY(plan_copy(&test->plan, "copy", to, from));
    TRY(selftest_plan(test));
    TRY(selftest_tensor(test, "a copy", to, wanted, 0));
    TRY(tensor_fill(test->device, from, 2.5f));
    for (size_t i = 0; i < FLOATS; i++) wanted[i] = 2.5;
    return selftest_tensor(test, "what was filled", from, wanted, 0);
}

/* ---- what the host draws ---- */

static double unit_of(const step_state *at, struct random_key key, size_t row, size_t column)
{
    return (double)(random_stream_word(key, 0, at->row + row, column, at->step) >> 8) / 16777216.0;
}

/* Box-Muller: an even column and the next one share a radius and an angle. */
static double normal_of(const step_state *at, struct random_key key, size_t row, size_t column)
{
    const size_t even = column - column % 2;
    const double radius = sqrt(-2 * log(unit_of(at, key, row, even) + 1 / 16777216.0));
    const double angle = 8 * atan(1) * unit_of(at, key, row, even + 1);
    return column % 2 ? radius * sin(angle) : radius * cos(angle);
}

/* ---- Philox ---- */

/* Vectors that Salmon et al. publish with Random123 (kat_vectors, philox4x32 10): counter, key, words. */
static const struct {
    uint32_t counter[4], key[2], words[4];
} published[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

/* `rows` x `columns` uniform numbers from `key` at `at`, which are exact. */
static clgan_status check_words(struct selftest *test, const char *what, struct tensor z, struct random_key key,
                                const step_state *at, double *wanted)
{
    struct recipe recipe = {.noise = {.kind = NOISE_UNIFORM, .scale = 1}};
    TRY(buffer_write(test->device, &test->state, 0, sizeof *at, at));
    TRY(noise_append(&test->plan, &recipe, z, key, &test->state));
    TRY(selftest_plan(test));
    for (size_t i = 0; i < z.rows * z.columns; i++) wanted[i] = 2 * unit_of(at, key, i / z.columns, i % z.columns) - 1;
    return selftest_tensor(test, what, z, wanted, 0);
}

/* In launches side by side, as long ones are made where a device shows a desktop: each has to find its place. */
static clgan_status check_parts(struct selftest *test, struct tensor z, struct random_key key, double *wanted)
{
    struct pace *pace = &test->device->pace;
    const struct pace before = *pace;
    pace->kept = true;
    pace->slowness = 1e4;
    const clgan_status status = check_words(test, "z in parts", z, key, &state, wanted);
    pace->kept = before.kept;
    pace->slowness = before.slowness;
    return status;
}

/* The published words by the host's twin, the first of them by the device, then streams of long and of short rows. */
clgan_status selftest_philox(struct selftest *test)
{
    enum { ROWS = 19, LONG = 83, SHORT = 3 };
    struct tensor rows, short_rows;
    double *wanted;
    const struct random_key none = {{0, 0}}, last = {{0xffffffffu, 0xfffffffeu}};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        uint32_t words[4];
        random_philox(words, published[i].counter, (struct random_key){{published[i].key[0], published[i].key[1]}});
        for (size_t word = 0; word < 4; word++)
            selftest_near(test, "the host's word", i, word, words[word], published[i].words[word], 0);
    }
    TRY(selftest_take(test, &wanted, ROWS * LONG, sizeof *wanted));
    TRY(selftest_state(test, &state));
    TRY(arena_add(&test->arena, &rows, ROWS, LONG, ELEMENT_F32));
    TRY(arena_add(&test->arena, &short_rows, ROWS, SHORT, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    TRY(check_words(test, "from a counter and key of 0, z", rows, none, &(step_state){0}, wanted));
    TRY(check_words(test, "z", rows, last, &state, wanted));
    TRY(check_parts(test, rows, none, wanted)); /* other words than are there */
    return check_words(test, "z of short rows", short_rows, last, &state, wanted);
}

/* ---- noise ---- */

/* z as a recipe draws it, long rows and short ones. */
static clgan_status check_noise(struct selftest *test, enum noise_kind kind, size_t columns)
{
    enum { ROWS = 37 };
    const double scale = 1.75;
    const struct random_key key = random_stream(5, RANDOM_NOISE, 2);
    struct recipe recipe = {.noise = {.kind = kind, .size = (int64_t)columns, .scale = scale}};
    struct tensor z;
    double *wanted;
    struct arena arena = {0};
    TRY(selftest_take(test, &wanted, ROWS * columns, sizeof *wanted));
    for (size_t row = 0; row < ROWS; row++) {
        double square = 0, *at = wanted + row * columns;
        for (size_t c = 0; c < columns; c++) {
            at[c] = kind == NOISE_UNIFORM ? 2 * unit_of(&state, key, row, c) - 1 : normal_of(&state, key, row, c);
            square += at[c] * at[c];
        }
        const double factor = kind == NOISE_SPHERICAL ? sqrt((double)columns / square) : 1;
        for (size_t c = 0; c < columns; c++) at[c] *= scale * factor;
    }
    clgan_status status = arena_add(&arena, &z, ROWS, columns, ELEMENT_F32);
    if (status == CLGAN_OK) status = arena_make(&arena, test->device, "a self-test");
    if (status == CLGAN_OK) status = noise_append(&test->plan, &recipe, z, key, &test->state);
    if (status == CLGAN_OK) status = selftest_plan(test);
    if (status == CLGAN_OK) status = selftest_tensor(test, "z", z, wanted, DRAWN_TOLERANCE);
    arena_free(&arena, test->device);
    return status;
}

static clgan_status check_noises(struct selftest *test, enum noise_kind kind)
{
    TRY(selftest_state(test, &state));
    TRY(check_noise(test, kind, 100));
    return check_noise(test, kind, 5);
}

clgan_status selftest_uniform(struct selftest *test) { return check_noises(test, NOISE_UNIFORM); }
clgan_status selftest_normal(struct selftest *test) { return check_noises(test, NOISE_NORMAL); }
clgan_status selftest_spherical(struct selftest *test) { return check_noises(test, NOISE_SPHERICAL); }

/* ---- drawn data ---- */

/* One value a row, and points on a circle. */
clgan_status selftest_drawn(struct selftest *test)
{
    enum { ROWS = 61, MODES = 8 };
    const struct random_key key = random_stream(9, RANDOM_DATA, 1);
    const struct batches_request gaussian = {.format = DATA_GAUSSIAN, .mean = 4, .deviation = 0.5},
                                 ring = {.format = DATA_RING, .modes = MODES, .radius = 2, .deviation = 0.02};
    struct tensor values, points;
    double wanted[ROWS], places[2 * ROWS];
    TRY(selftest_state(test, &state));
    TRY(arena_add(&test->arena, &values, ROWS, 1, ELEMENT_F32));
    TRY(arena_add(&test->arena, &points, ROWS, 2, ELEMENT_F32));
    TRY(arena_make(&test->arena, test->device, "a self-test"));
    TRY(drawn_append(&test->plan, &gaussian, values, &test->state, key));
    TRY(drawn_append(&test->plan, &ring, points, &test->state, key));
    TRY(selftest_plan(test));
    for (size_t row = 0; row < ROWS; row++) {
        const uint64_t mode = (uint64_t)random_stream_word(key, 0, state.row + row, 0, state.step) * MODES >> 32;
        const double angle = 8 * atan(1) * (double)mode / MODES;
        wanted[row] = gaussian.mean + gaussian.deviation * normal_of(&state, key, row, 0);
        places[2 * row] = ring.radius * cos(angle) + ring.deviation * normal_of(&state, key, row, 4);
        places[2 * row + 1] = ring.radius * sin(angle) + ring.deviation * normal_of(&state, key, row, 5);
    }
    TRY(selftest_tensor(test, "gaussian x", values, wanted, DRAWN_TOLERANCE));
    return selftest_tensor(test, "ring x", points, places, DRAWN_TOLERANCE);
}

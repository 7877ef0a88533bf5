/* Philox against Random123's known answers, the shuffle, and dropout on the device against the host's integers. */
#include <string.h>

#include "compute/gemm.h"
#include "compute/random.h"
#include "state.clh"
#include "suite.h"

START_TEST(philox_known_answers)
{
    /* Philox4x32-10 lines of kat_vectors, Random123. */
    static const struct {
        uint32_t counter[4];
        struct random_key key;
        uint32_t out[4];
    } known[] = {
        {{0, 0, 0, 0}, {{0, 0}}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {{~0u, ~0u}}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {{0xa4093822, 0x299f31d0}},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        random_philox(out, known[i].counter, known[i].key);
        ck_assert_mem_eq(out, known[i].out, sizeof out);
    }
}
END_TEST

START_TEST(shuffle_is_a_bijection)
{
    static unsigned char seen[1025];
    const struct random_key key = random_stream(7, RANDOM_SHUFFLE, 0);
    const uint32_t counts[] = {1, 2, 3, 31, 33, 64, 1000, 1025};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        memset(seen, 0, sizeof seen);
        for (uint32_t i = 0; i < counts[c]; i++) {
            uint32_t at = random_shuffled(i, counts[c], 3, key);
            ck_assert_uint_lt(at, counts[c]);
            ck_assert_uint_eq(seen[at]++, 0);
        }
    }
}
END_TEST

enum { ROWS = 5, COLUMNS = 33, GUARD = 64 };

START_TEST(dropout_on_the_device_is_the_hosts)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    struct device *device;
    ck_assert_msg(device_open(&device, &options, false, NULL) == CLGAN_OK, "%s", clgan_last_error());
    struct tensor x, h, mask;
    struct arena arena = {0};
    struct buffer state = {0};
    struct plan plan;
    const step_state now = {.step = 0x100000002ull, .row = 9};
    const struct random_key key = random_stream(1, RANDOM_DROPOUT, 0);
    float in[ROWS * COLUMNS], out[ROWS * COLUMNS];
    uint8_t kept[ROWS * COLUMNS + GUARD];
    for (int i = 0; i < ROWS * COLUMNS; i++) in[i] = (float)(i + 1);
    ck_assert_int_eq(arena_add(&arena, &x, ROWS, COLUMNS, ELEMENT_F32), CLGAN_OK);
    ck_assert_int_eq(arena_add(&arena, &h, ROWS, COLUMNS, ELEMENT_F32), CLGAN_OK);
    ck_assert_int_eq(arena_add(&arena, &mask, 1, ROWS * COLUMNS + GUARD, ELEMENT_U8), CLGAN_OK);
    ck_assert_int_eq(arena_make(&arena, device, "a test"), CLGAN_OK);
    ck_assert_int_eq(buffer_make(&state, device, sizeof now, "a test"), CLGAN_OK);
    ck_assert_int_eq(buffer_write(device, &state, 0, sizeof now, &now), CLGAN_OK);
    ck_assert_int_eq(tensor_write(device, x, in), CLGAN_OK);
    memset(kept, 0xA5, sizeof kept);
    ck_assert_int_eq(tensor_write(device, mask, kept), CLGAN_OK);
    plan_begin(&plan, device);
    const uint32_t threshold = 0xCCCCCCCDu;
    clgan_status status = plan_kernel(
        &plan, &(struct kernel_launch){.name = "dropout",
                                       .program = "random",
                                       .kernel = "dropout",
                                       .columns = (COLUMNS + 3) / 4,
                                       .rows = ROWS,
                                       ARGUMENTS(ARG_TENSOR(x), ARG_TENSOR(h), ARG_TENSOR(mask), ARG_BUFFER(&state),
                                                 ARG_KEY(key), ARG_UINT(2), ARG_UINT(ROWS), ARG_UINT(COLUMNS),
                                                 ARG_UINT(threshold), ARG_FLOAT(1.25f))});
    ck_assert_msg(status == CLGAN_OK, "%s", clgan_last_error());
    ck_assert_int_eq(plan_run(&plan), CLGAN_OK);
    ck_assert_int_eq(tensor_read(device, h, out), CLGAN_OK);
    ck_assert_int_eq(tensor_read(device, mask, kept), CLGAN_OK);
    for (uint32_t r = 0; r < ROWS; r++)
        for (uint32_t c = 0; c < COLUMNS; c++) {
            const uint32_t counter[4] = {2u << 24 | c / 4, 9 + r, 2, 1};
            uint32_t words[4];
            random_philox(words, counter, key);
            const int keep = words[c % 4] < threshold;
            ck_assert_int_eq(kept[r * COLUMNS + c], keep);
            ck_assert(out[r * COLUMNS + c] == (keep ? in[r * COLUMNS + c] * 1.25f : 0.0f));
        }
    for (int i = 0; i < GUARD; i++) ck_assert_int_eq(kept[ROWS * COLUMNS + i], 0xA5);
    plan_free(&plan);
    buffer_free(&state, device);
    arena_free(&arena, device);
    device_close(device);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("philox");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, philox_known_answers);
    tcase_add_test(tests, shuffle_is_a_bijection);
    tcase_add_test(tests, dropout_on_the_device_is_the_hosts);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

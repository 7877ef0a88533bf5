/* The host's Philox against Random123's known answers, and the shuffle. */
#include <string.h>

#include "compute/random.h"
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

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("philox");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, philox_known_answers);
    tcase_add_test(tests, shuffle_is_a_bijection);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

/* Choices of kernels: kept, found again, refused when they are not this device's; and measured, wrong ones dropped. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "compute/trial.h"
#include "compute/tune.h"
#include "suite.h"

static struct device *device;
static char path[] = "/tmp/clgan-tuning-XXXXXX";
static char warned[512];

static void keep_warning(void *user, clgan_level level, const char *text)
{
    (void)user;
    if (level == CLGAN_LEVEL_WARNING) snprintf(warned, sizeof warned, "%s", text);
}
static const clgan_log warnings = {keep_warning, NULL};

/* Anything but NULL says that a gemm has the operand. */
static const struct buffer there;

static const struct gemm products[] = {
    {.product = GEMM_XW,
     .epilogue = EPILOGUE_ACTIVATE,
     .m = 20,
     .n = 48,
     .k = 37,
     .activation = 3,
     .bias = {.buffer = &there}},
    {.product = GEMM_XW,
     .epilogue = EPILOGUE_MAXOUT,
     .m = 20,
     .n = 90,
     .k = 33,
     .pieces = 5,
     .bias = {.buffer = &there},
     .dropout = {.h = {.buffer = &there}, .layer = 1, .row = 7, .keep = 0.5}},
    {.product = GEMM_DYWT,
     .epilogue = EPILOGUE_BACKWARD,
     .m = 20,
     .n = 40,
     .k = 70,
     .activation = 2,
     .slope = 0.25f,
     .factor = 2,
     .y = {.buffer = &there},
     .mask = {.buffer = &there},
     .signal = {.buffer = &there}},
    {.product = GEMM_DYWT,
     .epilogue = EPILOGUE_SCATTER,
     .m = 20,
     .n = 40,
     .k = 70,
     .pieces = 3,
     .winner = {.buffer = &there}},
    {.product = GEMM_XTDY, .epilogue = EPILOGUE_STORE, .m = 40, .n = 33, .k = 20, .bias = {.buffer = &there}},
    {.product = GEMM_XTDY,
     .epilogue = EPILOGUE_MOMENTUM,
     .m = 40,
     .n = 33,
     .k = 20,
     .limit = 1,
     .signal = {.buffer = &there},
     .offset = {.w = {.buffer = &there}}},
    {.product = GEMM_XTDY,
     .epilogue = EPILOGUE_ADAM,
     .m = 40,
     .n = 34,
     .k = 20,
     .weight = {.average = {.buffer = &there}},
     .offset = {.w = {.buffer = &there}, .average = {.buffer = &there}}},
};
enum { PRODUCTS = sizeof products / sizeof *products };

static void open_device(void)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    CHECK_OK(device_open(&device, &options, false, NULL));
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    *warned = 0;
}

static void close_device(void)
{
    unlink(path);
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    device_close(device);
}

START_TEST(choices_come_back)
{
    bool found;
    struct gemm_variant kept[PRODUCTS];
    for (size_t i = 0; i < PRODUCTS; i++) kept[i] = gemm_choose(device, &products[i]);
    /* one that no guess would make */
    struct gemm_choice *odd = choices_find(device->choices, &products[0]);
    odd->variant = kept[0] =
        (struct gemm_variant){.backend = GEMM_REGISTER, .rows = 3, .vectors = 1, .width = 2, .depth = 1, .parts = 2};
    odd->tried = 7;
    CHECK_OK(choices_write(device, path, true));
    choices_free(device->choices);
    CHECK_OK(choices_read(&found, device, path, &warnings));
    ck_assert_str_eq(warned, "");
    for (size_t i = 0; i < PRODUCTS; i++) {
        const struct gemm_variant found = gemm_choose(device, &products[i]);
        ck_assert_str_eq(gemm_variant_name(&found).text, gemm_variant_name(&kept[i]).text);
    }
    ck_assert_uint_eq(choices_find(device->choices, &products[0])->tried, 7);
}
END_TEST

/* Two processes that measure at once: what was measured further stays. */
START_TEST(choices_of_two_are_one_table)
{
    struct gemm_choices other = {0};
    for (size_t i = 0; i < PRODUCTS; i++) gemm_choose(device, &products[i]);
    CHECK_OK(choices_merge(&other, device->choices));
    ck_assert_uint_eq(other.count, PRODUCTS);
    choices_find(&other, &products[1])->tried = 5;
    choices_find(device->choices, &products[2])->tried = 3;
    CHECK_OK(choices_merge(&other, device->choices));
    ck_assert_uint_eq(other.count, PRODUCTS);
    ck_assert_uint_eq(choices_find(&other, &products[1])->tried, 5);
    ck_assert_uint_eq(choices_find(&other, &products[2])->tried, 3);
    choices_free(&other);
}
END_TEST

START_TEST(what_is_not_ours_is_ignored)
{
    bool found;
    static const char *const wrong[][2] = {
        {"clgan tuning, version 1", "clgan tuning, version 9"},
        {"device: ", "device: another "},
        {"driver: ", "driver: another "},
        {"register ", "register x"},
        {"XtdY", "XtdZ"},
        {"tried\n", "tri"},
    };
    char *text;
    size_t length;
    for (size_t i = 0; i < PRODUCTS; i++) gemm_choose(device, &products[i]);
    CHECK_OK(choices_write(device, path, true));
    CHECK_OK(file_read(&text, &length, path, 1 << 20));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char changed[8192];
        const char *at = strstr(text, wrong[i][0]);
        ck_assert_ptr_nonnull(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, wrong[i][1], at + strlen(wrong[i][0]));
        CHECK_OK(file_write(path, changed, strlen(changed)));
        choices_free(device->choices);
        *warned = 0;
        CHECK_OK(choices_read(&found, device, path, &warnings));
        ck_assert_msg(device->choices->count == 0 && strstr(warned, path), "%zu: %s", i, warned);
    }
    free(text);
    *warned = 0;
    unlink(path);
    CHECK_OK(choices_read(&found, device, path, &warnings)); /* none there is no fault */
    ck_assert(!found);
    ck_assert_str_eq(warned, "");
}
END_TEST

/* An element of a result is replaced by `wrong`, for one check. */
static void check_seen(const struct trial *trial, struct tensor result, size_t place, const void *wrong)
{
    const size_t bytes = element_bytes(result.element), at = (result.offset + place) * bytes;
    char good[sizeof(float)];
    bool right;
    CHECK_OK(buffer_read(device, result.buffer, at, bytes, good));
    CHECK_OK(buffer_write(device, result.buffer, at, bytes, wrong));
    CHECK_OK(trial_check(&right, trial));
    ck_assert(!right);
    CHECK_OK(buffer_write(device, result.buffer, at, bytes, good));
}

/* Right results are accepted, and a wrong number anywhere at an edge, or one that is not finite inside, is not. */
START_TEST(wrong_results_are_seen)
{
    struct trial trial;
    struct plan plan;
    bool right;
    const struct gemm_variant variant = gemm_choose(device, &products[_i]);
    const float large = 1e3f, none = NAN;
    CHECK_OK(trial_open(&trial, device, &products[_i]));
    plan_begin(&plan, device);
    CHECK_OK(gemm_append(&plan, "test", &trial.gemm, &variant));
    CHECK_OK(trial_write(&trial));
    CHECK_OK(plan_run(&plan));
    CHECK_OK(trial_check(&right, &trial));
    ck_assert(right);
    const struct tensor result = trial.gemm.c.buffer ? trial.gemm.c : trial.gemm.weight.w;
    check_seen(&trial, result, 0, &large);
    check_seen(&trial, result, result.columns - 1, &large);
    check_seen(&trial, result, (result.rows - 1) * result.columns, &large);
    check_seen(&trial, result, result.columns + 1, &none);
    if (trial.gemm.dropout.h.buffer) {
        check_seen(&trial, trial.gemm.dropout.h, result.columns + 1, &large);
        check_seen(&trial, trial.gemm.dropout.mask, result.columns + 1, &(uint8_t){2});
    }
    plan_free(&plan);
    trial_close(&trial);
}
END_TEST

/* A choice that the device can't launch gives way to one that it can, and is forgotten. */
START_TEST(what_can_not_be_launched_gives_way)
{
    struct tensor x, w, b, y;
    struct arena arena = {0};
    struct plan plan;
    CHECK_OK(arena_add(&arena, &x, 20, 37, ELEMENT_F32));
    CHECK_OK(arena_add(&arena, &w, 37, 48, ELEMENT_F32));
    CHECK_OK(arena_add(&arena, &b, 1, 48, ELEMENT_F32));
    CHECK_OK(arena_add(&arena, &y, 20, 48, ELEMENT_F32));
    CHECK_OK(arena_make(&arena, device, "a test"));
    gemm_choose(device, &products[0]);
    choices_find(device->choices, &products[0])->variant = (struct gemm_variant){
        .backend = GEMM_GROUP, .rows = 1, .vectors = 1, .width = 1, .depth = 1, .down = 256, .across = 256, .parts = 1};
    plan_begin(&plan, device);
    CHECK_OK(gemm_forward(&plan, "test", x, w, &(struct gemm){.c = y, .bias = b, .activation = 3}));
    ck_assert_uint_eq(plan.count, 1);
    CHECK_OK(plan_run(&plan));
    CHECK_OK(device_finish(device));
    ck_assert_int_ne(choices_find(device->choices, &products[0])->variant.backend, GEMM_GROUP);
    plan_free(&plan);
    arena_free(&arena, device);
}
END_TEST

/* Every likely kernel of a large product, whose options are longest, can be built. */
START_TEST(candidates_can_be_built)
{
    enum { MOST = 16 };
    const struct gemm large[] = {{.product = GEMM_DYWT,
                                  .epilogue = EPILOGUE_BACKWARD,
                                  .m = 200,
                                  .n = 1200,
                                  .k = 1200,
                                  .activation = 1,
                                  .y = {.buffer = &there},
                                  .mask = {.buffer = &there}},
                                 {.product = GEMM_XTDY,
                                  .epilogue = EPILOGUE_MOMENTUM,
                                  .m = 1200,
                                  .n = 1200,
                                  .k = 1000,
                                  .limit = 1,
                                  .weight = {.average = {.buffer = &there}},
                                  .offset = {.w = {.buffer = &there}, .average = {.buffer = &there}}}};
    const struct gemm *product = &large[_i];
    struct gemm_variant list[MOST];
    struct trial trial;
    const size_t count = gemm_candidates(list, MOST, device, product);
    CHECK_OK(trial_open(&trial, device, product));
    for (size_t i = 0; i < count; i++) {
        struct plan plan;
        plan_begin(&plan, device);
        CHECK_OK(gemm_append(&plan, "test", &trial.gemm, &list[i]));
        plan_free(&plan);
    }
    trial_close(&trial);
}
END_TEST

/* So that a long tuning goes on from a short one. */
START_TEST(a_longer_list_begins_as_a_shorter_one)
{
    enum { SHORT = 4, LONG = 48 };
    for (size_t i = 0; i < PRODUCTS; i++) {
        struct gemm_variant few[SHORT], many[LONG];
        const size_t count = gemm_candidates(few, SHORT, device, &products[i]);
        ck_assert_uint_ge(gemm_candidates(many, LONG, device, &products[i]), count);
        for (size_t c = 0; c < count; c++)
            ck_assert_str_eq(gemm_variant_name(&few[c]).text, gemm_variant_name(&many[c]).text);
    }
}
END_TEST

static void count_candidates(void *user, const struct tune_state *state)
{
    (void)state;
    ++*(size_t *)user;
}

START_TEST(products_are_tuned)
{
    struct tune_state state;
    size_t first = 0, second = 0;
    struct tune_request request = {.candidates = 4, .progress = count_candidates, .user = &first};
    for (size_t i = 0; i < PRODUCTS; i++) gemm_choose(device, &products[i]);
    CHECK_OK(tune(&state, device, &request));
    ck_assert_uint_eq(state.products, PRODUCTS);
    ck_assert_uint_eq(state.wrong + state.failed, 0);
    ck_assert_uint_ge(first, 2 * PRODUCTS);
    for (size_t i = 0; i < PRODUCTS; i++) {
        const struct gemm_choice *choice = choices_find(device->choices, &products[i]);
        ck_assert(choice->seconds > 0 && choice->tried >= 2 && gemm_fits(&products[i], &choice->variant));
    }
    request.user = &second; /* nothing is left to try */
    CHECK_OK(tune(&state, device, &request));
    ck_assert_uint_eq(second, 0);
    const volatile int stop = 1;
    request.stop = &stop;
    ck_assert_int_eq(tune(&state, device, &request), CLGAN_STOPPED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tune");
    TCase *tests = tcase_create("tune");
    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, open_device, close_device);
    tcase_add_test(tests, choices_come_back);
    tcase_add_test(tests, choices_of_two_are_one_table);
    tcase_add_test(tests, what_is_not_ours_is_ignored);
    tcase_add_loop_test(tests, wrong_results_are_seen, 0, PRODUCTS);
    tcase_add_test(tests, what_can_not_be_launched_gives_way);
    tcase_add_loop_test(tests, candidates_can_be_built, 0, 2);
    tcase_add_test(tests, a_longer_list_begins_as_a_shorter_one);
    tcase_add_test(tests, products_are_tuned);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

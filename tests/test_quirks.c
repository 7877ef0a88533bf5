/* Known quirks: which apply to whom, and that the code does what they say. */
#include <stdio.h>
#include <string.h>

#include "compute/device_list.h"
#include "compute/quirks.h"
#include "suite.h"

static clgan_device_info made(const char *platform, const char *name, const char *type)
{
    clgan_device_info info = {.usable = 1};
    snprintf(info.platform, sizeof info.platform, "%s", platform);
    snprintf(info.name, sizeof info.name, "%s", name);
    snprintf(info.type, sizeof info.type, "%s", type);
    return info;
}

static int has(const clgan_device_info *info, const char *name)
{
    for (const struct quirk *quirk = NULL; (quirk = quirk_next(quirk, info));)
        if (strcmp(quirk->name, name) == 0) return 1;
    return 0;
}

START_TEST(match)
{
    const clgan_device_info pocl = made("Portable Computing Language", "pthread-haswell", "cpu");
    const clgan_device_info pocl_gpu = made("Portable Computing Language", "NVIDIA GeForce", "gpu");
    const clgan_device_info llvmpipe = made("rusticl", "llvmpipe (LLVM 15.0.6, 256 bits)", "cpu");
    const clgan_device_info radeon = made("rusticl", "AMD Radeon", "gpu");
    const clgan_device_info geforce = made("NVIDIA CUDA", "NVIDIA GeForce", "gpu");
    const clgan_device_info intel_cpu = made("Intel(R) OpenCL", "AMD EPYC", "cpu");
    ck_assert(has(&pocl, "clang-prefetch") && has(&pocl, "huge-pages") && !has(&pocl, "llvmpipe"));
    ck_assert_uint_eq(quirk_acts(&pocl), QUIRK_PREFETCH | QUIRK_HUGE_PAGES);
    ck_assert_uint_eq(quirk_acts(&pocl_gpu), 0);
    ck_assert_uint_eq(quirk_acts(&llvmpipe), QUIRK_LAST | QUIRK_NARROW | QUIRK_HUGE_PAGES);
    ck_assert_ptr_null(quirk_next(NULL, &radeon));
    ck_assert(has(&geforce, "nvidia-busy-wait"));
    ck_assert_uint_eq(quirk_acts(&geforce), 0);
    ck_assert_uint_eq(quirk_acts(&intel_cpu), QUIRK_HUGE_PAGES);
}
END_TEST

START_TEST(every_quirk_has_words)
{
    const clgan_device_info all[] = {
        made("Clover", "AMD", "gpu"),       made("Oclgrind", "Oclgrind Simulator", "gpu"),
        made("rusticl", "llvmpipe", "cpu"), made("Portable Computing Language", "", "cpu"),
        made("NVIDIA CUDA", "x", "gpu"),    made("Intel(R) OpenCL HD Graphics", "x", "gpu")};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t count = 0;
        for (const struct quirk *quirk = NULL; (quirk = quirk_next(quirk, &all[i])); count++)
            ck_assert(strlen(quirk->name) && strlen(quirk->what) && strlen(quirk->reason) < 320);
        ck_assert_msg(count > 0, "%s", all[i].platform);
    }
}
END_TEST

/* The device that `wanted` means among these, by index. */
static int chosen(const clgan_device_info *infos, size_t count, const char *wanted)
{
    struct listed_device list[4] = {0};
    const struct listed_device *choice;
    char why[160];
    for (size_t i = 0; i < count; i++) list[i].info = infos[i];
    CHECK_OK(device_choose(&choice, why, list, count, wanted));
    ck_assert(*why);
    return (int)(choice - list);
}

START_TEST(simulators_come_last)
{
    const clgan_device_info simulator = made("Oclgrind", "Oclgrind Simulator", "gpu");
    const clgan_device_info llvmpipe = made("rusticl", "llvmpipe", "cpu");
    const clgan_device_info pocl = made("Portable Computing Language", "pthread", "cpu");
    const clgan_device_info gpu = made("NVIDIA CUDA", "NVIDIA", "gpu");
    const clgan_device_info three[] = {simulator, llvmpipe, pocl}, four[] = {simulator, llvmpipe, pocl, gpu};
    ck_assert_int_eq(chosen(three, 3, NULL), 2);
    ck_assert_int_eq(chosen(three, 2, NULL), 0);
    ck_assert_int_eq(chosen(three, 3, "cpu"), 2);
    ck_assert_int_eq(chosen(three, 3, "gpu"), 0);
    ck_assert_int_eq(chosen(three, 3, "llvmpipe"), 1);
    ck_assert_int_eq(chosen(three, 3, "0"), 0);
    ck_assert_int_eq(chosen(four, 4, NULL), 3);
    ck_assert_int_eq(chosen(four, 4, "gpu"), 3);
}
END_TEST

START_TEST(unusable_ones_are_named)
{
    struct listed_device list[1] = {{.info = made("Clover", "AMD", "gpu")}};
    const struct listed_device *choice;
    char why[160];
    list[0].info.usable = 0;
    ck_assert_int_eq(device_choose(&choice, why, list, 1, NULL), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "no OpenCL device is usable"));
    ck_assert_int_eq(device_choose(&choice, why, list, 0, NULL), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "no OpenCL device was found"));
}
END_TEST

START_TEST(facts_of_this_device)
{
    clgan_fact *facts;
    size_t count, flags = 0, products = 0;
    CHECK_OK(clgan_device_facts(&facts, &count, 0, "/nowhere", NULL));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(facts[i].key, facts[k].key) != 0, "%s comes twice", facts[i].key);
        if (facts[i].kind == CLGAN_FACT_FLAG) ck_assert_uint_le(facts[i].number, 1);
        if (strcmp(facts[i].key, "usable") == 0 || strcmp(facts[i].key, "default") == 0) flags += facts[i].number;
        if (strcmp(facts[i].group, "products") == 0) products += facts[i].number;
        if (strcmp(facts[i].key, "cache_folder") == 0) ck_assert_str_eq(facts[i].text, "/nowhere");
        if (strcmp(facts[i].key, "tuned_products") == 0) ck_assert_uint_eq(facts[i].number, 0);
    }
    ck_assert_uint_eq(flags, 2);
    ck_assert_uint_ge(products, 2);
    clgan_facts_free(facts, count);
    ck_assert_int_eq(clgan_device_facts(&facts, &count, 99, NULL, NULL), CLGAN_USAGE);
    ck_assert_int_eq(clgan_device_facts(&facts, &count, -1, NULL, NULL), CLGAN_USAGE);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {match, every_quirk_has_words, simulators_come_last, unusable_ones_are_named,
                                  facts_of_this_device};
    Suite *suite = suite_create("quirks");
    TCase *cases = tcase_create("quirks");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}

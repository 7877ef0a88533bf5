/* Runs one kernel at a time on the default device, on tensors that stand between guard bytes in buffers of their own.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <math.h>
#include <string.h>

#include "compute/gemm.h"
#include "compute/random.h"
#include "state.clh"
#include "suite.h"

/* Guard bytes are all ones: a NaN to a kernel that reads them, and no value that a kernel writes. Tensors start as that
 * too, so that an element left out shows. */
enum { GUARD_BYTES = 64, GUARD_BYTE = 0xFF, GUARDED_TENSORS = 20 };

/* Rounding of one float operation, and the unit in which OpenCL bounds its functions, both relative. */
#define ROUND 0x1p-24
#define ULP 0x1p-23

union cells {
    void *any;
    float *f;
    uint8_t *u8;
    uint32_t *u32;
};

struct guarded {
    struct buffer buffer;
    struct tensor t;
    size_t lead, count, bytes; /* bytes of the guard before; elements and bytes of the tensor */
    union cells in, out;       /* the host's: what put() writes, what get() reads */
};

static struct device *harness_device;
static struct guarded harness_pool[GUARDED_TENSORS];
static size_t harness_used;
static uint32_t harness_seed;

/* Frees what the last case made; also after a failed one. */
static inline void harness_drop(void)
{
    for (size_t i = 0; i < harness_used; i++) {
        buffer_free(&harness_pool[i].buffer, harness_device);
        free(harness_pool[i].in.any);
        free(harness_pool[i].out.any);
    }
    memset(harness_pool, 0, sizeof harness_pool);
    harness_used = 0;
}

static inline void harness_open(void)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    CHECK_OK(device_open(&harness_device, &options, false, NULL));
}

static inline void harness_close(void)
{
    harness_drop();
    device_close(harness_device);
    harness_device = NULL;
}

static inline int harness_small(void)
{
    const char *small = getenv("CLGAN_TEST_SMALL");
    return small && *small && strcmp(small, "0") != 0;
}

/* On Oclgrind, which is too slow for CLBlast's kernels and finds faults in them that are not ours. */
static inline int harness_simulated(void)
{
    const char *simulated = getenv("CLGAN_TEST_SIMULATED");
    return simulated && *simulated;
}

/* Rows and columns to try, 0 at the end; CLGAN_TEST_SMALL=1: few and small, for simulators. */
static inline const size_t *sizes(void)
{
    static const size_t all[] = {1, 3, 31, 32, 33, 63, 64, 65, 0}, few[] = {1, 3, 5, 0};
    return harness_small() ? few : all;
}

static inline struct guarded *guarded_at(size_t lead, size_t rows, size_t columns, enum element element)
{
    ck_assert_uint_lt(harness_used, GUARDED_TENSORS);
    struct guarded *x = &harness_pool[harness_used];
    *x = (struct guarded){.lead = lead, .count = rows * columns, .bytes = rows * columns * element_bytes(element)};
    const size_t whole = lead + x->bytes + GUARD_BYTES;
    x->in.any = malloc(whole);
    x->out.any = malloc(whole);
    ck_assert(x->in.any && x->out.any);
    CHECK_OK(buffer_make(&x->buffer, harness_device, whole, "a test"));
    harness_used++;
    x->t = (struct tensor){&x->buffer, lead / element_bytes(element), rows, columns, columns, element};
    memset(x->in.any, GUARD_BYTE, whole);
    CHECK_OK(buffer_write(harness_device, &x->buffer, 0, whole, x->in.any));
    return x;
}

static inline struct guarded *guarded(size_t rows, size_t columns, enum element element)
{
    return guarded_at(GUARD_BYTES, rows, columns, element);
}

/* Guards and values in one write: Oclgrind takes what one write leaves out as uninitialised again. */
static inline void put(struct guarded *x)
{
    const size_t whole = x->lead + x->bytes + GUARD_BYTES;
    memset(x->out.any, GUARD_BYTE, whole);
    memcpy(x->out.u8 + x->lead, x->in.any, x->bytes);
    CHECK_OK(buffer_write(harness_device, &x->buffer, 0, whole, x->out.any));
}
static inline void get(struct guarded *x) { CHECK_OK(tensor_read(harness_device, x->t, x->out.any)); }

/* A buffer that a kernel takes without an offset: guarded behind only. */
static inline struct guarded *plain(size_t bytes, const void *values)
{
    struct guarded *x = guarded_at(0, 1, bytes, ELEMENT_U8);
    memcpy(x->in.any, values, bytes);
    put(x);
    return x;
}

/* Reproducible bits, other ones at each call. */
static inline uint32_t random_word(void)
{
    uint32_t x = harness_seed++ * 2654435761u;
    x = (x ^ x >> 16) * 0x85ebca6bu;
    x = (x ^ x >> 13) * 0xc2b2ae35u;
    return x ^ x >> 16;
}

/* In [-scale, scale]; `levels` > 0: multiples of scale / levels, so that sums and ties can be exact. */
static inline float random_value(float scale, int levels)
{
    if (levels > 0) return scale * (float)((int)(random_word() % (2u * (unsigned)levels + 1)) - levels) / (float)levels;
    return scale * ((float)(random_word() >> 8) * 0x1p-23f - 1.0f);
}

static inline struct guarded *random_floats(size_t rows, size_t columns, float scale, int levels)
{
    struct guarded *x = guarded(rows, columns, ELEMENT_F32);
    for (size_t i = 0; i < x->count; i++) x->in.f[i] = random_value(scale, levels);
    put(x);
    return x;
}

/* Bytes below `below`. */
static inline struct guarded *random_bytes(size_t rows, size_t columns, unsigned below)
{
    struct guarded *x = guarded(rows, columns, ELEMENT_U8);
    for (size_t i = 0; i < x->count; i++) x->in.u8[i] = (uint8_t)(random_word() % below);
    put(x);
    return x;
}

/* The end of a case: nothing was written outside any tensor. */
static inline void harness_end(void)
{
    for (size_t i = 0; i < harness_used; i++) {
        const struct guarded *x = &harness_pool[i];
        const size_t whole = x->lead + x->bytes + GUARD_BYTES;
        CHECK_OK(buffer_read(harness_device, &x->buffer, 0, whole, x->out.any));
        for (size_t at = 0; at < whole; at++)
            if ((at < x->lead || at >= x->lead + x->bytes) && x->out.u8[at] != GUARD_BYTE)
                ck_abort_msg("tensor %zu of the case, %zu bytes: byte %td was overwritten", i, x->bytes,
                             (ptrdiff_t)at - (ptrdiff_t)x->lead);
    }
    harness_drop();
}

/* Enqueues the plan `times` times, waits, and frees it. */
static inline void run_plan(struct plan *plan, int times)
{
    for (int i = 0; i < times; i++) CHECK_OK(plan_run(plan));
    CHECK_OK(device_finish(harness_device));
    plan_free(plan);
}

static inline void run_kernel(const struct kernel_launch *launch, int times)
{
    struct plan plan;
    plan_begin(&plan, harness_device);
    CHECK_OK(plan_kernel(&plan, launch));
    run_plan(&plan, times);
}

#define LAUNCH_WITH(options_, times, program_, kernel_, columns_, rows_, ...)                                          \
    run_kernel(&(struct kernel_launch){.name = kernel_,                                                                \
                                       .program = program_,                                                            \
                                       .kernel = kernel_,                                                              \
                                       .options = options_,                                                            \
                                       .columns = (columns_),                                                          \
                                       .rows = (rows_),                                                                \
                                       ARGUMENTS(__VA_ARGS__)},                                                        \
               times)
#define LAUNCH_TIMES(times, ...) LAUNCH_WITH(NULL, times, __VA_ARGS__)
#define LAUNCH(...) LAUNCH_TIMES(1, __VA_ARGS__)

/* Not ck_assert for each element: that writes a file each time. Failing unless <= holds, NaN fails. */
static inline void check_near(const char *what, size_t at, double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        ck_abort_msg("%s[%zu]: %.9g instead of %.9g, further than %.3g", what, at, got, wanted, tolerance);
}

static inline void check_same(const char *what, size_t at, float got, float wanted)
{
    if (memcmp(&got, &wanted, sizeof got) != 0)
        ck_abort_msg("%s[%zu]: %a instead of exactly %a", what, at, (double)got, (double)wanted);
}

static inline void check_byte(const char *what, size_t at, unsigned got, unsigned wanted)
{
    if (got != wanted) ck_abort_msg("%s[%zu]: %u instead of %u", what, at, got, wanted);
}

/* The element still is what guarded() made it. */
static inline void check_untouched(const char *what, size_t at, const struct guarded *x)
{
    if (x->out.u32[at] != 0xFFFFFFFFu) ck_abort_msg("%s[%zu] was written", what, at);
}

/* Tests don't depend on their order, nor on a failed one before them. */
static inline void harness_begin(void)
{
    harness_drop();
    harness_seed = 1;
}

/* A test, to be run with _i from 0 to `times` - 1. */
struct looped {
    const TTest *test;
    int times;
};

static inline int harness_run_looped(const char *name, const struct looped *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 0);
    tcase_add_unchecked_fixture(cases, harness_open, harness_close);
    tcase_add_checked_fixture(cases, harness_begin, NULL);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i].test, 0, tests[i].times);
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}

static inline int harness_run(const char *name, const TTest *const *tests, size_t count)
{
    struct looped once[32];
    for (size_t i = 0; i < count && i < sizeof once / sizeof *once; i++) once[i] = (struct looped){tests[i], 1};
    return harness_run_looped(name, once, count);
}

#endif

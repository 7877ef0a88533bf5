/* Known answers: runs kernels of every family on a device and compares what they leave with exact sums, with values in
 * double precision and with a published vector. A check is a function of the table in selftest.c; what it takes from
 * `test` is given back after it. */
#ifndef GAN_SELFTEST_H
#define GAN_SELFTEST_H

#include "compute/choices.h"
#include "compute/random.h"
#include "state.clh"

enum { SELFTEST_ARRAYS = 16 };

struct selftest {
    struct device *device;
    bool brief;
    const struct gemm_choices *used; /* products that plans on the device use, and how */
    clgan_check check;               /* the one under way; it has passed until a comparison fails */
    struct arena arena;              /* its tensors */
    struct plan plan;                /* its launches */
    struct buffer state;             /* a step_state, after selftest_state */
    struct buffer sums;              /* of monitors; for a check to make */
    void *arrays[SELFTEST_ARRAYS];   /* host memory of selftest_take; owned */
    size_t array_count;
};

/* Runs all checks, or those of the brief form, on an open device, and products that its plans use; its table of choices
 * and its memory stay as they were. `first`, if not NULL, gets the first check that failed. What can't be run has
 * failed. */
void selftest_run(size_t *failed, clgan_check *first, struct device *device, const clgan_selftest_options *options);

/* Whether it is worth training on the device: what has passed the brief form here, with this driver and these kernels,
 * is remembered in the cache folder; else that form is run. CLGAN_FAILED, with what to do, where it fails, or with
 * `force` a warning. */
clgan_status selftest_gate(struct device *device, bool force, const clgan_log *log);

/* Whether it is remembered that the device has passed. */
bool selftest_passed(const struct device *device);

/* ---- for checks ---- */

/* `*out` = count zeroed items of `size` bytes, freed after the check. */
clgan_status selftest_take(struct selftest *test, void *out, size_t count, size_t size);
/* Makes test->state. */
clgan_status selftest_state(struct selftest *test, const step_state *state);
/* Multiples of 1/4 from -1 to 1: sums and products of them are exact. `seed`: which ones. */
void selftest_fill(float *values, size_t count, uint32_t seed);
/* Fails the check, the first time only, unless |got - wanted| <= tolerance: "what[row, column] is ..., expected ...".
 */
void selftest_near(struct selftest *test, const char *what, size_t row, size_t column, double got, double wanted,
                   double tolerance);
/* The same for every element of a tensor of floats or bytes without gaps: tolerance * max(1, |wanted|). */
clgan_status selftest_tensor(struct selftest *test, const char *what, struct tensor tensor, const double *wanted,
                             double tolerance);
/* Runs test->plan once, waits, and empties it. */
clgan_status selftest_plan(struct selftest *test);

/* ---- the checks ---- */

/* selftest_random.c */
clgan_status selftest_memory(struct selftest *test);
clgan_status selftest_philox(struct selftest *test);
clgan_status selftest_uniform(struct selftest *test);
clgan_status selftest_normal(struct selftest *test);
clgan_status selftest_spherical(struct selftest *test);
clgan_status selftest_drawn(struct selftest *test);

/* selftest_training.c */
clgan_status selftest_gather(struct selftest *test);
clgan_status selftest_dropout(struct selftest *test);
clgan_status selftest_losses(struct selftest *test);
clgan_status selftest_end_of_step(struct selftest *test);
clgan_status selftest_finite(struct selftest *test);

/* selftest_pair.c */
clgan_status selftest_simultaneous(struct selftest *test);
clgan_status selftest_alternating(struct selftest *test);

/* selftest_evaluate.c */
clgan_status selftest_parzen(struct selftest *test);
clgan_status selftest_neighbours(struct selftest *test);
clgan_status selftest_within(struct selftest *test);

/* selftest_products.c: product `which` of its table, each epilogue by each backend, and its name. */
enum { SELFTEST_PRODUCTS = 9 };
const char *selftest_product_name(size_t which);
clgan_status selftest_product(struct selftest *test, size_t which);
/* Those in test->used, of their own sizes and by their own variants; one that memory is too short for is passed over.
 */
clgan_status selftest_used(struct selftest *test);

#endif

/* Small pairs whose first steps have known answers, and how tests/test_selftest.c comes to them. */
#ifndef GAN_SELFTEST_PAIR_H
#define GAN_SELFTEST_PAIR_H

#include <stddef.h>
#include <stdint.h>

enum { SELFTEST_STEPS = 3, SELFTEST_PICTURES = 130, SELFTEST_PICTURE = 35, SELFTEST_PAIRS = 2 };

/* A tensor as two numbers, of which no element can be wrong without the first one showing it. */
struct selftest_answer {
    double sum;  /* of its elements, each times a weight from 0.5 to 1.5 of its own */
    double size; /* the same of their magnitudes: what rounding goes with */
};

struct selftest_pair {
    const char *recipe; /* YAML */
    /* After SELFTEST_STEPS steps on selftest_pictures: the tensors of a checkpoint in its order (net_tensors of G, of
     * D); sums of the METRICS; the monitor's spread and variance, and the norms of G's and D's gradients. */
    const struct selftest_answer *answers;
    size_t count;
    double tolerance; /* of sum, over size */
};
extern const struct selftest_pair selftest_pairs[SELFTEST_PAIRS];

/* The same `count` bytes each time. */
void selftest_pictures(uint8_t *bytes, size_t count);
/* Adds element `i` of a tensor. */
void selftest_add(struct selftest_answer *answer, size_t i, double value);

#endif

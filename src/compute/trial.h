/* A product on operands of its own, to try variants on, and what it should come to. */
#ifndef COMPUTE_TRIAL_H
#define COMPUTE_TRIAL_H

#include "compute/gemm.h"

enum { OPERANDS = 18 };

/* What a product comes to at a place: its sum with the bias, of the largest piece in maxout. */
struct spot {
    size_t row, column;
    double sum;
};

/* A product of the table with operands of its own, and what it should come to. */
struct trial {
    struct device *device;
    struct gemm gemm;
    struct arena arena;
    struct buffer state, table;
    struct update_rule rule;
    struct tensor *operands[OPERANDS]; /* of gemm, in the order in which they were added */
    size_t operand_count;
    void *starts[OPERANDS]; /* what operands hold before a product; owned */
    struct spot *spots;     /* owned */
    size_t spot_count, spot_capacity;
};

/* Operands as `like` has them: multiples of 1/4 up to 1, so that sums are exact in any order and variants differ by
 * their epilogue's rounding only. CLGAN_FAILED where the device has no memory for them. */
clgan_status trial_open(struct trial *trial, struct device *device, const struct gemm *like);
void trial_close(struct trial *trial);

/* What an operand of trial->gemm holds before a product; NULL: it has no such operand. */
const void *trial_start(const struct trial *trial, const struct tensor *operand);
/* Writes the operands' start to the device. */
clgan_status trial_write(const struct trial *trial);
/* `*right` = whether the result of one run from there is finite, and right in rows and columns at the edges and inside:
 * equal to sums and epilogues in double precision. */
clgan_status trial_check(bool *right, const struct trial *trial);

#endif

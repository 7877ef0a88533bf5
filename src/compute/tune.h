/* Measuring which variant makes a product fastest on a device, on operands of its own. */
#ifndef COMPUTE_TUNE_H
#define COMPUTE_TUNE_H

#include "compute/choices.h"

/* How far a tuning is; what the callback shows. */
struct tune_state {
    const struct gemm_choice *choice; /* the one being measured */
    size_t product, products;         /* its number, from 1, and how many there are */
    size_t candidates;                /* it has */
    bool gained;                      /* a faster variant was just found: worth saving */
    size_t wrong, failed;             /* candidates dropped so far: computed wrongly, or not launched */
    double seconds;                   /* since the start */
};

struct tune_request {
    double seconds;           /* no new candidate after so long; 0: until all are measured */
    size_t candidates;        /* of each product at most */
    size_t bytes;             /* products that need more memory than this are passed over; 0: no limit */
    const volatile int *stop; /* polled; may be NULL */
    void (*progress)(void *user, const struct tune_state *state); /* after each candidate; may be NULL */
    void *user;
};

/* Measures candidates for the products in use of the device's table and keeps the fastest that is right: equal
 * to sums in double precision in rows and columns at the edges and inside, finite elsewhere. Goes in rounds over the
 * products, the dearest first, so that each gets some when time is short; goes on where an earlier tuning stopped.
 * CLGAN_STOPPED when `stop` ended it. */
clgan_status tune(struct tune_state *state, struct device *device, const struct tune_request *request);

#endif

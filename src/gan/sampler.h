/* Samples x = G(z), in pieces of a fixed number of rows, so that a row's bits do not depend on how many are drawn. */
#ifndef GAN_SAMPLER_H
#define GAN_SAMPLER_H

#include "gan/noise.h"
#include "nn/network.h"

struct sampler {
    struct device *device;
    struct arena arena;
    struct pass pass;
    struct buffer state; /* step_state: only `row` counts, step stays 0 */
    struct plan noise;   /* z from the seed */
    struct plan forward;
};

/* For net `g` (borrowed) of `recipe`; `averaged`: with the moving averages of its weights. z comes from `seed`. */
clgan_status sampler_make(struct sampler *sampler, struct device *device, const struct recipe *recipe,
                          const struct network *g, bool averaged, uint64_t seed);
void sampler_free(struct sampler *sampler);

/* Rows 0 to count - 1 into `x` (count x data size). `noise` (count x noise size) instead of the seed's if not NULL;
 * `z`, if not NULL, gets what was used. */
clgan_status sampler_draw(struct sampler *sampler, float *x, float *z, const float *noise, size_t count);

/* Rows [first, first + rows) of those, as many as the pass has at most. All pointers are to these rows alone. */
clgan_status sampler_draw_piece(struct sampler *sampler, float *x, float *z, const float *noise, size_t first,
                                size_t rows);

#endif

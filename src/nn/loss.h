/* The objective at the logits as launches: cl/loss.cl. Rows are real ones, then as many fake ones; `values` is METRICS
 * x 2 rows, what `advance` averages. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "compute/plan.h"

/* D's cross-entropy. `weight`: 0.5 for the mean of its two halves, 1 for their sum. */
struct discriminator_loss {
    double weight, real_label, fake_label;
};
/* signal [2 rows, 1] = dL/dlogit of logits [2 rows, 1]. */
clgan_status loss_append_discriminator(struct plan *plan, struct tensor logits, struct tensor signal,
                                       struct tensor values, const struct discriminator_loss *how);
/* signal [rows, 1] = dL/dlogit of the fake rows' logits [rows, 1]. */
clgan_status loss_append_generator(struct plan *plan, struct tensor logits, struct tensor signal, struct tensor values,
                                   bool minimax);
/* The end of a step: the means of values go into `sums` (METRICS pairs of floats), `state` (step_state) moves on. */
clgan_status loss_append_advance(struct plan *plan, const struct buffer *state, const struct buffer *sums,
                                 struct tensor values);

#endif

/* Matrix products with an epilogue: the one front of all products of training. Today's backend is CLBlast; what it
 * can't fuse follows as a kernel of its own. */
#ifndef COMPUTE_GEMM_H
#define COMPUTE_GEMM_H

#include "compute/plan.h"

/* How one net's parameters are updated. */
struct update_rule {
    bool adam;                          /* else SGD with momentum */
    float beta1, beta2;                 /* Adam */
    unsigned entries, entry;            /* of the schedule table: how many a step has, which one this update reads */
    const struct buffer *state, *table; /* step_state and schedule rows */
};
/* w and its optimiser state, to be moved along gradient `g`; all of one shape. `second` is Adam's. */
struct parameter {
    struct tensor w, first, second;
};

/* What happens to a gradient on its way down into a layer: times signal (per row, may be empty), the mask of the
 * dropout (may be empty) and its factor, then times the derivative at `y`, or scattered to `winner` where pieces > 0.
 */
struct backward_epilogue {
    struct tensor signal, mask;
    float factor;
    struct tensor y; /* value of the layer below; empty: nothing to multiply by */
    int activation;  /* enum activation */
    float slope;
    struct tensor winner; /* maxout */
    size_t pieces;
    struct tensor wide; /* where the winner scatter goes: rows x (pieces * units) */
};

/* Y = activation(X W + b). */
clgan_status gemm_dense(struct plan *plan, const char *name, struct tensor x, struct tensor w, struct tensor b,
                        struct tensor y, int activation, float slope);
/* value = max over pieces of X W + b, winner = which; `wide` is scratch of rows x (pieces * units). */
clgan_status gemm_maxout(struct plan *plan, const char *name, struct tensor x, struct tensor w, struct tensor b,
                         struct tensor wide, struct tensor value, struct tensor winner, size_t pieces);
/* dX = epilogue(dY Wᵀ). dx holds the product; the result is in dx, or in epilogue->wide for maxout. */
clgan_status gemm_backward(struct plan *plan, const char *name, struct tensor dy, struct tensor w, struct tensor dx,
                           const struct backward_epilogue *epilogue);
/* G = Xᵀ diag(signal) dY and g = column sums of diag(signal) dY; signal may be empty; `scaled` is scratch of X's shape.
 */
clgan_status gemm_weights(struct plan *plan, const char *name, struct tensor x, struct tensor dy, struct tensor signal,
                          struct tensor scaled, struct tensor g_weight, struct tensor g_bias);
/* Moves a parameter along its gradient. */
clgan_status plan_update(struct plan *plan, const char *name, const struct parameter *parameter, struct tensor g,
                         const struct update_rule *rule);

/* ---- backend: CLBlast (gemm_clblast.c) ---- */

/* Enqueues C = op(A) op(B). Locks: CLBlast's own cache is one per process. */
clgan_status clblast_gemm(struct device *device, const struct gemm_call *call);
/* Bytes of scratch that the call wants; 0 for none. */
clgan_status clblast_scratch(size_t *bytes, struct device *device, const struct gemm_call *call);

#endif

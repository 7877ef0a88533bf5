/* Matrix products with an epilogue: the one front of all products of training. Which backend and variant makes a
 * product is chosen when a plan is made: what was measured on the device, else a good guess (choices.c). */
#ifndef COMPUTE_GEMM_H
#define COMPUTE_GEMM_H

#include "compute/plan.h"
#include "compute/random.h"

/* How one net's parameters are updated. */
struct update_rule {
    bool adam;                          /* else SGD with momentum */
    float beta1, beta2;                 /* Adam */
    float decay;                        /* of moving averages, where parameters have them */
    unsigned entries, entry;            /* of the schedule table: how many a step has, which one this update reads */
    const struct buffer *state, *table; /* step_state and schedule rows */
};
/* w and its optimiser state, to be moved along a gradient; all of one shape. `second` is Adam's; `average`, which may
 * be empty, follows w. */
struct parameter {
    struct tensor w, first, second, average;
};

/* Numbers as in cl/gemm.clh. */
enum gemm_product { GEMM_XW, GEMM_DYWT, GEMM_XTDY };
enum gemm_epilogue {
    EPILOGUE_STORE,
    EPILOGUE_ACTIVATE,
    EPILOGUE_MAXOUT,
    EPILOGUE_BACKWARD,
    EPILOGUE_SCATTER,
    EPILOGUE_MOMENTUM,
    EPILOGUE_ADAM
};

/* What an epilogue makes of its value besides: the input of a layer that drops some of it. */
struct gemm_dropout {
    struct tensor h;            /* value * mask / keep; empty: no dropout */
    struct tensor mask;         /* bytes, 1: kept */
    const struct buffer *state; /* step_state */
    struct random_key key;
    unsigned layer, row; /* in the stream: of the layer that drops; of the value's first row */
    double keep;         /* probability */
};
/* keep * 2^32: a word below it keeps its element. */
uint32_t gemm_dropout_threshold(const struct gemm_dropout *dropout);

/* A product and what becomes of it. Fields that its epilogue does not name stay empty. */
struct gemm {
    enum gemm_product product;
    enum gemm_epilogue epilogue;
    size_t m, n, k;
    struct tensor a, b; /* X, W [k, n] | dY, W [n, k] | X [k, m], dY [k, n] */
    struct tensor c; /* store: [m, n]; activate, backward: [m, n]; maxout: [m, n / pieces]; scatter: [m, pieces * n] */
    struct tensor bias;          /* activate, maxout: [1, n]; store of dW: its gradient, empty: not wanted */
    struct gemm_dropout dropout; /* activate, maxout: done to c as well */
    struct tensor winner;        /* maxout (written), scatter (read): bytes, which piece won */
    size_t pieces;               /* of maxout and scatter */
    int activation;              /* activate, backward: enum activation of nn/spec.h */
    float slope;                 /* of leaky ReLU */
    struct tensor
        signal;         /* backward, scatter: row factors, [m, 1], or empty; dW: of the rows of dY, [k, 1], or empty */
    struct tensor mask; /* backward, scatter: bytes, 0 where dropout dropped, or empty */
    float factor;       /* what dropout multiplied the others by */
    struct tensor y;    /* backward: value whose derivative is wanted */
    struct tensor scaled;            /* dW with a signal: scratch of X's shape */
    struct parameter weight, offset; /* momentum, Adam: W and b */
    const struct update_rule *rule;  /* momentum, Adam */
    float limit;                     /* momentum, Adam: largest norm of a column of W; 0: none */
    struct tensor square;            /* momentum, Adam: [1, 1], gets the sum of squares of W's gradient; may be empty */
};

/* c = epilogue(X W + bias): `how` gives c, bias and the fields of EPILOGUE_MAXOUT where it has pieces, else of
 * EPILOGUE_ACTIVATE. */
clgan_status gemm_forward(struct plan *plan, const char *name, struct tensor x, struct tensor w,
                          const struct gemm *how);
/* c = epilogue(dY Wᵀ): `how` gives c and the fields of EPILOGUE_SCATTER where it has pieces, else of EPILOGUE_BACKWARD.
 */
clgan_status gemm_backward(struct plan *plan, const char *name, struct tensor dy, struct tensor w,
                           const struct gemm *how);
/* c = A Bᵀ: inner products of the rows of both, [m, k] and [n, k]. */
clgan_status gemm_inner(struct plan *plan, const char *name, struct tensor a, struct tensor b, struct tensor c);
/* G = Xᵀ diag(signal) dY and g = column sums of diag(signal) dY: stored in how->c and how->bias where it has no rule,
 * else W, b and their optimiser states move along them. `how` also gives signal, scaled, limit. */
clgan_status gemm_weights(struct plan *plan, const char *name, struct tensor x, struct tensor dy,
                          const struct gemm *how);
/* Moves a parameter along a stored gradient, its columns kept to `limit` as struct gemm says. */
clgan_status gemm_update(struct plan *plan, const char *name, const struct parameter *parameter, struct tensor g,
                         const struct update_rule *rule, float limit);

/* ---- how a product is made ---- */

enum gemm_backend { GEMM_CLBLAST, GEMM_REGISTER, GEMM_PACKED, GEMM_GROUP };

/* A backend, and for kernels of our own its tunables (cl/gemm.clh, gemm_register.cl, gemm_packed.cl, gemm_group.cl). */
struct gemm_variant {
    enum gemm_backend backend;
    unsigned rows, vectors, width; /* tile of a work-item; vectors counts for nothing in maxout */
    unsigned depth;                /* register: vector along k of dX; group: step of k */
    unsigned down, across; /* group: work-items of a work-group; packed: tiles of a group, across 1 but for dW */
    unsigned parts;        /* along k; above 1 the epilogue is a pass of its own */
};

/* "register 5x4x16/1" or "clblast": the variant as files and people write it. */
struct gemm_variant_name {
    char text[48];
};
struct gemm_variant_name gemm_variant_name(const struct gemm_variant *variant);
/* False, and an unusable variant, where `name` is not one's name. */
bool gemm_variant_parse(struct gemm_variant *variant, const char *name);

/* False where the variant can't make this product at all, or should not be built: a tile larger than the result, too
 * many pieces, more than a compiler can unroll in reasonable time. */
bool gemm_fits(const struct gemm *gemm, const struct gemm_variant *variant);
/* Whether products may use the backend here: device.gemm_backends, and CLBlast only where its work-groups fit. */
bool gemm_allowed(const struct device *device, enum gemm_backend backend);
/* The likely fastest variants on this device, the best guess first, CLBlast after three others; at least one (CLBlast,
 * if nothing else may), at most `most`. A longer list begins as a shorter one of more than three does. */
size_t gemm_candidates(struct gemm_variant *list, size_t most, const struct device *device, const struct gemm *gemm);
/* The choice kept in the device's table, else a guess, which is then kept there (choices.c). */
struct gemm_variant gemm_choose(const struct device *device, const struct gemm *gemm);
/* Appends the product made by this very variant. */
clgan_status gemm_append(struct plan *plan, const char *name, const struct gemm *gemm,
                         const struct gemm_variant *variant);

/* ---- backend: CLBlast (gemm_clblast.c) ---- */

/* Enqueues C = op(A) op(B). Locks: CLBlast's own cache is one per process. */
clgan_status clblast_gemm(struct device *device, const struct gemm_call *call);
/* Bytes of scratch that the call wants; 0 for none. */
clgan_status clblast_scratch(size_t *bytes, struct device *device, const struct gemm_call *call);

#endif

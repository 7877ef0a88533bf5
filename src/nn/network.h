/* A network: a linear chain of layers with their parameters, and its passes: what one forward and backward evaluation
 * over a number of rows needs in memory. Layers do not execute: they append launches to a plan. */
#ifndef NN_NETWORK_H
#define NN_NETWORK_H

#include "compute/gemm.h"
#include "compute/random.h"
#include "nn/spec.h"

struct layer {
    const struct layer_recipe *spec; /* borrowed */
    size_t in, units, width; /* inputs; outputs; columns of W: units, or pieces * units (piece-major: p * units + u) */
    struct parameter weight, bias;              /* W [in, width], b [1, width] */
    struct tensor g_weight, g_bias;             /* gradients; empty unless the network stores them */
    struct tensor average_weight, average_bias; /* moving averages; empty unless the network has them */
};

struct network {
    char letter; /* 'G' or 'D': names launches and tensors */
    struct layer layers[RECIPE_LAYERS];
    size_t count;
    size_t in, out;
    bool average;
    struct optimiser_recipe optimiser;
};

struct network_options {
    bool training;  /* optimiser state is wanted */
    bool gradients; /* so are gradients in memory of their own, computed apart from the update */
    bool average;   /* a moving average of the weights is wanted */
};

/* Lays out a net of `spec` (borrowed) with `in` inputs; its tensors are added to `arena`. */
clgan_status network_begin(struct network *network, char letter, const struct network_recipe *spec, size_t in,
                           const struct optimiser_recipe *optimiser, const struct network_options *options,
                           struct arena *arena);
/* Columns of a layer's W. */
size_t layer_width(const struct layer_recipe *spec);
/* Trainable numbers of a layer. */
size_t layer_parameters(const struct layer *layer);

/* Initial weights and biases (not those from marginals, nor taken over); runs on the device. Averages start as the
 * weights. */
clgan_status network_initialise(struct network *network, struct device *device, uint64_t seed);

struct pass_layer {
    struct tensor x;      /* input as the layer below left it */
    struct tensor h;      /* input after dropout; x itself where nothing is dropped */
    struct tensor mask;   /* bytes, 1: kept; empty where nothing is dropped */
    struct tensor y;      /* value, rows x units */
    struct tensor wide;   /* maxout: gradient at the pre-activation, rows x width */
    struct tensor winner; /* maxout: bytes */
    struct tensor dy;     /* dense: gradient at the pre-activation, rows x units */
};

struct pass {
    const struct network *network;
    size_t rows;
    bool training;
    struct pass_layer layers[RECIPE_LAYERS];
    struct tensor scaled; /* scratch of gemm_weights */
};

/* Adds a pass over `rows` rows to `arena`. Where it does not own its input or output, pass_connect gives them after
 * arena_make. Without `training`: no dropout, no gradients. */
clgan_status pass_begin(struct pass *pass, const struct network *network, size_t rows, bool training, bool own_input,
                        bool own_output, struct arena *arena);
/* Sets what was not known before arena_make: the given input and output (ignored where the pass has its own). */
void pass_connect(struct pass *pass, struct tensor input, struct tensor output);

/* `part`: rows [first, first + count) of `whole`, after its pass_connect; shares its memory. */
void pass_of_rows(struct pass *part, const struct pass *whole, size_t first, size_t count);

struct tensor pass_input(const struct pass *pass);
struct tensor pass_output(const struct pass *pass);
/* Where the gradient at the last layer's pre-activation goes. */
struct tensor pass_top_gradient(const struct pass *pass);

struct forward {
    struct random_key dropout;  /* of this minibatch */
    const struct buffer *state; /* step_state */
    bool averaged;              /* use the moving averages of the weights */
    bool linear_output;         /* leave the last activation out: logits */
    size_t dropped;             /* so many of the last rows of the input were dropped by the pass that wrote them */
    struct gemm_dropout next;   /* of the pass that this one's output goes to; empty: none */
};
/* What the pass below does to its output, rows from `first` of this pass's input, for `dropped` to count them. Empty
 * where nothing is dropped. */
struct gemm_dropout pass_input_dropout(const struct pass *pass, size_t first, const struct forward *how);
clgan_status pass_append_forward(struct plan *plan, const struct pass *pass, const struct forward *how);

struct backward {
    const struct update_rule *update; /* NULL: no gradients of the weights, no update */
    struct tensor squares;            /* layers x 1, gets the sum of squares of each W's gradient; empty: not wanted */
    struct tensor signal;             /* row factors on the way into each dW; empty: none */
    const struct pass
        *into; /* the pass (of G) whose output was this pass's rows from `first`; NULL: stop at the lowest layer */
    size_t first;
    struct tensor into_signal; /* row factors on the way into it; empty: none */
};
/* From pass_top_gradient down. A layer's dX comes before its update: it needs the old weights. */
clgan_status pass_append_backward(struct plan *plan, const struct pass *pass, const struct backward *how);

#endif

/* The training step of a GAN in plain double precision, one loop a formula: what the device's step is measured against.
 * G's and D's gradients come from two passes of their own. */
#ifndef REFERENCE_GAN_H
#define REFERENCE_GAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compute/random.h"
#include "gan/recipe.h"

/* Weights are [in, width], width = units * pieces; piece p of unit u is column p * units + u. */
struct reference_layer {
    size_t in, units, pieces, width; /* pieces: 1 where dense */
    struct layer_recipe spec;
    double *w, *b;   /* the arrays share one allocation, w */
    double *gw, *gb; /* gradients of the last step */
    double *mw, *mb; /* SGD: velocity; Adam: first moment */
    double *sw, *sb; /* Adam: second moment */
    double *aw, *ab; /* moving average; NULL: none */
};

struct reference_net {
    struct reference_layer layers[RECIPE_LAYERS];
    size_t count;
    uint64_t updates; /* done so far */
    struct optimiser_recipe optimiser;
};

struct reference_gan {
    struct recipe recipe;
    struct reference_net g, d;
    uint64_t step;                         /* steps done: the counter of the random streams */
    bool together;                         /* the last step was simultaneous */
    double d_loss, g_loss, d_real, d_fake; /* of the last lane of each net; d_real, d_fake: mean D(x), D(G(z)) */
};

/* All zeros: weights, and averages where the recipe has them, are the caller's to write. */
void reference_begin(struct reference_gan *gan, const struct recipe *recipe);
void reference_free(struct reference_gan *gan);

/* One iteration. data: [lanes, batch, size], lanes = discriminator_steps (alternating) or 1; epoch: from 1. */
void reference_step(struct reference_gan *gan, const double *data, uint64_t epoch);

/* The objectives at the present weights, with the z, masks and data (lane `lane` of `data`) of the step to come. G's
 * lanes: 0 (simultaneous), discriminator_steps and up (alternating). They set the monitors of the net. */
double reference_d_objective(struct reference_gan *gan, const double *data, unsigned lane);
double reference_g_objective(struct reference_gan *gan, unsigned lane);

/* In epoch `epoch` (from 1). */
double reference_momentum(const struct optimiser_recipe *optimiser, uint64_t epoch);

/* z of training's minibatch `lane`: [rows, noise.size]. */
void reference_noise(double *z, const struct recipe *recipe, uint64_t seed, unsigned lane, uint64_t step, size_t rows);
/* Forward without dropout. x: [rows, size]. */
void reference_generate(const struct reference_gan *gan, double *x, const double *z, size_t rows, bool averaged);

#endif

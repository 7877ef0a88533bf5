/* A net of a recipe in host memory: what goes out of clgan and what comes in needs no device. */
#ifndef EXPORT_HOST_NET_H
#define EXPORT_HOST_NET_H

#include "gan/checkpoint.h"
#include "gan/recipe.h"

struct host_layer {
    const struct layer_recipe *spec; /* borrowed */
    size_t in, units, width;         /* as in struct layer of nn/network.h */
    float *weight; /* [in, width], y = x W + b; a maxout layer's columns are piece-major. NULL: none yet */
    float *bias;   /* [width] */
};

struct host_net {
    const struct recipe *recipe; /* borrowed; NULL: no net */
    char letter;                 /* 'G' or 'D' */
    struct host_layer layers[RECIPE_LAYERS];
    size_t count, in, out;
    bool averaged; /* the weights are the moving averages */
};

/* The shapes of a recipe's net, without weights. */
void host_net_begin(struct host_net *net, const struct recipe *recipe, char letter);
/* Bytes that its weights take as float32. */
uint64_t host_net_bytes(const struct host_net *net);
/* Weights of a checkpoint; `averaged`: G's moving averages where the recipe keeps them. After a failure too,
 * host_net_free is harmless. */
clgan_status host_net_load(struct host_net *net, const struct checkpoint *checkpoint, bool averaged);
void host_net_free(struct host_net *net);

#endif

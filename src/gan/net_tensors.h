/* The tensors of a net that a checkpoint keeps, under the names it keeps them by. */
#ifndef GAN_NET_TENSORS_H
#define GAN_NET_TENSORS_H

#include "nn/network.h"

enum { NET_TENSORS = 8 * RECIPE_LAYERS }; /* of one net, at most */

struct net_tensor {
    char name[48];        /* "G.0.weight", "G.0.bias", with ".momentum", ".m", ".v" or ".average" after it */
    struct tensor tensor; /* a bias is [1, width] here and [width] in a file */
    bool is_bias;
};

/* Which tensors are wanted. */
enum net_tensor_kinds { NET_WEIGHTS = 1, NET_STATE = 2, NET_AVERAGES = 4, NET_ALL = 7 };

/* Fills `list` (room for NET_TENSORS) and returns how many there are, layer by layer. */
size_t net_tensors(struct net_tensor *list, const struct network *network, unsigned kinds);

/* The number of the first tensor of which an element is not finite, as the device finds, or `count`; waits. */
clgan_status net_tensors_first_bad(size_t *first, struct device *device, const struct net_tensor *list, size_t count);

#endif

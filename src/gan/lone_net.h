/* One net of a run, alone on a device, with the weights of a checkpoint: G to draw from, D to judge by. */
#ifndef GAN_LONE_NET_H
#define GAN_LONE_NET_H

#include "gan/checkpoint.h"
#include "gan/run.h"
#include "nn/network.h"

struct lone_net {
    struct device *device; /* borrowed; NULL: nothing is loaded */
    const struct recipe *recipe;
    struct arena arena;
    struct network network;
    uint64_t step, steps_per_epoch; /* when the checkpoint was made */
};

/* Opens the checkpoint of a run that `path` names: a file, a step's number, or "best"; NULL: the newest that is whole.
 * CLGAN_USAGE where the run has none such. */
clgan_status lone_net_checkpoint(struct checkpoint *checkpoint, const struct clgan_run *run, const char *path);

/* Net `letter`, 'G' or 'D'. `checkpoint`: as lone_net_checkpoint takes it. After a failure too, lone_net_free is
 * harmless. */
clgan_status lone_net_load(struct lone_net *net, struct device *device, const struct clgan_run *run, char letter,
                           const char *checkpoint);
void lone_net_free(struct lone_net *net);

/* How many samples the options ask for. */
size_t lone_net_count(const clgan_sample_options *options);
/* CLGAN_USAGE where the options ask for more samples than there can be, or bring noise of another width than the
 * recipe's. */
clgan_status lone_net_check_request(const struct clgan_run *run, const clgan_sample_options *options);
/* x = G(z) into `samples` and z into `noise_used` (may be NULL), both taken here: options' count, seed, noise,
 * raw_weights. */
clgan_status lone_net_draw(clgan_rows *samples, clgan_rows *noise_used, const struct lone_net *g,
                           const clgan_sample_options *options);

/* The same samples, a minibatch at a time, to `take`; `first` is the number of the piece's first row. */
clgan_status lone_net_visit(const struct lone_net *g, const clgan_sample_options *options,
                            clgan_status (*take)(void *user, const clgan_rows *piece, size_t first), void *user);

/* D(x) of each of `count` rows of `values` into `scores`. No dropout. */
clgan_status lone_net_judge(float *scores, const struct lone_net *d, const float *values, size_t count);

#endif

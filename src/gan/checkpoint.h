/* Checkpoints: everything a run needs to go on, bit for bit, in one safetensors file.
 *
 * Name:     checkpoints/step-%012d.safetensors in the run's folder; the two newest are kept, and best.safetensors.
 * Tensors:  F32. "G.0.weight" [in, out] with y = x W + b ("out" of a maxout layer: pieces * units, piece-major: column
 *           p * units + u), "G.0.bias" [out]; after each its optimiser state, ".momentum" (SGD) or ".m" and ".v"
 * (Adam), and ".average" where the recipe averages G; the same for D; last "train.sums" [4, 2]. Metadata: format, step,
 * epoch, steps_per_epoch, pictures (of training), log_likelihood (the best one's), seed, the state of both schedules,
 * recipe (resolved YAML), checksum. Nothing in it depends on time, host, paths or the command line. A file is written
 * beside its name, synced and renamed, after the device has found everything finite. */
#ifndef GAN_CHECKPOINT_H
#define GAN_CHECKPOINT_H

#include "base/safetensors.h"
#include "gan/net_tensors.h"
#include "gan/pair.h"

/* Saves the pair after `step` steps into run folder `folder`. `recipe_text` is the run's resolved recipe.
 * CLGAN_FAILED, with nothing written, when a number is not finite. */
clgan_status checkpoint_save(struct pair *pair, const char *folder, const char *recipe_text, uint64_t step);

/* The same as checkpoints/best.safetensors, which no later checkpoint pushes out, with what it scored. */
clgan_status checkpoint_save_best(struct pair *pair, const char *folder, const char *recipe_text, uint64_t step,
                                  double log_likelihood);

/* An open checkpoint, checked whole. */
struct checkpoint {
    struct safetensors_file file;
    uint64_t step, steps_per_epoch;
    uint64_t pictures;     /* that it was trained on; 0: not said, or the data was drawn */
    double log_likelihood; /* of the best checkpoint, of validation rows; NAN: not said */
};

/* Opens `path`, which must belong to `recipe_text` (NULL: to any recipe). */
clgan_status checkpoint_open(struct checkpoint *checkpoint, const char *path, const char *recipe_text);
/* The same of weights that clgan_export wrote in layout clgan: a net's tensors, no optimiser's. */
clgan_status checkpoint_open_weights(struct checkpoint *checkpoint, const char *path, const char *recipe_text);
/* The newest checkpoint of a run folder that is whole; a damaged one is passed over with a warning. `*found` 0: there
 * is none. `recipe_text` as above. */
clgan_status checkpoint_open_newest(struct checkpoint *checkpoint, int *found, const char *folder,
                                    const char *recipe_text, const clgan_log *log);
void checkpoint_close(struct checkpoint *checkpoint);

/* CLGAN_FAILED where it has no tensor of that name and shape (a bias is one row). */
clgan_status checkpoint_check_tensor(const struct checkpoint *checkpoint, const char *name, size_t expected_rows,
                                     size_t expected_columns);
/* `*values` = a tensor of that name and shape (a bias is one row), freed with free(). */
clgan_status checkpoint_read_values(float **values, const struct checkpoint *checkpoint, const char *name,
                                    size_t expected_rows, size_t expected_columns);
/* CLGAN_FAILED where a tensor of a net that has no memory yet is not in the file, or not of its shape. */
clgan_status checkpoint_check_network(const struct checkpoint *checkpoint, const struct network *network,
                                      unsigned kinds);
/* Brings tensors of a net to the device: those of `kinds`, by their own names and shapes. */
clgan_status checkpoint_read_network(const struct checkpoint *checkpoint, struct device *device,
                                     const struct network *network, unsigned kinds);
/* One tensor, by name. */
clgan_status checkpoint_read_tensor(const struct checkpoint *checkpoint, struct device *device, const char *name,
                                    struct tensor tensor);
/* The whole pair, its step and sums. */
clgan_status checkpoint_read_pair(const struct checkpoint *checkpoint, struct pair *pair);

#endif

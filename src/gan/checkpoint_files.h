/* Where a run's checkpoints lie. */
#ifndef GAN_CHECKPOINT_FILES_H
#define GAN_CHECKPOINT_FILES_H

#include <stdint.h>

#include "base/status.h"

#define CHECKPOINT_FORMAT "clgan-checkpoint-1"
#define WEIGHTS_FORMAT "clgan-weights-1" /* of exports in layout clgan */
#define CHECKPOINT_SUMS "train.sums"

/* Paths of a run folder's checkpoints, newest first. */
struct checkpoint_files {
    char **paths;
    size_t count;
};
clgan_status checkpoint_files_list(struct checkpoint_files *files, const char *folder);
void checkpoint_files_free(struct checkpoint_files *files);
/* Keeps of those up to `whole`, a path of the list, the two newest; what can't be removed stays. A later one is
 * damaged, or the run would have gone on from it: it does not count. */
clgan_status checkpoint_files_remove_old(const char *folder, const char *whole);
/* Path of the folder that they lie in, freed with free(). */
clgan_status checkpoint_files_folder(char **path, const char *folder);
/* Path of the best one by evaluation, freed with free(). */
clgan_status checkpoint_files_best(char **path, const char *folder);
/* Path of the checkpoint after `step` steps, freed with free(). */
clgan_status checkpoint_files_path(char **path, const char *folder, uint64_t step);
/* Renames the checkpoint after `step` steps to NAME.diverged: what lists checkpoints passes it over, a person need not.
 */
clgan_status checkpoint_files_set_aside(const char *folder, uint64_t step);

#endif

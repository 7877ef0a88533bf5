/* A run's folder: lock (run_lock.h), recipe.yaml (resolved), run.json (what the recipe does not say: where the data is,
 * the run that layers are taken from, the epochs and evaluations last asked for, how often it was rolled back, the
 * devices that trained it),
 * kernels.txt (which kernel makes each product), log.jsonl, checkpoints/, samples/. */
#ifndef GAN_RUN_H
#define GAN_RUN_H

#include <sys/types.h>

#include "base/log.h"
#include "gan/recipe.h"

enum { RUN_DEVICES = 8, RUN_DEVICE = 400 }; /* bytes */

#define RUN_CHOICES "kernels.txt"

struct clgan_run {
    char *folder;
    char *word; /* the folder as a shell takes it, for messages that name a command */
    struct recipe recipe;
    char *recipe_text;       /* resolved; what checkpoints hold */
    char *data;              /* absolute, NULL: the usual places */
    char *from;              /* absolute, NULL: none */
    uint64_t epochs;         /* total last asked for; 0: the recipe's */
    uint64_t evaluate_every; /* epochs, last asked for; 0: never */
    unsigned rollbacks;      /* because numbers were not finite; each halved the learning rates in `recipe` */
    uint64_t rolled_back_to; /* step of the checkpoint that the last one went back to; 0: to the start, or none yet */
    char devices[RUN_DEVICES][RUN_DEVICE]; /* that trained it, in words, the first one first; "" are none */
    bool begun;                            /* recipe.yaml is there */
    bool weights_alone;                    /* `folder` is a file of weights */
    bool made;                             /* the folder was made for it, in this process */
    int lock;                              /* handle of the folder's lock; RUN_UNLOCKED: not held */
    pid_t locker;                          /* the process that locked it: a child has the lock, but may not end it */
    clgan_log log;
};

/* Notes that the data is at `path` now; run_write keeps it. */
clgan_status run_set_data(struct clgan_run *run, const char *path);

/* Notes that this device trains the run; run_write keeps it. Of more than RUN_DEVICES the last gives way. */
void run_note_device(struct clgan_run *run, const clgan_device_info *device);

/* Of a run that has begun, locked: takes run.json as it is now, as another object may have trained there since. */
clgan_status run_read_again(struct clgan_run *run);

enum { RUN_ROLLBACKS = 8 }; /* at most */
/* Halves the learning rates of the recipe in memory `times` times, or takes so many back; its text stays as it was. */
void run_halve_rates(struct clgan_run *run, int times);

/* Writes run.json anew, and then recipe.yaml where it is not there yet: a folder that has it has both. */
clgan_status run_write(struct clgan_run *run);

/* CLGAN_USAGE where a new run of that recipe makes no sense, with what `--from` names (NULL: nothing). Runs that were
 * made with it can be gone on with, and looked at. */
clgan_status run_check_recipe(const struct recipe *recipe, const char *from);

/* Makes of a run that has a path alone, in `folder`, what the file of weights there says. */
clgan_status run_open_weights(struct clgan_run *run);
/* CLGAN_USAGE where the run is weights alone: it has no log, no checkpoints, nothing to go on from. */
clgan_status run_check_folder(const struct clgan_run *run);

/* Before a training, locked: removes what killed ones left half-written, and makes durable the names of what they left
 * whole. */
clgan_status run_tidy(const struct clgan_run *run);

/* "samples/epoch-NNNN.png": the picture of an epoch, in the run's folder. */
enum { RUN_PICTURE = 48 };
void run_picture_name(char name[RUN_PICTURE], uint64_t epoch);

/* "folder/NAME" of the run, freed with free(). */
clgan_status run_path(char **path, const struct clgan_run *run, const char *name);

#endif

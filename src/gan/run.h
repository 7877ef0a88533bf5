/* A run's folder: recipe.yaml (resolved), run.json (what the recipe does not say: where the data is, the run that
 * layers are taken from, the epochs and evaluations last asked for), kernels.txt (which kernel makes each product),
 * log.jsonl, checkpoints/, samples/. */
#ifndef GAN_RUN_H
#define GAN_RUN_H

#include "base/log.h"
#include "gan/recipe.h"

struct clgan_run {
    char *folder;
    struct recipe recipe;
    char *recipe_text;       /* resolved; what checkpoints hold */
    char *data;              /* absolute, NULL: the usual places */
    char *from;              /* absolute, NULL: none */
    uint64_t epochs;         /* total last asked for; 0: the recipe's */
    uint64_t evaluate_every; /* epochs, last asked for; 0: never */
    clgan_log log;
};

/* Epochs that a run may ask for at most: as a recipe may. */
enum { RUN_EPOCHS = 1000000000 };

/* Notes that the data is at `path` now; run_write_settings keeps it. */
clgan_status run_set_data(struct clgan_run *run, const char *path);

/* Writes run.json anew. */
clgan_status run_write_settings(const struct clgan_run *run);

/* "samples/epoch-NNNN.png": the picture of an epoch, in the run's folder. */
enum { RUN_PICTURE = 48 };
void run_picture_name(char name[RUN_PICTURE], uint64_t epoch);

/* "folder/NAME" of the run, freed with free(). */
clgan_status run_path(char **path, const struct clgan_run *run, const char *name);

#endif

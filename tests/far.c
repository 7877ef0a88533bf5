/* far RUN STEP: saves the newest checkpoint of a run again, as if it were of step STEP. */
#include <stdio.h>
#include <stdlib.h>

#include "gan/checkpoint.h"
#include "gan/training.h"

static clgan_status move(const clgan_run *run, uint64_t step)
{
    const clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    struct training training;
    struct checkpoint checkpoint;
    int found;
    TRY(checkpoint_open_newest(&checkpoint, &found, run->folder, run->recipe_text, NULL));
    if (!found) return status_fail(CLGAN_USAGE, "%s: no checkpoint", run->folder);
    clgan_status status =
        training_open(&training, &run->recipe, &(struct training_request){.data = run->data}, &options, NULL);
    if (status == CLGAN_OK) {
        status = checkpoint_read_pair(&checkpoint, &training.pair);
        if (status == CLGAN_OK) status = checkpoint_save(&training.pair, run->folder, run->recipe_text, step);
        training_close(&training);
    }
    checkpoint_close(&checkpoint);
    return status;
}

int main(int argc, char **argv)
{
    clgan_run *run = NULL;
    clgan_status status = argc == 3 ? clgan_run_open(&run, argv[1], NULL) : status_fail(CLGAN_USAGE, "see the source");
    if (status == CLGAN_OK) status = move(run, strtoull(argv[2], NULL, 10));
    clgan_run_free(run);
    if (status != CLGAN_OK) fprintf(stderr, "far: %s\n", clgan_last_error());
    return status != CLGAN_OK;
}

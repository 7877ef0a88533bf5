/* A run that is weights alone: a file that clgan_export wrote, with the recipe in its metadata. */
#include <string.h>

#include "base/memory.h"
#include "gan/checkpoint.h"
#include "gan/run.h"

clgan_status run_open_weights(struct clgan_run *run)
{
    struct checkpoint weights;
    TRY(checkpoint_open_weights(&weights, run->folder, NULL));
    const char *yaml = safetensors_metadata_value(&weights.file, "recipe");
    clgan_status status = recipe_parse(&run->recipe, yaml, strlen(yaml), run->folder, NULL, 0);
    if (status == CLGAN_OK) status = memory_copy_text(&run->recipe_text, yaml);
    checkpoint_close(&weights);
    run->recipe.train.average = 0; /* where there was one, it is what the file has */
    run->weights_alone = run->begun = true;
    return status;
}

clgan_status run_check_folder(const struct clgan_run *run)
{
    if (!run->weights_alone) return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "%s: weights alone, not the folder of a run: clgan import makes one of them, to be trained",
                       run->folder);
}

#include "gan/run_pictures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

static int ascending(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static clgan_status choose_epochs(struct epochs *epochs, const struct file_names *names)
{
    TRY(memory_take(&epochs->numbers, names->count, sizeof *epochs->numbers));
    for (size_t i = 0; i < names->count; i++) {
        uint64_t epoch;
        char file[RUN_PICTURE];
        if (sscanf(names->list[i], "epoch-%12" SCNu64 ".png", &epoch) != 1) continue;
        run_picture_name(file, epoch);
        if (strcmp(strchr(file, '/') + 1, names->list[i]) != 0) continue;
        epochs->numbers[epochs->count++] = epoch;
    }
    if (epochs->count) qsort(epochs->numbers, epochs->count, sizeof *epochs->numbers, ascending);
    return CLGAN_OK;
}

clgan_status run_pictures_list(struct epochs *epochs, const struct clgan_run *run)
{
    char *folder;
    struct file_names names = {0};
    TRY(run_path(&folder, run, "samples"));
    clgan_status status = file_list(&names, folder);
    if (status == CLGAN_OK) status = choose_epochs(epochs, &names);
    file_names_free(&names);
    if (status == CLGAN_OK && !epochs->count)
        status =
            status_fail(CLGAN_USAGE, "%s has no pictures epoch-NNNN.png yet: train first with clgan train --resume %s",
                        folder, run->folder);
    free(folder);
    return status;
}

clgan_status run_picture_read(struct picture *picture, const struct clgan_run *run, uint64_t epoch)
{
    char file[RUN_PICTURE], *path;
    run_picture_name(file, epoch);
    TRY(run_path(&path, run, file));
    const clgan_status status = picture_read_png(picture, path);
    free(path);
    return status;
}

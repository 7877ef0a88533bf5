#include "gan/run_pictures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static int ascending(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static clgan_status take_epochs(struct run_pictures *pictures, const struct file_names *names)
{
    TRY(memory_take(&pictures->epochs, names->count, sizeof *pictures->epochs));
    for (size_t i = 0; i < names->count; i++) {
        uint64_t epoch;
        char file[RUN_PICTURE];
        if (sscanf(names->list[i], "epoch-%12" SCNu64 ".png", &epoch) != 1) continue;
        run_picture_name(file, epoch);
        if (strcmp(strchr(file, '/') + 1, names->list[i]) != 0) continue;
        pictures->epochs[pictures->count++] = epoch;
    }
    if (pictures->count) qsort(pictures->epochs, pictures->count, sizeof *pictures->epochs, ascending);
    return CLGAN_OK;
}

clgan_status run_pictures_list(struct run_pictures *pictures, const struct clgan_run *run)
{
    char *folder;
    struct file_names names = {0};
    *pictures = (struct run_pictures){0};
    TRY(run_path(&folder, run, "samples"));
    clgan_status status = file_list(&names, folder);
    if (status == CLGAN_OK) status = take_epochs(pictures, &names);
    file_names_free(&names);
    free(folder);
    return status;
}

clgan_status run_pictures_list_some(struct run_pictures *pictures, const struct clgan_run *run)
{
    TRY(run_pictures_list(pictures, run));
    if (pictures->count) return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "%s/samples has no pictures epoch-NNNN.png yet: train first with clgan train --resume %s",
                       run->folder, run->word);
}

void run_pictures_free(struct run_pictures *pictures)
{
    free(pictures->epochs);
    *pictures = (struct run_pictures){0};
}

clgan_status run_pictures_cut(const struct clgan_run *run, uint64_t epochs)
{
    struct run_pictures pictures;
    TRY(run_pictures_list(&pictures, run));
    for (size_t i = 0; i < pictures.count; i++) {
        char file[RUN_PICTURE], *path;
        run_picture_name(file, pictures.epochs[i]);
        if (pictures.epochs[i] <= epochs || run_path(&path, run, file) != CLGAN_OK) continue;
        unlink(path);
        free(path);
    }
    run_pictures_free(&pictures);
    return CLGAN_OK;
}

uint64_t run_pictures_choose(const struct run_pictures *pictures, size_t i, size_t chosen)
{
    return pictures->epochs[chosen > 1 ? i * (pictures->count - 1) / (chosen - 1) : pictures->count - 1];
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

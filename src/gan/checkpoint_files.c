#include "gan/checkpoint_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

enum { KEPT = 2 };

static bool is_checkpoint(const char *name)
{
    uint64_t step;
    int end = 0;
    return sscanf(name, "step-%12" SCNu64 ".safetensors%n", &step, &end) == 1 && end && !name[end] &&
           strlen(name) == 29;
}

/* Later steps first: the numbers are of one width. */
static int newer(const void *a, const void *b) { return strcmp(*(char *const *)b, *(char *const *)a); }

static clgan_status choose(struct checkpoint_files *files, const struct file_names *names, const char *folder)
{
    TRY(memory_take(&files->paths, names->count, sizeof *files->paths));
    for (size_t i = 0; i < names->count; i++) {
        if (!is_checkpoint(names->list[i])) continue;
        TRY(file_join(&files->paths[files->count], folder, names->list[i]));
        files->count++;
    }
    if (files->count) qsort(files->paths, files->count, sizeof *files->paths, newer);
    return CLGAN_OK;
}

clgan_status checkpoint_files_folder(char **path, const char *folder) { return file_join(path, folder, "checkpoints"); }

clgan_status checkpoint_files_list(struct checkpoint_files *files, const char *folder)
{
    char *inner;
    struct file_names names = {0};
    *files = (struct checkpoint_files){0};
    TRY(checkpoint_files_folder(&inner, folder));
    clgan_status status = file_list(&names, inner);
    if (status == CLGAN_OK) status = choose(files, &names, inner);
    file_names_free(&names);
    free(inner);
    if (status != CLGAN_OK) checkpoint_files_free(files);
    return status;
}

void checkpoint_files_free(struct checkpoint_files *files)
{
    for (size_t i = 0; i < files->count; i++) free(files->paths[i]);
    free(files->paths);
    *files = (struct checkpoint_files){0};
}

clgan_status checkpoint_files_remove_old(const char *folder, const char *whole)
{
    struct checkpoint_files files;
    size_t older = 0;
    TRY(checkpoint_files_list(&files, folder));
    for (size_t i = 0; i < files.count; i++)
        if (strcmp(files.paths[i], whole) < 0 && ++older >= KEPT) unlink(files.paths[i]);
    checkpoint_files_free(&files);
    return CLGAN_OK;
}

clgan_status checkpoint_files_path(char **path, const char *folder, uint64_t step)
{
    char name[64];
    snprintf(name, sizeof name, "checkpoints/step-%012" PRIu64 ".safetensors", step);
    return file_join(path, folder, name);
}

clgan_status checkpoint_files_best(char **path, const char *folder)
{
    return file_join(path, folder, "checkpoints/best.safetensors");
}

clgan_status checkpoint_files_set_aside(const char *folder, uint64_t step)
{
    char *path, *aside = NULL;
    struct text text = {0};
    TRY(checkpoint_files_path(&path, folder, step));
    text_append(&text, "%s.diverged", path);
    clgan_status status = text_take(&aside, &text);
    if (status == CLGAN_OK) status = file_rename(path, aside);
    free(aside);
    free(path);
    return status;
}

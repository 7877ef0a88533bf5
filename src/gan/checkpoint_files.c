#include "gan/checkpoint_files.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

static bool is_checkpoint(const char *name)
{
    uint64_t step;
    int end = 0;
    return sscanf(name, "step-%12" SCNu64 ".safetensors%n", &step, &end) == 1 && end && !name[end] &&
           strlen(name) == 29;
}

/* Later steps first: the numbers are of one width. */
static int newer(const void *a, const void *b) { return strcmp(*(char *const *)b, *(char *const *)a); }

static clgan_status list_folder(struct checkpoint_files *files, DIR *stream, const char *folder)
{
    size_t capacity = 0;
    for (const struct dirent *entry; (entry = readdir(stream));) {
        if (!is_checkpoint(entry->d_name)) continue;
        TRY(memory_grow(&files->paths, &capacity, files->count + 1, sizeof *files->paths));
        TRY(file_join(&files->paths[files->count], folder, entry->d_name));
        files->count++;
    }
    if (files->count) qsort(files->paths, files->count, sizeof *files->paths, newer);
    return CLGAN_OK;
}

clgan_status checkpoint_files_list(struct checkpoint_files *files, const char *folder)
{
    char *inner;
    *files = (struct checkpoint_files){0};
    TRY(file_join(&inner, folder, "checkpoints"));
    DIR *stream = opendir(inner);
    clgan_status status = CLGAN_OK;
    if (!stream && errno != ENOENT) status = status_fail(CLGAN_FAILED, "%s: %s", inner, strerror(errno));
    if (stream) status = list_folder(files, stream, inner);
    if (stream) closedir(stream);
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

static clgan_status path_of(char **path, const char *folder, const char *name)
{
    char *inner;
    TRY(file_make_inner_folder(&inner, folder, "checkpoints"));
    const clgan_status status = file_join(path, inner, name);
    free(inner);
    return status;
}

clgan_status checkpoint_files_path(char **path, const char *folder, uint64_t step)
{
    char name[48];
    snprintf(name, sizeof name, "step-%012" PRIu64 ".safetensors", step);
    return path_of(path, folder, name);
}

clgan_status checkpoint_files_best(char **path, const char *folder)
{
    return path_of(path, folder, "best.safetensors");
}

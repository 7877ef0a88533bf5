#include "data/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/folder.h"

enum { PLACES = 5 };

/* How to get the datasets that recipes name. */
static const struct {
    const char *name, *advice;
} sources[] = {
    {"fashion-mnist",
     "on Debian: apt install dataset-fashion-mnist; elsewhere get the four idx files of Fashion-MNIST"},
    {"mnist", "get the four idx files of MNIST (train-images-idx3-ubyte.gz and its fellows)"},
    {"cifar10", "get the binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin, test_batch.bin)"},
};

static const char *advice_for(const struct dataset_request *request)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].name, request->name) == 0) return sources[i].advice;
    if (request->format == DATA_FOLDER) return "collect PNG and JPEG files";
    return request->format == DATA_CIFAR10 ? sources[2].advice
                                           : "make IDX files of unsigned bytes (train-images-idx3-ubyte)";
}

static clgan_status add_place(char **places, size_t *count, const char *folder, const char *name)
{
    struct text text = {0};
    text_append(&text, "%s%s%s", folder, *name ? "/" : "", name);
    return text_take(&places[(*count)++], &text);
}

/* `places` in order; `*count` of them, each freed by the caller, also on failure. `bare`: a place may hold the files
 * without a folder of that name. */
static clgan_status list_places(char *places[PLACES], size_t *count, const char *name, bool bare)
{
    const char *ours = getenv("CLGAN_DATA");
    char *share;
    if (ours && *ours) {
        TRY(add_place(places, count, ours, name));
        if (bare) TRY(add_place(places, count, ours, ""));
    }
    TRY(add_place(places, count, "data", name));
    TRY(file_data_folder(&share));
    if (share) {
        const clgan_status status = add_place(places, count, share, name);
        free(share);
        TRY(status);
    }
    return add_place(places, count, "/usr/share/datasets", name);
}

clgan_status places_file(char **path, const char *folder, const char *const *names)
{
    *path = NULL;
    for (; *names; names++) {
        TRY(file_join(path, folder, *names));
        if (file_exists(*path)) return CLGAN_OK;
        free(*path);
        *path = NULL;
    }
    return CLGAN_OK;
}

static bool holds(const char *folder, const char *const *markers)
{
    char *path;
    if (!markers) return file_is_folder(folder);
    const bool there = places_file(&path, folder, markers) == CLGAN_OK && path;
    free(path);
    return there;
}

static clgan_status settle(char **folder, const char *place)
{
    *folder = realpath(place, NULL);
    return *folder ? CLGAN_OK : status_fail(CLGAN_FAILED, "%s: can't be opened", place);
}

static clgan_status fail_missing(const struct dataset_request *request, char *const *places, size_t count)
{
    struct text text = {0};
    for (size_t i = 0; i < count; i++) text_append(&text, "%s%s", i ? ", " : "", places[i]);
    const clgan_status status =
        status_fail(CLGAN_FAILED, "no pictures of %s in %s: %s, and name their folder with --data DIR", request->name,
                    text.bytes ? text.bytes : "any place", advice_for(request));
    text_free(&text);
    return status;
}

static clgan_status find_usual(char **folder, const struct dataset_request *request, const char *const *markers)
{
    char *places[PLACES] = {0};
    size_t count = 0;
    clgan_status status = list_places(places, &count, request->name, markers != NULL);
    size_t i = 0;
    while (status == CLGAN_OK && i < count && !holds(places[i], markers)) i++;
    if (status == CLGAN_OK) status = i < count ? settle(folder, places[i]) : fail_missing(request, places, count);
    for (size_t p = 0; p < PLACES; p++) free(places[p]);
    return status;
}

static clgan_status refuse_images(const char *path, const char *marker)
{
    char *word;
    TRY(text_shell_word(&word, path));
    const clgan_status status = status_fail(
        CLGAN_FAILED,
        "%s: no %s there, but PNG or JPEG files: the recipe pictures is for them (clgan train pictures --data %s)",
        path, marker, word);
    free(word);
    return status;
}

clgan_status places_find(char **folder, const struct dataset_request *request, const char *const *markers)
{
    if (!request->path) return find_usual(folder, request, markers);
    if (!file_exists(request->path)) return status_fail(CLGAN_FAILED, "%s: no such file or folder", request->path);
    if (holds(request->path, markers)) return settle(folder, request->path);
    if (folder_has_images(request->path)) return refuse_images(request->path, markers[0]);
    return status_fail(CLGAN_FAILED, "%s: no %s there: %s", request->path, markers[0], advice_for(request));
}

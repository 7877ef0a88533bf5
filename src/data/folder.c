#include "data/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/places.h"

enum { DEEPEST = 32, TOLD = 5 };
/* Between two lines that tell how far reading is. */
#define TELL_SECONDS 5.0
#define TEST_FOLDER "test"

/* ---- which files ---- */

struct listing {
    struct file_names files; /* paths */
    size_t capacity;
    size_t others;  /* files of other names */
    size_t special; /* links, pipes, devices; folders that lie too deep */
};

bool folder_has_images(const char *folder)
{
    struct file_names names;
    bool found = false;
    if (file_list(&names, folder) != CLGAN_OK) return false;
    for (size_t i = 0; i < names.count && !found; i++) found = *names.list[i] != '.' && image_has_name(names.list[i]);
    file_names_free(&names);
    return found;
}

/* Takes the path over. */
static clgan_status add_file(struct listing *listing, char *path)
{
    struct file_names *files = &listing->files;
    const clgan_status status = memory_grow(&files->list, &listing->capacity, files->count + 1, sizeof *files->list);
    if (status == CLGAN_OK)
        files->list[files->count++] = path;
    else
        free(path);
    return status;
}

static clgan_status list_folder(struct listing *listing, const char *folder, unsigned depth);

/* Takes the path over. */
static clgan_status list_entry(struct listing *listing, char *path, const char *name, unsigned depth)
{
    struct stat info;
    clgan_status status = CLGAN_OK;
    const bool known = lstat(path, &info) == 0;
    if (known && S_ISREG(info.st_mode) && image_has_name(name)) return add_file(listing, path);
    if (known && S_ISREG(info.st_mode))
        listing->others++;
    else if (!known || !S_ISDIR(info.st_mode) || depth == DEEPEST)
        listing->special++;
    else if (depth || strcmp(name, TEST_FOLDER) != 0)
        status = list_folder(listing, path, depth + 1);
    free(path);
    return status;
}

static clgan_status list_folder(struct listing *listing, const char *folder, unsigned depth)
{
    struct file_names names;
    clgan_status status = file_list(&names, folder);
    for (size_t i = 0; status == CLGAN_OK && i < names.count; i++) {
        char *path;
        if (*names.list[i] == '.') continue;
        status = file_join(&path, folder, names.list[i]);
        if (status == CLGAN_OK) status = list_entry(listing, path, names.list[i], depth);
    }
    file_names_free(&names);
    return status;
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Moves `count` names to the end, taken evenly from all of them; both parts stay in order. */
static clgan_status move_back(struct file_names *files, size_t count)
{
    char **kept;
    size_t front = 0, back = 0;
    if (count >= files->count) return CLGAN_OK;
    TRY(memory_take(&kept, files->count, sizeof *kept));
    for (size_t i = 0; i < files->count; i++) {
        /* as many as there are steps of count / files->count up to here */
        const bool is_back = (double)(i + 1) * (double)count >= (double)(back + 1) * (double)files->count;
        kept[is_back ? files->count - count + back++ : front++] = files->list[i];
    }
    memcpy(files->list, kept, files->count * sizeof *kept);
    free(kept);
    return CLGAN_OK;
}

/* ---- reading ---- */

struct reading {
    struct image_shape shape;
    const struct dataset_request *request;
    const clgan_log *log;
    const char *folder;
    size_t left_out;
    double told; /* clock */
};

static void tell(struct reading *reading, size_t done, size_t count)
{
    const double now = clock_seconds();
    if (now - reading->told < TELL_SECONDS) return;
    reading->told = now;
    log_info(reading->log, "data: %zu of %zu pictures read", done, count);
}

static clgan_status read_files(struct pictures *pictures, struct reading *reading, const struct file_names *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (reading->request->stop && *reading->request->stop)
            return status_fail(CLGAN_STOPPED, "%s: stopped while pictures were read", reading->folder);
        uint8_t *row = pictures->bytes + pictures->count * pictures->size;
        if (image_read(row, files->list[i], &reading->shape) == CLGAN_OK)
            pictures->count++;
        else if (++reading->left_out <= TOLD)
            log_warning(reading->log, "left out: %s", clgan_last_error());
        tell(reading, i + 1, files->count);
    }
    if (reading->left_out > TOLD)
        log_warning(reading->log, "left out: %zu more files that can't be read", reading->left_out - TOLD);
    if (pictures->count) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "%s: none of its %zu pictures can be read, the last for this reason: %s",
                       reading->folder, files->count, clgan_last_error());
}

static clgan_status no_pictures(const struct listing *listing, const char *folder)
{
    return status_fail(CLGAN_FAILED,
                       "%s: no picture there: PNG and JPEG files are read, whose names end in .png, .jpg or .jpeg "
                       "(other files: %zu, links and other things: %zu)",
                       folder, listing->others, listing->special);
}

static clgan_status read_listed(struct pictures *pictures, struct reading *reading, struct listing *listing,
                                size_t held_out)
{
    struct file_names *files = &listing->files;
    const struct image_shape *shape = &reading->shape;
    if (!files->count) return no_pictures(listing, reading->folder);
    qsort(files->list, files->count, sizeof *files->list, compare);
    TRY(move_back(files, held_out));
    pictures->size = shape->channels * shape->height * shape->width;
    TRY(pictures_fit_host((double)files->count * (double)pictures->size, reading->folder));
    TRY(memory_take(&pictures->bytes, files->count, pictures->size));
    reading->told = clock_seconds();
    if (listing->others || listing->special)
        log_info(reading->log, "data: passed over in %s: files of other names: %zu, links and other things: %zu",
                 reading->folder, listing->others, listing->special);
    return read_files(pictures, reading, files);
}

/* The pictures of a folder; the folder for testing may be named by itself. */
static clgan_status read_folder(struct pictures *pictures, const struct dataset_request *request, const char *folder,
                                bool is_test, const clgan_log *log)
{
    struct listing listing = {0};
    struct reading reading = {.shape = {.channels = request->channels,
                                        .height = request->height,
                                        .width = request->width,
                                        .fit = request->fit,
                                        .background = request->background},
                              .request = request,
                              .log = log,
                              .folder = folder};
    clgan_status status = list_folder(&listing, folder, is_test ? 1 : 0);
    if (status == CLGAN_OK) status = read_listed(pictures, &reading, &listing, is_test ? 0 : request->validation);
    file_names_free(&listing.files);
    return status;
}

static clgan_status read_test(struct dataset *dataset, const struct dataset_request *request, const clgan_log *log)
{
    char *folder;
    TRY(file_join(&folder, dataset->folder, TEST_FOLDER));
    const clgan_status status =
        file_is_folder(folder)
            ? read_folder(&dataset->test, request, folder, true, log)
            : status_fail(CLGAN_FAILED, "%s: no pictures for testing: put some that are not trained on into %s",
                          dataset->folder, folder);
    free(folder);
    return status;
}

clgan_status folder_read(struct dataset *dataset, const struct dataset_request *request, const clgan_log *log)
{
    if (request->path && file_exists(request->path) && !file_is_folder(request->path))
        return status_fail(CLGAN_USAGE, "%s: a file; format folder expects a folder of PNG and JPEG files",
                           request->path);
    TRY(places_find(&dataset->folder, request, NULL));
    TRY(read_folder(&dataset->train, request, dataset->folder, false, log));
    return request->want_test ? read_test(dataset, request, log) : CLGAN_OK;
}

#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/folder.h"
#include "data/places.h"

static const char *const idx_train[] = {"train-images-idx3-ubyte.gz", "train-images-idx3-ubyte",
                                        "train-images.idx3-ubyte.gz", "train-images.idx3-ubyte", NULL};
static const char *const idx_train_labels[] = {"train-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte",
                                               "train-labels.idx1-ubyte.gz", "train-labels.idx1-ubyte", NULL};
static const char *const idx_test[] = {"t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte",
                                       "t10k-images.idx3-ubyte.gz", "t10k-images.idx3-ubyte", NULL};
static const char *const idx_test_labels[] = {"t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte",
                                              "t10k-labels.idx1-ubyte.gz", "t10k-labels.idx1-ubyte", NULL};
static const char *const cifar_train[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                          "data_batch_4.bin", "data_batch_5.bin", NULL};
static const char *const cifar_markers[] = {"data_batch_1.bin", "cifar-10-batches-bin/data_batch_1.bin", NULL};

bool data_has_pictures(enum data_format format) { return format != DATA_GAUSSIAN && format != DATA_RING; }

clgan_status pictures_fit_host(double bytes, const char *path)
{
    const double pages = (double)sysconf(_SC_PHYS_PAGES), host = pages * (double)sysconf(_SC_PAGESIZE);
    if (bytes <= host) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "%s: %.0f MB of pictures, but this machine has %.0f MB of memory", path,
                       bytes / 1e6, host / 1e6);
}

/* ---- IDX ---- */

/* Where any shape is expected, the first file's becomes the request's. */
static clgan_status check_shape(const size_t shape[4], size_t dimensions, struct dataset_request *request,
                                const char *path)
{
    const bool coloured = dimensions == 4;
    const size_t channels = coloured ? shape[1] : 1, height = dimensions > 2 ? shape[dimensions - 2] : 0,
                 width = dimensions > 1 ? shape[dimensions - 1] : 0;
    if (dimensions >= 3 && !request->channels) {
        request->channels = channels;
        request->height = height;
        request->width = width;
    }
    if (dimensions >= 3 && channels == request->channels && height == request->height && width == request->width)
        return CLGAN_OK;
    return status_fail(CLGAN_FAILED,
                       "%s: pictures of %zu x %zu x %zu (%zu dimensions in the file); expected are %zu x %zu x %zu. "
                       "Use a recipe for this shape, or other data",
                       path, channels, height, width, dimensions, request->channels, request->height, request->width);
}

static clgan_status read_pictures(struct pictures *pictures, struct dataset_request *request, const char *path)
{
    size_t shape[4] = {0}, dimensions = 0;
    struct idx *idx;
    TRY(idx_open(&idx, shape, &dimensions, path));
    clgan_status status = check_shape(shape, dimensions, request, path);
    if (status == CLGAN_OK) status = idx_read(&pictures->bytes, idx);
    idx_close(idx);
    pictures->count = shape[0];
    pictures->size = request->channels * request->height * request->width;
    return status;
}

/* Labels are not used, but a label file of another length says that something is mixed up. */
static clgan_status check_labels(const struct pictures *pictures, const char *folder, const char *const *names)
{
    char *path;
    uint8_t *labels = NULL;
    size_t shape[4] = {0}, dimensions = 0;
    struct idx *idx = NULL;
    TRY(places_file(&path, folder, names));
    if (!path) return CLGAN_OK;
    clgan_status status = idx_open(&idx, shape, &dimensions, path);
    if (status == CLGAN_OK && (dimensions != 1 || shape[0] != pictures->count))
        status = status_fail(CLGAN_FAILED, "%s: %zu labels in %zu dimension(s) for %zu pictures: files are mixed up",
                             path, shape[0], dimensions, pictures->count);
    if (status == CLGAN_OK) status = idx_read(&labels, idx);
    if (idx) idx_close(idx);
    free(labels);
    free(path);
    return status;
}

static clgan_status read_idx_half(struct pictures *pictures, struct dataset_request *request, const char *folder,
                                  const char *const *names, const char *const *label_names)
{
    char *path;
    TRY(places_file(&path, folder, names));
    clgan_status status =
        path ? read_pictures(pictures, request, path) : status_fail(CLGAN_FAILED, "%s: no %s there", folder, names[0]);
    free(path);
    return status == CLGAN_OK ? check_labels(pictures, folder, label_names) : status;
}

static clgan_status read_idx(struct dataset *dataset, struct dataset_request *request)
{
    if (request->path && file_exists(request->path) && !file_is_folder(request->path)) {
        if (request->want_test)
            return status_fail(CLGAN_USAGE, "%s: a single file of training pictures; test pictures need their folder",
                               request->path);
        TRY(memory_copy_text(&dataset->folder, request->path));
        return read_pictures(&dataset->train, request, request->path);
    }
    TRY(places_find(&dataset->folder, request, idx_train));
    TRY(read_idx_half(&dataset->train, request, dataset->folder, idx_train, idx_train_labels));
    if (!request->want_test) return CLGAN_OK;
    return read_idx_half(&dataset->test, request, dataset->folder, idx_test, idx_test_labels);
}

/* ---- CIFAR-10 ---- */

static clgan_status append(struct pictures *all, const char *folder, const char *name)
{
    struct pictures part;
    char *path;
    TRY(file_join(&path, folder, name));
    clgan_status status = cifar10_read(&part, path);
    free(path);
    TRY(status);
    uint8_t *grown = realloc(all->bytes, (all->count + part.count) * part.size);
    if (grown) {
        memcpy(grown + all->count * part.size, part.bytes, part.count * part.size);
        *all = (struct pictures){.bytes = grown, .count = all->count + part.count, .size = part.size};
    }
    free(part.bytes);
    return grown ? CLGAN_OK : status_fail(CLGAN_FAILED, "out of memory for the pictures of %s", folder);
}

static clgan_status read_cifar10(struct dataset *dataset, const struct dataset_request *request)
{
    char *inner;
    TRY(places_find(&dataset->folder, request, cifar_markers));
    TRY(file_join(&inner, dataset->folder, "cifar-10-batches-bin"));
    if (file_is_folder(inner)) {
        free(dataset->folder);
        dataset->folder = inner;
    } else {
        free(inner);
    }
    for (size_t i = 0; cifar_train[i]; i++) TRY(append(&dataset->train, dataset->folder, cifar_train[i]));
    return request->want_test ? append(&dataset->test, dataset->folder, "test_batch.bin") : CLGAN_OK;
}

/* ---- all of them ---- */

static clgan_status hold_out(struct dataset *dataset, size_t validation)
{
    struct pictures *train = &dataset->train;
    if (train->count <= validation)
        return status_fail(CLGAN_FAILED,
                           "%s: %zu training pictures, of which %zu are held out: none is left "
                           "(data.validation says how many)",
                           dataset->folder, train->count, validation);
    train->count -= validation;
    dataset->validation = (struct pictures){train->bytes + train->count * train->size, validation, train->size};
    return CLGAN_OK;
}

static clgan_status read_format(struct dataset *dataset, struct dataset_request *request, const clgan_log *log)
{
    if (request->format == DATA_FOLDER) return folder_read(dataset, request, log);
    return request->format == DATA_CIFAR10 ? read_cifar10(dataset, request) : read_idx(dataset, request);
}

clgan_status dataset_read(struct dataset *dataset, const struct dataset_request *request, const clgan_log *log)
{
    struct dataset_request seen = *request;
    *dataset = (struct dataset){0};
    clgan_status status = read_format(dataset, &seen, log);
    dataset->channels = seen.channels;
    dataset->height = seen.height;
    dataset->width = seen.width;
    if (status == CLGAN_OK) status = hold_out(dataset, request->validation);
    if (status == CLGAN_OK && request->want_test)
        log_info(log, "data: %zu test pictures of %s", dataset->test.count, dataset->folder);
    else if (status == CLGAN_OK)
        log_info(log, "data: %zu training pictures of %s, %zu held out", dataset->train.count, dataset->folder,
                 dataset->validation.count);
    if (status != CLGAN_OK) dataset_free(dataset);
    return status;
}

void dataset_free(struct dataset *dataset)
{
    free(dataset->train.bytes);
    free(dataset->test.bytes);
    free(dataset->folder);
    *dataset = (struct dataset){0};
}

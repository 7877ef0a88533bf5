#include "evaluate/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "compute/random.h"
#include "data/npy.h"
#include "evaluate/neighbours.h"

clgan_status reference_subset(clgan_rows *subset, const clgan_rows *rows, size_t count, uint64_t seed)
{
    return rows_draw(subset, rows, count, random_stream(seed, RANDOM_EVALUATION, 0));
}

/* ---- k-means ---- */

struct kmeans {
    const clgan_rows *rows;
    clgan_rows *centroids;
    uint32_t *nearest, *before; /* of each row, its centroid: now, and an iteration ago */
    size_t *starts;             /* where a centroid's rows begin in `members`, and the end */
    uint32_t *members;          /* rows by centroid, in order */
    double *sum;                /* of one centroid's rows */
};

static clgan_status kmeans_begin(struct kmeans *kmeans)
{
    const size_t rows = kmeans->rows->rows;
    TRY(memory_take(&kmeans->nearest, rows, sizeof *kmeans->nearest));
    TRY(memory_take(&kmeans->before, rows, sizeof *kmeans->before));
    TRY(memory_take(&kmeans->members, rows, sizeof *kmeans->members));
    TRY(memory_take(&kmeans->starts, kmeans->centroids->rows + 2, sizeof *kmeans->starts));
    memset(kmeans->before, 0xFF, rows * sizeof *kmeans->before);
    return memory_take(&kmeans->sum, kmeans->rows->columns, sizeof *kmeans->sum);
}

static void kmeans_end(struct kmeans *kmeans)
{
    free(kmeans->nearest);
    free(kmeans->before);
    free(kmeans->members);
    free(kmeans->starts);
    free(kmeans->sum);
}

/* Counting sort of the rows by centroid. */
static void sort_members(struct kmeans *kmeans)
{
    const size_t rows = kmeans->rows->rows, count = kmeans->centroids->rows;
    size_t *starts = kmeans->starts;
    memset(starts, 0, (count + 2) * sizeof *starts);
    for (size_t i = 0; i < rows; i++) starts[kmeans->nearest[i] + 2]++;
    for (size_t c = 2; c < count + 2; c++) starts[c] += starts[c - 1];
    for (size_t i = 0; i < rows; i++) kmeans->members[starts[kmeans->nearest[i] + 1]++] = (uint32_t)i;
}

static void move_centroid(struct kmeans *kmeans, size_t c)
{
    const size_t columns = kmeans->rows->columns, first = kmeans->starts[c], end = kmeans->starts[c + 1];
    if (first == end) return;
    memset(kmeans->sum, 0, columns * sizeof *kmeans->sum);
    for (size_t m = first; m < end; m++) {
        const float *row = kmeans->rows->values + (size_t)kmeans->members[m] * columns;
        for (size_t i = 0; i < columns; i++) kmeans->sum[i] += (double)row[i];
    }
    float *centroid = kmeans->centroids->values + c * columns;
    for (size_t i = 0; i < columns; i++) centroid[i] = (float)(kmeans->sum[i] / (double)(end - first));
}

static clgan_status iterate(struct kmeans *kmeans, struct device *device, const clgan_log *log)
{
    const size_t rows = kmeans->rows->rows;
    const double start = clock_seconds();
    size_t moved = rows;
    for (int iteration = 1; iteration <= REFERENCE_ITERATIONS && moved; iteration++) {
        TRY(neighbours_nearest(NULL, kmeans->nearest, device, kmeans->rows, kmeans->centroids, 1, false));
        moved = 0;
        for (size_t i = 0; i < rows; i++) moved += kmeans->nearest[i] != kmeans->before[i];
        memcpy(kmeans->before, kmeans->nearest, rows * sizeof *kmeans->before);
        sort_members(kmeans);
        for (size_t c = 0; c < kmeans->centroids->rows; c++) move_centroid(kmeans, c);
        log_info(log, "k-means: iteration %d of at most %d, %zu of %zu rows changed their centroid, %.1f s", iteration,
                 REFERENCE_ITERATIONS, moved, rows, clock_seconds() - start);
    }
    return CLGAN_OK;
}

clgan_status reference_centroids(clgan_rows *centroids, struct device *device, const clgan_rows *rows, size_t count,
                                 uint64_t seed, const clgan_log *log)
{
    struct kmeans kmeans = {.rows = rows, .centroids = centroids};
    TRY(reference_subset(centroids, rows, count, seed));
    clgan_status status = kmeans_begin(&kmeans);
    if (status == CLGAN_OK) status = iterate(&kmeans, device, log);
    kmeans_end(&kmeans);
    return status;
}

/* ---- kept ---- */

/* "folder/centroids-HASH.npy". */
static clgan_status kept_path(char **path, const char *folder, const clgan_rows *rows, size_t count, uint64_t seed)
{
    const uint64_t follows[] = {1 /* format */, REFERENCE_ITERATIONS, count, seed, rows->rows, rows->columns};
    char digits[HASH_DIGITS + 1], name[HASH_DIGITS + 32];
    struct hash *hash;
    TRY(hash_begin(&hash));
    hash_add(hash, follows, sizeof follows);
    hash_add(hash, rows->values, rows->rows * rows->columns * sizeof *rows->values);
    hash_end(hash, digits);
    snprintf(name, sizeof name, "centroids-%s.npy", digits);
    return file_join(path, folder, name);
}

/* Any doubt about the file is as if there were none. */
static bool read_kept(clgan_rows *centroids, const char *path, const clgan_rows *rows, size_t count)
{
    if (!file_exists(path) || npy_read(centroids, NULL, path) != CLGAN_OK) return false;
    if (centroids->columns == rows->columns && centroids->rows == (count < rows->rows ? count : rows->rows))
        return true;
    clgan_rows_free(centroids);
    return false;
}

clgan_status reference_kept_centroids(clgan_rows *centroids, struct device *device, const clgan_rows *rows,
                                      size_t count, uint64_t seed, const char *folder, const clgan_log *log)
{
    char *path = NULL;
    if (!folder) return reference_centroids(centroids, device, rows, count, seed, log);
    TRY(kept_path(&path, folder, rows, count, seed));
    clgan_status status = CLGAN_OK;
    if (!read_kept(centroids, path, rows, count)) {
        status = reference_centroids(centroids, device, rows, count, seed, log);
        if (status == CLGAN_OK && (file_make_folders(folder) != CLGAN_OK || npy_write(centroids, path) != CLGAN_OK))
            log_warning(log, "centroids are not kept for next time: %s", clgan_last_error());
    }
    free(path);
    return status;
}

/* Safetensors files: u64 little-endian header length, JSON header, data. Written in streams, read with every check of
 * the format: tensors may be larger than what one wants in host memory twice. */
#ifndef BASE_SAFETENSORS_H
#define BASE_SAFETENSORS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/file.h"
#include "base/status.h"

enum { SAFETENSORS_DIMENSIONS = 4 };

/* F32 is what clgan writes. The first four can be read as float32. */
enum safetensors_type {
    SAFETENSORS_F32,
    SAFETENSORS_F64,
    SAFETENSORS_F16,
    SAFETENSORS_BF16,
    SAFETENSORS_OTHER, /* integers and the like: `type_name` says which */
};

/* One tensor of a file. */
struct safetensors_entry {
    char *name;                           /* owned by the file it was read into; borrowed when writing */
    size_t shape[SAFETENSORS_DIMENSIONS]; /* row-major */
    size_t dimensions;                    /* how many of `shape` count, 0 to 4 */
    uint64_t offset;                      /* first byte, counted from the start of the data */
    uint64_t bytes;                       /* `element` x the product of the shape */
    unsigned element;                     /* bytes of a number; set by reading */
    enum safetensors_type type;
    const char *type_name; /* "F32", static; set by reading */
};

struct safetensors_metadata {
    char *key, *value; /* as above */
};

/* ---- writing ----
 * The order of entries and metadata is the caller's; equal input gives equal bytes. A metadata pair "checksum" (32
 * hexadecimal digits, XXH3-128 over the whole file with the digits as '0') is added by the writer. */
struct safetensors_writer;

/* Begins `path` (atomically, see file_begin) and writes the header; offsets and bytes of `entries` are filled in. */
clgan_status safetensors_begin(struct safetensors_writer **writer, const char *path, struct safetensors_entry *entries,
                               size_t count, const struct safetensors_metadata *metadata, size_t metadata_count);
/* The data of all entries, in order and in pieces of any size. */
clgan_status safetensors_add(struct safetensors_writer *writer, const void *bytes, size_t length);
/* Puts the checksum in and makes the file real; CLGAN_FAILED if more or less than the header's data was added. Frees
 * `writer` always. */
clgan_status safetensors_commit(struct safetensors_writer *writer);
/* Frees `writer` and leaves no file. NULL is fine. */
void safetensors_abandon(struct safetensors_writer *writer);
/* The one or the other, by how what was added came out; returns `status`, or how the commit did. */
clgan_status safetensors_end(struct safetensors_writer *writer, clgan_status status);

/* ---- reading ---- */
struct safetensors_file {
    char *path;
    FILE *stream;
    bool any_type;                     /* tensors other than F32 are accepted */
    uint64_t data_start;               /* byte of the file where the data begins */
    struct safetensors_entry *entries; /* in file order by offset */
    size_t count;
    struct safetensors_metadata *metadata;
    size_t metadata_count;
};

/* Opens and checks the whole file: header (at most 4 MB: JSON takes some twenty times as much when it is read; no
 * duplicate key, known dtype, size = shape x dtype, no overlap or hole, end of the last tensor = end of the file) and,
 * if its metadata has one, the checksum. Only F32 tensors are accepted. CLGAN_FAILED names the file and what was wrong.
 */
clgan_status safetensors_open(struct safetensors_file *file, const char *path);
/* The same for files of other programs: tensors of every type. */
clgan_status safetensors_open_any(struct safetensors_file *file, const char *path);
/* NULL if there is none of that name. */
const struct safetensors_entry *safetensors_find(const struct safetensors_file *file, const char *name);
const char *safetensors_metadata_value(const struct safetensors_file *file, const char *key);
/* Reads `length` bytes at byte `from` of an entry. */
clgan_status safetensors_read(const struct safetensors_file *file, const struct safetensors_entry *entry, uint64_t from,
                              void *bytes, size_t length);
/* The whole of an entry as float32, into `values`. CLGAN_FAILED, naming the tensor, where its type can't be read so, or
 * a value is not finite (as float32). */
clgan_status safetensors_read_floats(const struct safetensors_file *file, const struct safetensors_entry *entry,
                                     float *values);
void safetensors_close(struct safetensors_file *file);

#endif

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/safetensors.h"

enum { PREFIX = 8, HEADER_LIMIT = 4 << 20, BLOCK = 1 << 20 };

static clgan_status damaged(const struct safetensors_file *file, const char *what)
{
    return status_fail(CLGAN_FAILED, "%s: damaged, or no safetensors file (no other kind is read): %s", file->path,
                       what);
}

static clgan_status unreadable(const struct safetensors_file *file)
{
    return status_fail(CLGAN_FAILED, "%s: can't be read: %s", file->path, strerror(errno));
}

/* A read came back short: the disk's fault, or the file's. */
static clgan_status ends_early(const struct safetensors_file *file, const char *what)
{
    return ferror(file->stream) ? unreadable(file) : damaged(file, what);
}

/* ---- the header ---- */

static clgan_status read_header(char **bytes, size_t *length, struct safetensors_file *file, uint64_t size)
{
    unsigned char prefix[PREFIX];
    uint64_t header = 0;
    if (file_read_bytes(prefix, PREFIX, file->stream) != PREFIX) return ends_early(file, "it is shorter than 8 bytes");
    for (int i = 0; i < PREFIX; i++) header |= (uint64_t)prefix[i] << 8 * i;
    if (header > HEADER_LIMIT) return damaged(file, "its header would be over 4 MB");
    if (header > size - PREFIX) return damaged(file, "its header goes past the end of the file");
    TRY(memory_take(bytes, (size_t)header + 1, 1));
    *length = (size_t)header;
    file->data_start = PREFIX + header;
    return file_read_bytes(*bytes, *length, file->stream) == *length ? CLGAN_OK
                                                                     : ends_early(file, "its header ends early");
}

static clgan_status read_type(struct safetensors_entry *entry, const struct safetensors_file *file, const char *name)
{
    static const struct {
        const char *name;
        enum safetensors_type type;
        unsigned bytes;
    } types[] = {{"F32", SAFETENSORS_F32, 4},    {"F64", SAFETENSORS_F64, 8},       {"F16", SAFETENSORS_F16, 2},
                 {"BF16", SAFETENSORS_BF16, 2},  {"I64", SAFETENSORS_OTHER, 8},     {"I32", SAFETENSORS_OTHER, 4},
                 {"I16", SAFETENSORS_OTHER, 2},  {"I8", SAFETENSORS_OTHER, 1},      {"U64", SAFETENSORS_OTHER, 8},
                 {"U32", SAFETENSORS_OTHER, 4},  {"U16", SAFETENSORS_OTHER, 2},     {"U8", SAFETENSORS_OTHER, 1},
                 {"BOOL", SAFETENSORS_OTHER, 1}, {"F8_E4M3", SAFETENSORS_OTHER, 1}, {"F8_E5M2", SAFETENSORS_OTHER, 1}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(name, types[i].name) == 0 && (file->any_type || types[i].type == SAFETENSORS_F32)) {
            entry->type = types[i].type;
            entry->type_name = types[i].name;
            entry->element = types[i].bytes;
            return CLGAN_OK;
        }
    return damaged(file, file->any_type ? "a tensor's dtype is not known" : "a tensor is not F32");
}

static clgan_status read_shape(struct safetensors_entry *entry, const struct safetensors_file *file,
                               const json_t *shape)
{
    size_t bytes = entry->element;
    if (!json_is_array(shape) || json_array_size(shape) > SAFETENSORS_DIMENSIONS)
        return damaged(file, "a tensor's shape is no list of at most 4 numbers");
    entry->dimensions = json_array_size(shape);
    for (size_t i = 0; i < entry->dimensions; i++) {
        const json_t *extent = json_array_get(shape, i);
        if (!json_is_integer(extent) || json_integer_value(extent) < 0)
            return damaged(file, "a tensor's shape has something else than whole numbers");
        entry->shape[i] = (size_t)json_integer_value(extent);
        if (!checked_multiply(&bytes, bytes, entry->shape[i])) return damaged(file, "a tensor is too large");
    }
    entry->bytes = bytes;
    return CLGAN_OK;
}

static clgan_status read_entry(struct safetensors_file *file, const char *name, const json_t *json)
{
    struct safetensors_entry *entry = &file->entries[file->count];
    const json_t *type = json_object_get(json, "dtype"), *offsets = json_object_get(json, "data_offsets");
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    if (json_object_size(json) != 3 || !json_is_string(type) || json_array_size(offsets) != 2 ||
        !json_is_integer(from) || !json_is_integer(to) || json_integer_value(from) < 0)
        return damaged(file, "a tensor is not described by dtype, shape and data_offsets");
    TRY(read_type(entry, file, json_string_value(type)));
    TRY(read_shape(entry, file, json_object_get(json, "shape")));
    entry->offset = (uint64_t)json_integer_value(from);
    if (json_integer_value(to) < json_integer_value(from) ||
        (uint64_t)json_integer_value(to) - entry->offset != entry->bytes)
        return damaged(file, "a tensor's size is not its shape's");
    TRY(memory_copy_text(&entry->name, name));
    file->count++;
    return CLGAN_OK;
}

static clgan_status read_metadata(struct safetensors_file *file, json_t *json)
{
    const char *key;
    json_t *value;
    if (!json_is_object(json)) return damaged(file, "its metadata is no object");
    TRY(memory_take(&file->metadata, json_object_size(json), sizeof *file->metadata));
    json_object_foreach(json, key, value)
    {
        struct safetensors_metadata *pair = &file->metadata[file->metadata_count];
        if (!json_is_string(value)) return damaged(file, "its metadata has something else than strings");
        TRY(memory_copy_text(&pair->key, key));
        file->metadata_count++;
        TRY(memory_copy_text(&pair->value, json_string_value(value)));
    }
    return CLGAN_OK;
}

static int by_offset(const void *a, const void *b)
{
    const struct safetensors_entry *left = a, *right = b;
    if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
    return (left->bytes > right->bytes) - (left->bytes < right->bytes); /* an empty one before its neighbour */
}

static clgan_status check_layout(struct safetensors_file *file, uint64_t size)
{
    uint64_t end = 0;
    if (file->count) qsort(file->entries, file->count, sizeof *file->entries, by_offset);
    for (size_t i = 0; i < file->count; i++) {
        if (file->entries[i].offset != end) return damaged(file, "tensors overlap or leave a hole");
        end += file->entries[i].bytes;
    }
    return end == size - file->data_start ? CLGAN_OK
                                          : damaged(file, "its data is longer or shorter than its header says");
}

static clgan_status parse_header(struct safetensors_file *file, const char *bytes, size_t length)
{
    json_error_t error;
    const char *key;
    json_t *value, *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(json)) {
        json_decref(json);
        return damaged(file, json ? "its header is no object" : error.text);
    }
    clgan_status status = memory_take(&file->entries, json_object_size(json), sizeof *file->entries);
    json_object_foreach(json, key, value)
    {
        if (status != CLGAN_OK) break;
        status = strcmp(key, "__metadata__") == 0 ? read_metadata(file, value) : read_entry(file, key, value);
    }
    json_decref(json);
    return status;
}

/* ---- the checksum ---- */

/* Place of the digits in the header's text; 0 if they are not there as written. */
static size_t find_digits(const char *header, const char *digits)
{
    const char *key = strstr(header, "\"checksum\""), *at = key ? strstr(key, digits) : NULL;
    return at ? (size_t)(at - header) : 0;
}

static clgan_status check_sum(struct safetensors_file *file, char *header, size_t length)
{
    const char *expected = safetensors_metadata_value(file, "checksum");
    char found[HASH_DIGITS + 1];
    struct hash *hash;
    unsigned char *block, prefix[PREFIX];
    size_t got;
    if (!expected) return CLGAN_OK;
    const size_t at = header && strlen(expected) == HASH_DIGITS ? find_digits(header, expected) : 0;
    if (!at) return damaged(file, "its checksum is not 32 digits");
    memset(header + at, '0', HASH_DIGITS);
    for (int i = 0; i < PREFIX; i++) prefix[i] = (unsigned char)((uint64_t)length >> 8 * i);
    TRY(memory_take(&block, BLOCK, 1));
    clgan_status status = hash_begin(&hash);
    if (status == CLGAN_OK) {
        hash_add(hash, prefix, PREFIX);
        hash_add(hash, header, length);
        while ((got = file_read_bytes(block, BLOCK, file->stream)) > 0) hash_add(hash, block, got);
        hash_end(hash, found);
        if (ferror(file->stream)) status = unreadable(file);
        if (status == CLGAN_OK && strcmp(found, expected) != 0) status = damaged(file, "its checksum is wrong");
    }
    free(block);
    return status;
}

/* ---- the public half ---- */

static clgan_status open_file(struct safetensors_file *file, const char *path)
{
    char *header = NULL;
    size_t length = 0;
    TRY(memory_copy_text(&file->path, path));
    uint64_t size = 0;
    TRY(file_open(&file->stream, &size, path));
    if (size < PREFIX) return damaged(file, "it is shorter than 8 bytes");
    clgan_status status = read_header(&header, &length, file, size);
    if (status == CLGAN_OK) status = parse_header(file, header, length);
    if (status == CLGAN_OK) status = check_layout(file, size);
    if (status == CLGAN_OK) status = check_sum(file, header, length);
    free(header);
    return status;
}

static clgan_status open_of_types(struct safetensors_file *file, const char *path, bool any_type)
{
    *file = (struct safetensors_file){.any_type = any_type};
    const clgan_status status = open_file(file, path);
    if (status != CLGAN_OK) safetensors_close(file);
    return status;
}

clgan_status safetensors_open(struct safetensors_file *file, const char *path)
{
    return open_of_types(file, path, false);
}

clgan_status safetensors_open_any(struct safetensors_file *file, const char *path)
{
    return open_of_types(file, path, true);
}

const struct safetensors_entry *safetensors_find(const struct safetensors_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->entries[i].name, name) == 0) return &file->entries[i];
    return NULL;
}

const char *safetensors_metadata_value(const struct safetensors_file *file, const char *key)
{
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0) return file->metadata[i].value;
    return NULL;
}

clgan_status safetensors_read(const struct safetensors_file *file, const struct safetensors_entry *entry, uint64_t from,
                              void *bytes, size_t length)
{
    if (from > entry->bytes || length > entry->bytes - from)
        return status_fail(CLGAN_FAILED, "%s: %s has no %zu bytes at %llu", file->path, entry->name, length,
                           (unsigned long long)from);
    if (fseeko(file->stream, (off_t)(file->data_start + entry->offset + from), SEEK_SET)) return unreadable(file);
    if (file_read_bytes(bytes, length, file->stream) != length) return ends_early(file, "it has become shorter");
    return CLGAN_OK;
}

void safetensors_close(struct safetensors_file *file)
{
    for (size_t i = 0; i < file->count; i++) free(file->entries[i].name);
    for (size_t i = 0; i < file->metadata_count; i++) {
        free(file->metadata[i].key);
        free(file->metadata[i].value);
    }
    free(file->entries);
    free(file->metadata);
    free(file->path);
    if (file->stream) fclose(file->stream);
    *file = (struct safetensors_file){0};
}

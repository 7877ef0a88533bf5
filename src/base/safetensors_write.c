#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/safetensors.h"
#include "base/text.h"

enum { DATA_ALIGNMENT = 64, PREFIX = 8 };

struct safetensors_writer {
    struct file_writer file;
    struct hash *hash;
    uint64_t digits;    /* place of the checksum in the file */
    uint64_t data_left; /* bytes still to come */
};

static clgan_status put(struct safetensors_writer *writer, const void *bytes, size_t length)
{
    TRY(file_put(&writer->file, bytes, length));
    hash_add(writer->hash, bytes, length);
    return CLGAN_OK;
}

static json_t *json_of_metadata(const struct safetensors_metadata *metadata, size_t count, const char *digits)
{
    json_t *json = json_object();
    for (size_t i = 0; i < count; i++) json_object_set_new(json, metadata[i].key, json_string(metadata[i].value));
    json_object_set_new(json, "checksum", json_string(digits));
    return json;
}

static json_t *json_of_entry(const struct safetensors_entry *entry)
{
    json_t *shape = json_array();
    for (size_t i = 0; i < entry->dimensions; i++)
        json_array_append_new(shape, json_integer((json_int_t)entry->shape[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape, "data_offsets", (json_int_t)entry->offset,
                     (json_int_t)entry->offset + (json_int_t)entry->bytes);
}

/* The header's JSON, padded so that the data starts aligned. jansson keeps the order in which keys are set. */
static clgan_status header_text(struct text *text, const struct safetensors_entry *entries, size_t count,
                                const struct safetensors_metadata *metadata, size_t metadata_count, const char *digits)
{
    json_t *json = json_object();
    size_t expected = count + 1;
    json_object_set_new(json, "__metadata__", json_of_metadata(metadata, metadata_count, digits));
    for (size_t i = 0; i < count; i++) json_object_set_new(json, entries[i].name, json_of_entry(&entries[i]));
    const bool whole = json_object_size(json) == expected &&
                       json_object_size(json_object_get(json, "__metadata__")) == metadata_count + 1;
    char *bytes = whole ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!bytes)
        return status_fail(CLGAN_FAILED, "a name in the file is not valid UTF-8 or used twice, or memory is short");
    text_append_bytes(text, bytes, strlen(bytes));
    free(bytes);
    while ((PREFIX + text->length) % DATA_ALIGNMENT && !text->failed) text_append_bytes(text, " ", 1);
    return text->failed ? status_fail(CLGAN_FAILED, "out of memory for a file's header") : CLGAN_OK;
}

static clgan_status write_header(struct safetensors_writer *writer, const struct text *header, const char *digits)
{
    unsigned char prefix[PREFIX];
    for (int i = 0; i < PREFIX; i++) prefix[i] = (unsigned char)((uint64_t)header->length >> 8 * i);
    const char *key = strstr(header->bytes, "\"checksum\"");
    writer->digits = PREFIX + (uint64_t)(strstr(key, digits) - header->bytes);
    TRY(put(writer, prefix, PREFIX));
    return put(writer, header->bytes, header->length);
}

static clgan_status lay_out(struct safetensors_writer *writer, struct safetensors_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t bytes = sizeof(float);
        for (size_t d = 0; d < entries[i].dimensions; d++)
            if (!checked_multiply(&bytes, bytes, entries[i].shape[d]))
                return status_fail(CLGAN_FAILED, "tensor %s is too large", entries[i].name);
        entries[i].offset = writer->data_left;
        entries[i].bytes = bytes;
        writer->data_left += bytes;
    }
    return CLGAN_OK;
}

static clgan_status begin(struct safetensors_writer *writer, const char *path, struct safetensors_entry *entries,
                          size_t count, const struct safetensors_metadata *metadata, size_t metadata_count)
{
    static const char digits[] = "00000000000000000000000000000000";
    struct text header = {0};
    TRY(hash_begin(&writer->hash));
    TRY(lay_out(writer, entries, count));
    clgan_status status = header_text(&header, entries, count, metadata, metadata_count, digits);
    if (status == CLGAN_OK) status = file_begin(&writer->file, path);
    if (status == CLGAN_OK) status = write_header(writer, &header, digits);
    text_free(&header);
    return status;
}

clgan_status safetensors_begin(struct safetensors_writer **out, const char *path, struct safetensors_entry *entries,
                               size_t count, const struct safetensors_metadata *metadata, size_t metadata_count)
{
    struct safetensors_writer *writer;
    TRY(memory_take(&writer, 1, sizeof *writer));
    clgan_status status = begin(writer, path, entries, count, metadata, metadata_count);
    if (status == CLGAN_OK)
        *out = writer;
    else
        safetensors_abandon(writer);
    return status;
}

clgan_status safetensors_add(struct safetensors_writer *writer, const void *bytes, size_t length)
{
    if (length > writer->data_left)
        return status_fail(CLGAN_FAILED, "%s: more data than its header says", writer->file.path);
    writer->data_left -= length;
    return put(writer, bytes, length);
}

clgan_status safetensors_commit(struct safetensors_writer *writer)
{
    char digits[HASH_DIGITS + 1];
    clgan_status status = CLGAN_OK;
    if (writer->data_left) status = status_fail(CLGAN_FAILED, "%s: less data than its header says", writer->file.path);
    hash_end(writer->hash, digits);
    writer->hash = NULL;
    if (status == CLGAN_OK) status = file_put_at(&writer->file, writer->digits, digits, HASH_DIGITS);
    if (status == CLGAN_OK) status = file_commit(&writer->file);
    safetensors_abandon(writer);
    return status;
}

void safetensors_abandon(struct safetensors_writer *writer)
{
    if (!writer) return;
    if (writer->hash) hash_drop(writer->hash);
    if (writer->file.path) file_abandon(&writer->file);
    free(writer);
}

clgan_status safetensors_end(struct safetensors_writer *writer, clgan_status status)
{
    if (status == CLGAN_OK) return safetensors_commit(writer);
    safetensors_abandon(writer);
    return status;
}

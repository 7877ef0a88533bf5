#include "data/npy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

enum { MAGIC = 6, DIMENSIONS = 32, HEADER_LIMIT = 1 << 16, ALIGNMENT = 64 };
static const char magic[] = "\x93NUMPY";

struct npy {
    const char *path;
    uint64_t size; /* of the file */
    size_t shape[DIMENSIONS];
    size_t dimensions;
    bool bytes; /* '|u1', else '<f4' */
    bool seen_type, seen_order, seen_shape;
};

static clgan_status fail(const struct npy *npy, const char *what)
{
    return status_fail(CLGAN_FAILED, "%s: not an NPY file that clgan reads: %s", npy->path, what);
}

/* ---- the header, a Python dictionary of three keys ---- */

static void skip(const char **at)
{
    while (isspace((unsigned char)**at)) ++*at;
}

static bool take(const char **at, const char *word)
{
    skip(at);
    const size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0) return false;
    *at += length;
    return true;
}

static bool take_number(const char **at, size_t *number)
{
    skip(at);
    if (!isdigit((unsigned char)**at)) return false;
    for (*number = 0; isdigit((unsigned char)**at); ++*at)
        if (!checked_multiply(number, *number, 10) || !checked_add(number, *number, (size_t)(**at - '0'))) return false;
    return true;
}

static clgan_status read_shape(struct npy *npy, const char **at)
{
    if (!take(at, "(")) return fail(npy, "its shape is no tuple");
    while (!take(at, ")")) {
        if (npy->dimensions == DIMENSIONS || !take_number(at, &npy->shape[npy->dimensions++]))
            return fail(npy, "its shape is no tuple of numbers");
        if (!take(at, ",") && !(skip(at), **at == ')')) return fail(npy, "its shape is no tuple of numbers");
    }
    return CLGAN_OK;
}

static clgan_status read_pair(struct npy *npy, const char **at)
{
    if (!npy->seen_type && take(at, "'descr'")) {
        npy->seen_type = true;
        if (!take(at, ":")) return fail(npy, "its header is no dictionary");
        npy->bytes = take(at, "'|u1'");
        return npy->bytes || take(at, "'<f4'") ? CLGAN_OK
                                               : fail(npy, "its type is neither '<f4' (float32) nor '|u1' (uint8)");
    }
    if (!npy->seen_order && take(at, "'fortran_order'")) {
        npy->seen_order = true;
        return take(at, ":") && take(at, "False") ? CLGAN_OK
                                                  : fail(npy, "it is not in C order (use np.ascontiguousarray)");
    }
    if (!npy->seen_shape && take(at, "'shape'")) {
        npy->seen_shape = true;
        return take(at, ":") ? read_shape(npy, at) : fail(npy, "its header is no dictionary");
    }
    return fail(npy, "its header has another key than descr, fortran_order and shape");
}

static clgan_status parse_header(struct npy *npy, const char *text)
{
    if (!take(&text, "{")) return fail(npy, "its header is no dictionary");
    while (!take(&text, "}")) {
        TRY(read_pair(npy, &text));
        if (!take(&text, ",") && !(skip(&text), *text == '}')) return fail(npy, "its header is no dictionary");
    }
    skip(&text);
    if (*text || !npy->seen_type || !npy->seen_order || !npy->seen_shape) return fail(npy, "its header is not whole");
    return npy->dimensions >= 2 ? CLGAN_OK : fail(npy, "fewer than 2 dimensions: rows of values are expected");
}

static clgan_status read_header(struct npy *npy, FILE *stream)
{
    unsigned char start[MAGIC + 2], raw[4] = {0};
    char *text;
    if (file_read_bytes(start, sizeof start, stream) != sizeof start || memcmp(start, magic, MAGIC) != 0)
        return fail(npy, "it does not begin with NumPy's magic");
    if (start[MAGIC] < 1 || start[MAGIC] > 3 || start[MAGIC + 1])
        return fail(npy, "its format version is not 1.0 to 3.0");
    if (!file_read_bytes(raw, start[MAGIC] == 1 ? 2 : 4, stream)) return fail(npy, "it ends in its header");
    const size_t length = (size_t)raw[0] | (size_t)raw[1] << 8 | (size_t)raw[2] << 16 | (size_t)raw[3] << 24;
    if (length > HEADER_LIMIT) return fail(npy, "its header is over 64 KiB");
    TRY(memory_take(&text, length + 1, 1));
    clgan_status status = file_read_bytes(text, length, stream) == length && strlen(text) == length
                              ? parse_header(npy, text)
                              : fail(npy, "it ends in its header");
    free(text);
    return status;
}

/* ---- the data ---- */

static clgan_status check_length(const struct npy *npy, FILE *stream, size_t count)
{
    const off_t start = ftello(stream);
    size_t bytes;
    if (!checked_multiply(&bytes, count, npy->bytes ? 1 : sizeof(float)))
        return fail(npy, "its shape is absurdly large");
    if (start < 0) return fail(npy, "it can't be read");
    return npy->size - (uint64_t)start == bytes ? CLGAN_OK : fail(npy, "it is longer or shorter than its shape says");
}

static clgan_status shape_rows(clgan_rows *rows, const struct npy *npy)
{
    size_t columns = 1, count;
    for (size_t i = 1; i < npy->dimensions; i++)
        if (!checked_multiply(&columns, columns, npy->shape[i])) return fail(npy, "its shape is absurdly large");
    if (!checked_multiply(&count, npy->shape[0], columns)) return fail(npy, "its shape is absurdly large");
    if (!count) return fail(npy, "it has no rows or no columns");
    *rows = (clgan_rows){.rows = npy->shape[0], .columns = columns, .channels = 1, .height = 1, .width = columns};
    if (npy->dimensions == 3 || npy->dimensions == 4) {
        rows->channels = npy->dimensions == 4 ? npy->shape[1] : 1;
        rows->height = npy->shape[npy->dimensions - 2];
        rows->width = npy->shape[npy->dimensions - 1];
    }
    return CLGAN_OK;
}

static clgan_status read_values(clgan_rows *rows, const struct npy *npy, FILE *stream)
{
    const size_t count = rows->rows * rows->columns;
    TRY(memory_take(&rows->values, count, sizeof *rows->values));
    if (!npy->bytes)
        return file_read_bytes(rows->values, count * sizeof *rows->values, stream) == count * sizeof *rows->values
                   ? CLGAN_OK
                   : fail(npy, "it can't be read");
    for (size_t i = 0; i < count; i++) {
        const int byte = fgetc(stream);
        if (byte == EOF) return fail(npy, "it can't be read");
        rows->values[i] = (float)byte / 255.0f;
    }
    return CLGAN_OK;
}

static clgan_status read_stream(clgan_rows *rows, int *was_bytes, struct npy *npy, FILE *stream)
{
    TRY(read_header(npy, stream));
    TRY(shape_rows(rows, npy));
    TRY(check_length(npy, stream, rows->rows * rows->columns));
    if (was_bytes) *was_bytes = npy->bytes;
    return read_values(rows, npy, stream);
}

clgan_status npy_read(clgan_rows *rows, int *was_bytes, const char *path)
{
    struct npy npy = {.path = path};
    *rows = (clgan_rows){0};
    FILE *stream = NULL;
    TRY(file_open(&stream, &npy.size, path));
    const clgan_status status = read_stream(rows, was_bytes, &npy, stream);
    fclose(stream);
    if (status != CLGAN_OK) clgan_rows_free(rows);
    return status;
}

clgan_status npy_append_header(struct text *text, const size_t *shape, size_t dimensions)
{
    const size_t start = text->length;
    char lengths[4] = {1, 0};
    text_append_bytes(text, magic, MAGIC);
    text_append_bytes(text, lengths, sizeof lengths); /* put right below */
    text_append(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (size_t i = 0; i < dimensions; i++) text_append(text, "%s%zu", i ? ", " : "", shape[i]);
    text_append(text, "%s), }", dimensions == 1 ? "," : "");
    while ((text->length - start + 1) % ALIGNMENT && !text->failed) text_append(text, " ");
    text_append(text, "\n");
    if (text->failed) return status_fail(CLGAN_FAILED, "memory is short for the header of an NPY file");
    const size_t length = text->length - start - MAGIC - sizeof lengths;
    text->bytes[start + MAGIC + 2] = (char)(unsigned char)length;
    text->bytes[start + MAGIC + 3] = (char)(unsigned char)(length >> 8);
    return CLGAN_OK;
}

clgan_status npy_write_values(const float *values, const size_t *shape, size_t dimensions, const char *path)
{
    struct text header = {0};
    struct file_writer writer;
    size_t count = 1;
    for (size_t i = 0; i < dimensions; i++) count *= shape[i];
    clgan_status status = npy_append_header(&header, shape, dimensions);
    if (status == CLGAN_OK) status = file_begin(&writer, path);
    if (status == CLGAN_OK) {
        file_put(&writer, header.bytes, header.length);
        file_put(&writer, values, count * sizeof *values);
        status = file_commit(&writer); /* tells of both */
    }
    text_free(&header);
    return status;
}

clgan_status npy_write(const clgan_rows *rows, const char *path)
{
    return npy_write_values(rows->values, (const size_t[]){rows->rows, rows->columns}, 2, path);
}

clgan_status clgan_rows_read_npy(clgan_rows *rows, const char *path) { return npy_read(rows, NULL, path); }

clgan_status clgan_rows_write_npy(const clgan_rows *rows, const char *path) { return npy_write(rows, path); }

clgan_status rows_take(clgan_rows *rows, size_t count, size_t channels, size_t height, size_t width)
{
    size_t values;
    *rows = (clgan_rows){.rows = count, .channels = channels, .height = height, .width = width};
    if (!checked_multiply(&values, channels, height) || !checked_multiply(&rows->columns, values, width) ||
        !checked_multiply(&values, count, rows->columns))
        return status_fail(CLGAN_FAILED, "%zu rows of %zu x %zu x %zu values: more than memory can hold", count,
                           channels, height, width);
    return memory_take(&rows->values, values, sizeof(float));
}

void clgan_rows_free(clgan_rows *rows)
{
    if (!rows) return;
    free(rows->values);
    rows->values = NULL;
}

clgan_status rows_draw(clgan_rows *drawn, const clgan_rows *from, size_t count, struct random_key key)
{
    if (count > from->rows) count = from->rows;
    TRY(rows_take(drawn, count, from->channels, from->height, from->width));
    for (size_t i = 0; i < count; i++) {
        const size_t row = random_shuffled((uint32_t)i, (uint32_t)from->rows, 0, key);
        memcpy(drawn->values + i * from->columns, from->values + row * from->columns, from->columns * sizeof(float));
    }
    return CLGAN_OK;
}

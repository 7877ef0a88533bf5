#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"

enum { MAGIC = 4, UNSIGNED_BYTE = 0x08, BLOCK = 1 << 20, GZIP_WINDOW = 31 };
#define LARGEST_FILE (UINT64_C(1) << 36)

/* The bytes of an IDX file, gzipped or not. zlib's gzread would pass over what follows a gzip stream; inflate tells. */
struct idx {
    const char *path;
    const uint8_t *plain; /* of a plain file: what is still to come */
    size_t left;
    bool zipped, ended; /* the gzip stream has ended */
    z_stream stream;
};

static clgan_status fail(const struct idx *idx, const char *what)
{
    return status_fail(CLGAN_FAILED, "%s: not a whole IDX file of unsigned bytes: %s. Get it again", idx->path, what);
}

static clgan_status fail_short(const struct idx *idx)
{
    if (idx->zipped && !idx->ended) return fail(idx, "the gzip stream ends early");
    return fail(idx, "it ends before the bytes that its header promises");
}

/* Up to `length` bytes; `*got` is less only at the end. */
static clgan_status take(struct idx *idx, uint8_t *bytes, size_t length, size_t *got)
{
    if (!idx->zipped) {
        *got = length < idx->left ? length : idx->left;
        memcpy(bytes, idx->plain, *got);
        idx->plain += *got;
        idx->left -= *got;
        return CLGAN_OK;
    }
    idx->stream.next_out = bytes;
    idx->stream.avail_out = (uInt)length;
    while (idx->stream.avail_out && !idx->ended) {
        const int code = inflate(&idx->stream, Z_NO_FLUSH);
        idx->ended = code == Z_STREAM_END;
        if (code == Z_BUF_ERROR) break; /* no input is left */
        if (code != Z_OK && code != Z_STREAM_END)
            return fail(idx, idx->stream.msg ? idx->stream.msg : "the gzip stream is damaged");
    }
    *got = length - idx->stream.avail_out;
    idx->stream.next_out = NULL;
    return CLGAN_OK;
}

static clgan_status take_exactly(struct idx *idx, uint8_t *bytes, size_t length)
{
    size_t got = 0;
    TRY(take(idx, bytes, length, &got));
    return got == length ? CLGAN_OK : fail_short(idx);
}

static clgan_status read_shape(struct idx *idx, size_t shape[4], size_t *dimensions, size_t *total)
{
    uint8_t magic[MAGIC] = {0}, extent[4] = {0};
    char words[80];
    TRY(take_exactly(idx, magic, MAGIC));
    snprintf(words, sizeof words, "it begins with %02x %02x %02x %02x, expected 00 00 08 and 1 to 4 dimensions",
             magic[0], magic[1], magic[2], magic[3]);
    if (magic[0] || magic[1] || magic[2] != UNSIGNED_BYTE || !magic[3] || magic[3] > 4) return fail(idx, words);
    *dimensions = magic[3];
    *total = 1;
    for (size_t i = 0; i < *dimensions; i++) {
        TRY(take_exactly(idx, extent, sizeof extent));
        shape[i] = (size_t)extent[0] << 24 | (size_t)extent[1] << 16 | (size_t)extent[2] << 8 | extent[3];
        if (!shape[i]) return fail(idx, "a dimension is 0");
        if (!checked_multiply(total, *total, shape[i])) return fail(idx, "its dimensions are absurdly large");
    }
    return CLGAN_OK;
}

/* Memory grows with what is really there: a header may promise more than the file holds. */
static clgan_status read_bytes(struct idx *idx, uint8_t **bytes, size_t total)
{
    size_t capacity = 0, length = 0, extra = 0;
    uint8_t more;
    while (length < total) {
        const size_t piece = total - length < BLOCK ? total - length : BLOCK;
        TRY(memory_grow(bytes, &capacity, length + piece, 1));
        TRY(take_exactly(idx, *bytes + length, piece));
        length += piece;
    }
    TRY(take(idx, &more, 1, &extra));
    if (extra) return fail(idx, "more bytes follow than its header promises");
    if (idx->zipped && !idx->ended) return fail_short(idx);
    return idx->zipped && idx->stream.avail_in ? fail(idx, "something follows the gzip stream") : CLGAN_OK;
}

static clgan_status open_stream(struct idx *idx, char *bytes, size_t length)
{
    idx->plain = (const uint8_t *)bytes;
    idx->left = length;
    idx->zipped = length >= 2 && idx->plain[0] == 0x1f && idx->plain[1] == 0x8b;
    if (!idx->zipped) return CLGAN_OK;
    if (length > UINT32_MAX) return fail(idx, "gzipped files over 4 GB are not read; unpack it");
    idx->stream.next_in = (Bytef *)bytes;
    idx->stream.avail_in = (uInt)length;
    return inflateInit2(&idx->stream, GZIP_WINDOW) == Z_OK ? CLGAN_OK : fail(idx, "out of memory");
}

clgan_status idx_read(uint8_t **bytes, size_t shape[4], size_t *dimensions, const char *path)
{
    struct idx idx = {.path = path};
    uint8_t *read = NULL;
    char *file;
    size_t length, total = 0;
    TRY(file_read(&file, &length, path, LARGEST_FILE));
    clgan_status status = open_stream(&idx, file, length);
    if (status == CLGAN_OK) status = read_shape(&idx, shape, dimensions, &total);
    if (status == CLGAN_OK) status = read_bytes(&idx, &read, total);
    if (idx.zipped) inflateEnd(&idx.stream);
    free(file);
    if (status == CLGAN_OK)
        *bytes = read;
    else
        free(read);
    return status;
}

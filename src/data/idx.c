#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"

enum { MAGIC = 4, UNSIGNED_BYTE = 0x08, BLOCK = 1 << 20, GZIP_WINDOW = 31, DEFLATE_MOST = 1032 };

/* zlib's gzread would pass over what follows a gzip stream; inflate tells. */
struct idx {
    const char *path;
    FILE *stream;
    uint64_t size;      /* of the file */
    size_t total;       /* bytes of data that the header promises */
    bool zipped, ended; /* the gzip stream has ended */
    z_stream inflater;
    uint8_t packed[1 << 16]; /* what it is fed with */
};

static clgan_status fail(const struct idx *idx, const char *what)
{
    return status_fail(CLGAN_FAILED, "%s: not a whole IDX file of unsigned bytes: %s. Get it again", idx->path, what);
}

static clgan_status unreadable(const struct idx *idx)
{
    return status_fail(CLGAN_FAILED, "%s: can't be read: %s", idx->path, strerror(errno));
}

static clgan_status fail_short(const struct idx *idx)
{
    if (idx->zipped && !idx->ended) return fail(idx, "the gzip stream ends early");
    return fail(idx, "it ends before the bytes that its header promises");
}

/* False at the file's end. */
static bool feed(struct idx *idx)
{
    if (!idx->inflater.avail_in) {
        idx->inflater.next_in = idx->packed;
        idx->inflater.avail_in = (uInt)file_read_bytes(idx->packed, sizeof idx->packed, idx->stream);
    }
    return idx->inflater.avail_in > 0;
}

/* Up to `length` bytes; `*got` is less only at the end. */
static clgan_status take(struct idx *idx, uint8_t *bytes, size_t length, size_t *got)
{
    if (!idx->zipped) {
        *got = file_read_bytes(bytes, length, idx->stream);
        return ferror(idx->stream) ? unreadable(idx) : CLGAN_OK;
    }
    idx->inflater.next_out = bytes;
    idx->inflater.avail_out = (uInt)length;
    while (idx->inflater.avail_out && !idx->ended && feed(idx)) {
        const int code = inflate(&idx->inflater, Z_NO_FLUSH);
        idx->ended = code == Z_STREAM_END;
        if (code != Z_OK && code != Z_STREAM_END)
            return fail(idx, idx->inflater.msg ? idx->inflater.msg : "the gzip stream is damaged");
    }
    *got = length - idx->inflater.avail_out;
    idx->inflater.next_out = NULL;
    return ferror(idx->stream) ? unreadable(idx) : CLGAN_OK;
}

static clgan_status take_exactly(struct idx *idx, uint8_t *bytes, size_t length)
{
    size_t got = 0;
    TRY(take(idx, bytes, length, &got));
    return got == length ? CLGAN_OK : fail_short(idx);
}

static clgan_status read_shape(struct idx *idx, size_t shape[4], size_t *dimensions)
{
    uint8_t magic[MAGIC] = {0}, extent[4] = {0};
    char words[80];
    TRY(take_exactly(idx, magic, MAGIC));
    snprintf(words, sizeof words, "it begins with %02x %02x %02x %02x, expected 00 00 08 and 1 to 4 dimensions",
             magic[0], magic[1], magic[2], magic[3]);
    if (magic[0] || magic[1] || magic[2] != UNSIGNED_BYTE || !magic[3] || magic[3] > 4) return fail(idx, words);
    *dimensions = magic[3];
    idx->total = 1;
    for (size_t i = 0; i < *dimensions; i++) {
        TRY(take_exactly(idx, extent, sizeof extent));
        shape[i] = (size_t)extent[0] << 24 | (size_t)extent[1] << 16 | (size_t)extent[2] << 8 | extent[3];
        if (!shape[i]) return fail(idx, "a dimension is 0");
        if (!checked_multiply(&idx->total, idx->total, shape[i])) return fail(idx, "its dimensions are absurdly large");
    }
    return CLGAN_OK;
}

/* Whether the file can hold what its header promises, and the host too. */
static clgan_status check_promise(const struct idx *idx, size_t dimensions)
{
    const uint64_t header = MAGIC + 4 * dimensions, left = idx->size > header ? idx->size - header : 0;
    if (!idx->zipped && idx->total < left) return fail(idx, "more bytes follow than its header promises");
    if (!idx->zipped && idx->total > left) return fail_short(idx);
    if (idx->total / DEFLATE_MOST > idx->size)
        return fail(idx, "its header promises more bytes than so short a gzip stream can hold");
    return pictures_fit_host((double)idx->total, idx->path);
}

static clgan_status begin(struct idx *idx, size_t shape[4], size_t *dimensions)
{
    uint8_t start[2] = {0};
    const size_t got = file_read_bytes(start, sizeof start, idx->stream);
    rewind(idx->stream);
    idx->zipped = got == sizeof start && start[0] == 0x1f && start[1] == 0x8b;
    if (idx->zipped && inflateInit2(&idx->inflater, GZIP_WINDOW) != Z_OK) {
        idx->zipped = false; /* nothing to end */
        return fail(idx, "out of memory");
    }
    TRY(read_shape(idx, shape, dimensions));
    return check_promise(idx, *dimensions);
}

clgan_status idx_open(struct idx **out, size_t shape[4], size_t *dimensions, const char *path)
{
    struct idx *idx;
    TRY(memory_take(&idx, 1, sizeof *idx));
    idx->path = path;
    clgan_status status = file_open(&idx->stream, &idx->size, path);
    if (status == CLGAN_OK) status = begin(idx, shape, dimensions);
    if (status == CLGAN_OK)
        *out = idx;
    else
        idx_close(idx);
    return status;
}

/* Memory grows with what is really there: a gzip stream may hold less than its header promises. */
static clgan_status read_bytes(struct idx *idx, uint8_t **bytes)
{
    size_t capacity = 0, length = 0, extra = 0;
    uint8_t more;
    while (length < idx->total) {
        const size_t piece = idx->total - length < BLOCK ? idx->total - length : BLOCK;
        const clgan_status status = memory_grow(bytes, &capacity, idx->zipped ? length + piece : idx->total, 1);
        if (status != CLGAN_OK) return status_within(status, "%s", idx->path);
        TRY(take_exactly(idx, *bytes + length, piece));
        length += piece;
    }
    TRY(take(idx, &more, 1, &extra));
    if (extra) return fail(idx, "more bytes follow than its header promises");
    if (idx->zipped && !idx->ended) return fail_short(idx);
    return idx->zipped && feed(idx) ? fail(idx, "something follows the gzip stream") : CLGAN_OK;
}

clgan_status idx_read(uint8_t **bytes, struct idx *idx)
{
    uint8_t *read = NULL;
    const clgan_status status = read_bytes(idx, &read);
    if (status == CLGAN_OK)
        *bytes = read;
    else
        free(read);
    return status;
}

void idx_close(struct idx *idx)
{
    if (idx->zipped) inflateEnd(&idx->inflater);
    if (idx->stream) fclose(idx->stream);
    free(idx);
}

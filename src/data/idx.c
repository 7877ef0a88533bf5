#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "data/dataset.h"

enum { MAGIC = 4, UNSIGNED_BYTE = 0x08, BLOCK = 1 << 20 };

/* An IDX file being read; zlib reads plain files as they are. */
struct idx {
    gzFile stream;
    const char *path;
};

static clgan_status fail(const struct idx *idx, const char *what)
{
    return status_fail(CLGAN_FAILED, "%s: not a whole IDX file of unsigned bytes: %s. Get it again", idx->path, what);
}

/* Why a read gave less than was asked for. */
static clgan_status fail_short(const struct idx *idx)
{
    int code = Z_OK;
    const char *words = gzerror(idx->stream, &code);
    if (code == Z_BUF_ERROR) return fail(idx, "the gzip stream ends early");
    if (code == Z_ERRNO) return status_fail(CLGAN_FAILED, "%s: %s", idx->path, strerror(errno));
    return fail(idx,
                code == Z_OK || code == Z_STREAM_END ? "it ends before the bytes that its header promises" : words);
}

static clgan_status read_exactly(const struct idx *idx, void *bytes, unsigned length)
{
    return gzread(idx->stream, bytes, length) == (int)length ? CLGAN_OK : fail_short(idx);
}

static clgan_status read_shape(const struct idx *idx, size_t shape[4], size_t *dimensions, size_t *total)
{
    unsigned char magic[MAGIC], extent[4];
    char words[80];
    TRY(read_exactly(idx, magic, MAGIC));
    snprintf(words, sizeof words, "it begins with %02x %02x %02x %02x, expected 00 00 08 and 1 to 4 dimensions",
             magic[0], magic[1], magic[2], magic[3]);
    if (magic[0] || magic[1] || magic[2] != UNSIGNED_BYTE || !magic[3] || magic[3] > 4) return fail(idx, words);
    *dimensions = magic[3];
    *total = 1;
    for (size_t i = 0; i < *dimensions; i++) {
        TRY(read_exactly(idx, extent, sizeof extent));
        shape[i] = (size_t)extent[0] << 24 | (size_t)extent[1] << 16 | (size_t)extent[2] << 8 | extent[3];
        if (!shape[i]) return fail(idx, "a dimension is 0");
        if (!checked_multiply(total, *total, shape[i])) return fail(idx, "its dimensions are absurdly large");
    }
    return CLGAN_OK;
}

/* Memory grows with what is really there: a header may promise more than the file holds. */
static clgan_status read_bytes(const struct idx *idx, uint8_t **bytes, size_t total)
{
    size_t capacity = 0, length = 0;
    while (length < total) {
        const size_t piece = total - length < BLOCK ? total - length : BLOCK;
        TRY(memory_grow(bytes, &capacity, length + piece, 1));
        TRY(read_exactly(idx, *bytes + length, (unsigned)piece));
        length += piece;
    }
    uint8_t extra;
    const int more = gzread(idx->stream, &extra, 1);
    if (more > 0) return fail(idx, "more bytes follow than its header promises");
    return more < 0 ? fail_short(idx) : CLGAN_OK;
}

/* gzread passes over what follows a gzip stream, if that is no gzip stream itself: the last member must end the file.
 */
static clgan_status check_end(const struct idx *idx)
{
    if (gzdirect(idx->stream)) return CLGAN_OK;
    FILE *plain = fopen(idx->path, "rb");
    if (!plain || fseeko(plain, 0, SEEK_END)) {
        if (plain) fclose(plain);
        return status_fail(CLGAN_FAILED, "%s: %s", idx->path, strerror(errno));
    }
    const off_t size = ftello(plain);
    fclose(plain);
    return gzoffset(idx->stream) == size ? CLGAN_OK : fail(idx, "something follows the gzip stream");
}

static clgan_status read_file(const struct idx *idx, uint8_t **bytes, size_t shape[4], size_t *dimensions)
{
    size_t total;
    TRY(read_shape(idx, shape, dimensions, &total));
    TRY(read_bytes(idx, bytes, total));
    return check_end(idx);
}

clgan_status idx_read(uint8_t **bytes, size_t shape[4], size_t *dimensions, const char *path)
{
    uint8_t *read = NULL;
    const struct idx idx = {.stream = gzopen(path, "rb"), .path = path};
    if (!idx.stream) return status_fail(CLGAN_FAILED, "%s: can't be opened: %s", path, strerror(errno));
    gzbuffer(idx.stream, 1 << 17);
    const clgan_status status = read_file(&idx, &read, shape, dimensions);
    gzclose(idx.stream);
    if (status == CLGAN_OK)
        *bytes = read;
    else
        free(read);
    return status;
}

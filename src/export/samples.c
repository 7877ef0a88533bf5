/* Samples straight into files: one IDX file, or a PNG each. A minibatch is in memory, never all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "gan/lone_net.h"
#include "output/picture.h"

/* What takes the pictures one by one. */
struct taker {
    clgan_status (*take)(void *user, const struct picture *picture, size_t number);
    void *user;
    int is_signed;
};

static clgan_status take_piece(void *user, const clgan_rows *piece, size_t first)
{
    const struct taker *taker = user;
    for (size_t i = 0; i < piece->rows; i++) {
        struct picture picture;
        clgan_status status = picture_of_row(&picture, piece, i, taker->is_signed);
        if (status == CLGAN_OK) status = taker->take(taker->user, &picture, first + i);
        picture_free(&picture);
        TRY(status);
    }
    return CLGAN_OK;
}

static clgan_status draw(const struct clgan_run *run, const clgan_sample_options *options, struct taker *taker)
{
    struct device *device;
    struct lone_net net;
    taker->is_signed = clgan_run_signed(run);
    TRY(device_open(&device, &options->device, false, &run->log));
    clgan_status status = lone_net_load(&net, device, run, 'G', options->checkpoint);
    if (status == CLGAN_OK) status = lone_net_visit(&net, options, take_piece, taker);
    lone_net_free(&net);
    device_close(device);
    return status;
}

static clgan_status check(const struct clgan_run *run, const clgan_sample_options *options, const char *path)
{
    const struct recipe *recipe = &run->recipe;
    TRY(lone_net_check_request(run, options));
    if (!recipe_has_pictures(recipe))
        return status_fail(CLGAN_USAGE, "%s: recipe %s makes numbers, not pictures: write them as .npy", path,
                           recipe->name);
    if (recipe->data.channels != 1 && recipe->data.channels != 3)
        return status_fail(CLGAN_USAGE, "%s: pictures of %" PRId64 " channels, expected 1 or 3: write them as .npy",
                           path, recipe->data.channels);
    return CLGAN_OK;
}

/* ---- IDX ---- */

enum { GZIP_WINDOW = 31, PACKED = 1 << 16, MAGIC = 4, DIMENSIONS = 4 };

struct idx {
    struct file_writer file;
    bool zipped;
    z_stream deflater;
    uint8_t packed[PACKED];
    uint8_t *planes; /* a picture with its channels one after the other */
};

/* The header of gzip holds no name and no date, so that equal pictures give equal bytes. */
static clgan_status begin_idx(struct idx *idx, const char *path)
{
    const size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0) {
        if (deflateInit2(&idx->deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            return status_fail(CLGAN_FAILED, "%s: out of memory", path);
        idx->zipped = true;
    }
    return file_begin(&idx->file, path);
}

static clgan_status put(struct idx *idx, const uint8_t *bytes, size_t length, bool last)
{
    int code = Z_OK;
    if (!idx->zipped) return file_put(&idx->file, bytes, length);
    idx->deflater.next_in = (Bytef *)bytes;
    idx->deflater.avail_in = (uInt)length;
    do {
        idx->deflater.next_out = idx->packed;
        idx->deflater.avail_out = PACKED;
        code = deflate(&idx->deflater, last ? Z_FINISH : Z_NO_FLUSH);
        TRY(file_put(&idx->file, idx->packed, PACKED - idx->deflater.avail_out));
    } while (idx->deflater.avail_in || (last && code != Z_STREAM_END));
    return CLGAN_OK;
}

static clgan_status put_header(struct idx *idx, const struct recipe *recipe, size_t count)
{
    const bool coloured = recipe->data.channels > 1;
    const uint64_t shape[DIMENSIONS] = {count, (uint64_t)recipe->data.channels, (uint64_t)recipe->data.height,
                                        (uint64_t)recipe->data.width};
    uint8_t header[MAGIC + 4 * DIMENSIONS] = {0, 0, 0x08 /* unsigned bytes */, coloured ? 4 : 3};
    size_t length = MAGIC;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        if (i == 1 && !coloured) continue;
        for (int shift = 24; shift >= 0; shift -= 8) header[length++] = (uint8_t)(shape[i] >> shift);
    }
    return put(idx, header, length, false);
}

static clgan_status take_for_idx(void *user, const struct picture *picture, size_t number)
{
    struct idx *idx = user;
    const size_t pixels = picture->width * picture->height, channels = picture->channels;
    (void)number;
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < pixels; i++) idx->planes[c * pixels + i] = picture->bytes[i * channels + c];
    return put(idx, idx->planes, pixels * channels, false);
}

static clgan_status write_idx(struct idx *idx, const struct clgan_run *run, const clgan_sample_options *options,
                              const char *path)
{
    struct taker taker = {.take = take_for_idx, .user = idx};
    TRY(memory_take(&idx->planes, recipe_data_size(&run->recipe), 1));
    TRY(begin_idx(idx, path));
    TRY(put_header(idx, &run->recipe, lone_net_count(options)));
    TRY(draw(run, options, &taker));
    if (idx->zipped) TRY(put(idx, NULL, 0, true));
    return file_commit(&idx->file);
}

clgan_status clgan_sample_idx(clgan_run *run, const clgan_sample_options *options, const char *path)
{
    struct idx *idx;
    TRY(check(run, options, path));
    TRY(memory_take(&idx, 1, sizeof *idx));
    const clgan_status status = write_idx(idx, run, options, path);
    file_abandon(&idx->file);
    if (idx->zipped) deflateEnd(&idx->deflater);
    free(idx->planes);
    free(idx);
    return status;
}

/* ---- a PNG each ---- */

enum { NAME = 32, LEAST_DIGITS = 6 };

struct album {
    const char *folder;
    size_t count;
    int digits;
};

static void name_of(char name[NAME], const struct album *album, size_t number)
{
    snprintf(name, NAME, "%0*zu.png", album->digits, number);
}

static bool is_ours(const struct album *album, const char *name)
{
    char expected[NAME];
    char *end;
    const uint64_t number = strtoull(name, &end, 10);
    if (number >= album->count) return false;
    name_of(expected, album, (size_t)number);
    return strcmp(name, expected) == 0;
}

/* Other tools read every picture of a folder: none of another kind, or of an earlier, longer drawing, may be there. */
static clgan_status check_folder(const struct album *album)
{
    struct file_names names;
    clgan_status status = CLGAN_OK;
    TRY(file_list(&names, album->folder));
    for (size_t i = 0; status == CLGAN_OK && i < names.count; i++)
        if (!file_is_temporary(names.list[i]) && !is_ours(album, names.list[i]))
            status = status_fail(CLGAN_USAGE, "%s has %s, which is none of the %zu samples: name a folder of their own",
                                 album->folder, names.list[i], album->count);
    file_names_free(&names);
    return status;
}

static clgan_status take_for_folder(void *user, const struct picture *picture, size_t number)
{
    const struct album *album = user;
    char name[NAME], *path;
    void *png;
    size_t length;
    name_of(name, album, number);
    TRY(file_join(&path, album->folder, name));
    clgan_status status = picture_encode_png(&png, &length, picture);
    if (status == CLGAN_OK) status = file_write_unsynced(path, png, length);
    free(png);
    free(path);
    return status;
}

clgan_status clgan_sample_each(clgan_run *run, const clgan_sample_options *options, const char *folder)
{
    struct album album = {.folder = folder, .count = lone_net_count(options), .digits = 1};
    struct taker taker = {.take = take_for_folder, .user = &album};
    for (size_t last = album.count - 1; last >= 10; last /= 10) album.digits++;
    if (album.digits < LEAST_DIGITS) album.digits = LEAST_DIGITS;
    TRY(check(run, options, folder));
    TRY(check_folder(&album));
    TRY(file_make_folders(folder));
    TRY(draw(run, options, &taker));
    return file_sync_folder(folder);
}

#include "output/animation.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8, CHUNK_HEAD = 8, CHUNK_TAIL = 4, CONTROL = 8, FRAME_CONTROL = 26 };

static void put32(uint8_t bytes[4], uint32_t number)
{
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A chunk whose data are `head` (may be empty) and then `data`. */
static clgan_status put_chunk(struct animation *animation, const char type[4], const uint8_t *head, size_t head_length,
                              const uint8_t *data, size_t length)
{
    uint8_t number[4];
    uLong sum = crc32(0, (const Bytef *)type, 4);
    sum = crc32(sum, head, (uInt)head_length);
    sum = crc32(sum, data, (uInt)length);
    put32(number, (uint32_t)(head_length + length));
    TRY(file_put(&animation->writer, number, 4));
    TRY(file_put(&animation->writer, type, 4));
    TRY(file_put(&animation->writer, head, head_length));
    TRY(file_put(&animation->writer, data, length));
    put32(number, (uint32_t)sum);
    return file_put(&animation->writer, number, 4);
}

clgan_status animation_begin(struct animation *animation, const char *path, size_t frames)
{
    *animation = (struct animation){.frames = frames};
    return file_begin(&animation->writer, path);
}

/* What comes before a frame's data: its place and its time. */
static clgan_status put_frame_control(struct animation *animation, const struct picture *picture, unsigned milliseconds)
{
    uint8_t control[FRAME_CONTROL] = {0}; /* no offset; the frame replaces what was there */
    put32(control, animation->sequence++);
    put32(control + 4, (uint32_t)picture->width);
    put32(control + 8, (uint32_t)picture->height);
    control[20] = (uint8_t)(milliseconds >> 8);
    control[21] = (uint8_t)milliseconds;
    control[22] = 1000 >> 8;
    control[23] = 1000 & 255;
    return put_chunk(animation, "fcTL", control, sizeof control, control, 0);
}

/* The first frame's data are a plain picture's; those of the others carry a number. */
static clgan_status put_data(struct animation *animation, const uint8_t *data, size_t length)
{
    uint8_t number[4];
    if (!animation->added) return put_chunk(animation, "IDAT", data, 0, data, length);
    put32(number, animation->sequence++);
    return put_chunk(animation, "fdAT", number, sizeof number, data, length);
}

/* The chunks of the frame's own PNG, as libspng makes it: what is not its data comes once, before the first frame. */
static clgan_status put_frame(struct animation *animation, const uint8_t *png, size_t length,
                              const struct picture *picture, unsigned milliseconds)
{
    uint8_t control[CONTROL] = {0}; /* frames; 0: for ever */
    bool begun = false;
    put32(control, (uint32_t)animation->frames);
    if (!animation->added) TRY(file_put(&animation->writer, png, SIGNATURE));
    for (size_t at = SIGNATURE; at + CHUNK_HEAD + CHUNK_TAIL <= length;) {
        const size_t data = get32(png + at), whole = data + CHUNK_HEAD + CHUNK_TAIL;
        const bool is_data = memcmp(png + at + 4, "IDAT", 4) == 0, is_end = memcmp(png + at + 4, "IEND", 4) == 0;
        if (is_data && !begun) {
            if (!animation->added) TRY(put_chunk(animation, "acTL", control, sizeof control, control, 0));
            TRY(put_frame_control(animation, picture, milliseconds));
            begun = true;
        }
        if (is_data)
            TRY(put_data(animation, png + at + CHUNK_HEAD, data));
        else if (!animation->added && !is_end)
            TRY(file_put(&animation->writer, png + at, whole));
        at += whole;
    }
    return CLGAN_OK;
}

clgan_status animation_add(struct animation *animation, const struct picture *picture, unsigned milliseconds)
{
    void *png;
    size_t length;
    if (!animation->added) {
        animation->width = picture->width;
        animation->height = picture->height;
        animation->channels = picture->channels;
    }
    if (picture->width != animation->width || picture->height != animation->height ||
        picture->channels != animation->channels)
        return status_fail(CLGAN_FAILED,
                           "%s: frame %zu is %zu x %zu pixels of %zu channels, the first %zu x %zu of %zu",
                           animation->writer.path, animation->added + 1, picture->width, picture->height,
                           picture->channels, animation->width, animation->height, animation->channels);
    TRY(picture_encode_png(&png, &length, picture));
    const clgan_status status = put_frame(animation, png, length, picture, milliseconds);
    free(png);
    animation->added++;
    return status;
}

clgan_status animation_end(struct animation *animation)
{
    static const uint8_t nothing[1] = {0};
    if (animation->added != animation->frames)
        return status_fail(CLGAN_FAILED, "%s: %zu frames of %zu", animation->writer.path, animation->added,
                           animation->frames);
    TRY(put_chunk(animation, "IEND", nothing, 0, nothing, 0));
    return file_commit(&animation->writer);
}

void animation_abandon(struct animation *animation) { file_abandon(&animation->writer); }

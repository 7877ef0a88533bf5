/* A PNG or JPEG file of any size as one row of bytes of a recipe's shape.
 *
 * Read as 8 or 16 bits a channel, RGB: grey and palettes become RGB, CMYK becomes RGB by the plain formula; colour
 * profiles and gamma are passed over. What is transparent is laid over `background`. EXIF's orientation is obeyed.
 * A side is shrunk by area averages (a pixel is the mean of what it covers, parts of pixels by their share) and
 * enlarged by linear interpolation, both on the values as they are stored; then one rounding to 8 bits. Grey is 0.299
 * red + 0.587 green + 0.114 blue (ITU-R BT.601). */
#ifndef DATA_IMAGE_H
#define DATA_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum data_fit {
    FIT_CROP,   /* fills the shape; what hangs over is cut off evenly on both sides */
    FIT_PAD,    /* fits into the shape; what it leaves free is background, as much on either side */
    FIT_STRETCH /* each side by itself */
};

struct image_shape {
    size_t channels, height, width; /* 1 (grey) or 3 (RGB) channels */
    enum data_fit fit;
    uint8_t background; /* grey level under what is transparent, and of what pad leaves free */
};

/* `bytes` holds channels x height x width. CLGAN_FAILED names the file: it can't be opened, is neither PNG nor JPEG, is
 * damaged or cut short, or promises more pixels than it can hold or than are read. Memory is a few rows, but for
 * interlaced PNG and JPEG in several scans, whose pixels are limited. */
clgan_status image_read(uint8_t *bytes, const char *path, const struct image_shape *shape);
/* Whether a file's name ends in .png, .jpg or .jpeg, in any case of letters. */
bool image_has_name(const char *name);

/* ---- for the decoders ---- */

enum {
    IMAGE_SIDE = 65535,             /* pixels of a side at most */
    IMAGE_AREA = 1 << 28,           /* pixels that are read row by row */
    IMAGE_AREA_IN_MEMORY = 1 << 25, /* pixels that must be held */
    IMAGE_ROW_VALUES = 3            /* of a pixel: red, green, blue, 0 to 65535 */
};

/* EXIF's orientation, 1 to 8, in a block that begins with its TIFF header; 1 where it doesn't say. */
unsigned image_orientation(const uint8_t *tiff, size_t length);

/* Decode a file in memory. Messages don't name it. */
clgan_status image_read_png(uint8_t *bytes, const struct image_shape *shape, const void *file, size_t length);
clgan_status image_read_jpeg(uint8_t *bytes, const struct image_shape *shape, const void *file, size_t length);

#endif

/* Pictures of samples: grids of images, histograms of numbers, scatter plots of points; written as PNG. */
#ifndef OUTPUT_PICTURE_H
#define OUTPUT_PICTURE_H

#include <stdint.h>

#include "base/status.h"

/* 8 bits a channel, row-major, `channels` interleaved (1 grey, 3 RGB). */
struct picture {
    uint8_t *bytes; /* height x width x channels; owned */
    size_t width, height, channels;
};

/* Draws rows as a grid (clgan_rows_write_png's rules: see clgan.h), small images enlarged by a whole factor so that the
 * picture is comfortable to look at, a thin gap between cells. One value a row: a histogram; two: a scatter plot over a
 * range that fits the bulk of the points. */
clgan_status picture_of_rows(struct picture *picture, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values);
/* PNG, atomically. */
clgan_status picture_write_png(const struct picture *picture, const char *path);
void picture_free(struct picture *picture);

#endif

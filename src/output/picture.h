/* Pictures of samples: grids of images, histograms of numbers, scatter plots of points; written as PNG. */
#ifndef OUTPUT_PICTURE_H
#define OUTPUT_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { PICTURE_LARGEST = 16384 }; /* no side of a picture is longer, pixels */

/* 8 bits a channel, row-major, `channels` interleaved (1 grey, 3 RGB). */
struct picture {
    uint8_t *bytes; /* height x width x channels; owned */
    size_t width, height, channels;
};

/* Values along an axis, the larger one first where it runs backward. */
struct range {
    double from, to;
};

/* One colour all over; freed with picture_free. CLGAN_USAGE for a size no PNG should have. */
clgan_status picture_make(struct picture *picture, size_t width, size_t height, size_t channels, uint8_t level);
/* Of a picture of `count` rows in as square a grid as that allows, keeps the first lines of cells and the first
 * columns, at most so many, and the gaps around them. */
void picture_keep_cells(struct picture *picture, size_t count, size_t lines, size_t columns);
void picture_free(struct picture *picture);

/* Draws rows as a grid (clgan_rows_write_png's rules: see clgan.h), small images enlarged by a whole factor so that the
 * picture is comfortable to look at, a thin gap between cells. One value a row: a histogram; two: a scatter plot; both
 * over the ranges `view` of x and y, or, where it is NULL, over those that fit the bulk of the rows. */
clgan_status picture_of_rows(struct picture *picture, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values, const struct range *view);
/* The grid, whatever the rows' size. `last_apart`: the last column is set apart and framed in yellow, the picture RGB.
 */
clgan_status picture_of_grid(struct picture *picture, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values, bool last_apart);
/* One row as it is, a pixel a value, nothing around it. */
clgan_status picture_of_row(struct picture *picture, const clgan_rows *rows, size_t number, int signed_values);
/* RGB becomes grey: what its red channel says. */
void picture_drop_colour(struct picture *picture);

/* PNG, atomically. */
clgan_status picture_write_png(const struct picture *picture, const char *path);
/* The file's bytes in memory, freed with free(). */
clgan_status picture_encode_png(void **png, size_t *length, const struct picture *picture);
/* What the header of a PNG in memory says; `channels`: 1 grey, 2 with opacity, 3 colour or palette, 4 with opacity.
 * False where it is none. */
bool picture_png_shape(size_t *width, size_t *height, size_t *channels, const void *png, size_t length);
/* A PNG as 8 bits a channel: grey where the file is grey without transparency, else RGB. CLGAN_FAILED where it is no
 * PNG, damaged, or of a size that no picture of ours has. */
clgan_status picture_read_png(struct picture *picture, const char *path);

#endif

/* Brings a picture to another size, row by row: see image.h for what it computes. */
#ifndef DATA_RESAMPLE_H
#define DATA_RESAMPLE_H

#include "data/image.h"

/* Where a pixel of the result comes from along one side: `count` pixels of the source, from `first` on. */
struct resample_span {
    size_t first, count, weight; /* `weight`: position of the first one's weight */
};

/* One side. Weights of a span add up to `total`, nearly. */
struct resample_axis {
    struct resample_span *spans;  /* `covered` of them; owned */
    double *weights;              /* owned */
    size_t target, from, covered; /* pixels of the result; those that the source covers: from, from + 1, ... */
};

/* Zeroed is none. The result is first made as the source lies, then turned as `orientation` says. */
struct resample {
    const struct image_shape *shape; /* borrowed */
    unsigned orientation;            /* EXIF's, 1 to 8 */
    struct resample_axis x, y;
    double *row;  /* one row of the source, resampled along x; owned */
    double *sums; /* y.covered rows of x.covered pixels; owned */
    size_t done;  /* rows of the source that were given */
    size_t first; /* row of the result that is not whole yet */
};

/* For a source of `width` x `height` pixels. */
clgan_status resample_begin(struct resample *resample, const struct image_shape *shape, size_t width, size_t height,
                            unsigned orientation);
/* The next row: IMAGE_ROW_VALUES for each pixel. */
void resample_row(struct resample *resample, const uint16_t *values);
/* Once every row was given. */
void resample_end(uint8_t *bytes, const struct resample *resample);
void resample_free(struct resample *resample);

#endif

/* Plots of samples that are no pictures. */
#ifndef OUTPUT_PLOT_H
#define OUTPUT_PLOT_H

#include "output/picture.h"

/* One colour all over; freed with picture_free. CLGAN_USAGE for a size no PNG should have. */
clgan_status picture_make(struct picture *picture, size_t width, size_t height, size_t channels, uint8_t level);

/* How often each value comes, over a range that leaves out half a per cent at either end. */
clgan_status plot_histogram(struct picture *picture, const clgan_rows *rows);
/* Points of the plane, equally scaled on both axes; darker where there are more. */
clgan_status plot_scatter(struct picture *picture, const clgan_rows *rows);

#endif

/* Plots of samples that are no pictures. */
#ifndef OUTPUT_PLOT_H
#define OUTPUT_PLOT_H

#include "output/picture.h"

/* How often each value comes, as a density, over `view` (x, and densities); NULL: over a range of x that leaves out
 * half a per cent at either end. */
clgan_status plot_histogram(struct picture *picture, const clgan_rows *rows, const struct range *view);
/* Points of the plane over `view` (x, y), darker where there are more; NULL: over the bulk of both, equally scaled. */
clgan_status plot_scatter(struct picture *picture, const clgan_rows *rows, const struct range *view);

#endif

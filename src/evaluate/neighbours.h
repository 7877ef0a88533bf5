/* Nearest neighbours by squared Euclidean distance between rows of two matrices, exact, on the device. */
#ifndef EVALUATE_NEIGHBOURS_H
#define EVALUATE_NEIGHBOURS_H

#include "compute/device.h"

enum { NEIGHBOURS_MOST = 16 };

/* For each of `queries`, its `k` (at most NEIGHBOURS_MOST) nearest rows of `points`, nearest first, ties by the lower
 * index: distances[i * k + r] squared, indices[i * k + r]. Either may be NULL. `same`: both are one set, a row is not
 * its own neighbour. CLGAN_USAGE where the two differ in columns or `points` has too few rows. */
clgan_status neighbours_nearest(float *distances, uint32_t *indices, struct device *device, const clgan_rows *queries,
                                const clgan_rows *points, size_t k, bool same);

/* counts[i]: how many `points` have query i within their own ball: |q_i - p_j|² <= squared_radii[j]. */
clgan_status neighbours_within(uint32_t *counts, struct device *device, const clgan_rows *queries,
                               const clgan_rows *points, const float *squared_radii);

#endif

/* Rows to hold samples against: what a measure says of training rows themselves, and of k-means centroids (Theis et
 * al. 2015, "A note on the evaluation of generative models", arXiv 1511.01844). */
#ifndef EVALUATE_REFERENCE_H
#define EVALUATE_REFERENCE_H

#include "compute/device.h"

/* `count` of `rows`, at most all, drawn without replacement; freed with clgan_rows_free. */
clgan_status reference_subset(clgan_rows *subset, const clgan_rows *rows, size_t count, uint64_t seed);

/* `count` centroids of `rows` by Lloyd's iterations from such a subset, until no row moves, at most
 * REFERENCE_ITERATIONS; a centroid that loses all its rows stays where it is. */
enum { REFERENCE_ITERATIONS = 5 };
clgan_status reference_centroids(clgan_rows *centroids, struct device *device, const clgan_rows *rows, size_t count,
                                 uint64_t seed, const clgan_log *log);

/* The same, read from a file of `folder` named by a hash of all that they follow from, or made and written there.
 * `folder` NULL: neither. */
clgan_status reference_kept_centroids(clgan_rows *centroids, struct device *device, const clgan_rows *rows,
                                      size_t count, uint64_t seed, const char *folder, const clgan_log *log);

#endif

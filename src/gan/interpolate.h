/* Ways from one noise vector to another. */
#ifndef GAN_INTERPOLATE_H
#define GAN_INTERPOLATE_H

#include <stddef.h>

/* z = (1 - share) a + share b, `size` values, share 0 to 1. */
void interpolate_straight(float *z, const float *a, const float *b, size_t size, double share);

/* Along the great circle through both directions, the length going evenly from |a| to |b|: normal noise of many values
 * keeps the length that G knows, where a straight line passes near 0 (Shoemake 1985; White 2016, arXiv 1609.04468).
 * Straight where a and b are parallel or opposite, or one is 0: no circle is theirs alone. */
void interpolate_circle(float *z, const float *a, const float *b, size_t size, double share);

#endif

#include "gan/interpolate.h"

#include <math.h>

void interpolate_straight(float *z, const float *a, const float *b, size_t size, double share)
{
    for (size_t i = 0; i < size; i++) z[i] = (float)((1 - share) * a[i] + share * b[i]);
}

void interpolate_circle(float *z, const float *a, const float *b, size_t size, double share)
{
    double product = 0, a_squares = 0, b_squares = 0;
    for (size_t i = 0; i < size; i++) {
        product += (double)a[i] * b[i];
        a_squares += (double)a[i] * a[i];
        b_squares += (double)b[i] * b[i];
    }
    const double a_length = sqrt(a_squares), b_length = sqrt(b_squares);
    const double angle = acos(fmax(-1, fmin(1, product / (a_length * b_length)))), sine = sin(angle);
    if (!(sine > 1e-6)) {
        interpolate_straight(z, a, b, size, share);
        return;
    }
    const double length = (1 - share) * a_length + share * b_length;
    const double of_a = sin((1 - share) * angle) / sine * length / a_length;
    const double of_b = sin(share * angle) / sine * length / b_length;
    for (size_t i = 0; i < size; i++) z[i] = (float)(of_a * a[i] + of_b * b[i]);
}

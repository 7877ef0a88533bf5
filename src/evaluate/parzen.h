/* Gaussian Parzen windows: the log-likelihood of rows under an equal mixture of spherical Gaussians about samples. */
#ifndef EVALUATE_PARZEN_H
#define EVALUATE_PARZEN_H

#include "compute/device.h"

/* likelihoods[i * count + s] = logmeanexp_j(-|x_i - s_j|² / 2σ²) - d log(σ sqrt(2π)) in nats, σ = sigmas[s] > 0, for
 * each row x_i of `rows` under each of `count` windows on `samples` (Goodfellow et al. 2014, section 5). All widths
 * share one pass over the distances, which are never stored. CLGAN_USAGE where the two differ in columns or have no
 * rows. */
clgan_status parzen_log_likelihood(double *likelihoods, struct device *device, const clgan_rows *rows,
                                   const clgan_rows *samples, const double *sigmas, size_t count);

#endif

/* The protocol by which generators were compared through Parzen windows (Goodfellow et al. 2014, section 5, and the
 * released code): sigma is the one of ten, spaced evenly in logarithm from 0.1 to 1, under which validation rows are
 * likeliest; reported is the mean over all test rows. */
#ifndef EVALUATE_PARZEN_PROTOCOL_H
#define EVALUATE_PARZEN_PROTOCOL_H

#include "evaluate/parzen.h"

enum { PARZEN_SAMPLES = 10000, PARZEN_VALIDATION_ROWS = 1000 }; /* as the protocol has them */

struct parzen_request {
    const clgan_rows *samples, *test; /* borrowed */
    const clgan_rows *validation;     /* its first PARZEN_VALIDATION_ROWS choose sigma */
    double sigma;                     /* instead of choosing; 0: choose */
    bool refine;                      /* look on between the neighbours of the grid's best, beyond its ends too */
};

/* The grid's width `position`, 0 to CLGAN_SIGMAS - 1. */
double parzen_grid(size_t position);

/* Errors are those of parzen_log_likelihood. */
clgan_status parzen_protocol(clgan_parzen *parzen, struct device *device, const struct parzen_request *request);

#endif

/* Validation while training: how likely held-out rows are under Parzen windows about G's samples, as the follow-up work
 * chose when to stop (Goodfellow et al. 2014, section 5, has the measure). */
#ifndef GAN_VALIDATION_H
#define GAN_VALIDATION_H

#include "gan/training.h"

struct validation {
    struct training *training; /* borrowed */
    clgan_rows rows;           /* held out */
    clgan_rows samples;        /* room for as many as the protocol takes */
};

/* CLGAN_USAGE where the recipe holds no rows out. */
clgan_status validation_make(struct validation *validation, struct training *training);
void validation_free(struct validation *validation);

/* Draws samples, always of the same noise, and sets progress' log_likelihood and sigma: the likeliest of the protocol's
 * grid. Waits. */
clgan_status validation_measure(clgan_progress *progress, struct validation *validation);

#endif

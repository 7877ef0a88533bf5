/* The pictures of fixed noise that a training keeps in its run's folder, samples/epoch-NNNN.png. */
#ifndef GAN_RUN_PICTURES_H
#define GAN_RUN_PICTURES_H

#include "gan/run.h"
#include "output/picture.h"

/* Epochs whose pictures there are, ascending. Zeroed is none. */
struct epochs {
    uint64_t *numbers; /* owned; freed with free() */
    size_t count;
};
/* CLGAN_USAGE where there is none. */
clgan_status run_pictures_list(struct epochs *epochs, const struct clgan_run *run);
/* Freed with picture_free. */
clgan_status run_picture_read(struct picture *picture, const struct clgan_run *run, uint64_t epoch);

#endif

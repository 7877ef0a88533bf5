/* The pictures that training keeps in a run's samples/. */
#ifndef GAN_RUN_PICTURES_H
#define GAN_RUN_PICTURES_H

#include "gan/run.h"
#include "output/picture.h"

/* Epochs whose pictures there are, ascending. */
struct run_pictures {
    uint64_t *epochs; /* owned */
    size_t count;
};
/* No folder has none. */
clgan_status run_pictures_list(struct run_pictures *pictures, const struct clgan_run *run);
/* CLGAN_USAGE where there is none. */
clgan_status run_pictures_list_some(struct run_pictures *pictures, const struct clgan_run *run);
void run_pictures_free(struct run_pictures *pictures);
/* Removes those of later epochs than `epochs`: of a course that is not the run's any more. */
clgan_status run_pictures_cut(const struct clgan_run *run, uint64_t epochs);
/* Epoch of number `i` of `chosen` pictures, evenly, the first and the last among them. `chosen` is 1 to their count. */
uint64_t run_pictures_choose(const struct run_pictures *pictures, size_t i, size_t chosen);
/* The picture of an epoch; freed with picture_free. */
clgan_status run_picture_read(struct picture *picture, const struct clgan_run *run, uint64_t epoch);

#endif

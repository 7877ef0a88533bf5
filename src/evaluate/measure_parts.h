/* The measures one by one, for the table in measure.c, and what they share. */
#ifndef EVALUATE_MEASURE_PARTS_H
#define EVALUATE_MEASURE_PARTS_H

#include "compute/random.h"
#include "evaluate/measure.h"

/* Improved precision and recall; density and coverage. */
clgan_status measure_precision_recall(struct measure_result *result, const struct measure_input *input);
/* The support's size from near-duplicates among samples. */
clgan_status measure_birthday(struct measure_result *result, const struct measure_input *input);
/* Samples' distance to training rows against that of held-out rows. */
clgan_status measure_memorisation(struct measure_result *result, const struct measure_input *input);
/* Classifier two-sample test. */
clgan_status measure_c2st(struct measure_result *result, const struct measure_input *input);

/* Lanes of RANDOM_MEASURE. Part of their keys: never renumber. */
enum measure_lane {
    LANE_TRAIN = 1, /* which training rows */
    LANE_TEST,      /* which held-out rows */
    LANE_SAMPLES,   /* which samples */
    LANE_WEIGHTS,   /* a classifier's: seed of its weights, its dropout, the order of its rows */
    LANE_DROPOUT,
    LANE_ORDER
};

/* Times a squared radius: a row on a ball's edge is inside, whichever way its distance was rounded. */
#define MEASURE_EDGE 1.00001f

/* CLGAN_USAGE where there are fewer than `least` rows of `what`. */
clgan_status measure_needs(size_t least, const char *what, const clgan_rows *rows);
/* `drawn` = `count` different rows of `from`, copied, in an order of the seed; freed with clgan_rows_free. */
clgan_status measure_draw(clgan_rows *drawn, const clgan_rows *from, size_t count, uint64_t seed,
                          enum measure_lane lane);
/* Smallest first. */
void measure_sort(float *values, size_t count);
/* Appends a value. `key` is static text. */
void measure_add(struct measure_result *result, const char *key, double value, double error);

#endif

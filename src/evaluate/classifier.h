/* A small classifier of rows in two classes, trained afresh: two layers of leaky ReLU with dropout and a logit, trained
 * with Adam on the cross-entropy. The same seed gives the same bits on a device. */
#ifndef EVALUATE_CLASSIFIER_H
#define EVALUATE_CLASSIFIER_H

#include "nn/network.h"

struct classifier {
    struct device *device;
    struct network_recipe spec;
    struct network network;
    struct arena arena;
    struct pass training, judging; /* 2 batches of rows: of the first class, then of the second | as many rows */
    struct tensor values;          /* METRICS x rows: the losses, for `advance` */
    struct buffer state, table, sums;
    struct plan step, forward;
    float *staging;     /* rows on their way, 2 batches; owned */
    size_t batch;       /* rows of a class in a step */
    size_t steps;       /* to be trained for */
    double mean, scale; /* the net sees (x - mean) * scale */
    uint64_t seed;
};

/* For rows of `columns` values, trained on `rows` of each class. Free it in any case. */
clgan_status classifier_make(struct classifier *classifier, struct device *device, size_t columns, size_t rows,
                             uint64_t seed);
void classifier_free(struct classifier *classifier);

/* Trains on as many rows of the first class as of the second; CLGAN_FAILED where the loss is no longer finite. */
clgan_status classifier_train(struct classifier *classifier, const clgan_rows *first, const clgan_rows *second);
/* logits[i] > 0: row i is rather of the first class. */
clgan_status classifier_judge(struct classifier *classifier, float *logits, const clgan_rows *rows);

#endif

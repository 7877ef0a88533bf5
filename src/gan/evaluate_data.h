/* Rows to evaluate with, prepared as a recipe says: pictures from files, or drawn from the data's distribution. */
#ifndef GAN_EVALUATE_DATA_H
#define GAN_EVALUATE_DATA_H

#include "compute/device.h"
#include "gan/recipe.h"

struct evaluate_data {
    clgan_rows train; /* rows that may have been learned from; empty where they were not asked for */
    clgan_rows validation, test;
};

/* Training pictures of `request` (those not held out) where `train`, the first held-out ones that choose sigma, test
 * pictures. */
clgan_status evaluate_data_read(struct evaluate_data *data, const struct dataset_request *request,
                                enum data_preparation preparation, bool train, const clgan_log *log);
/* As many of each, drawn from the distribution of `recipe`'s data, each from a stream of its own under `seed`. */
clgan_status evaluate_data_draw(struct evaluate_data *data, struct device *device, const struct recipe *recipe,
                                uint64_t seed);
void evaluate_data_free(struct evaluate_data *data);

#endif

/* What a training needs, set up: data, device, the pair with its plan, and a sampler of fixed noise. */
#ifndef GAN_TRAINING_H
#define GAN_TRAINING_H

#include "gan/pair.h"
#include "gan/run.h"
#include "gan/sampler.h"

struct training {
    const struct recipe *recipe; /* borrowed */
    struct dataset dataset;
    struct device *device;
    struct pair pair;
    struct batches batches;
    struct sampler sampler;
};

/* `data` as --data. Memory is asked for before any is taken. `imagined`: where the data is not found, go on as if there
 * were enough of it (for a dry run). */
clgan_status training_open(struct training *training, const struct recipe *recipe, const char *data,
                           const clgan_train_options *options, bool imagined, const clgan_log *log);
void training_close(struct training *training);

/* Parameters of step 0: initial weights, the bias from marginals, layers taken over from run folder `from`. */
clgan_status training_initialise(struct training *training, const char *from, const clgan_log *log);

#endif

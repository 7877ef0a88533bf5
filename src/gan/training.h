/* What a training needs, set up: data, device, the pair with its plan, and a sampler of fixed noise. */
#ifndef GAN_TRAINING_H
#define GAN_TRAINING_H

#include "gan/monitor.h"
#include "gan/run.h"
#include "gan/sampler.h"

struct training {
    const struct recipe *recipe; /* borrowed */
    struct dataset dataset;
    struct device *device;
    struct pair pair;
    struct batches batches;
    struct sampler sampler;
    struct monitor monitor; /* of trainings that have a run */
    bool chosen;            /* its kernels are not those of the run's file, which is to be written */
};

/* What training_open starts from. */
struct training_request {
    const char *data;    /* as --data */
    bool imagined;       /* where the data is not found, go on as if there were enough of it: nothing will be trained */
    const char *choices; /* file of the run's kernels: read where it exists; else they are the device's kept ones,
                            measured in a few seconds if there are none and the options allow it. NULL: there is no
                            run, nothing is measured */
    bool *fits;          /* becomes true when the data is there and has rows for a step; may be NULL */
};

/* Memory is asked for before any is taken. */
clgan_status training_open(struct training *training, const struct recipe *recipe,
                           const struct training_request *request, const clgan_train_options *options,
                           const clgan_log *log);
/* A pair alone, without plans: enough for step 0. `data` as --data, "" for the usual places; NULL: the pictures are not
 * read, and training_initialise leaves a bias from marginals to the caller. How long an epoch is counts from step 1 on.
 */
clgan_status training_open_pair(struct training *training, const struct recipe *recipe, const char *data,
                                const clgan_device_options *device, const clgan_log *log);
void training_close(struct training *training);

/* Parameters of step 0: initial weights, the bias from marginals, layers taken over from run folder `from`. */
clgan_status training_initialise(struct training *training, const char *from, const clgan_log *log);

#endif

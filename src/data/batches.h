/* Minibatches on the device: rows of a dataset held there as bytes, or streamed through a window, or drawn from a
 * distribution. Whichever way, the same seed gives the same bits. */
#ifndef DATA_BATCHES_H
#define DATA_BATCHES_H

#include "compute/plan.h"
#include "compute/random.h"
#include "data/dataset.h"

/* Where batches come from and how many a step takes. */
struct batches_request {
    enum data_format format;
    const struct pictures *pictures; /* training rows where the format has pictures, borrowed while the batches live */
    enum data_preparation preparation;
    double mean, deviation; /* gaussian: of x; ring: deviation of each mode */
    size_t modes;           /* ring */
    double radius;          /* ring */
    size_t steps_per_epoch; /* gaussian, ring; with pictures it follows from their count */
    size_t rows;            /* of a minibatch */
    size_t lanes;           /* minibatches a step */
    uint64_t seed;
    bool stream;         /* never hold all pictures on the device */
    size_t window_bytes; /* of pictures held when they stream; 0: 32 MiB */
};

struct batches {
    struct batches_request request;
    struct device *device;
    size_t size;               /* values of a row */
    size_t steps_per_epoch;    /* full batches only */
    size_t window;             /* steps whose rows are on the device at once; steps_per_epoch or more: all are */
    bool streamed;             /* rows lie in the order in which they are used */
    struct random_key shuffle; /* host twin of the kernel's key */
    struct buffer bytes;       /* pictures, or those of a window */
    struct buffer prepare;     /* mean and scale of each of those */
    float *host_prepare;       /* of every picture: mean, scale; owned */
    uint8_t *staging;          /* a window's bytes on their way; owned */
    float *staging_prepare;    /* and its means and scales; owned */
};

/* CLGAN_USAGE where there are fewer pictures than a step takes. */
clgan_status batches_check(const struct batches_request *request);
/* The same, and takes the device's memory: all pictures where they fit (and `stream` is not asked for), else a window
 * of them. */
clgan_status batches_make(struct batches *batches, struct device *device, const struct batches_request *request,
                          const clgan_log *log);
void batches_free(struct batches *batches);

/* Appends what fills `x` (rows x size) with minibatch `lane` of the step that `state` tells. */
clgan_status batches_append(struct plan *plan, const struct batches *batches, struct tensor x,
                            const struct buffer *state, unsigned lane);

/* Appends what fills `x` with rows of the distribution that `request` describes (gaussian, ring), from the stream `key`
 * at the step and first row that `state` (step_state) tells. */
clgan_status drawn_append(struct plan *plan, const struct batches_request *request, struct tensor x,
                          const struct buffer *state, struct random_key key);

/* To be called before each step, given by its epoch and position in it, and before the first one after a resume:
 * brings the window of rows to the device when the step is outside the one there. */
clgan_status batches_prepare_step(struct batches *batches, const struct buffer *state, uint64_t epoch, size_t in_epoch,
                                  bool first);

#endif

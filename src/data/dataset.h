/* Pictures on disk, read into host memory as bytes: IDX and CIFAR-10 files, folders of PNG and JPEG, and where they are
 * found. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/status.h"
#include "data/image.h"

enum data_format { DATA_IDX, DATA_CIFAR10, DATA_FOLDER, DATA_GAUSSIAN, DATA_RING };
/* Whether the format is pictures in files, not rows drawn on the device. */
bool data_has_pictures(enum data_format format);

enum data_preparation { PREPARE_UNIT, PREPARE_CONTRAST55 };

/* Rows of bytes, one picture a row: channels x height x width. */
struct pictures {
    uint8_t *bytes; /* count x size; owned */
    size_t count;   /* pictures */
    size_t size;    /* bytes of one = channels * height * width */
};

struct dataset {
    struct pictures train;      /* training rows: those before the validation rows */
    struct pictures validation; /* the rows after those; a view into train's memory, not owned */
    struct pictures test;       /* the test files' rows; count 0 where they were not asked for or don't exist */
    size_t channels, height, width;
    char *folder; /* where it was found, absolute; owned */
};

/* What a recipe asks of its data. */
struct dataset_request {
    enum data_format format; /* DATA_IDX, DATA_CIFAR10 or DATA_FOLDER */
    const char *name;        /* the recipe's name for it: a folder of that name is looked for in the usual places */
    const char *path;        /* --data: a folder, or one IDX file of training pictures; NULL: the usual places */
    size_t channels, height, width; /* expected shape of a picture; all 0: any (IDX) */
    enum data_fit fit;              /* folder: how pictures come to that shape */
    uint8_t background;             /* folder */
    size_t validation;              /* rows held out at the end of the training file; folder: spread over it */
    int want_test;                  /* 1: read the test pictures too and fail if they are missing */
    const volatile int *stop;       /* folder: polled; not 0: CLGAN_STOPPED. May be NULL */
};

/* Reads and checks everything: magic, type, dimensions, lengths, gzip, no trailing bytes, labels (where the label file
 * exists) in as many rows as pictures. CLGAN_FAILED names the file, what was wrong and what to do; a missing dataset
 * lists the places looked at and how to get it. */
clgan_status dataset_read(struct dataset *dataset, const struct dataset_request *request, const clgan_log *log);
void dataset_free(struct dataset *dataset);
/* CLGAN_FAILED where this machine has not so much memory; `path` is what would need it. */
clgan_status pictures_fit_host(double bytes, const char *path);

/* Opens one IDX file of unsigned bytes, gzipped or not, and reads its header: its dimensions (1 to 4) and their count.
 * A header that promises more than the file, or this machine, can hold is refused. Closed with idx_close; `path` must
 * live as long. */
struct idx;
clgan_status idx_open(struct idx **idx, size_t shape[4], size_t *dimensions, const char *path);
/* What follows the header, freed with free(): all of it, and nothing after it. Once. */
clgan_status idx_read(uint8_t **bytes, struct idx *idx);
void idx_close(struct idx *idx);
/* One CIFAR-10 binary file: records of a label byte and 3 x 32 x 32 bytes; labels are dropped. */
clgan_status cifar10_read(struct pictures *pictures, const char *path);

/* ---- preparation: x = (byte - mean) * scale ---- */

/* mean and scale of each row for a preparation. unit: 0 and 1/255. contrast55: the row's mean, and 55 over the norm of
 * the row minus its mean (0 for a row without contrast). Exact integer sums, so the same on every host. `pairs` holds
 * pictures->count x 2 values. */
void prepare_rows(float *pairs, const struct pictures *pictures, enum data_preparation preparation);
/* `pictures` of `dataset` as prepared rows, freed with clgan_rows_free. */
clgan_status prepared_rows(clgan_rows *rows, const struct dataset *dataset, const struct pictures *pictures,
                           enum data_preparation preparation);

/* Logit of the mean of each column over the rows as unit values, the mean clipped to [1e-7, 1 - 1e-7]
 * (Goodfellow et al. 2014, released code). `logits` holds pictures->size values. */
void marginal_logits(float *logits, const struct pictures *pictures);

#endif

/* Measures of samples, whoever made them: a table that `clgan evaluate` walks. */
#ifndef EVALUATE_MEASURE_H
#define EVALUATE_MEASURE_H

#include "compute/device.h"

/* What a measure looks at; all borrowed, rows in the data's own range. */
struct measure_input {
    struct device *device;
    const clgan_rows *samples;
    const clgan_rows *train, *test; /* real rows: those that may have been learned from, and those held out */
    uint64_t seed;                  /* of subsets, splits and weights drawn */
    const clgan_log *log;
};

/* One number of a result. */
struct measure_value {
    const char *key; /* as JSON has it, static text */
    double value;
    double error; /* one standard error, NAN where none is known */
};
enum { MEASURE_VALUES = 8 };
struct measure_result {
    struct measure_value values[MEASURE_VALUES];
    size_t count;
    char note[160]; /* what a reader must know about this very result; "" for nothing */
};

struct measure {
    const char *name;    /* as --measures takes it */
    const char *source;  /* "Kynkaanniemi et al. 2019, arXiv 1904.06991" */
    const char *meaning; /* one sentence */
    const char *limits;  /* one sentence */
    clgan_status (*run)(struct measure_result *result, const struct measure_input *input);
};

/* Ended by a name of NULL. Parzen windows are not among them: their protocol also needs validation rows
 * (parzen_protocol.h). */
extern const struct measure measures[];

#endif

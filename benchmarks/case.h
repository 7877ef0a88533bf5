/* A recipe's step, set up on a device with pictures of noise. */
#ifndef BENCH_CASE_H
#define BENCH_CASE_H

#include "bench.h"
#include "gan/pair.h"

/* A recipe's step on a device. */
struct bench_case {
    clgan_recipe *recipe;
    struct device *device;
    struct pictures pictures;
    struct batches batches;
    struct pair pair;
};

/* What a row is of. */
struct point {
    const char *recipe, *update, *backend; /* update NULL: the recipe's own; backend NULL: whatever is fastest */
    size_t batch, width;                   /* 0: as the recipe says */
};

/* As the recipe, but for what `point` says; `profiling`: the queue records times. */
clgan_status open_case(struct bench_case *c, const struct point *point, const struct bench_options *options,
                       bool profiling);
void close_case(struct bench_case *c);

/* Calls `bench` for every point of the options. */
clgan_status each_point(json_t *rows, const struct bench_options *options,
                        clgan_status (*bench)(json_t *rows, const struct point *point,
                                              const struct bench_options *options, const struct peak *peak));

#endif

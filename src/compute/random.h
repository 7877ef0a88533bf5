/* Philox streams: keys for purposes, and the host's twins of what cl/philox.clh does. */
#ifndef COMPUTE_RANDOM_H
#define COMPUTE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a stream is for. Part of its key, so numbers of one never appear in another; never renumber. */
enum random_purpose {
    RANDOM_WEIGHTS_G = 1,
    RANDOM_WEIGHTS_D = 2,
    RANDOM_SHUFFLE = 3,
    RANDOM_NOISE = 4,      /* z of training; lane: which minibatch of the step */
    RANDOM_DROPOUT = 5,    /* lane as above */
    RANDOM_DATA = 6,       /* drawn data */
    RANDOM_SAMPLE = 7,     /* z of samples */
    RANDOM_EVALUATION = 8, /* rows to evaluate with; lane 0: a subset, from 1: drawn data */
    RANDOM_MEASURE = 9     /* subsets, splits and weights of measures; lane: enum measure_lane */
};

struct random_key {
    uint32_t word[2];
};

struct device;

/* How random.cl's kernels draw on this device: compiler options, and work-items for `columns` of a row. */
const char *random_options(const struct device *device);
size_t random_items(const struct device *device, size_t columns);
/* Work-items where each draws for neighbouring rows: of data, and of z where its rows are short. */
size_t random_items_down(const struct device *device, size_t rows);

/* Ten rounds of Philox4x32. */
void random_philox(uint32_t out[4], const uint32_t counter[4], struct random_key key);
/* Word of an element in a stream: stream and word_of of cl/philox.clh. */
uint32_t random_stream_word(struct random_key key, uint32_t layer, size_t row, size_t column, uint64_t step);
/* Key of a purpose and lane under a seed: a Philox block of them. */
struct random_key random_stream(uint64_t seed, enum random_purpose purpose, uint32_t lane);
/* Position `index` of the shuffle of 0 .. count - 1 in an epoch; count at most 2^32 - 1. */
uint32_t random_shuffled(uint32_t index, uint32_t count, uint64_t epoch, struct random_key key);

#endif

/* A survey: everything that is measured of one device, in a process of its own that tells each result as it comes. */
#ifndef BENCH_SURVEY_H
#define BENCH_SURVEY_H

#include "bench.h"

enum survey_size { SURVEY_QUICK, SURVEY_DEFAULT, SURVEY_FULL, SURVEY_SIZES };

/* What a survey of a size takes. */
struct survey_effort {
    const char *name;
    size_t rounds;   /* over all measures, so that a row's spread has what changes from minute to minute */
    double seconds;  /* of a measure in a round */
    double training; /* of a training in a round */
    double longest;  /* a run that would take longer at the device's peak is left out */
    double nominal;  /* seconds of the whole, about, on two cores */
    size_t products; /* matrix products of a recipe at most, the largest first */
};
extern const struct survey_effort survey_efforts[SURVEY_SIZES];

/* A row of results. */
struct survey_row {
    char key[112];     /* "gemm.native.XW maxout/5 200 x 1200 x 784": the same from version to version */
    char about[128];   /* for people */
    const char *group; /* launches, memory, arithmetic, products, kernels, training */
    const char *unit;
    bool less_is_better;
    double scale;           /* value = scale / seconds of a run, or scale * seconds where less is better */
    double flops, bytes;    /* of a run: per cent of the peak of whichever is named; 0: no per cent */
    struct samples samples; /* of a run */
    double event;           /* seconds of a run by the driver's own clock; 0: not known */
    const char *status;     /* ok, unsupported, skipped, failed */
    char reason[256];
};

struct survey;

struct measure {
    struct survey_row row;
    clgan_status (*run)(struct survey *survey, struct measure *measure);
    const char *recipe;  /* training */
    struct gemm gemm;    /* products: its sizes and kinds */
    const char *backend; /* products */
};

struct survey {
    const struct survey_effort *effort;
    clgan_device_options options;
    struct device *device; /* of this pass */
    bool simulator;        /* runs are not what counts: sizes are the least */
    bool events;           /* this pass asks the driver's clock */
    struct peak peak;
    double reached;           /* FLOP/s of the first training: more is not to be hoped for of others; 0: not known */
    double begin;             /* clock_seconds where this pass began */
    struct measure *measures; /* owned */
    size_t count, capacity;
    FILE *out; /* lines of JSON */
};

/* Fills in a measure's row; the pointer is good until the next one. NULL: no memory. */
struct measure *survey_add(struct survey *survey, const char *group, const char *unit,
                           clgan_status (*run)(struct survey *survey, struct measure *measure));
/* Times it as the pass wants: samples of a group of runs, or the driver's clock. `training`: for as long as one. */
clgan_status survey_time(struct survey *survey, struct survey_row *row, const struct timed *timed, bool training);
/* Not to be measured here, and why (printf style). */
void survey_skip(struct survey_row *row, const char *status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Skips the row where a run of so much work takes too long: at the device's peak, or at what it reached so far. */
bool survey_too_long(const struct survey *survey, struct survey_row *row, double flops, double bytes);

/* Each adds the measures of a group. */
clgan_status survey_basics(struct survey *survey);
clgan_status survey_products(struct survey *survey);
clgan_status survey_kernels(struct survey *survey);
clgan_status survey_trainings(struct survey *survey);
clgan_status survey_large_training(struct survey *survey);

/* The whole of one device: lines of JSON on `out`, {"device": ...}, {"selftest": ...}, {"begin": key, "number", "of"},
 * {"row": ...}, a later one of a key in place of an earlier one, and {"done": true} at the end. */
clgan_status survey_device(FILE *out, const clgan_device_options *options, enum survey_size size);
/* {"device": ...} of every device. */
clgan_status survey_list(FILE *out);

#endif

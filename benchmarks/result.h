/* Results of surveys: read from a document of clgan-bench (one just made, or a file of anywhere), and shown. */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include "bench.h"

#define RESULT_FORMAT "clgan-bench"
enum { RESULT_VERSION = 1 };

struct result_row {
    const char *key, *group, *about, *unit, *status, *reason;
    bool ok, less_is_better;
    double value, low, high; /* median and quartiles */
    double wall, event;      /* seconds of a run; 0: not known */
    double percent;          /* of the device's own peak; 0: not known */
    const char *peak;        /* arithmetic, bandwidth; "" */
    size_t repetitions;
};

struct result_device {
    char label[640]; /* "device 0", "one core"; of several files: "new.json: device 0" */
    const char *name, *type, *platform, *driver, *loader, *tuning, *environment;
    const char *status, *reason;            /* ok, failed */
    const char *selftest, *selftest_reason; /* ok, failed, skipped */
    double others;                          /* per cent of the host's processors that other programs took meanwhile */
    bool busy;                              /* more than a benchmark should share */
    bool simulator;
    struct result_row *rows; /* owned */
    size_t count;
};

/* One document. Texts are the document's: borrowed. */
struct result {
    const json_t *document;
    const char *date, *clgan, *build, *cpu, *system, *mode;
    struct result_device *devices; /* owned */
    size_t count;
};

/* CLGAN_FAILED with what is wrong with it; `origin` names it in messages and, where `labelled`, in labels. */
clgan_status result_read(struct result *result, const json_t *document, const char *origin, bool labelled);
void result_free(struct result *result);

/* NULL: no such row, or not measured. */
const struct result_row *result_row(const struct result_device *device, const char *key);
/* The device's speed of training, its row; NULL where it has no score: not measured, or its self-test failed. */
const struct result_row *result_score(const struct result_device *device);
/* How many times as good `a` is as `b`. */
double result_times(const struct result_row *a, const struct result_row *b);

/* Printable, UTF-8, at most 300 bytes, whatever a driver or a file calls itself; good until the eighth next call. */
const char *result_plain(const char *text);
/* "12.3 ms", "13,300 samples/s", "6.3 min": good until the eighth next call. */
const char *result_value(double value, const char *unit);

/* Groups of rows, in the order in which they are shown. */
enum { RESULT_GROUPS = 6 };
extern const struct result_group {
    const char *group, *title;
    bool folded; /* many, and not what matters first */
} result_groups[RESULT_GROUPS];

/* Calls `each` for every key of the group that any device has, with the row of the first that has it. */
void result_each_row(const struct result *result, const char *group, void *user,
                     void (*each)(void *user, const struct result *result, const struct result_row *row));

struct text;
/* The verdict in plain words: which device to train on. */
void result_verdict(struct text *text, const struct result *result);

/* All devices side by side. */
void result_table(struct text *text, const struct result *result);
void result_markdown(struct text *text, const struct result *result);
void result_csv(struct text *text, const struct result *result);

/* ---- what changed between two runs of a device ---- */

struct change {
    const struct result_device *before_device, *after_device;
    const struct result_row *before, *after;
    double times; /* how many times as good it is now */
    double noise; /* in parts of 1: less of a change means nothing */
    enum { CHANGE_NONE, CHANGE_BETTER, CHANGE_WORSE, CHANGE_GONE } kind;
};
struct changes {
    struct change *list; /* owned */
    size_t count, capacity, better, worse, gone;
    size_t devices; /* that both runs have */
    size_t broken;  /* that computed rightly before, and do no more, or are not there */
};
/* Of devices of the same label and name in runs `before` and `after`; `least_noise`: of every row, in parts of 1. */
clgan_status changes_find(struct changes *changes, const struct result *before, const struct result *after,
                          double least_noise);
void changes_verdict(struct text *text, const struct changes *changes);
void changes_table(struct text *text, const struct changes *changes);
void changes_markdown(struct text *text, const struct changes *changes);
json_t *changes_json(const struct changes *changes);

/* One page: the verdict, bars, every number; `changes` NULL: none are shown. */
void result_page(struct text *text, const struct result *result, const struct changes *changes);

#endif

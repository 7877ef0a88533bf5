/* clgan-bench: what a device does with clgan's work. Times are wall-clock seconds of work that was warmed up. */
#ifndef BENCH_H
#define BENCH_H

#include <jansson.h>

#include "compute/gemm.h"

enum { LIST_MOST = 32 };

struct bench_options {
    clgan_device_options device;
    const char *recipes[LIST_MOST], *updates[LIST_MOST], *backends[LIST_MOST], *settings[LIST_MOST];
    size_t recipe_count, update_count, backend_count, setting_count;
    size_t batches[LIST_MOST], batch_count;
    size_t widths[LIST_MOST], width_count; /* columns of each hidden layer; none: the recipe's own */
    double seconds;                        /* at most, for each row */
    int untuned;                           /* 1: as if clgan tune had never run */
    int launches;                          /* 1: markdown shows each launch */
    enum { FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_CSV } format;
};

/* What the device can do at most, measured, and with what: work that a slow device ends in a few milliseconds. */
struct peak {
    double flops, bytes;               /* per second: multiply-adds count two, copies count bytes read and written */
    double launch;                     /* seconds of a launch that does nothing */
    unsigned flops_width, bytes_width; /* floats of the vectors that were fastest */
    unsigned rounds;                   /* of multiply-adds in a work-item */
    size_t copied;                     /* bytes of a copy */
};
/* `seconds`: for each kind and width. */
clgan_status peak_measure(struct peak *peak, struct device *device, double seconds);

/* What peaks are measured with, appended to a plan: `to` and `from` of peak->copied bytes, at least PEAK_BYTES. Each
 * launch tells its FLOPs or bytes. */
enum { PEAK_BYTES = 1 << 20 };
clgan_status peak_multiply_add(struct plan *plan, const struct peak *peak, const struct buffer *to);
clgan_status peak_copy(struct plan *plan, const struct peak *peak, const struct buffer *to, const struct buffer *from);
/* `count` launches that do nothing. */
clgan_status peak_nothing(struct plan *plan, const struct buffer *to, size_t count);

/* Seconds of a run, once for each group of runs. Zeroed is empty. */
struct samples {
    double *seconds; /* owned */
    size_t count, capacity;
};
clgan_status samples_add(struct samples *samples, double seconds);
/* What a share of them is not above; sorts them. 0 where there are none. */
double samples_quantile(struct samples *samples, double share);
void samples_free(struct samples *samples);

/* How long to time. A group is as many runs as fill `group` seconds, enqueued as a training enqueues them. */
struct effort {
    double seconds, group;
    size_t least; /* groups, however long they take */
};
/* What to time: a plan, and what is done before each of its runs; `before` may be NULL. */
struct timed {
    struct plan *plan;
    clgan_status (*before)(void *user);
    void *user;
};
/* Runs it to warm up, then adds a sample for each group. */
clgan_status time_samples(struct samples *samples, const struct timed *timed, const struct effort *effort);

/* Median and minimum over groups of runs, of a run; `count` groups. */
struct timing {
    double median, least; /* seconds */
    size_t count;
};
/* Runs `plan` to warm up, then groups of runs for about `seconds`, at least three. */
clgan_status time_plan(struct timing *timing, struct plan *plan, double seconds);

/* Each appends rows (JSON objects) to `rows`; a message for each goes to stderr. */
clgan_status bench_step(json_t *rows, const struct bench_options *options);
clgan_status bench_gemm(json_t *rows, const struct bench_options *options);
clgan_status bench_monitor(json_t *rows, const struct bench_options *options);

/* Rows as the options' format on stdout. */
void rows_write(const json_t *rows, const struct bench_options *options);

/* The subcommands that take options of their own; each returns an exit code. */
struct context;
int command_survey(struct context *context, int argc, char **argv);
int command_compare(struct context *context, int argc, char **argv);

/* Fixed noise: never time zeros. */
void noise_bytes(uint8_t *bytes, size_t count);
clgan_status buffer_noise(struct device *device, const struct buffer *buffer);

/* Bits of device.gemm_backends for "native" or "clblast"; 0 for another name. */
unsigned backend_bits(const char *name);

#endif

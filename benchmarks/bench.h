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

/* What the device can do at most, measured. */
struct peak {
    double flops, bytes; /* per second: multiply-adds count two, copies count bytes read and written */
    double launch;       /* seconds of a launch that does nothing */
};
clgan_status peak_measure(struct peak *peak, struct device *device);

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

/* Bits of device.gemm_backends for "native" or "clblast"; 0 for another name. */
unsigned backend_bits(const char *name);

#endif

/* A device: context, one in-order queue, capabilities, program table, memory. */
#ifndef COMPUTE_DEVICE_H
#define COMPUTE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "compute/cl.h"

struct program_entry;
struct gemm_choices;

/* How much work lies in the queue, in seconds as guessed before it is run (pace.c). */
struct pace {
    bool kept;               /* a display may wait for the device: launches are cut, what is enqueued is bounded */
    double rate;             /* flop/s of the guess: a lower end */
    double slowness;         /* seconds that a guessed one took when last measured, 1 at least */
    cl_event mark;           /* of the last device_pace; NULL: none */
    double enqueued, marked; /* guessed seconds since the mark, and between it and the one before */
    double seen;             /* clock when the mark before was seen to be reached; 0: the device may have idled since */
};

struct device {
    clgan_device_info info;
    cl_platform_id platform;
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;         /* in order */
    size_t work_group;              /* largest work-group the device allows */
    unsigned vector_width;          /* floats of a hardware vector, as the device says: 1 to 16 */
    unsigned quirks;                /* bits of enum quirk_act */
    bool unified;                   /* the device works in the host's memory */
    uint64_t taken;                 /* bytes of buffers alive */
    char *cache_dir;                /* NULL: no cache; owned */
    unsigned gemm_backends;         /* bits of 1 << enum gemm_backend that products may use; 0: all */
    struct gemm_choices *choices;   /* how products are made; owned, empty at first */
    struct program_entry *programs; /* built ones, a list; owned */
    struct pace pace;
    clgan_log log;
};

/* Opens the device that `options` asks for (CLGAN_DEVICE_OPTIONS' rules) and logs which and why. `profiling`: the queue
 * records times. */
clgan_status device_open(struct device **device, const clgan_device_options *options, bool profiling,
                         const clgan_log *log);
void device_close(struct device *device);
/* Fills in what follows from `info` and `id`: quirks, work_group, vector_width, unified, pace. Opens nothing. */
clgan_status device_limits(struct device *device);

/* Whether kernels do well to work on vectors of 16 here: CPUs with wide ones. A GPU's work-items are its lanes. */
bool device_is_wide(const struct device *device);
/* Elements of such a vector, 16 or 1, and the compiler option that says so to kernels that have both ways. */
size_t device_width(const struct device *device);
const char *device_width_option(const struct device *device);

/* ---- waiting, and what is enqueued (pace.c) ---- */

/* Says whether the pace is kept, and what guesses are made from. */
clgan_status pace_begin(struct device *device);
/* Waits until everything enqueued is done: at once when it is, for measuring. */
clgan_status device_finish(struct device *device);
/* The same asleep: the thread takes next to no CPU time, and is late by a sixteenth of its wait or a millisecond. */
clgan_status device_rest(struct device *device);
/* Marks what is enqueued so far and waits until what was enqueued before the last call is done: called after each group
 * of steps, it keeps the device busy and the backlog at two groups (drivers of displays kill long queues). */
clgan_status device_pace(struct device *device);
/* Seconds that work is likely to take at most, before anything was measured. */
double device_guess(const struct device *device, double flops, double bytes);
/* Into how many parts work of a guess is to be cut so that others don't wait long for the device; 1 where none does.
 * `measured`: by what was measured since, so it differs from run to run. */
size_t device_cuts(const struct device *device, double guess, bool measured);
/* Tells of work enqueued; where the pace is kept, what was enqueued goes to the device, and once there is enough of it
 * device_pace waits. */
clgan_status device_spend(struct device *device, double guess);

/* ---- memory ---- */

/* Bytes on the device. */
struct buffer {
    cl_mem memory;
    size_t bytes;
    bool borrowed; /* the bytes are the host's */
};

/* A view of rows of 4-byte or 1-byte elements in a buffer; by value, owns nothing. Row r, column c is element offset +
 * r * stride + c. */
enum element { ELEMENT_F32, ELEMENT_U8, ELEMENT_U32 };
struct tensor {
    const struct buffer *buffer;
    size_t offset; /* elements */
    size_t rows, columns, stride;
    enum element element;
};

/* Begins as zeros. */
clgan_status buffer_make(struct buffer *buffer, struct device *device, size_t bytes, const char *purpose);
/* Enqueues making it zeros again. */
clgan_status buffer_clear(const struct buffer *buffer, struct device *device);
/* Holds `bytes` of `values` for kernels to read. Where the device works in the host's memory that is `values` itself,
 * which must outlive the buffer and not change. */
clgan_status buffer_of(struct buffer *buffer, struct device *device, size_t bytes, const void *values,
                       const char *purpose);
void buffer_free(struct buffer *buffer, struct device *device);

size_t element_bytes(enum element element);
/* Rows [first, first + count) of `tensor`. */
struct tensor tensor_rows(struct tensor tensor, size_t first, size_t count);
/* Blocking transfers (what is read is waited for asleep, as device_rest) between host memory and a view without gaps
 * (stride == columns). */
clgan_status tensor_write(struct device *device, struct tensor tensor, const void *values);
clgan_status tensor_read(struct device *device, struct tensor tensor, void *values);
/* Enqueues setting every element of a view without gaps of floats. */
clgan_status tensor_fill(struct device *device, struct tensor tensor, float value);
clgan_status buffer_write(struct device *device, const struct buffer *buffer, size_t offset, size_t bytes,
                          const void *values);
clgan_status buffer_read(struct device *device, const struct buffer *buffer, size_t offset, size_t bytes, void *values);

/* ---- arena: many tensors in few buffers, none larger than the device's largest allocation ---- */

/* Declare tensors with arena_add, then arena_make, which fills in their buffers. Contents start as zeros. */
struct arena {
    struct buffer *chunks;
    size_t chunk_count;
    struct arena_item {
        struct tensor *tensor;
        size_t chunk;
    } * items;
    size_t count, capacity;
};
/* Sets *tensor's shape; it must stay where it is until arena_make. */
clgan_status arena_add(struct arena *arena, struct tensor *tensor, size_t rows, size_t columns, enum element element);
/* Bytes that arena_make will take. */
uint64_t arena_bytes(const struct arena *arena);
clgan_status arena_make(struct arena *arena, struct device *device, const char *purpose);
/* Enqueues making all of it zeros again. */
clgan_status arena_clear(const struct arena *arena, struct device *device);
void arena_free(struct arena *arena, struct device *device);

#endif

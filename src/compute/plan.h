/* A plan: a flat, named, printable list of launches, made once and replayed. */
#ifndef COMPUTE_PLAN_H
#define COMPUTE_PLAN_H

#include "base/text.h"
#include "compute/device.h"

enum launch_kind { LAUNCH_KERNEL, LAUNCH_LIBRARY_GEMM, LAUNCH_COPY };

/* Memory of a plan's own, for what passes from one launch to the next. Calls of a library have a role of their own. */
enum scratch_role { SCRATCH_LIBRARY, SCRATCH_PRODUCT, SCRATCH_SQUARES, SCRATCH_GRADIENT_SQUARES };
struct scratch;

/* C[m, n] = op(A) op(B), row-major views, as a library call. */
struct gemm_call {
    struct tensor a, b, c;
    bool a_transposed, b_transposed;
    size_t m, n, k;
    const struct buffer *scratch; /* the plan's, shared by its calls */
};

struct launch {
    char name[48];
    enum launch_kind kind;
    const char *segment; /* name of the plan's segment, static text */
    cl_kernel kernel;    /* owned; its arguments were set when the plan was made */
    size_t global[3], local[3];
    struct gemm_call gemm;  /* library GEMM */
    size_t product[3];      /* m, n, k of a matrix product, whoever makes it; else 0 */
    char variant[48];       /* how a product is made: gemm_variant_name */
    struct tensor from, to; /* copy */
    double flops, bytes;    /* work of one run, and what it reads and writes at least */
    double guess;           /* device_guess */
    double seconds;         /* measured over `runs` profiled runs */
};

struct plan {
    struct device *device;
    struct launch *launches;
    size_t count, capacity;
    const char *segment;     /* of launches to be appended */
    struct scratch *scratch; /* a list; owned */
    uint64_t runs;           /* profiled ones */
};

void plan_begin(struct plan *plan, struct device *device);
void plan_free(struct plan *plan);
/* Launches appended from here on belong to `name` (static text). */
void plan_segment(struct plan *plan, const char *name);

/* Typed kernel arguments. A tensor takes two: VIEW of cl/view.clh. An empty tensor (no buffer) stands for "not there":
 * flags of the kernel say so, and any buffer is passed. */
struct argument {
    enum { ARGUMENT_TENSOR, ARGUMENT_BUFFER, ARGUMENT_UINT, ARGUMENT_INT, ARGUMENT_FLOAT, ARGUMENT_UINT2 } kind;
    struct tensor tensor;
    const struct buffer *buffer;
    cl_uint u;
    cl_int i;
    cl_float f;
    cl_uint2 u2;
};
#define ARG_TENSOR(value)                                                                                              \
    {                                                                                                                  \
        .kind = ARGUMENT_TENSOR, .tensor = (value)                                                                     \
    }
#define ARG_BUFFER(value)                                                                                              \
    {                                                                                                                  \
        .kind = ARGUMENT_BUFFER, .buffer = (value)                                                                     \
    }
#define ARG_UINT(value)                                                                                                \
    {                                                                                                                  \
        .kind = ARGUMENT_UINT, .u = (cl_uint)(value)                                                                   \
    }
#define ARG_INT(value)                                                                                                 \
    {                                                                                                                  \
        .kind = ARGUMENT_INT, .i = (cl_int)(value)                                                                     \
    }
#define ARG_FLOAT(value)                                                                                               \
    {                                                                                                                  \
        .kind = ARGUMENT_FLOAT, .f = (cl_float)(value)                                                                 \
    }
#define ARG_KEY(value)                                                                                                 \
    {                                                                                                                  \
        .kind = ARGUMENT_UINT2, .u2 = { {(value).word[0], (value).word[1]} }                                           \
    }
#define ARGUMENTS(...)                                                                                                 \
    .arguments = (const struct argument[]){__VA_ARGS__},                                                               \
    .argument_count = sizeof((const struct argument[]){__VA_ARGS__}) / sizeof(struct argument)

/* A kernel to append: "`program`.cl" `kernel` over at least columns x rows work-items (guarded in the kernel). */
struct kernel_launch {
    const char *name, *program, *kernel;
    const char *options;        /* of the compiler; NULL: none */
    size_t columns, rows;       /* rows 0: one-dimensional */
    size_t groups[3], group[2]; /* instead: so many work-groups, of so many work-items; groups[0] 0: unused */
    size_t product[3];          /* m, n, k where it makes a matrix product */
    const char *variant;        /* and how; NULL where it makes none */
    const struct argument *arguments;
    size_t argument_count;
    double flops, bytes;
};
/* CLGAN_FAILED also when the number of arguments is not the kernel's. */
clgan_status plan_kernel(struct plan *plan, const struct kernel_launch *launch);
/* Several launches of some rows each where one would be long for a device that shows a desktop. */
clgan_status plan_gemm(struct plan *plan, const char *name, const struct gemm_call *call);
/* Rows x columns floats that stay the same until the next call with the same role: later launches use them again. */
clgan_status plan_scratch(struct plan *plan, struct tensor *tensor, size_t rows, size_t columns,
                          enum scratch_role role);
clgan_status plan_copy(struct plan *plan, const char *name, struct tensor to, struct tensor from);

/* Takes back launches appended since there were `count`. */
void plan_cut(struct plan *plan, size_t count);

/* Enqueues every launch once, kernels in parts where a device that shows a desktop would be kept long. Waits there for
 * what was enqueued before (device_spend), else not at all. */
clgan_status plan_run(struct plan *plan);
/* The same for one launch. */
clgan_status plan_run_launch(struct plan *plan, size_t number);
/* Runs once, waits, and adds each launch's time to its `seconds`; the device must have been opened for profiling. */
clgan_status plan_run_profiled(struct plan *plan);

/* The list as a table: name, kind, sizes, MFLOP, MB; after profiled runs also the time and its share. */
void plan_print(struct text *text, const struct plan *plan);

#endif

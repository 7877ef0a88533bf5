#include "compute/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compute/gemm.h"
#include "compute/program.h"

struct scratch {
    struct scratch *next;
    enum scratch_role role;
    struct buffer buffer;
};

void plan_begin(struct plan *plan, struct device *device) { *plan = (struct plan){.device = device, .segment = ""}; }

void plan_cut(struct plan *plan, size_t count)
{
    for (; plan->count > count; plan->count--)
        if (plan->launches[plan->count - 1].kernel) clReleaseKernel(plan->launches[plan->count - 1].kernel);
}

void plan_free(struct plan *plan)
{
    plan_cut(plan, 0);
    free(plan->launches);
    while (plan->scratch) {
        struct scratch *scratch = plan->scratch;
        plan->scratch = scratch->next;
        buffer_free(&scratch->buffer, plan->device);
        free(scratch);
    }
    *plan = (struct plan){0};
}

void plan_segment(struct plan *plan, const char *name) { plan->segment = name; }

static clgan_status append(struct launch **out, struct plan *plan, enum launch_kind kind, const char *name)
{
    TRY(memory_grow(&plan->launches, &plan->capacity, plan->count + 1, sizeof *plan->launches));
    struct launch *launch = &plan->launches[plan->count++];
    *launch = (struct launch){.kind = kind, .segment = plan->segment};
    snprintf(launch->name, sizeof launch->name, "%s", name);
    *out = launch;
    return CLGAN_OK;
}

/* Launches made before keep the buffer that they were given, so one that is too small stays and another is made. */
clgan_status plan_scratch(struct plan *plan, struct tensor *tensor, size_t rows, size_t columns, enum scratch_role role)
{
    const size_t bytes = rows * columns * sizeof(float);
    struct scratch *found = plan->scratch;
    while (found && (found->role != role || found->buffer.bytes < bytes)) found = found->next;
    if (!found) {
        TRY(memory_take(&found, 1, sizeof *found));
        *found = (struct scratch){.next = plan->scratch, .role = role};
        const clgan_status status = buffer_make(&found->buffer, plan->device, bytes, "scratch of the matrix products");
        if (status != CLGAN_OK) {
            free(found); /* another way to make the product must not find it */
            return status;
        }
        plan->scratch = found;
    }
    *tensor = (struct tensor){&found->buffer, 0, rows, columns, columns, ELEMENT_F32};
    return CLGAN_OK;
}

/* Sets one argument, or two for a tensor, at *index. `any` stands in for a tensor that is not there. */
static clgan_status set_argument(cl_kernel kernel, cl_uint *index, const struct argument *argument, cl_mem any)
{
    switch (argument->kind) {
    case ARGUMENT_TENSOR: {
        const struct tensor *tensor = &argument->tensor;
        const cl_uint offset = (cl_uint)tensor->offset;
        if (tensor->offset > UINT32_MAX) return status_fail(CLGAN_FAILED, "a tensor starts beyond 2^32 elements");
        const cl_mem *memory = tensor->buffer ? &tensor->buffer->memory : &any;
        TRY(CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof(cl_mem), memory)));
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof offset, &offset));
    }
    case ARGUMENT_BUFFER:
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof(cl_mem), &argument->buffer->memory));
    case ARGUMENT_UINT:
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof argument->u, &argument->u));
    case ARGUMENT_INT:
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof argument->i, &argument->i));
    case ARGUMENT_FLOAT:
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof argument->f, &argument->f));
    case ARGUMENT_UINT2:
        return CL_CALL(clSetKernelArg(kernel, (*index)++, sizeof argument->u2, &argument->u2));
    }
    return CLGAN_OK;
}

static clgan_status set_arguments(cl_kernel kernel, const struct kernel_launch *what)
{
    cl_uint index = 0, given = 0, wanted = 0;
    cl_mem any = NULL;
    for (size_t i = 0; i < what->argument_count && !any; i++)
        if (what->arguments[i].kind == ARGUMENT_TENSOR && what->arguments[i].tensor.buffer)
            any = what->arguments[i].tensor.buffer->memory;
    TRY(CL_CALL(clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, sizeof wanted, &wanted, NULL)));
    for (size_t i = 0; i < what->argument_count; i++) given += what->arguments[i].kind == ARGUMENT_TENSOR ? 2 : 1;
    if (given != wanted)
        return status_fail(CLGAN_FAILED, "kernel %s: %u arguments were given, it takes %u", what->kernel, given,
                           wanted);
    for (size_t i = 0; i < what->argument_count; i++) TRY(set_argument(kernel, &index, &what->arguments[i], any));
    return CLGAN_OK;
}

/* Work-groups of 64 columns, or fewer where the kernel on this device allows no more; ranges are rounded up to them.
 * Work-groups that the launch names must be allowed. */
static clgan_status set_range(struct launch *launch, const struct device *device, const struct kernel_launch *what)
{
    size_t allowed = 1;
    TRY(CL_CALL(clGetKernelWorkGroupInfo(launch->kernel, device->id, CL_KERNEL_WORK_GROUP_SIZE, sizeof allowed,
                                         &allowed, NULL)));
    if (what->groups[0]) {
        if (what->group[0] * what->group[1] > allowed)
            return status_fail(CLGAN_FAILED, "kernel %s: work-groups of %zu x %zu, this device allows %zu work-items",
                               what->kernel, what->group[0], what->group[1], allowed);
        for (int i = 0; i < 3; i++) {
            launch->local[i] = i < 2 ? what->group[i] : 1;
            launch->global[i] = what->groups[i] * launch->local[i];
        }
        return CLGAN_OK;
    }
    size_t local = 64;
    while (local > 1 && (local > allowed || local / 2 >= what->columns)) local /= 2;
    launch->local[0] = local;
    launch->global[0] = (what->columns + local - 1) / local * local;
    launch->global[1] = what->rows ? what->rows : 1;
    launch->local[1] = launch->local[2] = launch->global[2] = 1;
    return CLGAN_OK;
}

enum { ITEM_FLOPS = 16 }; /* of a work-item at least, for guesses */

clgan_status plan_kernel(struct plan *plan, const struct kernel_launch *what)
{
    struct launch *launch;
    TRY(append(&launch, plan, LAUNCH_KERNEL, what->name));
    launch->flops = what->flops;
    launch->bytes = what->bytes;
    memcpy(launch->product, what->product, sizeof launch->product);
    snprintf(launch->variant, sizeof launch->variant, "%s", what->variant ? what->variant : "");
    TRY(program_kernel(&launch->kernel, plan->device, what->program, what->options, what->kernel));
    TRY(set_arguments(launch->kernel, what));
    TRY(set_range(launch, plan->device, what));
    const double items = (double)launch->global[0] * (double)launch->global[1] * (double)launch->global[2];
    launch->guess = device_guess(plan->device, fmax(what->flops, ITEM_FLOPS * items), what->bytes);
    return CLGAN_OK;
}

static clgan_status append_gemm(struct plan *plan, const char *name, const struct gemm_call *call)
{
    struct launch *launch;
    size_t bytes = 0;
    struct tensor scratch;
    TRY(append(&launch, plan, LAUNCH_LIBRARY_GEMM, name));
    launch->gemm = *call;
    snprintf(launch->variant, sizeof launch->variant, "clblast");
    launch->product[0] = call->m;
    launch->product[1] = call->n;
    launch->product[2] = call->k;
    launch->flops = 2.0 * (double)call->m * (double)call->n * (double)call->k;
    launch->bytes = 4.0 * ((double)call->m * (double)call->k + (double)call->k * (double)call->n +
                           (double)call->m * (double)call->n);
    launch->guess = device_guess(plan->device, launch->flops, launch->bytes);
    TRY(clblast_scratch(&bytes, plan->device, call));
    if (!bytes) return CLGAN_OK;
    TRY(plan_scratch(plan, &scratch, 1, (bytes + sizeof(float) - 1) / sizeof(float), SCRATCH_LIBRARY));
    plan->launches[plan->count - 1].gemm.scratch = scratch.buffer;
    return CLGAN_OK;
}

/* The parts don't follow what is measured: CLBlast takes other kernels for other sizes, whose sums round differently.
 */
clgan_status plan_gemm(struct plan *plan, const char *name, const struct gemm_call *call)
{
    const double flops = 2.0 * (double)call->m * (double)call->n * (double)call->k;
    const size_t wanted = device_cuts(plan->device, device_guess(plan->device, flops, 0), false);
    const size_t cuts = wanted < call->m ? wanted : call->m;
    for (size_t cut = 0; cut < cuts; cut++) {
        const size_t first = call->m * cut / cuts, rows = call->m * (cut + 1) / cuts - first;
        struct gemm_call part = *call;
        part.m = rows;
        part.c = tensor_rows(call->c, first, rows);
        if (call->a_transposed)
            part.a.offset += first;
        else
            part.a = tensor_rows(call->a, first, rows);
        TRY(append_gemm(plan, name, &part));
    }
    return CLGAN_OK;
}

clgan_status plan_copy(struct plan *plan, const char *name, struct tensor to, struct tensor from)
{
    struct launch *launch;
    TRY(append(&launch, plan, LAUNCH_COPY, name));
    launch->to = to;
    launch->from = from;
    launch->bytes = 2.0 * (double)(to.rows * to.columns * element_bytes(to.element));
    launch->guess = device_guess(plan->device, 0, launch->bytes);
    return CLGAN_OK;
}

/* Enqueues a kernel in `cuts` parts or as many as it has work-groups, of whole work-groups side by side. Kernels find
 * their place by global ids, which know of the offset. */
static clgan_status enqueue_kernel(struct device *device, const struct launch *launch, size_t cuts)
{
    size_t groups[3], parts[3], at[3], offset[3], range[3];
    for (int i = 2; i >= 0; i--) { /* parts of whole rows of groups, if those are enough */
        groups[i] = launch->global[i] / launch->local[i];
        parts[i] = cuts < groups[i] ? cuts : groups[i];
        cuts = (cuts + parts[i] - 1) / parts[i];
    }
    const size_t all = parts[0] * parts[1] * parts[2];
    for (size_t part = 0; part < all; part++) {
        size_t left = part;
        for (int i = 0; i < 3; left /= parts[i++]) {
            at[i] = left % parts[i];
            offset[i] = groups[i] * at[i] / parts[i] * launch->local[i];
            range[i] = groups[i] * (at[i] + 1) / parts[i] * launch->local[i] - offset[i];
        }
        TRY(CL_CALL(clEnqueueNDRangeKernel(device->queue, launch->kernel, 3, all > 1 ? offset : NULL, range,
                                           launch->local, 0, NULL, NULL)));
        TRY(device_spend(device, launch->guess / (double)all));
    }
    return CLGAN_OK;
}

static clgan_status enqueue(struct plan *plan, const struct launch *launch)
{
    struct device *device = plan->device;
    if (launch->kind == LAUNCH_KERNEL) return enqueue_kernel(device, launch, device_cuts(device, launch->guess, true));
    if (launch->kind == LAUNCH_COPY) {
        const size_t unit = element_bytes(launch->to.element);
        TRY(CL_CALL(clEnqueueCopyBuffer(device->queue, launch->from.buffer->memory, launch->to.buffer->memory,
                                        launch->from.offset * unit, launch->to.offset * unit,
                                        launch->to.rows * launch->to.columns * unit, 0, NULL, NULL)));
    } else {
        TRY(clblast_gemm(device, &launch->gemm));
    }
    return device_spend(device, launch->guess);
}

clgan_status plan_run_launch(struct plan *plan, size_t number)
{
    const clgan_status status = enqueue(plan, &plan->launches[number]);
    return status == CLGAN_OK ? status : status_within(status, "%s", plan->launches[number].name);
}

clgan_status plan_run(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) TRY(plan_run_launch(plan, i));
    return CLGAN_OK;
}

/* Seconds from the end of `before` to the start of `after`: what was between them on the in-order queue. */
static clgan_status elapsed(double *seconds, cl_event before, cl_event after)
{
    cl_ulong start = 0, end = 0;
    TRY(CL_CALL(clGetEventProfilingInfo(before, CL_PROFILING_COMMAND_END, sizeof start, &start, NULL)));
    TRY(CL_CALL(clGetEventProfilingInfo(after, CL_PROFILING_COMMAND_START, sizeof end, &end, NULL)));
    if (end > start) *seconds += 1e-9 * (double)(end - start);
    return CLGAN_OK;
}

/* An event on the queue whose times are those of its place there: of a command that does something, as Intel's GPUs
 * stamp markers when they come into the pipeline (intel/llvm issue 22641). */
static clgan_status stamp(cl_event *event, struct device *device, const struct buffer *somewhere)
{
    const cl_uint zero = 0;
    return CL_CALL(
        clEnqueueFillBuffer(device->queue, somewhere->memory, &zero, sizeof zero, 0, sizeof zero, 0, NULL, event));
}

clgan_status plan_run_profiled(struct plan *plan)
{
    struct buffer somewhere = {0};
    cl_event *marks;
    TRY(memory_take(&marks, plan->count + 1, sizeof *marks));
    clgan_status status = buffer_make(&somewhere, plan->device, sizeof(cl_uint), "a profile");
    if (status == CLGAN_OK) status = stamp(&marks[0], plan->device, &somewhere);
    for (size_t i = 0; status == CLGAN_OK && i < plan->count; i++) {
        status = plan_run_launch(plan, i);
        if (status == CLGAN_OK) status = stamp(&marks[i + 1], plan->device, &somewhere);
    }
    if (status == CLGAN_OK) status = device_finish(plan->device);
    for (size_t i = 0; status == CLGAN_OK && i < plan->count; i++)
        status = elapsed(&plan->launches[i].seconds, marks[i], marks[i + 1]);
    for (size_t i = 0; i <= plan->count; i++)
        if (marks[i]) clReleaseEvent(marks[i]);
    free(marks);
    buffer_free(&somewhere, plan->device);
    if (status == CLGAN_OK) plan->runs++;
    return status;
}

void plan_print(struct text *text, const struct plan *plan)
{
    double flops = 0, bytes = 0, seconds = 0, gemm = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct launch *launch = &plan->launches[i];
        flops += launch->flops;
        bytes += launch->bytes;
        seconds += launch->seconds;
        if (launch->product[0]) gemm += launch->seconds;
    }
    const char *segment = "";
    for (size_t i = 0; i < plan->count; i++) {
        const struct launch *launch = &plan->launches[i];
        char size[48] = "";
        if (strcmp(segment, launch->segment) != 0) text_append(text, "%s\n", segment = launch->segment);
        if (launch->product[0])
            snprintf(size, sizeof size, "%zu x %zu x %zu", launch->product[0], launch->product[1], launch->product[2]);
        else if (launch->kind == LAUNCH_KERNEL)
            snprintf(size, sizeof size, "%zu x %zu / %zu", launch->global[0], launch->global[1], launch->local[0]);
        text_append(text, "  %-40s %-6s %-20s %9.3f MFLOP %8.3f MB", launch->name,
                    launch->product[0]            ? "gemm"
                    : launch->kind == LAUNCH_COPY ? "copy"
                                                  : "kernel",
                    size, launch->flops / 1e6, launch->bytes / 1e6);
        if (plan->runs)
            text_append(text, " %9.3f ms %5.1f %%", 1e3 * launch->seconds / (double)plan->runs,
                        100 * launch->seconds / seconds);
        text_append(text, "\n");
    }
    text_append(text, "one step: %zu launches, %.3f MFLOP, %.3f MB", plan->count, flops / 1e6, bytes / 1e6);
    if (plan->runs)
        text_append(text, ", %.3f ms, of which %.1f %% outside matrix products", 1e3 * seconds / (double)plan->runs,
                    100 * (1 - gemm / seconds));
    text_append(text, "\n");
}

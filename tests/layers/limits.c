/* A device that is smaller than the one below, and enforces it where it is created and launched on. Environment
 * variables, each only where it is set:
 *   CLGAN_LIMIT_WORK_GROUP=N    work-items of a work-group; each side too
 *   CLGAN_LIMIT_LOCAL=BYTES     local memory of a work-group
 *   CLGAN_LIMIT_ALLOCATION=BYTES  largest buffer
 *   CLGAN_LIMIT_ALIGNMENT=BITS  of a sub-buffer's beginning
 *   CLGAN_LIMIT_IN_ORDER=1      no queue that is out of order
 *   CLGAN_LIMIT_FP32=1          no fp64: programs that name a type of it don't build
 * Kernels that are kept as binaries have no source: run it with a cache folder of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "layer.h"

/* 0: no limit. */
static cl_ulong limit(const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "CLGAN_LIMIT_%s", name);
    const char *text = getenv(full);
    return text ? strtoull(text, NULL, 10) : 0;
}

static cl_int give(cl_int code, cl_int *to)
{
    if (to) *to = code;
    return code;
}

/* ---- what it says of itself ---- */

/* Drops the extension from a list of words. */
static void drop_word(char *words, const char *word)
{
    char *at = strstr(words, word);
    if (at) memset(at, ' ', strlen(word));
}

static void lower_size(size_t *value, size_t count, cl_ulong most)
{
    for (size_t i = 0; most && i < count; i++)
        if (value[i] > most) value[i] = (size_t)most;
}

static void lower_ulong(cl_ulong *value, cl_ulong most)
{
    if (most && *value > most) *value = most;
}

static cl_int CL_API_CALL device_info(cl_device_id device, cl_device_info what, size_t size, void *value,
                                      size_t *size_wanted)
{
    const cl_int code = below.clGetDeviceInfo(device, what, size, value, size_wanted);
    if (code != CL_SUCCESS || !value) return code;
    switch (what) {
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
        lower_size(value, 1, limit("WORK_GROUP"));
        break;
    case CL_DEVICE_MAX_WORK_ITEM_SIZES:
        lower_size(value, 3, limit("WORK_GROUP"));
        break;
    case CL_DEVICE_LOCAL_MEM_SIZE:
        lower_ulong(value, limit("LOCAL"));
        break;
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
        lower_ulong(value, limit("ALLOCATION"));
        break;
    case CL_DEVICE_MEM_BASE_ADDR_ALIGN:
        if (limit("ALIGNMENT")) *(cl_uint *)value = (cl_uint)limit("ALIGNMENT");
        break;
    case CL_DEVICE_QUEUE_PROPERTIES:
        if (limit("IN_ORDER"))
            *(cl_command_queue_properties *)value &=
                ~(cl_command_queue_properties)CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE;
        break;
    case CL_DEVICE_DOUBLE_FP_CONFIG:
        if (limit("FP32")) *(cl_device_fp_config *)value = 0;
        break;
    case CL_DEVICE_EXTENSIONS:
        if (limit("FP32")) drop_word(value, "cl_khr_fp64");
        break;
    }
    return code;
}

static cl_int CL_API_CALL kernel_info(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info what,
                                      size_t size, void *value, size_t *size_wanted)
{
    const cl_int code = below.clGetKernelWorkGroupInfo(kernel, device, what, size, value, size_wanted);
    if (code == CL_SUCCESS && value && what == CL_KERNEL_WORK_GROUP_SIZE) lower_size(value, 1, limit("WORK_GROUP"));
    return code;
}

/* ---- and what it refuses ---- */

static cl_command_queue CL_API_CALL create_queue(cl_context context, cl_device_id device,
                                                 cl_command_queue_properties properties, cl_int *code)
{
    if (!limit("IN_ORDER") || !(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE))
        return below.clCreateCommandQueue(context, device, properties, code);
    give(CL_INVALID_QUEUE_PROPERTIES, code);
    return NULL;
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *code)
{
    const cl_ulong most = limit("ALLOCATION");
    if (!most || size <= most) return below.clCreateBuffer(context, flags, size, host, code);
    give(CL_INVALID_BUFFER_SIZE, code);
    return NULL;
}

static cl_mem CL_API_CALL create_part(cl_mem buffer, cl_mem_flags flags, cl_buffer_create_type type, const void *what,
                                      cl_int *code)
{
    const cl_buffer_region *region = what;
    const cl_ulong alignment = limit("ALIGNMENT") / 8;
    if (!alignment || region->origin % alignment == 0) return below.clCreateSubBuffer(buffer, flags, type, what, code);
    give(CL_MISALIGNED_SUB_BUFFER_OFFSET, code);
    return NULL;
}

/* Types of fp64 become names that nothing declares, after the compiler's own headers. */
static cl_program CL_API_CALL create_program(cl_context context, cl_uint count, const char **strings,
                                             const size_t *lengths, cl_int *code)
{
    enum { MOST = 64 };
    static const char no_fp64[] = "#undef cl_khr_fp64\n#define double no_fp64_here\n#define double2 no_fp64_here\n"
                                  "#define double4 no_fp64_here\n#define double8 no_fp64_here\n"
                                  "#define double16 no_fp64_here\n#line 1\n";
    const char *all[MOST] = {no_fp64};
    size_t all_lengths[MOST] = {sizeof no_fp64 - 1};
    if (!limit("FP32") || count >= MOST) return below.clCreateProgramWithSource(context, count, strings, lengths, code);
    for (cl_uint i = 0; i < count; i++) {
        all[i + 1] = strings[i];
        all_lengths[i + 1] = lengths ? lengths[i] : 0;
    }
    return below.clCreateProgramWithSource(context, count + 1, all, all_lengths, code);
}

static cl_device_id device_of(cl_command_queue queue)
{
    cl_device_id device = NULL;
    below.clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof device, &device, NULL);
    return device;
}

static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset,
                                 const size_t *global, const size_t *local, cl_uint count, const cl_event *wait,
                                 cl_event *event)
{
    const cl_ulong most = limit("WORK_GROUP"), most_local = limit("LOCAL");
    cl_ulong items = 1, taken = 0;
    for (cl_uint i = 0; local && i < dimensions; i++) items *= local[i];
    if (most && items > most) return CL_INVALID_WORK_GROUP_SIZE;
    below.clGetKernelWorkGroupInfo(kernel, device_of(queue), CL_KERNEL_LOCAL_MEM_SIZE, sizeof taken, &taken, NULL);
    if (most_local && taken > most_local) return CL_OUT_OF_RESOURCES;
    return below.clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, wait, event);
}

static void layer_begin(void)
{
    layer.clGetDeviceInfo = device_info;
    layer.clGetKernelWorkGroupInfo = kernel_info;
    layer.clCreateCommandQueue = create_queue;
    layer.clCreateBuffer = create_buffer;
    layer.clCreateSubBuffer = create_part;
    layer.clCreateProgramWithSource = create_program;
    layer.clEnqueueNDRangeKernel = launch;
}

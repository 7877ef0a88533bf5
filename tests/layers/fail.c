/* Makes one call of a program fail, without performing it. Environment variables:
 *   CLGAN_FAIL=N         the Nth call of all that can fail, from 1; NAME:N the Nth of that entry point
 *   CLGAN_FAIL_CODE=C    with this code, else with the likeliest
 *   CLGAN_FAIL_LASTING=1 and all calls after it, as on a device that is lost
 *   CLGAN_FAILED=FILE    gets the name of the entry point that failed
 * A test in the same process takes over by fail.h. The layer also counts objects that are not given back. Calls that
 * release are never made to fail: nobody can do anything about it. The state of an event is told when its command has
 * ended, so that programs that look again and again make the same calls in each run. */
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "layer.h"

#define MEMORY CL_OUT_OF_RESOURCES, CL_OUT_OF_HOST_MEMORY
#define ENQUEUE CL_INVALID_COMMAND_QUEUE, CL_INVALID_CONTEXT, CL_INVALID_EVENT_WAIT_LIST
#define TRANSFER                                                                                                       \
    CL_MEM_OBJECT_ALLOCATION_FAILURE, MEMORY, ENQUEUE, CL_INVALID_MEM_OBJECT, CL_INVALID_VALUE,                        \
        CL_MISALIGNED_SUB_BUFFER_OFFSET

#define ENTRIES(X)                                                                                                     \
    X(clGetPlatformIDs, CL_OUT_OF_HOST_MEMORY, CL_INVALID_VALUE)                                                       \
    X(clGetPlatformInfo, CL_OUT_OF_HOST_MEMORY, CL_INVALID_PLATFORM, CL_INVALID_VALUE)                                 \
    X(clGetDeviceIDs, MEMORY, CL_INVALID_PLATFORM, CL_INVALID_DEVICE_TYPE, CL_INVALID_VALUE)                           \
    X(clGetDeviceInfo, MEMORY, CL_INVALID_DEVICE, CL_INVALID_VALUE)                                                    \
    X(clCreateContext, CL_DEVICE_NOT_AVAILABLE, MEMORY, CL_INVALID_PLATFORM, CL_INVALID_DEVICE, CL_INVALID_VALUE)      \
    X(clCreateCommandQueue, MEMORY, CL_INVALID_CONTEXT, CL_INVALID_DEVICE, CL_INVALID_QUEUE_PROPERTIES,                \
      CL_INVALID_VALUE)                                                                                                \
    X(clGetCommandQueueInfo, MEMORY, CL_INVALID_COMMAND_QUEUE, CL_INVALID_VALUE)                                       \
    X(clCreateBuffer, CL_MEM_OBJECT_ALLOCATION_FAILURE, MEMORY, CL_INVALID_BUFFER_SIZE, CL_INVALID_CONTEXT,            \
      CL_INVALID_HOST_PTR, CL_INVALID_VALUE)                                                                           \
    X(clGetMemObjectInfo, MEMORY, CL_INVALID_MEM_OBJECT, CL_INVALID_VALUE)                                             \
    X(clCreateProgramWithSource, MEMORY, CL_INVALID_CONTEXT, CL_INVALID_VALUE)                                         \
    X(clCreateProgramWithBinary, CL_INVALID_BINARY, MEMORY, CL_INVALID_CONTEXT, CL_INVALID_DEVICE, CL_INVALID_VALUE)   \
    X(clBuildProgram, CL_BUILD_PROGRAM_FAILURE, MEMORY, CL_COMPILER_NOT_AVAILABLE, CL_INVALID_BINARY,                  \
      CL_INVALID_BUILD_OPTIONS, CL_INVALID_DEVICE, CL_INVALID_OPERATION, CL_INVALID_PROGRAM, CL_INVALID_VALUE)         \
    X(clGetProgramInfo, MEMORY, CL_INVALID_PROGRAM, CL_INVALID_VALUE)                                                  \
    X(clGetProgramBuildInfo, MEMORY, CL_INVALID_DEVICE, CL_INVALID_PROGRAM, CL_INVALID_VALUE)                          \
    X(clCreateKernel, MEMORY, CL_INVALID_PROGRAM, CL_INVALID_PROGRAM_EXECUTABLE, CL_INVALID_KERNEL_NAME,               \
      CL_INVALID_VALUE)                                                                                                \
    X(clSetKernelArg, MEMORY, CL_INVALID_KERNEL, CL_INVALID_ARG_INDEX, CL_INVALID_ARG_SIZE, CL_INVALID_ARG_VALUE,      \
      CL_INVALID_MEM_OBJECT)                                                                                           \
    X(clGetKernelInfo, MEMORY, CL_INVALID_KERNEL, CL_INVALID_VALUE)                                                    \
    X(clGetKernelWorkGroupInfo, MEMORY, CL_INVALID_DEVICE, CL_INVALID_KERNEL, CL_INVALID_VALUE)                        \
    X(clWaitForEvents, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, MEMORY, CL_INVALID_EVENT, CL_INVALID_CONTEXT)     \
    X(clGetEventInfo, FAIL_COMMAND, MEMORY, CL_INVALID_EVENT, CL_INVALID_VALUE)                                        \
    X(clGetEventProfilingInfo, CL_PROFILING_INFO_NOT_AVAILABLE, MEMORY, CL_INVALID_EVENT, CL_INVALID_VALUE)            \
    X(clFlush, MEMORY, CL_INVALID_COMMAND_QUEUE)                                                                       \
    X(clFinish, MEMORY, CL_INVALID_COMMAND_QUEUE)                                                                      \
    X(clEnqueueReadBuffer, CL_OUT_OF_RESOURCES, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, TRANSFER)                \
    X(clEnqueueWriteBuffer, CL_OUT_OF_RESOURCES, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, TRANSFER)               \
    X(clEnqueueCopyBuffer, CL_OUT_OF_RESOURCES, CL_MEM_COPY_OVERLAP, TRANSFER)                                         \
    X(clEnqueueFillBuffer, TRANSFER)                                                                                   \
    X(clEnqueueMapBuffer, CL_MAP_FAILURE, TRANSFER)                                                                    \
    X(clEnqueueUnmapMemObject, MEMORY, ENQUEUE, CL_INVALID_MEM_OBJECT, CL_INVALID_VALUE)                               \
    X(clEnqueueNDRangeKernel, CL_OUT_OF_RESOURCES, CL_OUT_OF_HOST_MEMORY, CL_MEM_OBJECT_ALLOCATION_FAILURE,            \
      CL_INVALID_COMMAND_QUEUE, CL_INVALID_PROGRAM_EXECUTABLE, CL_INVALID_KERNEL, CL_INVALID_KERNEL_ARGS,              \
      CL_INVALID_WORK_GROUP_SIZE, CL_INVALID_WORK_ITEM_SIZE, CL_INVALID_GLOBAL_OFFSET, CL_INVALID_EVENT_WAIT_LIST)     \
    X(clEnqueueMarkerWithWaitList, MEMORY, ENQUEUE, CL_INVALID_VALUE)

#define NUMBER(name, ...) ENTRY_##name,
enum { ENTRIES(NUMBER) ENTRY_COUNT };
#define ROW(name, ...) {#name, {__VA_ARGS__}},
static const struct fail_entry entries[] = {ENTRIES(ROW)};

static int by_environment(size_t entry);
LAYER_EXPORT struct fail fail = {entries, ENTRY_COUNT, by_environment, false, {0}};

/* ---- which call fails ---- */

static void tell_failed(const char *name)
{
    const char *path = getenv("CLGAN_FAILED");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s\n", name);
    fclose(file);
}

static int by_environment(size_t entry)
{
    static unsigned long calls, failed;
    const char *which = getenv("CLGAN_FAIL"), *code = getenv("CLGAN_FAIL_CODE"), *number = which;
    if (!which) return 0;
    if (failed && getenv("CLGAN_FAIL_LASTING")) return entries[entry].codes[0];
    const char *colon = strchr(which, ':');
    if (colon) {
        const size_t length = (size_t)(colon - which);
        if (strncmp(which, entries[entry].name, length) != 0 || entries[entry].name[length]) return 0;
        number = colon + 1;
    }
    if (++calls != strtoul(number, NULL, 10)) return 0;
    failed = calls;
    tell_failed(entries[entry].name);
    return code ? (int)strtol(code, NULL, 10) : entries[entry].codes[0];
}

static cl_int chosen(size_t entry) { return fail.choose(entry); }

/* ---- what is not given back ---- */

static struct object {
    enum fail_kind kind;
    const void *address;
    long references;
    bool library;
} * objects;
static size_t object_count, object_capacity;

static struct object *find(enum fail_kind kind, const void *address)
{
    for (size_t i = object_count; i-- > 0;)
        if (objects[i].address == address && objects[i].kind == kind) return &objects[i];
    return NULL;
}

static void made(enum fail_kind kind, const void *address)
{
    if (object_count == object_capacity) {
        object_capacity = 2 * object_capacity + 64;
        objects = realloc(objects, object_capacity * sizeof *objects);
        if (!objects) abort();
    }
    objects[object_count] = (struct object){kind, address, 1, fail.library};
    fail.live[kind] += !objects[object_count++].library;
}

static void retained(enum fail_kind kind, const void *address)
{
    struct object *object = find(kind, address);
    if (!object) return;
    object->references++;
    fail.live[kind] += !object->library;
}

/* Once too often is told as a negative count. */
static void given_back(enum fail_kind kind, const void *address)
{
    struct object *object = find(kind, address);
    fail.live[kind] -= !object || !object->library;
    if (object && !--object->references) *object = objects[--object_count];
}

/* ---- the entry points ---- */

#define NAMES(...) __VA_ARGS__
/* One that returns its code. */
#define RETURNS(name, parameters, arguments)                                                                           \
    static cl_int CL_API_CALL fail_##name(parameters)                                                                  \
    {                                                                                                                  \
        const cl_int wanted = chosen(ENTRY_##name);                                                                    \
        return wanted ? wanted : below.name(arguments);                                                                \
    }
/* One that enqueues a command; its last parameter is the event that is wanted. */
#define ENQUEUES(name, parameters, arguments)                                                                          \
    static cl_int CL_API_CALL fail_##name(parameters, cl_uint count, const cl_event *wait, cl_event *event)            \
    {                                                                                                                  \
        const cl_int wanted = chosen(ENTRY_##name),                                                                    \
                     code = wanted ? wanted : below.name(arguments, count, wait, event);                               \
        if (code == CL_SUCCESS && event) made(FAIL_EVENT, *event);                                                     \
        return code;                                                                                                   \
    }
/* One that makes an object. */
#define MAKES(type, kind, name, parameters, arguments)                                                                 \
    static type CL_API_CALL fail_##name(parameters, cl_int *code)                                                      \
    {                                                                                                                  \
        const cl_int wanted = chosen(ENTRY_##name);                                                                    \
        type object = wanted ? NULL : below.name(arguments, code);                                                     \
        if (wanted && code) *code = wanted;                                                                            \
        if (object) made(kind, object);                                                                                \
        return object;                                                                                                 \
    }
/* The two that count references. */
#define COUNTS(type, kind, what)                                                                                       \
    static cl_int CL_API_CALL fail_clRetain##what(type object)                                                         \
    {                                                                                                                  \
        retained(kind, object);                                                                                        \
        return below.clRetain##what(object);                                                                           \
    }                                                                                                                  \
    static cl_int CL_API_CALL fail_clRelease##what(type object)                                                        \
    {                                                                                                                  \
        given_back(kind, object);                                                                                      \
        return below.clRelease##what(object);                                                                          \
    }
#define ANSWER size_t size, void *value, size_t *size_wanted
#define ANSWERED size, value, size_wanted
#define REGION cl_mem memory, cl_bool blocking, size_t offset, size_t size

RETURNS(clGetPlatformIDs, NAMES(cl_uint most, cl_platform_id *ids, cl_uint *count), NAMES(most, ids, count))
RETURNS(clGetPlatformInfo, NAMES(cl_platform_id of, cl_platform_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clGetDeviceIDs, NAMES(cl_platform_id of, cl_device_type type, cl_uint most, cl_device_id *ids, cl_uint *count),
        NAMES(of, type, most, ids, count))
RETURNS(clGetDeviceInfo, NAMES(cl_device_id of, cl_device_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clGetCommandQueueInfo, NAMES(cl_command_queue of, cl_command_queue_info what, ANSWER),
        NAMES(of, what, ANSWERED))
RETURNS(clGetMemObjectInfo, NAMES(cl_mem of, cl_mem_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clBuildProgram,
        NAMES(cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
              void(CL_CALLBACK *done)(cl_program, void *), void *user),
        NAMES(program, count, devices, options, done, user))
RETURNS(clGetProgramInfo, NAMES(cl_program of, cl_program_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clGetProgramBuildInfo, NAMES(cl_program of, cl_device_id device, cl_program_build_info what, ANSWER),
        NAMES(of, device, what, ANSWERED))
RETURNS(clSetKernelArg, NAMES(cl_kernel kernel, cl_uint index, size_t size, const void *value),
        NAMES(kernel, index, size, value))
RETURNS(clGetKernelInfo, NAMES(cl_kernel of, cl_kernel_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clGetKernelWorkGroupInfo, NAMES(cl_kernel of, cl_device_id device, cl_kernel_work_group_info what, ANSWER),
        NAMES(of, device, what, ANSWERED))
RETURNS(clWaitForEvents, NAMES(cl_uint count, const cl_event *events), NAMES(count, events))
RETURNS(clGetEventProfilingInfo, NAMES(cl_event of, cl_profiling_info what, ANSWER), NAMES(of, what, ANSWERED))
RETURNS(clFlush, cl_command_queue queue, queue)
RETURNS(clFinish, cl_command_queue queue, queue)

ENQUEUES(clEnqueueReadBuffer, NAMES(cl_command_queue queue, REGION, void *to),
         NAMES(queue, memory, blocking, offset, size, to))
ENQUEUES(clEnqueueWriteBuffer, NAMES(cl_command_queue queue, REGION, const void *from),
         NAMES(queue, memory, blocking, offset, size, from))
ENQUEUES(clEnqueueCopyBuffer,
         NAMES(cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset, size_t to_offset, size_t size),
         NAMES(queue, from, to, from_offset, to_offset, size))
ENQUEUES(clEnqueueFillBuffer,
         NAMES(cl_command_queue queue, cl_mem memory, const void *pattern, size_t length, size_t offset, size_t size),
         NAMES(queue, memory, pattern, length, offset, size))
ENQUEUES(clEnqueueNDRangeKernel,
         NAMES(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
               const size_t *local),
         NAMES(queue, kernel, dimensions, offset, global, local))
ENQUEUES(clEnqueueMarkerWithWaitList, cl_command_queue queue, queue)

typedef void(CL_CALLBACK *complain)(const char *, const void *, size_t, void *);
MAKES(cl_context, FAIL_CONTEXT, clCreateContext,
      NAMES(const cl_context_properties *properties, cl_uint count, const cl_device_id *devices, complain complain,
            void *user),
      NAMES(properties, count, devices, complain, user))
MAKES(cl_command_queue, FAIL_QUEUE, clCreateCommandQueue,
      NAMES(cl_context context, cl_device_id device, cl_command_queue_properties properties),
      NAMES(context, device, properties))
MAKES(cl_mem, FAIL_MEMORY, clCreateBuffer, NAMES(cl_context context, cl_mem_flags flags, size_t size, void *host),
      NAMES(context, flags, size, host))
MAKES(cl_program, FAIL_PROGRAM, clCreateProgramWithSource,
      NAMES(cl_context context, cl_uint count, const char **strings, const size_t *lengths),
      NAMES(context, count, strings, lengths))
MAKES(cl_program, FAIL_PROGRAM, clCreateProgramWithBinary,
      NAMES(cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths,
            const unsigned char **binaries, cl_int *codes),
      NAMES(context, count, devices, lengths, binaries, codes))
MAKES(cl_kernel, FAIL_KERNEL, clCreateKernel, NAMES(cl_program program, const char *name), NAMES(program, name))

COUNTS(cl_context, FAIL_CONTEXT, Context)
COUNTS(cl_command_queue, FAIL_QUEUE, CommandQueue)
COUNTS(cl_mem, FAIL_MEMORY, MemObject)
COUNTS(cl_program, FAIL_PROGRAM, Program)
COUNTS(cl_kernel, FAIL_KERNEL, Kernel)
COUNTS(cl_event, FAIL_EVENT, Event)

static cl_int CL_API_CALL fail_clGetEventInfo(cl_event event, cl_event_info what, ANSWER)
{
    const cl_int wanted = chosen(ENTRY_clGetEventInfo);
    if (wanted && wanted != FAIL_COMMAND) return wanted;
    if (what == CL_EVENT_COMMAND_EXECUTION_STATUS) below.clWaitForEvents(1, &event);
    const cl_int code = below.clGetEventInfo(event, what, ANSWERED);
    if (wanted && value) *(cl_int *)value = wanted;
    return code;
}

static void *CL_API_CALL fail_clEnqueueMapBuffer(cl_command_queue queue, cl_mem memory, cl_bool blocking,
                                                 cl_map_flags flags, size_t offset, size_t size, cl_uint count,
                                                 const cl_event *wait, cl_event *event, cl_int *code)
{
    const cl_int wanted = chosen(ENTRY_clEnqueueMapBuffer);
    void *place =
        wanted ? NULL
               : below.clEnqueueMapBuffer(queue, memory, blocking, flags, offset, size, count, wait, event, code);
    if (wanted && code) *code = wanted;
    if (place) made(FAIL_MAPPING, place);
    if (place && event) made(FAIL_EVENT, *event);
    return place;
}

static cl_int CL_API_CALL fail_clEnqueueUnmapMemObject(cl_command_queue queue, cl_mem memory, void *place,
                                                       cl_uint count, const cl_event *wait, cl_event *event)
{
    const cl_int wanted = chosen(ENTRY_clEnqueueUnmapMemObject);
    given_back(FAIL_MAPPING, place); /* also where it fails: nobody can try again */
    const cl_int code = wanted ? wanted : below.clEnqueueUnmapMemObject(queue, memory, place, count, wait, event);
    if (code == CL_SUCCESS && event) made(FAIL_EVENT, *event);
    return code;
}

#define REPLACE(name, ...) layer.name = fail_##name;
#define REPLACE_COUNTS(what)                                                                                           \
    layer.clRetain##what = fail_clRetain##what;                                                                        \
    layer.clRelease##what = fail_clRelease##what;

static void layer_begin(void)
{
    ENTRIES(REPLACE)
    REPLACE_COUNTS(Context)
    REPLACE_COUNTS(CommandQueue)
    REPLACE_COUNTS(MemObject)
    REPLACE_COUNTS(Program)
    REPLACE_COUNTS(Kernel)
    REPLACE_COUNTS(Event)
}

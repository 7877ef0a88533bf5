/* Writes buffers whole: what fills or writes a part reads all of it, changes the part and writes all back.
 * Oclgrind 21.10 takes the rest of a buffer for uninitialised once the host has written a part. Buffers beyond a
 * megabyte stay as they are: Oclgrind needs too long to write them. */
#include <stdlib.h>

#include "layer.h"

enum { LARGEST = 1 << 20 };

static int is_small(cl_mem buffer)
{
    size_t whole = 0;
    return below.clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof whole, &whole, NULL) == CL_SUCCESS && whole <= LARGEST;
}

/* The whole buffer with `size` bytes of `values` at `offset`, repeated until `length` are changed. */
static cl_int write_whole(cl_command_queue queue, cl_mem buffer, size_t offset, size_t length, const void *values,
                          size_t size)
{
    size_t whole = 0;
    cl_int code = below.clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof whole, &whole, NULL);
    if (code != CL_SUCCESS) return code;
    if (offset + length > whole) return CL_INVALID_VALUE;
    char *bytes = malloc(whole);
    if (!bytes) return CL_OUT_OF_HOST_MEMORY;
    code = below.clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, whole, bytes, 0, NULL, NULL);
    for (size_t i = 0; i < length; i += size) memcpy(bytes + offset + i, values, size);
    if (code == CL_SUCCESS) code = below.clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, whole, bytes, 0, NULL, NULL);
    free(bytes);
    return code;
}

static cl_int CL_API_CALL fill(cl_command_queue queue, cl_mem buffer, const void *pattern, size_t pattern_size,
                               size_t offset, size_t size, cl_uint count, const cl_event *events, cl_event *event)
{
    if (count || !pattern_size || !is_small(buffer) || size % pattern_size)
        return below.clEnqueueFillBuffer(queue, buffer, pattern, pattern_size, offset, size, count, events, event);
    const cl_int code = write_whole(queue, buffer, offset, size, pattern, pattern_size);
    return code == CL_SUCCESS && event ? below.clEnqueueMarkerWithWaitList(queue, 0, NULL, event) : code;
}

static cl_int CL_API_CALL write(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size,
                                const void *values, cl_uint count, const cl_event *events, cl_event *event)
{
    if (count || event || !values || !size || !is_small(buffer))
        return below.clEnqueueWriteBuffer(queue, buffer, blocking, offset, size, values, count, events, event);
    return write_whole(queue, buffer, offset, size, values, size);
}

static void layer_begin(void)
{
    layer.clEnqueueFillBuffer = fill;
    layer.clEnqueueWriteBuffer = write;
}

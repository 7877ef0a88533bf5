/* Uses the API wrongly: before each launch it sets an argument that no kernel has. */
#include "layer.h"

static cl_int CL_API_CALL enqueue(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset,
                                  const size_t *global, const size_t *local, cl_uint count, const cl_event *events,
                                  cl_event *event)
{
    const cl_uint value = 0;
    below.clSetKernelArg(kernel, 999, sizeof value, &value);
    return below.clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, events, event);
}

static void layer_begin(void) { layer.clEnqueueNDRangeKernel = enqueue; }

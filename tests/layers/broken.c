/* A device whose driver is broken. Environment variables, each only where it is set:
 *   CLGAN_LOST=N       from the N-th marker on the device is lost: events stay submitted, and only who waits for one is
 *                      told (as by Intel's driver after a reset)
 *   CLGAN_NO_OFFSET=1  launches begin at 0, wherever they ought to (as by AMD's of 2012) */
#include <stdlib.h>

#include "layer.h"

static unsigned long markers;

static int is_lost(void)
{
    const char *text = getenv("CLGAN_LOST");
    return text && markers >= strtoul(text, NULL, 10);
}

static cl_int CL_API_CALL mark(cl_command_queue queue, cl_uint count, const cl_event *events, cl_event *event)
{
    markers++;
    return below.clEnqueueMarkerWithWaitList(queue, count, events, event);
}

static cl_int CL_API_CALL event_info(cl_event event, cl_event_info what, size_t size, void *value, size_t *size_wanted)
{
    const cl_int code = below.clGetEventInfo(event, what, size, value, size_wanted);
    if (code == CL_SUCCESS && value && what == CL_EVENT_COMMAND_EXECUTION_STATUS && is_lost())
        *(cl_int *)value = CL_SUBMITTED;
    return code;
}

static cl_int CL_API_CALL wait_for(cl_uint count, const cl_event *events)
{
    return is_lost() ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : below.clWaitForEvents(count, events);
}

static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset,
                                 const size_t *global, const size_t *local, cl_uint count, const cl_event *events,
                                 cl_event *event)
{
    return below.clEnqueueNDRangeKernel(queue, kernel, dimensions, getenv("CLGAN_NO_OFFSET") ? NULL : offset, global,
                                        local, count, events, event);
}

static void layer_begin(void)
{
    layer.clEnqueueMarkerWithWaitList = mark;
    layer.clGetEventInfo = event_info;
    layer.clWaitForEvents = wait_for;
    layer.clEnqueueNDRangeKernel = launch;
}

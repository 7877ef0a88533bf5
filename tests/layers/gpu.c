/* A CPU device that says it is a GPU whose work-items are its lanes: the way of a GPU through clgan's kernels. With
 * CLGAN_GPU_MHZ=N its clock is said to be so slow, and launches are expected to be long. */
#include <stdlib.h>

#include "layer.h"

static cl_int CL_API_CALL info(cl_device_id device, cl_device_info what, size_t size, void *value, size_t *size_wanted)
{
    const cl_int code = below.clGetDeviceInfo(device, what, size, value, size_wanted);
    if (code != CL_SUCCESS || !value) return code;
    if (what == CL_DEVICE_TYPE) *(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
    const char *mhz = getenv("CLGAN_GPU_MHZ");
    if (mhz && what == CL_DEVICE_MAX_CLOCK_FREQUENCY) *(cl_uint *)value = (cl_uint)strtoul(mhz, NULL, 10);
    if (what == CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT) *(cl_uint *)value = 1;
    return code;
}

static void layer_begin(void) { layer.clGetDeviceInfo = info; }

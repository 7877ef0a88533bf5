/* A CPU device that says it is a GPU whose work-items are its lanes: the way of a GPU through clgan's kernels. */
#include "layer.h"

static cl_int CL_API_CALL info(cl_device_id device, cl_device_info what, size_t size, void *value, size_t *size_wanted)
{
    const cl_int code = below.clGetDeviceInfo(device, what, size, value, size_wanted);
    if (code != CL_SUCCESS || !value) return code;
    if (what == CL_DEVICE_TYPE) *(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
    if (what == CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT) *(cl_uint *)value = 1;
    return code;
}

static void layer_begin(void) { layer.clGetDeviceInfo = info; }

/* What a layer of ours between a program and its OpenCL devices needs (OPENCL_LAYERS of ocl-icd 2.3; CL/cl_layer.h). A
 * layer includes this, and defines layer_begin, which replaces entries of `layer`; what it replaced is called by
 * `below`. Its settings are environment variables, each said in its first comment. */
#ifndef TESTS_LAYERS_LAYER_H
#define TESTS_LAYERS_LAYER_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <CL/cl_layer.h>
#include <string.h>

#define LAYER_EXPORT __attribute__((visibility("default")))

static cl_icd_dispatch layer;  /* what the program calls: at first the same as below */
static cl_icd_dispatch below;  /* what is under this layer: another one, or the drivers */
static void layer_begin(void); /* called once, before any other call of the program */

LAYER_EXPORT cl_int clGetLayerInfo(cl_layer_info name, size_t size, void *value, size_t *size_wanted)
{
    static const char own_name[] = "clgan tests";
    const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    const void *answer = name == CL_LAYER_API_VERSION ? (const void *)&version : own_name;
    const size_t length = name == CL_LAYER_API_VERSION ? sizeof version : sizeof own_name;
    if (name != CL_LAYER_API_VERSION && name != CL_LAYER_NAME) return CL_INVALID_VALUE;
    if (value && size < length) return CL_INVALID_VALUE;
    if (value) memcpy(value, answer, length);
    if (size_wanted) *size_wanted = length;
    return CL_SUCCESS;
}

LAYER_EXPORT cl_int clInitLayer(cl_uint count, const cl_icd_dispatch *target, cl_uint *own_count,
                                const cl_icd_dispatch **own)
{
    const size_t entries = sizeof layer / sizeof(void *);
    if (!target || !own_count || !own || count < entries) return CL_INVALID_VALUE;
    below = *target;
    layer = *target;
    layer_begin();
    *own_count = (cl_uint)entries;
    *own = &layer;
    return CL_SUCCESS;
}

#endif

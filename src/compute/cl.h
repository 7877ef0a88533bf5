/* OpenCL 1.2 and how its calls fail. Only the compute room includes this. */
#ifndef COMPUTE_CL_H
#define COMPUTE_CL_H

#define CL_TARGET_OPENCL_VERSION 120
#ifdef __APPLE__
#include <OpenCL/opencl.h>
#else
#include <CL/cl.h>
#endif

#include "base/status.h"

/* "CL_OUT_OF_RESOURCES" for -5; "unknown error" for what is not in the table. */
const char *cl_error_name(cl_int code);

/* What a user can do where memory is short. */
#define CL_LESS_MEMORY "try a smaller batch or smaller layers, or another device"

/* CLGAN_OK for CL_SUCCESS; else a message with the call's name (what `call` begins with), where it stands, the code's
 * name, and what to do where the code says so much. */
clgan_status cl_status(cl_int code, const char *call, const char *file, int line);

/* Status of an OpenCL call that returns its code. */
#define CL_CALL(call) cl_status((call), #call, __FILE__, __LINE__)
/* Status of a call `name` that gave its code through a pointer. */
#define CL_CODE(code, name) cl_status((code), name, __FILE__, __LINE__)

#endif

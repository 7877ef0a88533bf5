/* Programs built at run time from the embedded files of cl/, one per file and options, kept on disk as binaries.
 */
#ifndef COMPUTE_PROGRAM_H
#define COMPUTE_PROGRAM_H

#include "compute/device.h"

/* A new kernel object `kernel` of "`program`.cl", which is built with `options` (NULL: none of its own) at its first
 * use; clReleaseKernel when done. A build failure shows options and the compiler's log. */
clgan_status program_kernel(cl_kernel *out, struct device *device, const char *program, const char *options,
                            const char *kernel);

void programs_free(struct device *device);

#endif

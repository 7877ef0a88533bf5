/* Finding and choosing devices. */
#ifndef COMPUTE_DEVICE_LIST_H
#define COMPUTE_DEVICE_LIST_H

#include "base/log.h"
#include "compute/cl.h"

struct listed_device {
    clgan_device_info info;
    cl_platform_id platform;
    cl_device_id id;
};

enum { DEVICE_TROUBLE = 160 };

/* Every device of every platform, `*devices` freed with free(). The default is marked. Broken platforms are skipped
 * with a warning; `trouble` names one that could not even say which devices it has, else it is "". */
clgan_status device_list(struct listed_device **devices, size_t *count, char trouble[DEVICE_TROUBLE],
                         const clgan_log *log);

/* The one that `wanted` (NULL: the default) means: an index, cpu, gpu, part of a name; `why` gets the reason in words.
 * CLGAN_USAGE if none fits, with what there is. */
clgan_status device_choose(const struct listed_device **chosen, char why[160], const struct listed_device *devices,
                           size_t count, const char *wanted);

#endif

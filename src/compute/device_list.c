#include "compute/device_list.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char install_hint[] = "no OpenCL device was found; install a driver: on Debian `apt install "
                                   "pocl-opencl-icd` for the CPU, `intel-opencl-icd` "
                                   "for Intel graphics, `mesa-opencl-icd` for AMD, `nvidia-opencl-icd` for NVIDIA";

static void read_text(char *text, size_t size, cl_device_id id, cl_device_info what)
{
    char whole[1024] = ""; /* longer than what is kept: a short buffer is an error in OpenCL */
    const bool known = clGetDeviceInfo(id, what, sizeof whole - 1, whole, NULL) == CL_SUCCESS;
    snprintf(text, size, "%.*s", (int)size - 1, known ? whole : "unknown");
}

static void describe(struct listed_device *device)
{
    clgan_device_info *info = &device->info;
    cl_device_type type = 0;
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little = CL_TRUE;
    cl_ulong memory = 0, largest = 0, local = 0;
    cl_uint units = 0;
    clGetDeviceInfo(device->id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_ENDIAN_LITTLE, sizeof little, &little, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local, &local, NULL);
    clGetDeviceInfo(device->id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    read_text(info->name, sizeof info->name, device->id, CL_DEVICE_NAME);
    read_text(info->driver, sizeof info->driver, device->id, CL_DRIVER_VERSION);
    read_text(info->opencl, sizeof info->opencl, device->id, CL_DEVICE_VERSION);
    const char *name = type & CL_DEVICE_TYPE_GPU           ? "gpu"
                       : type & CL_DEVICE_TYPE_CPU         ? "cpu"
                       : type & CL_DEVICE_TYPE_ACCELERATOR ? "accelerator"
                                                           : "other";
    snprintf(info->type, sizeof info->type, "%s", name);
    info->memory = memory;
    info->largest_buffer = largest;
    info->local_memory = local;
    info->compute_units = units;
    const char *trouble = !available  ? "the driver says it is not available"
                          : !compiler ? "the driver has no compiler"
                          : !little   ? "it is big-endian"
                          : strncmp(info->opencl, "OpenCL 1.0", 10) == 0 || strncmp(info->opencl, "OpenCL 1.1", 10) == 0
                              ? "it is older than OpenCL 1.2"
                              : NULL;
    info->usable = !trouble;
    if (trouble) snprintf(info->reason, sizeof info->reason, "%s", trouble);
}

/* The default: the first usable GPU, else the first usable CPU, else anything usable. */
static const struct listed_device *preferred(const struct listed_device *devices, size_t count, const char *type)
{
    for (size_t i = 0; i < count; i++)
        if (devices[i].info.usable && (!type || strcmp(devices[i].info.type, type) == 0)) return &devices[i];
    return NULL;
}

static const struct listed_device *choose_default(char why[160], const struct listed_device *devices, size_t count)
{
    const struct listed_device *chosen;
    if ((chosen = preferred(devices, count, "gpu")))
        snprintf(why, 160, "the first GPU");
    else if ((chosen = preferred(devices, count, "cpu")))
        snprintf(why, 160, "there is no GPU; the first CPU device");
    else if ((chosen = preferred(devices, count, NULL)))
        snprintf(why, 160, "the first usable device");
    return chosen;
}

clgan_status device_list(struct listed_device **devices, size_t *count, const clgan_log *log)
{
    cl_platform_id platforms[64];
    cl_uint platform_count = 0;
    size_t capacity = 0;
    *devices = NULL;
    *count = 0;
    if (clGetPlatformIDs(64, platforms, &platform_count) != CL_SUCCESS) platform_count = 0;
    if (platform_count > 64) platform_count = 64;
    for (cl_uint p = 0; p < platform_count; p++) {
        char name[128] = "unknown";
        cl_device_id ids[64];
        cl_uint found = 0;
        clGetPlatformInfo(platforms[p], CL_PLATFORM_NAME, sizeof name, name, NULL);
        cl_int code = clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, 64, ids, &found);
        if (code != CL_SUCCESS || !found) {
            log_warning(log, "platform %s: skipped, it has no device (%s)", name,
                        cl_error_name(code ? code : CL_DEVICE_NOT_FOUND));
            continue;
        }
        clgan_status status = memory_grow(devices, &capacity, *count + found, sizeof **devices);
        if (status != CLGAN_OK) {
            free(*devices);
            *devices = NULL;
            return status;
        }
        for (cl_uint d = 0; d < found && d < 64; d++) {
            struct listed_device *device = &(*devices)[*count];
            *device = (struct listed_device){.platform = platforms[p], .id = ids[d]};
            device->info.index = (int)(*count)++;
            snprintf(device->info.platform, sizeof device->info.platform, "%s", name);
            describe(device);
        }
    }
    char why[160];
    const struct listed_device *chosen = choose_default(why, *devices, *count);
    if (chosen) {
        clgan_device_info *info = &(*devices)[chosen - *devices].info;
        info->is_default = 1;
        snprintf(info->reason, sizeof info->reason, "%s", why);
    } else {
        log_warning(log, "%s", install_hint);
    }
    return CLGAN_OK;
}

static bool contains(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, length) == 0) return true;
    return false;
}

clgan_status device_choose(const struct listed_device **chosen, char why[160], const struct listed_device *devices,
                           size_t count, const char *wanted)
{
    *chosen = NULL;
    if (!preferred(devices, count, NULL)) return status_fail(CLGAN_FAILED, "%s", install_hint);
    if (!wanted) {
        *chosen = choose_default(why, devices, count);
        return CLGAN_OK;
    }
    if (*wanted && strspn(wanted, "0123456789") == strlen(wanted)) {
        unsigned long index = strtoul(wanted, NULL, 10);
        if (index >= count)
            return status_fail(CLGAN_USAGE, "--device %s: there is no such index; `clgan devices` lists 0 to %zu",
                               wanted, count - 1);
        *chosen = &devices[index];
    } else if (strcasecmp(wanted, "cpu") == 0 || strcasecmp(wanted, "gpu") == 0) {
        char type[4] = {(char)tolower((unsigned char)wanted[0]), 'p', 'u', 0};
        *chosen = preferred(devices, count, type);
    } else {
        for (size_t i = 0; i < count && *wanted && !*chosen; i++)
            if (contains(devices[i].info.name, wanted)) *chosen = &devices[i];
    }
    if (!*chosen) return status_fail(CLGAN_USAGE, "--device %s: no device fits; `clgan devices` lists them", wanted);
    if (!(*chosen)->info.usable)
        return status_fail(CLGAN_FAILED, "--device %s: %s is %s", wanted, (*chosen)->info.name, (*chosen)->info.reason);
    snprintf(why, 160, "asked for with --device %.100s", wanted);
    return CLGAN_OK;
}

clgan_status clgan_devices_list(clgan_device_info **devices, size_t *count, const clgan_log *log)
{
    struct listed_device *listed;
    TRY(device_list(&listed, count, log));
    clgan_status status = memory_take(devices, *count, sizeof **devices);
    for (size_t i = 0; status == CLGAN_OK && i < *count; i++) (*devices)[i] = listed[i].info;
    free(listed);
    return status;
}

void clgan_devices_free(clgan_device_info *devices) { free(devices); }

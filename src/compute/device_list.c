#include "compute/device_list.h"

#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "compute/quirks.h"

static const char install_hint[] = "install a driver: on Debian `apt install pocl-opencl-icd` for the CPU, "
                                   "`intel-opencl-icd` for Intel graphics, `mesa-opencl-icd` for AMD (and set "
                                   "RUSTICL_ENABLE=radeonsi), "
                                   "`nvidia-opencl-icd` for NVIDIA; clgan doctor looks for the trouble";

/* What is missing where no device can be used. */
static const char *nothing_usable(size_t platforms, size_t devices)
{
    if (devices) return "no OpenCL device is usable";
    return platforms ? "no OpenCL device was found" : "no OpenCL platform is installed";
}

enum { PLATFORMS = 64, PLATFORM_DEVICES = 64 };

/* What decides about a device, its names too (kept kernels and self-tests go by them), must be known: the first code
 * that is not CL_SUCCESS stays in `*code`. */
static void ask(cl_int *code, cl_device_id id, cl_device_info what, void *value, size_t size)
{
    if (*code == CL_SUCCESS) *code = clGetDeviceInfo(id, what, size, value, NULL);
}

static void read_text(cl_int *code, char *text, size_t size, cl_device_id id, cl_device_info what)
{
    char whole[1024] = ""; /* longer than what is kept: a short buffer is an error in OpenCL */
    const cl_int own = clGetDeviceInfo(id, what, sizeof whole - 1, whole, NULL);
    if (*code == CL_SUCCESS) *code = own;
    snprintf(text, size, "%.*s", (int)size - 1, own == CL_SUCCESS ? whole : "unknown");
}

static void read_platform(char *text, size_t size, cl_platform_id id, cl_platform_info what)
{
    if (clGetPlatformInfo(id, what, size, text, NULL) != CL_SUCCESS) snprintf(text, size, "unknown");
}

static void describe(struct listed_device *device)
{
    clgan_device_info *info = &device->info;
    const cl_device_id id = device->id;
    cl_int code = CL_SUCCESS;
    char failed[96] = "";
    cl_device_type type = 0;
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little = CL_TRUE;
    cl_ulong memory = 0, largest = 0, local = 0;
    cl_uint units = 0;
    ask(&code, id, CL_DEVICE_TYPE, &type, sizeof type);
    ask(&code, id, CL_DEVICE_AVAILABLE, &available, sizeof available);
    ask(&code, id, CL_DEVICE_COMPILER_AVAILABLE, &compiler, sizeof compiler);
    ask(&code, id, CL_DEVICE_ENDIAN_LITTLE, &little, sizeof little);
    ask(&code, id, CL_DEVICE_GLOBAL_MEM_SIZE, &memory, sizeof memory);
    ask(&code, id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, &largest, sizeof largest);
    ask(&code, id, CL_DEVICE_LOCAL_MEM_SIZE, &local, sizeof local);
    ask(&code, id, CL_DEVICE_MAX_COMPUTE_UNITS, &units, sizeof units);
    read_text(&code, info->name, sizeof info->name, id, CL_DEVICE_NAME);
    read_text(&code, info->driver, sizeof info->driver, id, CL_DRIVER_VERSION);
    read_text(&code, info->opencl, sizeof info->opencl, id, CL_DEVICE_VERSION);
    if (code) snprintf(failed, sizeof failed, "clGetDeviceInfo failed with %d, %s", (int)code, cl_error_name(code));
    const char *name = type & CL_DEVICE_TYPE_GPU           ? "gpu"
                       : type & CL_DEVICE_TYPE_CPU         ? "cpu"
                       : type & CL_DEVICE_TYPE_ACCELERATOR ? "accelerator"
                                                           : "other";
    snprintf(info->type, sizeof info->type, "%s", name);
    info->memory = memory;
    info->largest_buffer = largest;
    info->local_memory = local;
    info->compute_units = units;
    const char *trouble = quirk_acts(info) & QUIRK_REFUSED ? "clgan does not use this implementation (clgan devices -v)"
                          : *failed                        ? failed
                          : !available                     ? "the driver says it is not available"
                          : !compiler                      ? "the driver has no compiler"
                          : !little                        ? "it is big-endian"
                          : strncmp(info->opencl, "OpenCL 1.0", 10) == 0 || strncmp(info->opencl, "OpenCL 1.1", 10) == 0
                              ? "it is older than OpenCL 1.2"
                              : NULL;
    info->usable = !trouble;
    if (trouble) snprintf(info->reason, sizeof info->reason, "%s", trouble);
}

/* The first usable GPU or CPU (`type`; NULL: any), one whose quirks make it the last choice only after all others. */
static const struct listed_device *preferred(const struct listed_device *devices, size_t count, const char *type)
{
    const struct listed_device *last = NULL;
    for (size_t i = 0; i < count; i++) {
        const clgan_device_info *info = &devices[i].info;
        if (!info->usable || (type && strcmp(info->type, type) != 0)) continue;
        if (!(quirk_acts(info) & QUIRK_LAST)) return &devices[i];
        if (!last) last = &devices[i];
    }
    return last;
}

/* The default: a GPU, else a CPU, else anything usable. */
static const struct listed_device *choose_default(char why[160], const struct listed_device *devices, size_t count)
{
    static const char *const types[] = {"gpu", "cpu", NULL};
    static const char *const reasons[] = {"the first GPU", "there is no GPU; the first CPU device",
                                          "the first usable device"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct listed_device *chosen = preferred(devices, count, types[i]);
        if (!chosen || quirk_acts(&chosen->info) & QUIRK_LAST) continue;
        snprintf(why, 160, "%s", reasons[i]);
        return chosen;
    }
    const struct listed_device *chosen = preferred(devices, count, NULL);
    if (chosen) snprintf(why, 160, "there is nothing faster (clgan devices -v)");
    return chosen;
}

/* Devices of a platform, at most PLATFORM_DEVICES; `trouble`: "", or what is wrong with it. False where the platform
 * can't say which it has. */
static bool find_devices(char trouble[DEVICE_TROUBLE], cl_device_id *ids, cl_uint *found, cl_platform_id platform)
{
    const cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, PLATFORM_DEVICES, ids, found);
    *trouble = 0;
    if (code != CL_SUCCESS) *found = 0;
    if (*found > PLATFORM_DEVICES) *found = PLATFORM_DEVICES;
    if (code != CL_SUCCESS && code != CL_DEVICE_NOT_FOUND) {
        snprintf(trouble, DEVICE_TROUBLE, "clGetDeviceIDs failed with %d, %s", (int)code, cl_error_name(code));
        return false;
    }
    if (!*found)
        snprintf(trouble, DEVICE_TROUBLE,
                 "it has no device (PoCL has none where it can't write its cache, in $XDG_CACHE_HOME or ~/.cache)");
    return true;
}

/* That there is none is an error to loaders, and none here. */
static clgan_status find_platforms(cl_platform_id platforms[PLATFORMS], cl_uint *count)
{
    enum { NO_PLATFORM = -1001 };
    *count = 0;
    const cl_int code = clGetPlatformIDs(PLATFORMS, platforms, count);
    if (code != CL_SUCCESS) *count = 0;
    if (*count > PLATFORMS) *count = PLATFORMS;
    return code == NO_PLATFORM ? CLGAN_OK : CL_CODE(code, "clGetPlatformIDs");
}

static clgan_status list_devices(struct listed_device **devices, size_t *count, char trouble[DEVICE_TROUBLE],
                                 const clgan_log *log)
{
    cl_platform_id platforms[PLATFORMS];
    cl_uint platform_count;
    size_t capacity = 0;
    *devices = NULL;
    *count = 0;
    *trouble = 0;
    TRY(find_platforms(platforms, &platform_count));
    for (cl_uint p = 0; p < platform_count; p++) {
        char name[128];
        cl_device_id ids[PLATFORM_DEVICES];
        cl_uint found = 0;
        read_platform(name, sizeof name, platforms[p], CL_PLATFORM_NAME);
        char wrong[DEVICE_TROUBLE];
        if (!find_devices(wrong, ids, &found, platforms[p]))
            snprintf(trouble, DEVICE_TROUBLE, "platform %.60s: %.80s", name, wrong);
        if (!found) {
            log_warning(log, "platform %s: skipped, %s", name, wrong);
            continue;
        }
        clgan_status status = memory_grow(devices, &capacity, *count + found, sizeof **devices);
        if (status != CLGAN_OK) {
            free(*devices);
            *devices = NULL;
            return status;
        }
        for (cl_uint d = 0; d < found; d++) {
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
        log_warning(log, "%s; %s", nothing_usable(platform_count, *count), install_hint);
    }
    return CLGAN_OK;
}

/* Drivers make themselves ready when they are first asked for devices; PoCL 3.1 crashes where two threads do so at
 * once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* All of them are warnings. They are told where nothing is locked: who hears them may ask for devices, too. */
static void keep_line(void *lines, clgan_level level, const char *line)
{
    (void)level;
    text_append(lines, "%s\n", line);
}

clgan_status device_list(struct listed_device **devices, size_t *count, char trouble[DEVICE_TROUBLE],
                         const clgan_log *log)
{
    struct text warnings = {0};
    const clgan_log kept = {.line = keep_line, .user = &warnings};
    pthread_mutex_lock(&lock);
    const clgan_status status = list_devices(devices, count, trouble, &kept);
    pthread_mutex_unlock(&lock);
    for (const char *line = warnings.bytes, *end; line && (end = strchr(line, '\n')); line = end + 1)
        log_warning(log, "%.*s", (int)(end - line), line);
    text_free(&warnings);
    return status;
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
    if (!preferred(devices, count, NULL))
        return count ? status_fail(CLGAN_FAILED, "%s (device 0, %s: %s); %s", nothing_usable(1, count),
                                   devices->info.name, devices->info.reason, install_hint)
                     : status_fail(CLGAN_FAILED, "%s; %s", nothing_usable(1, 0), install_hint);
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
        for (size_t i = 0; i < count && *wanted && !(*chosen && (*chosen)->info.usable); i++)
            if (contains(devices[i].info.name, wanted) && (!*chosen || devices[i].info.usable)) *chosen = &devices[i];
    }
    if (!*chosen) return status_fail(CLGAN_USAGE, "--device %s: no device fits; `clgan devices` lists them", wanted);
    if (!(*chosen)->info.usable)
        return status_fail(CLGAN_FAILED, "--device %s: %s: %s", wanted, (*chosen)->info.name, (*chosen)->info.reason);
    snprintf(why, 160, "asked for with --device %.100s", wanted);
    return CLGAN_OK;
}

static void describe_platform(clgan_platform_info *info, cl_platform_id platform)
{
    cl_device_id ids[PLATFORM_DEVICES];
    cl_uint found = 0;
    read_platform(info->name, sizeof info->name, platform, CL_PLATFORM_NAME);
    read_platform(info->vendor, sizeof info->vendor, platform, CL_PLATFORM_VENDOR);
    read_platform(info->version, sizeof info->version, platform, CL_PLATFORM_VERSION);
    find_devices(info->trouble, ids, &found, platform);
    info->devices = found;
}

clgan_status clgan_platforms_list(clgan_platform_info **platforms, size_t *count)
{
    cl_platform_id ids[PLATFORMS];
    cl_uint found;
    TRY(find_platforms(ids, &found));
    *count = found;
    TRY(memory_take(platforms, *count, sizeof **platforms));
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < *count; i++) describe_platform(&(*platforms)[i], ids[i]);
    pthread_mutex_unlock(&lock);
    return CLGAN_OK;
}

void clgan_platforms_free(clgan_platform_info *platforms) { free(platforms); }

clgan_status clgan_devices_list(clgan_device_info **devices, size_t *count, const clgan_log *log)
{
    struct listed_device *listed;
    char trouble[DEVICE_TROUBLE];
    TRY(device_list(&listed, count, trouble, log));
    clgan_status status = memory_take(devices, *count, sizeof **devices);
    for (size_t i = 0; status == CLGAN_OK && i < *count; i++) (*devices)[i] = listed[i].info;
    free(listed);
    return status;
}

void clgan_devices_free(clgan_device_info *devices) { free(devices); }

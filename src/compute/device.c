#include "compute/device.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "compute/choices.h"
#include "compute/device_list.h"
#include "compute/program.h"
#include "compute/quirks.h"

clgan_status device_limits(struct device *device)
{
    cl_uint width = 0;
    cl_bool unified = CL_FALSE;
    TRY(CL_CALL(clGetDeviceInfo(device->id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof device->work_group,
                                &device->work_group, NULL)));
    TRY(CL_CALL(clGetDeviceInfo(device->id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL)));
    TRY(CL_CALL(clGetDeviceInfo(device->id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, NULL)));
    device->unified = unified;
    device->quirks = quirk_acts(&device->info);
    if (device->quirks & QUIRK_NARROW) width = 1;
    device->vector_width = 1;
    while (2 * device->vector_width <= width && device->vector_width < 16) device->vector_width *= 2;
    return pace_begin(device);
}

static clgan_status open_queue(struct device *device, bool profiling)
{
    cl_int code;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)device->platform, 0};
    device->context = clCreateContext(properties, 1, &device->id, NULL, NULL, &code);
    TRY(CL_CODE(code, "clCreateContext"));
    device->queue = clCreateCommandQueue(device->context, device->id, profiling ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
    TRY(CL_CODE(code, "clCreateCommandQueue"));
    return CLGAN_OK;
}

clgan_status device_open(struct device **out, const clgan_device_options *options, bool profiling, const clgan_log *log)
{
    struct listed_device *list;
    const struct listed_device *chosen;
    struct device *device = NULL;
    size_t count;
    char why[160], trouble[DEVICE_TROUBLE];
    TRY(CHECK_OPTIONS(options));
    TRY(device_list(&list, &count, trouble, log));
    clgan_status status = device_choose(&chosen, why, list, count, options->device);
    if (status != CLGAN_OK && !count && *trouble) status = status_within(status, "%s", trouble);
    if (status == CLGAN_OK) status = memory_take(&device, 1, sizeof *device);
    if (status == CLGAN_OK) {
        device->info = chosen->info;
        device->platform = chosen->platform;
        device->id = chosen->id;
        if (log) device->log = *log;
        log_info(log, "device %d: %s (%s, %s), %s", chosen->info.index, chosen->info.name, chosen->info.platform,
                 chosen->info.driver, why);
        if (!options->no_cache && options->cache_dir)
            status = memory_copy_text(&device->cache_dir, options->cache_dir);
        else if (!options->no_cache && file_cache_folder(&device->cache_dir) != CLGAN_OK)
            log_warning(log, "%s; compiled programs are not kept", clgan_last_error());
    }
    free(list);
    if (status == CLGAN_OK) status = memory_take(&device->choices, 1, sizeof *device->choices);
    if (status == CLGAN_OK) status = device_limits(device);
    if (status == CLGAN_OK) status = open_queue(device, profiling);
    if (status != CLGAN_OK) {
        device_close(device);
        return status;
    }
    *out = device;
    return CLGAN_OK;
}

bool device_is_wide(const struct device *device) { return device->vector_width >= 8; }

size_t device_width(const struct device *device) { return device_is_wide(device) ? 16 : 1; }

const char *device_width_option(const struct device *device)
{
    return device_is_wide(device) ? "-DWIDTH=16" : "-DWIDTH=1";
}

void device_close(struct device *device)
{
    if (!device) return;
    if (device->pace.mark) clReleaseEvent(device->pace.mark);
    if (device->queue) clFinish(device->queue);
    programs_free(device);
    if (device->queue) clReleaseCommandQueue(device->queue);
    if (device->context) clReleaseContext(device->context);
    if (device->choices) choices_free(device->choices);
    free(device->choices);
    free(device->cache_dir);
    free(device);
}

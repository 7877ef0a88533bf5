#include "command.h"

static void print_device(FILE *out, const clgan_device_info *device)
{
    fprintf(out, "%c %2d  %-11s  %8.1f GB  %s\n",
            device->is_default ? '*'
            : device->usable   ? ' '
                               : '-',
            device->index, device->type, (double)device->memory / 1e9, device->name);
    fprintf(out, "       %s, driver %s, %s, %u compute units\n", device->platform, device->driver, device->opencl,
            device->compute_units);
    if (*device->reason)
        fprintf(out, "       %s%s\n",
                device->is_default ? "default: "
                : device->usable   ? ""
                                   : "not usable: ",
                device->reason);
}

int command_devices(struct context *context, int argc, char **argv)
{
    const struct usage usage = {
        .name = "devices",
        .operands = "",
        .about = "Lists every device of every OpenCL platform: index, type, memory, name, platform, driver.\n"
                 "* marks the default and says why it is; - marks what clgan can't use."};
    const char *operands[OPERANDS];
    clgan_device_info *devices;
    size_t count;
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    const clgan_status status = clgan_devices_list(&devices, &count, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    for (size_t i = 0; i < count; i++) print_device(context->out, &devices[i]);
    clgan_devices_free(devices);
    return count ? 0 : CLGAN_FAILED;
}

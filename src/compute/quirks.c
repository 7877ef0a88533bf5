#include "compute/quirks.h"

#include <stdbool.h>
#include <string.h>

/* Vendor numbers are no key: PoCL on an AMD CPU says Intel's. */
static const struct quirk quirks[] = {
    {.name = "clover",
     .platform = "Clover",
     .acts = QUIRK_REFUSED,
     .what = "never used: Mesa's rusticl drives the same hardware",
     .reason = "Mesa gave up Clover, which stops at OpenCL 1.1, for rusticl, and removed it in Mesa 25.2"},
    {.name = "simulator",
     .platform = "Oclgrind",
     .acts = QUIRK_LAST | QUIRK_SIMULATOR,
     .what = "used only if asked for by name or index, or if there is nothing else",
     .reason = "Oclgrind interprets kernels to find faults in them, about 100 times slower than PoCL, and calls itself "
               "GPU and CPU alike (measured, 21.10)"},
    {.name = "llvmpipe",
     .platform = "rusticl",
     .device = "llvmpipe",
     .acts = QUIRK_LAST | QUIRK_NARROW,
     .what = "kernels work on single floats; used only if asked for by name or index, or if there is nothing else",
     .reason = "rusticl on llvmpipe computes kernels with private arrays of float16 wrongly and builds wide ones for "
               "minutes, "
               "and needs 20 times as long as PoCL for CLBlast's products and 0.4 ms a launch (measured, Mesa 22.3.6)"},
    {.name = "clang-prefetch",
     .platform = "Portable Computing Language",
     .type = "cpu",
     .acts = QUIRK_PREFETCH,
     .what = "weight updates ask for the lines of W and its velocity early, by clang's __builtin_prefetch",
     .reason = "PoCL builds kernels with clang, which has it; OpenCL C has a prefetch for local copies only"},
    {.name = "huge-pages",
     .type = "cpu",
     .acts = QUIRK_HUGE_PAGES,
     .what = "large buffers ask the system for huge pages",
     .reason = "a CPU device's buffer is ordinary memory, and products go down columns whose rows are pages apart"},
    {.name = "nvidia-busy-wait",
     .platform = "NVIDIA",
     .what = "the host sleeps between looks at whether work is done, as it does for every device",
     .reason = "clFinish and clWaitForEvents keep a CPU core busy while they wait (reports on NVIDIA's forum and in "
               "hashcat, whose spin damper does the same)"},
    {.name = "intel-busy-wait",
     .platform = "Intel(R) OpenCL",
     .type = "gpu",
     .what = "the host sleeps between looks at whether work is done, as it does for every device",
     .reason =
         "clFinish and clWaitForEvents keep a CPU core busy while they wait (reports on Intel's compute-runtime)"},
};

static bool begins(const char *text, const char *beginning)
{
    return !beginning || strncmp(text, beginning, strlen(beginning)) == 0;
}

const struct quirk *quirk_next(const struct quirk *after, const clgan_device_info *info)
{
    for (const struct quirk *at = after ? after + 1 : quirks; at < quirks + sizeof quirks / sizeof *quirks; at++)
        if (begins(info->platform, at->platform) && begins(info->name, at->device) &&
            begins(info->driver, at->driver) && (!at->type || strcmp(info->type, at->type) == 0))
            return at;
    return NULL;
}

unsigned quirk_acts(const clgan_device_info *info)
{
    unsigned acts = 0;
    for (const struct quirk *at = NULL; (at = quirk_next(at, info));) acts |= at->acts;
    return acts;
}

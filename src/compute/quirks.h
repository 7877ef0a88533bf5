/* Known quirks of OpenCL implementations: what can't be asked of a device, what clgan does about it, and why. */
#ifndef COMPUTE_QUIRKS_H
#define COMPUTE_QUIRKS_H

#include "clgan.h"

/* What code does where a quirk applies; bits. */
enum quirk_act {
    QUIRK_REFUSED = 1,     /* the device is never used */
    QUIRK_LAST = 2,        /* chosen only where it is asked for by name or there is nothing else */
    QUIRK_NARROW = 4,      /* kernels work on single floats, whatever the driver says of its vectors */
    QUIRK_PREFETCH = 8,    /* kernels use clang's __builtin_prefetch */
    QUIRK_HUGE_PAGES = 16, /* large buffers ask for huge pages */
    QUIRK_SIMULATOR = 32   /* times say nothing of a device */
};

struct quirk {
    const char *name;
    const char *platform, *device, *driver; /* what those names begin with; NULL: any */
    const char *type;                       /* as in clgan_device_info; NULL: any */
    unsigned acts;                          /* enum quirk_act; 0: only to be known */
    const char *what;                       /* done about it */
    const char *reason;                     /* and where that was seen */
};

/* The quirk after `after` (NULL: from the first on) that applies to such a device; NULL: no more. */
const struct quirk *quirk_next(const struct quirk *after, const clgan_device_info *info);
/* The acts of all that apply. */
unsigned quirk_acts(const clgan_device_info *info);

#endif

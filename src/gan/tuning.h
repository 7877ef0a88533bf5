/* The products of a training, tuned: by clgan tune, and in a few seconds at the first training on a device. */
#ifndef GAN_TUNING_H
#define GAN_TUNING_H

#include "compute/choices.h"

/* Measures for a few seconds if products in use are unknown to the file, and keeps what was found. `*changed`: plans
 * are to be made again. Failures are told, and no reason to stop. */
void tuning_quick(bool *changed, struct device *device, const volatile int *stop, const clgan_log *log);

#endif

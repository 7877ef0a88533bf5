/* Which variant makes each product on a device: what was measured, and else what was guessed. As text: a line that
 * names the format, one each for device and driver, then a line for each product. */
#ifndef COMPUTE_CHOICES_H
#define COMPUTE_CHOICES_H

#include "compute/gemm.h"

struct gemm_choice {
    struct gemm gemm; /* its sizes and kinds; tensors only say what there is, they are gone */
    struct gemm_variant variant;
    double seconds; /* measured; 0: a guess */
    size_t tried;   /* candidates measured so far, from the first on */
    bool used;      /* by a plan of this process */
    bool kept;      /* in a file */
};

/* Zeroed is empty. */
struct gemm_choices {
    struct gemm_choice *list;
    size_t count, capacity;
};
void choices_free(struct gemm_choices *choices);

/* "Y = XW maxout/5 200 x 1200 x 784": what a choice is for. */
struct gemm_key {
    char text[80];
};
struct gemm_key gemm_key(const struct gemm *gemm);

enum { CHOICES_BYTES = 1 << 20 }; /* longest file that is read: each of its lines is looked for among those before */

/* NULL: none. */
struct gemm_choice *choices_find(const struct gemm_choices *choices, const struct gemm *gemm);

/* Takes over what `from` has more of: choices that are not there yet, or of which at least as many candidates were
 * measured. CLGAN_FAILED without memory. */
clgan_status choices_merge(struct gemm_choices *choices, const struct gemm_choices *from);

/* Adds what the file says. `*found` false: there is no such file, which is no fault, or it is of another version,
 * device or driver, or has a line that makes no sense: then it is ignored with a warning. CLGAN_FAILED where it can't
 * be read. */
clgan_status choices_read(bool *found, struct device *device, const char *path, const clgan_log *log);
/* The same from the device's file in its cache folder; one that can't be read is ignored too, with a warning. */
void choices_load(struct device *device, const clgan_log *log);
/* Writes all choices, or those in use. */
clgan_status choices_write(const struct device *device, const char *path, bool used_only);
/* The device's file in its cache folder, freed with free(); CLGAN_FAILED where it has no cache folder. */
clgan_status choices_path(char **path, const struct device *device);

#endif

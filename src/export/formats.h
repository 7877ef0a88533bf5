/* The files that nets are written to. */
#ifndef EXPORT_FORMATS_H
#define EXPORT_FORMATS_H

#include "export/host_net.h"
#include "export/layout.h"

/* What to write, and what to say of it. */
struct export_job {
    const char *path;
    const struct host_net *nets; /* one, or G and D */
    size_t count;
    enum layout layout;
    const char *tensor;      /* .npy: the name of the one tensor */
    const char *recipe_text; /* resolved YAML */
    uint64_t step, steps_per_epoch, seed;
};

/* CLGAN_USAGE where a file of ONNX can't hold the net; known before there are weights. */
clgan_status onnx_check(const struct export_job *job);
/* The one net as a model: z -> x, or x -> logit and probability. docs/export.md has operators and names. */
clgan_status onnx_write(const struct export_job *job);

/* All tensors in the job's layout; the metadata says format, layout, recipe, step, seed, and for layout torch the
 * modules. */
clgan_status weights_write_safetensors(const struct export_job *job);

/* The same for NumPy: all tensors in a zip of NPY files, stored, of no date; CLGAN_USAGE over 4 GB. */
clgan_status npz_check(const struct export_job *job);
clgan_status npz_write(const struct export_job *job);
/* The tensor that the job names; CLGAN_USAGE, listing the names, where there is none. */
clgan_status npy_write_tensor(const struct export_job *job);

#endif

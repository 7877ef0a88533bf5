/* clgan_export: what is asked for, checked before anything is read; then nets of a checkpoint, written. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/memory.h"
#include "export/formats.h"
#include "gan/lone_net.h"

struct format {
    const char *ending;
    clgan_status (*check)(const struct export_job *job); /* by shapes alone; NULL: all fit */
    clgan_status (*write)(const struct export_job *job);
    bool lone;   /* one net at most */
    bool layout; /* asks for a layout */
    const char *more;
};

static const struct format formats[] = {
    {".onnx", onnx_check, onnx_write, true, false, "opset 17, IR version 8"},
    {".safetensors", NULL, weights_write_safetensors, false, true, NULL},
    {".npz", npz_check, npz_write, false, true, NULL},
    {".npy", NULL, npy_write_tensor, false, true, NULL},
};

static clgan_status find_format(const struct format **format, const char *path)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (text_ends_with(path, formats[i].ending)) {
            *format = &formats[i];
            return CLGAN_OK;
        }
    return status_fail(CLGAN_USAGE, "%s: expected a name that ends in .onnx, .safetensors, .npz or .npy", path);
}

static clgan_status choose_nets(const char **letters, const char *network)
{
    static const char *const choices[] = {"G", "D", "GD"};
    if (!network || strcmp(network, "G") == 0) return *letters = choices[0], CLGAN_OK;
    if (strcmp(network, "D") == 0) return *letters = choices[1], CLGAN_OK;
    if (strcmp(network, "both") == 0) return *letters = choices[2], CLGAN_OK;
    return status_fail(CLGAN_USAGE, "network %s: expected G, D or both", network);
}

static clgan_status check_options(const struct format *format, const char *letters, const char *path,
                                  const clgan_export_options *options)
{
    const bool npy = format->write == npy_write_tensor;
    if (format->lone && letters[1])
        return status_fail(CLGAN_USAGE, "%s: a model of ONNX is one net: export G and D to a file each", path);
    if (!format->layout && options->layout)
        return status_fail(CLGAN_USAGE, "%s: a layout belongs to .safetensors, .npz and .npy; ONNX has one of its own",
                           path);
    if (npy && !options->tensor)
        return status_fail(CLGAN_USAGE, "%s: an NPY file is one tensor: name it, as in --tensor G.0.weight", path);
    if (!npy && options->tensor)
        return status_fail(CLGAN_USAGE, "%s: one tensor alone is exported to a name that ends in .npy", path);
    return CLGAN_OK;
}

/* ---- what is said of it ---- */

static void tell_model(struct text *told, const struct host_net *net)
{
    const char *const *ends =
        net->letter == 'G' ? (const char *const[]){"z", "x"} : (const char *const[]){"x", "logit and probability"};
    text_append(told, "  %s [batch, %zu] -> %s [batch, %zu]\n", ends[0], net->in, ends[1], net->out);
}

static clgan_status tell_tensors(struct text *told, const struct export_job *job)
{
    struct layout_tensor *list;
    TRY(memory_take(&list, LAYOUT_TENSORS, sizeof *list));
    const size_t count = layout_tensors(list, job->nets, job->count, job->layout);
    for (size_t i = 0; i < count; i++) {
        char shape[LAYOUT_NAME];
        if (job->tensor && strcmp(job->tensor, list[i].name) != 0) continue;
        layout_shape(shape, list[i].shape, list[i].dimensions);
        text_append(told, "  %-12s %s\n", list[i].name, shape);
    }
    if (job->layout == LAYOUT_TORCH && !job->tensor)
        for (size_t i = 0; i < job->count; i++) {
            text_append(told, "  %c = ", job->nets[i].letter);
            layout_modules(told, &job->nets[i]);
            text_append(told, "\n");
        }
    free(list);
    return CLGAN_OK;
}

static clgan_status tell(char **out, const struct format *format, const struct export_job *job)
{
    struct text told = {0};
    clgan_status status = CLGAN_OK;
    text_append(&told, "%s: %s of step %" PRIu64 "%s, %s%s\n", job->path,
                job->count > 1             ? "G and D"
                : job->nets->letter == 'G' ? "G"
                                           : "D",
                job->step, job->nets->averaged ? ", averaged weights" : "", format->layout ? "layout " : "",
                format->layout ? layout_name(job->layout) : format->more);
    if (format->layout)
        status = tell_tensors(&told, job);
    else
        tell_model(&told, job->nets);
    if (status == CLGAN_OK) return text_take(out, &told);
    text_free(&told);
    return status;
}

/* ---- the public call ---- */

static clgan_status load_and_write(char **told, const struct format *format, struct export_job *job,
                                   struct host_net *nets, const struct clgan_run *run,
                                   const clgan_export_options *options)
{
    struct checkpoint checkpoint;
    TRY(lone_net_checkpoint(&checkpoint, run, options->checkpoint));
    job->step = checkpoint.step;
    job->steps_per_epoch = checkpoint.steps_per_epoch;
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; status == CLGAN_OK && i < job->count; i++)
        status = host_net_load(&nets[i], &checkpoint, !options->raw_weights);
    checkpoint_close(&checkpoint);
    if (status == CLGAN_OK) status = format->write(job);
    return status == CLGAN_OK ? tell(told, format, job) : status;
}

clgan_status clgan_export(char **told, clgan_run *run, const char *path, const clgan_export_options *options)
{
    const struct format *format = formats;
    const char *letters = "";
    struct host_net *nets;
    struct export_job job = {.path = path,
                             .layout = LAYOUT_CLGAN,
                             .tensor = options->tensor,
                             .recipe_text = run->recipe_text,
                             .seed = (uint64_t)run->recipe.train.seed};
    TRY(CHECK_OPTIONS(options));
    TRY(find_format(&format, path));
    TRY(choose_nets(&letters, options->network));
    TRY(check_options(format, letters, path, options));
    if (options->layout) TRY(layout_read(&job.layout, options->layout));
    TRY(memory_take(&nets, 2, sizeof *nets));
    job.nets = nets;
    for (; letters[job.count]; job.count++) host_net_begin(&nets[job.count], &run->recipe, letters[job.count]);
    clgan_status status = format->check ? format->check(&job) : CLGAN_OK;
    struct plain_locale locale;
    if (status == CLGAN_OK) status = locale_begin(&locale);
    if (status == CLGAN_OK) {
        status = load_and_write(told, format, &job, nets, run, options);
        locale_end(&locale);
    }
    for (size_t i = 0; i < 2; i++) host_net_free(&nets[i]);
    free(nets);
    return status;
}

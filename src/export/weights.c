/* Weights alone: safetensors, and one tensor as NPY. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/npy.h"
#include "export/formats.h"
#include "gan/checkpoint_files.h"

enum { METADATA = 11, NUMBER = 24 };

struct metadata {
    struct safetensors_metadata pairs[METADATA];
    size_t count;
    char step[NUMBER], steps_per_epoch[NUMBER], seed[NUMBER];
    char *modules[2]; /* owned */
};

static void add(struct metadata *metadata, char *key, const char *value)
{
    metadata->pairs[metadata->count++] = (struct safetensors_metadata){key, (char *)value};
}

static clgan_status fill(struct metadata *metadata, const struct export_job *job)
{
    static char *const keys[] = {"generator.modules", "discriminator.modules"};
    snprintf(metadata->step, NUMBER, "%" PRIu64, job->step);
    snprintf(metadata->steps_per_epoch, NUMBER, "%" PRIu64, job->steps_per_epoch);
    snprintf(metadata->seed, NUMBER, "%" PRIu64, job->seed);
    add(metadata, "format", job->layout == LAYOUT_TORCH ? "pt" : WEIGHTS_FORMAT);
    add(metadata, "producer", "clgan " CLGAN_VERSION);
    add(metadata, "layout", layout_name(job->layout));
    add(metadata, "step", metadata->step);
    add(metadata, "steps_per_epoch", metadata->steps_per_epoch);
    add(metadata, "seed", metadata->seed);
    if (job->nets->letter == 'G') add(metadata, "generator.weights", job->nets->averaged ? "average" : "raw");
    for (size_t i = 0; job->layout == LAYOUT_TORCH && i < job->count; i++) {
        struct text text = {0};
        layout_modules(&text, &job->nets[i]);
        TRY(text_take(&metadata->modules[i], &text));
        add(metadata, keys[job->nets[i].letter == 'D'], metadata->modules[i]);
    }
    add(metadata, "recipe", job->recipe_text);
    return CLGAN_OK;
}

static clgan_status add_tensor(struct safetensors_writer *writer, const struct layout_tensor *tensor)
{
    const float *values;
    float *owned;
    TRY(layout_values(&values, &owned, tensor));
    const clgan_status status = safetensors_add(
        writer, values, (tensor->is_bias ? 1 : tensor->layer->in) * tensor->layer->width * sizeof *values);
    free(owned);
    return status;
}

static clgan_status write_file(const struct export_job *job, struct layout_tensor *list, size_t count,
                               const struct metadata *metadata)
{
    struct safetensors_writer *writer = NULL;
    struct safetensors_entry *entries;
    TRY(memory_take(&entries, count, sizeof *entries));
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct safetensors_entry){
            .name = list[i].name, .shape = {list[i].shape[0], list[i].shape[1]}, .dimensions = list[i].dimensions};
    clgan_status status = safetensors_begin(&writer, job->path, entries, count, metadata->pairs, metadata->count);
    for (size_t i = 0; status == CLGAN_OK && i < count; i++) status = add_tensor(writer, &list[i]);
    status = safetensors_end(writer, status);
    free(entries);
    return status;
}

clgan_status weights_write_safetensors(const struct export_job *job)
{
    struct metadata metadata = {0};
    struct layout_tensor *list;
    TRY(memory_take(&list, LAYOUT_TENSORS, sizeof *list));
    const size_t count = layout_tensors(list, job->nets, job->count, job->layout);
    clgan_status status = fill(&metadata, job);
    if (status == CLGAN_OK) status = write_file(job, list, count, &metadata);
    for (size_t i = 0; i < 2; i++) free(metadata.modules[i]);
    free(list);
    return status;
}

/* ---- one tensor ---- */

static clgan_status no_such(const struct export_job *job, const struct layout_tensor *list, size_t count)
{
    struct text names = {0};
    for (size_t i = 0; i < count; i++) text_append(&names, "%s%s", i ? ", " : "", list[i].name);
    const clgan_status status =
        status_fail(CLGAN_USAGE, "no tensor %s: expected one of %s", job->tensor, names.bytes ? names.bytes : "none");
    text_free(&names);
    return status;
}

clgan_status npy_write_tensor(const struct export_job *job)
{
    struct layout_tensor *list;
    const float *values = NULL;
    float *owned = NULL;
    TRY(memory_take(&list, LAYOUT_TENSORS, sizeof *list));
    const size_t count = layout_tensors(list, job->nets, job->count, job->layout);
    size_t at = 0;
    while (at < count && strcmp(list[at].name, job->tensor) != 0) at++;
    clgan_status status = at < count ? layout_values(&values, &owned, &list[at]) : no_such(job, list, count);
    if (status == CLGAN_OK) status = npy_write_values(values, list[at].shape, list[at].dimensions, job->path);
    free(owned);
    free(list);
    return status;
}

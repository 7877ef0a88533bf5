#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/memory.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"
#include "nn/schedule.h"

enum { METADATA = 14, VALUE = 32 };

/* ---- metadata ---- */

struct metadata {
    struct safetensors_metadata pairs[METADATA];
    char values[METADATA][VALUE];
    size_t count;
};

static void add_number(struct metadata *metadata, char *key, const char *format, double value)
{
    char *text = metadata->values[metadata->count];
    snprintf(text, VALUE, format, value);
    metadata->pairs[metadata->count++] = (struct safetensors_metadata){key, text};
}

static clgan_status fill_metadata(struct metadata *metadata, const struct pair *pair, const char *recipe_text,
                                  uint64_t step, double log_likelihood)
{
    const struct recipe *recipe = pair->recipe;
    const uint64_t epoch = step / pair->steps_per_epoch;
    const uint64_t g_updates = step * (uint64_t)recipe->train.generator_steps;
    const uint64_t d_updates = step * (uint64_t)recipe->train.discriminator_steps;
    const schedule g = schedule_at(&recipe->generator_optimiser, g_updates, epoch);
    const schedule d = schedule_at(&recipe->discriminator_optimiser, d_updates, epoch);
    struct plain_locale locale;
    TRY(locale_begin(&locale));
    *metadata = (struct metadata){0};
    metadata->pairs[metadata->count++] = (struct safetensors_metadata){"format", CHECKPOINT_FORMAT};
    add_number(metadata, "step", "%.0f", (double)step);
    add_number(metadata, "epoch", "%.0f", (double)epoch);
    add_number(metadata, "steps_per_epoch", "%.0f", (double)pair->steps_per_epoch);
    if (pair_pictures(pair)) add_number(metadata, "pictures", "%.0f", (double)pair_pictures(pair));
    if (isfinite(log_likelihood)) add_number(metadata, "log_likelihood", "%.17g", log_likelihood);
    add_number(metadata, "seed", "%.0f", (double)recipe->train.seed);
    add_number(metadata, "generator.updates", "%.0f", (double)g_updates);
    add_number(metadata, "generator.next_rate", "%.9g", (double)g.rate);
    add_number(metadata, "generator.next_momentum", "%.9g", (double)g.momentum);
    add_number(metadata, "discriminator.updates", "%.0f", (double)d_updates);
    add_number(metadata, "discriminator.next_rate", "%.9g", (double)d.rate);
    add_number(metadata, "discriminator.next_momentum", "%.9g", (double)d.momentum);
    metadata->pairs[metadata->count++] = (struct safetensors_metadata){"recipe", (char *)recipe_text};
    locale_end(&locale);
    return CLGAN_OK;
}

/* ---- writing ---- */

static clgan_status write_tensor(struct safetensors_writer *writer, struct device *device, struct tensor tensor)
{
    const size_t bytes = tensor.rows * tensor.columns * sizeof(float);
    float *values;
    TRY(memory_take(&values, tensor.rows * tensor.columns, sizeof *values));
    clgan_status status = tensor_read(device, tensor, values);
    if (status == CLGAN_OK) status = safetensors_add(writer, values, bytes);
    free(values);
    return status;
}

static struct safetensors_entry entry_of(struct net_tensor *item)
{
    struct safetensors_entry entry = {.name = item->name, .dimensions = item->is_bias ? 1 : 2};
    entry.shape[0] = item->is_bias ? item->tensor.columns : item->tensor.rows;
    if (!item->is_bias) entry.shape[1] = item->tensor.columns;
    return entry;
}

static clgan_status write_file(const char *path, struct pair *pair, struct net_tensor *list, size_t count,
                               const struct metadata *metadata)
{
    struct safetensors_writer *writer = NULL;
    struct safetensors_entry *entries;
    float sums[2 * METRICS];
    TRY(pair_read_sums(pair, sums));
    TRY(memory_take(&entries, count + 1, sizeof *entries));
    for (size_t i = 0; i < count; i++) entries[i] = entry_of(&list[i]);
    entries[count] = (struct safetensors_entry){.name = CHECKPOINT_SUMS, .shape = {METRICS, 2}, .dimensions = 2};
    clgan_status status = safetensors_begin(&writer, path, entries, count + 1, metadata->pairs, metadata->count);
    for (size_t i = 0; status == CLGAN_OK && i < count; i++)
        status = write_tensor(writer, pair->device, list[i].tensor);
    if (status == CLGAN_OK) status = safetensors_add(writer, sums, sizeof sums);
    status = safetensors_end(writer, status);
    free(entries);
    return status;
}

static clgan_status make_folder(const char *folder)
{
    char *path;
    TRY(file_make_inner_folder(&path, folder, "checkpoints"));
    free(path);
    return CLGAN_OK;
}

/* Into the file `path`. */
static clgan_status save(const char *path, struct pair *pair, const char *recipe_text, uint64_t step,
                         double log_likelihood)
{
    struct net_tensor *list;
    struct metadata metadata;
    TRY(memory_take(&list, 2 * NET_TENSORS, sizeof *list));
    size_t count = net_tensors(list, &pair->g, NET_ALL);
    count += net_tensors(list + count, &pair->d, NET_ALL);
    size_t bad;
    clgan_status status = fill_metadata(&metadata, pair, recipe_text, step, log_likelihood);
    if (status == CLGAN_OK) status = net_tensors_first_bad(&bad, pair->device, list, count);
    if (status == CLGAN_OK && bad < count)
        status = status_fail(CLGAN_FAILED,
                             "%s is not finite: nothing was saved, earlier checkpoints are kept. Try a lower "
                             "learning rate",
                             list[bad].name);
    if (status == CLGAN_OK) status = write_file(path, pair, list, count, &metadata);
    free(list);
    return status;
}

clgan_status checkpoint_save(struct pair *pair, const char *folder, const char *recipe_text, uint64_t step)
{
    char *path;
    TRY(make_folder(folder));
    TRY(checkpoint_files_path(&path, folder, step));
    clgan_status status = save(path, pair, recipe_text, step, NAN);
    if (status == CLGAN_OK) status = checkpoint_files_remove_old(folder, path);
    free(path);
    return status;
}

clgan_status checkpoint_save_best(struct pair *pair, const char *folder, const char *recipe_text, uint64_t step,
                                  double log_likelihood)
{
    char *path;
    TRY(make_folder(folder));
    TRY(checkpoint_files_best(&path, folder));
    const clgan_status status = save(path, pair, recipe_text, step, log_likelihood);
    free(path);
    return status;
}

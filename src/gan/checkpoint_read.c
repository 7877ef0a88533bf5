#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/memory.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"

enum { LISTINGS = 100 }; /* of a folder whose files are being replaced */

static clgan_status read_number(uint64_t *number, const struct safetensors_file *file, const char *key)
{
    const char *text = safetensors_metadata_value(file, key);
    char *end = NULL;
    errno = 0;
    if (text && *text >= '0' && *text <= '9') *number = strtoull(text, &end, 10);
    if (!end || *end || errno || *number >> 53)
        return status_fail(CLGAN_FAILED, "%s: its metadata has no valid \"%s\"", file->path, key);
    return CLGAN_OK;
}

/* Formats end in a number; those of one kind have the same words before it. */
static clgan_status check_format(const struct safetensors_file *file, const char *wanted, const char *kind)
{
    const char *format = safetensors_metadata_value(file, "format");
    const size_t words = (size_t)(strrchr(wanted, '-') - wanted) + 1;
    if (!format || strncmp(format, wanted, words) != 0)
        return status_fail(CLGAN_FAILED, "%s: not %s", file->path, kind);
    if (strcmp(format, wanted) != 0)
        return status_fail(CLGAN_FAILED, "%s: made in the format %s of a newer clgan; this one reads %s", file->path,
                           format, wanted);
    return CLGAN_OK;
}

/* Also where an older clgan wrote the text, which did not have all keys yet. */
static bool same_recipe(const char *held, const char *wanted)
{
    struct recipe recipe;
    char *text;
    if (strcmp(held, wanted) == 0) return true;
    if (recipe_parse(&recipe, held, strlen(held), "checkpoint", NULL, 0) != CLGAN_OK ||
        recipe_write(&text, &recipe) != CLGAN_OK)
        return false;
    const bool same = strcmp(text, wanted) == 0;
    free(text);
    return same;
}

/* NAN where it is not there. */
static clgan_status read_real(double *number, const struct safetensors_file *file, const char *key)
{
    struct plain_locale locale;
    const char *text = safetensors_metadata_value(file, key);
    char *end = NULL;
    *number = NAN;
    if (!text) return CLGAN_OK;
    TRY(locale_begin(&locale));
    *number = strtod(text, &end);
    locale_end(&locale);
    if (end != text && !*end && isfinite(*number)) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "%s: its metadata has no valid \"%s\"", file->path, key);
}

static clgan_status check_metadata(struct checkpoint *checkpoint, const char *recipe_text)
{
    const struct safetensors_file *file = &checkpoint->file;
    const char *recipe = safetensors_metadata_value(file, "recipe");
    if (!safetensors_metadata_value(file, "checksum"))
        return status_fail(CLGAN_FAILED, "%s: it has no checksum", file->path);
    if (!recipe || (recipe_text && !same_recipe(recipe, recipe_text)))
        return status_fail(
            CLGAN_USAGE,
            "%s: a checkpoint of another recipe than the run's recipe.yaml; put that file back as it was, "
            "or start a new run",
            file->path);
    TRY(read_number(&checkpoint->step, file, "step"));
    TRY(read_number(&checkpoint->steps_per_epoch, file, "steps_per_epoch"));
    if (safetensors_metadata_value(file, "pictures")) TRY(read_number(&checkpoint->pictures, file, "pictures"));
    TRY(read_real(&checkpoint->log_likelihood, file, "log_likelihood"));
    return checkpoint->steps_per_epoch ? CLGAN_OK
                                       : status_fail(CLGAN_FAILED, "%s: its epochs have no steps", file->path);
}

static clgan_status open_format(struct checkpoint *checkpoint, const char *path, const char *recipe_text,
                                const char *format, const char *kind)
{
    *checkpoint = (struct checkpoint){0};
    TRY(safetensors_open(&checkpoint->file, path));
    clgan_status status = check_format(&checkpoint->file, format, kind);
    if (status == CLGAN_OK) status = check_metadata(checkpoint, recipe_text);
    if (status != CLGAN_OK) checkpoint_close(checkpoint);
    return status;
}

clgan_status checkpoint_open(struct checkpoint *checkpoint, const char *path, const char *recipe_text)
{
    return open_format(checkpoint, path, recipe_text, CHECKPOINT_FORMAT, "a checkpoint of clgan");
}

clgan_status checkpoint_open_weights(struct checkpoint *checkpoint, const char *path, const char *recipe_text)
{
    return open_format(
        checkpoint, path, recipe_text, WEIGHTS_FORMAT,
        "weights that clgan export wrote in its own layout; of other programs, clgan import makes a run");
}

void checkpoint_close(struct checkpoint *checkpoint) { safetensors_close(&checkpoint->file); }

/* `*gone` where a file that was listed is no longer there: a training has saved newer ones. */
static clgan_status open_listed(struct checkpoint *checkpoint, int *found, bool *gone,
                                const struct checkpoint_files *files, const char *recipe_text, const clgan_log *log)
{
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; i < files->count && !*found && status != CLGAN_USAGE; i++) {
        status = checkpoint_open(checkpoint, files->paths[i], recipe_text);
        *found = status == CLGAN_OK;
        *gone = status == CLGAN_FAILED && !file_exists(files->paths[i]);
        if (*gone) return status;
        if (status == CLGAN_FAILED && i + 1 < files->count)
            log_warning(log, "%s; taking the checkpoint before it", clgan_last_error());
    }
    return status;
}

clgan_status checkpoint_open_newest(struct checkpoint *checkpoint, int *found, const char *folder,
                                    const char *recipe_text, const clgan_log *log)
{
    clgan_status status;
    bool gone = false;
    int listings = 0;
    *found = 0;
    do {
        struct checkpoint_files files;
        TRY(checkpoint_files_list(&files, folder));
        status = open_listed(checkpoint, found, &gone, &files, recipe_text, log);
        checkpoint_files_free(&files);
    } while (gone && ++listings < LISTINGS);
    return status;
}

/* ---- tensors ---- */

static clgan_status find_tensor(const struct safetensors_entry **found, const struct checkpoint *checkpoint,
                                const char *name, size_t expected_rows, size_t expected_columns)
{
    const struct safetensors_file *file = &checkpoint->file;
    const struct safetensors_entry *entry = *found = safetensors_find(file, name);
    if (!entry) return status_fail(CLGAN_FAILED, "%s: it has no tensor %s", file->path, name);
    const size_t rows = entry->dimensions == 2 ? entry->shape[0] : 1;
    const size_t columns = entry->dimensions ? entry->shape[entry->dimensions - 1] : 1;
    if (entry->dimensions < 1 || entry->dimensions > 2 || rows != expected_rows || columns != expected_columns)
        return status_fail(CLGAN_FAILED, "%s: tensor %s is %zu x %zu, expected %zu x %zu", file->path, name, rows,
                           columns, expected_rows, expected_columns);
    return CLGAN_OK;
}

clgan_status checkpoint_check_tensor(const struct checkpoint *checkpoint, const char *name, size_t expected_rows,
                                     size_t expected_columns)
{
    const struct safetensors_entry *entry;
    return find_tensor(&entry, checkpoint, name, expected_rows, expected_columns);
}

clgan_status checkpoint_read_values(float **values, const struct checkpoint *checkpoint, const char *name,
                                    size_t expected_rows, size_t expected_columns)
{
    const struct safetensors_entry *entry;
    const size_t count = expected_rows * expected_columns;
    float *read;
    TRY(find_tensor(&entry, checkpoint, name, expected_rows, expected_columns));
    TRY(memory_take(&read, count, sizeof *read));
    const clgan_status status = safetensors_read(&checkpoint->file, entry, 0, read, count * sizeof *read);
    if (status == CLGAN_OK)
        *values = read;
    else
        free(read);
    return status;
}

/* ---- to the device ---- */

clgan_status checkpoint_read_tensor(const struct checkpoint *checkpoint, struct device *device, const char *name,
                                    struct tensor tensor)
{
    float *values = NULL;
    TRY(checkpoint_read_values(&values, checkpoint, name, tensor.rows, tensor.columns));
    const clgan_status status = tensor_write(device, tensor, values);
    free(values);
    return status;
}

clgan_status checkpoint_check_network(const struct checkpoint *checkpoint, const struct network *network,
                                      unsigned kinds)
{
    struct net_tensor *list;
    const struct safetensors_entry *entry;
    TRY(memory_take(&list, NET_TENSORS, sizeof *list));
    const size_t count = net_tensors(list, network, kinds);
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; status == CLGAN_OK && i < count; i++)
        status = find_tensor(&entry, checkpoint, list[i].name, list[i].tensor.rows, list[i].tensor.columns);
    free(list);
    return status;
}

clgan_status checkpoint_read_network(const struct checkpoint *checkpoint, struct device *device,
                                     const struct network *network, unsigned kinds)
{
    struct net_tensor *list;
    TRY(memory_take(&list, NET_TENSORS, sizeof *list));
    const size_t count = net_tensors(list, network, kinds);
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; status == CLGAN_OK && i < count; i++)
        status = checkpoint_read_tensor(checkpoint, device, list[i].name, list[i].tensor);
    free(list);
    return status;
}

clgan_status checkpoint_read_pair(const struct checkpoint *checkpoint, struct pair *pair)
{
    const struct safetensors_file *file = &checkpoint->file;
    const struct safetensors_entry *entry = safetensors_find(file, CHECKPOINT_SUMS);
    float sums[2 * METRICS];
    if (checkpoint->step && checkpoint->steps_per_epoch != pair->steps_per_epoch)
        return status_fail(CLGAN_USAGE,
                           "%s: the run had %" PRIu64 " steps an epoch, this data gives %" PRIu64
                           ": it is other data. Point --data at what the run began with",
                           file->path, checkpoint->steps_per_epoch, pair->steps_per_epoch);
    if (checkpoint->step && checkpoint->pictures && checkpoint->pictures != pair_pictures(pair))
        return status_fail(CLGAN_USAGE,
                           "%s: the run was trained on %" PRIu64
                           " pictures, this data has %zu: it is other data. Point "
                           "--data at what the run began with",
                           file->path, checkpoint->pictures, pair_pictures(pair));
    if (!entry || entry->bytes != sizeof sums)
        return status_fail(CLGAN_FAILED, "%s: it has no tensor " CHECKPOINT_SUMS " of %d x 2", file->path, METRICS);
    TRY(checkpoint_read_network(checkpoint, pair->device, &pair->g, NET_ALL));
    TRY(checkpoint_read_network(checkpoint, pair->device, &pair->d, NET_ALL));
    TRY(safetensors_read(file, entry, 0, sums, sizeof sums));
    return pair_set_step(pair, checkpoint->step, sums);
}

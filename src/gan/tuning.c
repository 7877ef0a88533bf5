#include "gan/tuning.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "compute/tune.h"
#include "gan/training.h"

/* Of the quick tuning; building a kernel counts, and the last one may end later. */
#define QUICK_SECONDS 4.0
enum { QUICK_CANDIDATES = 4, QUICK_BYTES = 256 << 20, ALL_CANDIDATES = 48 };

/* Waits for other processes that keep theirs; -1 where nothing can be locked: then some of theirs may be lost. */
static int lock_beside(const char *path)
{
    struct text name = {0};
    char *file;
    int handle, result;
    text_append(&name, "%s.lock", path);
    if (text_take(&file, &name) != CLGAN_OK) return -1;
    FILE_RETRY(handle, open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    free(file);
    if (handle >= 0) FILE_RETRY(result, flock(handle, LOCK_EX));
    return handle;
}

/* Beside what other processes have measured and kept meanwhile. */
static clgan_status keep(struct device *device)
{
    struct gemm_choices all = {0};
    struct device beside = *device; /* with a table of its own */
    char *path;
    bool found;
    TRY(choices_path(&path, device));
    beside.choices = &all;
    clgan_status status = file_make_folders(device->cache_dir);
    const int lock = status == CLGAN_OK ? lock_beside(path) : -1;
    if (status == CLGAN_OK) {
        if (choices_read(&found, &beside, path, NULL) != CLGAN_OK) choices_free(&all); /* it is written anew */
        status = choices_merge(&all, device->choices);
    }
    if (status == CLGAN_OK) status = choices_write(&beside, path, false);
    if (lock >= 0) close(lock);
    for (size_t i = 0; status == CLGAN_OK && i < device->choices->count; i++) device->choices->list[i].kept = true;
    choices_free(&all);
    free(path);
    return status;
}

void tuning_quick(bool *changed, struct device *device, const volatile int *stop, const clgan_log *log)
{
    const struct gemm_choices *choices = device->choices;
    struct tune_state state;
    bool unknown = false;
    *changed = false;
    for (size_t i = 0; i < choices->count; i++) unknown |= choices->list[i].used && !choices->list[i].kept;
    if (!unknown || !device->cache_dir) return;
    log_info(log, "first training of these sizes here: measuring kernels for %.0f s (clgan tune finds more; --no-tune)",
             QUICK_SECONDS);
    const struct tune_request request = {
        .seconds = QUICK_SECONDS, .candidates = QUICK_CANDIDATES, .bytes = QUICK_BYTES, .stop = stop};
    clgan_status status = tune(&state, device, &request);
    *changed = true;
    if (status != CLGAN_FAILED) status = keep(device);
    if (status == CLGAN_FAILED) log_warning(log, "not measured, or not kept: %s", clgan_last_error());
}

/* ---- clgan tune ---- */

struct teller {
    const clgan_tune_options *options;
    struct device *device;
    clgan_status status; /* of saving */
};

static void tell(void *user, const struct tune_state *state)
{
    struct teller *teller = user;
    const struct gemm_key key = gemm_key(&state->choice->gemm);
    const struct gemm_variant_name best = gemm_variant_name(&state->choice->variant);
    const clgan_tune_progress progress = {.product = key.text,
                                          .best = best.text,
                                          .milliseconds = 1e3 * state->choice->seconds,
                                          .number = (unsigned)state->product,
                                          .products = (unsigned)state->products,
                                          .tried = (unsigned)state->choice->tried,
                                          .candidates = (unsigned)state->candidates,
                                          .wrong = (unsigned)state->wrong,
                                          .failed = (unsigned)state->failed,
                                          .seconds = state->seconds};
    if (state->gained && teller->status == CLGAN_OK) teller->status = keep(teller->device);
    if (teller->options->progress) teller->options->progress(teller->options->user, &progress);
}

/* Puts the products of a training into the device's table; the training's memory is given back. */
static clgan_status collect(struct device **device, const struct recipe *recipe, const clgan_tune_options *options,
                            const clgan_log *log)
{
    clgan_train_options train = CLGAN_TRAIN_OPTIONS;
    struct training training;
    train.device = options->device;
    TRY(training_open(&training, recipe, &(struct training_request){.imagined = true}, &train, NULL));
    *device = training.device;
    training.device = NULL;
    log_info(log, "device %d: %s (%s, %s)", (*device)->info.index, (*device)->info.name, (*device)->info.platform,
             (*device)->info.driver);
    training_close(&training);
    return CLGAN_OK;
}

clgan_status clgan_tune(const clgan_recipe *recipe, const clgan_tune_options *options, const clgan_log *log)
{
    struct tune_state state;
    struct device *device;
    TRY(CHECK_OPTIONS(options));
    TRY(collect(&device, &recipe->recipe, options, log));
    struct teller teller = {.options = options, .device = device};
    const struct tune_request request = {.seconds = options->seconds,
                                         .candidates = ALL_CANDIDATES,
                                         .stop = options->stop,
                                         .progress = tell,
                                         .user = &teller};
    clgan_status status = tune(&state, device, &request);
    const clgan_status kept = keep(device);
    device_close(device);
    if (status != CLGAN_FAILED && kept != CLGAN_OK) status = kept;
    return status;
}

clgan_status clgan_tuning_text(char **text, const clgan_device_options *options, const clgan_log *log)
{
    struct device *device;
    struct text empty = {0};
    char *path = NULL;
    size_t length;
    TRY(device_open(&device, options, false, log));
    clgan_status status = choices_path(&path, device);
    if (status == CLGAN_OK && file_exists(path))
        status = file_read(text, &length, path, CHOICES_BYTES);
    else if (status == CLGAN_OK)
        status = text_take(text, &empty);
    free(path);
    device_close(device);
    return status;
}

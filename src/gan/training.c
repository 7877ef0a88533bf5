#include "gan/training.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "gan/checkpoint.h"
#include "gan/selftest.h"
#include "gan/tuning.h"

/* Pictures of nothing, two steps of them. */
static clgan_status imagine(struct pictures *pictures, const struct recipe *recipe)
{
    *pictures = (struct pictures){.count = 2 * (size_t)recipe->train.batch * pair_lanes(recipe),
                                  .size = recipe_data_size(recipe)};
    return memory_take(&pictures->bytes, pictures->count, pictures->size);
}

static clgan_status read_data(struct training *training, const char *data, bool imagined, const volatile int *stop,
                              const clgan_log *log)
{
    const struct recipe *recipe = training->recipe;
    if (!recipe_has_pictures(recipe)) return CLGAN_OK;
    struct dataset_request request = recipe_dataset_request(recipe, data, false);
    request.stop = stop;
    const clgan_status status = dataset_read(&training->dataset, &request, log);
    if (status != CLGAN_FAILED || !imagined) return status;
    log_warning(log, "%s; the plan is shown for pictures of the recipe's shape", clgan_last_error());
    return imagine(&training->dataset.train, recipe);
}

static clgan_status check_memory(const struct training *training)
{
    const clgan_device_info *info = &training->device->info;
    const uint64_t nets = pair_bytes(&training->pair);
    if (nets <= info->memory) return CLGAN_OK;
    return status_fail(
        CLGAN_FAILED,
        "device %d, %s: too little memory: recipe %s needs %.0f MB for nets and minibatches, the device has "
        "%.0f MB: " CL_LESS_MEMORY,
        info->index, info->name, training->recipe->name, (double)nets / 1e6, (double)info->memory / 1e6);
}

/* The step's plan with the kernels that the run began with, or the best that are known here. */
static clgan_status plan_step(bool *begun, struct training *training, const struct training_request *request,
                              const clgan_train_options *options, const clgan_log *log)
{
    bool changed = false;
    if (request->choices) TRY(choices_read(begun, training->device, request->choices, log));
    if (!*begun) choices_load(training->device, log);
    TRY(pair_plan(&training->pair, &training->batches));
    if (!request->choices || *begun) return CLGAN_OK;
    if (!options->no_tune) tuning_quick(&changed, training->device, options->stop, log);
    return changed ? pair_plan(&training->pair, &training->batches) : CLGAN_OK;
}

static clgan_status open_pair(struct training *training, const clgan_device_options *device, bool profile,
                              const clgan_log *log)
{
    TRY(device_open(&training->device, device, profile, log));
    TRY(pair_begin(&training->pair, training->device, training->recipe, false));
    TRY(check_memory(training));
    return pair_make(&training->pair);
}

static clgan_status set_up(struct training *training, const struct training_request *request,
                           const clgan_train_options *options, const clgan_log *log)
{
    const struct recipe *recipe = training->recipe;
    const bool averaged = recipe->train.average > 0;
    TRY(read_data(training, request->data, request->imagined, options->stop, log));
    struct batches_request batches = pair_batches_request(recipe, &training->dataset.train);
    batches.stream = options->stream_data;
    TRY(batches_check(&batches));
    if (request->fits) *request->fits = true;
    TRY(open_pair(training, &options->device, options->profile, log));
    TRY(batches_make(&training->batches, training->device, &batches, log));
    bool begun = false;
    TRY(plan_step(&begun, training, request, options, log));
    TRY(sampler_make(&training->sampler, training->device, recipe, &training->pair.g, averaged,
                     (uint64_t)recipe->train.seed));
    if (!request->choices) return CLGAN_OK;
    TRY(selftest_gate(training->device, options->force, log));
    TRY(pair_plan_probe(&training->pair));
    TRY(monitor_make(&training->monitor, &training->pair));
    training->chosen = !begun;
    return CLGAN_OK;
}

clgan_status training_open(struct training *training, const struct recipe *recipe,
                           const struct training_request *request, const clgan_train_options *options,
                           const clgan_log *log)
{
    *training = (struct training){.recipe = recipe};
    const clgan_status status = set_up(training, request, options, log);
    if (status != CLGAN_OK) training_close(training);
    return status;
}

clgan_status training_open_pair(struct training *training, const struct recipe *recipe, const char *data,
                                const clgan_device_options *device, const clgan_log *log)
{
    *training = (struct training){.recipe = recipe};
    clgan_status status = data ? read_data(training, *data ? data : NULL, false, NULL, log) : CLGAN_OK;
    if (status == CLGAN_OK) status = open_pair(training, device, false, log);
    training->pair.steps_per_epoch = recipe_has_pictures(recipe) ? 1 : (uint64_t)recipe->data.steps_per_epoch;
    if (status != CLGAN_OK) training_close(training);
    return status;
}

void training_close(struct training *training)
{
    monitor_free(&training->monitor);
    sampler_free(&training->sampler);
    batches_free(&training->batches);
    pair_free(&training->pair);
    device_close(training->device);
    dataset_free(&training->dataset);
    *training = (struct training){0};
}

/* ---- step 0 ---- */

static clgan_status set_marginals(struct training *training)
{
    const struct network *g = &training->pair.g;
    const struct layer *last = &g->layers[g->count - 1];
    float *logits;
    if (!last->spec->bias_from_marginals || !training->dataset.train.bytes) return CLGAN_OK;
    TRY(memory_take(&logits, training->dataset.train.size, sizeof *logits));
    marginal_logits(logits, &training->dataset.train);
    clgan_status status = tensor_write(training->device, last->bias.w, logits);
    if (status == CLGAN_OK && g->average) status = tensor_write(training->device, last->average_bias, logits);
    free(logits);
    return status;
}

static clgan_status take_parameter(struct training *training, const struct checkpoint *checkpoint, const char *name,
                                   struct tensor w, struct tensor average)
{
    if (checkpoint_check_tensor(checkpoint, name, w.rows, w.columns) != CLGAN_OK)
        return status_fail(CLGAN_USAGE, "%s", clgan_last_error()); /* another net was asked for */
    TRY(checkpoint_read_tensor(checkpoint, training->device, name, w));
    return average.buffer ? checkpoint_read_tensor(checkpoint, training->device, name, average) : CLGAN_OK;
}

static clgan_status take_layers(struct training *training, const struct checkpoint *checkpoint,
                                const struct network *network)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct layer *layer = &network->layers[i];
        char name[48];
        if (layer->spec->take < 0) continue;
        snprintf(name, sizeof name, "%c.%d.weight", network->letter, (int)layer->spec->take);
        TRY(take_parameter(training, checkpoint, name, layer->weight.w, layer->average_weight));
        snprintf(name, sizeof name, "%c.%d.bias", network->letter, (int)layer->spec->take);
        TRY(take_parameter(training, checkpoint, name, layer->bias.w, layer->average_bias));
    }
    return CLGAN_OK;
}

static clgan_status take_over(struct training *training, const char *from, const clgan_log *log)
{
    struct checkpoint checkpoint;
    int found;
    TRY(checkpoint_open_newest(&checkpoint, &found, from, NULL, log));
    if (!found) return status_fail(CLGAN_USAGE, "%s: no checkpoint there to take layers from", from);
    log_info(log, "layers are taken over from %s", checkpoint.file.path);
    clgan_status status = take_layers(training, &checkpoint, &training->pair.g);
    if (status == CLGAN_OK) status = take_layers(training, &checkpoint, &training->pair.d);
    checkpoint_close(&checkpoint);
    return status;
}

clgan_status training_initialise(struct training *training, const char *from, const clgan_log *log)
{
    TRY(pair_initialise(&training->pair));
    TRY(set_marginals(training));
    if (from) TRY(take_over(training, from, log));
    return pair_set_step(&training->pair, 0, NULL);
}

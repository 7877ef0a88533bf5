#include "nn/network.h"

#include <math.h>
#include <stdio.h>

static clgan_status add_parameter(struct parameter *parameter, struct tensor *average, size_t rows, size_t columns,
                                  const struct network_options *options, bool adam, struct arena *arena)
{
    TRY(arena_add(arena, &parameter->w, rows, columns, ELEMENT_F32));
    if (options->training) TRY(arena_add(arena, &parameter->first, rows, columns, ELEMENT_F32));
    if (options->training && adam) TRY(arena_add(arena, &parameter->second, rows, columns, ELEMENT_F32));
    if (options->average) TRY(arena_add(arena, average, rows, columns, ELEMENT_F32));
    return CLGAN_OK;
}

clgan_status network_begin(struct network *network, char letter, const struct network_recipe *spec, size_t in,
                           const struct optimiser_recipe *optimiser, const struct network_options *options,
                           struct arena *arena)
{
    *network = (struct network){
        .letter = letter, .count = spec->count, .in = in, .average = options->average, .optimiser = *optimiser};
    const bool adam = optimiser->kind == OPTIMISER_ADAM;
    for (size_t i = 0; i < spec->count; i++) {
        struct layer *layer = &network->layers[i];
        layer->spec = &spec->layers[i];
        layer->in = in;
        layer->units = (size_t)layer->spec->units;
        layer->width = layer_width(layer->spec);
        TRY(add_parameter(&layer->weight, &layer->average_weight, in, layer->width, options, adam, arena));
        TRY(add_parameter(&layer->bias, &layer->average_bias, 1, layer->width, options, adam, arena));
        if (options->gradients) {
            TRY(arena_add(arena, &layer->g_weight, in, layer->width, ELEMENT_F32));
            TRY(arena_add(arena, &layer->g_bias, 1, layer->width, ELEMENT_F32));
        }
        in = layer->units;
    }
    network->out = in;
    return CLGAN_OK;
}

size_t layer_width(const struct layer_recipe *spec)
{
    return (size_t)(spec->kind == LAYER_MAXOUT ? spec->units * spec->pieces : spec->units);
}

size_t layer_parameters(const struct layer *layer) { return (layer->in + 1) * layer->width; }

static clgan_status append_weights(struct plan *plan, const struct layer *layer, size_t number, struct random_key key)
{
    const struct layer_recipe *spec = layer->spec;
    const struct tensor w = layer->weight.w;
    if (spec->weights == INIT_CONSTANT) return tensor_fill(plan->device, w, (float)spec->scale);
    if (spec->weights == INIT_SPARSE)
        return plan_kernel(plan, &(struct kernel_launch){.name = "weights",
                                                         .program = "random",
                                                         .kernel = "weights_sparse",
                                                         .columns = w.columns,
                                                         ARGUMENTS(ARG_TENSOR(w), ARG_KEY(key), ARG_UINT(number),
                                                                   ARG_UINT(w.rows), ARG_UINT(w.columns),
                                                                   ARG_FLOAT(spec->scale), ARG_UINT(spec->incoming))});
    return plan_kernel(plan,
                       &(struct kernel_launch){.name = "weights",
                                               .program = "random",
                                               .kernel = "weights_dense",
                                               .options = random_options(plan->device),
                                               .columns = random_items(plan->device, w.columns),
                                               .rows = w.rows,
                                               ARGUMENTS(ARG_TENSOR(w), ARG_KEY(key), ARG_UINT(number),
                                                         ARG_UINT(w.rows), ARG_UINT(w.columns), ARG_FLOAT(spec->scale),
                                                         ARG_INT(spec->weights == INIT_NORMAL))});
}

clgan_status network_initialise(struct network *network, struct device *device, uint64_t seed)
{
    const struct random_key key = random_stream(seed, network->letter == 'G' ? RANDOM_WEIGHTS_G : RANDOM_WEIGHTS_D, 0);
    struct plan plan;
    plan_begin(&plan, device);
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; status == CLGAN_OK && i < network->count; i++) {
        struct layer *layer = &network->layers[i];
        status = append_weights(&plan, layer, i, key);
        if (status == CLGAN_OK) status = tensor_fill(device, layer->bias.w, (float)layer->spec->bias);
        if (status == CLGAN_OK && network->average)
            status = plan_copy(&plan, "average W", layer->average_weight, layer->weight.w);
        if (status == CLGAN_OK && network->average)
            status = plan_copy(&plan, "average b", layer->average_bias, layer->bias.w);
    }
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = device_finish(device);
    plan_free(&plan);
    return status;
}

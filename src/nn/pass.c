#include <stdio.h>

#include "nn/network.h"

static bool drops(const struct pass *pass, size_t i)
{
    return pass->training && pass->network->layers[i].spec->keep < 1;
}

static clgan_status begin_layer(struct pass *pass, size_t i, bool own_output, struct arena *arena)
{
    const struct layer *layer = &pass->network->layers[i];
    struct pass_layer *at = &pass->layers[i];
    const bool maxout = layer->spec->kind == LAYER_MAXOUT;
    if (drops(pass, i)) {
        TRY(arena_add(arena, &at->h, pass->rows, layer->in, ELEMENT_F32));
        TRY(arena_add(arena, &at->mask, pass->rows, layer->in, ELEMENT_U8));
    }
    if (own_output) TRY(arena_add(arena, &at->y, pass->rows, layer->units, ELEMENT_F32));
    if (maxout) TRY(arena_add(arena, &at->winner, pass->rows, layer->units, ELEMENT_U8));
    if (!pass->training) return CLGAN_OK;
    return arena_add(arena, maxout ? &at->wide : &at->dy, pass->rows, layer->width, ELEMENT_F32);
}

clgan_status pass_begin(struct pass *pass, const struct network *network, size_t rows, bool training, bool own_input,
                        bool own_output, struct arena *arena)
{
    *pass = (struct pass){.network = network, .rows = rows, .training = training};
    size_t widest = 0;
    if (own_input) TRY(arena_add(arena, &pass->layers[0].x, rows, network->in, ELEMENT_F32));
    for (size_t i = 0; i < network->count; i++) {
        TRY(begin_layer(pass, i, own_output || i + 1 < network->count, arena));
        if (network->layers[i].in > widest) widest = network->layers[i].in;
    }
    if (training) TRY(arena_add(arena, &pass->scaled, rows, widest, ELEMENT_F32));
    return CLGAN_OK;
}

void pass_connect(struct pass *pass, struct tensor input, struct tensor output)
{
    const size_t last = pass->network->count - 1;
    if (!pass->layers[0].x.buffer) pass->layers[0].x = input;
    if (!pass->layers[last].y.buffer) pass->layers[last].y = output;
    for (size_t i = 0; i <= last; i++) {
        struct pass_layer *at = &pass->layers[i];
        if (i) at->x = pass->layers[i - 1].y;
        if (!drops(pass, i)) at->h = at->x;
    }
}

static void cut(struct tensor *tensor, size_t first, size_t count)
{
    if (tensor->buffer) *tensor = tensor_rows(*tensor, first, count);
}

void pass_of_rows(struct pass *part, const struct pass *whole, size_t first, size_t count)
{
    *part = *whole;
    part->rows = count;
    cut(&part->scaled, first, count);
    for (size_t i = 0; i < whole->network->count; i++) {
        struct pass_layer *at = &part->layers[i];
        struct tensor *const tensors[] = {&at->x, &at->h, &at->mask, &at->y, &at->wide, &at->winner, &at->dy};
        for (size_t t = 0; t < sizeof tensors / sizeof *tensors; t++) cut(tensors[t], first, count);
    }
}

struct tensor pass_input(const struct pass *pass) { return pass->layers[0].x; }

struct tensor pass_output(const struct pass *pass) { return pass->layers[pass->network->count - 1].y; }

/* Gradient at the pre-activation of a layer: rows x width. */
static struct tensor inner_gradient(const struct pass *pass, size_t i)
{
    const struct pass_layer *at = &pass->layers[i];
    return pass->network->layers[i].spec->kind == LAYER_MAXOUT ? at->wide : at->dy;
}

struct tensor pass_top_gradient(const struct pass *pass) { return inner_gradient(pass, pass->network->count - 1); }

/* Of the input of layer `i`, from row `first` on. */
static struct gemm_dropout dropout_of(const struct pass *pass, size_t i, size_t first, const struct forward *how)
{
    const struct pass_layer *at = &pass->layers[i];
    if (!drops(pass, i)) return (struct gemm_dropout){0};
    return (struct gemm_dropout){.h = tensor_rows(at->h, first, at->h.rows - first),
                                 .mask = tensor_rows(at->mask, first, at->mask.rows - first),
                                 .state = how->state,
                                 .key = how->dropout,
                                 .layer = (unsigned)i,
                                 .row = (unsigned)first,
                                 .keep = pass->network->layers[i].spec->keep};
}

struct gemm_dropout pass_input_dropout(const struct pass *pass, size_t first, const struct forward *how)
{
    return dropout_of(pass, 0, first, how);
}

/* Of an input that no product wrote: its first `rows` rows. */
static clgan_status append_dropout(struct plan *plan, const struct pass *pass, size_t rows, const struct forward *how)
{
    const struct pass_layer *at = &pass->layers[0];
    const struct gemm_dropout dropout = dropout_of(pass, 0, 0, how);
    const size_t columns = at->h.columns;
    char name[24];
    if (!dropout.h.buffer || !rows) return CLGAN_OK;
    snprintf(name, sizeof name, "%c.0 dropout", pass->network->letter);
    return plan_kernel(plan, &(struct kernel_launch){
                                 .name = name,
                                 .program = "random",
                                 .kernel = "dropout",
                                 .options = random_options(plan->device),
                                 .columns = random_items(plan->device, columns),
                                 .rows = rows,
                                 .flops = (double)(rows * columns),
                                 .bytes = 9.0 * (double)(rows * columns),
                                 ARGUMENTS(ARG_TENSOR(at->x), ARG_TENSOR(dropout.h), ARG_TENSOR(dropout.mask),
                                           ARG_BUFFER(dropout.state), ARG_KEY(dropout.key), ARG_UINT(0), ARG_UINT(rows),
                                           ARG_UINT(columns), ARG_UINT(gemm_dropout_threshold(&dropout)),
                                           ARG_FLOAT(1.0 / dropout.keep))});
}

static clgan_status append_layer(struct plan *plan, const struct pass *pass, size_t i, const struct forward *how)
{
    const struct layer *layer = &pass->network->layers[i];
    const struct pass_layer *at = &pass->layers[i];
    const bool last = i + 1 == pass->network->count;
    const bool linear = how->linear_output && last;
    char name[24];
    struct gemm gemm = {.c = at->y,
                        .bias = how->averaged ? layer->average_bias : layer->bias.w,
                        .dropout = last ? how->next : dropout_of(pass, i + 1, 0, how)};
    if (layer->spec->kind == LAYER_MAXOUT) {
        gemm.winner = at->winner;
        gemm.pieces = (size_t)layer->spec->pieces;
    } else {
        gemm.activation = linear ? ACTIVATION_LINEAR : (int)layer->spec->activation;
        gemm.slope = (float)layer->spec->slope;
    }
    snprintf(name, sizeof name, "%c.%zu", pass->network->letter, i);
    return gemm_forward(plan, name, at->h, how->averaged ? layer->average_weight : layer->weight.w, &gemm);
}

clgan_status pass_append_forward(struct plan *plan, const struct pass *pass, const struct forward *how)
{
    TRY(append_dropout(plan, pass, pass->rows - how->dropped, how));
    for (size_t i = 0; i < pass->network->count; i++) TRY(append_layer(plan, pass, i, how));
    return CLGAN_OK;
}

/* How a gradient at the value of layer `i` becomes one at its pre-activation. */
static void fill_epilogue(struct gemm *how, const struct pass *pass, size_t i)
{
    const struct layer_recipe *spec = pass->network->layers[i].spec;
    const struct pass_layer *at = &pass->layers[i];
    how->c = inner_gradient(pass, i);
    if (spec->kind == LAYER_MAXOUT) {
        how->winner = at->winner;
        how->pieces = (size_t)spec->pieces;
    } else {
        how->y = at->y;
        how->activation = (int)spec->activation;
        how->slope = (float)spec->slope;
    }
}

static clgan_status append_input_gradient(struct plan *plan, const struct pass *pass, size_t i, const char *name,
                                          const struct backward *how)
{
    const struct layer *layer = &pass->network->layers[i];
    struct gemm epilogue = {.mask = pass->layers[i].mask, .factor = (float)(1.0 / layer->spec->keep)};
    if (i) {
        fill_epilogue(&epilogue, pass, i - 1);
        return gemm_backward(plan, name, inner_gradient(pass, i), layer->weight.w, &epilogue);
    }
    if (!how->into) return CLGAN_OK;
    const struct pass *into = how->into;
    fill_epilogue(&epilogue, into, into->network->count - 1);
    epilogue.signal = how->into_signal;
    if (epilogue.mask.buffer) epilogue.mask = tensor_rows(epilogue.mask, how->first, into->rows);
    return gemm_backward(plan, name, tensor_rows(inner_gradient(pass, 0), how->first, into->rows), layer->weight.w,
                         &epilogue);
}

static clgan_status append_average(struct plan *plan, const char *name, struct tensor average, struct tensor w,
                                   float decay)
{
    const size_t count = w.rows * w.columns;
    return plan_kernel(plan, &(struct kernel_launch){
                                 .name = name,
                                 .program = "update",
                                 .kernel = "update_average",
                                 .columns = count,
                                 .flops = 3.0 * (double)count,
                                 .bytes = 12.0 * (double)count,
                                 ARGUMENTS(ARG_TENSOR(average), ARG_TENSOR(w), ARG_UINT(count), ARG_FLOAT(decay))});
}

/* Averages follow w in the update, but where its columns are kept to a norm: that comes between. */
static clgan_status append_update(struct plan *plan, const struct pass *pass, size_t i, const char *name,
                                  const struct backward *how)
{
    const struct layer *layer = &pass->network->layers[i];
    const struct tensor x = pass->layers[i].h;
    const bool stored = layer->g_weight.buffer != NULL;
    const float limit = (float)layer->spec->max_column_norm;
    const bool late = limit > 0 && layer->average_weight.buffer;
    struct parameter weight = layer->weight, bias = layer->bias;
    struct gemm gemm = {.signal = how->signal, .scaled = pass->scaled};
    char full[48];
    gemm.scaled.columns = gemm.scaled.stride = x.columns;
    if (!late) {
        weight.average = layer->average_weight;
        bias.average = layer->average_bias;
    }
    if (stored) {
        gemm.c = layer->g_weight;
        gemm.bias = layer->g_bias;
    } else {
        gemm.weight = weight;
        gemm.offset = bias;
        gemm.rule = how->update;
        gemm.limit = limit;
        if (how->squares.buffer) gemm.square = tensor_rows(how->squares, i, 1);
    }
    TRY(gemm_weights(plan, name, x, inner_gradient(pass, i), &gemm));
    if (stored) {
        snprintf(full, sizeof full, "%s W", name);
        TRY(gemm_update(plan, full, &weight, layer->g_weight, how->update, limit));
        snprintf(full, sizeof full, "%s b", name);
        TRY(gemm_update(plan, full, &bias, layer->g_bias, how->update, 0));
    }
    if (!late) return CLGAN_OK;
    snprintf(full, sizeof full, "%s average", name);
    TRY(append_average(plan, full, layer->average_bias, layer->bias.w, how->update->decay));
    return append_average(plan, full, layer->average_weight, layer->weight.w, how->update->decay);
}

clgan_status pass_append_backward(struct plan *plan, const struct pass *pass, const struct backward *how)
{
    for (size_t i = pass->network->count; i-- > 0;) {
        char name[24];
        snprintf(name, sizeof name, "%c.%zu", pass->network->letter, i);
        TRY(append_input_gradient(plan, pass, i, name, how));
        if (how->update) TRY(append_update(plan, pass, i, name, how));
    }
    return CLGAN_OK;
}

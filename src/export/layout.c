#include "export/layout.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static const char *const names[] = {[LAYOUT_CLGAN] = "clgan", [LAYOUT_TORCH] = "torch"};

clgan_status layout_read(enum layout *layout, const char *name)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(name, names[i]) == 0) {
            *layout = (enum layout)i;
            return CLGAN_OK;
        }
    return status_fail(CLGAN_USAGE, "layout %s: expected torch or clgan", name);
}

const char *layout_name(enum layout layout) { return names[layout]; }

/* ---- modules of PyTorch: a layer is a Linear, what goes before it and what follows ---- */

static size_t modules_before(const struct layer_recipe *spec) { return spec->keep < 1 ? 1 : 0; }

static size_t modules_after(const struct layer_recipe *spec)
{
    if (spec->kind == LAYER_MAXOUT) return 3;
    return spec->activation == ACTIVATION_LINEAR ? 0 : 1;
}

static void append_activation(struct text *text, const struct layer_recipe *spec)
{
    switch (spec->activation) {
    case ACTIVATION_LINEAR:
        return;
    case ACTIVATION_RELU:
        text_append(text, ", nn.ReLU()");
        return;
    case ACTIVATION_LEAKY_RELU:
        text_append(text, ", nn.LeakyReLU(%.9g)", spec->slope);
        return;
    case ACTIVATION_TANH:
        text_append(text, ", nn.Tanh()");
        return;
    case ACTIVATION_SIGMOID:
        text_append(text, ", nn.Sigmoid()");
        return;
    }
}

void layout_modules(struct text *text, const struct host_net *net)
{
    text_append(text, "nn.Sequential(");
    for (size_t i = 0; i < net->count; i++) {
        const struct host_layer *layer = &net->layers[i];
        if (i) text_append(text, ", ");
        if (layer->spec->keep < 1) text_append(text, "nn.Dropout(%.9g), ", 1 - layer->spec->keep);
        text_append(text, "nn.Linear(%zu, %zu)", layer->in, layer->width);
        if (layer->spec->kind == LAYER_MAXOUT)
            text_append(text, ", nn.Unflatten(1, (%d, %zu)), nn.MaxPool2d((%d, 1)), nn.Flatten()",
                        (int)layer->spec->pieces, layer->units, (int)layer->spec->pieces);
        else
            append_activation(text, layer->spec);
    }
    text_append(text, ")");
}

/* ---- tensors ---- */

static void add(struct layout_tensor *tensor, const struct host_layer *layer, bool is_bias, enum layout layout)
{
    *tensor = (struct layout_tensor){.layer = layer,
                                     .is_bias = is_bias,
                                     .turned = !is_bias && layout == LAYOUT_TORCH,
                                     .dimensions = is_bias ? 1 : 2};
    tensor->shape[0] = is_bias || tensor->turned ? layer->width : layer->in;
    if (!is_bias) tensor->shape[1] = tensor->turned ? layer->in : layer->width;
}

size_t layout_tensors(struct layout_tensor *list, const struct host_net *nets, size_t count, enum layout layout)
{
    size_t used = 0;
    for (size_t n = 0; n < count; n++) {
        const bool prefixed = layout == LAYOUT_CLGAN || count > 1;
        size_t number = 0;
        for (size_t i = 0; i < nets[n].count; i++) {
            const struct host_layer *layer = &nets[n].layers[i];
            if (layout == LAYOUT_TORCH) number += modules_before(layer->spec);
            for (int is_bias = 0; is_bias < 2; is_bias++) {
                const char prefix[] = {nets[n].letter, '.', 0};
                struct layout_tensor *tensor = &list[used++];
                add(tensor, layer, is_bias, layout);
                snprintf(tensor->name, LAYOUT_NAME, "%s%zu.%s", prefixed ? prefix : "", number,
                         is_bias ? "bias" : "weight");
            }
            number += 1 + (layout == LAYOUT_TORCH ? modules_after(layer->spec) : 0);
        }
    }
    return used;
}

void layout_shape(char text[LAYOUT_NAME], const size_t *shape, size_t dimensions)
{
    int length = snprintf(text, LAYOUT_NAME, "[");
    for (size_t i = 0; i < dimensions && length < LAYOUT_NAME; i++)
        length += snprintf(text + length, (size_t)(LAYOUT_NAME - length), "%s%zu", i ? ", " : "", shape[i]);
    if (length < LAYOUT_NAME) snprintf(text + length, (size_t)(LAYOUT_NAME - length), "]");
}

/* In squares, so that both sides stay in the cache. */
void layout_turn(float *to, const float *from, size_t rows, size_t columns)
{
    enum { SIDE = 32 };
    for (size_t row = 0; row < rows; row += SIDE)
        for (size_t column = 0; column < columns; column += SIDE)
            for (size_t r = row; r < rows && r < row + SIDE; r++)
                for (size_t c = column; c < columns && c < column + SIDE; c++) to[c * rows + r] = from[r * columns + c];
}

clgan_status layout_values(const float **values, float **owned, const struct layout_tensor *tensor)
{
    const struct host_layer *layer = tensor->layer;
    *owned = NULL;
    *values = tensor->is_bias ? layer->bias : layer->weight;
    if (!tensor->turned) return CLGAN_OK;
    TRY(memory_take(owned, layer->in * layer->width, sizeof **owned));
    layout_turn(*owned, layer->weight, layer->in, layer->width);
    *values = *owned;
    return CLGAN_OK;
}

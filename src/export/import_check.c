#include "export/import_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/npy.h"

/* ---- to the device ---- */

static clgan_status write_layer(struct device *device, const struct layer *layer, const float *weight,
                                const float *bias)
{
    TRY(tensor_write(device, layer->weight.w, weight));
    TRY(tensor_write(device, layer->bias.w, bias));
    if (!layer->average_weight.buffer) return CLGAN_OK;
    TRY(tensor_write(device, layer->average_weight, weight));
    return tensor_write(device, layer->average_bias, bias);
}

clgan_status import_write(const struct import *import, struct training *training)
{
    const struct network *const networks[] = {&training->pair.g, &training->pair.d};
    for (size_t net = 0; net < 2; net++)
        for (size_t i = 0; import->taken[net] && i < import->nets[net].count; i++) {
            const struct host_layer *layer = &import->nets[net].layers[i];
            TRY(write_layer(training->device, &networks[net]->layers[i], layer->weight, layer->bias));
        }
    return CLGAN_OK;
}

/* ---- other layouts, to find out what is wrong ---- */

enum guess { GUESS_TURNED = 1, GUESS_UNIT_MAJOR = 2, GUESSES = 4 };

static bool is_square(const struct host_layer *layer) { return layer->in == layer->width; }

/* Which guesses would change anything. */
static unsigned possible_guesses(const struct host_net *net)
{
    unsigned possible = 0;
    for (size_t i = 0; i < net->count; i++) {
        if (is_square(&net->layers[i])) possible |= GUESS_TURNED;
        if (net->layers[i].spec->kind == LAYER_MAXOUT) possible |= GUESS_UNIT_MAJOR;
    }
    return possible;
}

/* What is column u * pieces + p, because the file has all pieces of a unit side by side, becomes p * units + u. */
static void to_piece_major(float *to, const float *from, size_t rows, const struct host_layer *layer)
{
    const size_t pieces = (size_t)layer->spec->pieces;
    for (size_t row = 0; row < rows; row++)
        for (size_t u = 0; u < layer->units; u++)
            for (size_t p = 0; p < pieces; p++)
                to[row * layer->width + p * layer->units + u] = from[row * layer->width + u * pieces + p];
}

static clgan_status write_guessed(struct device *device, const struct layer *to, const struct host_layer *layer,
                                  unsigned guess)
{
    const size_t count = layer->in * layer->width;
    const bool turned = guess & GUESS_TURNED && is_square(layer);
    const bool unit_major = guess & GUESS_UNIT_MAJOR && layer->spec->kind == LAYER_MAXOUT;
    float *room;
    if (!turned && !unit_major) return write_layer(device, to, layer->weight, layer->bias);
    TRY(memory_take(&room, 2 * count + layer->width, sizeof *room));
    float *weight = room, *sorted = room + count, *bias = room + 2 * count;
    memcpy(bias, layer->bias, layer->width * sizeof *bias);
    memcpy(weight, layer->weight, count * sizeof *weight);
    if (turned) layout_turn(weight, layer->weight, layer->in, layer->width);
    if (unit_major) {
        to_piece_major(sorted, weight, layer->in, layer);
        to_piece_major(bias, layer->bias, 1, layer);
    }
    const clgan_status status = write_layer(device, to, unit_major ? sorted : weight, bias);
    free(room);
    return status;
}

/* ---- comparing ---- */

struct comparison {
    struct sampler sampler;
    const clgan_rows *noise, *samples;
    float *drawn;
    double scale, worst;
    size_t at; /* of the largest difference */
};

static clgan_status compare(struct comparison *comparison)
{
    const clgan_rows *samples = comparison->samples;
    TRY(sampler_draw(&comparison->sampler, comparison->drawn, NULL, comparison->noise->values, samples->rows));
    comparison->worst = 0;
    for (size_t i = 0; i < samples->rows * samples->columns; i++) {
        const double difference = fabs((double)comparison->drawn[i] - (double)samples->values[i]);
        if (difference <= comparison->worst) continue; /* NaN is the worst of all */
        comparison->worst = isnan(difference) ? INFINITY : difference;
        comparison->at = i;
    }
    return CLGAN_OK;
}

static const char *const guesses[] = {
    "", "with its square matrices transposed", "with a maxout layer's pieces side by side (unit-major)",
    "with its square matrices transposed and a maxout layer's pieces side by side (unit-major)"};

/* The first other layout with which all is well, or 0. */
static clgan_status find_cause(unsigned *cause, struct comparison *comparison, const struct import *import,
                               struct training *training, double allowed)
{
    const struct host_net *net = &import->nets[0];
    const unsigned possible = possible_guesses(net);
    *cause = 0;
    for (unsigned guess = 1; guess < GUESSES; guess++) {
        if (guess & ~possible) continue;
        for (size_t i = 0; i < net->count; i++)
            TRY(write_guessed(training->device, &training->pair.g.layers[i], &net->layers[i], guess));
        TRY(compare(comparison));
        if (comparison->worst > allowed) continue;
        *cause = guess;
        return CLGAN_OK;
    }
    return CLGAN_OK;
}

/* Whether a value in x is one that G's last activation can't give. */
static bool is_beyond(const struct host_net *net, const clgan_rows *samples)
{
    const struct layer_recipe *spec = net->layers[net->count - 1].spec;
    const enum activation activation = spec->kind == LAYER_DENSE ? spec->activation : ACTIVATION_LINEAR;
    const bool sigmoid = activation == ACTIVATION_SIGMOID, tanh = activation == ACTIVATION_TANH;
    const float low = tanh ? -1 : 0;
    if (!sigmoid && !tanh && activation != ACTIVATION_RELU) return false;
    for (size_t i = 0; i < samples->rows * samples->columns; i++)
        if (samples->values[i] < low || (samples->values[i] > 1 && activation != ACTIVATION_RELU)) return true;
    return false;
}

/* The type of G's weights where it rounds them, or NULL. */
static const char *half_type(const struct import *import)
{
    for (size_t i = 0; i < import->starts[1]; i++) {
        const struct safetensors_entry *from = import->slots[i].from;
        if (from && (from->type == SAFETENSORS_F16 || from->type == SAFETENSORS_BF16)) return from->type_name;
    }
    return NULL;
}

static clgan_status explain(struct comparison *comparison, const struct import *import, struct training *training,
                            double allowed)
{
    const double worst = comparison->worst;
    const size_t row = comparison->at / comparison->samples->columns,
                 column = comparison->at % comparison->samples->columns;
    const enum layout other = import->layout == LAYOUT_TORCH ? LAYOUT_CLGAN : LAYOUT_TORCH;
    const char *half = half_type(import);
    char cause[256];
    unsigned guess;
    TRY(find_cause(&guess, comparison, import, training, allowed));
    if (guess)
        snprintf(cause, sizeof cause, "%s the largest difference is %.2g%s%s", guesses[guess], comparison->worst,
                 guess & GUESS_TURNED ? ", as if the file's layout were " : "",
                 guess & GUESS_TURNED ? layout_name(other) : "");
    else if (half)
        snprintf(cause, sizeof cause, "its weights are %s, so rounded: is the difference small enough for --tolerance?",
                 half);
    else if (is_beyond(&import->nets[0], comparison->samples))
        snprintf(cause, sizeof cause, "x has values that the last activation of the recipe's G can't give");
    else
        snprintf(cause, sizeof cause,
                 "no other layout explains it: are activations, slopes and the order of layers the recipe's?");
    return status_fail(CLGAN_FAILED,
                       "%s: nothing was made: G(z) is not x: they differ by %.3g at row %zu, value %zu, and %.3g is "
                       "allowed; %s",
                       import->file.path, worst, row, column, allowed, cause);
}

clgan_status import_check_sizes(const struct import *import, const clgan_rows *noise, const clgan_rows *samples)
{
    const struct host_net *net = &import->nets[0];
    if (!import->taken[0]) return status_fail(CLGAN_USAGE, "%s: there is no G in it to check", import->file.path);
    if (noise->columns != net->in)
        return status_fail(CLGAN_USAGE, "check: z has %zu values a row, the recipe's has %zu", noise->columns, net->in);
    if (samples->columns != net->out)
        return status_fail(CLGAN_USAGE, "check: x has %zu values a row, the recipe's data has %zu", samples->columns,
                           net->out);
    if (samples->rows != noise->rows)
        return status_fail(CLGAN_USAGE, "check: %zu rows of z, but %zu of x", noise->rows, samples->rows);
    return CLGAN_OK;
}

clgan_status import_check(double *worst, const struct import *import, struct training *training,
                          const clgan_rows *noise, const clgan_rows *samples, double tolerance)
{
    struct comparison comparison = {.noise = noise, .samples = samples, .scale = 1};
    for (size_t i = 0; i < samples->rows * samples->columns; i++)
        if (fabsf(samples->values[i]) > comparison.scale) comparison.scale = fabsf(samples->values[i]);
    TRY(memory_take(&comparison.drawn, samples->rows * samples->columns, sizeof *comparison.drawn));
    clgan_status status =
        sampler_make(&comparison.sampler, training->device, training->recipe, &training->pair.g, false, 0);
    if (status == CLGAN_OK) status = compare(&comparison);
    *worst = comparison.worst;
    if (status == CLGAN_OK && !(comparison.worst <= tolerance * comparison.scale))
        status = explain(&comparison, import, training, tolerance * comparison.scale);
    sampler_free(&comparison.sampler);
    free(comparison.drawn);
    return status;
}

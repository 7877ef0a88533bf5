/* What the targets of clgan import share: the nets, and what must hold of an import that was taken. */
#ifndef TESTS_FUZZ_IMPORT_H
#define TESTS_FUZZ_IMPORT_H

#include <math.h>

#include "export/import.h"
#include "fuzz.h"

/* G: 2 -> 2 -> 3 (two pieces) -> 1; D: 1 -> 1. */
static inline const struct recipe *fuzz_recipe(void)
{
    static const char text[] =
        "name: fuzz\n"
        "data: {format: gaussian, mean: 0, deviation: 1, steps_per_epoch: 5}\n"
        "noise: {kind: normal, size: 2}\n"
        "generator:\n"
        "  - {kind: dense, units: 2, activation: tanh, weights: normal, scale: 1}\n"
        "  - {kind: maxout, units: 3, pieces: 2, weights: normal, scale: 1}\n"
        "  - {kind: dense, units: 1, activation: linear, weights: normal, scale: 1}\n"
        "discriminator: [{kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 1}]\n"
        "train: {batch: 4, epochs: 1, updates: alternating}\n"
        "optimiser: {generator: {kind: adam, learning_rate: 1e-3}, discriminator: {kind: adam, learning_rate: 1e-3}}\n";
    static struct recipe recipe;
    if (!*recipe.name) MUST(recipe_parse(&recipe, text, sizeof text - 1, "fuzz", NULL, 0) == CLGAN_OK);
    return &recipe;
}

/* Either a refusal that names a file of the target's folder or an option, or nets whose every weight is there. */
static inline void fuzz_import(const struct import_request *request)
{
    static struct import import;
    const clgan_status status = import_read(&import, fuzz_recipe(), request);
    if (status != CLGAN_OK) {
        fuzz_refused(status, fuzz_folder());
        MUST(!import.use && !import.file.entries && !import.nets[0].layers[0].weight);
        return;
    }
    MUST(import.taken[0] || import.taken[1]);
    for (size_t i = 0; i < import.file.count; i++) MUST(import.use[i] != IMPORT_FREE);
    for (size_t net = 0; net < 2; net++)
        for (size_t i = 0; i < import.nets[net].count; i++) {
            const struct host_layer *layer = &import.nets[net].layers[i];
            MUST(!layer->weight == !import.taken[net] && !layer->bias == !import.taken[net]);
            for (size_t n = 0; layer->weight && n < layer->in * layer->width; n++) MUST(isfinite(layer->weight[n]));
            for (size_t n = 0; layer->bias && n < layer->width; n++) MUST(isfinite(layer->bias[n]));
        }
    import_free(&import);
}

#endif

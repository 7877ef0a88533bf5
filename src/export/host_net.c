#include "export/host_net.h"

#include <stdio.h>
#include <stdlib.h>

void host_net_begin(struct host_net *net, const struct recipe *recipe, char letter)
{
    const struct network_recipe *spec = letter == 'G' ? &recipe->generator : &recipe->discriminator;
    size_t in = letter == 'G' ? (size_t)recipe->noise.size : recipe_data_size(recipe);
    *net = (struct host_net){.recipe = recipe, .letter = letter, .count = spec->count, .in = in};
    for (size_t i = 0; i < spec->count; i++) {
        struct host_layer *layer = &net->layers[i];
        layer->spec = &spec->layers[i];
        layer->in = in;
        layer->units = (size_t)layer->spec->units;
        layer->width = layer_width(layer->spec);
        in = layer->units;
    }
    net->out = in;
}

uint64_t host_net_bytes(const struct host_net *net)
{
    uint64_t numbers = 0;
    for (size_t i = 0; i < net->count; i++) numbers += (uint64_t)(net->layers[i].in + 1) * net->layers[i].width;
    return numbers * sizeof(float);
}

clgan_status host_net_load(struct host_net *net, const struct checkpoint *checkpoint, bool averaged)
{
    net->averaged = averaged && net->letter == 'G' && net->recipe->train.average > 0;
    const char *suffix = net->averaged ? ".average" : "";
    for (size_t i = 0; i < net->count; i++) {
        struct host_layer *layer = &net->layers[i];
        char name[48];
        snprintf(name, sizeof name, "%c.%zu.weight%s", net->letter, i, suffix);
        TRY(checkpoint_read_values(&layer->weight, checkpoint, name, layer->in, layer->width));
        snprintf(name, sizeof name, "%c.%zu.bias%s", net->letter, i, suffix);
        TRY(checkpoint_read_values(&layer->bias, checkpoint, name, 1, layer->width));
    }
    return CLGAN_OK;
}

void host_net_free(struct host_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        free(net->layers[i].weight);
        free(net->layers[i].bias);
    }
    *net = (struct host_net){0};
}

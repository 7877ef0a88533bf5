#include <stdarg.h>
#include <stdio.h>

#include "gan/recipe_fields.h"

static bool fault_at(struct recipe_fault *fault, enum recipe_section_id section, size_t layer, const char *key,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

static bool fault_at(struct recipe_fault *fault, enum recipe_section_id section, size_t layer, const char *key,
                     const char *format, ...)
{
    va_list arguments;
    *fault = (struct recipe_fault){.section = section, .layer = layer, .key = key};
    va_start(arguments, format);
    vsnprintf(fault->words, sizeof fault->words, format, arguments);
    va_end(arguments);
    return false;
}

static bool check_data(struct recipe_fault *fault, const struct recipe *recipe)
{
    if (recipe->data.format == DATA_CIFAR10 &&
        (recipe->data.channels != 3 || recipe->data.height != 32 || recipe->data.width != 32))
        return fault_at(fault, SECTION_DATA, 0, "shape", "expected [3, 32, 32] for format cifar10, found [%d, %d, %d]",
                        (int)recipe->data.channels, (int)recipe->data.height, (int)recipe->data.width);
    if (recipe->data.format == DATA_FOLDER && recipe->data.channels != 1 && recipe->data.channels != 3)
        return fault_at(fault, SECTION_DATA, 0, "shape", "expected 1 channel (grey) or 3 (colour), found %d",
                        (int)recipe->data.channels);
    if (recipe_data_size(recipe) > 1000000)
        return fault_at(fault, SECTION_DATA, 0, "shape", "expected at most 1000000 values in a picture, found %zu",
                        recipe_data_size(recipe));
    return true;
}

static bool check_layer(struct recipe_fault *fault, const struct layer_recipe *layer, enum recipe_section_id id,
                        size_t number, int64_t inputs)
{
    if (layer->weights == INIT_SPARSE && layer->incoming > inputs)
        return fault_at(fault, id, number, "incoming", "expected at most %lld, the inputs of this layer, found %lld",
                        (long long)inputs, (long long)layer->incoming);
    if (layer->weights != INIT_CONSTANT && layer->scale < 0)
        return fault_at(fault, id, number, "scale", "expected a number from 0 unless weights are constant, found %g",
                        layer->scale);
    return true;
}

static bool check_network(struct recipe_fault *fault, const struct network_recipe *network, enum recipe_section_id id,
                          int64_t inputs)
{
    if (!network->count) return fault_at(fault, id, RECIPE_LAYERS, NULL, "expected at least one layer, found none");
    for (size_t i = 0; i < network->count; i++) {
        if (!check_layer(fault, &network->layers[i], id, i, inputs)) return false;
        inputs = network->layers[i].units;
    }
    return true;
}

static bool check_marginals(struct recipe_fault *fault, const struct recipe *recipe, enum recipe_section_id id,
                            const struct network_recipe *network)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct layer_recipe *layer = &network->layers[i];
        if (!layer->bias_from_marginals) continue;
        if (id != SECTION_GENERATOR || i + 1 != network->count)
            return fault_at(fault, id, i, "bias",
                            "expected a number: only the generator's last layer is made of the "
                            "data's pixels; found marginals");
        if (layer->kind != LAYER_DENSE || layer->activation != ACTIVATION_SIGMOID)
            return fault_at(fault, id, i, "bias",
                            "expected a number: marginals are logits and need activation sigmoid; "
                            "found marginals");
        if (!recipe_has_pictures(recipe) || recipe->data.preparation != PREPARE_UNIT)
            return fault_at(fault, id, i, "bias",
                            "expected a number: marginals need pictures of preparation unit; found "
                            "marginals");
    }
    return true;
}

static bool check_ends(struct recipe_fault *fault, const struct recipe *recipe)
{
    size_t last = recipe->generator.count - 1, size = recipe_data_size(recipe);
    if ((size_t)recipe->generator.layers[last].units != size)
        return fault_at(fault, SECTION_GENERATOR, last, "units",
                        "expected %zu, the values of one data row, in the last layer, found %lld", size,
                        (long long)recipe->generator.layers[last].units);
    last = recipe->discriminator.count - 1;
    const struct layer_recipe *end = &recipe->discriminator.layers[last];
    if (end->kind != LAYER_DENSE)
        return fault_at(fault, SECTION_DISCRIMINATOR, last, "kind",
                        "expected dense in the last layer, which gives a probability, found maxout");
    if (end->units != 1)
        return fault_at(fault, SECTION_DISCRIMINATOR, last, "units",
                        "expected 1 in the last layer, which gives a probability, found %lld", (long long)end->units);
    if (end->activation != ACTIVATION_SIGMOID)
        return fault_at(fault, SECTION_DISCRIMINATOR, last, "activation",
                        "expected sigmoid in the last layer, which gives a probability, found another");
    return true;
}

static bool check_train(struct recipe_fault *fault, const struct recipe *recipe)
{
    bool together = recipe->train.updates == UPDATES_SIMULTANEOUS;
    if (together && recipe->train.simultaneous_epochs)
        return fault_at(fault, SECTION_TRAIN, 0, "simultaneous_epochs",
                        "expected 0 where updates are simultaneous all along, found %lld",
                        (long long)recipe->train.simultaneous_epochs);
    if (together && recipe->train.discriminator_steps != 1)
        return fault_at(fault, SECTION_TRAIN, 0, "discriminator_steps",
                        "expected 1 where updates are simultaneous, found %lld",
                        (long long)recipe->train.discriminator_steps);
    if (together && recipe->train.generator_steps != 1)
        return fault_at(fault, SECTION_TRAIN, 0, "generator_steps",
                        "expected 1 where updates are simultaneous, found %lld",
                        (long long)recipe->train.generator_steps);
    if (recipe->train.real_label <= recipe->train.fake_label)
        return fault_at(fault, SECTION_TRAIN, 0, "real_label", "expected more than fake_label, found %g and %g",
                        recipe->train.real_label, recipe->train.fake_label);
    return true;
}

static bool check_optimiser(struct recipe_fault *fault, const struct optimiser_recipe *optimiser,
                            enum recipe_section_id id)
{
    if (optimiser->momentum_start >= optimiser->momentum_end)
        return fault_at(fault, id, 0, "momentum_epochs", "expected two epochs in order, found [%lld, %lld]",
                        (long long)optimiser->momentum_start, (long long)optimiser->momentum_end);
    return true;
}

bool recipe_check(struct recipe_fault *fault, const struct recipe *recipe)
{
    return check_data(fault, recipe) &&
           check_network(fault, &recipe->generator, SECTION_GENERATOR, recipe->noise.size) &&
           check_network(fault, &recipe->discriminator, SECTION_DISCRIMINATOR, (int64_t)recipe_data_size(recipe)) &&
           check_ends(fault, recipe) && check_marginals(fault, recipe, SECTION_GENERATOR, &recipe->generator) &&
           check_marginals(fault, recipe, SECTION_DISCRIMINATOR, &recipe->discriminator) &&
           check_train(fault, recipe) &&
           check_optimiser(fault, &recipe->generator_optimiser, SECTION_GENERATOR_OPTIMISER) &&
           check_optimiser(fault, &recipe->discriminator_optimiser, SECTION_DISCRIMINATOR_OPTIMISER);
}

#include "gan/recipe_fields.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define IN(type, member) .offset = offsetof(type, member)
#define DATA_IN(member) .offset = offsetof(struct recipe, data.member) - offsetof(struct recipe, data)
#define NOISE_IN(member) .offset = offsetof(struct recipe, noise.member) - offsetof(struct recipe, noise)
#define TRAIN_IN(member) .offset = offsetof(struct recipe, train.member) - offsetof(struct recipe, train)
#define OUTPUT_IN(member) .offset = offsetof(struct recipe, output.member) - offsetof(struct recipe, output)
#define MONITOR_IN(member) .offset = offsetof(struct recipe, monitor.member) - offsetof(struct recipe, monitor)
#define RANGE(from, to) .low = (from), .high = (to)

#define MANY 1e6                 /* of anything that is counted */
#define LARGEST 9007199254740991 /* 2^53 - 1: exact as a double and in JSON */

static_assert(sizeof(enum activation) == sizeof(int), "choices are stored as int");
static_assert(offsetof(struct recipe, data.width) == offsetof(struct recipe, data.channels) + 2 * sizeof(int64_t),
              "the shape is three numbers in a row");
static_assert(offsetof(struct optimiser_recipe, momentum_end) ==
                  offsetof(struct optimiser_recipe, momentum_start) + sizeof(int64_t),
              "the epochs of momentum are two numbers in a row");

/* Bits of the kinds, per section. */
enum { KIND_DENSE = 1, KIND_MAXOUT = 2, KIND_LEAKY = 4, KIND_SPARSE = 8 };
enum { KIND_PICTURES = 1, KIND_GAUSSIAN = 2, KIND_RING = 4, KIND_FOLDER = 8 };
enum { KIND_SGD = 1, KIND_ADAM = 2 };

static unsigned data_kinds(const void *section)
{
    enum data_format format;
    memcpy(&format, section, sizeof format); /* first member, see below */
    if (format == DATA_FOLDER) return KIND_PICTURES | KIND_FOLDER;
    return format == DATA_GAUSSIAN ? KIND_GAUSSIAN : format == DATA_RING ? KIND_RING : KIND_PICTURES;
}
static_assert(offsetof(struct recipe, data.format) == offsetof(struct recipe, data), "data.format comes first");
static_assert(offsetof(struct recipe, noise.kind) == offsetof(struct recipe, noise), "noise.kind comes first");

static unsigned layer_kinds(const void *section)
{
    const struct layer_recipe *layer = section;
    unsigned kinds = layer->kind == LAYER_MAXOUT ? KIND_MAXOUT : KIND_DENSE;
    if (layer->kind == LAYER_DENSE && layer->activation == ACTIVATION_LEAKY_RELU) kinds |= KIND_LEAKY;
    if (layer->weights == INIT_SPARSE) kinds |= KIND_SPARSE;
    return kinds;
}

static unsigned optimiser_kinds(const void *section)
{
    return ((const struct optimiser_recipe *)section)->kind == OPTIMISER_ADAM ? KIND_ADAM : KIND_SGD;
}

static void settle_shape(void *section)
{
    const size_t at = offsetof(struct recipe, data.channels) - offsetof(struct recipe, data);
    const int64_t shape[3] = {1, 1, data_kinds(section) == KIND_RING ? 2 : 1};
    memcpy((char *)section + at, shape, sizeof shape);
}

static void settle_noise_scale(void *section)
{
    enum noise_kind kind;
    memcpy(&kind, section, sizeof kind);
    const double scale = kind == NOISE_UNIFORM ? 1.7320508075688772 : 1; /* each has unit variance */
    memcpy((char *)section + offsetof(struct recipe, noise.scale) - offsetof(struct recipe, noise), &scale,
           sizeof scale);
}

static void settle_lowest_rate(void *section)
{
    struct optimiser_recipe *optimiser = section;
    optimiser->lowest_rate = fmin(1e-6, optimiser->learning_rate);
}

static void settle_final_momentum(void *section)
{
    struct optimiser_recipe *optimiser = section;
    optimiser->final_momentum = optimiser->momentum;
}

static void settle_momentum_epochs(void *section)
{
    struct optimiser_recipe *optimiser = section;
    optimiser->momentum_start = 1;
    optimiser->momentum_end = 250;
}

static const char *const format_names[] = {"idx", "cifar10", "folder", "gaussian", "ring", NULL};
static const char *const fit_names[] = {"crop", "pad", "stretch", NULL};
static const char *const preparation_names[] = {"unit", "contrast55", NULL};
static const char *const noise_names[] = {"uniform", "normal", "spherical", NULL};
static const char *const layer_names[] = {"dense", "maxout", NULL};
static const char *const activation_names[] = {"linear", "relu", "leaky-relu", "tanh", "sigmoid", NULL};
static const char *const initialiser_names[] = {"uniform", "normal", "sparse", "constant", NULL};
static const char *const update_names[] = {"simultaneous", "alternating", NULL};
static const char *const generator_loss_names[] = {"non-saturating", "minimax", NULL};
static const char *const loss_sum_names[] = {"mean", "sum", NULL};
static const char *const optimiser_names[] = {"sgd", "adam", NULL};

static const struct recipe_field top_fields[] = {
    {"name", FIELD_NAME, IN(struct recipe, name), .required = true},
    {"about", FIELD_LINE, IN(struct recipe, about)},
};

#define PICTURES .kinds = KIND_PICTURES, .owner = "format idx, cifar10 or folder"
#define DRAWN .kinds = KIND_GAUSSIAN | KIND_RING, .owner = "format gaussian or ring"
#define FOLDER .kinds = KIND_FOLDER, .owner = "format folder"
#define RING .kinds = KIND_RING, .owner = "format ring"
static const struct recipe_field data_fields[] = {
    {"format", FIELD_CHOICE, DATA_IN(format), .names = format_names, .required = true},
    {"name", FIELD_NAME, DATA_IN(name), .required = true, PICTURES},
    {"shape", FIELD_INTEGERS, DATA_IN(channels), RANGE(1, 65536), .items = 3, .required = true, PICTURES,
     .settle = settle_shape},
    {"fit", FIELD_CHOICE, DATA_IN(fit), .names = fit_names, FOLDER},
    {"background", FIELD_INTEGER, DATA_IN(background), RANGE(0, 255), .standard = 255, FOLDER},
    {"validation", FIELD_INTEGER, DATA_IN(validation), RANGE(0, LARGEST), PICTURES},
    {"preparation", FIELD_CHOICE, DATA_IN(preparation), .names = preparation_names, PICTURES},
    {"mean", FIELD_REAL, DATA_IN(mean), RANGE(-MANY, MANY), .required = true, .kinds = KIND_GAUSSIAN,
     .owner = "format gaussian"},
    {"deviation", FIELD_REAL, DATA_IN(deviation), RANGE(0, MANY), .above_low = true, .required = true, DRAWN},
    {"modes", FIELD_INTEGER, DATA_IN(modes), RANGE(1, 4096), .required = true, RING},
    {"radius", FIELD_REAL, DATA_IN(radius), RANGE(0, MANY), .required = true, RING},
    {"steps_per_epoch", FIELD_INTEGER, DATA_IN(steps_per_epoch), RANGE(1, 1e9), .required = true, DRAWN},
};

static const struct recipe_field noise_fields[] = {
    {"kind", FIELD_CHOICE, NOISE_IN(kind), .names = noise_names, .required = true},
    {"size", FIELD_INTEGER, NOISE_IN(size), RANGE(1, MANY), .required = true},
    {"scale", FIELD_REAL, NOISE_IN(scale), RANGE(0, MANY), .above_low = true, .settle = settle_noise_scale},
};

static const struct recipe_field layer_fields[] = {
    {"kind", FIELD_CHOICE, IN(struct layer_recipe, kind), .names = layer_names, .required = true},
    {"units", FIELD_INTEGER, IN(struct layer_recipe, units), RANGE(1, MANY), .required = true},
    {"pieces", FIELD_INTEGER, IN(struct layer_recipe, pieces), RANGE(2, 64), .standard = 5, .kinds = KIND_MAXOUT,
     .owner = "kind maxout"},
    {"activation", FIELD_CHOICE, IN(struct layer_recipe, activation), .names = activation_names, .kinds = KIND_DENSE,
     .owner = "kind dense"},
    {"slope", FIELD_REAL, IN(struct layer_recipe, slope), RANGE(0, 1), .standard = 0.2, .kinds = KIND_LEAKY,
     .owner = "activation leaky-relu"},
    {"keep", FIELD_REAL, IN(struct layer_recipe, keep), RANGE(0, 1), .above_low = true, .standard = 1},
    {"weights", FIELD_CHOICE, IN(struct layer_recipe, weights), .names = initialiser_names, .required = true},
    {"scale", FIELD_REAL, IN(struct layer_recipe, scale), RANGE(-MANY, MANY), .required = true},
    {"incoming", FIELD_INTEGER, IN(struct layer_recipe, incoming), RANGE(1, MANY), .standard = 100,
     .kinds = KIND_SPARSE, .owner = "weights sparse"},
    {"bias", FIELD_BIAS, IN(struct layer_recipe, bias), RANGE(-MANY, MANY)},
    {"max_column_norm", FIELD_REAL, IN(struct layer_recipe, max_column_norm), RANGE(0, MANY)},
    {"take", FIELD_INTEGER, IN(struct layer_recipe, take), RANGE(-1, RECIPE_LAYERS - 1), .standard = -1},
};

static const struct recipe_field train_fields[] = {
    {"batch", FIELD_INTEGER, TRAIN_IN(batch), RANGE(1, MANY), .required = true},
    {"epochs", FIELD_INTEGER, TRAIN_IN(epochs), RANGE(1, 1e9), .required = true},
    {"seed", FIELD_INTEGER, TRAIN_IN(seed), RANGE(0, LARGEST), .standard = 1},
    {"updates", FIELD_CHOICE, TRAIN_IN(updates), .names = update_names, .required = true},
    {"simultaneous_epochs", FIELD_INTEGER, TRAIN_IN(simultaneous_epochs), RANGE(0, 1e9)},
    {"discriminator_steps", FIELD_INTEGER, TRAIN_IN(discriminator_steps), RANGE(1, 1000), .standard = 1},
    {"generator_steps", FIELD_INTEGER, TRAIN_IN(generator_steps), RANGE(1, 1000), .standard = 1},
    {"generator_loss", FIELD_CHOICE, TRAIN_IN(generator_loss), .names = generator_loss_names},
    {"discriminator_loss", FIELD_CHOICE, TRAIN_IN(discriminator_loss), .names = loss_sum_names},
    {"real_label", FIELD_REAL, TRAIN_IN(real_label), RANGE(0, 1), .standard = 1},
    {"fake_label", FIELD_REAL, TRAIN_IN(fake_label), RANGE(0, 1)},
    {"average", FIELD_REAL, TRAIN_IN(average), RANGE(0, 1), .below_high = true},
};

#define SGD .kinds = KIND_SGD, .owner = "kind sgd"
#define ADAM .kinds = KIND_ADAM, .owner = "kind adam"
static const struct recipe_field optimiser_fields[] = {
    {"kind", FIELD_CHOICE, IN(struct optimiser_recipe, kind), .names = optimiser_names, .required = true},
    {"learning_rate", FIELD_REAL, IN(struct optimiser_recipe, learning_rate), RANGE(0, 1e6), .above_low = true,
     .required = true},
    {"decay", FIELD_REAL, IN(struct optimiser_recipe, decay), RANGE(1, 1000), .standard = 1},
    {"lowest_rate", FIELD_REAL, IN(struct optimiser_recipe, lowest_rate), RANGE(0, 1e6), .settle = settle_lowest_rate},
    {"momentum", FIELD_REAL, IN(struct optimiser_recipe, momentum), RANGE(0, 1), .below_high = true, .standard = 0.5,
     SGD},
    {"final_momentum", FIELD_REAL, IN(struct optimiser_recipe, final_momentum), RANGE(0, 1), .below_high = true,
     .settle = settle_final_momentum, SGD},
    {"momentum_epochs", FIELD_INTEGERS, IN(struct optimiser_recipe, momentum_start), RANGE(1, 1e9), .items = 2,
     .settle = settle_momentum_epochs, SGD},
    {"beta1", FIELD_REAL, IN(struct optimiser_recipe, beta1), RANGE(0, 1), .below_high = true, .standard = 0.5, ADAM},
    {"beta2", FIELD_REAL, IN(struct optimiser_recipe, beta2), RANGE(0, 1), .below_high = true, .standard = 0.999, ADAM},
    {"epsilon", FIELD_REAL, IN(struct optimiser_recipe, epsilon), RANGE(0, 1), .above_low = true, .standard = 1e-8,
     ADAM},
};

static const struct recipe_field output_fields[] = {
    {"checkpoint_every", FIELD_INTEGER, OUTPUT_IN(checkpoint_every), RANGE(1, 1e9), .standard = 1},
    {"sample_every", FIELD_INTEGER, OUTPUT_IN(sample_every), RANGE(1, 1e9), .standard = 1},
    {"samples", FIELD_INTEGER, OUTPUT_IN(samples), RANGE(1, 65536), .standard = 100},
};

static const struct recipe_field monitor_fields[] = {
    {"spread", FIELD_REAL, MONITOR_IN(spread), RANGE(0, 1), .standard = 0.25},
    {"modes", FIELD_REAL, MONITOR_IN(modes), RANGE(0, 1), .standard = 0.5},
    {"saturated", FIELD_REAL, MONITOR_IN(saturated), RANGE(0, MANY), .standard = 0.98},
    {"gradient", FIELD_REAL, MONITOR_IN(gradient), RANGE(0, 1), .standard = 0.1},
    {"accuracy", FIELD_REAL, MONITOR_IN(accuracy), RANGE(0, 1), .standard = 0.55},
    {"unlike", FIELD_REAL, MONITOR_IN(unlike), RANGE(0, MANY), .standard = 0.5},
    {"patience", FIELD_INTEGER, MONITOR_IN(patience), RANGE(1, 1e9), .standard = 2},
};

#define FIELDS(array) (array), COUNT(array)
const struct recipe_section recipe_sections[RECIPE_SECTIONS] = {
    [SECTION_TOP] = {NULL, NULL, FIELDS(top_fields), 0, false, NULL},
    [SECTION_DATA] = {NULL, "data", FIELDS(data_fields), offsetof(struct recipe, data), false, data_kinds},
    [SECTION_NOISE] = {NULL, "noise", FIELDS(noise_fields), offsetof(struct recipe, noise), false, NULL},
    [SECTION_GENERATOR] = {NULL, "generator", FIELDS(layer_fields), offsetof(struct recipe, generator), true,
                           layer_kinds},
    [SECTION_DISCRIMINATOR] = {NULL, "discriminator", FIELDS(layer_fields), offsetof(struct recipe, discriminator),
                               true, layer_kinds},
    [SECTION_TRAIN] = {NULL, "train", FIELDS(train_fields), offsetof(struct recipe, train), false, NULL},
    [SECTION_GENERATOR_OPTIMISER] = {"optimiser", "generator", FIELDS(optimiser_fields),
                                     offsetof(struct recipe, generator_optimiser), false, optimiser_kinds},
    [SECTION_DISCRIMINATOR_OPTIMISER] = {"optimiser", "discriminator", FIELDS(optimiser_fields),
                                         offsetof(struct recipe, discriminator_optimiser), false, optimiser_kinds},
    [SECTION_OUTPUT] = {NULL, "output", FIELDS(output_fields), offsetof(struct recipe, output), false, NULL},
    [SECTION_MONITOR] = {NULL, "monitor", FIELDS(monitor_fields), offsetof(struct recipe, monitor), false, NULL},
};
static_assert(COUNT(layer_fields) <= SECTION_FIELDS && COUNT(train_fields) <= SECTION_FIELDS, "SECTION_FIELDS");

const void *recipe_section_of(const struct recipe *recipe, const struct recipe_section *section, size_t layer)
{
    const char *at = (const char *)recipe + section->offset;
    return section->list ? (const void *)&((const struct network_recipe *)at)->layers[layer] : at;
}

void *recipe_section_at(struct recipe *recipe, const struct recipe_section *section, size_t layer)
{
    char *at = (char *)recipe + section->offset;
    return section->list ? (void *)&((struct network_recipe *)at)->layers[layer] : at;
}

size_t recipe_section_count(const struct recipe *recipe, const struct recipe_section *section)
{
    return section->list ? ((const struct network_recipe *)((const char *)recipe + section->offset))->count : 1;
}

size_t recipe_field_find(const struct recipe_section *section, const char *key)
{
    size_t i = 0;
    while (i < section->count && strcmp(section->fields[i].key, key) != 0) i++;
    return i;
}

bool recipe_field_belongs(const struct recipe_section *section, const void *at, const struct recipe_field *field)
{
    return !field->kinds || (field->kinds & section->kinds(at));
}

void recipe_path(char path[RECIPE_PATH], const struct recipe_section *section, size_t layer, const char *key)
{
    char number[24] = "";
    if (section->list && layer < RECIPE_LAYERS) snprintf(number, sizeof number, ".%zu", layer);
    snprintf(path, RECIPE_PATH, "%s%s%s%s%s%s", section->group ? section->group : "", section->group ? "." : "",
             section->key ? section->key : "", number, section->key && key ? "." : "", key ? key : "");
}

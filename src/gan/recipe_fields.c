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
    {"name", FIELD_NAME, IN(struct recipe, name), .required = true, .about = "Names the folders of runs."},
    {"about", FIELD_LINE, IN(struct recipe, about), .about = "What it is, in a line, for lists."},
};

#define PICTURES .kinds = KIND_PICTURES, .owner = "format idx, cifar10 or folder"
#define DRAWN .kinds = KIND_GAUSSIAN | KIND_RING, .owner = "format gaussian or ring"
#define FOLDER .kinds = KIND_FOLDER, .owner = "format folder"
#define RING .kinds = KIND_RING, .owner = "format ring"
static const struct recipe_field data_fields[] = {
    {"format", FIELD_CHOICE, DATA_IN(format), .names = format_names, .required = true,
     .about = "What is read, or which distribution is drawn on the device."},
    {"name", FIELD_NAME, DATA_IN(name), .required = true, PICTURES,
     .about = "The folder's, which is looked for in the usual places where --data names none."},
    {"shape", FIELD_INTEGERS, DATA_IN(channels), RANGE(1, 65536), .items = 3, .required = true, PICTURES,
     .settle = settle_shape, .about = "Channels, height and width of a row."},
    {"fit", FIELD_CHOICE, DATA_IN(fit), .names = fit_names, FOLDER,
     .about = "How a picture comes to the shape: its middle fills it, all of it with borders, or distorted."},
    {"background", FIELD_INTEGER, DATA_IN(background), RANGE(0, 255), .standard = 255, FOLDER,
     .about = "Grey level behind what is transparent, and of borders."},
    {"validation", FIELD_INTEGER, DATA_IN(validation), RANGE(0, LARGEST), PICTURES,
     .about = "Training rows that are held out, for --evaluate-every and clgan evaluate: the last ones of a file, of a "
              "folder every so many."},
    {"preparation", FIELD_CHOICE, DATA_IN(preparation), .names = preparation_names, PICTURES,
     .about = "unit: bytes / 255. contrast55: each row less its mean, scaled to the norm 55."},
    {"mean", FIELD_REAL, DATA_IN(mean), RANGE(-MANY, MANY), .required = true, .kinds = KIND_GAUSSIAN,
     .owner = "format gaussian", .about = "Of the Gaussian."},
    {"deviation", FIELD_REAL, DATA_IN(deviation), RANGE(0, MANY), .above_low = true, .required = true, DRAWN,
     .about = "Standard deviation, of a ring of each mode."},
    {"modes", FIELD_INTEGER, DATA_IN(modes), RANGE(1, 4096), .required = true, RING,
     .about = "Gaussians on the circle."},
    {"radius", FIELD_REAL, DATA_IN(radius), RANGE(0, MANY), .required = true, RING, .about = "Of the circle."},
    {"steps_per_epoch", FIELD_INTEGER, DATA_IN(steps_per_epoch), RANGE(1, 1e9), .required = true, DRAWN,
     .about = "Drawn data has no end, so this says what an epoch is."},
};

static const struct recipe_field noise_fields[] = {
    {"kind", FIELD_CHOICE, NOISE_IN(kind), .names = noise_names, .required = true,
     .about = "Distribution of z; spherical: a direction, of the length sqrt(size)."},
    {"size", FIELD_INTEGER, NOISE_IN(size), RANGE(1, MANY), .required = true, .about = "Numbers in a z."},
    {"scale", FIELD_REAL, NOISE_IN(scale), RANGE(0, MANY), .above_low = true, .settle = settle_noise_scale,
     .about = "uniform: on (-scale, scale), default sqrt(3); normal: standard deviation, default 1; spherical: a "
              "factor, default 1."},
};

static const struct recipe_field layer_fields[] = {
    {"kind", FIELD_CHOICE, IN(struct layer_recipe, kind), .names = layer_names, .required = true,
     .about = "maxout: a unit is the largest of some linear pieces."},
    {"units", FIELD_INTEGER, IN(struct layer_recipe, units), RANGE(1, MANY), .required = true,
     .about = "Of the last layer: the values of a data row (generator), 1 (discriminator)."},
    {"pieces", FIELD_INTEGER, IN(struct layer_recipe, pieces), RANGE(2, 64), .standard = 5, .kinds = KIND_MAXOUT,
     .owner = "kind maxout", .about = "Of a unit."},
    {"activation", FIELD_CHOICE, IN(struct layer_recipe, activation), .names = activation_names, .kinds = KIND_DENSE,
     .owner = "kind dense", .about = "After the linear part."},
    {"slope", FIELD_REAL, IN(struct layer_recipe, slope), RANGE(0, 1), .standard = 0.2, .kinds = KIND_LEAKY,
     .owner = "activation leaky-relu", .about = "Of the negative side."},
    {"keep", FIELD_REAL, IN(struct layer_recipe, keep), RANGE(0, 1), .above_low = true, .standard = 1,
     .about = "Dropout: probability that an input of the layer is kept; what is kept is scaled by 1 / keep."},
    {"weights", FIELD_CHOICE, IN(struct layer_recipe, weights), .names = initialiser_names, .required = true,
     .about = "How weights begin; sparse: normal, all but `incoming` of a unit 0."},
    {"scale", FIELD_REAL, IN(struct layer_recipe, scale), RANGE(-MANY, MANY), .required = true,
     .about = "uniform: on (-scale, scale); normal and sparse: standard deviation; constant: the value."},
    {"incoming", FIELD_INTEGER, IN(struct layer_recipe, incoming), RANGE(1, MANY), .standard = 100,
     .kinds = KIND_SPARSE, .owner = "weights sparse", .about = "Weights of a unit that are not 0."},
    {"bias", FIELD_BIAS, IN(struct layer_recipe, bias), RANGE(-MANY, MANY),
     .about = "How biases begin; marginals: so that G's first samples have the data's mean (its last layer, sigmoid, "
              "preparation unit)."},
    {"max_column_norm", FIELD_REAL, IN(struct layer_recipe, max_column_norm), RANGE(0, MANY),
     .about = "Largest norm of a unit's weights, held after each update; 0: none."},
    {"take", FIELD_INTEGER, IN(struct layer_recipe, take), RANGE(-1, RECIPE_LAYERS - 1), .standard = -1,
     .about = "Layer of the same net, of the run that --from names, whose weights it begins with; -1: none."},
};

static const struct recipe_field train_fields[] = {
    {"batch", FIELD_INTEGER, TRAIN_IN(batch), RANGE(1, MANY), .required = true, .about = "Rows of a minibatch."},
    {"epochs", FIELD_INTEGER, TRAIN_IN(epochs), RANGE(1, 1e9), .required = true,
     .about = "In all, where --epochs doesn't say."},
    {"seed", FIELD_INTEGER, TRAIN_IN(seed), RANGE(0, LARGEST), .standard = 1,
     .about = "Of weights, noise, dropout and order."},
    {"updates", FIELD_CHOICE, TRAIN_IN(updates), .names = update_names, .required = true,
     .about = "simultaneous: both nets step at the same parameters; alternating: D's steps, then G's (the paper's "
              "Algorithm 1)."},
    {"simultaneous_epochs", FIELD_INTEGER, TRAIN_IN(simultaneous_epochs), RANGE(0, 1e9),
     .about = "Before they alternate."},
    {"discriminator_steps", FIELD_INTEGER, TRAIN_IN(discriminator_steps), RANGE(1, 1000), .standard = 1,
     .about = "k, D's steps in turn; alternating alone."},
    {"generator_steps", FIELD_INTEGER, TRAIN_IN(generator_steps), RANGE(1, 1000), .standard = 1,
     .about = "G's steps in turn; alternating alone."},
    {"generator_loss", FIELD_CHOICE, TRAIN_IN(generator_loss), .names = generator_loss_names,
     .about = "non-saturating: G raises log D(G(z)); minimax: it lowers log(1 - D(G(z)))."},
    {"discriminator_loss", FIELD_CHOICE, TRAIN_IN(discriminator_loss), .names = loss_sum_names,
     .about = "mean or sum of its halves, of real and of generated rows."},
    {"real_label", FIELD_REAL, TRAIN_IN(real_label), RANGE(0, 1), .standard = 1, .about = "D's target for real rows."},
    {"fake_label", FIELD_REAL, TRAIN_IN(fake_label), RANGE(0, 1), .about = "D's target for generated rows."},
    {"average", FIELD_REAL, TRAIN_IN(average), RANGE(0, 1), .below_high = true,
     .about = "Decay of a moving average of G's weights, which samples are then drawn from; 0: none."},
};

#define SGD .kinds = KIND_SGD, .owner = "kind sgd"
#define ADAM .kinds = KIND_ADAM, .owner = "kind adam"
static const struct recipe_field optimiser_fields[] = {
    {"kind", FIELD_CHOICE, IN(struct optimiser_recipe, kind), .names = optimiser_names, .required = true,
     .about = "Momentum SGD, or Adam (Kingma and Ba 2015)."},
    {"learning_rate", FIELD_REAL, IN(struct optimiser_recipe, learning_rate), RANGE(0, 1e6), .above_low = true,
     .required = true, .about = "Of the first update."},
    {"decay", FIELD_REAL, IN(struct optimiser_recipe, decay), RANGE(1, 1000), .standard = 1,
     .about = "After t updates the rate is learning_rate / decay^t ..."},
    {"lowest_rate", FIELD_REAL, IN(struct optimiser_recipe, lowest_rate), RANGE(0, 1e6), .settle = settle_lowest_rate,
     .about = "... and never under this; default 1e-6, or learning_rate where that is less."},
    {"momentum", FIELD_REAL, IN(struct optimiser_recipe, momentum), RANGE(0, 1), .below_high = true, .standard = 0.5,
     SGD, .about = "Of the first epochs."},
    {"final_momentum", FIELD_REAL, IN(struct optimiser_recipe, final_momentum), RANGE(0, 1), .below_high = true,
     .settle = settle_final_momentum, SGD, .about = "Of the last; default momentum."},
    {"momentum_epochs", FIELD_INTEGERS, IN(struct optimiser_recipe, momentum_start), RANGE(1, 1e9), .items = 2,
     .settle = settle_momentum_epochs, SGD,
     .about = "It rises linearly from the first of these to the second; default [1, 250]."},
    {"beta1", FIELD_REAL, IN(struct optimiser_recipe, beta1), RANGE(0, 1), .below_high = true, .standard = 0.5, ADAM,
     .about = "Decay of the mean gradient."},
    {"beta2", FIELD_REAL, IN(struct optimiser_recipe, beta2), RANGE(0, 1), .below_high = true, .standard = 0.999, ADAM,
     .about = "Decay of the mean square."},
    {"epsilon", FIELD_REAL, IN(struct optimiser_recipe, epsilon), RANGE(0, 1), .above_low = true, .standard = 1e-8,
     ADAM, .about = "Added to the root of that."},
};

static const struct recipe_field output_fields[] = {
    {"checkpoint_every", FIELD_INTEGER, OUTPUT_IN(checkpoint_every), RANGE(1, 1e9), .standard = 1,
     .about = "Epochs between two checkpoints."},
    {"sample_every", FIELD_INTEGER, OUTPUT_IN(sample_every), RANGE(1, 1e9), .standard = 1,
     .about = "Epochs between two pictures of samples."},
    {"samples", FIELD_INTEGER, OUTPUT_IN(samples), RANGE(1, 65536), .standard = 100,
     .about = "Of such a picture, always of the same noise."},
};

static const struct recipe_field monitor_fields[] = {
    {"spread", FIELD_REAL, MONITOR_IN(spread), RANGE(0, 1), .standard = 0.25,
     .about = "alike: of samples, over that of data."},
    {"modes", FIELD_REAL, MONITOR_IN(modes), RANGE(0, 1), .standard = 0.5,
     .about = "alike: share of a ring's that G draws."},
    {"saturated", FIELD_REAL, MONITOR_IN(saturated), RANGE(0, MANY), .standard = 0.98,
     .about = "won: share of D's outputs under .01 or over .99."},
    {"gradient", FIELD_REAL, MONITOR_IN(gradient), RANGE(0, 1), .standard = 0.1,
     .about = "won: of D's gradient's norm, over its largest so far."},
    {"accuracy", FIELD_REAL, MONITOR_IN(accuracy), RANGE(0, 1), .standard = 0.55,
     .about = "guessing: D's, mean of real and generated rows."},
    {"unlike", FIELD_REAL, MONITOR_IN(unlike), RANGE(0, MANY), .standard = 0.5,
     .about = "guessing: distance of the spread from 1."},
    {"patience", FIELD_INTEGER, MONITOR_IN(patience), RANGE(1, 1e9), .standard = 2,
     .about = "Epochs in a row before an alarm begins, or ends."},
};

#define FIELDS(array) (array), COUNT(array)
const struct recipe_section recipe_sections[RECIPE_SECTIONS] = {
    [SECTION_TOP] = {NULL, NULL, FIELDS(top_fields), 0, false, NULL, ""},
    [SECTION_DATA] = {NULL, "data", FIELDS(data_fields), offsetof(struct recipe, data), false, data_kinds,
                      "Where real rows come from."},
    [SECTION_NOISE] = {NULL, "noise", FIELDS(noise_fields), offsetof(struct recipe, noise), false, NULL,
                       "What G makes samples of, z."},
    [SECTION_GENERATOR] = {NULL, "generator", FIELDS(layer_fields), offsetof(struct recipe, generator), true,
                           layer_kinds, "Layers of each net, N from 0."},
    [SECTION_DISCRIMINATOR] = {NULL, "discriminator", FIELDS(layer_fields), offsetof(struct recipe, discriminator),
                               true, layer_kinds, ""},
    [SECTION_TRAIN] = {NULL, "train", FIELDS(train_fields), offsetof(struct recipe, train), false, NULL, "The game."},
    [SECTION_GENERATOR_OPTIMISER] = {"optimiser", "generator", FIELDS(optimiser_fields),
                                     offsetof(struct recipe, generator_optimiser), false, optimiser_kinds,
                                     "How weights are updated."},
    [SECTION_DISCRIMINATOR_OPTIMISER] = {"optimiser", "discriminator", FIELDS(optimiser_fields),
                                         offsetof(struct recipe, discriminator_optimiser), false, optimiser_kinds, ""},
    [SECTION_OUTPUT] = {NULL, "output", FIELDS(output_fields), offsetof(struct recipe, output), false, NULL,
                        "What a run keeps."},
    [SECTION_MONITOR] = {NULL, "monitor", FIELDS(monitor_fields), offsetof(struct recipe, monitor), false, NULL,
                         "Thresholds of the alarms (docs/evaluation.md)."},
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

/* A recipe: everything that defines a training, as read from YAML. One table of fields (recipe_fields.c) drives
 * reading, checking, overriding, writing and documentation. */
#ifndef GAN_RECIPE_H
#define GAN_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/dataset.h"
#include "nn/spec.h"

enum { RECIPE_NAME = 64, RECIPE_ABOUT = 160 };

enum noise_kind { NOISE_UNIFORM, NOISE_NORMAL, NOISE_SPHERICAL };
enum generator_loss { LOSS_NON_SATURATING, LOSS_MINIMAX };
enum loss_sum { LOSS_MEAN, LOSS_SUM };
enum update_order { UPDATES_SIMULTANEOUS, UPDATES_ALTERNATING };

struct recipe {
    char name[RECIPE_NAME];   /* letters, digits, -, _ : names run folders */
    char about[RECIPE_ABOUT]; /* one line */
    struct {
        enum data_format format; /* format: idx | cifar10 | folder | gaussian | ring */
        char name[RECIPE_NAME];  /* name: of the folder looked for in the usual places; pictures only */
        int64_t channels, height,
            width;          /* shape: [channels, height, width]; pictures only (gaussian: 1,1,1; ring: 1,1,2) */
        int64_t validation; /* validation: rows held out, idx and cifar10: at the end of the training file, folder:
                               spread evenly over the names in order; pictures only */
        enum data_fit fit;  /* fit: folder only: crop | pad | stretch, default crop */
        int64_t background; /* background: folder only: grey level behind what is transparent, and of what pad leaves
                               free, 0 to 255, default 255 */
        enum data_preparation preparation; /* preparation: unit | contrast55; pictures only */
        double mean, deviation;            /* gaussian: mean, deviation; ring: deviation (of each mode) */
        int64_t modes;                     /* ring: number of Gaussians on the circle */
        double radius;                     /* ring */
        int64_t steps_per_epoch;           /* gaussian, ring: steps that make an epoch */
    } data;
    struct {
        enum noise_kind kind; /* kind: uniform | normal | spherical (a direction, length sqrt(size)) */
        int64_t size;         /* size of z */
        double scale; /* uniform: on (-scale, scale), default sqrt(3); normal: standard deviation, default 1; spherical:
                         factor, default 1 */
    } noise;
    struct network_recipe generator, discriminator;
    struct {
        int64_t batch;                      /* batch: rows of a minibatch */
        int64_t epochs;                     /* epochs: total when --epochs doesn't say */
        int64_t seed;                       /* seed: >= 0 */
        enum update_order updates;          /* updates: simultaneous | alternating */
        int64_t simultaneous_epochs;        /* simultaneous_epochs: before they alternate, default 0 */
        int64_t discriminator_steps;        /* discriminator_steps: k, alternating only, default 1 */
        int64_t generator_steps;            /* generator_steps: j, alternating only, default 1 */
        enum generator_loss generator_loss; /* generator_loss: non-saturating | minimax */
        enum loss_sum discriminator_loss;   /* discriminator_loss: mean | sum of its two halves */
        double real_label, fake_label;      /* real_label, fake_label: targets of D, defaults 1 and 0 */
        double average; /* average: decay of the moving average of G's weights, [0, 1); 0 (default): none */
    } train;
    struct optimiser_recipe generator_optimiser, discriminator_optimiser;
    struct {
        int64_t checkpoint_every; /* checkpoint_every: epochs, default 1 */
        int64_t sample_every;     /* sample_every: epochs, default 1 */
        int64_t samples;          /* samples: in the grid of fixed noise, default 100 */
    } output;
    struct {              /* thresholds of alarms, each explained in gan/alarm.h */
        double spread;    /* spread: default 0.25 */
        double modes;     /* modes: share of a ring's, default 0.5 */
        double saturated; /* saturated: share of D's outputs, default 0.98 */
        double gradient;  /* gradient: of D, over its largest so far, default 0.1 */
        double accuracy;  /* accuracy: of D, default 0.55 */
        double unlike;    /* unlike: distance of spread from 1, default 0.5 */
        int64_t patience; /* patience: epochs in a row, default 2 */
    } monitor;
};

/* struct clgan_recipe of the public header is this struct. */
struct clgan_recipe {
    struct recipe recipe;
};

/* Reads YAML text. `origin` names it in messages ("mnist (shipped)", "my.yaml"). `settings` as in clgan_recipe_read. */
clgan_status recipe_parse(struct recipe *recipe, const char *yaml, size_t length, const char *origin,
                          const char *const *settings, size_t count);
/* The resolved recipe as YAML, keys foreign to a kind left out; recipe_parse of it gives an equal struct, and writing
 * that the same text. */
clgan_status recipe_write(char **text, const struct recipe *recipe);
/* Is given the path of a key, as --set takes it, and its value as recipe_write has it. */
typedef void recipe_value_visitor(void *user, const char *path, const char *value);
/* Visits each key of the resolved recipe, in order; numbers are written as the thread's locale says. */
void recipe_each_value(const struct recipe *recipe, recipe_value_visitor *visit, void *user);
/* Values of one data row: channels * height * width. */
size_t recipe_data_size(const struct recipe *recipe);
/* Whether the data is read from files, not drawn on the device. */
bool recipe_has_pictures(const struct recipe *recipe);
/* What to ask of the data room; `path` as --data, borrowed like the recipe. */
struct dataset_request recipe_dataset_request(const struct recipe *recipe, const char *path, bool want_test);

#endif

/* What matters: training steps of recipes, on pictures of noise. */
#include <string.h>

#include "case.h"
#include "survey.h"

/* MNIST's rows, of which the recipe takes some for validation. */
enum { MNIST_ROWS = 60000 };

/* A training's steps: the host's part of each is done too. */
struct stepper {
    struct pair *pair;
    uint64_t step;
};

static clgan_status prepare_step(void *user)
{
    struct stepper *stepper = user;
    return pair_prepare_step(stepper->pair, stepper->step++);
}

/* Multiply-adds of a step at least, counted two: each weight meets each row forward, and in the gradient. */
static double least_flops(const struct recipe *recipe)
{
    const struct network_recipe *const nets[] = {&recipe->generator, &recipe->discriminator};
    double weights = 0;
    for (int net = 0; net < 2; net++) {
        double in = net ? (double)recipe_data_size(recipe) : (double)recipe->noise.size;
        for (size_t i = 0; i < nets[net]->count; i++) {
            const struct layer_recipe *layer = &nets[net]->layers[i];
            weights += in * (double)layer->units * (layer->kind == LAYER_MAXOUT ? (double)layer->pieces : 1);
            in = (double)layer->units;
        }
    }
    return 4.0 * weights * (double)recipe->train.batch * (double)pair_lanes(recipe);
}

static clgan_status too_long(bool *skip, struct survey *survey, struct measure *measure)
{
    clgan_recipe *recipe = NULL;
    TRY(clgan_recipe_read(&recipe, measure->recipe, NULL, 0));
    /* kernels with small tiles get far less out of a simulator than its peak */
    const double flops = least_flops(&recipe->recipe) * (survey->simulator ? 10 : 1);
    *skip = survey_too_long(survey, &measure->row, flops, 0);
    clgan_recipe_free(recipe);
    return CLGAN_OK;
}

static double product_flops(const struct plan *plan)
{
    double flops = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const size_t *product = plan->launches[i].product;
        flops += 2.0 * (double)product[0] * (double)product[1] * (double)product[2];
    }
    return flops;
}

static clgan_status run_training(struct survey *survey, struct measure *measure)
{
    struct bench_case c;
    struct survey_row *row = &measure->row;
    bool skip;
    TRY(too_long(&skip, survey, measure));
    if (skip) return CLGAN_OK;
    const struct bench_options options = {.device = survey->options};
    TRY(open_case(&c, &(struct point){.recipe = measure->recipe}, &options, survey->events));
    struct stepper stepper = {.pair = &c.pair};
    row->scale = (double)c.recipe->recipe.train.batch * (double)pair_lanes(&c.recipe->recipe);
    row->flops = product_flops(&c.pair.step);
    const clgan_status status =
        survey_time(survey, row, &(struct timed){.plan = &c.pair.step, .before = prepare_step, .user = &stepper}, true);
    close_case(&c);
    if (status == CLGAN_OK && !survey->events && row->flops > 1e8)
        survey->reached = row->flops / samples_quantile(&row->samples, 0);
    return status;
}

static struct measure *find(struct survey *survey, const char *key)
{
    for (size_t i = 0; i < survey->count; i++)
        if (strcmp(survey->measures[i].row.key, key) == 0) return &survey->measures[i];
    return NULL;
}

/* Computed from the step's samples, and says so. */
static clgan_status run_hundred_epochs(struct survey *survey, struct measure *measure)
{
    const struct measure *step = find(survey, "train.mnist");
    clgan_recipe *recipe = NULL;
    struct survey_row *row = &measure->row;
    if (strcmp(step->row.status, "ok") != 0) {
        survey_skip(row, step->row.status, "%s", step->row.reason);
        return CLGAN_OK;
    }
    TRY(clgan_recipe_read(&recipe, "mnist", NULL, 0));
    const int64_t steps = (MNIST_ROWS - recipe->recipe.data.validation) / recipe->recipe.train.batch;
    clgan_recipe_free(recipe);
    row->scale = 100.0 * (double)steps;
    snprintf(row->about, sizeof row->about, "100 epochs of mnist, computed: the measured step x %lld steps x 100",
             (long long)steps);
    survey_skip(row, "ok", "%s", "");
    samples_free(&row->samples);
    for (size_t i = 0; i < step->row.samples.count; i++) TRY(samples_add(&row->samples, step->row.samples.seconds[i]));
    return CLGAN_OK;
}

static clgan_status add_training(struct survey *survey, const char *recipe)
{
    struct measure *measure = survey_add(survey, "training", "samples/s", run_training);
    if (!measure) return CLGAN_FAILED;
    measure->recipe = recipe;
    snprintf(measure->row.key, sizeof measure->row.key, "train.%s", recipe);
    snprintf(measure->row.about, sizeof measure->row.about, "training of %s", recipe);
    return CLGAN_OK;
}

/* Last, as it takes long, and a gigabyte of memory. */
clgan_status survey_large_training(struct survey *survey) { return add_training(survey, "tfd"); }

clgan_status survey_trainings(struct survey *survey)
{
    TRY(add_training(survey, "mnist"));
    TRY(add_training(survey, "gauss1d"));
    struct measure *measure = survey_add(survey, "training", "s", run_hundred_epochs);
    if (!measure) return CLGAN_FAILED;
    snprintf(measure->row.key, sizeof measure->row.key, "time.mnist.100_epochs");
    snprintf(measure->row.about, sizeof measure->row.about, "100 epochs of mnist, computed from the measured step");
    measure->row.less_is_better = true;
    return CLGAN_OK;
}

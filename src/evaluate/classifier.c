#include "evaluate/classifier.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/measure_parts.h"
#include "nn/loss.h"
#include "nn/schedule.h"
#include "state.clh"

/* Rows of a class in a step; times that each row is seen; at least so many steps, with few rows. */
enum { BATCH = 100, EPOCHS = 20, LEAST_STEPS = 200, UNITS = 256 };

static const struct optimiser_recipe adam = {
    .kind = OPTIMISER_ADAM, .learning_rate = 1e-3, .decay = 1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
/* Of the moving averages, which are what judges. */
static const double averaging = 0.98;

/* He et al. 2015: deviation sqrt(2 / inputs) keeps a rectified layer's scale. */
static struct layer_recipe hidden(size_t in, double keep)
{
    return (struct layer_recipe){.kind = LAYER_DENSE,
                                 .units = UNITS,
                                 .activation = ACTIVATION_LEAKY_RELU,
                                 .slope = 0.2,
                                 .keep = keep,
                                 .weights = INIT_NORMAL,
                                 .scale = sqrt(2.0 / (double)in)};
}

static size_t steps_of(size_t rows, size_t batch)
{
    const size_t steps = EPOCHS * (rows / batch);
    return steps > LEAST_STEPS ? steps : LEAST_STEPS;
}

static clgan_status make_plans(struct classifier *classifier)
{
    struct plan *step = &classifier->step;
    const struct forward train = {.dropout = random_stream(classifier->seed, RANDOM_MEASURE, LANE_DROPOUT),
                                  .state = &classifier->state,
                                  .linear_output = true};
    const struct update_rule rule = {.adam = true,
                                     .beta1 = (float)adam.beta1,
                                     .beta2 = (float)adam.beta2,
                                     .decay = (float)averaging,
                                     .entries = 1,
                                     .state = &classifier->state,
                                     .table = &classifier->table};
    plan_begin(&classifier->forward, classifier->device);
    plan_begin(step, classifier->device);
    TRY(pass_append_forward(&classifier->forward, &classifier->judging,
                            &(struct forward){.state = &classifier->state, .averaged = true, .linear_output = true}));
    TRY(pass_append_forward(step, &classifier->training, &train));
    TRY(loss_append_discriminator(step, pass_output(&classifier->training), pass_top_gradient(&classifier->training),
                                  classifier->values, &(struct discriminator_loss){0.5, 1, 0}));
    TRY(pass_append_backward(step, &classifier->training, &(struct backward){.update = &rule}));
    return loss_append_advance(step, &classifier->state, &classifier->sums, classifier->values);
}

/* Step 0, no sums, and the learning rates of all steps. */
static clgan_status start(struct classifier *classifier)
{
    const size_t steps = classifier->steps;
    const step_state state = {.per_epoch = (state_u32)steps + 1};
    const float sums[2 * METRICS] = {0};
    schedule *table;
    TRY(memory_take(&table, steps, sizeof *table));
    for (size_t i = 0; i < steps; i++) table[i] = schedule_at(&adam, i, 0);
    const clgan_status status = buffer_write(classifier->device, &classifier->table, 0, steps * sizeof *table, table);
    free(table);
    TRY(status);
    TRY(buffer_write(classifier->device, &classifier->sums, 0, sizeof sums, sums));
    return buffer_write(classifier->device, &classifier->state, 0, sizeof state, &state);
}

clgan_status classifier_make(struct classifier *classifier, struct device *device, size_t columns, size_t rows,
                             uint64_t seed)
{
    const size_t batch = rows < BATCH ? rows : BATCH, both = 2 * batch;
    *classifier =
        (struct classifier){.device = device, .batch = batch, .steps = steps_of(rows, batch), .scale = 1, .seed = seed};
    struct network_recipe *spec = &classifier->spec;
    struct arena *arena = &classifier->arena;
    const struct random_key weights = random_stream(seed, RANDOM_MEASURE, LANE_WEIGHTS);
    spec->layers[0] = hidden(columns, 1);
    spec->layers[1] = hidden(UNITS, 0.8);
    spec->layers[2] = (struct layer_recipe){
        .kind = LAYER_DENSE, .units = 1, .activation = ACTIVATION_LINEAR, .keep = 0.5, .weights = INIT_NORMAL};
    spec->layers[2].scale = sqrt(1.0 / UNITS);
    spec->count = 3;
    TRY(network_begin(&classifier->network, 'C', spec, columns, &adam,
                      &(struct network_options){.training = true, .average = true}, arena));
    TRY(pass_begin(&classifier->training, &classifier->network, both, true, true, true, arena));
    TRY(pass_begin(&classifier->judging, &classifier->network, both, false, true, true, arena));
    TRY(arena_add(arena, &classifier->values, METRICS, both, ELEMENT_F32));
    TRY(arena_make(arena, device, "a classifier"));
    pass_connect(&classifier->training, (struct tensor){0}, (struct tensor){0});
    pass_connect(&classifier->judging, (struct tensor){0}, (struct tensor){0});
    TRY(buffer_make(&classifier->state, device, sizeof(step_state), "classifier's state"));
    TRY(buffer_make(&classifier->table, device, classifier->steps * sizeof(schedule), "classifier's schedule"));
    TRY(buffer_make(&classifier->sums, device, 2 * METRICS * sizeof(float), "classifier's losses"));
    TRY(memory_take(&classifier->staging, both * columns, sizeof *classifier->staging));
    TRY(network_initialise(&classifier->network, device, (uint64_t)weights.word[1] << 32 | weights.word[0]));
    TRY(make_plans(classifier));
    return start(classifier);
}

void classifier_free(struct classifier *classifier)
{
    if (!classifier->device) return;
    plan_free(&classifier->forward);
    plan_free(&classifier->step);
    buffer_free(&classifier->sums, classifier->device);
    buffer_free(&classifier->table, classifier->device);
    buffer_free(&classifier->state, classifier->device);
    arena_free(&classifier->arena, classifier->device);
    free(classifier->staging);
    *classifier = (struct classifier){0};
}

/* Mean and deviation of all values as one: columns of their own scales would make much of those that hardly change. */
static void find_scale(struct classifier *classifier, const clgan_rows *const classes[2])
{
    double sum = 0, squares = 0;
    const double count = 2.0 * (double)(classes[0]->rows * classes[0]->columns);
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < classes[c]->rows * classes[c]->columns; i++) sum += classes[c]->values[i];
    classifier->mean = sum / count;
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < classes[c]->rows * classes[c]->columns; i++) {
            const double apart = classes[c]->values[i] - classifier->mean;
            squares += apart * apart;
        }
    classifier->scale = squares > 0 ? sqrt(count / squares) : 1;
}

static void stage(struct classifier *classifier, size_t at, const clgan_rows *rows, size_t row)
{
    float *to = classifier->staging + at * rows->columns;
    const float *from = rows->values + row * rows->columns;
    const float mean = (float)classifier->mean, scale = (float)classifier->scale;
    for (size_t c = 0; c < rows->columns; c++) to[c] = (from[c] - mean) * scale;
}

clgan_status classifier_train(struct classifier *classifier, const clgan_rows *first, const clgan_rows *second)
{
    const clgan_rows *const classes[2] = {first, second};
    const size_t batch = classifier->batch, in_epoch = first->rows / batch;
    const struct random_key order = random_stream(classifier->seed, RANDOM_MEASURE, LANE_ORDER);
    step_state state;
    find_scale(classifier, classes);
    for (size_t step = 0; step < classifier->steps; step++) {
        const size_t epoch = step / in_epoch, from = step % in_epoch * batch;
        for (size_t i = 0; i < 2 * batch; i++) {
            const clgan_rows *rows = classes[i / batch];
            stage(classifier, i, rows,
                  random_shuffled((uint32_t)(from + i % batch), (uint32_t)rows->rows, 2 * epoch + i / batch, order));
        }
        TRY(tensor_write(classifier->device, pass_input(&classifier->training), classifier->staging));
        TRY(plan_run(&classifier->step));
    }
    TRY(buffer_read(classifier->device, &classifier->state, 0, sizeof state, &state));
    if (!state.first_bad) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "a classifier's loss was not finite in step %llu",
                       (unsigned long long)state.first_bad);
}

clgan_status classifier_judge(struct classifier *classifier, float *logits, const clgan_rows *rows)
{
    const size_t most = classifier->judging.rows;
    for (size_t first = 0; first < rows->rows; first += most) {
        const size_t count = rows->rows - first < most ? rows->rows - first : most;
        for (size_t i = 0; i < count; i++) stage(classifier, i, rows, first + i);
        TRY(tensor_write(classifier->device, pass_input(&classifier->judging), classifier->staging));
        TRY(plan_run(&classifier->forward));
        TRY(tensor_read(classifier->device, tensor_rows(pass_output(&classifier->judging), 0, count), logits + first));
    }
    return CLGAN_OK;
}

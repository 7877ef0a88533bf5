#include "gan/pair.h"

#include <stdlib.h>

#include "base/memory.h"
#include "gan/noise.h"
#include "nn/loss.h"
#include "nn/schedule.h"

/* G's dropout has lanes of its own: its layers have the same numbers as D's. */
enum { DROPOUT_LANE_G = 0x10000 };

size_t pair_lanes(const struct recipe *recipe)
{
    return recipe->train.updates == UPDATES_ALTERNATING ? (size_t)recipe->train.discriminator_steps : 1;
}

struct batches_request pair_batches_request(const struct recipe *recipe, const struct pictures *pictures)
{
    return (struct batches_request){.format = recipe->data.format,
                                    .pictures = pictures,
                                    .preparation = recipe->data.preparation,
                                    .mean = recipe->data.mean,
                                    .deviation = recipe->data.deviation,
                                    .modes = (size_t)recipe->data.modes,
                                    .radius = recipe->data.radius,
                                    .steps_per_epoch = (size_t)recipe->data.steps_per_epoch,
                                    .rows = (size_t)recipe->train.batch,
                                    .lanes = pair_lanes(recipe),
                                    .seed = (uint64_t)recipe->train.seed};
}

clgan_status pair_begin(struct pair *pair, struct device *device, const struct recipe *recipe, bool gradients)
{
    const size_t batch = (size_t)recipe->train.batch, data = recipe_data_size(recipe);
    const int64_t d_steps = recipe->train.discriminator_steps, g_steps = recipe->train.generator_steps;
    const struct network_options g = {.training = true, .gradients = gradients, .average = recipe->train.average > 0},
                                 d = {.training = true, .gradients = gradients};
    struct arena *arena = &pair->arena;
    *pair = (struct pair){
        .recipe = recipe, .device = device, .entries = 2 * (unsigned)(d_steps > g_steps ? d_steps : g_steps)};
    TRY(network_begin(&pair->g, 'G', &recipe->generator, (size_t)recipe->noise.size, &recipe->generator_optimiser, &g,
                      arena));
    TRY(network_begin(&pair->d, 'D', &recipe->discriminator, data, &recipe->discriminator_optimiser, &d, arena));
    TRY(pass_begin(&pair->g_pass, &pair->g, batch, true, true, false, arena));
    TRY(pass_begin(&pair->d_pass, &pair->d, 2 * batch, true, true, true, arena));
    TRY(arena_add(arena, &pair->d_signal, 2 * batch, 1, ELEMENT_F32));
    TRY(arena_add(arena, &pair->g_signal, batch, 1, ELEMENT_F32));
    TRY(arena_add(arena, &pair->g_squares, pair->g.count, 1, ELEMENT_F32));
    TRY(arena_add(arena, &pair->d_squares, pair->d.count, 1, ELEMENT_F32));
    return arena_add(arena, &pair->values, METRICS, 2 * batch, ELEMENT_F32);
}

static size_t table_bytes(const struct pair *pair) { return SCHEDULE_STEPS * pair->entries * sizeof(schedule); }

uint64_t pair_bytes(const struct pair *pair)
{
    return arena_bytes(&pair->arena) + table_bytes(pair) + sizeof(step_state) + 2 * METRICS * sizeof(float);
}

clgan_status pair_make(struct pair *pair)
{
    const size_t batch = pair->g_pass.rows;
    TRY(arena_make(&pair->arena, pair->device, "nets and minibatches"));
    pass_connect(&pair->d_pass, (struct tensor){0}, (struct tensor){0});
    pass_connect(&pair->g_pass, (struct tensor){0}, tensor_rows(pass_input(&pair->d_pass), batch, batch));
    pass_of_rows(&pair->d_fake, &pair->d_pass, batch, batch);
    TRY(buffer_make(&pair->state, pair->device, sizeof(step_state), "step state"));
    TRY(buffer_make(&pair->table, pair->device, table_bytes(pair), "schedules"));
    return buffer_make(&pair->sums, pair->device, 2 * METRICS * sizeof(float), "sums of the monitors");
}

void pair_free(struct pair *pair)
{
    if (!pair->device) return;
    plan_free(&pair->probe);
    plan_free(&pair->step);
    buffer_free(&pair->sums, pair->device);
    buffer_free(&pair->table, pair->device);
    buffer_free(&pair->state, pair->device);
    arena_free(&pair->arena, pair->device);
    *pair = (struct pair){0};
}

clgan_status pair_initialise(struct pair *pair)
{
    const uint64_t seed = (uint64_t)pair->recipe->train.seed;
    TRY(network_initialise(&pair->g, pair->device, seed));
    return network_initialise(&pair->d, pair->device, seed);
}

/* ---- the step ---- */

static struct update_rule rule_of(const struct pair *pair, const struct network *network, unsigned lane)
{
    return (struct update_rule){.adam = network->optimiser.kind == OPTIMISER_ADAM,
                                .beta1 = (float)network->optimiser.beta1,
                                .beta2 = (float)network->optimiser.beta2,
                                .decay = (float)pair->recipe->train.average,
                                .entries = pair->entries,
                                .entry = 2 * lane + (network->letter == 'D'),
                                .state = &pair->state,
                                .table = &pair->table};
}

/* Only the probe asks for the gradients' norms. */
static struct tensor squares_of(const struct pair *pair, const struct plan *plan, char letter)
{
    if (plan != &pair->probe) return (struct tensor){0};
    return letter == 'G' ? pair->g_squares : pair->d_squares;
}

static struct forward forward_of_d(const struct pair *pair, unsigned lane)
{
    return (struct forward){.dropout = random_stream((uint64_t)pair->recipe->train.seed, RANDOM_DROPOUT, lane),
                            .state = &pair->state,
                            .linear_output = true,
                            .dropped = pair->g_pass.rows};
}

/* z of minibatch `lane` and G's answer to it, into the last rows of D's input. */
static clgan_status append_fakes(const struct pair *pair, struct plan *plan, const struct pass *d, unsigned lane)
{
    const uint64_t seed = (uint64_t)pair->recipe->train.seed;
    const struct forward after = forward_of_d(pair, lane),
                         how = {.dropout = random_stream(seed, RANDOM_DROPOUT, DROPOUT_LANE_G + lane),
                                .state = &pair->state,
                                .next = pass_input_dropout(d, d->rows - pair->g_pass.rows, &after)};
    TRY(noise_append(plan, pair->recipe, pass_input(&pair->g_pass), random_stream(seed, RANDOM_NOISE, lane),
                     &pair->state));
    return pass_append_forward(plan, &pair->g_pass, &how);
}

static clgan_status append_logits(const struct pair *pair, struct plan *plan, const struct pass *pass, unsigned lane)
{
    const struct forward how = forward_of_d(pair, lane);
    return pass_append_forward(plan, pass, &how);
}

static clgan_status append_d_loss(const struct pair *pair, struct plan *plan, struct tensor signal)
{
    const struct recipe *recipe = pair->recipe;
    return loss_append_discriminator(
        plan, pass_output(&pair->d_pass), signal, pair->values,
        &(struct discriminator_loss){.weight = recipe->train.discriminator_loss == LOSS_MEAN ? 0.5 : 1,
                                     .real_label = recipe->train.real_label,
                                     .fake_label = recipe->train.fake_label});
}

static clgan_status append_g_loss(const struct pair *pair, struct plan *plan, struct tensor signal)
{
    return loss_append_generator(plan, pass_output(&pair->d_fake), signal, pair->values,
                                 pair->recipe->train.generator_loss == LOSS_MINIMAX);
}

static clgan_status append_g_update(const struct pair *pair, struct plan *plan, unsigned lane)
{
    const struct update_rule rule = rule_of(pair, &pair->g, lane);
    plan_segment(plan, "G backward and update");
    return pass_append_backward(plan, &pair->g_pass,
                                &(struct backward){.update = &rule, .squares = squares_of(pair, plan, 'G')});
}

static clgan_status append_simultaneous(const struct pair *pair, struct plan *plan, const struct batches *batches)
{
    const size_t batch = pair->g_pass.rows;
    const struct update_rule rule = rule_of(pair, &pair->d, 0);
    plan_segment(plan, "minibatch");
    TRY(batches_append(plan, batches, tensor_rows(pass_input(&pair->d_pass), 0, batch), &pair->state, 0));
    TRY(append_fakes(pair, plan, &pair->d_pass, 0));
    plan_segment(plan, "D forward");
    TRY(append_logits(pair, plan, &pair->d_pass, 0));
    TRY(append_d_loss(pair, plan, pair->d_signal));
    TRY(append_g_loss(pair, plan, pair->g_signal));
    plan_segment(plan, "D backward and update");
    TRY(pass_append_backward(plan, &pair->d_pass,
                             &(struct backward){.update = &rule,
                                                .squares = squares_of(pair, plan, 'D'),
                                                .signal = pair->d_signal,
                                                .into = &pair->g_pass,
                                                .first = batch,
                                                .into_signal = pair->g_signal}));
    return append_g_update(pair, plan, 0);
}

static clgan_status append_d_step(const struct pair *pair, struct plan *plan, const struct batches *batches,
                                  unsigned lane)
{
    const struct update_rule rule = rule_of(pair, &pair->d, lane);
    plan_segment(plan, "minibatch for D");
    TRY(batches_append(plan, batches, tensor_rows(pass_input(&pair->d_pass), 0, pair->g_pass.rows), &pair->state,
                       lane));
    TRY(append_fakes(pair, plan, &pair->d_pass, lane));
    plan_segment(plan, "D forward");
    TRY(append_logits(pair, plan, &pair->d_pass, lane));
    TRY(append_d_loss(pair, plan, pass_top_gradient(&pair->d_pass)));
    plan_segment(plan, "D backward and update");
    return pass_append_backward(plan, &pair->d_pass,
                                &(struct backward){.update = &rule, .squares = squares_of(pair, plan, 'D')});
}

static clgan_status append_g_step(const struct pair *pair, struct plan *plan, unsigned lane, unsigned minibatch)
{
    plan_segment(plan, "minibatch for G");
    TRY(append_fakes(pair, plan, &pair->d_fake, minibatch));
    plan_segment(plan, "D forward for G");
    TRY(append_logits(pair, plan, &pair->d_fake, minibatch));
    TRY(append_g_loss(pair, plan, pass_top_gradient(&pair->d_fake)));
    plan_segment(plan, "D backward to its input");
    TRY(pass_append_backward(plan, &pair->d_fake, &(struct backward){.into = &pair->g_pass}));
    return append_g_update(pair, plan, lane);
}

static clgan_status append_step(const struct pair *pair, struct plan *plan)
{
    const struct recipe *recipe = pair->recipe;
    const struct batches *batches = pair->batches;
    const unsigned k = (unsigned)recipe->train.discriminator_steps, j = (unsigned)recipe->train.generator_steps;
    plan_begin(plan, pair->device);
    if (pair->order == UPDATES_SIMULTANEOUS) {
        TRY(append_simultaneous(pair, plan, batches));
    } else {
        for (unsigned lane = 0; lane < k; lane++) TRY(append_d_step(pair, plan, batches, lane));
        for (unsigned lane = 0; lane < j; lane++) TRY(append_g_step(pair, plan, lane, k + lane));
    }
    plan_segment(plan, "end of step");
    return loss_append_advance(plan, &pair->state, &pair->sums, pair->values);
}

/* The simultaneous form's one backward pass is of a unit signal, which no step changes. */
static clgan_status set_unit_signal(struct pair *pair)
{
    if (pair->order != UPDATES_SIMULTANEOUS) return CLGAN_OK;
    return tensor_fill(pair->device, pass_top_gradient(&pair->d_pass), 1);
}

clgan_status pair_clear(struct pair *pair)
{
    TRY(arena_clear(&pair->arena, pair->device));
    return set_unit_signal(pair);
}

static enum update_order order_at(const struct pair *pair, uint64_t step)
{
    const bool early = step / pair->steps_per_epoch < (uint64_t)pair->recipe->train.simultaneous_epochs;
    return early ? UPDATES_SIMULTANEOUS : pair->recipe->train.updates;
}

/* The plans that there are to be, in a form. */
static clgan_status plan_order(struct pair *pair, enum update_order order)
{
    pair->order = order;
    plan_free(&pair->step);
    plan_free(&pair->probe);
    TRY(set_unit_signal(pair));
    TRY(append_step(pair, &pair->step));
    return pair->probes ? append_step(pair, &pair->probe) : CLGAN_OK;
}

clgan_status pair_plan(struct pair *pair, const struct batches *batches)
{
    pair->batches = batches;
    pair->steps_per_epoch = batches->steps_per_epoch;
    const enum update_order first = order_at(pair, 0);
    /* The form to come: its products are known from now on, to tuning and self-test too. */
    if (first != pair->recipe->train.updates) TRY(plan_order(pair, pair->recipe->train.updates));
    return plan_order(pair, first);
}

size_t pair_pictures(const struct pair *pair)
{
    return pair->batches && recipe_has_pictures(pair->recipe) ? pair->batches->request.pictures->count : 0;
}

clgan_status pair_plan_probe(struct pair *pair)
{
    pair->probes = true;
    return append_step(pair, &pair->probe);
}

/* ---- from step to step ---- */

static clgan_status fill_table(struct pair *pair, uint64_t start)
{
    const struct recipe *recipe = pair->recipe;
    const uint64_t d_steps = (uint64_t)recipe->train.discriminator_steps,
                   g_steps = (uint64_t)recipe->train.generator_steps;
    schedule *table;
    TRY(memory_take(&table, (size_t)SCHEDULE_STEPS * pair->entries, sizeof *table));
    for (uint64_t i = 0; i < SCHEDULE_STEPS; i++) {
        const uint64_t step = start + i, epoch = step / pair->steps_per_epoch;
        schedule *row = table + i * pair->entries;
        for (uint64_t lane = 0; lane < g_steps; lane++)
            row[2 * lane] = schedule_at(&recipe->generator_optimiser, step * g_steps + lane, epoch);
        for (uint64_t lane = 0; lane < d_steps; lane++)
            row[2 * lane + 1] = schedule_at(&recipe->discriminator_optimiser, step * d_steps + lane, epoch);
    }
    clgan_status status = buffer_write(pair->device, &pair->table, 0, table_bytes(pair), table);
    const state_u64 first = pair->table_start = start;
    if (status == CLGAN_OK)
        status = buffer_write(pair->device, &pair->state, offsetof(step_state, table), sizeof first, &first);
    free(table);
    return status;
}

clgan_status pair_clear_sums(struct pair *pair)
{
    static const float zeros[2 * METRICS];
    return buffer_write(pair->device, &pair->sums, 0, sizeof zeros, zeros);
}

clgan_status pair_set_step(struct pair *pair, uint64_t step, const float *sums)
{
    const step_state state = {.step = step,
                              .epoch = step / pair->steps_per_epoch,
                              .in_epoch = (state_u32)(step % pair->steps_per_epoch),
                              .per_epoch = (state_u32)pair->steps_per_epoch};
    TRY(buffer_write(pair->device, &pair->state, 0, sizeof state, &state));
    TRY(sums ? buffer_write(pair->device, &pair->sums, 0, 2 * METRICS * sizeof *sums, sums) : pair_clear_sums(pair));
    return fill_table(pair, step);
}

clgan_status pair_prepare_step(struct pair *pair, uint64_t step)
{
    const enum update_order order = order_at(pair, step);
    if (order != pair->order) TRY(plan_order(pair, order));
    return step - pair->table_start < SCHEDULE_STEPS ? CLGAN_OK : fill_table(pair, step);
}

clgan_status pair_read_state(struct pair *pair, step_state *state)
{
    return buffer_read(pair->device, &pair->state, 0, sizeof *state, state);
}

clgan_status pair_read_sums(struct pair *pair, float sums[2 * METRICS])
{
    return buffer_read(pair->device, &pair->sums, 0, 2 * METRICS * sizeof *sums, sums);
}

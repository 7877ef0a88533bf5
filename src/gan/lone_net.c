#include "gan/lone_net.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/npy.h"
#include "gan/checkpoint_files.h"
#include "gan/sampler.h"

enum { STEP_DIGITS = 16 };

static clgan_status open_best(struct checkpoint *checkpoint, const struct clgan_run *run)
{
    char *path;
    TRY(checkpoint_files_best(&path, run->folder));
    const clgan_status status =
        file_exists(path)
            ? checkpoint_open(checkpoint, path, run->recipe_text)
            : status_fail(CLGAN_USAGE, "%s has no best checkpoint: it is kept by clgan train --evaluate-every N",
                          run->folder);
    free(path);
    return status;
}

static clgan_status open_step(struct checkpoint *checkpoint, const struct clgan_run *run, const char *digits)
{
    char *path;
    TRY(checkpoint_files_path(&path, run->folder, strtoull(digits, NULL, 10)));
    const clgan_status status =
        file_exists(path)
            ? checkpoint_open(checkpoint, path, run->recipe_text)
            : status_fail(CLGAN_USAGE, "%s has no checkpoint of step %s: the two newest are kept", run->folder, digits);
    free(path);
    return status;
}

clgan_status lone_net_checkpoint(struct checkpoint *checkpoint, const struct clgan_run *run, const char *path)
{
    int found;
    if (run->weights_alone && path)
        return status_fail(CLGAN_USAGE, "%s: weights alone: there is no checkpoint to choose", run->folder);
    if (run->weights_alone) {
        log_info(&run->log, "weights of %s", run->folder);
        return checkpoint_open_weights(checkpoint, run->folder, run->recipe_text);
    }
    if (path && strcmp(path, "best") == 0) return open_best(checkpoint, run);
    if (path && *path && strlen(path) < STEP_DIGITS && !path[strspn(path, "0123456789")] && file_is_missing(path))
        return open_step(checkpoint, run, path);
    if (path) return checkpoint_open(checkpoint, path, run->recipe_text);
    TRY(checkpoint_open_newest(checkpoint, &found, run->folder, run->recipe_text, &run->log));
    if (!found)
        return status_fail(CLGAN_USAGE, "%s has no checkpoint yet: train it first with clgan train --resume %s",
                           run->folder, run->word);
    log_info(&run->log, "weights of %s", checkpoint->file.path);
    return CLGAN_OK;
}

clgan_status lone_net_load(struct lone_net *net, struct device *device, const struct clgan_run *run, char letter,
                           const char *path)
{
    const struct recipe *recipe = &run->recipe;
    const bool g = letter == 'G';
    const struct network_options kinds = {.average = g && recipe->train.average > 0};
    struct checkpoint checkpoint;
    *net = (struct lone_net){0};
    TRY(lone_net_checkpoint(&checkpoint, run, path));
    *net = (struct lone_net){
        .device = device, .recipe = recipe, .step = checkpoint.step, .steps_per_epoch = checkpoint.steps_per_epoch};
    clgan_status status =
        network_begin(&net->network, letter, g ? &recipe->generator : &recipe->discriminator,
                      g ? (size_t)recipe->noise.size : recipe_data_size(recipe),
                      g ? &recipe->generator_optimiser : &recipe->discriminator_optimiser, &kinds, &net->arena);
    if (status == CLGAN_OK) status = checkpoint_check_network(&checkpoint, &net->network, NET_WEIGHTS | NET_AVERAGES);
    if (status == CLGAN_OK) status = arena_make(&net->arena, device, "the net");
    if (status == CLGAN_OK)
        status = checkpoint_read_network(&checkpoint, device, &net->network, NET_WEIGHTS | NET_AVERAGES);
    checkpoint_close(&checkpoint);
    return status;
}

void lone_net_free(struct lone_net *net)
{
    if (net->device) arena_free(&net->arena, net->device);
    *net = (struct lone_net){0};
}

/* ---- G ---- */

size_t lone_net_count(const clgan_sample_options *options)
{
    return options->noise ? options->noise->rows : options->count;
}

clgan_status lone_net_check_request(const struct clgan_run *run, const clgan_sample_options *options)
{
    TRY(CHECK_OPTIONS(options));
    if (lone_net_count(options) > UINT32_MAX)
        return status_fail(CLGAN_USAGE, "more samples than the %" PRIu32 " that can be told apart", UINT32_MAX);
    if (!options->noise || options->noise->columns == (size_t)run->recipe.noise.size) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "the noise has %zu values a row, the recipe's z has %zu", options->noise->columns,
                       (size_t)run->recipe.noise.size);
}

clgan_status lone_net_draw(clgan_rows *samples, clgan_rows *noise_used, const struct lone_net *g,
                           const clgan_sample_options *options)
{
    const struct recipe *recipe = g->recipe;
    const size_t count = lone_net_count(options);
    const bool averaged = g->network.average && !options->raw_weights;
    struct sampler sampler;
    TRY(rows_take(samples, count, (size_t)recipe->data.channels, (size_t)recipe->data.height,
                  (size_t)recipe->data.width));
    if (noise_used) TRY(rows_take(noise_used, count, 1, 1, (size_t)recipe->noise.size));
    clgan_status status = sampler_make(&sampler, g->device, recipe, &g->network, averaged, options->seed);
    if (status == CLGAN_OK)
        status = sampler_draw(&sampler, samples->values, noise_used ? noise_used->values : NULL,
                              options->noise ? options->noise->values : NULL, count);
    sampler_free(&sampler);
    return status;
}

static clgan_status visit_pieces(struct sampler *sampler, clgan_rows *piece, const float *noise, size_t count,
                                 clgan_status (*take)(void *user, const clgan_rows *piece, size_t first), void *user)
{
    const size_t most = piece->rows, in = pass_input(&sampler->pass).columns;
    for (size_t first = 0; first < count; first += piece->rows) {
        piece->rows = count - first < most ? count - first : most;
        TRY(sampler_draw_piece(sampler, piece->values, NULL, noise ? noise + first * in : NULL, first, piece->rows));
        TRY(take(user, piece, first));
    }
    return CLGAN_OK;
}

clgan_status lone_net_visit(const struct lone_net *g, const clgan_sample_options *options,
                            clgan_status (*take)(void *user, const clgan_rows *piece, size_t first), void *user)
{
    const struct recipe *recipe = g->recipe;
    const clgan_rows *noise = options->noise;
    struct sampler sampler;
    clgan_rows piece;
    TRY(rows_take(&piece, (size_t)recipe->train.batch, (size_t)recipe->data.channels, (size_t)recipe->data.height,
                  (size_t)recipe->data.width));
    clgan_status status = sampler_make(&sampler, g->device, recipe, &g->network,
                                       g->network.average && !options->raw_weights, options->seed);
    if (status == CLGAN_OK)
        status = visit_pieces(&sampler, &piece, noise ? noise->values : NULL, noise ? noise->rows : options->count,
                              take, user);
    sampler_free(&sampler);
    clgan_rows_free(&piece);
    return status;
}

/* ---- D ---- */

clgan_status lone_net_judge(float *scores, const struct lone_net *d, const float *values, size_t count)
{
    const size_t piece = (size_t)d->recipe->train.batch;
    struct pass pass;
    struct plan plan;
    struct arena arena = {0};
    TRY(pass_begin(&pass, &d->network, piece, false, true, true, &arena));
    clgan_status status = arena_make(&arena, d->device, "scores");
    plan_begin(&plan, d->device);
    if (status == CLGAN_OK) {
        pass_connect(&pass, (struct tensor){0}, (struct tensor){0});
        status = pass_append_forward(&plan, &pass, &(struct forward){0});
    }
    for (size_t first = 0; status == CLGAN_OK && first < count; first += piece) {
        const size_t rows = count - first < piece ? count - first : piece;
        const struct tensor input = tensor_rows(pass_input(&pass), 0, rows);
        status = tensor_write(d->device, input, values + first * input.columns);
        if (status == CLGAN_OK) status = plan_run(&plan);
        if (status == CLGAN_OK)
            status = tensor_read(d->device, tensor_rows(pass_output(&pass), 0, rows), scores + first);
    }
    plan_free(&plan);
    arena_free(&arena, d->device);
    return status;
}

/* clgan_sample and clgan_score: one net of a run, alone on a device. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/npy.h"
#include "gan/checkpoint.h"
#include "gan/run.h"
#include "gan/sampler.h"

/* A net with the weights of a checkpoint. */
struct lone_net {
    struct device *device;
    struct arena arena;
    struct network network;
};

static clgan_status open_checkpoint(struct checkpoint *checkpoint, const struct clgan_run *run, const char *path)
{
    int found;
    if (path) return checkpoint_open(checkpoint, path, run->recipe_text);
    TRY(checkpoint_open_newest(checkpoint, &found, run->folder, run->recipe_text, &run->log));
    if (!found)
        return status_fail(CLGAN_USAGE, "%s has no checkpoint yet: train it first with clgan train --resume %s",
                           run->folder, run->folder);
    log_info(&run->log, "weights of %s", checkpoint->file.path);
    return CLGAN_OK;
}

static clgan_status load(struct lone_net *net, const struct clgan_run *run, char letter,
                         const clgan_sample_options *options)
{
    const struct recipe *recipe = &run->recipe;
    const bool g = letter == 'G';
    const struct network_options kinds = {.average = g && recipe->train.average > 0};
    struct checkpoint checkpoint;
    TRY(open_checkpoint(&checkpoint, run, options->checkpoint));
    clgan_status status = device_open(&net->device, &options->device, false, &run->log);
    if (status == CLGAN_OK)
        status =
            network_begin(&net->network, letter, g ? &recipe->generator : &recipe->discriminator,
                          g ? (size_t)recipe->noise.size : recipe_data_size(recipe),
                          g ? &recipe->generator_optimiser : &recipe->discriminator_optimiser, &kinds, &net->arena);
    if (status == CLGAN_OK) status = arena_make(&net->arena, net->device, "the net");
    if (status == CLGAN_OK)
        status = checkpoint_read_network(&checkpoint, net->device, &net->network, NET_WEIGHTS | NET_AVERAGES);
    checkpoint_close(&checkpoint);
    return status;
}

static void lone_net_free(struct lone_net *net)
{
    if (net->device) arena_free(&net->arena, net->device);
    device_close(net->device);
}

/* ---- samples ---- */

static clgan_status draw(clgan_rows *samples, clgan_rows *noise_used, struct lone_net *net, const struct clgan_run *run,
                         const clgan_sample_options *options)
{
    const struct recipe *recipe = &run->recipe;
    const size_t count = options->noise ? options->noise->rows : options->count;
    const bool averaged = net->network.average && !options->raw_weights;
    struct sampler sampler;
    TRY(rows_take(samples, count, (size_t)recipe->data.channels, (size_t)recipe->data.height,
                  (size_t)recipe->data.width));
    if (noise_used) TRY(rows_take(noise_used, count, 1, 1, (size_t)recipe->noise.size));
    clgan_status status = sampler_make(&sampler, net->device, recipe, &net->network, averaged, options->seed);
    if (status == CLGAN_OK)
        status = sampler_draw(&sampler, samples->values, noise_used ? noise_used->values : NULL,
                              options->noise ? options->noise->values : NULL, count);
    sampler_free(&sampler);
    return status;
}

clgan_status clgan_sample(clgan_rows *samples, clgan_rows *noise_used, clgan_run *run,
                          const clgan_sample_options *options)
{
    struct lone_net net = {0};
    *samples = (clgan_rows){0};
    if (noise_used) *noise_used = (clgan_rows){0};
    if (options->noise && options->noise->columns != (size_t)run->recipe.noise.size)
        return status_fail(CLGAN_USAGE, "the noise has %zu values a row, the recipe's z has %zu",
                           options->noise->columns, (size_t)run->recipe.noise.size);
    clgan_status status = load(&net, run, 'G', options);
    if (status == CLGAN_OK) status = draw(samples, noise_used, &net, run, options);
    lone_net_free(&net);
    if (status != CLGAN_OK) {
        clgan_rows_free(samples);
        if (noise_used) clgan_rows_free(noise_used);
    }
    return status;
}

/* ---- scores ---- */

static clgan_status judge(float *scores, struct lone_net *net, const float *values, size_t count, size_t piece)
{
    struct pass pass;
    struct plan plan;
    struct arena arena = {0};
    TRY(pass_begin(&pass, &net->network, piece, false, true, true, &arena));
    clgan_status status = arena_make(&arena, net->device, "scores");
    plan_begin(&plan, net->device);
    if (status == CLGAN_OK) {
        pass_connect(&pass, (struct tensor){0}, (struct tensor){0});
        status = pass_append_forward(&plan, &pass, &(struct forward){0});
    }
    for (size_t first = 0; status == CLGAN_OK && first < count; first += piece) {
        const size_t rows = count - first < piece ? count - first : piece;
        const struct tensor input = tensor_rows(pass_input(&pass), 0, rows);
        status = tensor_write(net->device, input, values + first * input.columns);
        if (status == CLGAN_OK) status = plan_run(&plan);
        if (status == CLGAN_OK)
            status = tensor_read(net->device, tensor_rows(pass_output(&pass), 0, rows), scores + first);
    }
    plan_free(&plan);
    arena_free(&arena, net->device);
    return status;
}

/* The test pictures of `data` as the recipe prepares them. */
static clgan_status read_test_rows(clgan_rows *rows, const struct clgan_run *run, const char *data)
{
    const struct recipe *recipe = &run->recipe;
    const struct dataset_request request = recipe_dataset_request(recipe, data, true);
    struct dataset dataset;
    float *prepare = NULL;
    if (!recipe_has_pictures(recipe))
        return status_fail(CLGAN_USAGE, "recipe %s draws its data: give the rows to score as an NPY file",
                           recipe->name);
    TRY(dataset_read(&dataset, &request, &run->log));
    const size_t count = dataset.test.count, size = dataset.test.size;
    clgan_status status = rows_take(rows, count, request.channels, request.height, request.width);
    if (status == CLGAN_OK) status = memory_take(&prepare, 2 * count, sizeof *prepare);
    if (status == CLGAN_OK) {
        prepare_rows(prepare, &dataset.test, recipe->data.preparation);
        for (size_t i = 0; i < count * size; i++)
            rows->values[i] = ((float)dataset.test.bytes[i] - prepare[2 * (i / size)]) * prepare[2 * (i / size) + 1];
    }
    free(prepare);
    dataset_free(&dataset);
    return status;
}

static clgan_status score_rows(clgan_rows *scores, struct clgan_run *run, const clgan_rows *rows,
                               const clgan_sample_options *options)
{
    struct lone_net net = {0};
    const size_t size = recipe_data_size(&run->recipe);
    if (rows->columns != size)
        return status_fail(CLGAN_USAGE, "the rows have %zu values each, the recipe's data has %zu", rows->columns,
                           size);
    TRY(rows_take(scores, rows->rows, 1, 1, 1));
    clgan_status status = load(&net, run, 'D', options);
    if (status == CLGAN_OK)
        status = judge(scores->values, &net, rows->values, rows->rows, (size_t)run->recipe.train.batch);
    lone_net_free(&net);
    return status;
}

clgan_status clgan_score(clgan_rows *scores, clgan_run *run, const clgan_rows *rows, const char *data,
                         const clgan_sample_options *options)
{
    clgan_rows test = {0};
    *scores = (clgan_rows){0};
    clgan_status status = rows ? CLGAN_OK : read_test_rows(&test, run, data ? data : run->data);
    if (status == CLGAN_OK) status = score_rows(scores, run, rows ? rows : &test, options);
    clgan_rows_free(&test);
    if (status != CLGAN_OK) clgan_rows_free(scores);
    return status;
}

/* clgan_sample and clgan_score: one net of a run, alone on a device. */
#include "data/npy.h"
#include "gan/lone_net.h"

/* ---- samples ---- */

static clgan_status draw(clgan_rows *samples, clgan_rows *noise_used, const struct clgan_run *run,
                         const clgan_sample_options *options)
{
    struct device *device;
    struct lone_net net;
    TRY(device_open(&device, &options->device, false, &run->log));
    clgan_status status = lone_net_load(&net, device, run, 'G', options->checkpoint);
    if (status == CLGAN_OK) status = lone_net_draw(samples, noise_used, &net, options);
    lone_net_free(&net);
    device_close(device);
    return status;
}

clgan_status clgan_sample(clgan_rows *samples, clgan_rows *noise_used, clgan_run *run,
                          const clgan_sample_options *options)
{
    *samples = (clgan_rows){0};
    if (noise_used) *noise_used = (clgan_rows){0};
    TRY(lone_net_check_request(run, options));
    const clgan_status status = draw(samples, noise_used, run, options);
    if (status != CLGAN_OK) {
        clgan_rows_free(samples);
        if (noise_used) clgan_rows_free(noise_used);
    }
    return status;
}

/* ---- scores ---- */

/* The test pictures of `data` as the recipe prepares them. */
static clgan_status read_test_rows(clgan_rows *rows, const struct clgan_run *run, const char *data)
{
    const struct recipe *recipe = &run->recipe;
    const struct dataset_request request = recipe_dataset_request(recipe, data, true);
    struct dataset dataset;
    if (!recipe_has_pictures(recipe))
        return status_fail(CLGAN_USAGE, "recipe %s draws its data: give the rows to score as an NPY file",
                           recipe->name);
    TRY(dataset_read(&dataset, &request, &run->log));
    const clgan_status status = prepared_rows(rows, &dataset, &dataset.test, recipe->data.preparation);
    dataset_free(&dataset);
    return status;
}

static clgan_status score_rows(clgan_rows *scores, struct clgan_run *run, const clgan_rows *rows,
                               const clgan_sample_options *options)
{
    struct device *device;
    struct lone_net net;
    const size_t size = recipe_data_size(&run->recipe);
    if (rows->columns != size)
        return status_fail(CLGAN_USAGE, "the rows have %zu values each, the recipe's data has %zu", rows->columns,
                           size);
    TRY(rows_take(scores, rows->rows, 1, 1, 1));
    TRY(device_open(&device, &options->device, false, &run->log));
    clgan_status status = lone_net_load(&net, device, run, 'D', options->checkpoint);
    if (status == CLGAN_OK) status = lone_net_judge(scores->values, &net, rows->values, rows->rows);
    lone_net_free(&net);
    device_close(device);
    return status;
}

clgan_status clgan_score(clgan_rows *scores, clgan_run *run, const clgan_rows *rows, const char *data,
                         const clgan_sample_options *options)
{
    clgan_rows test = {0};
    *scores = (clgan_rows){0};
    TRY(CHECK_OPTIONS(options));
    clgan_status status = rows ? CLGAN_OK : read_test_rows(&test, run, data ? data : run->data);
    if (status == CLGAN_OK) status = score_rows(scores, run, rows ? rows : &test, options);
    clgan_rows_free(&test);
    if (status != CLGAN_OK) clgan_rows_free(scores);
    return status;
}

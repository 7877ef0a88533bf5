/* clgan_figure_nearest: samples and the training images nearest to them (Goodfellow et al. 2014, figure 2). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/npy.h"
#include "evaluate/neighbours.h"
#include "gan/figure.h"
#include "gan/lone_net.h"

static const char name[] = "nearest";
enum { ROWS = 4, COLUMNS = 5 };

static clgan_status read_training_rows(clgan_rows *rows, const struct clgan_run *run, const char *data)
{
    const struct dataset_request request = recipe_dataset_request(&run->recipe, data ? data : run->data, false);
    struct dataset dataset;
    TRY(dataset_read(&dataset, &request, &run->log));
    const clgan_status status = prepared_rows(rows, &dataset, &dataset.train, run->recipe.data.preparation);
    dataset_free(&dataset);
    return status;
}

/* Row `to` of `target` = row `from` of `source`, of the same size. */
static void copy_row(clgan_rows *target, size_t to, const clgan_rows *source, size_t from)
{
    memcpy(target->values + to * target->columns, source->values + from * source->columns,
           source->columns * sizeof(float));
}

/* Rows of the grid: samples, then what is nearest to the last of them. */
static clgan_status lay_out(clgan_rows *grid, struct device *device, const clgan_rows *samples,
                            const clgan_rows *training, size_t columns, const clgan_log *log)
{
    const size_t lines = samples->rows / columns;
    clgan_rows lasts = {0};
    float *distances = NULL;
    uint32_t *indices = NULL;
    clgan_status status = rows_take(&lasts, lines, samples->channels, samples->height, samples->width);
    if (status == CLGAN_OK) status = memory_take(&distances, lines, sizeof *distances);
    if (status == CLGAN_OK) status = memory_take(&indices, lines, sizeof *indices);
    for (size_t line = 0; status == CLGAN_OK && line < lines; line++)
        copy_row(&lasts, line, samples, line * columns + columns - 1);
    if (status == CLGAN_OK) status = neighbours_nearest(distances, indices, device, &lasts, training, 1, false);
    if (status == CLGAN_OK)
        status = rows_take(grid, lines * (columns + 1), samples->channels, samples->height, samples->width);
    for (size_t line = 0; status == CLGAN_OK && line < lines; line++) {
        for (size_t i = 0; i < columns; i++) copy_row(grid, line * (columns + 1) + i, samples, line * columns + i);
        copy_row(grid, line * (columns + 1) + columns, training, indices[line]);
        log_info(log, "row %zu: nearest to its last sample is training image %u, at distance %.4g", line + 1,
                 indices[line], sqrt((double)distances[line]));
    }
    clgan_rows_free(&lasts);
    free(distances);
    free(indices);
    return status;
}

static size_t rows_of(const clgan_figure_options *options) { return options->rows ? options->rows : ROWS; }

static size_t columns_of(const clgan_figure_options *options) { return options->columns ? options->columns : COLUMNS; }

static clgan_status fill_grid(clgan_rows *grid, const struct clgan_run *run, const clgan_figure_options *options,
                              const char *checkpoint, const clgan_rows *training)
{
    clgan_sample_options draw = CLGAN_SAMPLE_OPTIONS;
    struct device *device;
    struct lone_net g;
    clgan_rows samples = {0};
    draw.count = rows_of(options) * columns_of(options);
    draw.seed = options->seed;
    draw.raw_weights = options->raw_weights;
    TRY(device_open(&device, &options->device, false, &run->log));
    clgan_status status = lone_net_load(&g, device, run, 'G', checkpoint);
    if (status == CLGAN_OK) status = lone_net_draw(&samples, NULL, &g, &draw);
    if (status == CLGAN_OK) status = lay_out(grid, device, &samples, training, columns_of(options), &run->log);
    clgan_rows_free(&samples);
    lone_net_free(&g);
    device_close(device);
    return status;
}

static clgan_status make(const char *path, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *checkpoint)
{
    clgan_rows training = {0}, grid = {0};
    struct picture picture = {0};
    clgan_status status = read_training_rows(&training, run, options->data);
    if (status == CLGAN_OK) status = fill_grid(&grid, run, options, checkpoint, &training);
    if (status == CLGAN_OK)
        status =
            picture_of_grid(&picture, &grid, rows_of(options), columns_of(options) + 1, clgan_run_signed(run), true);
    if (status == CLGAN_OK) status = picture_write_png(&picture, path);
    picture_free(&picture);
    clgan_rows_free(&grid);
    clgan_rows_free(&training);
    return status;
}

clgan_status clgan_figure_nearest(char **written, clgan_run *run, const clgan_figure_options *options)
{
    TRY(CHECK_OPTIONS(options));
    TRY(figure_check_grid(run, name, rows_of(options), columns_of(options)));
    return figure_make(written, run, options, name, make);
}

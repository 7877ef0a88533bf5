/* clgan_figure_density: p_data, p_g and D of a game in one dimension (Goodfellow et al. 2014, figure 1) or two. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/npy.h"
#include "gan/figure.h"
#include "gan/lone_net.h"
#include "gan/pair.h"
#include "output/density.h"

enum { SAMPLES = 100000, DOTS = 2000, MOST_PANELS = 16, CAPTION = 160 };

/* Both nets of one checkpoint. */
struct nets {
    struct lone_net g, d;
};

static clgan_status nets_load(struct nets *nets, struct device *device, const struct clgan_run *run,
                              const char *checkpoint)
{
    *nets = (struct nets){0};
    TRY(lone_net_load(&nets->g, device, run, 'G', checkpoint));
    return lone_net_load(&nets->d, device, run, 'D', checkpoint);
}

static void nets_free(struct nets *nets)
{
    lone_net_free(&nets->g);
    lone_net_free(&nets->d);
}

static void name_panel(char title[DENSITY_TITLE], const struct lone_net *net)
{
    const uint64_t epoch = net->step / net->steps_per_epoch, within = net->step % net->steps_per_epoch;
    if (within)
        snprintf(title, DENSITY_TITLE, "after %" PRIu64 " steps", net->step);
    else
        snprintf(title, DENSITY_TITLE, "after epoch %" PRIu64, epoch);
}

static clgan_status draw_samples(clgan_rows *samples, clgan_rows *noise, const struct nets *nets,
                                 const clgan_figure_options *options, size_t count)
{
    clgan_sample_options draw = CLGAN_SAMPLE_OPTIONS;
    draw.count = options->count ? options->count : count;
    draw.seed = options->seed;
    draw.raw_weights = options->raw_weights;
    return lone_net_draw(samples, noise, &nets->g, &draw);
}

/* ---- one dimension ---- */

/* A noise value and where G takes it. */
struct way {
    double z, x;
};

static int by_z(const void *a, const void *b)
{
    const double left = ((const struct way *)a)->z, right = ((const struct way *)b)->z;
    return (left > right) - (left < right);
}

static int ascending(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* What the lower line spans; backward where G falls, so that arrows do not cross only because G has the mirror image of
 * what it might as well have learned. */
static struct range choose_z(const struct recipe *recipe, const struct density_line *line)
{
    const double half = recipe->noise.scale * (recipe->noise.kind == NOISE_NORMAL ? 3 : 1);
    double slope = 0;
    for (size_t i = 0; i < line->arrows; i++) slope += line->from[i] * (line->to[i] - line->to[0]);
    return slope < 0 ? (struct range){half, -half} : (struct range){-half, half};
}

/* Arrows from even ranks of z: as many start in a stretch as p_z has there. */
static clgan_status choose_arrows(struct density_line *line, const struct recipe *recipe, const clgan_rows *samples,
                                  const clgan_rows *noise)
{
    struct way *ways;
    TRY(memory_take(&ways, samples->rows, sizeof *ways));
    for (size_t i = 0; i < samples->rows; i++) ways[i] = (struct way){noise->values[i], samples->values[i]};
    qsort(ways, samples->rows, sizeof *ways, by_z);
    line->arrows = DENSITY_ARROWS;
    for (size_t i = 0; i < DENSITY_ARROWS; i++) {
        const size_t rank = (2 * i + 1) * samples->rows / (2 * (size_t)DENSITY_ARROWS);
        line->from[i] = ways[rank].z;
        line->to[i] = ways[rank].x;
    }
    line->z = choose_z(recipe, line);
    free(ways);
    return CLGAN_OK;
}

static clgan_status fill_curves(struct density_line *line, const struct recipe *recipe, const struct nets *nets,
                                const clgan_rows *samples)
{
    const double mean = recipe->data.mean, deviation = recipe->data.deviation;
    float x[DENSITY_POINTS], d[DENSITY_POINTS];
    double *sorted;
    TRY(memory_take(&sorted, samples->rows, sizeof *sorted));
    for (size_t i = 0; i < samples->rows; i++) sorted[i] = samples->values[i];
    qsort(sorted, samples->rows, sizeof *sorted, ascending);
    density_of_kernels(line->p_g, &line->x, sorted, samples->rows,
                       density_bandwidth(sorted, samples->rows, 0.01 * deviation));
    free(sorted);
    for (size_t i = 0; i < DENSITY_POINTS; i++) {
        const double place = density_place(&line->x, i, DENSITY_POINTS), distance = (place - mean) / deviation;
        line->p_data[i] = exp(-0.5 * distance * distance) / (deviation * sqrt(2 * acos(-1)));
        x[i] = (float)place;
    }
    TRY(lone_net_judge(d, &nets->d, x, DENSITY_POINTS));
    for (size_t i = 0; i < DENSITY_POINTS; i++) line->d[i] = d[i];
    return CLGAN_OK;
}

static clgan_status fill_line(void *panel, const struct clgan_run *run, const struct nets *nets,
                              const clgan_figure_options *options)
{
    const struct recipe *recipe = &run->recipe;
    struct density_line *line = panel;
    struct range view[2];
    clgan_rows samples = {0}, noise = {0};
    line->x = *figure_view(view, recipe);
    name_panel(line->title, &nets->g);
    clgan_status status = draw_samples(&samples, &noise, nets, options, SAMPLES);
    if (status == CLGAN_OK) status = fill_curves(line, recipe, nets, &samples);
    if (status == CLGAN_OK && recipe->noise.size == 1) status = choose_arrows(line, recipe, &samples, &noise);
    clgan_rows_free(&samples);
    clgan_rows_free(&noise);
    return status;
}

static void describe_lines(struct density_figure *figure, char caption[CAPTION], const void *panels,
                           const clgan_figure_options *options)
{
    figure->lines = panels;
    snprintf(caption, CAPTION, "p_{g}: Gaussian kernel density of %zu samples%s",
             options->count ? options->count : (size_t)SAMPLES,
             figure->lines->arrows ? "; arrows: G takes z to x, from even ranks of z" : "");
}

/* ---- two dimensions ---- */

/* Rows of the recipe's data, drawn on the device as in training. */
static clgan_status draw_data(clgan_rows *data, struct device *device, const struct recipe *recipe, size_t count,
                              uint64_t seed)
{
    struct batches_request request = pair_batches_request(recipe, NULL);
    struct batches batches = {0};
    struct buffer state = {0};
    struct arena arena = {0};
    struct tensor x;
    struct plan plan;
    TRY(rows_take(data, count, 1, 1, recipe_data_size(recipe)));
    request.rows = count;
    request.lanes = 1;
    request.seed = seed;
    plan_begin(&plan, device);
    clgan_status status = arena_add(&arena, &x, count, data->columns, ELEMENT_F32);
    if (status == CLGAN_OK) status = arena_make(&arena, device, "data");
    if (status == CLGAN_OK) status = buffer_make(&state, device, sizeof(step_state), "the state of data drawn");
    if (status == CLGAN_OK) status = batches_make(&batches, device, &request, NULL);
    if (status == CLGAN_OK) status = batches_append(&plan, &batches, x, &state, 0);
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = tensor_read(device, x, data->values);
    plan_free(&plan);
    batches_free(&batches);
    buffer_free(&state, device);
    arena_free(&arena, device);
    return status;
}

static clgan_status fill_field(struct density_plane *plane, const struct nets *nets)
{
    const size_t side = DENSITY_FIELD;
    const double x_step = (plane->x.to - plane->x.from) / (double)side,
                 y_step = (plane->y.to - plane->y.from) / (double)side;
    float *places, *place;
    TRY(memory_take(&places, side * side, 2 * sizeof *places));
    place = places;
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++) {
            *place++ = (float)(plane->x.from + ((double)column + 0.5) * x_step);
            *place++ = (float)(plane->y.to - ((double)row + 0.5) * y_step);
        }
    const clgan_status status = lone_net_judge(plane->d, &nets->d, places, side * side);
    free(places);
    return status;
}

static clgan_status fill_plane(void *panel, const struct clgan_run *run, const struct nets *nets,
                               const clgan_figure_options *options)
{
    struct density_plane *plane = panel;
    struct range view[2];
    figure_view(view, &run->recipe);
    plane->x = view[0];
    plane->y = view[1];
    name_panel(plane->title, &nets->g);
    TRY(draw_samples(&plane->samples, NULL, nets, options, DOTS));
    TRY(draw_data(&plane->data, nets->g.device, &run->recipe, plane->samples.rows, options->seed));
    return fill_field(plane, nets);
}

static void describe_planes(struct density_figure *figure, char caption[CAPTION], const void *panels,
                            const clgan_figure_options *options)
{
    figure->planes = panels;
    snprintf(caption, CAPTION, "%zu rows of data, as many samples", options->count ? options->count : (size_t)DOTS);
}

static void free_plane(void *panel)
{
    struct density_plane *plane = panel;
    clgan_rows_free(&plane->data);
    clgan_rows_free(&plane->samples);
}

/* ---- both ---- */

/* What differs between them. */
struct kind {
    size_t panel_bytes;
    clgan_status (*fill)(void *panel, const struct clgan_run *run, const struct nets *nets,
                         const clgan_figure_options *options);
    void (*describe)(struct density_figure *figure, char caption[CAPTION], const void *panels,
                     const clgan_figure_options *options);
    void (*free)(void *panel); /* NULL: it owns nothing */
};
static const struct kind line_kind = {sizeof(struct density_line), fill_line, describe_lines, NULL},
                         plane_kind = {sizeof(struct density_plane), fill_plane, describe_planes, free_plane};

static clgan_status fill(const struct kind *kind, char *panels, size_t count, const struct clgan_run *run,
                         const clgan_figure_options *options)
{
    struct device *device;
    clgan_status status = device_open(&device, &options->device, false, &run->log);
    if (status != CLGAN_OK) return status;
    for (size_t i = 0; i < count && status == CLGAN_OK; i++) {
        struct nets nets;
        status = nets_load(&nets, device, run, options->checkpoint_count ? options->checkpoints[i] : NULL);
        if (status == CLGAN_OK) status = kind->fill(panels + i * kind->panel_bytes, run, &nets, options);
        nets_free(&nets);
    }
    device_close(device);
    return status;
}

static clgan_status write_png(const char *path, const struct density_figure *figure)
{
    struct chart chart;
    double width, height;
    density_size(&width, &height, figure);
    TRY(chart_begin(&chart, width, height, 2));
    density_draw(&chart, figure);
    const clgan_status status = chart_write_png(&chart, path);
    chart_free(&chart);
    return status;
}

static clgan_status write_svg(const char *path, const struct density_figure *figure)
{
    struct chart chart;
    double width, height;
    density_size(&width, &height, figure);
    TRY(chart_begin_svg(&chart, width, height, path));
    density_draw(&chart, figure);
    const clgan_status status = chart_end_svg(&chart);
    chart_free(&chart);
    return status;
}

static clgan_status write_both(char **written, const struct density_figure *figure, const struct clgan_run *run,
                               const clgan_figure_options *options)
{
    char *png = NULL, *svg = NULL;
    clgan_status status = figure_path(&png, run, options, "density");
    if (status == CLGAN_OK) status = figure_path_beside(&svg, png, ".svg");
    if (status == CLGAN_OK) status = write_png(png, figure);
    if (status == CLGAN_OK) status = write_svg(svg, figure);
    if (status == CLGAN_OK) status = figure_written(written, png, svg);
    free(png);
    free(svg);
    return status;
}

static clgan_status make(char **written, const struct kind *kind, const struct clgan_run *run,
                         const clgan_figure_options *options)
{
    char caption[CAPTION], *panels;
    struct density_figure figure = {.count = options->checkpoint_count ? options->checkpoint_count : 1,
                                    .caption = caption};
    TRY(memory_take(&panels, figure.count, kind->panel_bytes));
    clgan_status status = fill(kind, panels, figure.count, run, options);
    if (status == CLGAN_OK) {
        kind->describe(&figure, caption, panels, options);
        status = write_both(written, &figure, run, options);
    }
    for (size_t i = 0; i < figure.count && kind->free; i++) kind->free(panels + i * kind->panel_bytes);
    free(panels);
    return status;
}

clgan_status clgan_figure_density(char **written, clgan_run *run, const clgan_figure_options *options)
{
    const size_t size = recipe_data_size(&run->recipe);
    TRY(CHECK_OPTIONS(options));
    if (recipe_has_pictures(&run->recipe))
        return status_fail(CLGAN_USAGE,
                           "figure density is for recipes that draw their data in one or two dimensions (gauss1d, "
                           "ring8), and %s has pictures of %zu values",
                           run->recipe.name, size);
    if (options->checkpoint_count > MOST_PANELS)
        return status_fail(CLGAN_USAGE, "%zu checkpoints: expected at most %d", options->checkpoint_count, MOST_PANELS);
    return make(written, size == 1 ? &line_kind : &plane_kind, run, options);
}

/* clgan_figure_interpolate: G along lines in z (Goodfellow et al. 2014, figure 3). */

#include "data/npy.h"
#include "gan/figure.h"
#include "gan/interpolate.h"
#include "gan/lone_net.h"

static const char name[] = "interpolate";
enum { LINES = 5, STEPS = 11 };

/* The z of all steps of all lines, a line after the other. */
static clgan_status lay_lines(clgan_rows *noise, const struct recipe *recipe, const clgan_rows *from,
                              const clgan_rows *to, size_t steps)
{
    const bool straight = recipe->noise.kind == NOISE_UNIFORM;
    const size_t size = from->columns;
    TRY(rows_take(noise, from->rows * steps, 1, 1, size));
    for (size_t line = 0; line < from->rows; line++)
        for (size_t step = 0; step < steps; step++) {
            const float *a = from->values + line * size, *b = to->values + line * size;
            const double share = (double)step / (double)(steps - 1);
            float *z = noise->values + (line * steps + step) * size;
            (straight ? interpolate_straight : interpolate_circle)(z, a, b, size, share);
        }
    return CLGAN_OK;
}

static clgan_status draw_lines(clgan_rows *samples, const struct lone_net *g, const clgan_figure_options *options,
                               size_t lines, size_t steps)
{
    clgan_rows unused = {0}, from = {0}, to = {0}, noise = {0};
    clgan_sample_options draw = CLGAN_SAMPLE_OPTIONS;
    draw.count = lines;
    draw.seed = options->seed;
    draw.raw_weights = options->raw_weights;
    clgan_status status = lone_net_draw(&unused, &from, g, &draw);
    clgan_rows_free(&unused);
    draw.seed = options->seed_to;
    if (status == CLGAN_OK) status = lone_net_draw(&unused, &to, g, &draw);
    clgan_rows_free(&unused);
    if (status == CLGAN_OK) status = lay_lines(&noise, g->recipe, &from, &to, steps);
    draw.noise = &noise;
    if (status == CLGAN_OK) status = lone_net_draw(samples, NULL, g, &draw);
    clgan_rows_free(&from);
    clgan_rows_free(&to);
    clgan_rows_free(&noise);
    return status;
}

static size_t lines_of(const clgan_figure_options *options) { return options->rows ? options->rows : LINES; }

static size_t steps_of(const clgan_figure_options *options) { return options->columns ? options->columns : STEPS; }

static clgan_status make(const char *path, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *checkpoint)
{
    const size_t lines = lines_of(options), steps = steps_of(options);
    struct device *device;
    struct lone_net g;
    clgan_rows samples = {0};
    TRY(device_open(&device, &options->device, false, &run->log));
    clgan_status status = lone_net_load(&g, device, run, 'G', checkpoint);
    if (status == CLGAN_OK) status = draw_lines(&samples, &g, options, lines, steps);
    if (status == CLGAN_OK) status = clgan_rows_write_png(&samples, path, lines, steps, clgan_run_signed(run));
    clgan_rows_free(&samples);
    lone_net_free(&g);
    device_close(device);
    return status;
}

clgan_status clgan_figure_interpolate(char **written, clgan_run *run, const clgan_figure_options *options)
{
    TRY(CHECK_OPTIONS(options));
    TRY(figure_check_grid(run, name, lines_of(options), steps_of(options)));
    if (steps_of(options) < 2) return status_fail(CLGAN_USAGE, "a line of one step: expected at least its two ends");
    return figure_make(written, run, options, name, make);
}

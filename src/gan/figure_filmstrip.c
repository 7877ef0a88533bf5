/* clgan_figure_filmstrip: the samples of fixed noise over the epochs, as one picture and as an animation. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "gan/figure.h"
#include "gan/run_pictures.h"
#include "output/animation.h"
#include "output/chart.h"

enum {
    FRAMES = 60,  /* of the animation, at most */
    TILES = 12,   /* of the picture, at most */
    MARGIN = 12,  /* around and between tiles */
    CAPTION = 26, /* height of a frame's caption */
    LABEL = 90,   /* width of a strip's label, at its left */
    PLOT = 270,   /* width of a plot in the picture */
    COLUMNS = 4,  /* plots in a row */
    FRAME_TIME = 250,
    LAST_TIME = 2500 /* milliseconds */
};
static const struct font font = {14, false, {0.1, 0.1, 0.1, 1}};

static void label(char text[32], uint64_t epoch) { snprintf(text, 32, "epoch %" PRIu64, epoch); }

/* ---- the animation ---- */

/* The picture with its epoch below. */
static clgan_status add_caption(struct picture *picture, uint64_t epoch)
{
    struct chart chart;
    struct picture frame;
    char text[32];
    label(text, epoch);
    TRY(chart_begin(&chart, (double)picture->width, (double)picture->height + CAPTION, 1));
    chart_image(&chart, picture, 0, 0, (double)picture->width, (double)picture->height);
    chart_text(&chart, chart.width / 2, chart.height - 8, 0.5, font, text);
    const clgan_status status = chart_picture(&frame, &chart);
    chart_free(&chart);
    if (status != CLGAN_OK) return status;
    if (picture->channels == 1) picture_drop_colour(&frame);
    picture_free(picture);
    *picture = frame;
    return CLGAN_OK;
}

static clgan_status add_frame(struct animation *animation, const struct clgan_run *run, uint64_t epoch, bool last)
{
    struct picture picture;
    TRY(run_picture_read(&picture, run, epoch));
    clgan_status status = add_caption(&picture, epoch);
    if (status == CLGAN_OK) status = animation_add(animation, &picture, last ? LAST_TIME : FRAME_TIME);
    if (status != CLGAN_OK) status = status_within(status, "the picture of epoch %" PRIu64, epoch);
    picture_free(&picture);
    return status;
}

static clgan_status write_animation(const char *path, const struct clgan_run *run, const struct run_pictures *epochs,
                                    size_t frames)
{
    struct animation animation;
    TRY(animation_begin(&animation, path, frames));
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; i < frames && status == CLGAN_OK; i++)
        status = add_frame(&animation, run, run_pictures_choose(epochs, i, frames), i + 1 == frames);
    if (status == CLGAN_OK) status = animation_end(&animation);
    animation_abandon(&animation);
    return status;
}

/* ---- the picture ---- */

/* Where tiles lie: strips of samples one below the other, their labels at the left; plots side by side, theirs above.
 */
struct sheet {
    bool strips, grey;
    size_t columns, tiles;
    double width, height; /* of a tile, without its label */
};

static clgan_status read_tile(struct picture *picture, const struct sheet *sheet, const struct clgan_run *run,
                              uint64_t epoch)
{
    TRY(run_picture_read(picture, run, epoch));
    if (sheet->strips) picture_keep_cells(picture, (size_t)run->recipe.output.samples, 1, SIZE_MAX);
    return CLGAN_OK;
}

static void place_tile(struct chart *chart, const struct sheet *sheet, const struct picture *picture, size_t number,
                       uint64_t epoch)
{
    char text[32];
    label(text, epoch);
    if (sheet->strips) {
        const double top = MARGIN + (double)number * sheet->height;
        chart_text(chart, LABEL - 8, top + sheet->height / 2 + 5, 1, font, text);
        chart_image(chart, picture, LABEL, top, sheet->width, sheet->height);
        return;
    }
    const size_t row = number / sheet->columns, column = number % sheet->columns;
    const double left = MARGIN + (double)column * (sheet->width + MARGIN);
    const double top = MARGIN + (double)row * (sheet->height + CAPTION + MARGIN);
    chart_text(chart, left + sheet->width / 2, top + 16, 0.5, font, text);
    chart_image(chart, picture, left, top + CAPTION, sheet->width, sheet->height);
}

/* Sizes, from the first picture. */
static void choose_sheet(struct sheet *sheet, const struct picture *first)
{
    sheet->grey = first->channels == 1;
    sheet->columns = sheet->strips ? 1 : sheet->tiles < COLUMNS ? sheet->tiles : COLUMNS;
    sheet->width = sheet->strips ? (double)first->width : PLOT;
    sheet->height = sheet->width * (double)first->height / (double)first->width;
}

static clgan_status begin_sheet(struct chart *chart, const struct sheet *sheet)
{
    const size_t rows = (sheet->tiles + sheet->columns - 1) / sheet->columns;
    if (sheet->strips)
        return chart_begin(chart, LABEL + sheet->width + MARGIN, (double)rows * sheet->height + 2 * MARGIN, 1);
    return chart_begin(chart, (double)sheet->columns * (sheet->width + MARGIN) + MARGIN,
                       (double)rows * (sheet->height + CAPTION + MARGIN) + MARGIN, 2);
}

static clgan_status draw_sheet(struct chart *chart, struct sheet *sheet, const struct clgan_run *run,
                               const struct run_pictures *epochs)
{
    for (size_t i = 0; i < sheet->tiles; i++) {
        const uint64_t epoch = run_pictures_choose(epochs, i, sheet->tiles);
        struct picture picture;
        TRY(read_tile(&picture, sheet, run, epoch));
        clgan_status status = CLGAN_OK;
        if (i == 0) {
            choose_sheet(sheet, &picture);
            status = begin_sheet(chart, sheet);
        }
        if (status == CLGAN_OK) place_tile(chart, sheet, &picture, i, epoch);
        picture_free(&picture);
        TRY(status);
    }
    return CLGAN_OK;
}

static clgan_status write_sheet(const char *path, const struct clgan_run *run, const struct run_pictures *epochs)
{
    struct chart chart = {0};
    struct picture picture = {0};
    struct sheet sheet = {.strips = recipe_has_pictures(&run->recipe),
                          .tiles = epochs->count < TILES ? epochs->count : TILES};
    clgan_status status = draw_sheet(&chart, &sheet, run, epochs);
    if (status == CLGAN_OK) status = chart_picture(&picture, &chart);
    if (status == CLGAN_OK && sheet.grey) picture_drop_colour(&picture);
    if (status == CLGAN_OK) status = picture_write_png(&picture, path);
    picture_free(&picture);
    chart_free(&chart);
    return status;
}

/* ---- both ---- */

static clgan_status make(const char *png, const char *animated, const struct clgan_run *run,
                         const clgan_figure_options *options)
{
    const size_t most = options->count ? options->count : FRAMES;
    struct run_pictures epochs = {0};
    clgan_status status = run_pictures_list_some(&epochs, run);
    const size_t frames = epochs.count < most ? epochs.count : most;
    if (status == CLGAN_OK && frames < epochs.count)
        log_info(&run->log, "the animation shows %zu of %zu pictures, chosen evenly", frames, epochs.count);
    if (status == CLGAN_OK && epochs.count > TILES)
        log_info(&run->log, "the picture shows %d of %zu pictures, chosen evenly", TILES, epochs.count);
    if (status == CLGAN_OK) status = write_sheet(png, run, &epochs);
    if (status == CLGAN_OK) status = write_animation(animated, run, &epochs, frames);
    run_pictures_free(&epochs);
    return status;
}

clgan_status clgan_figure_filmstrip(char **written, clgan_run *run, const clgan_figure_options *options)
{
    char *png = NULL, *animated = NULL;
    TRY(CHECK_OPTIONS(options));
    clgan_status status = figure_path(&png, run, options, "filmstrip");
    if (status == CLGAN_OK) status = figure_path_beside(&animated, png, "-animated.png");
    if (status == CLGAN_OK) status = make(png, animated, run, options);
    if (status == CLGAN_OK) status = figure_written(written, png, animated);
    free(png);
    free(animated);
    return status;
}

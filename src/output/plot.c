#include "output/plot.h"

#include <stdio.h>

#include "output/chart.h"

enum { WIDTH = 800, HEIGHT = 500, SIDE = 700, LEFT = 70, RIGHT = 25, TOP = 25, BOTTOM = 45, BINS = 70 };

/* Says, at the upper right, how many rows can't be seen where the view was given. */
static void tell_outside(struct chart *chart, const struct panel *panel, const clgan_rows *rows)
{
    const struct font font = {12, false, chart_black};
    size_t outside = 0;
    char text[80];
    for (size_t i = 0; i < rows->rows; i++) {
        const float *at = rows->values + i * rows->columns;
        const bool x = at[0] >= panel->x.from && at[0] <= panel->x.to;
        outside += !(x && (rows->columns == 1 || (at[1] >= panel->y.from && at[1] <= panel->y.to)));
    }
    if (!outside) return;
    snprintf(text, sizeof text, "%zu of %zu samples lie outside", outside, rows->rows);
    chart_text(chart, panel->left + panel->width, panel->top - 8, 1, font, text);
}

/* The chart's pixels, where it could be drawn. */
static clgan_status finish(struct picture *picture, struct chart *chart)
{
    const clgan_status status = chart_picture(picture, chart);
    chart_free(chart);
    return status;
}

clgan_status plot_histogram(struct picture *picture, const clgan_rows *rows, const struct range *view)
{
    struct panel panel = {.left = LEFT, .top = TOP, .width = WIDTH - LEFT - RIGHT, .height = HEIGHT - TOP - BOTTOM};
    size_t counts[BINS] = {0};
    double heights[BINS];
    struct chart chart;
    if (view)
        panel.x = *view;
    else
        TRY(range_of_bulk(&panel.x, rows, 0));
    const double span = panel.x.to - panel.x.from, per_row = BINS / (span * (double)rows->rows);
    for (size_t i = 0; i < rows->rows; i++) {
        const double bin = BINS * ((double)rows->values[i] - panel.x.from) / span;
        if (bin >= 0 && bin < BINS) counts[(size_t)bin]++;
    }
    panel.y = view ? view[1] : (struct range){0, per_row};
    for (size_t i = 0; i < BINS; i++) {
        heights[i] = (double)counts[i] * per_row;
        if (!view && heights[i] > panel.y.to) panel.y.to = heights[i];
    }
    TRY(chart_begin(&chart, WIDTH, HEIGHT, 1));
    chart_bars(&chart, &panel, heights, BINS, chart_blue);
    if (view) tell_outside(&chart, &panel, rows);
    chart_axis(&chart, &panel, CHART_BELOW, NULL);
    chart_axis(&chart, &panel, CHART_LEFT, "density");
    return finish(picture, &chart);
}

static clgan_status choose_square(struct panel *panel, const clgan_rows *rows, const struct range *view)
{
    if (view) {
        panel->x = view[0];
        panel->y = view[1];
        return CLGAN_OK;
    }
    TRY(range_of_bulk(&panel->x, rows, 0));
    TRY(range_of_bulk(&panel->y, rows, 1));
    range_make_equal(&panel->x, &panel->y);
    return CLGAN_OK;
}

clgan_status plot_scatter(struct picture *picture, const clgan_rows *rows, const struct range *view)
{
    struct panel panel = {.left = LEFT - 10, .top = TOP, .width = SIDE - LEFT, .height = SIDE - LEFT};
    const struct colour colour = {chart_blue.red, chart_blue.green, chart_blue.blue, 0.35};
    struct chart chart;
    TRY(choose_square(&panel, rows, view));
    TRY(chart_begin(&chart, SIDE, SIDE, 1));
    chart_points(&chart, &panel, rows, 1.5, colour);
    if (view) tell_outside(&chart, &panel, rows);
    chart_axis(&chart, &panel, CHART_BELOW, NULL);
    chart_axis(&chart, &panel, CHART_LEFT, NULL);
    return finish(picture, &chart);
}

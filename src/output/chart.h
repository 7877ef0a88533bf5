/* Charts with text, drawn with cairo: axes with numbers, curves, bars, points, a field of colours, captions. A chart
 * becomes pixels, or a file of SVG. Lengths are in pixels of the picture at scale 1, y downward. Drawing can't fail on
 * its own: what went wrong (memory) is told by what takes the result. */
#ifndef OUTPUT_CHART_H
#define OUTPUT_CHART_H

#include <cairo.h>
#include <stdbool.h>

#include "base/file.h"
#include "output/picture.h"

struct chart {
    cairo_surface_t *surface;
    cairo_t *cairo;
    double width, height;
    struct file_writer writer; /* SVG */
};

/* Red, green, blue, opacity: 0 to 1. */
struct colour {
    double red, green, blue, opacity;
};
extern const struct colour chart_black, chart_grey, chart_green, chart_blue;

/* The range of the finite values of a column but for half a per cent at either end, a tenth wider; -1 to 1 if there are
 * none. */
clgan_status range_of_bulk(struct range *range, const clgan_rows *rows, size_t column);
/* The smallest that holds both. */
struct range range_join(struct range a, struct range b);
/* Widens the narrower of two about its middle, so that a unit is as long on both axes of a square. */
void range_make_equal(struct range *x, struct range *y);

/* A rectangle of the chart and the values that it spans, y upward. */
struct panel {
    double left, top, width, height;
    struct range x, y;
};
double panel_x(const struct panel *panel, double value);
double panel_y(const struct panel *panel, double value);

/* Pixels, white all over, `scale` to a length of 1. */
clgan_status chart_begin(struct chart *chart, double width, double height, double scale);
/* SVG; the file is there after chart_end_svg. */
clgan_status chart_begin_svg(struct chart *chart, double width, double height, const char *path);
/* Harmless after chart_end_svg and on zeros. */
void chart_free(struct chart *chart);

/* ---- what can be drawn ---- */

/* Lines with ticks at round numbers and the numbers, at the panel's left, lower or right edge; `label` may be NULL. */
enum chart_side { CHART_LEFT, CHART_BELOW, CHART_RIGHT };
void chart_axis(struct chart *chart, const struct panel *panel, enum chart_side side, const char *label);

/* How a line is drawn. */
enum chart_dash { CHART_SOLID, CHART_DASHED, CHART_DOTTED };
struct line {
    struct colour colour;
    double width;
    enum chart_dash dash;
};
/* Through `count` points, cut at the panel's edges; values that are not finite interrupt it. */
void chart_curve(struct chart *chart, const struct panel *panel, const double *x, const double *y, size_t count,
                 struct line line);
/* A straight line, not cut. */
void chart_line(struct chart *chart, double from_x, double from_y, double to_x, double to_y, struct line line);
/* The same with a head at its end. */
void chart_arrow(struct chart *chart, double from_x, double from_y, double to_x, double to_y, struct line line);
/* `count` bars of equal width over the panel's width, their heights in values of its y axis. */
void chart_bars(struct chart *chart, const struct panel *panel, const double *heights, size_t count,
                struct colour colour);
/* Dots at rows of two values inside the panel. */
void chart_points(struct chart *chart, const struct panel *panel, const clgan_rows *rows, double radius,
                  struct colour colour);
/* Values 0 to 1 in a grid over the panel, the first row at its top, as colours from chart_field_colour, smoothed. */
void chart_field(struct chart *chart, const struct panel *panel, const float *values, size_t rows, size_t columns);
/* 0: orange, 1/2: white, 1: blue. NaN is grey. */
struct colour chart_field_colour(double value);
/* A picture scaled to `width` x `height`. */
void chart_image(struct chart *chart, const struct picture *picture, double left, double top, double width,
                 double height);

/* A line of text whose baseline is at `y`; "_{...}" is set as a subscript. `align` 0: it begins at x, 1/2: its middle
 * is there, 1: it ends there. */
struct font {
    double size;
    bool bold;
    struct colour colour;
};
void chart_text(struct chart *chart, double x, double y, double align, struct font font, const char *text);
double chart_text_width(struct chart *chart, struct font font, const char *text);

/* A legend's entries: a sample of a line, or a dot where `radius` is not 0, and its name. Ended by a NULL name. */
struct legend_entry {
    const char *name;
    struct line line;
    double radius;
};
/* In one line about the middle `x`, baseline `y`. */
void chart_legend(struct chart *chart, double x, double y, const struct legend_entry *entries);

/* ---- what becomes of it ---- */

/* RGB pixels; freed with picture_free. */
clgan_status chart_picture(struct picture *picture, struct chart *chart);
/* PNG, atomically. */
clgan_status chart_write_png(struct chart *chart, const char *path);
clgan_status chart_end_svg(struct chart *chart);

#endif

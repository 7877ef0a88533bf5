#include "output/chart.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

const struct colour chart_black = {0.1, 0.1, 0.1, 1}, chart_grey = {0.45, 0.45, 0.45, 1},
                    chart_green = {0.1, 0.6, 0.2, 1}, chart_blue = {0.12, 0.36, 0.78, 1};

/* ---- ranges and panels ---- */

static int ascending(const void *a, const void *b)
{
    const float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

clgan_status range_of_bulk(struct range *range, const clgan_rows *rows, size_t column)
{
    float *sorted;
    size_t count = 0;
    TRY(memory_take(&sorted, rows->rows, sizeof *sorted));
    for (size_t i = 0; i < rows->rows; i++) {
        const float value = rows->values[i * rows->columns + column];
        if (isfinite(value)) sorted[count++] = value;
    }
    *range = (struct range){-1, 1};
    if (count) {
        qsort(sorted, count, sizeof *sorted, ascending);
        const double low = sorted[count / 200], high = sorted[count - 1 - count / 200];
        const double wider = fmax(0.1 * (high - low), 1e-3 * fmax(fabs(low), 1e-3));
        *range = (struct range){low - wider, high + wider};
    }
    free(sorted);
    return CLGAN_OK;
}

struct range range_join(struct range a, struct range b)
{
    return (struct range){fmin(a.from, b.from), fmax(a.to, b.to)};
}

void range_make_equal(struct range *x, struct range *y)
{
    const double span = fmax(x->to - x->from, y->to - y->from);
    struct range *const both[] = {x, y};
    for (int i = 0; i < 2; i++) {
        const double middle = (both[i]->from + both[i]->to) / 2;
        *both[i] = (struct range){middle - span / 2, middle + span / 2};
    }
}

double panel_x(const struct panel *panel, double value)
{
    return panel->left + (value - panel->x.from) / (panel->x.to - panel->x.from) * panel->width;
}

double panel_y(const struct panel *panel, double value)
{
    return panel->top + (panel->y.to - value) / (panel->y.to - panel->y.from) * panel->height;
}

/* ---- beginning and end ---- */

static void use_colour(cairo_t *cairo, struct colour colour)
{
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, colour.opacity);
}

static clgan_status check(cairo_status_t code)
{
    return code == CAIRO_STATUS_SUCCESS
               ? CLGAN_OK
               : status_fail(CLGAN_FAILED, "a chart can't be drawn: %s", cairo_status_to_string(code));
}

static clgan_status begin(struct chart *chart)
{
    chart->cairo = cairo_create(chart->surface);
    cairo_set_source_rgb(chart->cairo, 1, 1, 1);
    cairo_paint(chart->cairo);
    const clgan_status status = check(cairo_status(chart->cairo));
    if (status != CLGAN_OK) chart_free(chart);
    return status;
}

clgan_status chart_begin(struct chart *chart, double width, double height, double scale)
{
    const double columns = ceil(width * scale), rows = ceil(height * scale);
    *chart = (struct chart){.width = width, .height = height};
    if (!(columns >= 1 && rows >= 1 && columns <= PICTURE_LARGEST && rows <= PICTURE_LARGEST))
        return status_fail(CLGAN_USAGE, "a chart of %g x %g pixels: expected sides of 1 to %d", columns, rows,
                           PICTURE_LARGEST);
    chart->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows);
    cairo_surface_set_device_scale(chart->surface, scale, scale);
    return begin(chart);
}

/* What fails is told by file_commit, with its reason. */
static cairo_status_t write_part(void *closure, const unsigned char *bytes, unsigned length)
{
    file_put(closure, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

clgan_status chart_begin_svg(struct chart *chart, double width, double height, const char *path)
{
    *chart = (struct chart){.width = width, .height = height};
    TRY(file_begin(&chart->writer, path));
    chart->surface = cairo_svg_surface_create_for_stream(write_part, &chart->writer, width, height);
    return begin(chart);
}

void chart_free(struct chart *chart)
{
    if (chart->cairo) cairo_destroy(chart->cairo);
    if (chart->surface) cairo_surface_destroy(chart->surface); /* may still write */
    file_abandon(&chart->writer);
    *chart = (struct chart){0};
}

/* ---- what becomes of it ---- */

/* Cairo's pixels are words of 0x00RRGGBB. */
static void copy_pixels(struct picture *picture, cairo_surface_t *surface)
{
    const unsigned char *bytes = cairo_image_surface_get_data(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t y = 0; y < picture->height; y++)
        for (size_t x = 0; x < picture->width; x++) {
            const uint32_t word = ((const uint32_t *)(const void *)(bytes + y * stride))[x];
            uint8_t *pixel = picture->bytes + (y * picture->width + x) * 3;
            pixel[0] = (uint8_t)(word >> 16);
            pixel[1] = (uint8_t)(word >> 8);
            pixel[2] = (uint8_t)word;
        }
}

clgan_status chart_picture(struct picture *picture, struct chart *chart)
{
    TRY(check(cairo_status(chart->cairo)));
    TRY(picture_make(picture, (size_t)cairo_image_surface_get_width(chart->surface),
                     (size_t)cairo_image_surface_get_height(chart->surface), 3, 255));
    cairo_surface_flush(chart->surface);
    copy_pixels(picture, chart->surface);
    return CLGAN_OK;
}

clgan_status chart_write_png(struct chart *chart, const char *path)
{
    struct picture picture;
    TRY(chart_picture(&picture, chart));
    const clgan_status status = picture_write_png(&picture, path);
    picture_free(&picture);
    return status;
}

clgan_status chart_end_svg(struct chart *chart)
{
    clgan_status status = check(cairo_status(chart->cairo));
    cairo_surface_finish(chart->surface);
    if (status == CLGAN_OK) status = check(cairo_surface_status(chart->surface));
    if (status != CLGAN_OK) return status_within(status, "%s", chart->writer.path);
    return file_commit(&chart->writer);
}

/* ---- lines ---- */

static void use_line(cairo_t *cairo, struct line line)
{
    const double dashed[] = {5 * line.width, 3 * line.width}, dotted[] = {0, 2.2 * line.width};
    use_colour(cairo, line.colour);
    cairo_set_line_width(cairo, line.width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo, line.dash == CHART_DOTTED ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(cairo, line.dash == CHART_DASHED ? dashed : dotted, line.dash == CHART_SOLID ? 0 : 2, 0);
}

/* With room for a line that runs along an edge. */
static void clip(cairo_t *cairo, const struct panel *panel)
{
    const double room = 2;
    cairo_rectangle(cairo, panel->left - room, panel->top - room, panel->width + 2 * room, panel->height + 2 * room);
    cairo_clip(cairo);
}

void chart_curve(struct chart *chart, const struct panel *panel, const double *x, const double *y, size_t count,
                 struct line line)
{
    cairo_t *cairo = chart->cairo;
    cairo_save(cairo);
    clip(cairo, panel);
    use_line(cairo, line);
    for (size_t i = 0; i < count; i++) {
        if (isfinite(x[i]) && isfinite(y[i]))
            cairo_line_to(cairo, panel_x(panel, x[i]), panel_y(panel, y[i]));
        else
            cairo_new_sub_path(cairo);
    }
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

void chart_line(struct chart *chart, double from_x, double from_y, double to_x, double to_y, struct line line)
{
    use_line(chart->cairo, line);
    cairo_move_to(chart->cairo, from_x, from_y);
    cairo_line_to(chart->cairo, to_x, to_y);
    cairo_stroke(chart->cairo);
}

void chart_arrow(struct chart *chart, double from_x, double from_y, double to_x, double to_y, struct line line)
{
    const double length = hypot(to_x - from_x, to_y - from_y), head = 6 * line.width;
    if (!(length > 0)) return;
    const double along_x = (to_x - from_x) / length, along_y = (to_y - from_y) / length;
    const double base_x = to_x - head * along_x, base_y = to_y - head * along_y, half = head / 3;
    chart_line(chart, from_x, from_y, base_x, base_y, line);
    cairo_move_to(chart->cairo, to_x, to_y);
    cairo_line_to(chart->cairo, base_x - half * along_y, base_y + half * along_x);
    cairo_line_to(chart->cairo, base_x + half * along_y, base_y - half * along_x);
    cairo_close_path(chart->cairo);
    cairo_fill(chart->cairo);
}

/* ---- areas ---- */

void chart_bars(struct chart *chart, const struct panel *panel, const double *heights, size_t count,
                struct colour colour)
{
    const double bar = panel->width / (double)count, gap = fmin(1, bar / 8);
    cairo_save(chart->cairo);
    clip(chart->cairo, panel);
    use_colour(chart->cairo, colour);
    for (size_t i = 0; i < count; i++) {
        const double top = panel_y(panel, heights[i]), bottom = panel_y(panel, 0);
        cairo_rectangle(chart->cairo, panel->left + (double)i * bar + gap / 2, top, bar - gap, bottom - top);
    }
    cairo_fill(chart->cairo);
    cairo_restore(chart->cairo);
}

/* Dots are lines of no length with round ends, dealt into a few strokes: the file stays small, and where dots lie on
 * each other it gets darker all the same. */
enum { STROKES = 32 };

void chart_points(struct chart *chart, const struct panel *panel, const clgan_rows *rows, double radius,
                  struct colour colour)
{
    cairo_t *cairo = chart->cairo;
    cairo_save(cairo);
    clip(cairo, panel);
    use_colour(cairo, colour);
    cairo_set_line_width(cairo, 2 * radius);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(cairo, NULL, 0, 0);
    for (size_t stroke = 0; stroke < STROKES; stroke++) {
        for (size_t i = stroke; i < rows->rows; i += STROKES) {
            const double x = panel_x(panel, rows->values[2 * i]), y = panel_y(panel, rows->values[2 * i + 1]);
            if (!(x >= panel->left && x <= panel->left + panel->width && y >= panel->top &&
                  y <= panel->top + panel->height))
                continue;
            cairo_move_to(cairo, x, y);
            cairo_line_to(cairo, x, y);
        }
        cairo_stroke(cairo);
    }
    cairo_restore(cairo);
}

static uint32_t word_of(struct colour colour)
{
    return (uint32_t)lrint(255 * colour.red) << 16 | (uint32_t)lrint(255 * colour.green) << 8 |
           (uint32_t)lrint(255 * colour.blue);
}

/* The image fills the rectangle. */
static void paint(struct chart *chart, cairo_surface_t *surface, double left, double top, double width, double height)
{
    cairo_t *cairo = chart->cairo;
    cairo_surface_mark_dirty(surface);
    cairo_save(cairo);
    cairo_translate(cairo, left, top);
    cairo_rectangle(cairo, 0, 0, width, height);
    cairo_clip(cairo);
    cairo_scale(cairo, width / cairo_image_surface_get_width(surface),
                height / cairo_image_surface_get_height(surface));
    cairo_set_source_surface(cairo, surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD); /* no edge fades into what is around it */
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_GOOD);
    cairo_paint(cairo);
    cairo_restore(cairo);
}

/* An image for the chart to paint; NULL, and the chart remembers why, where there is no memory for it. */
static cairo_surface_t *image_make(struct chart *chart, size_t width, size_t height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) return surface;
    cairo_set_source_surface(chart->cairo, surface, 0, 0); /* its error becomes the chart's */
    cairo_surface_destroy(surface);
    return NULL;
}

static uint32_t *image_row(cairo_surface_t *surface, size_t y)
{
    unsigned char *bytes = cairo_image_surface_get_data(surface);
    return (uint32_t *)(void *)(bytes + y * (size_t)cairo_image_surface_get_stride(surface));
}

struct colour chart_field_colour(double value)
{
    static const struct colour low = {0.97, 0.76, 0.52, 1}, middle = {1, 1, 1, 1}, high = {0.55, 0.72, 0.95, 1};
    if (isnan(value)) return (struct colour){0.6, 0.6, 0.6, 1};
    const struct colour end = value < 0.5 ? low : high;
    const double share = fmin(fabs(2 * value - 1), 1);
    return (struct colour){middle.red + share * (end.red - middle.red),
                           middle.green + share * (end.green - middle.green),
                           middle.blue + share * (end.blue - middle.blue), 1};
}

void chart_field(struct chart *chart, const struct panel *panel, const float *values, size_t rows, size_t columns)
{
    cairo_surface_t *surface = image_make(chart, columns, rows);
    if (!surface) return;
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < columns; x++)
            image_row(surface, y)[x] = word_of(chart_field_colour(values[y * columns + x]));
    paint(chart, surface, panel->left, panel->top, panel->width, panel->height);
    cairo_surface_destroy(surface);
}

void chart_image(struct chart *chart, const struct picture *picture, double left, double top, double width,
                 double height)
{
    cairo_surface_t *surface = image_make(chart, picture->width, picture->height);
    if (!surface) return;
    for (size_t y = 0; y < picture->height; y++)
        for (size_t x = 0; x < picture->width; x++) {
            const uint8_t *pixel = picture->bytes + (y * picture->width + x) * picture->channels;
            const size_t blue = picture->channels == 3 ? 2 : 0;
            image_row(surface, y)[x] = (uint32_t)pixel[0] << 16 | (uint32_t)pixel[blue / 2] << 8 | pixel[blue];
        }
    paint(chart, surface, left, top, width, height);
    cairo_surface_destroy(surface);
}

/* What is written in a chart: text, axes' numbers, legends. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/chart.h"

enum { TICK = 5, TICK_PIXELS = 38, NUMBER_SIZE = 12, LABEL_SIZE = 13 };

/* ---- text ---- */

static void use_font(cairo_t *cairo, struct font font, bool subscript)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF); /* the same layout at every scale */
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, subscript ? 0.75 * font.size : font.size);
    cairo_set_source_rgba(cairo, font.colour.red, font.colour.green, font.colour.blue, font.colour.opacity);
}

/* Goes through the text part by part, subscripts apart; draws it from (x, y) unless only its width is wanted. */
static double set_text(cairo_t *cairo, struct font font, const char *text, bool draw, double x, double y)
{
    double width = 0;
    while (*text) {
        const bool subscript = text[0] == '_' && text[1] == '{';
        if (subscript) text += 2;
        const char *end = subscript ? strchr(text, '}') : strstr(text, "_{");
        const size_t length = end ? (size_t)(end - text) : strlen(text);
        char part[128];
        cairo_text_extents_t extents;
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        use_font(cairo, font, subscript);
        cairo_text_extents(cairo, part, &extents);
        if (draw) {
            cairo_move_to(cairo, x + width, subscript ? y + 0.22 * font.size : y);
            cairo_show_text(cairo, part);
        }
        width += extents.x_advance;
        text += length + (subscript && end);
    }
    return width;
}

double chart_text_width(struct chart *chart, struct font font, const char *text)
{
    return set_text(chart->cairo, font, text, false, 0, 0);
}

void chart_text(struct chart *chart, double x, double y, double align, struct font font, const char *text)
{
    const double left = align > 0 ? x - align * chart_text_width(chart, font, text) : x;
    set_text(chart->cairo, font, text, true, left, y);
}

/* ---- axes ---- */

/* The smallest round step of which at most `ticks` fit. */
static double round_step(const struct range *range, double ticks)
{
    const double raw = fabs(range->to - range->from) / fmax(ticks, 1), power = pow(10, floor(log10(raw)));
    return power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
}

static void print_number(char *text, size_t size, double value, double step)
{
    const int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
    const double magnitude = fabs(value);
    const char *sign = value < 0 ? "\u2212" : "";
    if (decimals > 4 || magnitude >= 1e6)
        snprintf(text, size, "%s%.4g", sign, magnitude);
    else
        snprintf(text, size, "%s%.*f", sign, decimals, magnitude);
}

/* The smallest round step whose numbers have room. */
static double choose_step(struct chart *chart, const struct panel *panel, bool below)
{
    const struct font font = {NUMBER_SIZE, false, chart_black};
    double step = round_step(&panel->y, panel->height / TICK_PIXELS);
    if (!below) return step;
    for (int ticks = (int)(panel->width / TICK_PIXELS); ticks > 0; ticks--) {
        char from[32], to[32];
        step = round_step(&panel->x, ticks);
        print_number(from, sizeof from, panel->x.from, step);
        print_number(to, sizeof to, panel->x.to, step);
        const double widest = fmax(chart_text_width(chart, font, from), chart_text_width(chart, font, to));
        if (widest + NUMBER_SIZE <= step / fabs(panel->x.to - panel->x.from) * panel->width) break;
    }
    return step;
}

static void draw_tick(struct chart *chart, const struct panel *panel, enum chart_side side, double value, double step)
{
    const struct font font = {NUMBER_SIZE, false, chart_black};
    const struct line line = {chart_grey, 1, CHART_SOLID};
    char number[32];
    print_number(number, sizeof number, value, step);
    if (side == CHART_BELOW) {
        const double x = panel_x(panel, value), y = panel->top + panel->height;
        chart_line(chart, x, y, x, y + TICK, line);
        chart_text(chart, x, y + TICK + NUMBER_SIZE + 1, 0.5, font, number);
        return;
    }
    const double y = panel_y(panel, value), outward = side == CHART_LEFT ? -1 : 1;
    const double x = side == CHART_LEFT ? panel->left : panel->left + panel->width;
    chart_line(chart, x, y, x + outward * TICK, y, line);
    chart_text(chart, x + outward * (TICK + 4), y + 0.36 * NUMBER_SIZE, side == CHART_LEFT, font, number);
}

/* Along the axis, reading upward at the left, downward at the right. */
static void draw_label(struct chart *chart, const struct panel *panel, enum chart_side side, const char *label)
{
    const struct font font = {LABEL_SIZE, false, chart_black};
    const double middle = panel->top + panel->height / 2;
    if (side == CHART_BELOW) {
        chart_text(chart, panel->left + panel->width / 2, panel->top + panel->height + TICK + NUMBER_SIZE + 20, 0.5,
                   font, label);
        return;
    }
    cairo_save(chart->cairo);
    cairo_translate(chart->cairo, side == CHART_LEFT ? panel->left - 48 : panel->left + panel->width + 44, middle);
    cairo_rotate(chart->cairo, side == CHART_LEFT ? -acos(-1) / 2 : acos(-1) / 2);
    chart_text(chart, 0, 0, 0.5, font, label);
    cairo_restore(chart->cairo);
}

void chart_axis(struct chart *chart, const struct panel *panel, enum chart_side side, const char *label)
{
    const bool below = side == CHART_BELOW;
    const struct range *range = below ? &panel->x : &panel->y;
    const struct line line = {chart_grey, 1, CHART_SOLID};
    const double step = choose_step(chart, panel, below);
    const double right = panel->left + panel->width, bottom = panel->top + panel->height;
    const double x = side == CHART_RIGHT ? right : panel->left;
    if (below)
        chart_line(chart, panel->left, bottom, right, bottom, line);
    else
        chart_line(chart, x, panel->top, x, bottom, line);
    const double low = fmin(range->from, range->to), high = fmax(range->from, range->to);
    const double first = ceil(low / step - 1e-9);
    for (int i = 0; (first + i) * step <= high + 1e-9 * step; i++)
        draw_tick(chart, panel, side, first + i == 0 ? 0 : (first + i) * step, step);
    if (label) draw_label(chart, panel, side, label);
}

/* ---- legends ---- */

enum { SAMPLE = 30, SAMPLE_GAP = 7, ENTRY_GAP = 24 };

void chart_legend(struct chart *chart, double x, double y, const struct legend_entry *entries)
{
    const struct font font = {LABEL_SIZE, false, chart_black};
    double width = -ENTRY_GAP;
    for (const struct legend_entry *at = entries; at->name; at++)
        width += (at->radius > 0 ? 2 * at->radius : SAMPLE) + SAMPLE_GAP + chart_text_width(chart, font, at->name) +
                 ENTRY_GAP;
    double left = x - width / 2;
    for (const struct legend_entry *at = entries; at->name; at++) {
        const double sample = at->radius > 0 ? 2 * at->radius : SAMPLE, middle = y - 0.35 * LABEL_SIZE;
        if (at->radius > 0) {
            const struct colour colour = at->line.colour;
            cairo_set_source_rgba(chart->cairo, colour.red, colour.green, colour.blue, 1);
            cairo_new_path(chart->cairo);
            cairo_arc(chart->cairo, left + at->radius, middle, at->radius, 0, 2 * acos(-1));
            cairo_fill(chart->cairo);
        } else {
            chart_line(chart, left, middle, left + SAMPLE, middle, at->line);
        }
        chart_text(chart, left + sample + SAMPLE_GAP, y, 0, font, at->name);
        left += sample + SAMPLE_GAP + chart_text_width(chart, font, at->name) + ENTRY_GAP;
    }
}

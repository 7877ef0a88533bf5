#include "output/density.h"

#include <math.h>

enum {
    LEGEND = 44,    /* height of the legend above the panels */
    CAPTION = 34,   /* of the caption below them */
    TITLE = 26,     /* of a panel's title */
    SIDE_LEFT = 66, /* of an axis with numbers and a label */
    SIDE_RIGHT = 76,
    BELOW = 28,    /* numbers below an axis */
    SCALE_BAR = 14 /* width of the scale of colours */
};
static const struct font caption_font = {12, false, {0.35, 0.35, 0.35, 1}}, title_font = {14, true, {0.1, 0.1, 0.1, 1}},
                         name_font = {14, false, {0.1, 0.1, 0.1, 1}};

double density_place(const struct range *range, size_t i, size_t count)
{
    return range->from + (range->to - range->from) * (double)i / (double)(count - 1);
}

/* ---- kernels ---- */

void density_of_kernels(double densities[DENSITY_POINTS], const struct range *range, const double *sorted, size_t count,
                        double bandwidth)
{
    const double factor = 1 / ((double)count * bandwidth * sqrt(2 * acos(-1))), reach = 6 * bandwidth;
    size_t first = 0;
    for (size_t i = 0; i < DENSITY_POINTS; i++) {
        const double x = density_place(range, i, DENSITY_POINTS);
        double sum = 0;
        while (first < count && sorted[first] < x - reach) first++;
        for (size_t k = first; k < count && sorted[k] <= x + reach; k++) {
            const double distance = (x - sorted[k]) / bandwidth;
            sum += exp(-0.5 * distance * distance);
        }
        densities[i] = factor * sum;
    }
}

double density_bandwidth(const double *sorted, size_t count, double least)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) sum += sorted[i];
    const double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) squares += (sorted[i] - mean) * (sorted[i] - mean);
    const double deviation = sqrt(squares / (double)count);
    const double quartiles = (sorted[count - 1 - count / 4] - sorted[count / 4]) / 1.349;
    return fmax(0.3 * fmin(deviation, quartiles) * pow((double)count, -0.2), least);
}

/* ---- one dimension ---- */

/* A cell of the figure and the panels in it. */
struct line_cell {
    double left, top;
    struct panel curves, d; /* one place: densities at the left, D at the right */
    struct panel z;         /* the lower line; no height */
    double x_line;          /* y of the line that arrows end at */
};

/* Sizes of cells: one large, or several side by side. */
struct layout {
    double width, height, arrows; /* of a cell; of the arrows' zone in it */
    size_t columns, rows;
};

static struct layout choose_layout(size_t count, double one, double several, double aspect, double arrows)
{
    const size_t columns = count < 2 ? 1 : count == 3 ? 3 : count <= 4 ? 2 : 4;
    const double width = count < 2 ? one : several;
    return (struct layout){width, aspect * width + arrows, arrows, columns, (count + columns - 1) / columns};
}

/* The densities' axis goes as far as p_data needs, and p_g within reason: at the start it may be a needle. */
static double tallest(const struct density_line *panels, size_t count)
{
    double data = 0, g = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < DENSITY_POINTS; i++) {
            data = fmax(data, panels[k].p_data[i]);
            g = fmax(g, panels[k].p_g[i]);
        }
    return 1.12 * fmax(data, fmin(g, 2.5 * data));
}

static struct line_cell place_line(const struct density_line *line, const struct layout *layout, size_t number,
                                   double top_density)
{
    const size_t row = number / layout->columns, column = number % layout->columns;
    struct line_cell cell = {.left = (double)column * layout->width, .top = LEGEND + (double)row * layout->height};
    const double bottom = cell.top + layout->height - 14;
    cell.curves = (struct panel){.left = cell.left + SIDE_LEFT,
                                 .top = cell.top + TITLE,
                                 .width = layout->width - SIDE_LEFT - SIDE_RIGHT,
                                 .x = line->x,
                                 .y = {0, top_density}};
    cell.curves.height = bottom - BELOW - layout->arrows - cell.curves.top;
    cell.d = cell.curves;
    cell.d.y = (struct range){0, 1};
    cell.z = cell.curves;
    cell.z.top = bottom - BELOW;
    cell.z.height = 0;
    cell.z.x = line->z;
    cell.x_line = cell.curves.top + cell.curves.height + BELOW + 6;
    return cell;
}

static void draw_arrows(struct chart *chart, const struct density_line *line, const struct line_cell *cell)
{
    const struct line thin = {chart_grey, 1, CHART_SOLID}, dark = {{0.25, 0.25, 0.25, 0.9}, 1, CHART_SOLID};
    const double right = cell->curves.left + cell->curves.width;
    chart_line(chart, cell->curves.left, cell->x_line, right, cell->x_line, thin);
    for (size_t i = 0; i < line->arrows; i++) {
        if (!(line->to[i] >= line->x.from && line->to[i] <= line->x.to)) continue;
        chart_arrow(chart, panel_x(&cell->z, line->from[i]), cell->z.top, panel_x(&cell->curves, line->to[i]),
                    cell->x_line + 1, dark);
    }
    chart_axis(chart, &cell->z, CHART_BELOW, NULL);
    chart_text(chart, cell->left + SIDE_LEFT - 20, cell->x_line + 5, 0.5, name_font, "x");
    chart_text(chart, cell->left + SIDE_LEFT - 20, cell->z.top + 5, 0.5, name_font, "z");
}

static const struct line data_line = {{0.1, 0.1, 0.1, 1}, 2.4, CHART_DOTTED},
                         g_line = {{0.1, 0.6, 0.2, 1}, 2.2, CHART_SOLID},
                         d_line = {{0.12, 0.36, 0.78, 1}, 2, CHART_DASHED};

static void draw_line(struct chart *chart, const struct density_line *line, const struct line_cell *cell)
{
    const struct line half = {{0.12, 0.36, 0.78, 0.3}, 1, CHART_SOLID};
    double x[DENSITY_POINTS];
    for (size_t i = 0; i < DENSITY_POINTS; i++) x[i] = density_place(&line->x, i, DENSITY_POINTS);
    const double right = cell->d.left + cell->d.width, middle = panel_y(&cell->d, 0.5);
    chart_line(chart, cell->d.left, middle, right, middle, half);
    chart_curve(chart, &cell->d, x, line->d, DENSITY_POINTS, d_line);
    chart_curve(chart, &cell->curves, x, line->p_g, DENSITY_POINTS, g_line);
    chart_curve(chart, &cell->curves, x, line->p_data, DENSITY_POINTS, data_line);
    chart_axis(chart, &cell->curves, CHART_BELOW, NULL);
    chart_axis(chart, &cell->curves, CHART_LEFT, "density");
    chart_axis(chart, &cell->d, CHART_RIGHT, "D(x)");
    chart_text(chart, cell->curves.left + cell->curves.width / 2, cell->top + 14, 0.5, title_font, line->title);
    if (line->arrows) draw_arrows(chart, line, cell);
}

static struct layout layout_of_lines(const struct density_figure *figure)
{
    return choose_layout(figure->count, 760, 520, 0.58, figure->lines[0].arrows ? 110 : 0);
}

static void draw_lines(struct chart *chart, const struct density_figure *figure)
{
    const struct legend_entry legend[] = {{.name = "p_{data}", .line = data_line},
                                          {.name = "p_{g}", .line = g_line},
                                          {.name = "D(x), pale line: 1/2", .line = d_line},
                                          {.name = NULL}};
    const struct layout layout = layout_of_lines(figure);
    const double top_density = tallest(figure->lines, figure->count);
    chart_legend(chart, chart->width / 2, 26, legend);
    for (size_t i = 0; i < figure->count; i++) {
        const struct line_cell cell = place_line(&figure->lines[i], &layout, i, top_density);
        draw_line(chart, &figure->lines[i], &cell);
    }
}

/* ---- two dimensions ---- */

static const struct colour data_dots = {0.1, 0.1, 0.1, 0.45}, g_dots = {0.05, 0.5, 0.12, 0.45};

static void draw_plane(struct chart *chart, const struct density_plane *plane, double left, double top, double side)
{
    const struct panel panel = {left, top + TITLE, side, side, plane->x, plane->y};
    chart_field(chart, &panel, plane->d, DENSITY_FIELD, DENSITY_FIELD);
    chart_points(chart, &panel, &plane->data, 1.4, data_dots);
    chart_points(chart, &panel, &plane->samples, 1.4, g_dots);
    chart_axis(chart, &panel, CHART_BELOW, NULL);
    chart_axis(chart, &panel, CHART_LEFT, NULL);
    chart_text(chart, left + side / 2, top + 14, 0.5, title_font, plane->title);
}

/* The scale of colours, 0 to 1 upward. */
static void draw_scale(struct chart *chart, double left, double top, double height)
{
    const struct panel panel = {left, top, SCALE_BAR, height, {0, 1}, {0, 1}};
    float steps[256];
    for (size_t i = 0; i < 256; i++) steps[i] = 1 - (float)i / 255;
    chart_field(chart, &panel, steps, 256, 1);
    chart_axis(chart, &panel, CHART_RIGHT, "D(x)");
}

/* A cell is a square with its axes; the scale stands beside them all. */
static struct layout layout_of_planes(const struct density_figure *figure)
{
    struct layout layout = choose_layout(figure->count, 660, 480, 1, 0);
    layout.height = layout.width - SIDE_LEFT - 10 + TITLE + BELOW + 10;
    return layout;
}

static void draw_planes(struct chart *chart, const struct density_figure *figure)
{
    const struct legend_entry legend[] = {{.name = "data", .line.colour = data_dots, .radius = 4},
                                          {.name = "samples G(z)", .line.colour = g_dots, .radius = 4},
                                          {.name = NULL}};
    const struct layout layout = layout_of_planes(figure);
    const double side = layout.width - SIDE_LEFT - 10, width = (double)layout.columns * layout.width;
    chart_legend(chart, width / 2 + SIDE_LEFT / 2.0, 26, legend);
    for (size_t i = 0; i < figure->count; i++) {
        const size_t row = i / layout.columns, column = i % layout.columns;
        draw_plane(chart, &figure->planes[i], (double)column * layout.width + SIDE_LEFT,
                   LEGEND + (double)row * layout.height, side);
    }
    draw_scale(chart, width + 12, LEGEND + TITLE, side);
}

/* ---- both ---- */

void density_size(double *width, double *height, const struct density_figure *figure)
{
    const struct layout layout = figure->lines ? layout_of_lines(figure) : layout_of_planes(figure);
    *width = (double)layout.columns * layout.width + (figure->lines ? 0 : SCALE_BAR + SIDE_RIGHT + 12);
    *height = LEGEND + (double)layout.rows * layout.height + CAPTION;
}

void density_draw(struct chart *chart, const struct density_figure *figure)
{
    (figure->lines ? draw_lines : draw_planes)(chart, figure);
    chart_text(chart, chart->width / 2, chart->height - 14, 0.5, caption_font, figure->caption);
}

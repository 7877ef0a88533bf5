#include "output/plot.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { WIDTH = 800, HEIGHT = 500, SIDE = 700, MARGIN = 30, BINS = 74, TICK = 6, TICKS = 8, WHITE = 255 };
static const uint8_t blue[3] = {49, 104, 181}, grey[3] = {120, 120, 120};

/* A range of values and where it lies on the picture. */
struct axis {
    double from, to;      /* values */
    double start, pixels; /* pixel of `from`; pixels to `to`, negative when upward */
};

static double place(const struct axis *axis, double value)
{
    return axis->start + (value - axis->from) / (axis->to - axis->from) * axis->pixels;
}

static int ascending(const void *a, const void *b)
{
    const float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

/* The range of the finite values of a column but for half a per cent at either end, a tenth wider. */
static clgan_status bulk(double *from, double *to, const clgan_rows *rows, size_t column)
{
    float *sorted;
    size_t count = 0;
    TRY(memory_take(&sorted, rows->rows, sizeof *sorted));
    for (size_t i = 0; i < rows->rows; i++) {
        const float value = rows->values[i * rows->columns + column];
        if (isfinite(value)) sorted[count++] = value;
    }
    *from = -1;
    *to = 1;
    if (count) {
        qsort(sorted, count, sizeof *sorted, ascending);
        const double low = sorted[count / 200], high = sorted[count - 1 - count / 200];
        const double wider = fmax(0.1 * (high - low), 1e-3 * fmax(fabs(low), 1e-3));
        *from = low - wider;
        *to = high + wider;
    }
    free(sorted);
    return CLGAN_OK;
}

static void blend(struct picture *picture, long x, long y, const uint8_t colour[3], double share)
{
    if (x < 0 || y < 0 || x >= (long)picture->width || y >= (long)picture->height) return;
    uint8_t *pixel = picture->bytes + ((size_t)y * picture->width + (size_t)x) * 3;
    for (int c = 0; c < 3; c++) pixel[c] = (uint8_t)lrint(pixel[c] + share * (colour[c] - pixel[c]));
}

static void fill(struct picture *picture, long left, long top, long width, long height, const uint8_t colour[3])
{
    for (long y = top; y < top + height; y++)
        for (long x = left; x < left + width; x++) blend(picture, x, y, colour, 1);
}

/* A line along the lower edge with ticks at round numbers of a decimal step. */
static void draw_axis(struct picture *picture, const struct axis *axis, bool upright)
{
    const double raw = (axis->to - axis->from) / TICKS, power = pow(10, floor(log10(raw)));
    const double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
    const long across = upright ? MARGIN : (long)picture->height - MARGIN, length = (long)fabs(axis->pixels);
    if (upright)
        fill(picture, across, MARGIN, 1, length, grey);
    else
        fill(picture, MARGIN, across, length, 1, grey);
    for (long i = lrint(ceil(axis->from / step)); (double)i * step <= axis->to; i++) {
        const double value = (double)i * step;
        const long at = lrint(place(axis, value)), size = i ? TICK : 2 * TICK; /* 0 stands out */
        if (upright)
            fill(picture, across - size, at, size, 1, grey);
        else
            fill(picture, at, across, 1, size, grey);
    }
}

clgan_status plot_histogram(struct picture *picture, const clgan_rows *rows)
{
    struct axis axis = {.start = MARGIN, .pixels = WIDTH - 2 * MARGIN};
    size_t counts[BINS] = {0}, most = 1;
    TRY(bulk(&axis.from, &axis.to, rows, 0));
    TRY(picture_make(picture, WIDTH, HEIGHT, 3, WHITE));
    for (size_t i = 0; i < rows->rows; i++) {
        const double bin = BINS * ((double)rows->values[i] - axis.from) / (axis.to - axis.from);
        if (bin >= 0 && bin < BINS && ++counts[(size_t)bin] > most) most = counts[(size_t)bin];
    }
    const long bar = (WIDTH - 2 * MARGIN) / BINS;
    for (long i = 0; i < BINS; i++) {
        const long height = lrint((double)counts[i] / (double)most * (HEIGHT - 2 * MARGIN));
        fill(picture, MARGIN + i * bar, HEIGHT - MARGIN - height, bar - 1, height, blue);
    }
    draw_axis(picture, &axis, false);
    return CLGAN_OK;
}

/* Widens the narrower of two ranges about its middle, so that a unit is as long on both axes. */
static void make_equal(struct axis *x, struct axis *y)
{
    const double span = fmax(x->to - x->from, y->to - y->from);
    struct axis *const both[] = {x, y};
    for (int i = 0; i < 2; i++) {
        const double middle = (both[i]->from + both[i]->to) / 2;
        both[i]->from = middle - span / 2;
        both[i]->to = middle + span / 2;
    }
}

clgan_status plot_scatter(struct picture *picture, const clgan_rows *rows)
{
    struct axis x = {.start = MARGIN, .pixels = SIDE - 2 * MARGIN};
    struct axis y = {.start = SIDE - MARGIN, .pixels = -(SIDE - 2 * MARGIN)};
    TRY(bulk(&x.from, &x.to, rows, 0));
    TRY(bulk(&y.from, &y.to, rows, 1));
    make_equal(&x, &y);
    TRY(picture_make(picture, SIDE, SIDE, 3, WHITE));
    draw_axis(picture, &x, false);
    draw_axis(picture, &y, true);
    for (size_t i = 0; i < rows->rows; i++) {
        const double right = place(&x, rows->values[2 * i]), down = place(&y, rows->values[2 * i + 1]);
        if (!(right >= MARGIN && right <= SIDE - MARGIN && down >= MARGIN && down <= SIDE - MARGIN)) continue;
        for (long dy = -1; dy <= 1; dy++)
            for (long dx = -1; dx <= 1; dx++) blend(picture, lrint(right) + dx, lrint(down) + dy, blue, 0.35);
    }
    return CLGAN_OK;
}

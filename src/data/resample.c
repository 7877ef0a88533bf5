#include "data/resample.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { VALUES = IMAGE_ROW_VALUES };

/* How to turn what was stored: columns and rows swapped, then columns or rows of what is stored taken from the end. */
static const struct {
    bool swapped, from_right, from_below;
} turns[] = {{false, false, false}, {false, true, false}, {false, true, true}, {false, false, true},
             {true, false, false},  {true, false, true},  {true, true, true},  {true, true, false}};

/* ---- how large, and which part ---- */

/* One side: pixels of the result that are covered, and where the part of the source begins that they show. */
struct side {
    double source; /* pixels there are */
    double ratio;  /* of the source for each of the result */
    double start;
    size_t target, covered;
    size_t from;   /* the first that is covered */
    bool from_end; /* shown from its end: an odd pixel falls to the other side */
};

static void fit_side(struct side *side, enum data_fit fit, double least, double most)
{
    const double own = side->source / (double)side->target;
    side->covered = side->target;
    side->ratio = fit == FIT_CROP ? least : own;
    if (fit == FIT_PAD) {
        side->covered = (size_t)fmax(1, fmin((double)side->target, floor(side->source / most + 0.5)));
        side->ratio = side->source / (double)side->covered;
    }
    side->start = (side->source - side->ratio * (double)side->target) / 2;
    if (fit != FIT_CROP || side->start < 0) side->start = 0;
    if (side->ratio == 1) /* pixels stay as they are */
        side->start = side->from_end ? ceil(side->start) : floor(side->start);
    side->from = (side->target - side->covered + side->from_end) / 2;
}

static void fit_sides(struct side *x, struct side *y, const struct image_shape *shape, double width, double height,
                      unsigned orientation)
{
    const bool swapped = turns[orientation - 1].swapped;
    *x = (struct side){.source = width,
                       .target = swapped ? shape->height : shape->width,
                       .from_end = turns[orientation - 1].from_right};
    *y = (struct side){.source = height,
                       .target = swapped ? shape->width : shape->height,
                       .from_end = turns[orientation - 1].from_below};
    const double across = width / (double)x->target, down = height / (double)y->target;
    fit_side(x, shape->fit, fmin(across, down), fmax(across, down));
    fit_side(y, shape->fit, fmin(across, down), fmax(across, down));
}

/* ---- weights ---- */

/* Shares of the pixels between `from` and `to`. */
static void average(struct resample_span *span, double *weights, double from, double to, double source)
{
    const double last = source - 1;
    span->first = (size_t)fmin(floor(from), last);
    span->count = (size_t)fmax(1, fmin(ceil(to), last + 1) - (double)span->first);
    for (size_t i = 0; i < span->count; i++) {
        const double at = (double)(span->first + i);
        weights[i] = fmax(0, fmin(at + 1, to) - fmax(at, from));
    }
    if (span->count == 1) weights[0] = 1;
}

/* The two pixels whose centres are beside `middle`. */
static void interpolate(struct resample_span *span, double *weights, double middle, double source)
{
    const double last = source - 1, at = fmin(fmax(middle - 0.5, 0), last);
    span->first = (size_t)at;
    span->count = (double)span->first < last ? 2 : 1;
    weights[0] = span->count == 2 ? 1 - (at - (double)span->first) : 1;
    if (span->count == 2) weights[1] = at - (double)span->first;
}

static clgan_status make_axis(struct resample_axis *axis, const struct side *side)
{
    const size_t most = (size_t)ceil(side->ratio * (double)side->covered) + 3 * side->covered;
    size_t used = 0;
    axis->target = side->target;
    axis->covered = side->covered;
    axis->from = side->from;
    TRY(memory_take(&axis->spans, side->covered, sizeof *axis->spans));
    TRY(memory_take(&axis->weights, most, sizeof *axis->weights));
    for (size_t i = 0; i < side->covered; i++) {
        const double from = side->start + side->ratio * (double)i;
        struct resample_span *span = &axis->spans[i];
        span->weight = used;
        if (side->ratio >= 1)
            average(span, axis->weights + used, from, side->start + side->ratio * (double)(i + 1), side->source);
        else
            interpolate(span, axis->weights + used, from + side->ratio / 2, side->source);
        used += span->count;
    }
    return CLGAN_OK;
}

/* Of a span's weights. A mean is the weighted sum over it: whole pixels have a weight of 1, so their mean is exact. */
static double total(const struct resample_axis *axis, size_t i)
{
    double sum = 0;
    for (size_t k = 0; k < axis->spans[i].count; k++) sum += axis->weights[axis->spans[i].weight + k];
    return sum;
}

/* ---- rows ---- */

clgan_status resample_begin(struct resample *resample, const struct image_shape *shape, size_t width, size_t height,
                            unsigned orientation)
{
    struct side x, y;
    *resample = (struct resample){.shape = shape, .orientation = orientation};
    fit_sides(&x, &y, shape, (double)width, (double)height, orientation);
    clgan_status status = make_axis(&resample->x, &x);
    if (status == CLGAN_OK) status = make_axis(&resample->y, &y);
    if (status == CLGAN_OK) status = memory_take(&resample->row, VALUES * x.covered, sizeof(double));
    if (status == CLGAN_OK) status = memory_take(&resample->sums, VALUES * x.covered * y.covered, sizeof(double));
    if (status != CLGAN_OK) resample_free(resample);
    return status;
}

static void along_x(double *row, const struct resample_axis *x, const uint16_t *values)
{
    for (size_t i = 0; i < x->covered; i++) {
        const struct resample_span *span = &x->spans[i];
        const double *weights = x->weights + span->weight;
        const uint16_t *from = values + VALUES * span->first;
        double sum[VALUES] = {0};
        for (size_t k = 0; k < span->count; k++)
            for (size_t c = 0; c < VALUES; c++) sum[c] += weights[k] * from[VALUES * k + c];
        for (size_t c = 0; c < VALUES; c++) row[VALUES * i + c] = sum[c];
    }
}

void resample_row(struct resample *resample, const uint16_t *values)
{
    const struct resample_axis *y = &resample->y;
    const size_t at = resample->done++, width = VALUES * resample->x.covered;
    while (resample->first < y->covered && y->spans[resample->first].first + y->spans[resample->first].count <= at)
        resample->first++;
    if (resample->first == y->covered || y->spans[resample->first].first > at) return;
    along_x(resample->row, &resample->x, values);
    for (size_t i = resample->first; i < y->covered && y->spans[i].first <= at; i++) {
        const struct resample_span *span = &y->spans[i];
        if (at >= span->first + span->count) continue;
        const double weight = y->weights[span->weight + at - span->first];
        for (size_t k = 0; k < width; k++) resample->sums[width * i + k] += weight * resample->row[k];
    }
}

/* ---- the result ---- */

static uint8_t level_of(double value) { return (uint8_t)fmin(255, floor(value / 257 + 0.5)); }

/* Writes one pixel of every channel; `sums`: as a mean they are divided by `weight`. */
static void put(uint8_t *bytes, const struct image_shape *shape, const double *sums, double weight)
{
    const size_t plane = shape->height * shape->width;
    if (shape->channels == 1) {
        *bytes = level_of((0.299 * sums[0] + 0.587 * sums[1] + 0.114 * sums[2]) / weight);
        return;
    }
    for (size_t c = 0; c < VALUES; c++) bytes[c * plane] = level_of(sums[c] / weight);
}

/* The sums of pixel (x, y) of the result as it is shown, and their weight; NULL: nothing covers it. */
static const double *find(double *weight, const struct resample *resample, size_t x, size_t y)
{
    const struct resample_axis *across = &resample->x, *down = &resample->y;
    const unsigned turn = resample->orientation - 1;
    size_t column = turns[turn].swapped ? y : x, row = turns[turn].swapped ? x : y;
    if (turns[turn].from_right) column = across->target - 1 - column;
    if (turns[turn].from_below) row = down->target - 1 - row;
    if (column < across->from || row < down->from) return NULL;
    column -= across->from;
    row -= down->from;
    if (column >= across->covered || row >= down->covered) return NULL;
    *weight = total(across, column) * total(down, row);
    return resample->sums + VALUES * (across->covered * row + column);
}

void resample_end(uint8_t *bytes, const struct resample *resample)
{
    const struct image_shape *shape = resample->shape;
    const double level = 257 * (double)shape->background, background[VALUES] = {level, level, level};
    for (size_t y = 0; y < shape->height; y++)
        for (size_t x = 0; x < shape->width; x++) {
            double weight = 1;
            const double *sums = find(&weight, resample, x, y);
            put(bytes + y * shape->width + x, shape, sums ? sums : background, sums ? weight : 1);
        }
}

static void free_axis(struct resample_axis *axis)
{
    free(axis->spans);
    free(axis->weights);
}

void resample_free(struct resample *resample)
{
    free_axis(&resample->x);
    free_axis(&resample->y);
    free(resample->row);
    free(resample->sums);
    *resample = (struct resample){0};
}

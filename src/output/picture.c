#include "output/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/plot.h"

enum {
    WIDTH = 800,    /* a grid is enlarged while it stays under this, pixels */
    GAP = 2,        /* pixels between cells and around them */
    GAP_LEVEL = 48, /* grey there */
    MOST_ENLARGED = 16,
    APART = 14 /* pixels before a column that is set apart */
};

struct grid {
    size_t rows, columns; /* cells */
    size_t scale;         /* pixels a value */
    size_t gap;           /* pixels between cells and around them */
    size_t apart;         /* pixels more before the last column, which is framed; 0: as the others */
};

clgan_status picture_make(struct picture *picture, size_t width, size_t height, size_t channels, uint8_t level)
{
    *picture = (struct picture){.width = width, .height = height, .channels = channels};
    if (!width || !height || width > PICTURE_LARGEST || height > PICTURE_LARGEST)
        return status_fail(CLGAN_USAGE, "a picture of %zu x %zu pixels: expected sides of 1 to %d", width, height,
                           PICTURE_LARGEST);
    TRY(memory_take(&picture->bytes, width * height, channels));
    memset(picture->bytes, level, width * height * channels);
    return CLGAN_OK;
}

/* Cells of a line where nobody asks for a number. */
static size_t square_columns(size_t count) { return (size_t)ceil(sqrt((double)count)); }

static size_t lines_of(size_t count, size_t columns) { return (count + columns - 1) / columns; }

static clgan_status choose_grid(struct grid *grid, const clgan_rows *rows, size_t grid_rows, size_t grid_columns)
{
    *grid = (struct grid){.rows = grid_rows, .columns = grid_columns, .scale = 1, .gap = GAP};
    if (!grid->columns) grid->columns = grid->rows ? lines_of(rows->rows, grid->rows) : square_columns(rows->rows);
    if (!grid->rows) grid->rows = lines_of(rows->rows, grid->columns);
    if (grid->rows > PICTURE_LARGEST || grid->columns > PICTURE_LARGEST)
        return status_fail(CLGAN_USAGE, "a grid of %zu x %zu is too large", grid->rows, grid->columns);
    while (grid->scale < MOST_ENLARGED && (grid->scale + 1) * rows->width * grid->columns <= WIDTH) grid->scale++;
    return CLGAN_OK;
}

/* The grey level of a value; NaN is black. */
static uint8_t level_of(float value)
{
    if (!(value > 0)) return 0;
    return value < 1 ? (uint8_t)lrintf(value * 255) : 255;
}

/* A signed picture is centred on grey and fills the range. */
static float magnitude(const float *values, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        if (fabsf(values[i]) > largest && isfinite(values[i])) largest = fabsf(values[i]);
    return largest > 0 ? largest : 1;
}

static void draw_cell(struct picture *picture, const clgan_rows *rows, size_t number, const struct grid *grid,
                      int is_signed)
{
    const float *values = rows->values + number * rows->columns;
    const float half = is_signed ? 0.5f / magnitude(values, rows->columns) : 0;
    const size_t column = number % grid->columns, shift = column + 1 == grid->columns ? grid->apart : 0;
    const size_t left = grid->gap + shift + column * (rows->width * grid->scale + grid->gap);
    const size_t top = grid->gap + number / grid->columns * (rows->height * grid->scale + grid->gap);
    for (size_t y = 0; y < rows->height * grid->scale; y++)
        for (size_t x = 0; x < rows->width * grid->scale; x++)
            for (size_t c = 0; c < picture->channels; c++) {
                const size_t from =
                    ((rows->channels == 1 ? 0 : c) * rows->height + y / grid->scale) * rows->width + x / grid->scale;
                const float value = is_signed ? 0.5f + values[from] * half : values[from];
                picture->bytes[((top + y) * picture->width + left + x) * picture->channels + c] = level_of(value);
            }
}

/* Yellow under the last column and the gaps around it. */
static void draw_frame(struct picture *picture, const clgan_rows *rows, const struct grid *grid)
{
    static const uint8_t yellow[3] = {240, 190, 0};
    const size_t left = picture->width - 2 * grid->gap - rows->width * grid->scale;
    for (size_t y = 0; y < picture->height; y++)
        for (size_t x = left; x < picture->width; x++) memcpy(picture->bytes + (y * picture->width + x) * 3, yellow, 3);
}

static clgan_status draw_grid(struct picture *picture, const clgan_rows *rows, const struct grid *grid, int is_signed)
{
    const size_t width = grid->gap + grid->columns * (rows->width * grid->scale + grid->gap) + grid->apart;
    const size_t height = grid->gap + grid->rows * (rows->height * grid->scale + grid->gap);
    TRY(picture_make(picture, width, height, grid->apart ? 3 : rows->channels, GAP_LEVEL));
    if (grid->apart) draw_frame(picture, rows, grid);
    for (size_t i = 0; i < rows->rows && i < grid->rows * grid->columns; i++)
        draw_cell(picture, rows, i, grid, is_signed);
    return CLGAN_OK;
}

static clgan_status check_shape(const clgan_rows *rows)
{
    if (rows->rows && rows->columns == rows->channels * rows->height * rows->width) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "%zu rows of %zu values are no pictures of %zu x %zu x %zu", rows->rows,
                       rows->columns, rows->channels, rows->height, rows->width);
}

static clgan_status check_channels(const clgan_rows *rows)
{
    if (rows->channels == 1 || rows->channels == 3) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "pictures of %zu channels can't be drawn: expected 1 (grey) or 3 (RGB)",
                       rows->channels);
}

clgan_status picture_of_row(struct picture *picture, const clgan_rows *rows, size_t number, int signed_values)
{
    clgan_rows row = *rows;
    *picture = (struct picture){0};
    TRY(check_shape(rows));
    TRY(check_channels(rows));
    row.values += number * rows->columns;
    row.rows = 1;
    return draw_grid(picture, &row, &(struct grid){.rows = 1, .columns = 1, .scale = 1}, signed_values);
}

clgan_status picture_of_grid(struct picture *picture, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values, bool last_apart)
{
    struct grid grid;
    *picture = (struct picture){0};
    TRY(check_shape(rows));
    TRY(check_channels(rows));
    TRY(choose_grid(&grid, rows, grid_rows, grid_columns));
    if (last_apart) grid.apart = APART;
    return draw_grid(picture, rows, &grid, signed_values);
}

clgan_status picture_of_rows(struct picture *picture, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values, const struct range *view)
{
    *picture = (struct picture){0};
    TRY(check_shape(rows));
    if (rows->columns == 1) return plot_histogram(picture, rows, view);
    if (rows->columns == 2) return plot_scatter(picture, rows, view);
    return picture_of_grid(picture, rows, grid_rows, grid_columns, signed_values, false);
}

void picture_drop_colour(struct picture *picture)
{
    if (picture->channels == 1) return;
    for (size_t i = 0; i < picture->width * picture->height; i++) picture->bytes[i] = picture->bytes[3 * i];
    picture->channels = 1;
}

void picture_keep_cells(struct picture *picture, size_t count, size_t lines, size_t columns)
{
    const size_t across = square_columns(count), down = lines_of(count, across), before = picture->width;
    if (lines < down) picture->height = (picture->height - GAP) / down * lines + GAP;
    if (columns >= across) return;
    picture->width = (picture->width - GAP) / across * columns + GAP;
    for (size_t y = 1; y < picture->height; y++)
        memmove(picture->bytes + y * picture->width * picture->channels,
                picture->bytes + y * before * picture->channels, picture->width * picture->channels);
}

void picture_free(struct picture *picture)
{
    free(picture->bytes);
    *picture = (struct picture){0};
}

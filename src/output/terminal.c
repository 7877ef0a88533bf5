#include "output/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

#ifdef CLGAN_CHAFA
#include <chafa.h>
#endif

enum {
    PIXEL = 4, /* bytes */
    COLUMNS = 80,
    ROWS = 24,
    CELL_WIDTH = 10,
    CELL_HEIGHT = 20, /* where nobody says */
    LARGEST = 1000,   /* cells on a side */
    LEAST_CELLS = 8,  /* columns of characters for a picture */
    MOST_CELLS = 24,
    ROWS_LEFT = 3 /* for the lines around the picture */
};

void terminal_cells(size_t *lines, size_t *columns, const struct terminal *terminal, size_t height, size_t width)
{
    *lines = *columns = SIZE_MAX;
    if (terminal->kind == TERMINAL_KITTY || terminal->kind == TERMINAL_SIXEL) return;
    size_t across = width / 2; /* a character shows two pixels side by side and two below */
    if (across < LEAST_CELLS) across = LEAST_CELLS;
    if (across > MOST_CELLS) across = MOST_CELLS;
    const size_t down = 1 + across * height * terminal->cell_width / (width * terminal->cell_height);
    *columns = terminal->columns > across ? terminal->columns / across : 1;
    *lines = terminal->rows > down ? terminal->rows / down : 1;
}

#ifdef CLGAN_CHAFA

int clgan_can_show(void) { return 1; }

/* ---- what the terminal can ---- */

static const char *const kind_names[] = {
    [TERMINAL_KITTY] = "kitty", [TERMINAL_SIXEL] = "sixel", [TERMINAL_SYMBOLS] = "symbols", [TERMINAL_ASCII] = "ascii"};
enum { KINDS = sizeof kind_names / sizeof *kind_names };

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    size_t i = 0;
    while (i < 2 && !*environment(names[i])) i++;
    const char *set = strchr(environment(names[i]), '.');
    return set && (strncasecmp(set, ".utf-8", 6) == 0 || strncasecmp(set, ".utf8", 5) == 0);
}

/* https://no-color.org: without colours there are no pixels either. Nothing is known of a terminal without a name. */
static bool wants_colour(void)
{
    const char *name = environment("TERM");
    return !*environment("NO_COLOR") && *name && strcmp(name, "dumb") != 0;
}

/* A multiplexer shows characters, whatever is said of the terminal around it. */
static bool is_multiplexed(void)
{
    const char *name = environment("TERM");
    return *environment("TMUX") || *environment("STY") || strncmp(name, "tmux", 4) == 0 ||
           strncmp(name, "screen", 6) == 0;
}

/* Freed with chafa_term_info_unref. */
static ChafaTermInfo *detect(void)
{
    gchar **variables = g_get_environ();
    ChafaTermInfo *info = chafa_term_db_detect(chafa_term_db_get_default(), variables);
    g_strfreev(variables);
    return info;
}

static bool has(const ChafaTermInfo *info, ChafaTermSeq sequence) { return chafa_term_info_have_seq(info, sequence); }

static enum terminal_kind detect_kind(void)
{
    ChafaTermInfo *info = detect();
    enum terminal_kind kind = is_utf8() ? TERMINAL_SYMBOLS : TERMINAL_ASCII;
    const bool pixels = wants_colour() && !is_multiplexed();
    if (pixels && has(info, CHAFA_TERM_SEQ_BEGIN_SIXELS)) kind = TERMINAL_SIXEL;
    if (pixels && has(info, CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1)) kind = TERMINAL_KITTY;
    chafa_term_info_unref(info);
    return kind;
}

static ChafaCanvasMode colours_of(const ChafaTermInfo *info)
{
    if (!wants_colour()) return CHAFA_CANVAS_MODE_FGBG;
    if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT)) return CHAFA_CANVAS_MODE_TRUECOLOR;
    if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_256)) return CHAFA_CANVAS_MODE_INDEXED_240;
    if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_16)) return CHAFA_CANVAS_MODE_INDEXED_16;
    return CHAFA_CANVAS_MODE_FGBG;
}

clgan_status terminal_choose(struct terminal *terminal, const clgan_show_options *options)
{
    size_t kind = 0;
    TRY(CHECK_OPTIONS(options));
    *terminal = (struct terminal){.columns = options->columns ? options->columns : COLUMNS,
                                  .rows = options->rows ? options->rows : ROWS,
                                  .cell_width = options->cell_width ? options->cell_width : CELL_WIDTH,
                                  .cell_height = options->cell_height ? options->cell_height : CELL_HEIGHT};
    if (terminal->columns > LARGEST) terminal->columns = LARGEST;
    if (terminal->rows > LARGEST) terminal->rows = LARGEST;
    terminal->rows = terminal->rows > ROWS_LEFT ? terminal->rows - ROWS_LEFT : 1;
    while (options->how && kind < KINDS && strcmp(kind_names[kind], options->how) != 0) kind++;
    if (kind == KINDS)
        return status_fail(CLGAN_USAGE, "pictures can be shown as kitty, sixel, symbols or ascii, not as %s",
                           options->how);
    terminal->kind = options->how ? (enum terminal_kind)kind : detect_kind();
    return CLGAN_OK;
}

/* ---- drawing ---- */

/* Few kinds of characters, which every font has in the right shape. */
static ChafaSymbolMap *choose_symbols(const struct terminal *terminal)
{
    const ChafaSymbolTags quarters =
        CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_SOLID | CHAFA_SYMBOL_TAG_HALF | CHAFA_SYMBOL_TAG_QUAD;
    ChafaSymbolMap *map = chafa_symbol_map_new();
    chafa_symbol_map_add_by_tags(map, terminal->kind == TERMINAL_ASCII ? CHAFA_SYMBOL_TAG_ASCII : quarters);
    return map;
}

static ChafaCanvas *make_canvas(const struct picture *picture, const struct terminal *terminal,
                                const ChafaTermInfo *info)
{
    static const ChafaPixelMode pixel_modes[] = {[TERMINAL_KITTY] = CHAFA_PIXEL_MODE_KITTY,
                                                 [TERMINAL_SIXEL] = CHAFA_PIXEL_MODE_SIXELS,
                                                 [TERMINAL_SYMBOLS] = CHAFA_PIXEL_MODE_SYMBOLS,
                                                 [TERMINAL_ASCII] = CHAFA_PIXEL_MODE_SYMBOLS};
    const bool pixels = terminal->kind == TERMINAL_KITTY || terminal->kind == TERMINAL_SIXEL;
    const ChafaCanvasMode mode = pixels ? CHAFA_CANVAS_MODE_TRUECOLOR : colours_of(info);
    gint columns = (gint)terminal->columns, rows = (gint)terminal->rows;
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    ChafaSymbolMap *symbols = choose_symbols(terminal);
    chafa_calc_canvas_geometry((gint)picture->width, (gint)picture->height, &columns, &rows,
                               (gfloat)terminal->cell_width / (gfloat)terminal->cell_height, TRUE, FALSE);
    chafa_canvas_config_set_geometry(config, columns, rows);
    chafa_canvas_config_set_cell_geometry(config, (gint)terminal->cell_width, (gint)terminal->cell_height);
    chafa_canvas_config_set_pixel_mode(config, pixel_modes[terminal->kind]);
    chafa_canvas_config_set_canvas_mode(config, mode);
    chafa_canvas_config_set_symbol_map(config, symbols);
    if (mode == CHAFA_CANVAS_MODE_FGBG) chafa_canvas_config_set_dither_mode(config, CHAFA_DITHER_MODE_ORDERED);
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_symbol_map_unref(symbols);
    chafa_canvas_config_unref(config);
    return canvas;
}

/* Red, green, blue and opacity, whatever the picture has; freed with free(). Rows of three bytes a pixel come out
 * skewed where they don't end at a multiple of four (chafa 1.12). */
static clgan_status take_pixels(uint8_t **pixels, const struct picture *picture)
{
    const size_t count = picture->width * picture->height, channels = picture->channels;
    TRY(memory_take(pixels, count, PIXEL));
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < PIXEL; c++)
            (*pixels)[PIXEL * i + c] = c == 3 ? 255 : picture->bytes[channels * i + (channels == 3 ? c : 0)];
    return CLGAN_OK;
}

clgan_status terminal_show(char **text, const struct picture *picture, const struct terminal *terminal)
{
    struct text printed = {0};
    uint8_t *pixels;
    TRY(take_pixels(&pixels, picture));
    ChafaTermInfo *info = detect();
    /* what was asked for by name is written even where the environment does not know it */
    ChafaTermInfo *all = chafa_term_db_get_fallback_info(chafa_term_db_get_default());
    ChafaCanvas *canvas = make_canvas(picture, terminal, info);
    chafa_term_info_supplement(info, all);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED, pixels, (gint)picture->width,
                                 (gint)picture->height, (gint)(PIXEL * picture->width));
    GString *drawn = chafa_canvas_print(canvas, info);
    text_append_bytes(&printed, drawn->str, drawn->len);
    text_append(&printed, "\n");
    g_string_free(drawn, TRUE);
    chafa_canvas_unref(canvas);
    chafa_term_info_unref(all);
    chafa_term_info_unref(info);
    free(pixels);
    return text_take(text, &printed);
}

#else

int clgan_can_show(void) { return 0; }

clgan_status terminal_choose(struct terminal *terminal, const clgan_show_options *options)
{
    *terminal = (struct terminal){0};
    if (options) TRY(CHECK_OPTIONS(options));
    return status_fail(CLGAN_USAGE, "this clgan was built without libchafa, which draws in terminals");
}

clgan_status terminal_show(char **text, const struct picture *picture, const struct terminal *terminal)
{
    (void)text;
    (void)picture;
    return terminal_choose(&(struct terminal){.kind = terminal->kind}, NULL);
}

#endif

/* ---- rows ---- */

clgan_status clgan_rows_show(char **text, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                             int signed_values, const clgan_show_options *options)
{
    struct terminal terminal;
    struct picture picture;
    clgan_rows shown = *rows;
    TRY(terminal_choose(&terminal, options));
    if (!grid_rows && !grid_columns && rows->columns > 2 && rows->width) {
        size_t lines, columns;
        terminal_cells(&lines, &columns, &terminal, rows->height, rows->width);
        if (columns < rows->rows) {
            grid_columns = columns;
            shown.rows = lines < rows->rows / columns ? lines * columns : rows->rows;
        }
    }
    TRY(picture_of_rows(&picture, &shown, grid_rows, grid_columns, signed_values, NULL));
    const clgan_status status = terminal_show(text, &picture, &terminal);
    picture_free(&picture);
    return status;
}

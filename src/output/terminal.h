/* Pictures as text that a terminal shows, by libchafa: kitty's graphics, sixel graphics, or characters in colours. What
 * the terminal can is known from the environment (TERM, COLORTERM, NO_COLOR, the locale's character set). */
#ifndef OUTPUT_TERMINAL_H
#define OUTPUT_TERMINAL_H

#include "output/picture.h"

/* How it is shown. */
enum terminal_kind { TERMINAL_KITTY, TERMINAL_SIXEL, TERMINAL_SYMBOLS, TERMINAL_ASCII };

/* Where it is shown. */
struct terminal {
    enum terminal_kind kind;
    unsigned columns, rows;           /* character cells that a picture may take */
    unsigned cell_width, cell_height; /* pixels */
};

/* CLGAN_USAGE where options->how is none of the ways, or clgan was built without libchafa. */
clgan_status terminal_choose(struct terminal *terminal, const clgan_show_options *options);
/* How many pictures of `height` x `width` pixels, side by side and below each other, can be told apart there: no limit
 * (SIZE_MAX) where it shows pixels. */
void terminal_cells(size_t *lines, size_t *columns, const struct terminal *terminal, size_t height, size_t width);
/* The picture as large as it fits, its end of line included; freed with free(). */
clgan_status terminal_show(char **text, const struct picture *picture, const struct terminal *terminal);

#endif

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"

/* A number of the environment, as shells keep the terminal's size; 0: none. */
static unsigned number_of(const char *name)
{
    const char *text = getenv(name);
    const long number = text ? strtol(text, NULL, 10) : 0;
    return number > 0 && number < 10000 ? (unsigned)number : 0;
}

static void measure(clgan_show_options *options, FILE *out)
{
    struct winsize size = {0};
    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0) size = (struct winsize){0};
    options->columns = size.ws_col ? size.ws_col : number_of("COLUMNS");
    options->rows = size.ws_row ? size.ws_row : number_of("LINES");
    if (!size.ws_col || !size.ws_row) return;
    options->cell_width = size.ws_xpixel / size.ws_col;
    options->cell_height = size.ws_ypixel / size.ws_row;
}

int show_begin(struct show *show, const char *command, const char *how, int by_itself, FILE *out)
{
    static const char *const hows[] = {"kitty", "sixel", "symbols", "ascii"};
    size_t i = 0;
    *show = (struct show){.out = out, .options = CLGAN_SHOW_OPTIONS};
    show->wanted = how ? strcmp(how, "none") != 0 : by_itself && isatty(fileno(out)) && clgan_can_show();
    if (!show->wanted) return 0;
    measure(&show->options, out);
    if (!how || !*how) return 0;
    while (i < COUNT_OF(hows) && strcmp(hows[i], how) != 0) i++;
    if (i == COUNT_OF(hows)) return command_misuse(command, "--show=%s: expected " SHOW_HOWS ", or none", how);
    show->options.how = how;
    return 0;
}

void show_write(const struct show *show, char *text)
{
    fputs(text, show->out);
    fflush(show->out);
    clgan_text_free(text);
}

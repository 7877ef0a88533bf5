/* clgan_run_show: the newest picture that a training kept, in a terminal. */
#include "gan/run_pictures.h"
#include "output/terminal.h"

/* Of a grid of pictures so many as can be told apart there. */
static void keep_clear(struct picture *picture, const struct clgan_run *run, const struct terminal *terminal)
{
    const struct recipe *recipe = &run->recipe;
    size_t lines, columns;
    if (!recipe_has_pictures(recipe)) return;
    terminal_cells(&lines, &columns, terminal, (size_t)recipe->data.height, (size_t)recipe->data.width);
    picture_keep_cells(picture, (size_t)recipe->output.samples, lines, columns);
}

clgan_status clgan_run_show(char **text, const clgan_run *run, const clgan_show_options *options)
{
    struct terminal terminal;
    struct run_pictures pictures = {0};
    struct picture picture = {0};
    TRY(terminal_choose(&terminal, options));
    clgan_status status = run_pictures_list_some(&pictures, run);
    if (status == CLGAN_OK) status = run_picture_read(&picture, run, pictures.epochs[pictures.count - 1]);
    if (status == CLGAN_OK) {
        keep_clear(&picture, run, &terminal);
        status = terminal_show(text, &picture, &terminal);
    }
    picture_free(&picture);
    run_pictures_free(&pictures);
    return status;
}

#include "gan/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#define ENDING ".png"

static clgan_status in_folder(char **path, const char *folder, const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "%s" ENDING, name);
    return file_join(path, folder, file);
}

clgan_status figure_path(char **path, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *name)
{
    const char *out = options->out;
    char *folder;
    if (out && file_is_folder(out)) return in_folder(path, out, name);
    if (out) {
        if (!text_ends_with(out, ENDING))
            return status_fail(CLGAN_USAGE, "%s: expected a name that ends in .png, or a folder that exists", out);
        return memory_copy_text(path, out);
    }
    if (run->weights_alone)
        return status_fail(CLGAN_USAGE, "%s: weights alone, with no folder for figures: name a file with --out",
                           run->folder);
    TRY(file_make_inner_folder(&folder, run->folder, "figures"));
    const clgan_status status = in_folder(path, folder, name);
    free(folder);
    return status;
}

clgan_status figure_path_beside(char **path, const char *figure, const char *ending)
{
    struct text text = {0};
    text_append_bytes(&text, figure, strlen(figure) - strlen(ENDING));
    text_append(&text, "%s", ending);
    return text_take(path, &text);
}

clgan_status figure_written(char **written, const char *first, const char *second)
{
    struct text text = {0};
    text_append(&text, "%s\n", first);
    if (second) text_append(&text, "%s\n", second);
    return text_take(written, &text);
}

clgan_status figure_check_grid(const struct clgan_run *run, const char *name, size_t rows, size_t columns)
{
    const size_t height = (size_t)run->recipe.data.height, width = (size_t)run->recipe.data.width;
    if (!recipe_has_pictures(&run->recipe))
        return status_fail(CLGAN_USAGE, "figure %s shows pictures, and recipe %s makes none: figure density is for it",
                           name, run->recipe.name);
    if (rows <= PICTURE_LARGEST / height && columns <= PICTURE_LARGEST / width) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "%zu x %zu pictures of %zu x %zu pixels: expected sides of at most %d pixels", rows,
                       columns, height, width, PICTURE_LARGEST);
}

clgan_status figure_make(char **written, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *name,
                         clgan_status (*make)(const char *path, const struct clgan_run *run,
                                              const clgan_figure_options *options, const char *checkpoint))
{
    const char *checkpoint = options->checkpoint_count ? options->checkpoints[0] : NULL;
    char *path = NULL;
    if (options->checkpoint_count > 1)
        return status_fail(CLGAN_USAGE, "figure %s takes one checkpoint, not %zu", name, options->checkpoint_count);
    TRY(figure_path(&path, run, options, name));
    clgan_status status = make(path, run, options, checkpoint);
    if (status == CLGAN_OK) status = figure_written(written, path, NULL);
    free(path);
    return status;
}

const struct range *figure_view(struct range view[2], const struct recipe *recipe)
{
    if (recipe_has_pictures(recipe)) return NULL;
    const bool ring = recipe->data.format == DATA_RING;
    const double middle = ring ? 0 : recipe->data.mean;
    const double half = 4 * recipe->data.deviation + (ring ? 1.25 * recipe->data.radius : 0);
    view[0] = view[1] = (struct range){middle - half, middle + half};
    if (!ring)
        view[1] = (struct range){0, 2 / (recipe->data.deviation * sqrt(2 * acos(-1)))}; /* twice the data's top */
    return view;
}

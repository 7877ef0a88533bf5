/* What the figures share. */
#ifndef GAN_FIGURE_H
#define GAN_FIGURE_H

#include "gan/run.h"
#include "output/picture.h"

/* Path of a figure, freed with free(): options->out, or a place for "NAME.png" in that folder or in the run's figures/;
 * folders are made. CLGAN_USAGE where options->out ends in something else than .png. */
clgan_status figure_path(char **path, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *name);
/* A path beside it: its ".png" replaced by `ending`. */
clgan_status figure_path_beside(char **path, const char *figure, const char *ending);
/* A list of one or two paths (`second` may be NULL), a line each. */
clgan_status figure_written(char **written, const char *first, const char *second);

/* CLGAN_USAGE where the recipe's data are no pictures, or a grid of `rows` x `columns` of them is too large for one. */
clgan_status figure_check_grid(const struct clgan_run *run, const char *name, size_t rows, size_t columns);

/* A figure of one picture: finds its path, has `make` write it there with the weights of the only checkpoint of
 * `options` (NULL: the newest; CLGAN_USAGE where there are several), and tells. */
clgan_status figure_make(char **written, const struct clgan_run *run, const clgan_figure_options *options,
                         const char *name,
                         clgan_status (*make)(const char *path, const struct clgan_run *run,
                                              const clgan_figure_options *options, const char *checkpoint));

/* Where drawn data lie: x and densities of a line, x and y of a plane. Returns `view`, or NULL where the data are
 * pictures. */
const struct range *figure_view(struct range view[2], const struct recipe *recipe);

#endif

/* Charts of a game in one and in two dimensions: what the data are, what G makes, what D thinks. */
#ifndef OUTPUT_DENSITY_H
#define OUTPUT_DENSITY_H

#include "output/chart.h"

enum { DENSITY_POINTS = 481, DENSITY_ARROWS = 41, DENSITY_FIELD = 161, DENSITY_TITLE = 64 };

/* A panel of figure 1 of Goodfellow et al. 2014. Curves are at DENSITY_POINTS places evenly over `x`, both ends
 * included. */
struct density_line {
    char title[DENSITY_TITLE]; /* above it; may be "" */
    struct range x, z;         /* what the axes span */
    double p_data[DENSITY_POINTS], p_g[DENSITY_POINTS], d[DENSITY_POINTS];
    double from[DENSITY_ARROWS], to[DENSITY_ARROWS]; /* z and G(z) */
    size_t arrows;                                   /* 0: z is no single number, there is no lower line */
};

/* The same in the plane. */
struct density_plane {
    char title[DENSITY_TITLE];
    struct range x, y;
    clgan_rows data, samples;               /* rows of two; owned by who fills it */
    float d[DENSITY_FIELD * DENSITY_FIELD]; /* at the middles of a grid over x and y, the first row at the top */
};

/* Panels, at least one, all of a kind, and what is written under them. */
struct density_figure {
    const struct density_line *lines; /* NULL: planes */
    const struct density_plane *planes;
    size_t count;
    const char *caption;
};
/* How large a chart it needs. */
void density_size(double *width, double *height, const struct density_figure *figure);
void density_draw(struct chart *chart, const struct density_figure *figure);

/* Place `i` of `count` evenly over a range, both ends included. */
double density_place(const struct range *range, size_t i, size_t count);

/* A Gaussian kernel density of `count` ascending values at the DENSITY_POINTS places of `range`. */
void density_of_kernels(double densities[DENSITY_POINTS], const struct range *range, const double *sorted, size_t count,
                        double bandwidth);
/* A third of Silverman's rule of thumb, .9 min(deviation, interquartile range / 1.349) n^(-1/5) (1986, eq. 3.31): his
 * is for one smooth hump, p_g may have edges. At least `least`. */
double density_bandwidth(const double *sorted, size_t count, double least);

#endif

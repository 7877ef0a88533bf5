#include <stdlib.h>
#include <string.h>

#include "command.h"

struct figure {
    const char *data, *device, *out;
    struct settings checkpoints;
    struct seed seed, from, to;
    uint64_t rows, columns, steps, count;
    int raw, no_cache;
};

struct kind {
    const char *name;
    clgan_status (*make)(char **written, clgan_run *run, const clgan_figure_options *options);
    const char *options; /* names of those that it takes */
    const char *about, *more;
};

#define ABOUT "Draws a figure of a run into RUN/figures."
#define FROM_WEIGHTS "checkpoint raw out device no-cache"

static const struct kind kinds[] = {
    {"nearest", clgan_figure_nearest, "rows columns seed data " FROM_WEIGHTS,
     "samples, and the training images nearest to them",
     "Random samples, not picked. The column set apart at the right holds, for the sample beside it,\n"
     "the training image nearest in squared distance: a net that copies would show it here."},
    {"interpolate", clgan_figure_interpolate, "from to steps rows " FROM_WEIGHTS, "what G makes along lines in z",
     "Each row leads from one random z to another: on a straight line where z is uniform, on a great\n"
     "circle where it is normal or spherical."},
    {"density", clgan_figure_density, "count seed " FROM_WEIGHTS, "p_data, p_g and D in one or two dimensions",
     "For recipes that draw their data. One dimension (gauss1d): p_data, p_g, D and arrows from z to\n"
     "G(z), as the paper's figure 1. Two (ring8): data and samples over D. PNG and SVG; --checkpoint may\n"
     "come more than once, a panel each."},
    {"filmstrip", clgan_figure_filmstrip, "frames out", "samples of the same noise over the epochs",
     "From the pictures that training keeps in RUN/samples: one picture of up to 12 epochs, and an\n"
     "animated PNG (-animated.png). Where there are more epochs they are chosen evenly."},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct kind *find(const char *name)
{
    for (const struct kind *at = kinds; at->name; at++)
        if (strcmp(at->name, name) == 0) return at;
    return NULL;
}

static int print_kinds(FILE *out)
{
    fprintf(out, "usage: clgan figure KIND RUN [OPTIONS]\n\n" ABOUT "\n\n");
    for (const struct kind *at = kinds; at->name; at++) fprintf(out, "  %-12s %s\n", at->name, at->about);
    fprintf(out, "\n  clgan figure KIND --help lists the options of one.\n");
    return CLGAN_OK;
}

static int start(struct context *context, const struct kind *kind, const struct figure *figure, const char *folder)
{
    clgan_run *run;
    char *written;
    clgan_figure_options options = CLGAN_FIGURE_OPTIONS;
    options.device.device = figure->device;
    options.device.no_cache = figure->no_cache;
    options.checkpoints = figure->checkpoints.texts;
    options.checkpoint_count = figure->checkpoints.count;
    options.data = figure->data;
    options.out = figure->out;
    if (figure->seed.text) options.seed = figure->seed.value;
    if (figure->from.text) options.seed = figure->from.value;
    if (figure->to.text) options.seed_to = figure->to.value;
    options.rows = figure->rows;
    options.columns = figure->steps ? figure->steps : figure->columns;
    options.count = figure->count;
    options.raw_weights = figure->raw;
    clgan_status status = clgan_run_open(&run, folder, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    status = kind->make(&written, run, &options);
    if (status == CLGAN_OK) {
        fputs(written, context->out);
        clgan_text_free(written);
    }
    clgan_run_free(run);
    return command_end(status);
}

/* Whether `name` is one of the words of `list`. */
static int lists(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return 1;
    return 0;
}

static int read_and_start(struct context *context, const struct kind *kind, int argc, char **argv)
{
    struct figure figure = {0};
    const struct option_spec all[] = {
        {"rows", "R", OPTION_COUNT, &figure.rows, "lines of the picture (nearest: 4; interpolate: 5)"},
        {"columns", "C", OPTION_COUNT, &figure.columns, "samples in a row (5)"},
        {"steps", "N", OPTION_COUNT, &figure.steps, "samples along a line, both ends included (11)"},
        {"from", "SEED", OPTION_SEED, &figure.from, "of the z where the lines begin (1)"},
        {"to", "SEED", OPTION_SEED, &figure.to, "of the z where they end (2)"},
        {"count", "N", OPTION_COUNT, &figure.count, "samples to draw (100000; 2000 in two dimensions)"},
        {"frames", "N", OPTION_COUNT, &figure.count, "of the animation, at most (60)"},
        {"seed", "N", OPTION_SEED, &figure.seed, "of the noise (1)"},
        {"data", "DIR", OPTION_TEXT, &figure.data, "where the training images are (where the run found them)"},
        {"checkpoint", "FILE", OPTION_SETTINGS, &figure.checkpoints,
         "weights to use: a file, a step's number, or best (the newest checkpoint)"},
        {"raw", NULL, OPTION_FLAG, &figure.raw, "G's weights as they are, where the run keeps an average"},
        {"out", "FILE.png", OPTION_TEXT, &figure.out, "file to write, or a folder (RUN/figures)"},
        {"device", "D", OPTION_TEXT, &figure.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &figure.no_cache, "neither read nor write compiled programs"},
    };
    struct option_spec taken[COUNT_OF(all)];
    char name[32];
    snprintf(name, sizeof name, "figure %s", kind->name);
    struct usage usage = {.name = name,
                          .operands = "RUN",
                          .about = kind->more,
                          .options = taken,
                          .least = 1,
                          .most = 1,
                          .brief = kind->about};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (lists(kind->options, all[i].name)) taken[usage.option_count++] = all[i];
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (options_read(&code, context, &usage, argc, argv, operands)) code = start(context, kind, &figure, operands[0]);
    free(figure.checkpoints.texts);
    return code;
}

/* The usage of the command, then of each kind. */
static int describe(struct context *context, char **argv)
{
    static const struct usage own = {
        .name = "figure",
        .operands = "KIND RUN [OPTIONS]",
        .about = ABOUT,
        .examples =
            "clgan figure nearest runs/mnist-001\tSamples of a run beside the training images nearest to them:\n"
            "clgan figure density runs/gauss1d-001 --checkpoint best --out density.png\t"
            "The one-dimensional game, with the weights that evaluated best:\n"};
    int code;
    options_read(&code, context, &own, 0, NULL, NULL);
    for (const struct kind *at = kinds; at->name; at++) read_and_start(context, at, 1, argv);
    return code;
}

int command_figure(struct context *context, int argc, char **argv)
{
    if (context->describe) return describe(context, argv);
    if (argc < 2) return command_misuse("figure", "expected a kind of figure and a RUN");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return print_kinds(context->out);
    const struct kind *kind = find(argv[1]);
    if (!kind) return command_misuse("figure", "no figure %s", argv[1]);
    return read_and_start(context, kind, argc - 1, argv + 1);
}

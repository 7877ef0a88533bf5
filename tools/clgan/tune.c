#include <stdlib.h>
#include <unistd.h>

#include "command.h"

struct screen {
    int terminal, quiet;
    int drawn;              /* a line stands that is to be drawn over */
    unsigned wrong, failed; /* candidates dropped so far */
};

static void show(void *user, const clgan_tune_progress *p)
{
    struct screen *screen = user;
    screen->wrong = p->wrong;
    screen->failed = p->failed;
    if (screen->quiet || (!screen->terminal && p->tried < p->candidates && (p->tried & (p->tried - 1))))
        return; /* where nobody watches: after 1, 2, 4, ... candidates, and the last */
    fprintf(stderr, "%s%4.0f s  %2u/%u  %-40s %2u of %u tried, best %-28s %9.3f ms%s", screen->drawn ? "\r" : "",
            p->seconds, p->number, p->products, p->product, p->tried, p->candidates, p->best, p->milliseconds,
            screen->terminal ? "\033[K" : "\n");
    screen->drawn = screen->terminal;
    fflush(stderr);
}

static int print_kept(struct context *context, const clgan_device_options *device)
{
    char *text;
    const clgan_status status = clgan_tuning_text(&text, device, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    if (*text)
        fputs(text, context->out);
    else
        fprintf(stderr, "clgan: nothing is kept for this device; clgan tune measures\n");
    clgan_text_free(text);
    return 0;
}

static int tune(struct context *context, const char *name, const struct settings *settings, clgan_tune_options *options)
{
    struct screen screen = {.terminal = isatty(STDERR_FILENO), .quiet = context->quiet};
    clgan_recipe *recipe;
    clgan_status status = clgan_recipe_read(&recipe, name, settings->texts, settings->count);
    if (status != CLGAN_OK) return command_end(status);
    options->progress = show;
    options->user = &screen;
    options->stop = context->stop;
    status = clgan_tune(recipe, options, &context->log);
    clgan_recipe_free(recipe);
    if (screen.drawn) fputc('\n', stderr);
    if (!context->quiet && (status == CLGAN_OK || status == CLGAN_STOPPED))
        fprintf(stderr, "clgan: kept for trainings to come%s; dropped: %u computed wrongly, %u not built or launched\n",
                status == CLGAN_STOPPED ? ", stopped early: the same command goes on" : "", screen.wrong,
                screen.failed);
    return command_end(status);
}

int command_tune(struct context *context, int argc, char **argv)
{
    struct settings settings = {0};
    clgan_tune_options tuning = CLGAN_TUNE_OPTIONS;
    const char *recipe = "mnist";
    int only_show = 0;
    const struct option_spec options[] = {
        {"recipe", "R", OPTION_TEXT, &recipe, "whose matrix products to tune: a shipped name or a file (mnist)"},
        {"device", "D", OPTION_TEXT, &tuning.device.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"budget", "T", OPTION_TIME, &tuning.seconds, "begin nothing new after 90s or 10m (measure all candidates)"},
        {"set", "KEY=VALUE", OPTION_SETTINGS, &settings, "override a key of the recipe, e.g. train.batch=25"},
        {"show", NULL, OPTION_FLAG, &only_show, "print what is kept for the device, and measure nothing"},
        {"quiet", NULL, OPTION_FLAG, &context->quiet, "print warnings and errors only"},
        {"cache", "DIR", OPTION_TEXT, &tuning.device.cache_dir, "where it is kept (~/.cache/clgan)"},
    };
    const struct usage usage = {
        .name = "tune",
        .operands = "",
        .about =
            "Measures which kernel makes each matrix product of a recipe fastest on a device, its own ones and\n"
            "CLBlast's, and keeps the choice for trainings to come. What computes wrongly is dropped. Saves after\n"
            "each gain; Ctrl-C stops, the same command goes on.",
        .options = options,
        .option_count = COUNT_OF(options),
        .examples = "clgan tune --recipe mnist --budget 60\tMeasure for a minute; the same again goes on:\n"
                    "clgan tune --show\tWhat is kept for the default device:\n"};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (options_read(&code, context, &usage, argc, argv, operands))
        code = only_show ? print_kept(context, &tuning.device) : tune(context, recipe, &settings, &tuning);
    free(settings.texts);
    return code;
}

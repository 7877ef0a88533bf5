#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

#define DEFAULT_RECIPE "fashion-quick"
#define WATCH_PORT 8014 /* where --watch looks first */
#define FILES                                                                                                          \
    "RUN/recipe.yaml\tthe recipe, every key resolved\n"                                                                \
    "RUN/kernels.txt\twhich kernel makes each matrix product; a resumed run goes on with them\n"                       \
    "RUN/log.jsonl\ta line an epoch\n"                                                                                 \
    "RUN/samples/epoch-NNNN.png\tsamples, always of the same noise\n"                                                  \
    "RUN/checkpoints/\tthe two newest, and best.safetensors where epochs are evaluated\n"
#define EXAMPLES                                                                                                       \
    "clgan train mnist --data ~/mnist\tTrain the recipe of 2014 on MNIST:\n"                                           \
    "clgan train mnist --data ~/mnist --set train.batch=50 --dry-run\tSee what a step of a changed recipe would do:\n" \
    "clgan train ring8 --epochs 20 --out runs/ring\tLook at mode collapse in two dimensions:\n"                        \
    "clgan train --resume runs/fashion-quick-001 --epochs 30\tTrain a run further:\n"
/* Between two lines of an epoch where nobody watches, seconds. */
#define LINE_SECONDS 30.0
/* Where there are more epochs than this, and they are short, not each leaves a line, but one every so many seconds. */
#define MANY_EPOCHS 200
#define SHORT_EPOCH 1.0
#define EPOCH_LINE_SECONDS 10.0

struct train {
    const char *data, *device, *out, *resume, *from, *cache, *on_nan, *show, *tensorboard;
    struct seed seed;
    struct settings settings;
    uint64_t epochs, evaluate_every;
    double seconds;
    struct port watch;
    int dry_run, profile, quiet, no_cache, stream, no_tune, stop_on_collapse, force;
};

/* ---- progress ---- */

struct screen {
    int terminal; /* lines are drawn over */
    int drawn;    /* a line stands that is to be drawn over */
    int quiet;
    double told; /* seconds in the epoch at the last line */
    uint64_t epoch;
    clgan_watch *watch;       /* NULL: nobody watches in a browser */
    double stood;             /* clock of the last epoch's line that stays */
    struct show show;         /* the last picture, when training is done */
    clgan_tensorboard *board; /* NULL: not wanted, or it failed */
};

static void print_time(char text[32], double seconds)
{
    const unsigned whole = seconds < 359999 ? (unsigned)lround(seconds) : 359999;
    if (whole >= 3600)
        snprintf(text, 32, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, 32, "%u:%02u", whole / 60, whole % 60);
}

/* Under the line of an epoch that ended. */
static void show_health(const clgan_health *health)
{
    fprintf(
        stderr,
        "    spread %.2f  variance %.2f  D right on %.0f %% of real, %.0f %% of fake, saturated %.0f %%  gradients G "
        "%.3g, D %.3g",
        health->spread, health->variance, 100 * health->accuracy_real, 100 * health->accuracy_fake,
        100 * health->saturated, health->g_gradient, health->d_gradient);
    if (isfinite(health->modes)) fprintf(stderr, "  modes %.0f, good %.1f %%", health->modes, 100 * health->good);
    fputc('\n', stderr);
}

/* Training goes on without it where it can't be written. */
static void add_to_board(struct screen *screen, const clgan_progress *progress)
{
    if (!screen->board || clgan_tensorboard_add(screen->board, progress) == CLGAN_OK) return;
    fprintf(stderr, "%sclgan: warning: TensorBoard is told no more: %s\n", screen->drawn ? "\n" : "",
            clgan_last_error());
    screen->drawn = 0;
    clgan_tensorboard_free(screen->board);
    screen->board = NULL;
}

/* Whether the epoch's end is passed over, as one of very many. */
static int is_passing(struct screen *screen, const clgan_progress *p)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double clock = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    const double pause = screen->terminal ? EPOCH_LINE_SECONDS : LINE_SECONDS;
    const int is_said = p->epoch == p->epochs || p->alarms_begun || p->alarms_ended || isfinite(p->log_likelihood);
    if (p->epochs > MANY_EPOCHS && p->seconds < SHORT_EPOCH && !is_said && clock - screen->stood < pause) return 1;
    screen->stood = clock;
    return 0;
}

static void show(void *user, const clgan_progress *p)
{
    struct screen *screen = user;
    char left[32];
    if (screen->watch) clgan_watch_progress(screen->watch, p);
    add_to_board(screen, p);
    if (screen->quiet) return;
    if (p->epoch != screen->epoch) screen->told = 0;
    screen->epoch = p->epoch;
    const int ended = p->epoch_ended && !is_passing(screen, p);
    if (!screen->terminal && !ended && p->seconds - screen->told < LINE_SECONDS) return;
    screen->told = p->seconds;
    print_time(left, p->seconds_left);
    const uint64_t done = p->epoch_ended ? 100 : p->step % p->steps_per_epoch * 100 / p->steps_per_epoch;
    fprintf(
        stderr,
        "%sepoch %llu/%llu %3llu%%  %.1f steps/s  %.0f samples/s  D loss %.4f  G loss %.4f  D(x) %.3f  D(G(z)) %.3f  "
        "left %s%s",
        screen->drawn ? "\r" : "", (unsigned long long)p->epoch, (unsigned long long)p->epochs,
        (unsigned long long)done, p->steps_per_second, p->samples_per_second, p->d_loss, p->g_loss, p->d_real,
        p->d_fake, left, screen->terminal ? "\033[K" : "");
    screen->drawn = screen->terminal && !ended;
    if (!screen->drawn) fputc('\n', stderr);
    if (ended) show_health(&p->health);
    if (ended && isfinite(p->log_likelihood))
        fprintf(stderr, "    validation log-likelihood %.2f (sigma %.4f)\n", p->log_likelihood, p->sigma);
    fflush(stderr);
}

/* ---- */

static clgan_train_options train_options(const struct train *train, const struct context *context,
                                         struct screen *screen)
{
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    options.device.device = train->device;
    options.device.cache_dir = train->cache;
    options.device.no_cache = train->no_cache;
    options.resume = train->resume != NULL;
    options.data = train->resume ? train->data : NULL;
    options.epochs = train->epochs;
    options.evaluate_every = train->evaluate_every;
    options.seconds = train->seconds;
    options.stream_data = train->stream;
    options.no_tune = train->no_tune;
    options.profile = train->profile;
    options.stop_on_collapse = train->stop_on_collapse;
    options.rollback = train->on_nan && strcmp(train->on_nan, "rollback") == 0;
    options.force = train->force;
    options.stop = context->stop;
    options.progress = show;
    options.user = screen;
    return options;
}

/* --seed N is --set train.seed=N. */
static clgan_status read_recipe(clgan_recipe **recipe, struct train *train, const char *name)
{
    char seed[48];
    const char **texts = calloc(train->settings.count + 1, sizeof *texts);
    size_t count = train->settings.count;
    if (!texts) return CLGAN_FAILED;
    if (count) memcpy(texts, train->settings.texts, count * sizeof *texts);
    snprintf(seed, sizeof seed, "train.seed=%llu", (unsigned long long)train->seed.value);
    if (train->seed.text) texts[count++] = seed;
    const clgan_status status = clgan_recipe_read(recipe, name, texts, count);
    free(texts);
    return status;
}

static int dry_run(struct context *context, const struct train *train, const clgan_recipe *recipe,
                   const clgan_train_options *options)
{
    char *text;
    const clgan_status status = clgan_train_describe(&text, recipe, train->data, options, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    fputs(text, context->out);
    clgan_text_free(text);
    return 0;
}

/* Listens before a folder is made: a port that is taken leaves nothing behind. */
static clgan_status begin_watch(struct screen *screen, const struct port *port)
{
    clgan_status status = CLGAN_OK;
    if (!port->given) return status;
    status = clgan_watch_begin(&screen->watch, port->named ? port->number : WATCH_PORT);
    if (status != CLGAN_OK && !port->named) status = clgan_watch_begin(&screen->watch, 0);
    return status;
}

static clgan_status watch_run(const struct screen *screen, const clgan_run *run)
{
    if (!screen->watch) return CLGAN_OK;
    const clgan_status status = clgan_watch_run(screen->watch, run);
    if (status == CLGAN_OK)
        fprintf(stderr, "clgan: watch it at http://127.0.0.1:%u/\n", clgan_watch_port(screen->watch));
    return status;
}

/* A picture that can't be shown is no failure of the training. */
static void show_picture(struct context *context, const clgan_run *run, const struct show *show)
{
    char *text;
    if (!show->wanted) return;
    if (clgan_run_show(&text, run, &show->options) == CLGAN_OK)
        show_write(show, text);
    else
        context->log.line(context->log.user, CLGAN_LEVEL_WARNING, clgan_last_error());
}

/* `tensorboard`: --tensorboard as given; "" in the run's folder; NULL: not wanted. */
static int train_run(struct context *context, clgan_run *run, const char *tensorboard,
                     const clgan_train_options *options)
{
    struct screen *screen = options->user;
    clgan_status status = watch_run(screen, run);
    if (status == CLGAN_OK && tensorboard)
        status = clgan_tensorboard_open(&screen->board, run, *tensorboard ? tensorboard : NULL);
    if (status == CLGAN_OK) status = clgan_train(run, options);
    clgan_tensorboard_free(screen->board);
    clgan_watch_end(screen->watch, status);
    screen->watch = NULL;
    if (screen->drawn) fputc('\n', stderr);
    if (status == CLGAN_OK) show_picture(context, run, &screen->show);
    if (status == CLGAN_OK && !context->quiet)
        fprintf(stderr,
                "clgan: pictures in %s/samples; draw more with: clgan sample %s; see it all with: clgan report %s\n",
                clgan_run_folder(run), clgan_run_word(run), clgan_run_word(run));
    return command_end(status);
}

static int train_new(struct context *context, struct train *train, const char *name, const clgan_train_options *options)
{
    clgan_recipe *recipe;
    clgan_run *run;
    clgan_status status = read_recipe(&recipe, train, name);
    if (status != CLGAN_OK) return command_end(status);
    if (train->dry_run) {
        const int code = dry_run(context, train, recipe, options);
        clgan_recipe_free(recipe);
        return code;
    }
    status = begin_watch(options->user, &train->watch);
    if (status == CLGAN_OK)
        status = clgan_run_create(&run, recipe, train->out, train->data, train->from, &context->log);
    clgan_recipe_free(recipe);
    if (status != CLGAN_OK) return command_end(status);
    if (!context->quiet) fprintf(stderr, "clgan: run folder %s\n", clgan_run_folder(run));
    const int code = train_run(context, run, train->tensorboard, options);
    clgan_run_free(run);
    return code;
}

static int train_on(struct context *context, const struct train *train, const clgan_train_options *options)
{
    clgan_run *run;
    clgan_status status = begin_watch(options->user, &train->watch);
    if (status == CLGAN_OK) status = clgan_run_open(&run, train->resume, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    const int code = train_run(context, run, train->tensorboard, options);
    clgan_run_free(run);
    return code;
}

/* 0, or the exit code of options that don't go together, which is told. */
static int misused(const struct train *train, const char *recipe)
{
    if (train->on_nan && strcmp(train->on_nan, "rollback") != 0 && strcmp(train->on_nan, "stop") != 0)
        return command_misuse("train", "--on-nan is stop or rollback");
    if (train->epochs > CLGAN_EPOCHS || train->evaluate_every > CLGAN_EPOCHS)
        return command_misuse("train", "--epochs and --evaluate-every are at most 1000000000");
    if (train->resume &&
        (recipe || train->out || train->from || train->seed.text || train->settings.count || train->dry_run))
        return command_misuse("train", "--resume goes on with the run's own recipe: it takes no RECIPE, --out, --from, "
                                       "--seed, --set or --dry-run");
    return 0;
}

static int start(struct context *context, struct train *train, const char *recipe)
{
    struct screen screen = {.terminal = isatty(STDERR_FILENO), .quiet = train->quiet};
    const clgan_train_options options = train_options(train, context, &screen);
    int code = misused(train, recipe);
    if (!code) code = show_begin(&screen.show, "train", train->show, !train->quiet, stderr);
    context->quiet = train->quiet;
    if (code) return code;
    code = train->resume ? train_on(context, train, &options)
                         : train_new(context, train, recipe ? recipe : DEFAULT_RECIPE, &options);
    clgan_watch_end(screen.watch, CLGAN_FAILED); /* where it did not come to a training */
    return code;
}

int command_train(struct context *context, int argc, char **argv)
{
    struct train train = {0};
    const struct option_spec options[] = {
        {"data", "DIR", OPTION_TEXT, &train.data, "folder of the pictures, or one IDX file (the usual places)"},
        {"device", "D", OPTION_TEXT, &train.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"out", "RUN", OPTION_TEXT, &train.out, "the run's folder, made anew (runs/RECIPE-NNN)"},
        {"epochs", "N", OPTION_COUNT, &train.epochs, "epochs in all (as the recipe says)"},
        {"time", "T", OPTION_TIME, &train.seconds, "stop, saved, after 90s, 60m or 2h"},
        {"seed", "N", OPTION_SEED, &train.seed, "of all random numbers: --set train.seed=N"},
        {"set", "KEY=VALUE", OPTION_SETTINGS, &train.settings,
         "override a key of the recipe, e.g. generator.0.units=64"},
        {"from", "RUN", OPTION_TEXT, &train.from, "the run whose layers the recipe takes over"},
        {"resume", "RUN", OPTION_TEXT, &train.resume, "go on with a run from its newest checkpoint"},
        {"evaluate-every", "N", OPTION_COUNT, &train.evaluate_every,
         "every N epochs the validation log-likelihood; the best is kept for --checkpoint best"},
        {"dry-run", NULL, OPTION_FLAG, &train.dry_run,
         "print recipe, parameters, memory and the plan of a step; train nothing"},
        {"profile", NULL, OPTION_FLAG, &train.profile, "after training, print each launch's share of the time"},
        {"stream", NULL, OPTION_FLAG, &train.stream, "stream the pictures even if the device could hold them"},
        {"no-tune", NULL, OPTION_FLAG, &train.no_tune,
         "don't measure kernels for some seconds at the first training here"},
        {"stop-on-collapse", NULL, OPTION_FLAG, &train.stop_on_collapse,
         "stop, saved, with exit code 1, when an alarm begins (docs/evaluation.md)"},
        {"on-nan", "stop|rollback", OPTION_TEXT, &train.on_nan,
         "where numbers are no longer finite: stop, or rollback (to the newest checkpoint, and on with half the "
         "learning rates, up to 8 times) (stop)"},
        {"force", NULL, OPTION_FLAG, &train.force, "train on a device that fails its self-test, with a warning"},
        {"watch", "[PORT]", OPTION_PORT, &train.watch,
         "serve the run's page, live, to browsers of this machine (port 8014, or a free one; 0: any free one)"},
        {"show", SHOW_ARGUMENT, OPTION_MAYBE, &train.show,
         "show the last samples in the terminal as " SHOW_HOWS "; none: don't (in a terminal)"},
        {"tensorboard", "[=DIR]", OPTION_MAYBE, &train.tensorboard,
         "write event files of numbers and samples for TensorBoard into DIR (RUN/tensorboard)"},
        {"quiet", NULL, OPTION_FLAG, &train.quiet, "print warnings and errors only"},
        {"no-cache", NULL, OPTION_FLAG, &train.no_cache, "neither read nor write compiled programs"},
        {"cache", "DIR", OPTION_TEXT, &train.cache, "where compiled programs are kept (~/.cache/clgan)"},
    };
    const struct usage usage = {
        .name = "train",
        .operands = "[RECIPE] | --resume RUN",
        .about = "Trains a recipe (a name of `clgan recipes` or a YAML file; default " DEFAULT_RECIPE
                 ") into a run\nfolder, or goes on with a run. Ctrl-C finishes the step, saves and says how "
                 "to resume.",
        .options = options,
        .option_count = COUNT_OF(options),
        .most = 1,
        .files = FILES,
        .examples = EXAMPLES};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (options_read(&code, context, &usage, argc, argv, operands)) code = start(context, &train, operands[0]);
    free(train.settings.texts);
    return code;
}

/* Embeds libclgan: trains a tiny one-dimensional pair for two epochs, tells how it goes, draws samples from G into
 * memory and asks D what it makes of them. Ctrl-C stops, saved; the same command goes on.
 *
 *     cc embed.c $(pkg-config --cflags --libs clgan) -o embed && ./embed RUN-FOLDER */
#include <clgan.h>
#include <signal.h>
#include <stdio.h>

static volatile int stop; /* the training looks at it after each step */

static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

/* Lines that the library would like to be read. */
static void print_line(void *user, clgan_level level, const char *text)
{
    (void)user;
    if (level == CLGAN_LEVEL_WARNING) fprintf(stderr, "warning: %s\n", text);
}

/* Called about once a second, and where an epoch ends. */
static void print_epoch(void *user, const clgan_progress *progress)
{
    FILE *out = user;
    if (progress->epoch_ended)
        fprintf(out, "epoch %d of %d: D loss %.3f, G loss %.3f\n", (int)progress->epoch, (int)progress->epochs,
                progress->d_loss, progress->g_loss);
}

/* The run in `folder`: the one that is there, or a new one. */
static clgan_status open_run(clgan_run **run, int *resume, const char *folder, const clgan_log *log)
{
    const char *settings[] = {"train.batch=64", "data.steps_per_epoch=50"};
    clgan_recipe *recipe;
    *resume = clgan_run_open(run, folder, log) == CLGAN_OK;
    if (*resume) return CLGAN_OK;
    clgan_status status = clgan_recipe_read(&recipe, "gauss1d", settings, 2);
    if (status != CLGAN_OK) return status;
    status = clgan_run_create(run, recipe, folder, NULL, NULL, log);
    clgan_recipe_free(recipe);
    return status;
}

static clgan_status train(clgan_run *run, int resume)
{
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    options.resume = resume;
    options.epochs = 2;
    options.stop = &stop;
    options.progress = print_epoch;
    options.user = stdout;
    return clgan_train(run, &options);
}

/* Five samples, one value each, and D of each: how likely it finds it to be data. */
static clgan_status sample(clgan_run *run)
{
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    clgan_rows samples = {0}, scores = {0};
    options.count = 5;
    clgan_status status = clgan_sample(&samples, NULL, run, &options);
    if (status == CLGAN_OK) status = clgan_score(&scores, run, &samples, NULL, &options);
    for (size_t i = 0; status == CLGAN_OK && i < samples.rows; i++)
        printf("G(z) = %.4f  D(G(z)) = %.3f\n", (double)samples.values[i * samples.columns], (double)scores.values[i]);
    clgan_rows_free(&samples);
    clgan_rows_free(&scores);
    return status;
}

int main(int argc, char **argv)
{
    const clgan_log log = {print_line, NULL};
    clgan_run *run = NULL;
    int resume;
    if (argc != 2) {
        fprintf(stderr, "usage: embed RUN-FOLDER\n");
        return CLGAN_USAGE;
    }
    signal(SIGINT, on_interrupt);
    clgan_status status = open_run(&run, &resume, argv[1], &log);
    if (status == CLGAN_OK) status = train(run, resume);
    if (status == CLGAN_OK) status = sample(run);
    if (status == CLGAN_STOPPED)
        printf("stopped and saved: the same command goes on\n");
    else if (status != CLGAN_OK)
        fprintf(stderr, "embed: %s\n", clgan_last_error());
    clgan_run_free(run);
    return (int)status;
}

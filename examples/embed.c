/* Embeds libclgan: trains a tiny one-dimensional pair for two epochs and prints a few samples.
 *
 *     cc embed.c $(pkg-config --cflags --libs clgan) -o embed && ./embed RUN-FOLDER */
#include <clgan.h>
#include <stdio.h>

static void print_line(void *user, clgan_level level, const char *text)
{
    (void)user;
    if (level == CLGAN_LEVEL_WARNING) fprintf(stderr, "warning: %s\n", text);
}

static void print_epoch(void *user, const clgan_progress *progress)
{
    (void)user;
    if (progress->epoch_ended)
        printf("epoch %d: D loss %.3f, G loss %.3f\n", (int)progress->epoch, progress->d_loss, progress->g_loss);
}

static clgan_status train_and_sample(const char *folder)
{
    const clgan_log log = {print_line, NULL};
    const char *settings[] = {"train.batch=64", "data.steps_per_epoch=50"};
    clgan_recipe *recipe;
    clgan_run *run;
    clgan_status status = clgan_recipe_read(&recipe, "gauss1d", settings, 2);
    if (status != CLGAN_OK) return status;
    status = clgan_run_create(&run, recipe, folder, NULL, NULL, &log);
    clgan_recipe_free(recipe);
    if (status != CLGAN_OK) return status;

    clgan_train_options train = CLGAN_TRAIN_OPTIONS;
    train.epochs = 2;
    train.progress = print_epoch;
    status = clgan_train(run, &train);

    clgan_rows samples = {0};
    clgan_sample_options sample = CLGAN_SAMPLE_OPTIONS;
    sample.count = 5;
    if (status == CLGAN_OK) status = clgan_sample(&samples, NULL, run, &sample);
    for (size_t i = 0; status == CLGAN_OK && i < samples.rows; i++) printf("G(z) = %.4f\n", (double)samples.values[i]);
    clgan_rows_free(&samples);
    clgan_run_free(run);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: embed RUN-FOLDER\n");
        return CLGAN_USAGE;
    }
    const clgan_status status = train_and_sample(argv[1]);
    if (status != CLGAN_OK) fprintf(stderr, "embed: %s\n", clgan_last_error());
    return (int)status;
}

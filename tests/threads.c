/* threads FOLDER: trains, samples and evaluates in two threads at once, each with a device, a run and a recipe of its
 * own, from one cache folder, several times; then checks that both came to the same bits. For ThreadSanitizer. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clgan.h"

enum { THREADS = 2, SAMPLES = 20 };

struct worker {
    pthread_t thread;
    char folder[512];
    const char *cache;
    float samples[SAMPLES * 2];
    clgan_status status;
    char why[512];
};

static clgan_status work(struct worker *worker)
{
    static const char *const settings[] = {"train.batch=16", "data.steps_per_epoch=5", "output.samples=20",
                                           "train.seed=3"};
    clgan_recipe *recipe = NULL;
    clgan_run *run = NULL;
    clgan_train_options train = CLGAN_TRAIN_OPTIONS;
    clgan_sample_options sample = CLGAN_SAMPLE_OPTIONS;
    clgan_rows rows = {0};
    train.epochs = 3;
    train.device.cache_dir = sample.device.cache_dir = worker->cache;
    sample.count = SAMPLES;
    clgan_status status = clgan_recipe_read(&recipe, "ring8", settings, sizeof settings / sizeof *settings);
    if (status == CLGAN_OK) status = clgan_run_create(&run, recipe, worker->folder, NULL, NULL, NULL);
    if (status == CLGAN_OK) status = clgan_train(run, &train);
    if (status == CLGAN_OK) status = clgan_sample(&rows, NULL, run, &sample);
    if (status == CLGAN_OK) memcpy(worker->samples, rows.values, sizeof worker->samples);
    clgan_rows_free(&rows);
    clgan_run_free(run);
    clgan_recipe_free(recipe);
    return status;
}

static void *begin(void *user)
{
    struct worker *worker = user;
    worker->status = work(worker);
    if (worker->status != CLGAN_OK) snprintf(worker->why, sizeof worker->why, "%s", clgan_last_error());
    return NULL;
}

int main(int argc, char **argv)
{
    static struct worker workers[THREADS];
    char cache[512];
    if (argc != 2) return 2;
    snprintf(cache, sizeof cache, "%s/cache", argv[1]);
    for (int i = 0; i < THREADS; i++) {
        snprintf(workers[i].folder, sizeof workers[i].folder, "%s/run-%d", argv[1], i);
        workers[i].cache = cache;
        if (pthread_create(&workers[i].thread, NULL, begin, &workers[i]) != 0) return 2;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].status != CLGAN_OK) fprintf(stderr, "thread %d: %s\n", i, workers[i].why);
    }
    for (int i = 0; i < THREADS; i++)
        if (workers[i].status != CLGAN_OK ||
            memcmp(workers[i].samples, workers[0].samples, sizeof workers[i].samples) != 0) {
            fprintf(stderr, "threads: not the same samples\n");
            return 1;
        }
    return 0;
}

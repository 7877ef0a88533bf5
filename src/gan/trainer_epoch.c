/* What a training tells and keeps: once a second, and where an epoch ends. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/npy.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"
#include "gan/figure.h"
#include "gan/run_log.h"
#include "gan/trainer.h"
#include "nn/schedule.h"

/* ---- what is told ---- */

/* An epoch's means from its sums. In the simultaneous form and for k lanes alike a step adds one value of each. */
static void fill_means(clgan_progress *progress, const float sums[2 * METRICS], uint64_t steps)
{
    double mean[METRICS];
    for (int i = 0; i < METRICS; i++) mean[i] = ((double)sums[2 * i] - (double)sums[2 * i + 1]) / (double)steps;
    progress->d_loss = mean[METRIC_D_LOSS];
    progress->g_loss = mean[METRIC_G_LOSS];
    progress->d_real = mean[METRIC_D_REAL];
    progress->d_fake = mean[METRIC_D_FAKE];
}

/* Of a net's last update, after one step or more; `updates` of it in each. */
static void fill_schedule(double *rate, double *momentum, const struct optimiser_recipe *optimiser, int64_t updates,
                          const clgan_progress *progress)
{
    *rate = schedule_rate(optimiser, progress->step * (uint64_t)updates - 1);
    *momentum = optimiser->kind == OPTIMISER_SGD ? schedule_momentum(optimiser, progress->epoch - 1) : NAN;
}

void trainer_tell_kept(char kept[TRAINER_KEPT], const struct trainer *trainer)
{
    if (trainer->saved == UINT64_MAX)
        snprintf(kept, TRAINER_KEPT, "there is no checkpoint yet");
    else
        snprintf(kept, TRAINER_KEPT, "the checkpoint of step %" PRIu64 " is kept", trainer->saved);
}

clgan_status trainer_refuse_bad(struct trainer *trainer)
{
    step_state state;
    TRY(pair_read_state(&trainer->training->pair, &state));
    if (!state.first_bad) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "step %" PRIu64 ": a loss is not finite (NaN or infinity)",
                       (uint64_t)state.first_bad);
}

clgan_status trainer_look(struct trainer *trainer, clgan_progress *progress, int epoch_ended)
{
    const struct recipe *recipe = trainer->training->recipe;
    float sums[2 * METRICS];
    TRY(trainer_refuse_bad(trainer));
    TRY(pair_read_sums(&trainer->training->pair, sums));
    const uint64_t steps = epoch_ended ? trainer->per_epoch : trainer->step % trainer->per_epoch;
    const double now = clock_seconds(), all = now - trainer->began;
    const double rate = (double)(trainer->step - trainer->epoch_step) / fmax(now - trainer->epoch_began, 1e-9);
    const double mean_rate = (double)(trainer->step - trainer->began_step) / fmax(all, 1e-9);
    *progress =
        (clgan_progress){.step = trainer->step,
                         .epoch = (trainer->step - (uint64_t)epoch_ended) / trainer->per_epoch + 1,
                         .epochs = trainer->total / trainer->per_epoch,
                         .steps_per_epoch = trainer->per_epoch,
                         .epoch_ended = epoch_ended,
                         .seconds = now - trainer->epoch_began,
                         .steps_per_second = rate,
                         .log_likelihood = NAN,
                         .sigma = NAN,
                         .samples_per_second = rate * (double)(recipe->train.batch) * (double)pair_lanes(recipe),
                         .seconds_left = (double)(trainer->total - trainer->step) / fmax(mean_rate, 1e-9)};
    fill_means(progress, sums, steps ? steps : 1);
    fill_schedule(&progress->g_rate, &progress->g_momentum, &recipe->generator_optimiser, recipe->train.generator_steps,
                  progress);
    fill_schedule(&progress->d_rate, &progress->d_momentum, &recipe->discriminator_optimiser,
                  recipe->train.discriminator_steps, progress);
    return CLGAN_OK;
}

void trainer_tell(struct trainer *trainer, const clgan_progress *progress)
{
    trainer->shown = clock_seconds();
    if (trainer->options->progress) trainer->options->progress(trainer->options->user, progress);
}

/* ---- what is kept ---- */

clgan_status trainer_save(struct trainer *trainer)
{
    if (trainer->saved == trainer->step) return CLGAN_OK;
    TRY(checkpoint_save(&trainer->training->pair, trainer->run->folder, trainer->run->recipe_text, trainer->step));
    trainer->saved = trainer->step;
    return CLGAN_OK;
}

static clgan_status write_samples(const struct trainer *trainer, const clgan_rows *rows, uint64_t epoch)
{
    char name[RUN_PICTURE], *path = NULL, *folder = NULL;
    struct range view[2];
    struct picture picture = {0};
    run_picture_name(name, epoch);
    TRY(file_make_inner_folder(&folder, trainer->run->folder, "samples"));
    clgan_status status = run_path(&path, trainer->run, name);
    if (status == CLGAN_OK)
        status = picture_of_rows(&picture, rows, 0, 0, clgan_run_signed(trainer->run),
                                 figure_view(view, trainer->training->recipe));
    if (status == CLGAN_OK) status = picture_write_png(&picture, path);
    picture_free(&picture);
    free(path);
    free(folder);
    return status;
}

clgan_status trainer_draw_samples(const struct trainer *trainer, uint64_t epoch, clgan_health *health)
{
    const struct recipe *recipe = trainer->training->recipe;
    clgan_rows rows;
    TRY(rows_take(&rows, (size_t)recipe->output.samples, (size_t)recipe->data.channels, (size_t)recipe->data.height,
                  (size_t)recipe->data.width));
    clgan_status status = sampler_draw(&trainer->training->sampler, rows.values, NULL, NULL, rows.rows);
    if (status == CLGAN_OK) status = write_samples(trainer, &rows, epoch);
    if (status == CLGAN_OK) monitor_modes(health, recipe, &rows);
    clgan_rows_free(&rows);
    return status;
}

/* ---- an epoch's end ---- */

/* One that comes and goes is not told of for ever. */
enum { ALARM_TOLD = 3 };

static void warn_of(struct trainer *trainer, const clgan_progress *progress, clgan_alarm alarm)
{
    const unsigned bit = 1u << alarm;
    unsigned *times = &trainer->warned[alarm];
    const char *words = alarm_words(alarm);
    *times += (progress->alarms_begun & bit) != 0;
    if (progress->alarms_begun & bit && *times == 1)
        log_warning(&trainer->run->log, "epoch %" PRIu64 ": %s. What helps: %s", progress->epoch, words,
                    alarm_help(alarm));
    else if (progress->alarms_begun & bit && *times <= ALARM_TOLD)
        log_warning(&trainer->run->log, "epoch %" PRIu64 ": again, %s%s", progress->epoch, words,
                    *times < ALARM_TOLD ? "" : ". It comes and goes: from now on only log.jsonl tells of it");
    if (progress->alarms_ended & bit && *times < ALARM_TOLD)
        log_warning(&trainer->run->log, "epoch %" PRIu64 ": no longer so: %s", progress->epoch, words);
}

static void warn(struct trainer *trainer, const clgan_progress *progress)
{
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++) warn_of(trainer, progress, alarm);
}

static clgan_status recall_line(void *user, clgan_progress *line)
{
    struct trainer *trainer = user;
    alarms_follow(&trainer->alarms, trainer->training->recipe, line);
    trainer->best = fmax(trainer->best, line->log_likelihood); /* passes over NAN */
    return CLGAN_OK;
}

/* The kept one may be of a course that a rollback has cut from the log; a damaged one counts for nothing. */
static clgan_status recall_best(struct trainer *trainer)
{
    struct checkpoint best;
    char *path;
    if (!trainer->run->evaluate_every) return CLGAN_OK;
    TRY(checkpoint_files_best(&path, trainer->run->folder));
    if (!file_is_missing(path) && checkpoint_open(&best, path, trainer->run->recipe_text) == CLGAN_OK) {
        trainer->best = fmax(trainer->best, best.log_likelihood); /* passes over NAN */
        checkpoint_close(&best);
    }
    free(path);
    return CLGAN_OK;
}

clgan_status trainer_recall_log(struct trainer *trainer)
{
    trainer->best = -INFINITY;
    TRY(run_log_visit(trainer->run, recall_line, trainer));
    return recall_best(trainer);
}

static clgan_status refuse_collapse(struct trainer *trainer, unsigned begun)
{
    if (!begun || !trainer->options->stop_on_collapse) return CLGAN_OK;
    clgan_alarm first = 0;
    while (!(begun & 1u << first)) first++;
    TRY(trainer_save(trainer));
    trainer->advised = true;
    return status_fail(CLGAN_FAILED,
                       "%s: training stopped after step %" PRIu64 ", saved; go on with: clgan train "
                       "--resume %s",
                       alarm_words(first), trainer->step, trainer->run->word);
}

static bool is_evaluated(const struct trainer *trainer, uint64_t epoch)
{
    const uint64_t every = trainer->run->evaluate_every;
    return every && epoch % every == 0;
}

/* Before the epoch is in the log: where the log says that it was the best, the file is there. */
static clgan_status keep_best(struct trainer *trainer, const clgan_progress *progress)
{
    if (!(progress->log_likelihood > trainer->best)) return CLGAN_OK;
    trainer->best = progress->log_likelihood;
    return checkpoint_save_best(&trainer->training->pair, trainer->run->folder, trainer->run->recipe_text,
                                trainer->step, trainer->best);
}

clgan_status trainer_end_epoch(struct trainer *trainer)
{
    const struct recipe *recipe = trainer->training->recipe;
    const uint64_t epoch = trainer->step / trainer->per_epoch;
    const bool last = trainer->step == trainer->total;
    clgan_progress progress;
    TRY(trainer_look(trainer, &progress, 1));
    TRY(monitor_measure(&trainer->training->monitor, &progress.health));
    if (last || epoch % (uint64_t)recipe->output.sample_every == 0)
        TRY(trainer_draw_samples(trainer, epoch, &progress.health));
    if (is_evaluated(trainer, epoch)) TRY(validation_measure(&progress, &trainer->validation));
    alarms_follow(&trainer->alarms, recipe, &progress);
    trainer_tell(trainer, &progress);
    warn(trainer, &progress);
    TRY(pair_clear_sums(&trainer->training->pair));
    TRY(keep_best(trainer, &progress));
    TRY(run_log_append(trainer->run, &progress));
    if (last || epoch % (uint64_t)recipe->output.checkpoint_every == 0) TRY(trainer_save(trainer));
    trainer->epoch_began = clock_seconds();
    trainer->epoch_step = trainer->step;
    return refuse_collapse(trainer, progress.alarms_begun);
}

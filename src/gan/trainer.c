/* The loop of training: steps in groups, what is read back about once a second, epochs' ends. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/npy.h"
#include "gan/alarm.h"
#include "gan/checkpoint.h"
#include "gan/figure.h"
#include "gan/run_log.h"
#include "gan/training.h"
#include "gan/validation.h"

/* A group of steps is about this long: short enough for a watchdog, long enough to hide the wait. Seconds. */
#define GROUP_SECONDS 0.1
#define PROGRESS_SECONDS 1.0

struct trainer {
    struct clgan_run *run;
    const clgan_train_options *options;
    struct training *training;
    uint64_t step, total, per_epoch; /* steps done, wanted in all, of an epoch */
    uint64_t saved;                  /* step of the newest checkpoint; UINT64_MAX: none yet */
    double began, epoch_began;       /* clock at the loop's start, and at the epoch's (or the resume in it) */
    uint64_t began_step, epoch_step; /* steps done then */
    double shown;                    /* clock of the last progress */
    size_t group;                    /* steps between two waits */
    struct alarms alarms;
    struct validation validation;
    double best; /* log-likelihood so far; -INFINITY: none */
};

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

static clgan_status refuse_bad(struct trainer *trainer)
{
    step_state state;
    TRY(pair_read_state(&trainer->training->pair, &state));
    if (!state.first_bad) return CLGAN_OK;
    char kept[64] = "there is no checkpoint yet";
    if (trainer->saved != UINT64_MAX)
        snprintf(kept, sizeof kept, "the checkpoint of step %" PRIu64 " is kept", trainer->saved);
    return status_fail(CLGAN_FAILED,
                       "step %" PRIu64 ": a loss is not finite (NaN or infinity); training stopped, %s. Try a "
                       "lower learning rate",
                       (uint64_t)state.first_bad, kept);
}

/* Reads back the sums and checks that all was finite. */
static clgan_status look(struct trainer *trainer, clgan_progress *progress, int epoch_ended)
{
    const struct recipe *recipe = trainer->training->recipe;
    float sums[2 * METRICS];
    TRY(refuse_bad(trainer));
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
    return CLGAN_OK;
}

static void tell(struct trainer *trainer, const clgan_progress *progress)
{
    trainer->shown = clock_seconds();
    if (trainer->options->progress) trainer->options->progress(trainer->options->user, progress);
}

/* ---- what is kept ---- */

static clgan_status save(struct trainer *trainer)
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

/* The picture of the fixed noise after `epoch`, and what it tells of modes. */
static clgan_status draw_samples(const struct trainer *trainer, uint64_t epoch, clgan_health *health)
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

static void warn(const struct trainer *trainer, const clgan_progress *progress)
{
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++) {
        const unsigned bit = 1u << alarm;
        if (progress->alarms_begun & bit)
            log_warning(&trainer->run->log, "epoch %" PRIu64 ": %s. What helps: %s", progress->epoch,
                        alarm_words(alarm), alarm_help(alarm));
        if (progress->alarms_ended & bit)
            log_warning(&trainer->run->log, "epoch %" PRIu64 ": no longer so: %s", progress->epoch, alarm_words(alarm));
    }
}

/* What alarms stand after the log's epochs, and the best figure in it. */
static clgan_status recall_log(struct trainer *trainer)
{
    clgan_progress *lines;
    size_t count;
    TRY(run_log_read(&lines, &count, trainer->run));
    trainer->best = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        alarms_follow(&trainer->alarms, trainer->training->recipe, &lines[i]);
        trainer->best = fmax(trainer->best, lines[i].log_likelihood); /* passes over NAN */
    }
    free(lines);
    return CLGAN_OK;
}

static clgan_status refuse_collapse(struct trainer *trainer, unsigned begun)
{
    if (!begun || !trainer->options->stop_on_collapse) return CLGAN_OK;
    clgan_alarm first = 0;
    while (!(begun & 1u << first)) first++;
    TRY(save(trainer));
    return status_fail(CLGAN_FAILED,
                       "%s: training stopped after step %" PRIu64 ", saved; go on with: clgan train "
                       "--resume %s",
                       alarm_words(first), trainer->step, trainer->run->folder);
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
                                trainer->step);
}

static clgan_status end_epoch(struct trainer *trainer)
{
    const struct recipe *recipe = trainer->training->recipe;
    const uint64_t epoch = trainer->step / trainer->per_epoch;
    const bool last = trainer->step == trainer->total;
    clgan_progress progress;
    TRY(look(trainer, &progress, 1));
    TRY(monitor_measure(&trainer->training->monitor, &progress.health));
    if (last || epoch % (uint64_t)recipe->output.sample_every == 0) TRY(draw_samples(trainer, epoch, &progress.health));
    if (is_evaluated(trainer, epoch)) TRY(validation_measure(&progress, &trainer->validation));
    alarms_follow(&trainer->alarms, recipe, &progress);
    tell(trainer, &progress);
    warn(trainer, &progress);
    TRY(pair_clear_sums(&trainer->training->pair));
    TRY(keep_best(trainer, &progress));
    TRY(run_log_append(trainer->run, &progress));
    if (last || epoch % (uint64_t)recipe->output.checkpoint_every == 0) TRY(save(trainer));
    trainer->epoch_began = clock_seconds();
    trainer->epoch_step = trainer->step;
    return refuse_collapse(trainer, progress.alarms_begun);
}

/* ---- the loop ---- */

static clgan_status run_step(struct trainer *trainer, bool first)
{
    struct training *training = trainer->training;
    const uint64_t step = trainer->step;
    TRY(pair_prepare_step(&training->pair, step));
    TRY(batches_prepare_step(&training->batches, &training->pair.state, step / trainer->per_epoch,
                             (size_t)(step % trainer->per_epoch), first));
    const bool last = (step + 1) % trainer->per_epoch == 0;
    struct plan *plan = last ? &training->pair.probe : &training->pair.step;
    clgan_status status = trainer->options->profile && !last ? plan_run_profiled(plan) : plan_run(plan);
    trainer->step++;
    return status == CLGAN_OK ? status : status_within(status, "step %" PRIu64, trainer->step);
}

/* Steps up to the group's size or the epoch's end, then waits for the group before. */
static clgan_status run_group(struct trainer *trainer)
{
    const uint64_t left = trainer->per_epoch - trainer->step % trainer->per_epoch;
    const size_t steps = trainer->group < left ? trainer->group : (size_t)left;
    const double start = clock_seconds();
    for (size_t i = 0; i < steps; i++) TRY(run_step(trainer, trainer->step == trainer->began_step));
    TRY(device_pace(trainer->training->device));
    const double took = clock_seconds() - start;
    if (took < GROUP_SECONDS / 2 && steps == trainer->group) trainer->group *= 2;
    if (took > GROUP_SECONDS * 2 && trainer->group > 1) trainer->group /= 2;
    return CLGAN_OK;
}

static bool wants_stop(const struct trainer *trainer) { return trainer->options->stop && *trainer->options->stop; }

static bool out_of_time(const struct trainer *trainer)
{
    return trainer->options->seconds > 0 && clock_seconds() - trainer->began >= trainer->options->seconds;
}

static clgan_status first_step(struct trainer *trainer, double opened)
{
    if (trainer->step == 0) TRY(draw_samples(trainer, 0, &(clgan_health){0}));
    trainer->began = trainer->epoch_began = trainer->shown = clock_seconds();
    trainer->began_step = trainer->epoch_step = trainer->step;
    TRY(run_group(trainer));
    TRY(device_rest(trainer->training->device));
    log_info(&trainer->run->log, "first step done after %.2f s", clock_seconds() - opened);
    return trainer->step % trainer->per_epoch ? CLGAN_OK : end_epoch(trainer);
}

static clgan_status loop(struct trainer *trainer, double opened)
{
    clgan_progress progress;
    if (trainer->step < trainer->total && !wants_stop(trainer)) TRY(first_step(trainer, opened));
    while (trainer->step < trainer->total && !wants_stop(trainer) && !out_of_time(trainer)) {
        TRY(run_group(trainer));
        if (trainer->step % trainer->per_epoch == 0)
            TRY(end_epoch(trainer));
        else if (clock_seconds() - trainer->shown >= PROGRESS_SECONDS) {
            TRY(look(trainer, &progress, 0));
            tell(trainer, &progress);
        }
    }
    TRY(refuse_bad(trainer));
    TRY(save(trainer));
    if (trainer->step == trainer->total) return CLGAN_OK;
    log_info(&trainer->run->log,
             "stopped after step %" PRIu64 " of %" PRIu64 ", saved; go on with: clgan train --resume %s", trainer->step,
             trainer->total, trainer->run->folder);
    return wants_stop(trainer) ? CLGAN_STOPPED : CLGAN_OK;
}

/* A line of log for each line of the table. */
static void log_profile(const struct trainer *trainer)
{
    const struct plan *plan = &trainer->training->pair.step;
    struct text text = {0};
    plan_print(&text, plan);
    log_info(&trainer->run->log, "time of each launch, mean of %" PRIu64 " steps:", plan->runs);
    for (const char *line = text.bytes; line && *line; line += strcspn(line, "\n") + 1)
        log_info(&trainer->run->log, "%.*s", (int)strcspn(line, "\n"), line);
    text_free(&text);
}

/* Brings the pair to where the run stands: step 0, or the newest checkpoint. */
static clgan_status restore(struct trainer *trainer, const struct checkpoint *checkpoint)
{
    struct training *training = trainer->training;
    trainer->per_epoch = training->batches.steps_per_epoch;
    trainer->saved = UINT64_MAX;
    trainer->group = 1;
    if (checkpoint) {
        TRY(checkpoint_read_pair(checkpoint, &training->pair));
        trainer->step = trainer->saved = checkpoint->step;
        log_info(&trainer->run->log, "resuming from %s", checkpoint->file.path);
    } else {
        TRY(training_initialise(training, trainer->run->from, &trainer->run->log));
    }
    TRY(run_log_cut(trainer->run, trainer->step / trainer->per_epoch));
    return recall_log(trainer);
}

static clgan_status train(struct clgan_run *run, const clgan_train_options *options,
                          const struct checkpoint *checkpoint)
{
    const double opened = clock_seconds();
    struct training training;
    struct trainer trainer = {.run = run, .options = options, .training = &training};
    char *choices;
    TRY(run_path(&choices, run, "kernels.txt"));
    clgan_status status = training_open(
        &training, &run->recipe, &(struct training_request){.data = run->data, .choices = choices}, options, &run->log);
    free(choices);
    TRY(status);
    if (run->evaluate_every) status = validation_make(&trainer.validation, &training);
    if (status == CLGAN_OK) status = restore(&trainer, checkpoint);
    if (status == CLGAN_OK) {
        trainer.total = run->epochs * trainer.per_epoch;
        status = loop(&trainer, opened);
    }
    if (options->profile && training.pair.step.runs) log_profile(&trainer);
    validation_free(&trainer.validation);
    training_close(&training);
    return status;
}

static clgan_status train_from(struct clgan_run *run, const clgan_train_options *options,
                               const struct checkpoint *checkpoint)
{
    if (options->epochs > RUN_EPOCHS || options->evaluate_every > RUN_EPOCHS)
        return status_fail(CLGAN_USAGE, "%s: asked for more epochs than the %d that a run may have", run->folder,
                           RUN_EPOCHS);
    const uint64_t done = checkpoint ? checkpoint->step / checkpoint->steps_per_epoch : 0;
    if (options->data) TRY(run_set_data(run, options->data));
    if (options->epochs) run->epochs = options->epochs;
    if (options->evaluate_every) run->evaluate_every = options->evaluate_every;
    if (!run->epochs) run->epochs = (uint64_t)run->recipe.train.epochs;
    if (done >= run->epochs) {
        log_info(&run->log, "%s is finished: %" PRIu64 " of %" PRIu64 " epochs are done. --epochs N asks for more",
                 run->folder, done, run->epochs);
        return CLGAN_OK;
    }
    TRY(run_write_settings(run));
    return train(run, options, checkpoint);
}

clgan_status clgan_train(clgan_run *run, const clgan_train_options *options)
{
    struct checkpoint checkpoint;
    int found;
    TRY(checkpoint_open_newest(&checkpoint, &found, run->folder, run->recipe_text, &run->log));
    clgan_status status;
    if (found && !options->resume)
        status =
            status_fail(CLGAN_USAGE, "%s has been trained already: go on with --resume %s", run->folder, run->folder);
    else
        status = train_from(run, options, found ? &checkpoint : NULL);
    if (found) checkpoint_close(&checkpoint);
    return status;
}

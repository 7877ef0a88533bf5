/* The loop of training: steps in groups, what is read back about once a second, and where a run stands. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "compute/choices.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"
#include "gan/divergence.h"
#include "gan/run_lock.h"
#include "gan/run_log.h"
#include "gan/run_pictures.h"

/* A group of steps is about this long: short enough for a watchdog, long enough to hide the wait. Seconds. */
#define GROUP_SECONDS 0.1
#define PROGRESS_SECONDS 1.0

/* ---- the loop ---- */

clgan_status trainer_prepare_step(struct plan **plan, struct trainer *trainer, bool first)
{
    struct training *training = trainer->training;
    const uint64_t step = trainer->step;
    TRY(pair_prepare_step(&training->pair, step));
    TRY(batches_prepare_step(&training->batches, &training->pair.state, step / trainer->per_epoch,
                             (size_t)(step % trainer->per_epoch), first));
    const bool last = (step + 1) % trainer->per_epoch == 0;
    *plan = last ? &training->pair.probe : &training->pair.step;
    return CLGAN_OK;
}

static clgan_status run_step(struct trainer *trainer, bool first)
{
    struct plan *plan;
    TRY(trainer_prepare_step(&plan, trainer, first));
    const bool profiled = trainer->options->profile && plan == &trainer->training->pair.step;
    const clgan_status status = profiled ? plan_run_profiled(plan) : plan_run(plan);
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

bool trainer_wants_stop(const struct trainer *trainer) { return trainer->options->stop && *trainer->options->stop; }

static bool out_of_time(const struct trainer *trainer)
{
    return trainer->options->seconds > 0 && clock_seconds() - trainer->opened >= trainer->options->seconds;
}

static clgan_status first_step(struct trainer *trainer, double opened)
{
    if (trainer->step == 0) TRY(trainer_draw_samples(trainer, 0, &(clgan_health){0}));
    trainer->began = trainer->epoch_began = trainer->shown = clock_seconds();
    if (!trainer->opened) trainer->opened = trainer->began;
    trainer->began_step = trainer->epoch_step = trainer->step;
    TRY(run_group(trainer));
    TRY(device_rest(trainer->training->device));
    log_info(&trainer->run->log, "first step done after %.2f s", clock_seconds() - opened);
    return trainer->step % trainer->per_epoch ? CLGAN_OK : trainer_end_epoch(trainer);
}

static clgan_status loop(struct trainer *trainer, double opened)
{
    clgan_progress progress;
    if (trainer->step < trainer->total && !trainer_wants_stop(trainer)) TRY(first_step(trainer, opened));
    while (trainer->step < trainer->total && !trainer_wants_stop(trainer) && !out_of_time(trainer)) {
        TRY(run_group(trainer));
        if (trainer->step % trainer->per_epoch == 0)
            TRY(trainer_end_epoch(trainer));
        else if (clock_seconds() - trainer->shown >= PROGRESS_SECONDS) {
            TRY(trainer_look(trainer, &progress, 0));
            trainer_tell(trainer, &progress);
        }
    }
    TRY(trainer_refuse_bad(trainer));
    TRY(trainer_save(trainer));
    if (trainer->step == trainer->total) return CLGAN_OK;
    log_info(&trainer->run->log,
             "stopped after step %" PRIu64 " of %" PRIu64 ", saved; go on with: clgan train --resume %s", trainer->step,
             trainer->total, trainer->run->word);
    return trainer_wants_stop(trainer) ? CLGAN_STOPPED : CLGAN_OK;
}

/* What failed may be gone, as a driver that was reset or a disc that was full is: the run can go on. */
static clgan_status advise(const struct trainer *trainer, clgan_status status)
{
    char kept[TRAINER_KEPT], message[8192];
    if (status != CLGAN_FAILED || trainer->advised) return status;
    trainer_tell_kept(kept, trainer);
    snprintf(message, sizeof message, "%s", clgan_last_error());
    return status_fail(status, "%s; %s, go on with: clgan train --resume %s", message, kept, trainer->run->word);
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

/* ---- where a run stands ---- */

/* NULL: step 0. */
static clgan_status load(struct trainer *trainer, const struct checkpoint *checkpoint)
{
    struct training *training = trainer->training;
    trainer->step = checkpoint ? checkpoint->step : 0;
    trainer->saved = checkpoint ? checkpoint->step : UINT64_MAX;
    if (checkpoint) return checkpoint_read_pair(checkpoint, &training->pair);
    return training_initialise(training, trainer->run->from, &trainer->run->log);
}

clgan_status trainer_rewind(struct trainer *trainer)
{
    struct checkpoint checkpoint;
    int found;
    const struct clgan_run *run = trainer->run;
    TRY(checkpoint_open_newest(&checkpoint, &found, run->folder, run->recipe_text, &run->log));
    clgan_status status = pair_clear(&trainer->training->pair);
    if (status == CLGAN_OK) status = load(trainer, found ? &checkpoint : NULL);
    if (found) checkpoint_close(&checkpoint);
    return status;
}

/* The log and what is known from it, where the pair stands. */
static clgan_status recall(struct trainer *trainer)
{
    trainer->group = 1;
    trainer->alarms = (struct alarms){0};
    TRY(run_log_cut(trainer->run, trainer->step / trainer->per_epoch));
    TRY(run_pictures_cut(trainer->run, trainer->step / trainer->per_epoch));
    return trainer_recall_log(trainer);
}

/* A checkpoint from which numbers go bad twice may hold what makes them so, a velocity say, however low the rates. */
static clgan_status set_aside(struct trainer *trainer)
{
    struct clgan_run *run = trainer->run;
    const bool none = trainer->saved == UINT64_MAX || trainer->saved == 0; /* before step 0 there is nothing */
    if (!run->rollbacks || none || trainer->saved != run->rolled_back_to) return CLGAN_OK;
    log_warning(&run->log, "the checkpoint of step %" PRIu64 " did not help: it is set aside as .diverged",
                trainer->saved);
    return checkpoint_files_set_aside(run->folder, trainer->saved);
}

/* Goes back to the newest checkpoint, to go on with half the learning rates. */
static clgan_status roll_back(struct trainer *trainer)
{
    struct clgan_run *run = trainer->run;
    log_warning(&run->log, "%s", clgan_last_error());
    TRY(set_aside(trainer));
    trainer->advised = false;
    run_halve_rates(run, 1);
    run->rollbacks++; /* both, whatever fails next: run_read_again goes by it */
    TRY(trainer_rewind(trainer));
    run->rolled_back_to = trainer->step;
    TRY(run_write(run));
    log_warning(&run->log,
                "back to step %" PRIu64 ", with half the learning rates (G %.3g, D %.3g at first; rollback %u of %d)",
                trainer->step, run->recipe.generator_optimiser.learning_rate,
                run->recipe.discriminator_optimiser.learning_rate, run->rollbacks, RUN_ROLLBACKS);
    return recall(trainer);
}

/* The loop, again from the newest checkpoint where numbers went bad and the options ask for it. */
static clgan_status train_on(struct trainer *trainer, double opened)
{
    for (;;) {
        clgan_status status = loop(trainer, opened);
        if (status != CLGAN_FAILED || !divergence_explain(trainer)) return status;
        if (!trainer->options->rollback) return status;
        if (trainer->run->rollbacks >= RUN_ROLLBACKS)
            return status_within(status, "%d rollbacks, each with half the learning rates, did not help",
                                 RUN_ROLLBACKS);
        TRY(roll_back(trainer));
    }
}

/* What was asked for is kept once all is set up. Where it is not, a new run is there to be resumed if its data fits and
 * a device failed, or Ctrl-C came. A mistake changes nothing, and leaves no new run behind. */
static clgan_status keep_asked(struct clgan_run *run, clgan_status status, bool fits)
{
    if (status == CLGAN_OK) return run_write(run);
    if (!run->begun && (status == CLGAN_STOPPED || (status == CLGAN_FAILED && fits))) run_write(run);
    return status;
}

/* All that can be a mistake comes before the run is written. */
static clgan_status set_up(struct trainer *trainer, const struct checkpoint *checkpoint)
{
    struct clgan_run *run = trainer->run;
    run_note_device(run, &trainer->training->device->info);
    trainer->per_epoch = trainer->training->batches.steps_per_epoch;
    trainer->total = run->epochs * trainer->per_epoch;
    if (run->evaluate_every) TRY(validation_make(&trainer->validation, trainer->training));
    return load(trainer, checkpoint);
}

/* Closes the checkpoint, NULL for none, once all is taken from it. */
static clgan_status train(struct clgan_run *run, const clgan_train_options *options, struct checkpoint *checkpoint)
{
    const double opened = clock_seconds();
    struct training training;
    struct trainer trainer = {.run = run, .options = options, .training = &training};
    char *choices;
    bool fits = false;
    TRY(run_path(&choices, run, RUN_CHOICES));
    if (!run->begun) unlink(choices); /* of a training that was killed as it began */
    clgan_status status = training_open(
        &training, &run->recipe, &(struct training_request){.data = run->data, .choices = choices, .fits = &fits},
        options, &run->log);
    const bool is_open = status == CLGAN_OK;
    if (is_open) status = set_up(&trainer, checkpoint);
    if (status == CLGAN_OK && training.chosen) status = choices_write(training.device, choices, true);
    free(choices);
    status = keep_asked(run, status, fits);
    if (!is_open) return status;
    if (status == CLGAN_OK && run->from && !checkpoint)
        status = trainer_save(&trainer); /* the other run may train on */
    if (status == CLGAN_OK && checkpoint) {
        log_info(&run->log, "resuming from %s", checkpoint->file.path);
        checkpoint_close(checkpoint); /* later ones push it out: its room on the disk is free then */
    }
    if (status == CLGAN_OK) status = recall(&trainer);
    if (status == CLGAN_OK) status = advise(&trainer, train_on(&trainer, opened));
    if (options->profile && training.pair.step.runs) log_profile(&trainer);
    validation_free(&trainer.validation);
    training_close(&training);
    return status;
}

static clgan_status train_from(struct clgan_run *run, const clgan_train_options *options, struct checkpoint *checkpoint)
{
    if (options->epochs > CLGAN_EPOCHS || options->evaluate_every > CLGAN_EPOCHS)
        return status_fail(CLGAN_USAGE, "%s: asked for more epochs than the %d that a run may have", run->folder,
                           CLGAN_EPOCHS);
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
    return train(run, options, checkpoint);
}

static clgan_status train_locked(struct clgan_run *run, const clgan_train_options *options)
{
    struct checkpoint checkpoint;
    int found;
    TRY(run_tidy(run));
    TRY(checkpoint_open_newest(&checkpoint, &found, run->folder, run->recipe_text, &run->log));
    clgan_status status = CLGAN_OK;
    if (found && !options->resume)
        status =
            status_fail(CLGAN_USAGE, "%s has been trained already: go on with --resume %s", run->folder, run->word);
    else if (found) /* a training that was killed may not have come to it */
        status = checkpoint_files_remove_old(run->folder, checkpoint.file.path);
    if (status == CLGAN_OK) status = train_from(run, options, found ? &checkpoint : NULL);
    if (found) checkpoint_close(&checkpoint);
    return status;
}

clgan_status clgan_train(clgan_run *run, const clgan_train_options *options)
{
    TRY(CHECK_OPTIONS(options));
    TRY(run_check_folder(run));
    TRY(run_lock(run));
    clgan_status status = run_read_again(run);
    if (status == CLGAN_OK) status = train_locked(run, options);
    if (run->begun) run_unlock(run); /* else the folder is its own until it is freed, which may remove it */
    return status;
}

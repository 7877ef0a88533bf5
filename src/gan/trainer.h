/* A training under way: what the loop (trainer.c), an epoch's end (trainer_epoch.c) and the search for what went bad
 * (divergence.c) share. */
#ifndef GAN_TRAINER_H
#define GAN_TRAINER_H

#include "gan/alarm.h"
#include "gan/training.h"
#include "gan/validation.h"

struct trainer {
    struct clgan_run *run;
    const clgan_train_options *options;
    struct training *training;
    uint64_t step, total, per_epoch; /* steps done, wanted in all, of an epoch */
    uint64_t saved;                  /* step of the newest checkpoint; UINT64_MAX: none yet */
    double opened;                   /* clock at the first step in this process */
    double began, epoch_began;       /* at the start, or the last rollback, and at the epoch's (or the resume in it) */
    uint64_t began_step, epoch_step; /* steps done then */
    double shown;                    /* clock of the last progress */
    size_t group;                    /* steps between two waits */
    struct alarms alarms;
    unsigned warned[CLGAN_ALARMS]; /* how often each began, in this process */
    struct validation validation;
    double best;  /* log-likelihood so far; -INFINITY: none */
    bool advised; /* the message of a failure says what to do */
};

/* Prepares the next step and says which plan makes it; `first`: after trainer_rewind or at the start. */
clgan_status trainer_prepare_step(struct plan **plan, struct trainer *trainer, bool first);
/* Whether the options' `stop` is set. */
bool trainer_wants_stop(const struct trainer *trainer);
/* Brings the pair back to the newest checkpoint that is whole, or to step 0. */
clgan_status trainer_rewind(struct trainer *trainer);

/* ---- an epoch's end, and what is told and kept (trainer_epoch.c) ---- */

/* Reads back the sums and tells of them; CLGAN_FAILED where a loss was not finite. `epoch_ended`: of the whole epoch.
 */
clgan_status trainer_look(struct trainer *trainer, clgan_progress *progress, int epoch_ended);
void trainer_tell(struct trainer *trainer, const clgan_progress *progress);
/* CLGAN_FAILED where a loss was not finite in a step done since the start. */
clgan_status trainer_refuse_bad(struct trainer *trainer);
enum { TRAINER_KEPT = 64 };
/* "the checkpoint of step 10 is kept", or that there is none. */
void trainer_tell_kept(char kept[TRAINER_KEPT], const struct trainer *trainer);
/* Saves a checkpoint, if the step has none yet. */
clgan_status trainer_save(struct trainer *trainer);
/* The picture of the fixed noise after `epoch`, and what it tells of modes. */
clgan_status trainer_draw_samples(const struct trainer *trainer, uint64_t epoch, clgan_health *health);
clgan_status trainer_end_epoch(struct trainer *trainer);
/* What alarms stand after the log's epochs, and the best figure in it. */
clgan_status trainer_recall_log(struct trainer *trainer);

#endif

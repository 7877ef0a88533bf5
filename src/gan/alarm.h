/* Plain-word alarms: a pure function of what the log's lines hold, so that a resumed run, which reads its log, knows
 * what stands as if it had never stopped. */
#ifndef GAN_ALARM_H
#define GAN_ALARM_H

#include "gan/recipe.h"

/* Starts as zeros. */
struct alarms {
    unsigned standing;             /* bits 1 << clgan_alarm */
    unsigned streak[CLGAN_ALARMS]; /* epochs in a row that speak against the state it is in */
    uint64_t epochs;               /* followed so far */
    uint64_t apart;                /* 1: in one of them the samples were not alike */
    double steepest;               /* largest norm of D's gradient so far */
};

/* Takes the numbers of the next epoch of a training of `recipe` and sets progress->alarms, alarms_begun, alarms_ended.
 * An alarm begins after `monitor.patience` epochs in a row in which its condition holds, and ends after as many in
 * which it does not; an epoch that lacks a number that the condition asks for counts as neither. Conditions:
 *   alike     spread < monitor.spread, once it was not or five epochs have passed, or, of a drawn ring, modes <
 *             monitor.modes times all
 *   won       saturated >= monitor.saturated and d_gradient < monitor.gradient times its largest so far: D rejects
 *             samples with high confidence (Goodfellow et al. 2014, section 3) and learns nothing more; where that was
 *             seen, G's gradient followed within two epochs
 *   guessing  (accuracy_real + accuracy_fake) / 2 <= monitor.accuracy while spread is further from 1 than
 *             monitor.unlike: where samples are like data, guessing is the game's end (section 4.1) */
void alarms_follow(struct alarms *alarms, const struct recipe *recipe, clgan_progress *progress);

/* What is wrong, and what helps: static text. */
const char *alarm_words(clgan_alarm alarm);
const char *alarm_help(clgan_alarm alarm);

#endif

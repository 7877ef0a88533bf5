#include "gan/alarm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Many a G starts with samples that are alike and parts them: it has so many epochs for that. */
enum { SLOW_START = 5 };

/* Of an epoch. */
enum sign { SIGN_UNKNOWN, SIGN_GOOD, SIGN_BAD };

/* As the log has it: a number that was written and read again is the same one. */
static double as_logged(double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.9g", value);
    return strtod(digits, NULL);
}

static enum sign sign_of(bool known, bool bad) { return !known ? SIGN_UNKNOWN : bad ? SIGN_BAD : SIGN_GOOD; }

static enum sign look_alike(const struct alarms *alarms, const struct recipe *recipe, const clgan_health *health)
{
    const double spread = as_logged(health->spread), modes = health->modes;
    const bool close = spread < recipe->monitor.spread && (alarms->apart || alarms->epochs > SLOW_START),
               few = modes < recipe->monitor.modes * (double)recipe->data.modes; /* false for NaN */
    const bool counts = recipe->data.format == DATA_RING && recipe->monitor.modes > 0;
    return sign_of(close || few || (isfinite(spread) && (isfinite(modes) || !counts)), close || few);
}

static enum sign look_won(const struct alarms *alarms, const struct recipe *recipe, const clgan_health *health)
{
    const double gradient = as_logged(health->d_gradient), saturated = as_logged(health->saturated);
    return sign_of(isfinite(gradient) && isfinite(saturated),
                   saturated >= recipe->monitor.saturated && gradient < recipe->monitor.gradient * alarms->steepest);
}

static enum sign look_guessing(const struct alarms *alarms, const struct recipe *recipe, const clgan_health *health)
{
    (void)alarms;
    const double accuracy = (as_logged(health->accuracy_real) + as_logged(health->accuracy_fake)) / 2;
    return sign_of(isfinite(accuracy) && isfinite(health->spread),
                   accuracy <= recipe->monitor.accuracy &&
                       fabs(as_logged(health->spread) - 1) > recipe->monitor.unlike);
}

static const struct {
    const char *name, *words, *help;
    enum sign (*look)(const struct alarms *alarms, const struct recipe *recipe, const clgan_health *health);
} kinds[CLGAN_ALARMS] = {
    [CLGAN_ALARM_ALIKE] = {"alike", "G's samples are growing alike",
                           "fewer steps of G for each of D, a larger batch, or a D that is less sure: dropout (keep), "
                           "train.real_label 0.9, a lower learning rate",
                           look_alike},
    [CLGAN_ALARM_WON] =
        {"won", "D has won: G's gradient is vanishing",
         "start again with a higher learning rate of G, with train.updates simultaneous, or from another seed",
         look_won},
    [CLGAN_ALARM_GUESSING] = {"guessing", "D is guessing, though samples differ from data",
                              "a higher learning rate of D, more steps of it for each of G, more units, or less "
                              "dropout (keep)",
                              look_guessing},
};

const char *clgan_alarm_name(clgan_alarm alarm) { return kinds[alarm].name; }
const char *alarm_words(clgan_alarm alarm) { return kinds[alarm].words; }
const char *alarm_help(clgan_alarm alarm) { return kinds[alarm].help; }

static void follow(struct alarms *alarms, clgan_alarm alarm, enum sign sign, unsigned patience)
{
    const unsigned bit = 1u << alarm;
    const bool stands = alarms->standing & bit;
    if (sign == SIGN_UNKNOWN) return;
    if ((sign == SIGN_BAD) == stands)
        alarms->streak[alarm] = 0;
    else if (++alarms->streak[alarm] >= patience) {
        alarms->streak[alarm] = 0;
        alarms->standing ^= bit;
    }
}

void alarms_follow(struct alarms *alarms, const struct recipe *recipe, clgan_progress *progress)
{
    const unsigned before = alarms->standing;
    alarms->epochs++;
    alarms->apart |= as_logged(progress->health.spread) >= recipe->monitor.spread;
    alarms->steepest = fmax(alarms->steepest, as_logged(progress->health.d_gradient));
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++)
        follow(alarms, alarm, kinds[alarm].look(alarms, recipe, &progress->health), (unsigned)recipe->monitor.patience);
    progress->alarms = alarms->standing;
    progress->alarms_begun = alarms->standing & ~before;
    progress->alarms_ended = before & ~alarms->standing;
}

/* Which device to train on, in plain words. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "result.h"

static const struct result_device *best_of(const struct result *result)
{
    const struct result_device *best = NULL;
    for (size_t i = 0; i < result->count; i++) {
        const struct result_row *score = result_score(&result->devices[i]);
        if (score && (!best || score->value > result_score(best)->value)) best = &result->devices[i];
    }
    return best;
}

static void append_times(struct text *text, double times)
{
    if (times < 1.05)
        text_append(text, "as fast as");
    else
        text_append(text, "%.*f times as fast as", times < 10, times);
}

static void append_slower(struct text *text, const struct result *result, const struct result_device *best)
{
    const char *between = ": ";
    for (size_t i = 0; i < result->count; i++) {
        const struct result_device *device = &result->devices[i];
        const struct result_row *score = result_score(device);
        if (!score || device == best) continue;
        text_append(text, "%s", between);
        append_times(text, result_times(result_score(best), score));
        text_append(text, " %s", device->label);
        between = ", ";
    }
}

/* Why a device has no score. */
static void append_missing(struct text *text, const struct result_device *device)
{
    const struct result_row *row = result_row(device, "train.mnist");
    text_append(text, "%s", device->label);
    if (strcmp(device->selftest, "failed") == 0)
        text_append(text, " fails the self-test: don't train on it (%s).", result_plain(device->selftest_reason));
    else if (device->simulator)
        text_append(text, " is a simulator: it has no score.");
    else if (strcmp(device->status, "ok") != 0)
        text_append(text, " could not be measured: %s.", result_plain(device->reason));
    else
        text_append(text, " could not train mnist: %s.", row ? result_plain(row->reason) : "it was not measured");
}

void result_verdict(struct text *text, const struct result *result)
{
    const struct result_device *best = best_of(result);
    if (best) {
        const struct result_row *hundred = result_row(best, "time.mnist.100_epochs");
        text_append(text, "Train on %s (%s)", best->label, result_plain(best->name));
        append_slower(text, result, best);
        text_append(text, ".");
        if (hundred && hundred->ok)
            text_append(text, " 100 epochs of mnist take about %s there.", result_value(hundred->value, hundred->unit));
    } else {
        text_append(text, "No device could be measured.");
    }
    for (size_t i = 0; i < result->count; i++)
        if (!result_score(&result->devices[i])) {
            text_append(text, " ");
            append_missing(text, &result->devices[i]);
        }
    bool busy = false;
    for (size_t i = 0; i < result->count; i++) busy |= result->devices[i].busy;
    if (busy)
        text_append(text,
                    " Other programs kept the processors busy meanwhile: measure again when they are quiet, before you "
                    "believe this.");
}

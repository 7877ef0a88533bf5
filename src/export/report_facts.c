/* What a run's folder says of it, in words. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "export/report.h"

/* Numbers of the last epoch's curves, by key. */
static double last_of(const struct report *report, const char *key)
{
    for (size_t i = 0; i < CURVES; i++)
        if (strcmp(curve_kinds[i].key, key) == 0) return report->curves.whole[i].last;
    return NAN;
}

void report_duration(struct text *text, double seconds)
{
    const double minutes = floor(seconds / 60), hours = floor(minutes / 60);
    if (hours >= 1)
        text_append(text, "%.0f h %.0f min", hours, minutes - 60 * hours);
    else if (minutes >= 1)
        text_append(text, "%.0f min %.0f s", minutes, seconds - 60 * minutes);
    else
        text_append(text, "%.3g s", seconds);
}

void report_amount(struct text *text, double amount)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.0f", amount);
    const size_t length = strlen(digits);
    if (amount < 100 || length > 15) {
        text_append(text, "%.3g", amount);
        return;
    }
    for (size_t i = 0; i < length; i++) text_append(text, "%s%c", i && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

/* ---- what was trained ---- */

static void tell_recipe(struct text *text, const struct report *report)
{
    const struct recipe *recipe = &report->run.recipe;
    text_append(text, "%s%s%s", recipe->name, *recipe->about ? ": " : "", recipe->about);
}

static void tell_data(struct text *text, const struct report *report)
{
    const struct recipe *recipe = &report->run.recipe;
    if (recipe_has_pictures(recipe))
        text_append(text, "%s, %lld x %lld x %lld", recipe->data.name, (long long)recipe->data.channels,
                    (long long)recipe->data.height, (long long)recipe->data.width);
    else
        text_append(text, "drawn on the device: %s",
                    recipe->data.format == DATA_RING ? "a ring of Gaussians" : "a Gaussian");
}

static void tell_device(struct text *text, const struct report *report)
{
    for (size_t i = 0; i < RUN_DEVICES && *report->run.devices[i]; i++)
        text_append(text, "%s%s", i ? ", then " : "", report->run.devices[i]);
}

static void tell_epochs(struct text *text, const struct report *report)
{
    const uint64_t asked = report->run.epochs ? report->run.epochs : (uint64_t)report->run.recipe.train.epochs;
    text_append(text, "%" PRIu64 " of %" PRIu64, report->curves.last.epoch, asked);
}

static void tell_steps(struct text *text, const struct report *report)
{
    const clgan_progress *last = &report->curves.last;
    if (last->epoch && last->step)
        text_append(text, "%" PRIu64 ", %" PRIu64 " an epoch, of %lld rows", last->step, last->step / last->epoch,
                    (long long)report->run.recipe.train.batch);
}

static void tell_time(struct text *text, const struct report *report)
{
    if (report->curves.seconds > 0) report_duration(text, report->curves.seconds);
}

static void tell_speed(struct text *text, const struct report *report)
{
    const struct curves *curves = &report->curves;
    if (!(curves->seconds > 0)) return;
    report_amount(text, curves->steps / curves->seconds);
    text_append(text, " steps/s, ");
    report_amount(text, curves->samples / curves->seconds);
    text_append(text, " samples/s");
}

static void tell_changed(struct text *text, const struct report *report)
{
    char words[64];
    struct tm parts;
    const time_t when = (time_t)report->changed;
    if (when && report->curves.epochs && gmtime_r(&when, &parts) &&
        strftime(words, sizeof words, "%Y-%m-%d %H:%M UTC", &parts))
        text_append(text, "%s", words);
}

static void tell_rollbacks(struct text *text, const struct report *report)
{
    const struct clgan_run *run = &report->run;
    if (run->rollbacks)
        text_append(text, "%u, the last to step %" PRIu64 "; each halved the learning rates", run->rollbacks,
                    run->rolled_back_to);
}

/* ---- what came out ---- */

static void tell_last(struct text *text, const struct report *report, const char *key)
{
    const double value = last_of(report, key);
    if (isfinite(value)) text_append(text, "%.4g", value);
}

static void tell_d_loss(struct text *text, const struct report *report) { tell_last(text, report, "d_loss"); }
static void tell_g_loss(struct text *text, const struct report *report) { tell_last(text, report, "g_loss"); }
static void tell_d_real(struct text *text, const struct report *report) { tell_last(text, report, "d_real"); }
static void tell_d_fake(struct text *text, const struct report *report) { tell_last(text, report, "d_fake"); }
static void tell_spread(struct text *text, const struct report *report) { tell_last(text, report, "spread"); }

static void tell_best(struct text *text, const struct report *report)
{
    for (size_t i = 0; i < CURVES; i++)
        if (strcmp(curve_kinds[i].key, "log_likelihood") == 0 && isfinite(report->curves.whole[i].high))
            text_append(text, "%.2f, in epoch %" PRIu64, report->curves.whole[i].high, report->curves.whole[i].high_at);
}

static void tell_alarms(struct text *text, const struct report *report)
{
    const char *lead = "";
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++)
        if (report->curves.alarms.standing & 1u << alarm) {
            text_append(text, "%s%s", lead, alarm_words(alarm));
            lead = "; ";
        }
    if (*lead) return;
    if (report->curves.times_in_all)
        text_append(text, "none stands; %" PRIu64 " came and went", report->curves.times_in_all);
    else if (report->curves.epochs)
        text_append(text, "none");
}

static void tell_evaluation(struct text *text, const struct report *report)
{
    const json_t *evaluation = report->evaluation;
    if (evaluation)
        text_append(text, "%.2f ± %.2f", json_number_value(json_object_get(evaluation, "log_likelihood")),
                    json_number_value(json_object_get(evaluation, "standard_error")));
}

const struct report_fact report_facts[REPORT_FACTS] = {
    {"Recipe", tell_recipe},
    {"Data", tell_data},
    {"Device", tell_device},
    {"Epochs", tell_epochs},
    {"Steps", tell_steps},
    {"Time of training", tell_time},
    {"Speed", tell_speed},
    {"Last epoch logged", tell_changed},
    {"Rollbacks", tell_rollbacks},
    {"D's loss", tell_d_loss},
    {"G's loss", tell_g_loss},
    {"D(x)", tell_d_real},
    {"D(G(z))", tell_d_fake},
    {"Spread of samples", tell_spread},
    {"Alarms", tell_alarms},
    {"Best validation log-likelihood", tell_best},
    {"Log-likelihood of test rows", tell_evaluation},
};

/* ---- in sentences ---- */

void report_verdict(struct text *text, const struct report *report)
{
    const struct curves *curves = &report->curves;
    struct text words = {0};
    text_append(text, "%s: ", report->run.recipe.name);
    if (!curves->epochs) {
        text_append(text, "no epoch has ended yet.");
        return;
    }
    tell_epochs(text, report);
    text_append(text, " epochs");
    if (curves->seconds > 0) {
        text_append(text, " in ");
        report_duration(text, curves->seconds);
        text_append(text, ", ");
        report_amount(text, curves->samples / curves->seconds);
        text_append(text, " samples a second");
    }
    tell_device(&words, report);
    if (words.length) text_append(text, ", on %s", words.bytes);
    text_append(text, ". D(x) %.3f, D(G(z)) %.3f.", last_of(report, "d_real"), last_of(report, "d_fake"));
    text_free(&words);
    tell_evaluation(&words, report);
    if (words.length) text_append(text, " Log-likelihood of test rows %s nats.", words.bytes);
    text_free(&words);
}

void report_alarms(struct text *text, const struct report *report)
{
    const struct curves *curves = &report->curves;
    for (size_t i = 0; i < curves->time_count; i++) {
        const struct alarm_time *time = &curves->times[i];
        text_append(text, "<li><span class=\"warn\">Epoch%s %" PRIu64, time->to == time->from ? "" : "s", time->from);
        if (!time->to)
            text_append(text, " on");
        else if (time->to != time->from)
            text_append(text, " to %" PRIu64, time->to);
        text_append(text, ": %s.</span> What helps: %s.</li>\n", alarm_words(time->alarm), alarm_help(time->alarm));
    }
    if (curves->times_in_all > curves->time_count)
        text_append(text, "<li>and %" PRIu64 " more</li>\n", curves->times_in_all - curves->time_count);
}

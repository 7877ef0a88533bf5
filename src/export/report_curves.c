#include "export/report_curves.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gan/run_log.h"

const struct curve_kind curve_kinds[CURVES] = {
    {"d_loss", "D's loss"},
    {"g_loss", "G's loss"},
    {"d_real", "D(x)"},
    {"d_fake", "D(G(z))"},
    {"log_likelihood", "log-likelihood"},
    {"spread", "spread"},
    {"variance", "variance"},
    {"modes", "modes"},
    {"good", "good samples"},
    {"accuracy_real", "real rows told right"},
    {"accuracy_fake", "fake rows told right"},
    {"saturated", "D saturated"},
    {"g_gradient", "G's gradient"},
    {"d_gradient", "D's gradient"},
    {"g_rate", "G's learning rate"},
    {"d_rate", "D's learning rate"},
    {"g_momentum", "G's momentum"},
    {"d_momentum", "D's momentum"},
    {"samples_per_second", "samples a second"},
    {"sigma", "sigma"},
};

const struct chart_kind chart_kinds[CHARTS] = {
    {"Losses", "Means over the epoch, as the recipe sums them.", 0, 2, false, false},
    {"D(x) and D(G(z))", "Mean output of D on real rows and on G's. At the game's end both are one half.", 2, 2, true,
     false},
    {"Log-likelihood", "Of validation rows under Parzen windows on G's samples, in nats.", 4, 1, false, false},
    {"Spread of G's samples",
     "Mean distance between two samples, and their variance, over those of the data: near 1 "
     "where samples are as far apart.",
     5, 2, false, false},
    {"Modes", "Of the ring's Gaussians: those that samples cover.", 7, 1, false, false},
    {"Good samples", "Share of samples that lie near one of the ring's Gaussians.", 8, 1, true, false},
    {"How sure is D?", "Shares of rows that D tells right, and of outputs under .01 or over .99.", 9, 3, true, false},
    {"Gradient norms", "Of each net's loss by its weights, in the epoch's last step.", 12, 2, false, true},
    {"Learning rates", "Of the epoch's last updates.", 14, 2, false, false},
    {"Momentum", "Of the epoch's last updates.", 16, 2, false, false},
    {"Speed", "Real rows a second.", 18, 1, false, false},
};

double curve_value(const clgan_progress *epoch, size_t curve) { return run_log_number(epoch, curve_kinds[curve].key); }

clgan_status curves_begin(struct curves *curves)
{
    *curves = (struct curves){.width = 1, .every = 1};
    for (size_t i = 0; i < CURVES; i++)
        curves->whole[i].first = curves->whole[i].last = curves->whole[i].low = curves->whole[i].high = NAN;
    return memory_take(&curves->stretches, STRETCHES, sizeof *curves->stretches);
}

void curves_free(struct curves *curves)
{
    free(curves->stretches);
    *curves = (struct curves){0};
}

/* ---- stretches ---- */

static void widen(struct curve_span *span, const struct curve_span *by)
{
    if (isnan(by->low)) return;
    if (isnan(span->low) || by->low < span->low) {
        span->low = by->low;
        span->low_at = by->low_at;
    }
    if (isnan(span->high) || by->high > span->high) {
        span->high = by->high;
        span->high_at = by->high_at;
    }
}

static void join(struct stretch *stretch, const struct stretch *next)
{
    stretch->last = next->last;
    stretch->alarms |= next->alarms;
    for (size_t i = 0; i < CURVES; i++) widen(&stretch->spans[i], &next->spans[i]);
}

/* Pairs become one each. */
static void halve_stretches(struct curves *curves)
{
    for (size_t i = 0; i < curves->count; i++) {
        struct stretch *to = &curves->stretches[i / 2];
        if (i % 2)
            join(to, &curves->stretches[i]);
        else
            *to = curves->stretches[i];
    }
    curves->count = (curves->count + 1) / 2;
    curves->width *= 2;
}

static void add_to_stretches(struct curves *curves, const clgan_progress *epoch, const double values[CURVES])
{
    const uint64_t number = epoch->epoch;
    struct stretch one = {.first = number, .last = number, .alarms = epoch->alarms};
    for (size_t i = 0; i < CURVES; i++) one.spans[i] = (struct curve_span){values[i], values[i], number, number};
    const bool begins = curves->epochs % curves->width == 0;
    if (begins && curves->count == STRETCHES) halve_stretches(curves);
    if (curves->epochs % curves->width == 0)
        curves->stretches[curves->count++] = one;
    else
        join(&curves->stretches[curves->count - 1], &one);
}

/* ---- the table, the whole, alarms ---- */

static void add_to_table(struct curves *curves, const clgan_progress *epoch)
{
    if (curves->epochs % curves->every) return;
    if (curves->table_count == TABLE_EPOCHS) {
        for (size_t i = 0; i < TABLE_EPOCHS / 2; i++) curves->table[i] = curves->table[2 * i];
        curves->table_count = TABLE_EPOCHS / 2;
        curves->every *= 2;
        if (curves->epochs % curves->every) return;
    }
    curves->table[curves->table_count++] = *epoch;
}

static void add_to_whole(struct curves *curves, const clgan_progress *epoch, const double values[CURVES])
{
    const uint64_t number = epoch->epoch;
    for (size_t i = 0; i < CURVES; i++) {
        const double value = values[i];
        if (isnan(value)) continue;
        if (isnan(curves->whole[i].first)) {
            curves->whole[i].first = value;
            curves->whole[i].first_at = number;
        }
        curves->whole[i].last = value;
        curves->whole[i].last_at = number;
        struct curve_span span = {curves->whole[i].low, curves->whole[i].high, curves->whole[i].low_at,
                                  curves->whole[i].high_at};
        widen(&span, &(struct curve_span){value, value, number, number});
        curves->whole[i].low = span.low;
        curves->whole[i].high = span.high;
        curves->whole[i].low_at = span.low_at;
        curves->whole[i].high_at = span.high_at;
    }
    const double seconds = epoch->seconds;
    if (!(seconds > 0 && epoch->steps_per_second > 0 && epoch->samples_per_second > 0)) return;
    curves->seconds += seconds;
    curves->steps += epoch->steps_per_second * seconds;
    curves->samples += epoch->samples_per_second * seconds;
}

static void begin_time(struct curves *curves, clgan_alarm alarm, uint64_t epoch)
{
    curves->times_in_all++;
    if (curves->time_count < ALARM_TIMES)
        curves->times[curves->time_count++] = (struct alarm_time){.alarm = alarm, .from = epoch};
}

static void end_time(struct curves *curves, clgan_alarm alarm, uint64_t epoch)
{
    for (size_t i = curves->time_count; i-- > 0;)
        if (curves->times[i].alarm == alarm) {
            if (!curves->times[i].to) curves->times[i].to = epoch;
            return;
        }
}

static void follow_alarms(struct curves *curves, const clgan_progress *line)
{
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++) {
        if (line->alarms_begun & 1u << alarm) begin_time(curves, alarm, line->epoch);
        if (line->alarms_ended & 1u << alarm) end_time(curves, alarm, line->epoch - 1);
    }
}

/* ---- an epoch ---- */

clgan_status curves_add(struct curves *curves, const struct recipe *recipe, const clgan_progress *line)
{
    clgan_progress epoch = *line;
    double values[CURVES];
    if (line->epoch <= curves->last.epoch) return CLGAN_OK;
    alarms_follow(&curves->alarms, recipe, &epoch);
    for (size_t i = 0; i < CURVES; i++) values[i] = curve_value(&epoch, i);
    add_to_stretches(curves, &epoch, values);
    add_to_table(curves, &epoch);
    add_to_whole(curves, &epoch, values);
    follow_alarms(curves, &epoch);
    curves->last = epoch;
    curves->epochs++;
    return CLGAN_OK;
}

/* The numbers of a run's epochs, thinned as they come, so that a run of any length makes a page of sane size: curves as
 * the least and the greatest of stretches of epochs, a table as epochs chosen evenly. */
#ifndef EXPORT_REPORT_CURVES_H
#define EXPORT_REPORT_CURVES_H

#include "gan/alarm.h"

enum { CURVES = 20, CHARTS = 11, CHART_CURVES = 3 };

struct curve_kind {
    const char *key, *label; /* key: of the log's line (run_log.h) */
};
extern const struct curve_kind curve_kinds[CURVES];
double curve_value(const clgan_progress *epoch, size_t curve);

/* What is drawn together. */
struct chart_kind {
    const char *title, *about;
    size_t first, count; /* of curve_kinds */
    bool share;          /* from 0 to 1 */
    bool logarithmic;    /* at first */
};
extern const struct chart_kind chart_kinds[CHARTS];

/* Of the epochs `first` to `last`, of those that have the number. */
struct curve_span {
    double low, high; /* NAN: none has it */
    uint64_t low_at, high_at;
};
struct stretch {
    uint64_t first, last;
    unsigned alarms; /* that stood in any of them */
    struct curve_span spans[CURVES];
};

/* A time in which an alarm stood, in epochs. */
struct alarm_time {
    clgan_alarm alarm;
    uint64_t from, to; /* to: the last one; 0: it still stands */
};

enum {
    STRETCHES = 1024, /* at most; a page has two points for each */
    TABLE_EPOCHS = 48,
    ALARM_TIMES = 100
};
struct curves {
    uint64_t epochs;           /* seen */
    uint64_t width;            /* epochs in a stretch: a power of 2 */
    struct stretch *stretches; /* owned; the last one may be shorter */
    size_t count;
    uint64_t every; /* of the table: each epoch whose place in the log, from 0, is a multiple of it */
    clgan_progress table[TABLE_EPOCHS];
    size_t table_count;
    clgan_progress last; /* epoch 0: none yet */
    struct {
        double first, last, low, high; /* NAN: none yet */
        uint64_t first_at, last_at, low_at, high_at;
    } whole[CURVES];
    struct alarms alarms;
    struct alarm_time times[ALARM_TIMES]; /* the first ones */
    size_t time_count;
    uint64_t times_in_all;
    double seconds, steps, samples; /* that the epochs took; done in them */
};

clgan_status curves_begin(struct curves *curves);
void curves_free(struct curves *curves);
/* The next epoch of a run, as its log has it; one that is not after the last is passed over. */
clgan_status curves_add(struct curves *curves, const struct recipe *recipe, const clgan_progress *line);

#endif

/* The numbers of a page's charts, as JSON. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "export/report.h"

void report_number(struct text *text, double value)
{
    if (isfinite(value))
        text_append(text, "%.6g", value);
    else
        text_append(text, "null");
}

void report_string(struct text *text, const char *from)
{
    text_append(text, "\"");
    for (size_t size; *from; from += size ? size : 1) {
        const unsigned char first = (unsigned char)*from;
        size = text_character(from, strnlen(from, 4));
        if (first < ' ' || strchr("\"\\<>&'", *from))
            text_append(text, "\\u%04x", first);
        else if (size)
            text_append_bytes(text, from, size);
        else
            text_append(text, "?");
    }
    text_append(text, "\"");
}

/* ---- the curves ---- */

/* A stretch of more than one epoch is two points: its ends, with its least and its greatest value in the order in which
 * they came. */
static size_t points_of(const struct stretch *stretch) { return stretch->first == stretch->last ? 1 : 2; }

static double point_value(const struct curve_span *span, size_t point, size_t points)
{
    const bool rises = span->low_at <= span->high_at;
    return points == 1 || (point == 0) == rises ? span->low : span->high;
}

static void append_epochs(struct text *text, const struct curves *curves)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct stretch *at = &curves->stretches[i];
        for (size_t point = 0; point < points_of(at); point++)
            text_append(text, "%s%" PRIu64, i || point ? "," : "", point ? at->last : at->first);
    }
}

static void append_alarms(struct text *text, const struct curves *curves)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct stretch *at = &curves->stretches[i];
        for (size_t point = 0; point < points_of(at); point++)
            text_append(text, "%s%u", i || point ? "," : "", at->alarms);
    }
}

static void append_values(struct text *text, const struct curves *curves, size_t curve)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct stretch *at = &curves->stretches[i];
        const size_t points = points_of(at);
        for (size_t point = 0; point < points; point++) {
            if (i || point) text_append(text, ",");
            report_number(text, point_value(&at->spans[curve], point, points));
        }
    }
}

void report_curves(struct text *text, const struct report *report)
{
    const struct curves *curves = &report->curves;
    text_append(text, "{\"name\":");
    report_string(text, report->name);
    text_append(text, ",\"width\":%" PRIu64 ",\"epochs\":[", curves->width);
    append_epochs(text, curves);
    text_append(text, "],\"alarms\":[");
    append_alarms(text, curves);
    text_append(text, "],\"values\":{");
    bool first = true;
    for (size_t i = 0; i < CURVES; i++) {
        if (isnan(curves->whole[i].last)) continue;
        text_append(text, "%s\"%s\":[", first ? "" : ",\n", curve_kinds[i].key);
        append_values(text, curves, i);
        text_append(text, "]");
        first = false;
    }
    text_append(text, "}}");
}

void report_epoch(struct text *text, const clgan_progress *epoch)
{
    bool first = true;
    text_append(text, "{\"epoch\":%" PRIu64 ",\"alarms\":%u,\"values\":{", epoch->epoch, epoch->alarms);
    for (size_t i = 0; i < CURVES; i++) {
        const double value = curve_value(epoch, i);
        if (!isfinite(value)) continue;
        text_append(text, "%s\"%s\":", first ? "" : ",", curve_kinds[i].key);
        report_number(text, value);
        first = false;
    }
    text_append(text, "}}");
}

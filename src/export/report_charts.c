/* The places of a page's charts, and in words what their curves do. */
#include <inttypes.h>
#include <math.h>

#include "export/report.h"
#include "output/html.h"

static bool has_values(const struct report *reports, size_t count, size_t curve)
{
    for (size_t i = 0; i < count; i++)
        if (!isnan(reports[i].curves.whole[curve].last)) return true;
    return false;
}

/* "D's loss: 1.386 in epoch 1, 1.207 in epoch 100; least 0.9 in epoch 12, greatest 1.5 in epoch 40." */
static void append_course(struct text *text, const char *name, const struct report *report, size_t curve)
{
    const struct curves *curves = &report->curves;
    const uint64_t from = curves->whole[curve].first_at, to = curves->whole[curve].last_at;
    html_element(text, "<li><b>", name, "</b>: ");
    if (isnan(curves->whole[curve].last)) {
        text_append(text, "not known.</li>\n");
        return;
    }
    text_append(text, "%.4g in epoch %" PRIu64, curves->whole[curve].first, from);
    if (to != from) {
        text_append(text, ", %.4g in epoch %" PRIu64, curves->whole[curve].last, to);
        text_append(text, "; least %.4g in epoch %" PRIu64 ", greatest %.4g in epoch %" PRIu64,
                    curves->whole[curve].low, curves->whole[curve].low_at, curves->whole[curve].high,
                    curves->whole[curve].high_at);
    }
    text_append(text, ".</li>\n");
}

static void append_labels(struct text *text, const struct chart_kind *kind)
{
    struct text labels = {0};
    text_append(text, "\" data-curves=\"");
    for (size_t i = 0; i < kind->count; i++) text_append(text, "%s%s", i ? " " : "", curve_kinds[kind->first + i].key);
    for (size_t i = 0; i < kind->count; i++)
        text_append(&labels, "%s%s", i ? "|" : "", curve_kinds[kind->first + i].label);
    html_element(text, "\" data-labels=\"", labels.bytes ? labels.bytes : "", "\"");
    text_free(&labels);
}

/* `number`: what tells its elements from those of other charts. */
static void append_chart(struct text *text, size_t number, const struct chart_kind *kind, const char *title,
                         const struct report *reports, size_t count)
{
    text_append(text, "<figure class=\"chart\" id=\"chart-%zu", number);
    append_labels(text, kind);
    text_append(text, "%s%s>\n<figcaption>", kind->share ? " data-share" : "", kind->logarithmic ? " data-log" : "");
    text_append(text, "<h3 id=\"title-%zu\">", number);
    html_element(text, "", title, "</h3>");
    html_element(text, "<p>", kind->about,
                 "</p></figcaption>\n<div class=\"legend\"></div>\n<div class=\"plot\"></div>\n");
    text_append(text, "<ul class=\"course\" id=\"course-%zu\" data-live>\n", number);
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < kind->count; i++)
            append_course(text, count > 1 ? reports[r].name : curve_kinds[kind->first + i].label, &reports[r],
                          kind->first + i);
    text_append(text, "</ul>\n</figure>\n");
}

/* Of several runs each curve has a chart of its own, a line a run. */
static void append_compared(struct text *text, const struct chart_kind *kind, const struct report *reports,
                            size_t count)
{
    for (size_t i = 0; i < kind->count; i++) {
        struct chart_kind one = *kind;
        one.first = kind->first + i;
        one.count = 1;
        if (has_values(reports, count, one.first))
            append_chart(text, one.first, &one, curve_kinds[one.first].label, reports, count);
    }
}

void report_charts(struct text *text, const struct report *reports, size_t count)
{
    for (size_t c = 0; c < CHARTS; c++) {
        const struct chart_kind *kind = &chart_kinds[c];
        bool any = *reports->live;
        for (size_t i = 0; i < kind->count; i++) any |= has_values(reports, count, kind->first + i);
        if (count > 1)
            append_compared(text, kind, reports, count);
        else if (any)
            append_chart(text, kind->first, kind, kind->title, reports, count);
    }
}

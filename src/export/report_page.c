/* The page of a run. */
#include <inttypes.h>

#include "base/embedded.h"
#include "export/report.h"
#include "output/html.h"

static html_files styles = {"page.css", "report.css", NULL};
static html_files scripts = {"dygraph.min.js", "report.js", NULL};
static html_files live_scripts = {"dygraph.min.js", "report.js", "watch.js", NULL};

void report_begin(struct text *text, const char *title, bool live)
{
    struct text policy = {0};
    text_append(&policy,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; img-src %s; ",
                live ? "'self'" : "data:");
    if (live) text_append(&policy, "connect-src 'self'; ");
    html_allow_scripts(&policy, live ? live_scripts : scripts);
    html_begin(text, title, policy.bytes ? policy.bytes : "", styles);
    if (policy.failed) text->failed = 1;
    text_free(&policy);
}

void report_data(struct text *text, const struct report *reports, size_t count)
{
    text_append(text, "{\"runs\":[");
    for (size_t i = 0; i < count; i++) {
        if (i) text_append(text, ",");
        report_curves(text, &reports[i]);
    }
    text_append(text, "],\"alarms\":[");
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++) {
        if (alarm) text_append(text, ",");
        report_string(text, alarm_words(alarm));
    }
    text_append(text, "],\n\"frames\":");
    if (count == 1)
        report_frames(text, reports);
    else
        text_append(text, "[]");
    text_append(text, "}");
}

void report_end(struct text *text, const struct report *reports, size_t count)
{
    const struct embedded_file *licence = embedded_find("dygraphs-licence.txt");
    text_append(text, "<footer>\n<p>Made by clgan " CLGAN_VERSION ". Charts are drawn by dygraphs, which this page "
                      "holds.</p>\n");
    html_element(text, "<details><summary>Licence of dygraphs</summary><pre>", licence ? licence->text : "",
                 "</pre></details>\n</footer>\n</main>\n");
    text_append(text, "<script type=\"application/json\" id=\"data\">");
    report_data(text, reports, count);
    text_append(text, "</script>\n");
    html_scripts(text, *reports->live ? live_scripts : scripts);
    html_end(text);
}

/* ---- sections ---- */

/* `inner` between the two, and frees it. */
static void append_unless_empty(struct text *text, const char *before, struct text *inner, const char *after)
{
    if (inner->length) text_append(text, "%s", before);
    text_append_text(text, inner);
    if (inner->length) text_append(text, "%s", after);
    text_free(inner);
}

static void append_facts(struct text *text, const struct report *report)
{
    text_append(text, "<dl>\n");
    for (size_t i = 0; i < REPORT_FACTS; i++) {
        struct text words = {0};
        report_facts[i].tell(&words, report);
        if (words.length) {
            html_element(text, "<div><dt>", report_facts[i].label, "</dt>");
            html_element(text, "<dd>", words.bytes, "</dd></div>\n");
        }
        text_free(&words);
    }
    text_append(text, "</dl>\n");
    struct text alarms = {0};
    report_alarms(&alarms, report);
    append_unless_empty(text, "<h3>Alarms</h3>\n<ul class=\"alarms\">\n", &alarms, "</ul>\n");
}

static void append_samples(struct text *text, const struct report *report)
{
    const bool live = *report->live;
    const size_t count = report->pictures.count;
    text_append(text, "<section id=\"samples\"><h2>Samples</h2>\n");
    if (!count && !live) {
        text_append(text, "<p>No pictures of samples are kept yet.</p></section>\n");
        return;
    }
    text_append(text, "<p>Of the same noise each time, never picked.");
    if (!live && count > REPORT_FRAMES)
        text_append(text, " %d of the %zu pictures at most, chosen evenly.", REPORT_FRAMES, count);
    text_append(text, "</p>\n<figure id=\"frames\">");
    report_newest_samples(text, report);
    text_append(
        text, "<figcaption id=\"frame-words\"></figcaption>\n"
              "<div class=\"controls\" hidden><button type=\"button\" id=\"frame-play\">Play</button>"
              "<button type=\"button\" id=\"frame-before\">Earlier</button>"
              "<input type=\"range\" id=\"frame\" min=\"0\" value=\"0\" step=\"1\" aria-label=\"Epoch of the samples\">"
              "<button type=\"button\" id=\"frame-after\">Later</button></div></figure></section>\n");
}

static void append_thinning(struct text *text, const struct report *reports, size_t count)
{
    text_append(text, "<div id=\"thinned\" data-live>");
    for (size_t i = 0; i < count; i++)
        if (reports[i].curves.width > 1) {
            html_element(text, "<p>Of ", reports[i].name, ", ");
            text_append(text,
                        "%" PRIu64 " epochs, each pair of points shows the least and the greatest of %" PRIu64
                        " epochs.</p>\n",
                        reports[i].curves.epochs, reports[i].curves.width);
        }
    text_append(text, "</div>\n");
}

void report_curves_section(struct text *text, const struct report *reports, size_t count)
{
    text_append(text, "<section id=\"curves\"><h2>Curves</h2>\n");
    append_thinning(text, reports, count);
    text_append(
        text,
        "<div class=\"controls\" id=\"zoom\" role=\"group\" aria-label=\"Epochs that the charts show\" hidden>"
        "<label>Epochs <input type=\"number\" id=\"zoom-from\" min=\"0\" step=\"1\"></label>"
        "<label>to <input type=\"number\" id=\"zoom-to\" min=\"0\" step=\"1\"></label>"
        "<button type=\"button\" id=\"zoom-in\">Zoom in</button><button type=\"button\" id=\"zoom-out\">Zoom "
        "out</button>"
        "<button type=\"button\" id=\"zoom-left\">Earlier</button><button type=\"button\" "
        "id=\"zoom-right\">Later</button>"
        "<button type=\"button\" id=\"zoom-all\">Whole run</button></div>\n"
        "<p class=\"hint\" hidden>Drag over a chart to zoom, double-click to see all, Shift-drag to move; pinch on a "
        "touch screen. With the keyboard: left and right go through the epochs, plus and minus zoom, Shift and an "
        "arrow "
        "move, 0 shows all. What a curve does is also said below it.</p>\n"
        "<noscript><p>The charts need JavaScript; what they show is said below each of them.</p></noscript>\n");
    text_append(text, "<div class=\"charts\">\n");
    report_charts(text, reports, count);
    text_append(text, "</div></section>\n");
}

static void append_parts(struct text *text, const struct report *report)
{
    struct text words = {0};
    report_verdict(&words, report);
    html_element(text, "<div id=\"verdict\" data-live><p class=\"verdict\">", words.bytes ? words.bytes : "",
                 "</p></div>\n");
    text_free(&words);
    text_append(text, "<div id=\"facts\" data-live>\n");
    append_facts(text, report);
    text_append(text, "</div>\n");
}

static void append_numbers(struct text *text, const struct report *report)
{
    text_append(text, "<section id=\"numbers\"><details><summary>Numbers</summary>\n<div data-live id=\"table\"><p>");
    if (report->curves.every > 1)
        text_append(text, "Every %" PRIu64 "th epoch, and the last one.", report->curves.every);
    text_append(text, "</p><div class=\"wide\">");
    report_table(text, report);
    text_append(text, "</div></div></details></section>\n");
}

static void append_evaluation(struct text *text, const struct report *report)
{
    text_append(text, "<section id=\"evaluation\"><h2>Evaluation</h2>\n<div data-live id=\"evaluated\">");
    report_evaluation(text, report);
    text_append(text, "</div></section>\n");
}

static void append_figures(struct text *text, const struct report *report)
{
    struct text figures = {0};
    report_figures(&figures, report);
    append_unless_empty(text, "<section id=\"figures\"><h2>Figures</h2>\n", &figures, "</section>\n");
}

void report_parts(struct text *text, const struct report *report)
{
    append_parts(text, report);
    append_thinning(text, report, 1);
    report_charts(text, report, 1);
    append_numbers(text, report);
    append_evaluation(text, report);
}

void report_page(struct text *text, const struct report *report)
{
    report_begin(text, report->name, *report->live);
    html_element(text, "<header><h1>", report->name, "</h1></header>\n");
    text_append(text, "<nav aria-label=\"Sections\"><a href=\"#samples\">Samples</a> <a href=\"#curves\">Curves</a> "
                      "<a href=\"#numbers\">Numbers</a> <a href=\"#evaluation\">Evaluation</a> "
                      "<a href=\"#recipe\">Recipe</a></nav>\n");
    if (*report->live)
        text_append(text,
                    "<div id=\"live\" data-from=\"%s\"><span id=\"live-words\">Waiting for the training.</span>"
                    "<progress id=\"live-progress\" max=\"1\" value=\"0\" aria-label=\"Of the training\"></progress>"
                    "<span id=\"live-news\" class=\"unseen\" role=\"status\"></span></div>\n",
                    report->from);
    append_parts(text, report);
    append_samples(text, report);
    report_curves_section(text, report, 1);
    append_numbers(text, report);
    append_evaluation(text, report);
    append_figures(text, report);
    html_element(text,
                 "<section id=\"recipe\"><h2>Recipe</h2>\n<p>Resolved: every key, defaults filled in.</p>\n<pre "
                 "tabindex=\"0\" aria-label=\"The recipe\">",
                 report->run.recipe_text, "</pre></section>\n");
    report_end(text, report, 1);
}

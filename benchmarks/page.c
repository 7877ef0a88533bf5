/* Results as one page: no script, no network, texts escaped. */
#include <string.h>

#include "output/html.h"
#include "result.h"

/* Colours are those of Okabe and Ito, which people who see few colours tell apart; names stand beside every bar. */
enum { COLOURS = 8 };
static html_files styles = {"page.css", "bench.css", NULL};

/* "<tag>text</tag>", escaped: of whatever a driver or a file says, as much as a name may be long. */
static void append_element(struct text *text, const char *open, const char *from, const char *close)
{
    html_element(text, open, result_plain(from), close);
}

static void append_paragraph(struct text *text, const char *open, struct text *words)
{
    html_element(text, open, words->bytes ? words->bytes : "", "</p>\n");
    text_free(words);
}

static void append_devices(struct text *text, const struct result *result)
{
    text_append(text, "<ul class=\"devices\">\n");
    for (size_t i = 0; i < result->count; i++) {
        const struct result_device *d = &result->devices[i];
        text_append(text, "<li><i class=\"dot d%zu\"></i>", i % COLOURS);
        append_element(text, "<b>", d->label, "</b>");
        append_element(text, "<br>", d->name, "");
        if (*d->platform) append_element(text, "<br><small>", d->platform, "");
        if (*d->driver) append_element(text, ", driver ", d->driver, "</small>");
        if (*d->tuning) append_element(text, "<br><small>", d->tuning, "</small>");
        if (*d->environment) append_element(text, "<br><small>", d->environment, "</small>");
        if (strcmp(d->status, "ok") != 0) append_element(text, "<br><span class=\"warn\">✗ ", d->reason, "</span>");
        if (strcmp(d->selftest, "failed") == 0)
            append_element(text, "<br><span class=\"warn\">✗ self-test: ", d->selftest_reason, "</span>");
        else if (strcmp(d->selftest, "ok") == 0)
            text_append(text, "<br><small>✓ self-test passed</small>");
        if (d->busy)
            text_append(
                text, "<br><span class=\"warn\">other programs took %.0f&thinsp;%% of the processors meanwhile</span>",
                d->others);
        if (d->simulator)
            text_append(text, "<br><span class=\"warn\">a simulator: its times say nothing of a device</span>");
        text_append(text, "</li>\n");
    }
    text_append(text, "</ul>\n");
}

static void append_bar(struct text *text, const struct result_row *row, size_t number, double full)
{
    text_append(text,
                "<span class=\"track\"><span class=\"bar d%zu\" style=\"width:%.2f%%\"></span><span class=\"range\" "
                "style=\"left:%.2f%%;width:%.2f%%\"></span></span><span class=\"value\">",
                number % COLOURS, 100 * row->value / full, 100 * row->low / full,
                100 * ((row->high < full ? row->high : full) - row->low) / full);
    html_escaped(text, result_value(row->value, row->unit));
    if (row->percent > 0) text_append(text, " <small>%.0f&thinsp;%% of peak</small>", row->percent);
    text_append(text, "</span>");
}

/* The bars of one row, each device's beside its name. */
static void append_chart(void *user, const struct result *result, const struct result_row *row)
{
    struct text *text = user;
    double full = 0, high = 0;
    for (size_t i = 0; i < result->count; i++) {
        const struct result_row *at = result_row(&result->devices[i], row->key);
        if (at && at->ok && at->value > full) full = at->value;
        if (at && at->ok && at->high > high) high = at->high;
    }
    full = high < 1.25 * full ? high : 1.25 * full; /* room for the spread, but for an outlier's */
    append_element(text, "<h3>", row->about, "");
    text_append(text, " <small>%s is better</small></h3>\n", row->less_is_better ? "less" : "more");
    for (size_t i = 0; i < result->count; i++) {
        const struct result_row *at = result_row(&result->devices[i], row->key);
        if (!at) continue;
        text_append(text, "<div class=\"line\"><span class=\"who\"><i class=\"dot d%zu\"></i>", i % COLOURS);
        append_element(text, "", result->devices[i].label, "</span>");
        if (at->ok) {
            append_bar(text, at, i, full);
        } else {
            append_element(text, "<span class=\"none\">", at->status, ": ");
            append_element(text, "", at->reason, "</span>");
        }
        text_append(text, "</div>\n");
    }
}

static void append_sections(struct text *text, const struct result *result)
{
    for (size_t i = 0; i < RESULT_GROUPS; i++) {
        const struct result_group *group = &result_groups[i];
        struct text charts = {0};
        result_each_row(result, group->group, &charts, append_chart);
        if (charts.length) {
            if (group->folded)
                text_append(text, "<details><summary>%s</summary>\n", group->title);
            else
                text_append(text, "<section><h2>%s</h2>\n", group->title);
            text_append_bytes(text, charts.bytes, charts.length);
            text_append(text, group->folded ? "</details>\n" : "</section>\n");
        }
        text_free(&charts);
    }
}

static void append_changes(struct text *text, const struct changes *changes)
{
    static const char *const kinds[] = {"", "▲ faster", "▼ slower", "✗ fails now"};
    struct text verdict = {0};
    changes_verdict(&verdict, changes);
    text_append(text, "<section id=\"changes\"><h2>What changed</h2>\n");
    append_paragraph(text, "<p>", &verdict);
    text_append(text,
                "<div class=\"wide\"><table><tr><th>change</th><th>what</th><th>before</th><th>after</th><th>times as "
                "good</th><th>noise</th></tr>\n");
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *c = &changes->list[i];
        if (c->kind == CHANGE_NONE) continue;
        append_element(text, c->kind == CHANGE_BETTER ? "<tr><td>" : "<tr><td class=\"warn\">", kinds[c->kind],
                       "</td>");
        append_element(text, "<td>", c->before->about, "");
        append_element(text, "<br><small>", c->after_device->label, "</small></td>");
        append_element(text, "<td class=\"n\">", result_value(c->before->value, c->before->unit), "</td>");
        if (c->kind == CHANGE_GONE)
            append_element(text, "<td colspan=\"3\">", c->after->reason, "</td></tr>\n");
        else {
            append_element(text, "<td class=\"n\">", result_value(c->after->value, c->after->unit), "</td>");
            text_append(text, "<td class=\"n\">%.3g</td><td class=\"n\">%.1f %%</td></tr>\n", c->times, 100 * c->noise);
        }
    }
    text_append(text, "</table></div></section>\n");
}

static void append_numbers(void *user, const struct result *result, const struct result_row *row)
{
    struct text *text = user;
    for (size_t i = 0; i < result->count; i++) {
        const struct result_row *at = result_row(&result->devices[i], row->key);
        if (!at) continue;
        append_element(text, "<tr><td>", at->key, "</td>");
        append_element(text, "<td>", result->devices[i].label, "</td>");
        if (!at->ok) {
            append_element(text, "<td colspan=\"6\">", at->status, ": ");
            append_element(text, "", at->reason, "</td></tr>\n");
            continue;
        }
        append_element(text, "<td class=\"n\">", result_value(at->value, at->unit), "</td>");
        text_append(text, "<td class=\"n\">%.4g to %.4g</td><td class=\"n\">%zu</td><td class=\"n\">%.4g</td>", at->low,
                    at->high, at->repetitions, 1e3 * at->wall);
        text_append(text, "<td class=\"n\">");
        if (at->event > 0) text_append(text, "%.4g", 1e3 * at->event);
        text_append(text, "</td><td class=\"n\">");
        if (at->percent > 0) text_append(text, "%.1f %%", at->percent);
        text_append(text, "</td></tr>\n");
    }
}

static void append_footer(struct text *text, const struct result *result)
{
    append_element(
        text,
        "<footer><p>Bars are medians, the thin line spans the quartiles. Per cent are of the device's own measured "
        "peak. Pictures and operands are noise. 100 epochs are computed from the measured step. Measured ",
        result->date, " by clgan ");
    append_element(text, "", result->clgan, ", ");
    append_element(text, "", result->build, "; ");
    append_element(text, "", result->cpu, ", ");
    append_element(text, "", result->system, "; ");
    append_element(text, "", result->mode, " run.</p></footer>\n</main>\n");
    html_end(text);
}

void result_page(struct text *text, const struct result *result, const struct changes *changes)
{
    struct text verdict = {0};
    html_begin(text, "clgan-bench: which device to train on", NULL, styles);
    text_append(text, "<h1>Which device to train on</h1>\n");
    result_verdict(&verdict, result);
    append_paragraph(text, "<p class=\"verdict\">", &verdict);
    append_devices(text, result);
    if (changes) append_changes(text, changes);
    append_sections(text, result);
    text_append(text,
                "<details><summary>Every number</summary><div class=\"wide\"><table>\n<tr><th>key</th><th>device</th>"
                "<th>median</th><th>quartiles</th><th>repetitions</th><th>ms a run</th><th>ms by the driver's clock"
                "</th><th>of peak</th></tr>\n");
    for (size_t i = 0; i < RESULT_GROUPS; i++) result_each_row(result, result_groups[i].group, text, append_numbers);
    text_append(text, "</table></div></details>\n");
    append_footer(text, result);
}

/* Results as one page: no script, no network, texts escaped. */
#include <string.h>

#include "base/text.h"
#include "result.h"

/* Colours of Okabe and Ito, which people who see few colours tell apart; names stand beside every bar. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>clgan-bench: which device to train on</title>\n<style>\n"
    ":root{color-scheme:light "
    "dark;--page:#fbfbf9;--card:#fff;--ink:#1d1d1b;--soft:#5f5f5a;--edge:#dcdcd6;--track:#efefea;"
    "--warn:#a33c00;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b65a90;--c4:#c98a00;--c5:#3a9bd9;--c6:#77776f;--c7:#"
    "94861b}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#161615;--card:#201f1e;--ink:#ecece6;--soft:#a9a9a1;--edge:#3a3a36;"
    "--track:#2b2b28;--warn:#ff9d66;--c0:#56b4e9;--c1:#f0853f;--c2:#2fc79a;--c3:#dd92bb;--c4:#e6ab2e;--c5:#8fd0f5;"
    "--c6:#a5a59c;--c7:#e0d548}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.45 system-ui,sans-serif;"
    "overflow-wrap:anywhere}main{max-width:66rem;margin:0 auto;padding:1.2rem 1rem 3rem}\n"
    "h1{font-size:1.15rem;margin:.2rem 0 .8rem;color:var(--soft);font-weight:600}h2{font-size:1.25rem;margin:2.2rem 0 "
    ".4rem}"
    "h3{font-size:1rem;margin:1.1rem 0 .3rem;font-weight:600}h3 "
    "small,small{color:var(--soft);font-weight:400;font-size:.85rem}\n"
    ".verdict{font-size:1.3rem;line-height:1.35;margin:0 0 1.2rem;padding:1rem 1.2rem;background:var(--card);"
    "border:1px solid var(--edge);border-left:6px solid var(--c2);border-radius:8px}\n"
    ".devices{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.7rem;list-style:none;margin:0;"
    "padding:0}"
    ".devices li{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.7rem "
    ".9rem;font-size:.9rem}"
    ".devices b{font-size:1rem}.warn{color:var(--warn);font-weight:600}\n"
    ".dot{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.45em}\n"
    ".line{display:grid;grid-template-columns:11rem 1fr 15rem;gap:.7rem;align-items:center;margin:.22rem 0}"
    ".who{text-align:right;font-size:.9rem}.track{position:relative;height:1.1rem;background:var(--track);border-"
    "radius:3px}"
    ".bar{position:absolute;left:0;top:0;bottom:0;border-radius:3px;min-width:2px}"
    ".range{position:absolute;top:50%;height:2px;margin-top:-1px;background:var(--ink);opacity:.65;min-width:1px}"
    ".value{font-variant-numeric:tabular-nums;font-size:.9rem;white-space:nowrap}.none{grid-column:2/"
    "4;color:var(--soft);font-size:.9rem}\n"
    ".d0{background:var(--c0)}.d1{background:var(--c1)}.d2{background:var(--c2)}.d3{background:var(--c3)}.d4{"
    "background:var(--c4)}"
    ".d5{background:var(--c5)}.d6{background:var(--c6)}.d7{background:var(--c7)}\n"
    "details{margin-top:1.6rem}summary{cursor:pointer;font-size:1.25rem;font-weight:700}.wide{overflow-x:auto;margin-"
    "top:.6rem}"
    "table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}th,td{padding:.3rem "
    ".6rem;text-align:left;"
    "border-bottom:1px solid "
    "var(--edge);vertical-align:top;overflow-wrap:normal}td.n{text-align:right;white-space:nowrap}"
    "footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem}\n"
    "@media(max-width:44rem){.line{grid-template-columns:1fr auto;gap:.1rem .7rem;margin:.45rem 0}.who{text-align:left}"
    ".track{grid-column:1/3;grid-row:2}.none{grid-column:1/3}.verdict{font-size:1.12rem}}\n"
    "</style>\n</head>\n<body>\n<main>\n<h1>Which device to train on</h1>\n";

enum { COLOURS = 8 };

static void append_escaped(struct text *text, const char *from)
{
    for (const char *at = result_plain(from); *at; at++) {
        const char *name = *at == '&'    ? "&amp;"
                           : *at == '<'  ? "&lt;"
                           : *at == '>'  ? "&gt;"
                           : *at == '"'  ? "&quot;"
                           : *at == '\'' ? "&#39;"
                                         : NULL;
        if (name)
            text_append(text, "%s", name);
        else
            text_append_bytes(text, at, 1);
    }
}

/* "<tag>text</tag>", escaped. */
static void append_element(struct text *text, const char *open, const char *from, const char *close)
{
    text_append(text, "%s", open);
    append_escaped(text, from);
    text_append(text, "%s", close);
}

/* A verdict is longer than a name: piece by piece. */
static void append_paragraph(struct text *text, const char *open, struct text *words)
{
    text_append(text, "%s", open);
    for (size_t at = 0; at < words->length; at++) {
        const char letter[2] = {words->bytes[at], 0};
        if ((unsigned char)letter[0] < 0x80)
            append_escaped(text, letter);
        else
            text_append_bytes(text, letter, 1);
    }
    text_append(text, "</p>\n");
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
    append_escaped(text, result_value(row->value, row->unit));
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
    append_element(text, "", result->mode, " run.</p></footer>\n</main>\n</body>\n</html>\n");
}

void result_page(struct text *text, const struct result *result, const struct changes *changes)
{
    struct text verdict = {0};
    text_append(text, "%s", head);
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

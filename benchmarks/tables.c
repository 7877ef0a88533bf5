/* Results as text: a table for the terminal, markdown, CSV. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "result.h"

static void append_devices(struct text *text, const struct result *result, const char *begin, const char *end)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct result_device *d = &result->devices[i];
        text_append(text, "%s%s: %s, %s, driver %s; %s; self-test %s%s", begin, d->label, result_plain(d->name),
                    result_plain(d->platform), result_plain(d->driver), result_plain(d->tuning),
                    result_plain(d->selftest), d->simulator ? "; a simulator" : "");
        if (d->busy) text_append(text, "; other programs took %.0f %% of the processors", d->others);
        if (*d->environment) text_append(text, "; %s", result_plain(d->environment));
        text_append(text, "%s", end);
    }
}

/* ---- the terminal ---- */

enum { KEY_WIDTH = 52, CELL_WIDTH = 24 };

/* Bytes that printf must be told for `width` columns: letters may have several. */
static int padded(const char *text, int width)
{
    for (; *text; text++) width += ((unsigned char)*text & 0xC0) == 0x80;
    return width;
}

static void append_cell(struct text *text, const struct result_row *row)
{
    char cell[256] = "-";
    if (row && row->ok && row->percent > 0)
        snprintf(cell, sizeof cell, "%s %3.0f%%", result_value(row->value, row->unit), row->percent);
    else if (row && row->ok)
        snprintf(cell, sizeof cell, "%s     ", result_value(row->value, row->unit));
    else if (row)
        snprintf(cell, sizeof cell, "%s     ", result_plain(row->status));
    text_append(text, " %*s", padded(cell, CELL_WIDTH), cell);
}

static void append_terminal(void *user, const struct result *result, const struct result_row *row)
{
    struct text *text = user;
    const char *about = result_plain(row->about);
    text_append(text, "  %-*.*s", padded(about, KEY_WIDTH), padded(about, KEY_WIDTH), about);
    for (size_t i = 0; i < result->count; i++)
        if (result->devices[i].count) append_cell(text, result_row(&result->devices[i], row->key));
    text_append(text, "\n");
}

/* Why rows were not measured, each reason once for a device. */
static void append_reasons(struct text *text, const struct result_device *d)
{
    for (size_t i = 0; i < d->count; i++) {
        size_t same = 0, first = d->count;
        if (d->rows[i].ok) continue;
        for (size_t other = 0; other < d->count; other++)
            if (!d->rows[other].ok && strcmp(d->rows[other].reason, d->rows[i].reason) == 0) {
                if (!same++) first = other;
            }
        if (first < i) continue;
        text_append(text, "%s, %s", d->label, result_plain(d->rows[i].about));
        if (same > 1) text_append(text, " and %zu more", same - 1);
        text_append(text, ": %s: %s\n", result_plain(d->rows[i].status), result_plain(d->rows[i].reason));
    }
}

void result_table(struct text *text, const struct result *result)
{
    append_devices(text, result, "", "\n");
    text_append(text, "\n  %-*s", KEY_WIDTH, "");
    for (size_t i = 0; i < result->count; i++) {
        const char *label = result->devices[i].label;
        const size_t length = strlen(label), shown = CELL_WIDTH - 2;
        if (!result->devices[i].count) continue; /* the verdict says why */
        text_append(text, " %*s", padded(label, CELL_WIDTH), length > shown ? label + length - shown : label);
    }
    text_append(text, "\n");
    for (size_t i = 0; i < RESULT_GROUPS; i++) {
        text_append(text, "%s\n", result_groups[i].title);
        result_each_row(result, result_groups[i].group, text, append_terminal);
    }
    text_append(text, "\n%% are of the device's own measured peak, of arithmetic or of copying\n");
    for (size_t i = 0; i < result->count; i++) append_reasons(text, &result->devices[i]);
    text_append(text, "\n");
    result_verdict(text, result);
    text_append(text, "\n");
}

/* ---- markdown ---- */

static void append_escaped(struct text *text, const char *from)
{
    for (const char *at = from; *at; at++) {
        if (strchr("|\\`*_<>[]", *at)) text_append(text, "\\");
        text_append_bytes(text, iscntrl((unsigned char)*at) ? " " : at, 1);
    }
}

static void append_markdown(void *user, const struct result *result, const struct result_row *row)
{
    struct text *text = user;
    text_append(text, "| ");
    append_escaped(text, row->about);
    for (size_t i = 0; i < result->count; i++) {
        const struct result_row *at = result_row(&result->devices[i], row->key);
        text_append(text, " | ");
        if (at && at->ok)
            append_escaped(text, result_value(at->value, at->unit));
        else if (at)
            append_escaped(text, at->status);
        if (at && at->ok && at->percent > 0) text_append(text, ", %.0f %%", at->percent);
    }
    text_append(text, " |\n");
}

void result_markdown(struct text *text, const struct result *result)
{
    struct text verdict = {0};
    result_verdict(&verdict, result);
    if (verdict.bytes) append_escaped(text, verdict.bytes);
    text_free(&verdict);
    text_append(text, "\n\n| |");
    for (size_t i = 0; i < result->count; i++) {
        text_append(text, " ");
        append_escaped(text, result->devices[i].label);
        text_append(text, ": ");
        append_escaped(text, result->devices[i].name);
        text_append(text, " |");
    }
    text_append(text, "\n|---|");
    for (size_t i = 0; i < result->count; i++) text_append(text, "---|");
    text_append(text, "\n");
    for (size_t i = 0; i < RESULT_GROUPS; i++) result_each_row(result, result_groups[i].group, text, append_markdown);
}

/* ---- CSV ---- */

/* A text that a spreadsheet would take for a formula gets an apostrophe. */
static void append_quoted(struct text *text, const char *from)
{
    text_append(text, *from && strchr("=+-@", *from) ? "\"'" : "\"");
    for (const char *at = from; *at; at++) {
        if (*at == '"') text_append(text, "\"");
        text_append_bytes(text, at, 1);
    }
    text_append(text, "\"");
}

void result_csv(struct text *text, const struct result *result)
{
    text_append(text, "date,device,name,platform,driver,key,value,unit,low,high,repetitions,wall_seconds,event_seconds,"
                      "percent_of_peak,peak,status,reason\n");
    for (size_t i = 0; i < result->count; i++)
        for (size_t r = 0; r < result->devices[i].count; r++) {
            const struct result_device *d = &result->devices[i];
            const struct result_row *row = &d->rows[r];
            const char *const first[] = {result->date, d->label, d->name, d->platform, d->driver, row->key};
            for (size_t c = 0; c < sizeof first / sizeof *first; c++) {
                append_quoted(text, result_plain(first[c]));
                text_append(text, ",");
            }
            text_append(text, "%.9g,", row->value);
            append_quoted(text, result_plain(row->unit));
            text_append(text, ",%.9g,%.9g,%zu,%.9g,%.9g,%.4g,", row->low, row->high, row->repetitions, row->wall,
                        row->event, row->percent);
            append_quoted(text, row->peak);
            text_append(text, ",");
            append_quoted(text, row->status);
            text_append(text, ",");
            append_quoted(text, result_plain(row->reason));
            text_append(text, "\n");
        }
}

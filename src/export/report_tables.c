/* A page's tables: numbers of epochs, an evaluation, what differs between runs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "export/report.h"
#include "output/html.h"

/* ---- epochs ---- */

static void append_row(struct text *text, const struct report *report, const clgan_progress *epoch)
{
    text_append(text, "<tr><th scope=\"row\" class=\"n\">%" PRIu64 "</th>", epoch->epoch);
    for (size_t i = 0; i < CURVES; i++) {
        const double value = curve_value(epoch, i);
        if (isnan(report->curves.whole[i].last)) continue;
        text_append(text, "<td class=\"n\">");
        if (isfinite(value)) text_append(text, "%.5g", value);
        text_append(text, "</td>");
    }
    text_append(text, "</tr>\n");
}

void report_table(struct text *text, const struct report *report)
{
    const struct curves *curves = &report->curves;
    text_append(text, "<table>\n<thead><tr><th scope=\"col\" class=\"n\">epoch</th>");
    for (size_t i = 0; i < CURVES; i++)
        if (!isnan(curves->whole[i].last))
            html_element(text, "<th scope=\"col\" class=\"n\">", curve_kinds[i].label, "</th>");
    text_append(text, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < curves->table_count; i++) append_row(text, report, &curves->table[i]);
    if (curves->table_count && curves->table[curves->table_count - 1].epoch != curves->last.epoch)
        append_row(text, report, &curves->last);
    text_append(text, "</tbody></table>\n");
}

/* ---- an evaluation ---- */

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *found = json_string_value(json_object_get(object, key));
    return found ? found : "";
}

static void append_parzen(struct text *text, const char *name, const json_t *parzen)
{
    html_element(text, "<tr><th scope=\"row\">", name, "</th>");
    text_append(text,
                "<td class=\"n\">%.2f ± %.2f</td><td class=\"n\">%.4f</td><td class=\"n\">%.0f</td><td "
                "class=\"n\">%.0f</td></tr>\n",
                number_of(parzen, "log_likelihood"), number_of(parzen, "standard_error"), number_of(parzen, "sigma"),
                number_of(parzen, "samples"), number_of(parzen, "test_rows"));
}

static void append_measure_value(struct text *text, const json_t *measure, const char *key, double value)
{
    char name[128];
    snprintf(name, sizeof name, "%.100s_error", key);
    const json_t *error = json_object_get(measure, name);
    html_element(text, "<tr><th scope=\"row\">", key, "</th>");
    text_append(text, "<td class=\"n\">%.5g", value);
    if (json_is_number(error)) text_append(text, " ± %.2g", json_number_value(error));
    text_append(text, "</td></tr>\n");
}

static bool is_figure(const char *key, const json_t *value)
{
    const char *ending = strstr(key, "_error");
    return json_is_number(value) && !(ending && !ending[6]) && strcmp(key, "seconds") != 0;
}

/* Its numbers but errors, which stand beside what they are of, and the time that it took. */
static void append_measure(struct text *text, const char *name, const json_t *measure)
{
    const char *key;
    json_t *value;
    html_element(text, "<h3>", name, "</h3>\n");
    html_element(text, "<p>", text_of(measure, "meaning"), ".");
    html_element(text, " <small>", text_of(measure, "source"), "</small></p>\n<div class=\"wide\"><table>\n");
    json_object_foreach((json_t *)(uintptr_t)measure, key, value)
    {
        if (is_figure(key, value)) append_measure_value(text, measure, key, json_number_value(value));
    }
    text_append(text, "</table></div>\n");
    if (*text_of(measure, "note")) html_element(text, "<p>", text_of(measure, "note"), "</p>\n");
    html_element(text, "<p><small>Limits: ", text_of(measure, "limits"), "</small></p>\n");
}

void report_evaluation(struct text *text, const struct report *report)
{
    const json_t *evaluation = report->evaluation, *epoch = json_object_get(evaluation, "epoch");
    const char *key;
    size_t i;
    json_t *item;
    if (!evaluation) {
        text_append(text, "<p>Not evaluated yet: <code>clgan evaluate</code> keeps its figures in the run.</p>\n");
        return;
    }
    text_append(text, "<div class=\"wide\"><table>\n<caption>Log-likelihood of test rows under Parzen windows on "
                      "samples, in nats, ± its standard error");
    if (json_is_integer(epoch)) text_append(text, ", after epoch %lld", (long long)json_integer_value(epoch));
    text_append(text, "</caption>\n<thead><tr><td></td><th scope=\"col\" class=\"n\">log-likelihood</th>"
                      "<th scope=\"col\" class=\"n\">sigma</th><th scope=\"col\" class=\"n\">samples</th>"
                      "<th scope=\"col\" class=\"n\">test rows</th></tr></thead>\n<tbody>\n");
    append_parzen(text, "samples of G", evaluation);
    json_array_foreach(json_object_get(evaluation, "references"), i, item)
        append_parzen(text, text_of(item, "name"), item);
    text_append(text, "</tbody></table></div>\n<p>To bear in mind:</p>\n<ul>\n");
    json_array_foreach(json_object_get(evaluation, "caveats"), i, item)
        html_element(text, "<li>", json_string_value(item), "</li>\n");
    text_append(text, "</ul>\n");
    json_object_foreach((json_t *)(uintptr_t)evaluation, key, item) if (*text_of(item, "meaning"))
        append_measure(text, key, item);
}

/* ---- what differs ---- */

/* A key of a recipe: what it is in each run, NULL where it is not there. */
struct setting {
    char *path, *values[REPORT_RUNS];
};
struct settings {
    struct setting *list;
    size_t count, capacity, run; /* run: whose values come */
    bool failed;
};

static struct setting *setting_of(struct settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->list[i].path, path) == 0) return &settings->list[i];
    if (memory_grow(&settings->list, &settings->capacity, settings->count + 1, sizeof *settings->list) != CLGAN_OK)
        return NULL;
    struct setting *setting = &settings->list[settings->count];
    *setting = (struct setting){0};
    if (memory_copy_text(&setting->path, path) != CLGAN_OK) return NULL;
    settings->count++;
    return setting;
}

static void take_setting(void *user, const char *path, const char *value)
{
    struct settings *settings = user;
    struct setting *setting = setting_of(settings, path);
    settings->failed |= !setting || memory_copy_text(&setting->values[settings->run], value) != CLGAN_OK;
}

static bool differs(const struct setting *setting, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const char *a = setting->values[0], *b = setting->values[i];
        if (!a != !b || (a && strcmp(a, b) != 0)) return true;
    }
    return false;
}

static void append_settings(struct text *text, const struct settings *settings, size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *setting = &settings->list[i];
        if (!differs(setting, count)) continue;
        html_element(text, "<tr><th scope=\"row\"><code>", setting->path, "</code></th>");
        for (size_t r = 0; r < count; r++)
            html_element(text, "<td>", setting->values[r] ? setting->values[r] : "—", "</td>");
        text_append(text, "</tr>\n");
        rows++;
    }
    if (!rows) text_append(text, "<tr><td colspan=\"%zu\">The recipes are the same.</td></tr>\n", count + 1);
}

void report_recipe_differences(struct text *text, const struct report *reports, size_t count)
{
    struct settings settings = {0};
    for (settings.run = 0; settings.run < count; settings.run++)
        recipe_each_value(&reports[settings.run].run.recipe, take_setting, &settings);
    if (settings.failed)
        text->failed = 1;
    else
        append_settings(text, &settings, count);
    for (size_t i = 0; i < settings.count; i++) {
        for (size_t r = 0; r < count; r++) free(settings.list[i].values[r]);
        free(settings.list[i].path);
    }
    free(settings.list);
}

void report_result_rows(struct text *text, const struct report *reports, size_t count)
{
    for (size_t f = 0; f < REPORT_FACTS; f++) {
        struct text cells = {0};
        size_t known = 0;
        for (size_t r = 0; r < count; r++) {
            struct text cell = {0};
            report_facts[f].tell(&cell, &reports[r]);
            known += cell.length > 0;
            html_element(&cells, "<td>", cell.bytes ? cell.bytes : "—", "</td>");
            text_free(&cell);
        }
        if (known) {
            html_element(text, "<tr><th scope=\"row\">", report_facts[f].label, "</th>");
            text_append_text(text, &cells);
            text_append(text, "</tr>\n");
        }
        text_free(&cells);
    }
}

/* The row of one number of a measure. */
static void append_measure_row(struct text *text, const struct report *reports, size_t count, const char *name,
                               const char *key)
{
    html_element(text, "<tr><th scope=\"row\">", name, ": ");
    html_element(text, "", key, "</th>");
    for (size_t r = 0; r < count; r++) {
        const json_t *value = json_object_get(json_object_get(reports[r].evaluation, name), key);
        if (json_is_number(value))
            text_append(text, "<td>%.5g</td>", json_number_value(value));
        else
            text_append(text, "<td>—</td>");
    }
    text_append(text, "</tr>\n");
}

static bool had_before(const struct report *reports, size_t r, const char *name, const char *key)
{
    while (r-- > 0)
        if (json_object_get(json_object_get(reports[r].evaluation, name), key)) return true;
    return false;
}

void report_measure_rows(struct text *text, const struct report *reports, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        const char *name, *key;
        json_t *measure, *value;
        json_object_foreach(reports[r].evaluation, name, measure)
        {
            if (!*text_of(measure, "meaning")) continue;
            json_object_foreach(measure, key, value) if (is_figure(key, value) && !had_before(reports, r, name, key))
                append_measure_row(text, reports, count, name, key);
        }
    }
}

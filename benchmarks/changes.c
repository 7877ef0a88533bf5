/* What changed between two runs of the same device, beyond the noise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "result.h"

/* A quartile's distance from the median on either side, in parts of it. */
static double spread_of(const struct result_row *row) { return (row->high - row->low) / row->value; }

static clgan_status add_change(struct changes *changes, const struct change *change)
{
    TRY(memory_grow(&changes->list, &changes->capacity, changes->count + 1, sizeof *changes->list));
    changes->list[changes->count++] = *change;
    changes->better += change->kind == CHANGE_BETTER;
    changes->worse += change->kind == CHANGE_WORSE;
    changes->gone += change->kind == CHANGE_GONE;
    return CLGAN_OK;
}

/* Noise: the distance between the quartiles of both runs, added. A normal spread's medians differ by less in 99 of 100
 * pairs of runs even where each has one sample. */
static clgan_status find_rows(struct changes *changes, const struct result_device *before,
                              const struct result_device *after, double least_noise)
{
    for (size_t i = 0; i < before->count; i++) {
        struct change change = {.before_device = before,
                                .after_device = after,
                                .before = &before->rows[i],
                                .after = result_row(after, before->rows[i].key)};
        if (!change.before->ok) continue;
        if (!change.after || !change.after->ok) {
            change.kind = CHANGE_GONE;
            if (change.after) TRY(add_change(changes, &change));
            continue;
        }
        change.times = result_times(change.after, change.before);
        change.noise = fmax(least_noise, spread_of(change.before) + spread_of(change.after));
        if (fabs(log(change.times)) > log1p(change.noise))
            change.kind = change.times > 1 ? CHANGE_BETTER : CHANGE_WORSE;
        TRY(add_change(changes, &change));
    }
    return CLGAN_OK;
}

/* Labels of several files begin with the file. */
static const char *own_label(const struct result_device *device)
{
    const char *colon = strstr(device->label, ": ");
    return colon ? colon + 2 : device->label;
}

static bool computes(const struct result_device *device)
{
    return strcmp(device->status, "ok") == 0 && strcmp(device->selftest, "failed") != 0;
}

/* The same device in another run, or NULL. */
static const struct result_device *counterpart(const struct result *result, const struct result_device *device)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(device->name, result->devices[i].name) == 0 &&
            strcmp(own_label(device), own_label(&result->devices[i])) == 0)
            return &result->devices[i];
    return NULL;
}

clgan_status changes_find(struct changes *changes, const struct result *before, const struct result *after,
                          double least_noise)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct result_device *device = &before->devices[i], *now = counterpart(after, device);
        changes->broken += computes(device) && !(now && computes(now));
        if (!now) continue;
        changes->devices++;
        TRY(find_rows(changes, device, now, least_noise));
    }
    return CLGAN_OK;
}

static const char *const kinds[] = {"", "faster", "slower", "fails now"};

void changes_verdict(struct text *text, const struct changes *changes)
{
    if (changes->broken)
        text_append(text,
                    "Of the devices that computed rightly before %zu can't be measured any more, or %s not there. ",
                    changes->broken, changes->broken == 1 ? "is" : "are");
    if (!changes->devices) {
        text_append(text, "No device is in both runs, so nothing can have changed.");
        return;
    }
    if (!changes->better && !changes->worse && !changes->gone)
        text_append(text, "Nothing changed beyond the noise: %zu rows of %zu %s.", changes->count, changes->devices,
                    changes->devices == 1 ? "device" : "devices");
    else
        text_append(text, "Beyond the noise %zu of %zu rows are slower, %zu faster, %zu fail that did not.",
                    changes->worse, changes->count, changes->better, changes->gone);
}

/* Calls `each` for changes beyond the noise. */
static void each_change(struct text *text, const struct changes *changes,
                        void (*each)(struct text *text, const struct change *change))
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->list[i].kind != CHANGE_NONE) each(text, &changes->list[i]);
}

static void append_line(struct text *text, const struct change *change)
{
    text_append(text, "  %-9s %s -> %s, %s: %s", kinds[change->kind], change->before_device->label,
                change->after_device->label, result_plain(change->before->about),
                result_value(change->before->value, change->before->unit));
    if (change->kind == CHANGE_GONE)
        text_append(text, ", now %s: %s\n", result_plain(change->after->status), result_plain(change->after->reason));
    else
        text_append(text, " to %s, %+.1f %% (noise %.1f %%)\n", result_value(change->after->value, change->after->unit),
                    100 * (change->after->value / change->before->value - 1), 100 * change->noise);
}

void changes_table(struct text *text, const struct changes *changes)
{
    text_append(text, "\n");
    each_change(text, changes, append_line);
    changes_verdict(text, changes);
    text_append(text, "\n");
}

static void append_item(struct text *text, const struct change *change)
{
    text_append(text, "    ");
    append_line(text, change);
}

/* Indented text, which markdown shows as it is. */
void changes_markdown(struct text *text, const struct changes *changes)
{
    changes_verdict(text, changes);
    text_append(text, "\n\n");
    each_change(text, changes, append_item);
    text_append(text, "\n");
}

json_t *changes_json(const struct changes *changes)
{
    static const char *const names[] = {"none", "better", "worse", "gone"};
    json_t *list = json_array();
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *c = &changes->list[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:s, s:f, s:f}", "before",
                                              c->before_device->label, "after", c->after_device->label, "key",
                                              c->before->key, "unit", c->before->unit, "value_before", c->before->value,
                                              "value_after", c->after->value, "change", names[c->kind], "times",
                                              c->times, "noise", c->noise));
    }
    return list;
}

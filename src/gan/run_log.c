#include "gan/run_log.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

enum { LOG_BYTES = 1 << 28 };

static const struct {
    const char *key;
    size_t offset; /* of a double in clgan_health */
} health_keys[] = {
    {"spread", offsetof(clgan_health, spread)},
    {"variance", offsetof(clgan_health, variance)},
    {"accuracy_real", offsetof(clgan_health, accuracy_real)},
    {"accuracy_fake", offsetof(clgan_health, accuracy_fake)},
    {"saturated", offsetof(clgan_health, saturated)},
    {"g_gradient", offsetof(clgan_health, g_gradient)},
    {"d_gradient", offsetof(clgan_health, d_gradient)},
    {"modes", offsetof(clgan_health, modes)},
    {"good", offsetof(clgan_health, good)},
};
enum { HEALTH_KEYS = sizeof health_keys / sizeof *health_keys };

/* Numbers that are not known are left out. */
static int add_health(json_t *json, const clgan_health *health)
{
    int failed = 0;
    for (size_t i = 0; i < HEALTH_KEYS; i++) {
        double value;
        memcpy(&value, (const char *)health + health_keys[i].offset, sizeof value);
        if (isfinite(value)) failed |= json_object_set_new(json, health_keys[i].key, json_real(value));
    }
    return failed;
}

/* Only of an epoch that was evaluated. */
static int add_evaluation(json_t *json, const clgan_progress *p)
{
    if (!isfinite(p->log_likelihood)) return 0;
    return json_object_set_new(json, "log_likelihood", json_real(p->log_likelihood)) |
           json_object_set_new(json, "sigma", json_real(p->sigma));
}

static int add_alarms(json_t *list, unsigned bits, const char *event)
{
    int failed = 0;
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++)
        if (bits & 1u << alarm)
            failed |=
                json_array_append_new(list, json_pack("{s:s, s:s}", "alarm", clgan_alarm_name(alarm), "event", event));
    return failed;
}

static char *line_of(const clgan_progress *p)
{
    json_t *alarms = json_array();
    json_t *json = json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "epoch", (json_int_t)p->epoch,
                             "step", (json_int_t)p->step, "d_loss", p->d_loss, "g_loss", p->g_loss, "d_real", p->d_real,
                             "d_fake", p->d_fake, "seconds", p->seconds, "steps_per_second", p->steps_per_second,
                             "samples_per_second", p->samples_per_second, "seconds_left", p->seconds_left);
    const int failed = !json || add_health(json, &p->health) || add_evaluation(json, p) ||
                       add_alarms(alarms, p->alarms_begun, "begins") || add_alarms(alarms, p->alarms_ended, "ends") ||
                       json_object_set(json, "alarms", alarms);
    char *line = failed ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(alarms);
    json_decref(json);
    return line;
}

clgan_status run_log_append(const struct clgan_run *run, const clgan_progress *progress)
{
    char *path = NULL, *line = line_of(progress);
    if (!line)
        return status_fail(CLGAN_FAILED, "%s/log.jsonl: a number is not finite, or memory is short", run->folder);
    clgan_status status = run_path(&path, run, "log.jsonl");
    if (status == CLGAN_OK) {
        const size_t length = strlen(line);
        line[length] = '\n'; /* in place of its end */
        status = file_append(path, line, length + 1);
    }
    free(path);
    free(line);
    return status;
}

/* ---- reading ---- */

/* False where the line is not an epoch's. */
static bool parse_line(clgan_progress *progress, const char *line, size_t length)
{
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *epoch = json_object_get(json, "epoch");
    const json_int_t number = json_is_integer(epoch) ? json_integer_value(epoch) : 0;
    *progress = (clgan_progress){.epoch = number > 0 ? (uint64_t)number : 0, .epoch_ended = 1};
    for (size_t i = 0; i < HEALTH_KEYS; i++) {
        const json_t *found = json_object_get(json, health_keys[i].key);
        const double value = json_is_number(found) ? json_number_value(found) : NAN;
        memcpy((char *)&progress->health + health_keys[i].offset, &value, sizeof value);
    }
    const json_t *likelihood = json_object_get(json, "log_likelihood");
    progress->log_likelihood = json_is_number(likelihood) ? json_number_value(likelihood) : NAN;
    json_decref(json);
    return number > 0;
}

static clgan_status parse_lines(clgan_progress **lines, size_t *count, const char *bytes)
{
    size_t capacity = 0;
    for (const char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
        TRY(memory_grow(lines, &capacity, *count + 1, sizeof **lines));
        *count += parse_line(*lines + *count, line, (size_t)(end - line));
    }
    return CLGAN_OK;
}

clgan_status run_log_read(clgan_progress **lines, size_t *count, const struct clgan_run *run)
{
    char *path = NULL, *bytes = NULL;
    size_t length;
    *lines = NULL;
    *count = 0;
    TRY(run_path(&path, run, "log.jsonl"));
    clgan_status status = file_read_if_there(&bytes, &length, path, LOG_BYTES);
    if (status == CLGAN_OK && bytes) status = parse_lines(lines, count, bytes);
    if (status != CLGAN_OK) {
        free(*lines);
        *lines = NULL;
    }
    free(bytes);
    free(path);
    return status;
}

static void keep_line(struct text *kept, const char *line, size_t length, uint64_t epochs)
{
    clgan_progress progress;
    if (!parse_line(&progress, line, length) || progress.epoch > epochs) return;
    text_append_bytes(kept, line, length);
    text_append_bytes(kept, "\n", 1);
}

clgan_status run_log_cut(const struct clgan_run *run, uint64_t epochs)
{
    char *path = NULL, *bytes = NULL;
    size_t length = 0;
    TRY(run_path(&path, run, "log.jsonl"));
    clgan_status status = file_read_if_there(&bytes, &length, path, LOG_BYTES);
    if (status == CLGAN_OK && bytes) {
        struct text kept = {0};
        for (const char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1)
            keep_line(&kept, line, (size_t)(end - line), epochs);
        if (kept.failed) status = status_fail(CLGAN_FAILED, "%s: memory is short", path);
        if (status == CLGAN_OK && kept.length != length)
            status = file_write(path, kept.bytes ? kept.bytes : "", kept.length);
        text_free(&kept);
    }
    free(bytes);
    free(path);
    return status;
}

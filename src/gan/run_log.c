#include "gan/run_log.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

/* A part is read whole: at most so many bytes. */
enum { PART_BYTES = 1 << 26, READ_BYTES = 1 << 28 };

/* Numbers of a line, in its order. Those that are not known are left out; where `always`, they are known. */
static const struct {
    const char *key;
    size_t offset; /* of a double in clgan_progress */
    bool always;
} numbers[] = {
    {"d_loss", offsetof(clgan_progress, d_loss), true},
    {"g_loss", offsetof(clgan_progress, g_loss), true},
    {"d_real", offsetof(clgan_progress, d_real), true},
    {"d_fake", offsetof(clgan_progress, d_fake), true},
    {"g_rate", offsetof(clgan_progress, g_rate), true},
    {"d_rate", offsetof(clgan_progress, d_rate), true},
    {"g_momentum", offsetof(clgan_progress, g_momentum), false},
    {"d_momentum", offsetof(clgan_progress, d_momentum), false},
    {"seconds", offsetof(clgan_progress, seconds), true},
    {"steps_per_second", offsetof(clgan_progress, steps_per_second), true},
    {"samples_per_second", offsetof(clgan_progress, samples_per_second), true},
    {"seconds_left", offsetof(clgan_progress, seconds_left), true},
    {"spread", offsetof(clgan_progress, health.spread), false},
    {"variance", offsetof(clgan_progress, health.variance), false},
    {"accuracy_real", offsetof(clgan_progress, health.accuracy_real), false},
    {"accuracy_fake", offsetof(clgan_progress, health.accuracy_fake), false},
    {"saturated", offsetof(clgan_progress, health.saturated), false},
    {"g_gradient", offsetof(clgan_progress, health.g_gradient), false},
    {"d_gradient", offsetof(clgan_progress, health.d_gradient), false},
    {"modes", offsetof(clgan_progress, health.modes), false},
    {"good", offsetof(clgan_progress, health.good), false},
    {"log_likelihood", offsetof(clgan_progress, log_likelihood), false},
    {"sigma", offsetof(clgan_progress, sigma), false},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static double value_of(const clgan_progress *line, size_t i)
{
    double value;
    memcpy(&value, (const char *)line + numbers[i].offset, sizeof value);
    return value;
}

double run_log_number(const clgan_progress *line, const char *key)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(numbers[i].key, key) == 0) return value_of(line, i);
    return NAN;
}

/* ---- writing ---- */

static int add_numbers(json_t *json, const clgan_progress *line)
{
    int failed = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        const double value = value_of(line, i);
        if (isfinite(value))
            failed |= json_object_set_new(json, numbers[i].key, json_real(value));
        else
            failed |= numbers[i].always;
    }
    return failed;
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

static char *line_of(const clgan_progress *line)
{
    json_t *alarms = json_array();
    json_t *json = json_pack("{s:I, s:I}", "epoch", (json_int_t)line->epoch, "step", (json_int_t)line->step);
    const int failed = !json || add_numbers(json, line) || add_alarms(alarms, line->alarms_begun, "begins") ||
                       add_alarms(alarms, line->alarms_ended, "ends") || json_object_set(json, "alarms", alarms);
    char *text = failed ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(alarms);
    json_decref(json);
    return text;
}

/* ---- parts ---- */

/* Path of the part of that number, from 1; 0: of the one that is written. */
static clgan_status part_path(char **path, const struct clgan_run *run, unsigned part)
{
    char name[32];
    snprintf(name, sizeof name, part ? "log-%04u.jsonl" : "log.jsonl", part);
    return run_path(path, run, name);
}

/* The number of parts that are full. */
static clgan_status count_parts(unsigned *count, const struct clgan_run *run)
{
    for (*count = 0;; ++*count) {
        char *path;
        TRY(part_path(&path, run, *count + 1));
        const bool there = file_exists(path);
        free(path);
        if (!there) return CLGAN_OK;
    }
}

/* Where the log at `path` is full, it becomes a part. */
static clgan_status turn(const struct clgan_run *run, const char *path)
{
    FILE *stream;
    uint64_t size;
    unsigned parts;
    char *full;
    if (file_is_missing(path)) return CLGAN_OK;
    TRY(file_open(&stream, &size, path));
    fclose(stream);
    if (size < PART_BYTES) return CLGAN_OK;
    TRY(count_parts(&parts, run));
    TRY(part_path(&full, run, parts + 1));
    const clgan_status status = file_rename(path, full);
    free(full);
    return status;
}

clgan_status run_log_append(const struct clgan_run *run, const clgan_progress *progress)
{
    char *path = NULL, *line = line_of(progress);
    if (!line)
        return status_fail(CLGAN_FAILED, "%s/log.jsonl: a number is not finite, or memory is short", run->folder);
    clgan_status status = part_path(&path, run, 0);
    if (status == CLGAN_OK) status = turn(run, path);
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

/* NAN where it is not there. */
static double number_of(const json_t *json, const char *key)
{
    const json_t *found = json_object_get(json, key);
    return json_is_number(found) ? json_number_value(found) : NAN;
}

static uint64_t count_of(const json_t *json, const char *key)
{
    const json_t *found = json_object_get(json, key);
    return json_is_integer(found) && json_integer_value(found) > 0 ? (uint64_t)json_integer_value(found) : 0;
}

/* False where the line is not an epoch's. */
static bool parse_line(clgan_progress *line, const char *text, size_t length)
{
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    *line = (clgan_progress){.epoch_ended = 1, .epoch = count_of(json, "epoch"), .step = count_of(json, "step")};
    for (size_t i = 0; i < NUMBERS; i++) {
        const double value = number_of(json, numbers[i].key);
        memcpy((char *)line + numbers[i].offset, &value, sizeof value);
    }
    json_decref(json);
    return line->epoch > 0;
}

/* What is done with a part: the bytes of the file at `path`, NUL after their end. */
typedef clgan_status part_visitor(void *user, const char *path, const char *bytes, size_t length);

static clgan_status visit_part(const struct clgan_run *run, unsigned part, part_visitor *visit, void *user)
{
    char *path, *bytes = NULL;
    size_t length;
    TRY(part_path(&path, run, part));
    clgan_status status = file_read_if_there(&bytes, &length, path, READ_BYTES);
    if (status == CLGAN_OK && bytes) status = visit(user, path, bytes, length);
    free(bytes);
    free(path);
    return status;
}

/* In the order in which they were written. */
static clgan_status visit_parts(const struct clgan_run *run, part_visitor *visit, void *user)
{
    unsigned parts;
    TRY(count_parts(&parts, run));
    for (unsigned part = 1; part <= parts; part++) TRY(visit_part(run, part, visit, user));
    return visit_part(run, 0, visit, user);
}

struct reading {
    run_log_visitor *visit;
    void *user;
};

static clgan_status read_part(void *user, const char *path, const char *bytes, size_t length)
{
    const struct reading *reading = user;
    clgan_progress progress;
    (void)path;
    (void)length;
    for (const char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1)
        if (parse_line(&progress, line, (size_t)(end - line))) TRY(reading->visit(reading->user, &progress));
    return CLGAN_OK;
}

clgan_status run_log_visit(const struct clgan_run *run, run_log_visitor *visit, void *user)
{
    return visit_parts(run, read_part, &(struct reading){visit, user});
}

static void keep_line(struct text *kept, const char *line, size_t length, uint64_t epochs)
{
    clgan_progress progress;
    if (!parse_line(&progress, line, length) || progress.epoch > epochs) return;
    text_append_bytes(kept, line, length);
    text_append_bytes(kept, "\n", 1);
}

static clgan_status cut_part(void *user, const char *path, const char *bytes, size_t length)
{
    struct text kept = {0};
    clgan_status status = CLGAN_OK;
    for (const char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1)
        keep_line(&kept, line, (size_t)(end - line), *(const uint64_t *)user);
    if (kept.failed) status = status_fail(CLGAN_FAILED, "%s: memory is short", path);
    if (status == CLGAN_OK && kept.length != length)
        status = file_write(path, kept.bytes ? kept.bytes : "", kept.length);
    text_free(&kept);
    return status;
}

clgan_status run_log_cut(const struct clgan_run *run, uint64_t epochs) { return visit_parts(run, cut_part, &epochs); }

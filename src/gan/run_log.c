#include "gan/run_log.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { LOG_BYTES = 1 << 28 };

static char *line_of(const clgan_progress *p)
{
    json_t *json = json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "epoch", (json_int_t)p->epoch,
                             "step", (json_int_t)p->step, "d_loss", p->d_loss, "g_loss", p->g_loss, "d_real", p->d_real,
                             "d_fake", p->d_fake, "seconds", p->seconds, "steps_per_second", p->steps_per_second,
                             "samples_per_second", p->samples_per_second, "seconds_left", p->seconds_left);
    char *line = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    return line;
}

clgan_status run_log_append(const struct clgan_run *run, const clgan_progress *progress)
{
    char *path = NULL, *line = line_of(progress);
    if (!line)
        return status_fail(CLGAN_FAILED, "%s/log.jsonl: a number is not finite, or memory is short", run->folder);
    clgan_status status = run_path(&path, run, "log.jsonl");
    FILE *stream = status == CLGAN_OK ? fopen(path, "a") : NULL;
    if (status == CLGAN_OK && !stream) status = status_fail(CLGAN_FAILED, "%s: %s", path, strerror(errno));
    if (stream) {
        const int written = fprintf(stream, "%s\n", line);
        if (fclose(stream) || written < 0) status = status_fail(CLGAN_FAILED, "%s: %s", path, strerror(errno));
    }
    free(path);
    free(line);
    return status;
}

static void keep_line(struct text *kept, const char *line, size_t length, uint64_t epochs)
{
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *epoch = json_object_get(json, "epoch");
    const json_int_t number = json_is_integer(epoch) ? json_integer_value(epoch) : 0;
    if (number >= 1 && (uint64_t)number <= epochs) {
        text_append_bytes(kept, line, length);
        text_append_bytes(kept, "\n", 1);
    }
    json_decref(json);
}

clgan_status run_log_cut(const struct clgan_run *run, uint64_t epochs)
{
    char *path = NULL, *bytes = NULL;
    size_t length = 0;
    TRY(run_path(&path, run, "log.jsonl"));
    clgan_status status = file_exists(path) ? file_read(&bytes, &length, path, LOG_BYTES) : CLGAN_OK;
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

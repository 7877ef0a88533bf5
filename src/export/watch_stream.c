/* A browser's stream of events (HTML standard, section 9.2, server-sent events): epochs as they end, and how far the
 * training is. Events:
 *   epochs    a list of rows; the id says where they end
 *   reload    what was told is no longer so, or too much was missed: fetch data.json
 *   another   the browser's page is of another server, which had this one's port: load the page
 *   progress  {"words", "part" (of the training, 0 to 1)}
 *   end       {"words", "parts" (HTML)}: no more will come */
#include "export/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/memory.h"

enum { PIECE_BYTES = 1 << 14 };

/* ---- what is told; all with the lock ---- */

static void tell_rows(struct watch_stream *stream)
{
    const struct clgan_watch *watch = stream->watch;
    struct text *out = &stream->out;
    bool missed =
        stream->history != watch->history || stream->row > watch->rows || watch->rows - stream->row > WATCH_ROWS;
    for (uint64_t row = stream->row; !missed && row < watch->rows; row++) missed = !watch->row[row % WATCH_ROWS];
    if (missed)
        text_append(out, "event: reload\ndata:\n\n");
    else if (stream->row < watch->rows) {
        text_append(out, "event: epochs\nid: %s-%" PRIu64 "-%" PRIu64 "\ndata: [", watch->token, watch->history,
                    watch->rows);
        for (uint64_t row = stream->row; row < watch->rows; row++)
            text_append(out, "%s%s", row > stream->row ? "," : "", watch->row[row % WATCH_ROWS]);
        text_append(out, "]\n\n");
    }
    stream->history = watch->history;
    stream->row = watch->rows;
}

static void tell_progress(struct watch_stream *stream)
{
    const clgan_progress *p = &stream->watch->progress;
    struct text words = {0};
    if (stream->told == stream->watch->told) return;
    stream->told = stream->watch->told;
    const double in_epoch = p->epoch_ended ? 1 : (double)(p->step % p->steps_per_epoch) / (double)p->steps_per_epoch;
    text_append(&words, "Epoch %" PRIu64 " of %" PRIu64 ", %.0f %%; ", p->epoch, p->epochs, 100 * in_epoch);
    report_amount(&words, p->samples_per_second);
    text_append(&words, " samples a second; ");
    report_duration(&words, p->seconds_left < 10 ? p->seconds_left : (double)(uint64_t)p->seconds_left);
    text_append(&words, " left");
    text_append(&stream->out, "event: progress\ndata: {\"words\":");
    report_string(&stream->out, words.bytes ? words.bytes : "");
    text_append(&stream->out, ",\"part\":");
    report_number(&stream->out, (double)p->step / ((double)p->epochs * (double)p->steps_per_epoch));
    text_append(&stream->out, "}\n\n");
    text_free(&words);
}

static void tell_end(struct watch_stream *stream)
{
    struct text parts = {0};
    if (!stream->watch->ended || stream->over) return;
    stream->over = true;
    report_parts(&parts, &stream->watch->report);
    text_append(&stream->out, "event: end\ndata: {\"words\":");
    report_string(&stream->out, stream->watch->ended);
    text_append(&stream->out, ",\"parts\":");
    report_string(&stream->out, parts.bytes ? parts.bytes : "");
    text_append(&stream->out, "}\n\n");
    text_free(&parts);
}

static void tell_news(struct watch_stream *stream)
{
    struct plain_locale locale;
    if (locale_begin(&locale) != CLGAN_OK) return;
    tell_rows(stream);
    tell_progress(stream);
    tell_end(stream);
    locale_end(&locale);
}

/* ---- libmicrohttpd asks for more ---- */

static ssize_t give(struct watch_stream *stream, char *to, size_t most)
{
    struct text *out = &stream->out;
    if (stream->written == out->length) {
        out->length = stream->written = 0;
        tell_news(stream);
    }
    if (out->failed) return MHD_CONTENT_READER_END_WITH_ERROR;
    const size_t left = out->length - stream->written, length = left < most ? left : most;
    if (length) memcpy(to, out->bytes + stream->written, length);
    stream->written += length;
    if (length) return (ssize_t)length;
    if (stream->over) return MHD_CONTENT_READER_END_OF_STREAM;
    stream->asleep = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static ssize_t read_stream(void *user, uint64_t position, char *to, size_t most)
{
    struct watch_stream *stream = user;
    (void)position;
    pthread_mutex_lock(&stream->watch->lock);
    const ssize_t length = give(stream, to, most);
    pthread_mutex_unlock(&stream->watch->lock);
    return length;
}

static void end_stream(void *user)
{
    struct watch_stream *stream = user;
    struct clgan_watch *watch = stream->watch;
    pthread_mutex_lock(&watch->lock);
    struct watch_stream **at = &watch->streams;
    while (*at != stream) at = &(*at)->next;
    *at = stream->next;
    pthread_mutex_unlock(&watch->lock);
    text_free(&stream->out);
    free(stream);
}

enum MHD_Result watch_stream_begin(struct clgan_watch *watch, struct MHD_Connection *connection, const char *from)
{
    struct watch_stream *stream;
    if (memory_take(&stream, 1, sizeof *stream) != CLGAN_OK) return MHD_NO;
    stream->watch = watch;
    stream->connection = connection;
    pthread_mutex_lock(&watch->lock);
    char token[WATCH_TOKEN + 1] = "";
    const int read =
        from ? sscanf(from, "%16[0-9a-f]-%20" SCNu64 "-%20" SCNu64, token, &stream->history, &stream->row) : 0;
    const bool foreign = *token && strcmp(token, watch->token) != 0;
    if (read != 3 || foreign) {
        stream->history = watch->history;
        stream->row = watch->rows;
    }
    stream->next = watch->streams;
    watch->streams = stream;
    pthread_mutex_unlock(&watch->lock);
    text_append(&stream->out, "retry: 1000\n\n%s", foreign ? "event: another\ndata:\n\n" : "");
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, read_stream, stream, end_stream);
    if (!response) {
        end_stream(stream);
        return MHD_NO;
    }
    return watch_answer(connection, MHD_HTTP_OK, "text/event-stream", false, response);
}

/* A watched training: what its thread tells, and how the server begins and ends. */
#include "export/watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/locale.h"
#include "base/memory.h"
#include "gan/run_log.h"

/* Streams are woken at most so often. The end: it is told for at most so long, and then browsers fetch the last
 * picture: it is over when they have asked for nothing for so long. Seconds. */
#define WAKE_SECONDS 0.2
#define END_SECONDS 2.0
#define QUIET_SECONDS 1.0

/* ---- beginning ---- */

static clgan_status listen_at(int *listener, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t length = sizeof address;
    const int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    if (*listener < 0) return status_fail(CLGAN_FAILED, "no socket to listen at: %s", strerror(errno));
    fcntl(*listener, F_SETFD, FD_CLOEXEC);
    fcntl(*listener, F_SETFL, O_NONBLOCK);
    setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(*listener, (const struct sockaddr *)&address, sizeof address) || listen(*listener, WATCH_CLIENTS) ||
        getsockname(*listener, (struct sockaddr *)&address, &length)) {
        const int error = errno;
        close(*listener);
        return status_fail(CLGAN_FAILED, "127.0.0.1:%u: %s; name another port, or 0 for any that is free", *port,
                           error == EADDRINUSE ? "another program listens there" : strerror(error));
    }
    *port = ntohs(address.sin_port);
    return CLGAN_OK;
}

clgan_status clgan_watch_begin(clgan_watch **watch, unsigned port)
{
    struct clgan_watch *made;
    if (port > UINT16_MAX) return status_fail(CLGAN_USAGE, "port %u: expected 0 to %u", port, UINT16_MAX);
    TRY(memory_take(&made, 1, sizeof *made));
    made->port = port;
    const clgan_status status = listen_at(&made->listener, &made->port);
    if (status != CLGAN_OK) {
        free(made);
        return status;
    }
    pthread_mutex_init(&made->lock, NULL);
    char end[16] = ""; /* browsers leave out HTTP's own port */
    if (made->port != 80) snprintf(end, sizeof end, ":%u", made->port);
    snprintf(made->hosts[0], sizeof made->hosts[0], "127.0.0.1%s", end);
    snprintf(made->hosts[1], sizeof made->hosts[1], "localhost%s", end);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(made->token, sizeof made->token, "%08lx%08lx", (unsigned long)now.tv_sec & 0xffffffff,
             (unsigned long)now.tv_nsec & 0xffffffff);
    *watch = made;
    return CLGAN_OK;
}

unsigned clgan_watch_port(const clgan_watch *watch) { return watch->port; }

/* What else is known of the run by now. The copy's log goes nowhere: it is used from the server's thread. */
static void copy_run(struct clgan_watch *watch)
{
    watch->report.run = *watch->run;
    watch->report.run.log = (clgan_log){0};
    snprintf(watch->report.live, sizeof watch->report.live, "%s-%" PRIu64, watch->token, watch->history);
}

/* The epochs as the log has them now. With the lock. */
static clgan_status read_history(struct clgan_watch *watch)
{
    struct clgan_run run = *watch->run;
    run.log = (clgan_log){0};
    if (watch->shown) report_free(&watch->report);
    watch->shown = false;
    TRY(report_read(&watch->report, &run));
    watch->shown = true;
    watch->history++;
    watch->rows = 0;
    copy_run(watch);
    return CLGAN_OK;
}

clgan_status clgan_watch_run(clgan_watch *watch, const clgan_run *run)
{
    watch->run = run;
    pthread_mutex_lock(&watch->lock);
    clgan_status status = read_history(watch);
    pthread_mutex_unlock(&watch->lock);
    return status == CLGAN_OK ? watch_serve(watch) : status;
}

/* ---- what happens ---- */

/* The epoch's row for the streams; with the address of its picture where it has one. */
static char *row_of(const struct clgan_watch *watch, bool has_picture)
{
    struct plain_locale locale;
    struct text text = {0};
    char *row = NULL;
    if (locale_begin(&locale) != CLGAN_OK) return NULL;
    text_append(&text, "{\"row\":");
    report_epoch(&text, &watch->report.curves.last);
    if (has_picture) {
        text_append(&text, ",\"frame\":{\"epoch\":%" PRIu64 ",\"source\":\"", watch->report.curves.last.epoch);
        report_frame_address(&text, &watch->report, watch->report.curves.last.epoch);
        text_append(&text, "\"}");
    }
    text_append(&text, "}");
    locale_end(&locale);
    return text_take(&row, &text) == CLGAN_OK ? row : NULL;
}

static bool has_picture(const struct clgan_watch *watch, uint64_t epoch)
{
    char name[RUN_PICTURE], *path;
    run_picture_name(name, epoch);
    if (run_path(&path, watch->run, name) != CLGAN_OK) return false;
    const bool there = file_exists(path);
    free(path);
    return there;
}

static void add_epoch(struct clgan_watch *watch, const clgan_progress *progress)
{
    const uint64_t last = watch->report.curves.last.epoch;
    const bool pictured = has_picture(watch, progress->epoch);
    if (progress->epoch != last + 1 && (last || watch->rows) && read_history(watch) != CLGAN_OK) return;
    curves_add(&watch->report.curves, &watch->report.run.recipe, progress);
    char *row = row_of(watch, pictured);
    free(watch->row[watch->rows % WATCH_ROWS]);
    watch->row[watch->rows % WATCH_ROWS] = row;
    watch->rows++;
}

void clgan_watch_progress(clgan_watch *watch, const clgan_progress *progress)
{
    const double now = clock_seconds();
    pthread_mutex_lock(&watch->lock);
    if (watch->shown) {
        copy_run(watch);
        if (progress->epoch_ended) add_epoch(watch, progress);
        watch->progress = *progress;
        watch->told++;
        if (now - watch->woken >= WAKE_SECONDS) watch_wake(watch);
    }
    pthread_mutex_unlock(&watch->lock);
}

void watch_wake(struct clgan_watch *watch)
{
    watch->woken = clock_seconds();
    for (struct watch_stream *stream = watch->streams; stream; stream = stream->next)
        if (stream->asleep) {
            stream->asleep = false;
            MHD_resume_connection(stream->connection);
        }
}

/* ---- what is shown ---- */

/* Looks for pictures and evaluations that came since, without holding up the training. */
static void refresh(struct clgan_watch *watch)
{
    struct report fresh = {0};
    pthread_mutex_lock(&watch->lock);
    fresh.run = watch->report.run;
    pthread_mutex_unlock(&watch->lock);
    if (report_refresh(&fresh) == CLGAN_OK) {
        pthread_mutex_lock(&watch->lock);
        const struct run_pictures pictures = watch->report.pictures;
        json_t *evaluation = watch->report.evaluation;
        watch->report.pictures = fresh.pictures;
        watch->report.evaluation = fresh.evaluation;
        watch->report.changed = fresh.changed;
        pthread_mutex_unlock(&watch->lock);
        fresh.pictures = pictures;
        fresh.evaluation = evaluation;
    }
    report_free(&fresh);
}

/* NULL where memory is short. */
static char *make(struct clgan_watch *watch, size_t *length,
                  void (*write)(struct text *text, const struct clgan_watch *watch))
{
    struct plain_locale locale;
    struct text text = {0};
    char *made = NULL;
    refresh(watch);
    if (locale_begin(&locale) != CLGAN_OK) return NULL;
    pthread_mutex_lock(&watch->lock);
    snprintf(watch->report.from, sizeof watch->report.from, "%s-%" PRIu64 "-%" PRIu64, watch->token, watch->history,
             watch->rows);
    if (watch->shown) write(&text, watch);
    pthread_mutex_unlock(&watch->lock);
    locale_end(&locale);
    *length = text.length;
    return text_take(&made, &text) == CLGAN_OK ? made : NULL;
}

static void write_data(struct text *text, const struct clgan_watch *watch) { report_data(text, &watch->report, 1); }

static void write_parts(struct text *text, const struct clgan_watch *watch) { report_parts(text, &watch->report); }

static void write_page(struct text *text, const struct clgan_watch *watch) { report_page(text, &watch->report); }

char *watch_page(struct clgan_watch *watch, size_t *length) { return make(watch, length, write_page); }
char *watch_data(struct clgan_watch *watch, size_t *length) { return make(watch, length, write_data); }
char *watch_parts(struct clgan_watch *watch, size_t *length) { return make(watch, length, write_parts); }

/* ---- the end ---- */

/* Whether a browser is still to be told of the end, or may still ask. */
static bool is_busy(struct clgan_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch_wake(watch);
    const bool busy = watch->streams || clock_seconds() - watch->asked < QUIET_SECONDS;
    pthread_mutex_unlock(&watch->lock);
    return busy;
}

static void tell_end(struct clgan_watch *watch, const char *words)
{
    const struct timespec pause = {0, 10 * 1000 * 1000};
    const double until = clock_seconds() + END_SECONDS;
    pthread_mutex_lock(&watch->lock);
    watch->ended = words;
    const bool followed = watch->streams != NULL;
    if (followed) watch->asked = clock_seconds();
    pthread_mutex_unlock(&watch->lock);
    while (followed && is_busy(watch) && clock_seconds() < until) nanosleep(&pause, NULL);
}

void clgan_watch_end(clgan_watch *watch, clgan_status status)
{
    static const char *const words[] = {[CLGAN_OK] = "The training has ended.",
                                        [CLGAN_FAILED] = "The training failed: its terminal says why.",
                                        [CLGAN_USAGE] = "The training failed: its terminal says why.",
                                        [CLGAN_STOPPED] = "The training was stopped, and can be resumed."};
    if (!watch) return;
    tell_end(watch, words[status]);
    if (watch->daemon) MHD_stop_daemon(watch->daemon);
    if (watch->listener >= 0) close(watch->listener);
    if (watch->shown) report_free(&watch->report);
    for (size_t i = 0; i < WATCH_ROWS; i++) free(watch->row[i]);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

/* The server of a watched training: who may ask, and for what. It listens on 127.0.0.1 alone and reads only; a request
 * that calls this machine by another name than 127.0.0.1 or localhost comes from a page of somebody else's whose name
 * was pointed here (DNS rebinding), and is refused. Paths are compared with the few that there are: none is built from
 * what was asked for, but the number of an epoch. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "export/watch.h"

enum { PICTURE_BYTES = 1 << 24, STACK_BYTES = 1 << 20 };

/* ---- answers ---- */

enum MHD_Result watch_answer(struct MHD_Connection *connection, unsigned code, const char *type, bool lasting,
                             struct MHD_Response *response)
{
    static const char *const headers[][2] = {{"Cache-Control", "no-store"},
                                             {"X-Content-Type-Options", "nosniff"},
                                             {"X-Frame-Options", "DENY"},
                                             {"Cross-Origin-Resource-Policy", "same-origin"},
                                             {"Referrer-Policy", "no-referrer"}};
    if (!response) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, headers[0][0], lasting ? "private, max-age=86400" : headers[0][1]);
    for (size_t i = 1; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    if (code == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(response, "Allow", "GET, HEAD");
    const enum MHD_Result queued = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code, const char *words)
{
    return watch_answer(
        connection, code, "text/plain; charset=utf-8", false,
        MHD_create_response_from_buffer(strlen(words), (void *)(uintptr_t)words, MHD_RESPMEM_PERSISTENT));
}

/* `bytes` is freed. */
static enum MHD_Result give(struct MHD_Connection *connection, const char *type, bool lasting, char *bytes,
                            size_t length)
{
    if (!bytes) return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "Memory is short.\n");
    return watch_answer(connection, MHD_HTTP_OK, type, lasting,
                        MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE));
}

/* ---- pictures ---- */

/* A regular file that is no link and begins as a PNG does; NULL where it is none. */
static char *read_picture(int folder, const char *name, size_t *length)
{
    static const char png[] = "\x89PNG\r\n\x1a\n";
    struct stat about;
    char *bytes = NULL;
    const int handle = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    FILE *stream = handle < 0 ? NULL : fdopen(handle, "rb");
    if (!stream) {
        if (handle >= 0) close(handle);
        return NULL;
    }
    if (fstat(handle, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= PICTURE_BYTES &&
        memory_take(&bytes, (size_t)about.st_size + sizeof png, 1) == CLGAN_OK) {
        *length = file_read_bytes(bytes, (size_t)about.st_size, stream);
        if (memcmp(bytes, png, sizeof png - 1) != 0) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(stream);
    return bytes;
}

/* `inner`: a folder of the run's. */
static enum MHD_Result give_picture(struct clgan_watch *watch, struct MHD_Connection *connection, const char *inner,
                                    const char *name)
{
    char *path, *bytes = NULL;
    size_t length = 0;
    if (run_path(&path, watch->run, inner) != CLGAN_OK) return MHD_NO;
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    free(path);
    if (folder >= 0) {
        bytes = read_picture(folder, name, &length);
        close(folder);
    }
    if (!bytes) return refuse(connection, MHD_HTTP_NOT_FOUND, "There is no such picture.\n");
    /* an epoch's picture at an address of this server and history stays; a figure may be made anew */
    return give(connection, "image/png", strcmp(inner, "samples") == 0, bytes, length);
}

/* Whether that is the path of an epoch's picture; `name` gets its name in samples/. */
static bool is_frame(char name[RUN_PICTURE], const char *path)
{
    uint64_t epoch;
    char known[RUN_PICTURE];
    if (sscanf(path, "/samples/epoch-%12" SCNu64 ".png", &epoch) != 1) return false;
    run_picture_name(known, epoch);
    if (strcmp(path + 1, known) != 0) return false;
    memmove(name, strchr(known, '/') + 1, strlen(strchr(known, '/')));
    return true;
}

/* ---- requests ---- */

static enum MHD_Result route(struct clgan_watch *watch, struct MHD_Connection *connection, const char *path)
{
    static const char html[] = "text/html; charset=utf-8";
    char name[RUN_PICTURE];
    size_t length = 0;
    char *bytes;
    if (strcmp(path, "/") == 0) {
        bytes = watch_page(watch, &length);
        return give(connection, html, false, bytes, length);
    }
    if (strcmp(path, "/parts.html") == 0) {
        bytes = watch_parts(watch, &length);
        return give(connection, html, false, bytes, length);
    }
    if (strcmp(path, "/data.json") == 0) {
        bytes = watch_data(watch, &length);
        return give(connection, "application/json", false, bytes, length);
    }
    if (strcmp(path, "/events") == 0) {
        const char *from = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Last-Event-ID");
        if (!from) from = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "from");
        return watch_stream_begin(watch, connection, from);
    }
    if (strcmp(path, "/favicon.ico") == 0) return refuse(connection, MHD_HTTP_NO_CONTENT, ""); /* browsers ask */
    if (is_frame(name, path)) return give_picture(watch, connection, "samples", name);
    for (size_t i = 0; report_figure(i); i++)
        if (strcmp(path + 1, report_figure(i)) == 0)
            return give_picture(watch, connection, "figures", strchr(report_figure(i), '/') + 1);
    return refuse(connection, MHD_HTTP_NOT_FOUND, "There is nothing here: the training's page is at /\n");
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *body, size_t *body_length, void **seen)
{
    static int marker;
    struct clgan_watch *watch = user;
    const bool head = strcmp(method, "HEAD") == 0;
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    (void)version;
    (void)body;
    (void)body_length;
    if (!host || (strcmp(host, watch->hosts[0]) != 0 && strcmp(host, watch->hosts[1]) != 0))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "This is a page of 127.0.0.1, and answers to no other name.\n");
    if (!head && strcmp(method, "GET") != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "This page can only be read.\n");
    if (!*seen) { /* the headers are here, the request not yet */
        *seen = &marker;
        return MHD_YES;
    }
    pthread_mutex_lock(&watch->lock);
    watch->asked = clock_seconds();
    pthread_mutex_unlock(&watch->lock);
    if (head && strcmp(path, "/events") == 0) return refuse(connection, MHD_HTTP_OK, "");
    return route(watch, connection, path);
}

clgan_status watch_serve(struct clgan_watch *watch)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the program's signals are not for the server's thread */
    watch->daemon =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                         on_request, watch, MHD_OPTION_LISTEN_SOCKET, watch->listener, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)WATCH_CLIENTS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)WATCH_TIMEOUT,
                         MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_END);
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!watch->daemon)
        return status_fail(CLGAN_FAILED, "the server of 127.0.0.1:%u can't be started: %s", watch->port,
                           strerror(error));
    watch->listener = -1;
    return CLGAN_OK;
}

/* A training's page, served to browsers of this machine while it goes on. The training's thread tells what happens
 * (watch.c), a thread of libmicrohttpd answers requests (watch_http.c) and writes streams of events (watch_stream.c).
 * They share what is behind `lock`; nobody writes to a socket while holding it, and no socket is ever waited for, so a
 * browser that reads slowly or not at all holds up nobody. */
#ifndef EXPORT_WATCH_H
#define EXPORT_WATCH_H

#include <microhttpd.h>
#include <pthread.h>

#include "export/report.h"

enum {
    WATCH_ROWS = 1024,  /* epochs that a browser may lag behind before it asks for everything anew */
    WATCH_CLIENTS = 64, /* connections at once */
    WATCH_TIMEOUT = 60, /* without a sign of life, seconds */
    WATCH_TOKEN = 16    /* of this server's lifetime, in hexadecimal digits */
};

/* A browser's stream of events. */
struct watch_stream {
    struct clgan_watch *watch;
    struct MHD_Connection *connection;
    struct text out; /* what is still to be written begins at `written` */
    size_t written;
    uint64_t history, row, told; /* where it stands: as the fields of struct clgan_watch */
    bool asleep, over;           /* over: it was told of the end */
    struct watch_stream *next;
};

struct clgan_watch {
    int listener; /* -1: the server has it */
    unsigned port;
    char hosts[2][32]; /* what a request may call this machine */
    struct MHD_Daemon *daemon;
    char token[WATCH_TOKEN + 1];
    const struct clgan_run *run; /* for the training's thread alone */
    pthread_mutex_t lock;
    struct report report;
    bool shown;              /* the report is there */
    uint64_t history;        /* grows where epochs that were told are no longer so (rollback, resume) */
    uint64_t rows;           /* epochs told since */
    char *row[WATCH_ROWS];   /* the last ones, as JSON: number n is at n % WATCH_ROWS */
    clgan_progress progress; /* the last one */
    uint64_t told;           /* how many there were */
    double woken, asked;     /* clock when streams were last woken, when a request last came */
    const char *ended;       /* how the training ended, in words; NULL: it goes on */
    struct watch_stream *streams;
};

/* What is not served as a file: the page, its data, its parts that change. All take the lock. */
char *watch_page(struct clgan_watch *watch, size_t *length);
char *watch_data(struct clgan_watch *watch, size_t *length);
char *watch_parts(struct clgan_watch *watch, size_t *length);

clgan_status watch_serve(struct clgan_watch *watch);
/* Queues a response, which is given away. `lasting`: what has this address stays the same. */
enum MHD_Result watch_answer(struct MHD_Connection *connection, unsigned code, const char *type, bool lasting,
                             struct MHD_Response *response);
/* Answers GET /events: a stream that goes on from where `from` says, "TOKEN-HISTORY-ROWS" (NULL: from now). */
enum MHD_Result watch_stream_begin(struct clgan_watch *watch, struct MHD_Connection *connection, const char *from);
/* Has streams look for news. With the lock. */
void watch_wake(struct clgan_watch *watch);

#endif

/* A program of ours run as a child with an environment of its own, so that a driver that crashes or hangs takes nothing
 * else along. The parent must not have touched OpenCL. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include "bench.h"

enum { CHILD_ARGUMENTS = 8, CHILD_VARIABLES = 16, CHILD_TEXT = 512 };

struct child {
    const char *arguments[CHILD_ARGUMENTS];     /* after the program's own name; NULL after the last */
    const char *variables[CHILD_VARIABLES];     /* "NAME=VALUE", set before it starts; NULL after the last */
    double limit;                               /* seconds, after which it is ended */
    void (*line)(void *user, const char *line); /* each line of its stdout */
    void (*wait)(void *user);                   /* about twice a second; may be NULL */
    void *user;
};

/* Runs it to its end. CLGAN_OK where it exited with 0; else the message says how it ended: crashed, ended for its time,
 * and the last line that it said on stderr. */
clgan_status child_run(const struct child *child);

#endif

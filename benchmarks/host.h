/* What a result says of the machine and of the program. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

enum { HOST_TEXT = 200 };

void host_cpu(char text[HOST_TEXT]);    /* "AMD EPYC, 2 cores" */
void host_system(char text[HOST_TEXT]); /* "Linux 6.1 x86_64" */
void host_build(char text[HOST_TEXT]);  /* compiler and whether it optimised */
void host_date(char text[HOST_TEXT]);   /* now, "2026-01-31T12:00:00Z" */

/* Seconds that processors were at work since some moment: all of them, and those of this program's ended children.
 * What lies between is what other programs took, and other machines on the same host. */
struct host_work {
    double all, own; /* all: negative where the system doesn't tell */
};
struct host_work host_work(void);
/* Per cent of the processors that others took between two moments `seconds` apart; 0 where it isn't known. */
double host_others(struct host_work before, struct host_work after, double seconds);

#endif

/* What a result says of the machine and of the program. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

enum { HOST_TEXT = 200 };

void host_cpu(char text[HOST_TEXT]);    /* "AMD EPYC, 2 cores" */
void host_system(char text[HOST_TEXT]); /* "Linux 6.1 x86_64" */
void host_build(char text[HOST_TEXT]);  /* compiler and whether it optimised */
void host_date(char text[HOST_TEXT]);   /* now, "2026-01-31T12:00:00Z" */

#endif

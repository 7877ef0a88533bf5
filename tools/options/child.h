/* Drivers may crash or hang, so what calls them can run in a process of its own, which writes what it finds into a
 * pipe. The command's own process then never calls OpenCL: what was called before a fork() does not survive it. */
#ifndef TOOLS_CHILD_H
#define TOOLS_CHILD_H

#include <sys/types.h>

struct child {
    pid_t process;
    int from; /* to read from */
};
enum heard { HEARD, ENDED, SILENT, STOPPED };

/* `work` runs there and writes to `to`; what it returns is the process's exit code. 0, and errno, where none could be
 * started. */
int child_begin(struct child *child, int (*work)(int to, void *user), void *user);
/* Waits until it writes or ends, `limit` seconds at most: HEARD, SILENT, or STOPPED by Ctrl-C. */
enum heard child_wait(const struct child *child, double limit, const volatile int *stop);
/* Ends one that is SILENT or STOPPED. Its exit code, or -1 and in words how it ended otherwise; `words` is else "". */
int child_end(const struct child *child, enum heard heard, double limit, char words[80]);

#endif

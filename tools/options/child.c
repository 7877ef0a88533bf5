#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define LONGEST 2e6 /* that poll() takes, seconds */

int child_begin(struct child *child, int (*work)(int to, void *user), void *user)
{
    int ends[2];
    if (pipe(ends)) return 0;
    child->from = ends[0];
    child->process = fork();
    if (child->process == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        close(ends[0]);
        _exit(work(ends[1], user));
    }
    close(ends[1]);
    if (child->process > 0) return 1;
    close(ends[0]);
    return 0;
}

enum heard child_wait(const struct child *child, double limit, const volatile int *stop)
{
    struct pollfd from = {.fd = child->from, .events = POLLIN};
    int ready;
    do {
        ready = poll(&from, 1, limit < LONGEST ? (int)(1e3 * limit) : -1);
    } while (ready < 0 && errno == EINTR && !*stop);
    if (*stop) return STOPPED;
    return ready == 0 ? SILENT : HEARD;
}

int child_end(const struct child *child, enum heard heard, double limit, char words[80])
{
    int status = 0;
    words[0] = 0;
    close(child->from);
    if (heard == SILENT || heard == STOPPED) kill(child->process, SIGKILL);
    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR) {
    }
    if (heard == SILENT)
        snprintf(words, 80, "hung: nothing was heard for %.0f s", limit);
    else if (WIFSIGNALED(status))
        snprintf(words, 80, "crashed: signal %d, %.48s", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return *words ? -1 : WEXITSTATUS(status);
}

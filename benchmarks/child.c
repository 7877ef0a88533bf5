#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "base/clock.h"
#include "base/text.h"

enum { STREAMS = 2 }; /* stdout, stderr */

struct stream {
    int descriptor; /* -1: at its end */
    struct text line;
};

enum { PATH_BYTES = 4096 };

/* This very program: where the system says, so that it need not be on the PATH. */
static const char *own_path(char path[PATH_BYTES])
{
#ifdef __APPLE__
    uint32_t size = PATH_BYTES;
    return _NSGetExecutablePath(path, &size) == 0 ? path : "clgan-bench";
#else
    const ssize_t length = readlink("/proc/self/exe", path, PATH_BYTES - 1);
    if (length <= 0) return "clgan-bench";
    path[length] = 0;
    return path;
#endif
}

static void become(const struct child *child, int ends[STREAMS][2])
{
    char path[PATH_BYTES];
    char *arguments[CHILD_ARGUMENTS + 2] = {"clgan-bench"};
    for (int i = 0; i < CHILD_ARGUMENTS && child->arguments[i]; i++) arguments[i + 1] = (char *)child->arguments[i];
    for (int i = 0; i < CHILD_VARIABLES && child->variables[i]; i++) putenv((char *)child->variables[i]);
    for (int i = 0; i < STREAMS; i++) {
        dup2(ends[i][1], i + 1);
        close(ends[i][0]);
        close(ends[i][1]);
    }
    execvp(own_path(path), arguments);
    _exit(127);
}

static void take_lines(struct stream *stream, void (*take)(void *user, const char *line), void *user)
{
    char bytes[4096];
    const ssize_t count = read(stream->descriptor, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) {
        close(stream->descriptor);
        stream->descriptor = -1;
        return;
    }
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] != '\n') {
            if (bytes[i]) text_append_bytes(&stream->line, &bytes[i], 1);
            continue;
        }
        if (stream->line.length) take(user, stream->line.bytes);
        text_free(&stream->line);
    }
}

static void keep_last(void *user, const char *line) { snprintf(user, CHILD_TEXT, "%s", line); }

/* Reads until both streams end or its time does; true where it did in time. */
static bool follow(const struct child *child, struct stream streams[STREAMS], char last[CHILD_TEXT])
{
    const double begin = clock_seconds();
    while (streams[0].descriptor >= 0 || streams[1].descriptor >= 0) {
        struct pollfd polled[STREAMS];
        for (int i = 0; i < STREAMS; i++) polled[i] = (struct pollfd){streams[i].descriptor, POLLIN, 0};
        poll(polled, STREAMS, 500);
        if (polled[0].revents) take_lines(&streams[0], child->line, child->user);
        if (polled[1].revents) take_lines(&streams[1], keep_last, last);
        if (child->wait) child->wait(child->user);
        if (clock_seconds() - begin > child->limit) return false;
    }
    return true;
}

static clgan_status how_it_ended(const struct child *child, pid_t pid, bool in_time, const char *last)
{
    int state = 0;
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR) continue;
    const char *said = *last ? "; it last said: " : "";
    if (!in_time)
        return status_fail(CLGAN_FAILED, "it was ended after %.0f s, its limit (--limit)%s%.300s", child->limit, said,
                           last);
    if (WIFSIGNALED(state))
        return status_fail(CLGAN_FAILED, "the driver crashed (%s)%s%.300s", strsignal(WTERMSIG(state)), said, last);
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "it ended with exit code %d%s%.300s", WEXITSTATUS(state), said, last);
}

clgan_status child_run(const struct child *child)
{
    int ends[STREAMS][2];
    char last[CHILD_TEXT] = "";
    struct stream streams[STREAMS] = {0};
    if (pipe(ends[0]) != 0 || pipe(ends[1]) != 0) return status_fail(CLGAN_FAILED, "no pipe: %s", strerror(errno));
    fflush(stdout);
    fflush(stderr);
    const pid_t pid = fork();
    if (pid < 0) return status_fail(CLGAN_FAILED, "no child process: %s", strerror(errno));
    if (pid == 0) become(child, ends);
    for (int i = 0; i < STREAMS; i++) {
        close(ends[i][1]);
        streams[i].descriptor = ends[i][0];
    }
    const bool in_time = follow(child, streams, last);
    if (!in_time) kill(pid, SIGKILL);
    for (int i = 0; i < STREAMS; i++) {
        if (streams[i].descriptor >= 0) close(streams[i].descriptor);
        text_free(&streams[i].line);
    }
    return how_it_ended(child, pid, in_time, last);
}

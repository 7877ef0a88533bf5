/* What a shim of ours between a program and the C library needs (LD_PRELOAD): which files are its business. 64-bit
 * Linux: the names with and without 64 are the same calls. */
#ifndef TESTS_SHIMS_SHIM_H
#define TESTS_SHIMS_SHIM_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHIM_EXPORT __attribute__((visibility("default")))
enum { SHIM_HANDLES = 4096 };

/* `below` becomes what the program would have called. */
#define BELOW(name)                                                                                                    \
    static __typeof__(&name) below;                                                                                    \
    if (!below) below = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* One call at a time: what is recorded is in the order of what happened. */
static pthread_mutex_t shim_mutex = PTHREAD_MUTEX_INITIALIZER;
static char *shim_paths[SHIM_HANDLES]; /* of open files that are watched, by handle */

/* `path` made absolute, in `whole`, if it lies in one of the folders that the environment variable `variable` lists,
 * absolute, with colons between; else NULL. */
static const char *shim_watched(char whole[PATH_MAX], const char *path, const char *variable)
{
    char folder[PATH_MAX] = "";
    const char *folders = getenv(variable);
    if (!folders || !path) return NULL;
    if (path[0] != '/' && !getcwd(folder, sizeof folder)) return NULL;
    if (snprintf(whole, PATH_MAX, "%s%s%s", folder, *folder ? "/" : "", path) >= PATH_MAX) return NULL;
    for (const char *at = folders; *at;) {
        const size_t length = strcspn(at, ":");
        if (length && strncmp(whole, at, length) == 0 && (whole[length] == '/' || !whole[length])) return whole;
        at += length + (at[length] == ':');
    }
    return NULL;
}

static void shim_opened(int handle, const char *path)
{
    if (handle < 0 || handle >= SHIM_HANDLES || !path) return;
    free(shim_paths[handle]);
    shim_paths[handle] = strdup(path);
}

static const char *shim_path(int handle) { return handle >= 0 && handle < SHIM_HANDLES ? shim_paths[handle] : NULL; }

static void shim_closed(int handle)
{
    if (!shim_path(handle)) return;
    free(shim_paths[handle]);
    shim_paths[handle] = NULL;
}

/* The third argument of open: there where the flags say so. */
#define SHIM_MODE(mode, flags)                                                                                         \
    mode_t mode = 0;                                                                                                   \
    if ((flags)&O_CREAT) {                                                                                             \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode = va_arg(arguments, mode_t);                                                                              \
        va_end(arguments);                                                                                             \
    }

#endif

/* No layer of OpenCL, but one of the C library (LD_PRELOAD): a GPU's node that this user may not open. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* as clgan is built: stat() and glob() become stat64() and glob64() */
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static const char node[] = "/dev/dri/renderD128";

EXPORT int access(const char *path, int mode)
{
    int (*const real)(const char *, int) = (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");
    if (strcmp(path, node) != 0) return real(path, mode);
    errno = EACCES;
    return -1;
}

EXPORT int stat(const char *restrict path, struct stat *restrict about)
{
    int (*const real)(const char *, struct stat *) = (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat64");
    if (strcmp(path, node) != 0) return real(path, about);
    *about = (struct stat){.st_mode = S_IFCHR | 0660};
    return 0;
}

EXPORT int glob(const char *restrict pattern, int flags, int (*failed)(const char *, int), glob_t *restrict found)
{
    typedef int (*call)(const char *, int, int (*)(const char *, int), glob_t *);
    const call real = (call)dlsym(RTLD_NEXT, "glob64");
    if (strncmp(pattern, "/dev/dri/renderD", 16) != 0) return real(pattern, flags, failed, found);
    return real(node, flags | GLOB_NOCHECK, failed, found);
}

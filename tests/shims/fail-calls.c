/* Fails calls on files below the folders CLGAN_FAIL_FOLDERS (absolute, with colons between). CLGAN_FAIL_CALL and
 * CLGAN_FAIL_PATH: patterns, as of a shell, of the calls and paths that count (all). CLGAN_FAIL_AT: the number of the
 * one that fails, from 1; or CLGAN_FAIL_EVERY: those whose number it divides. CLGAN_FAIL_WITH: the number of the errno
 * that it gives, or "short": a read or write does half of what it was asked to. CLGAN_FAIL_LIST: a file to which each
 * call is added, "CALL PATH", and CLGAN_FAIL_DONE one to which those that failed are. Streams of stdio are made over
 * calls of this file. */
#include "shim.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/file.h>

static unsigned long calls;

static void append(const char *variable, const char *name, const char *path)
{
    const char *file = getenv(variable);
    FILE *stream = file ? fopen(file, "a") : NULL;
    if (!stream) return;
    fprintf(stream, "%s %s\n", name, path);
    fclose(stream);
}

static bool matches(const char *variable, const char *text)
{
    const char *pattern = getenv(variable);
    return !pattern || fnmatch(pattern, text, FNM_EXTMATCH) == 0;
}

static unsigned long number(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : 0;
}

static bool is_chosen(const char *name, const char *path)
{
    const unsigned long chosen = number("CLGAN_FAIL_AT"), every = number("CLGAN_FAIL_EVERY");
    if (!(chosen || every) || !matches("CLGAN_FAIL_CALL", name) || !matches("CLGAN_FAIL_PATH", path)) return false;
    calls++;
    return every ? calls % every == 0 : calls == chosen;
}

/* Whether this call is to fail, with errno set. `*length`, where there is one, is halved where it is to be short. */
static bool fails(const char *name, const char *path, size_t *length)
{
    const char *with = getenv("CLGAN_FAIL_WITH");
    pthread_mutex_lock(&shim_mutex);
    const int error = errno;
    append("CLGAN_FAIL_LIST", name, path);
    const bool now = is_chosen(name, path);
    if (now) append("CLGAN_FAIL_DONE", name, path);
    errno = error;
    pthread_mutex_unlock(&shim_mutex);
    if (!now || !with) return false;
    if (strcmp(with, "short") != 0) {
        errno = atoi(with);
        return true;
    }
    if (length && *length > 1) *length /= 2;
    return false;
}

static bool fails_named(const char *name, const char *path)
{
    char whole[PATH_MAX];
    return shim_watched(whole, path, "CLGAN_FAIL_FOLDERS") && fails(name, whole, NULL);
}

static bool fails_open(const char *name, int handle, size_t *length)
{
    return shim_path(handle) && fails(name, shim_path(handle), length);
}

/* ---- files ---- */

SHIM_EXPORT int open64(const char *path, int flags, ...)
{
    BELOW(open64);
    char whole[PATH_MAX];
    SHIM_MODE(mode, flags)
    if (fails_named("open", path)) return -1;
    const int handle = below(path, flags, mode);
    if (handle >= 0) shim_opened(handle, shim_watched(whole, path, "CLGAN_FAIL_FOLDERS"));
    return handle;
}

SHIM_EXPORT int open(const char *path, int flags, ...)
{
    SHIM_MODE(mode, flags)
    return open64(path, flags, mode);
}

SHIM_EXPORT ssize_t read(int handle, void *bytes, size_t length)
{
    BELOW(read);
    return fails_open("read", handle, &length) ? -1 : below(handle, bytes, length);
}

SHIM_EXPORT ssize_t write(int handle, const void *bytes, size_t length)
{
    BELOW(write);
    return fails_open("write", handle, &length) ? -1 : below(handle, bytes, length);
}

SHIM_EXPORT ssize_t pwrite64(int handle, const void *bytes, size_t length, off_t offset)
{
    BELOW(pwrite64);
    return fails_open("write", handle, &length) ? -1 : below(handle, bytes, length, offset);
}

SHIM_EXPORT int ftruncate64(int handle, off_t length)
{
    BELOW(ftruncate64);
    return fails_open("ftruncate", handle, NULL) ? -1 : below(handle, length);
}

SHIM_EXPORT off_t lseek64(int handle, off_t offset, int whence)
{
    BELOW(lseek64);
    return fails_open("lseek", handle, NULL) ? -1 : below(handle, offset, whence);
}

SHIM_EXPORT int fsync(int handle)
{
    BELOW(fsync);
    return fails_open("fsync", handle, NULL) ? -1 : below(handle);
}

SHIM_EXPORT int flock(int handle, int operation)
{
    BELOW(flock);
    return fails_open("flock", handle, NULL) ? -1 : below(handle, operation);
}

/* It closes all the same, as Linux does. */
SHIM_EXPORT int close(int handle)
{
    BELOW(close);
    const bool failed = fails_open("close", handle, NULL);
    const int error = errno;
    shim_closed(handle);
    const int result = below(handle);
    if (failed) errno = error;
    return failed ? -1 : result;
}

/* ---- streams ---- */

static ssize_t stream_read(void *cookie, char *bytes, size_t length) { return read((int)(long)cookie, bytes, length); }

static ssize_t stream_write(void *cookie, const char *bytes, size_t length)
{
    const ssize_t written = write((int)(long)cookie, bytes, length);
    return written < 0 ? 0 : written; /* fopencookie's way to say that it failed */
}

static int stream_seek(void *cookie, off64_t *offset, int whence)
{
    const off_t result = lseek64((int)(long)cookie, *offset, whence);
    if (result < 0) return -1;
    *offset = result;
    return 0;
}

static int stream_close(void *cookie) { return close((int)(long)cookie); }

static int flags_of(const char *mode)
{
    const int both = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
    return both | (mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT | O_APPEND : 0);
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
    BELOW(fopen64);
    char whole[PATH_MAX];
    const cookie_io_functions_t functions = {stream_read, stream_write, stream_seek, stream_close};
    if (!shim_watched(whole, path, "CLGAN_FAIL_FOLDERS")) return below(path, mode);
    const int handle = open64(path, flags_of(mode), 0666);
    return handle < 0 ? NULL : fopencookie((void *)(long)handle, mode, functions);
}

/* ---- names ---- */

SHIM_EXPORT int rename(const char *from, const char *to)
{
    BELOW(rename);
    return fails_named("rename", to) ? -1 : below(from, to);
}

SHIM_EXPORT int unlink(const char *path)
{
    BELOW(unlink);
    return fails_named("unlink", path) ? -1 : below(path);
}

SHIM_EXPORT int mkdir(const char *path, mode_t mode)
{
    BELOW(mkdir);
    return fails_named("mkdir", path) ? -1 : below(path, mode);
}

SHIM_EXPORT int access(const char *path, int mode)
{
    BELOW(access);
    return fails_named("access", path) ? -1 : below(path, mode);
}

SHIM_EXPORT int stat64(const char *path, struct stat64 *info)
{
    BELOW(stat64);
    return fails_named("stat", path) ? -1 : below(path, info);
}

/* ---- folders ---- */

static DIR *folders[SHIM_HANDLES]; /* by handle: those of shim_paths that opendir made */

SHIM_EXPORT DIR *opendir(const char *path)
{
    BELOW(opendir);
    char whole[PATH_MAX];
    if (fails_named("opendir", path)) return NULL;
    DIR *folder = below(path);
    if (!folder || !shim_watched(whole, path, "CLGAN_FAIL_FOLDERS") || dirfd(folder) >= SHIM_HANDLES) return folder;
    shim_opened(dirfd(folder), whole);
    folders[dirfd(folder)] = folder;
    return folder;
}

SHIM_EXPORT struct dirent64 *readdir64(DIR *folder)
{
    BELOW(readdir64);
    return fails_open("readdir", dirfd(folder), NULL) ? NULL : below(folder);
}

SHIM_EXPORT int closedir(DIR *folder)
{
    BELOW(closedir);
    if (dirfd(folder) < SHIM_HANDLES && folders[dirfd(folder)] == folder) {
        folders[dirfd(folder)] = NULL;
        shim_closed(dirfd(folder));
    }
    return below(folder);
}

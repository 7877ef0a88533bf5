/* Records what a program does to the files and folders below CLGAN_RECORD_FOLDER, in order, in the file CLGAN_RECORD: a
 * line for each call that succeeded, and what a write wrote after its line. tests/shims/powercut.py makes of it the
 * states in which a disk may be found when the power is cut between any two calls. A file opened for writing through
 * stdio ends the program: its writes would not be seen. */
#include "shim.h"

static FILE *record;

static const char *watched(char whole[PATH_MAX], const char *path)
{
    return shim_watched(whole, path, "CLGAN_RECORD_FOLDER");
}

static void note(const char *format, ...)
{
    va_list arguments;
    if (!record) record = fopen(getenv("CLGAN_RECORD"), "ab");
    va_start(arguments, format);
    vfprintf(record, format, arguments);
    va_end(arguments);
    fflush(record);
}

/* ---- files ---- */

static int opened(int handle, const char *path, int flags)
{
    char whole[PATH_MAX];
    if (handle < 0 || !watched(whole, path)) return handle;
    shim_opened(handle, whole);
    note("open %d %d %d %s\n", handle, (flags & O_CREAT) != 0, (flags & O_TRUNC) != 0, whole);
    return handle;
}

SHIM_EXPORT int open64(const char *path, int flags, ...)
{
    BELOW(open64);
    SHIM_MODE(mode, flags)
    pthread_mutex_lock(&shim_mutex);
    const int handle = opened(below(path, flags, mode), path, flags);
    pthread_mutex_unlock(&shim_mutex);
    return handle;
}

SHIM_EXPORT int open(const char *path, int flags, ...)
{
    SHIM_MODE(mode, flags)
    return open64(path, flags, mode);
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
    BELOW(fopen64);
    char whole[PATH_MAX];
    if (strpbrk(mode, "wa+") && watched(whole, path)) {
        fprintf(stderr, "powercut: %s is opened through stdio\n", path);
        abort();
    }
    return below(path, mode);
}

static void note_write(int handle, off_t offset, const void *bytes, ssize_t written)
{
    if (written <= 0 || !shim_path(handle)) return;
    note("write %d %ld %ld\n", handle, (long)offset, (long)written);
    fwrite(bytes, 1, (size_t)written, record);
    fflush(record);
}

SHIM_EXPORT ssize_t write(int handle, const void *bytes, size_t length)
{
    BELOW(write);
    if (!shim_path(handle)) return below(handle, bytes, length);
    pthread_mutex_lock(&shim_mutex);
    const ssize_t written = below(handle, bytes, length);
    const int error = errno;
    note_write(handle, lseek(handle, 0, SEEK_CUR) - written, bytes, written);
    pthread_mutex_unlock(&shim_mutex);
    errno = error;
    return written;
}

SHIM_EXPORT ssize_t pwrite64(int handle, const void *bytes, size_t length, off_t offset)
{
    BELOW(pwrite64);
    pthread_mutex_lock(&shim_mutex);
    const ssize_t written = below(handle, bytes, length, offset);
    note_write(handle, offset, bytes, written);
    pthread_mutex_unlock(&shim_mutex);
    return written;
}

SHIM_EXPORT int ftruncate64(int handle, off_t length)
{
    BELOW(ftruncate64);
    pthread_mutex_lock(&shim_mutex);
    const int result = below(handle, length);
    if (result == 0 && shim_path(handle)) note("truncate %d %ld\n", handle, (long)length);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

SHIM_EXPORT int fsync(int handle)
{
    BELOW(fsync);
    pthread_mutex_lock(&shim_mutex);
    const int result = below(handle);
    if (result == 0 && shim_path(handle)) note("sync %d\n", handle);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

SHIM_EXPORT int close(int handle)
{
    BELOW(close);
    pthread_mutex_lock(&shim_mutex);
    if (shim_path(handle)) note("close %d\n", handle);
    shim_closed(handle);
    const int result = below(handle);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

/* ---- names ---- */

SHIM_EXPORT int rename(const char *from, const char *to)
{
    BELOW(rename);
    char whole_from[PATH_MAX], whole_to[PATH_MAX];
    pthread_mutex_lock(&shim_mutex);
    const int result = below(from, to);
    if (result == 0 && watched(whole_from, from) && watched(whole_to, to))
        note("rename %s\t%s\n", whole_from, whole_to);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

SHIM_EXPORT int unlink(const char *path)
{
    BELOW(unlink);
    char whole[PATH_MAX];
    pthread_mutex_lock(&shim_mutex);
    const int result = below(path);
    if (result == 0 && watched(whole, path)) note("unlink %s\n", whole);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

SHIM_EXPORT int mkdir(const char *path, mode_t mode)
{
    BELOW(mkdir);
    char whole[PATH_MAX];
    pthread_mutex_lock(&shim_mutex);
    const int result = below(path, mode);
    if (result == 0 && watched(whole, path)) note("mkdir %s\n", whole);
    pthread_mutex_unlock(&shim_mutex);
    return result;
}

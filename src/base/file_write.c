#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

enum { BUFFER = 1 << 16, TEMPORARIES = 1000 };

static clgan_status write_failed(const char *path, int error)
{
    return status_fail(CLGAN_FAILED, "%s: can't be written: %s", path, strerror(error));
}

/* The errno of what failed, or 0. A call may write less than it was asked to. */
static int write_bytes(int handle, const unsigned char *bytes, size_t length)
{
    while (length) {
        ssize_t written;
        FILE_RETRY(written, write(handle, bytes, length));
        if (written < 0) return errno;
        if (written == 0) return EIO;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

int file_sync(int handle)
{
#ifdef F_FULLFSYNC
    if (fcntl(handle, F_FULLFSYNC) == 0) return 0; /* not every file system has it */
#endif
    return fsync(handle);
}

static int close_file(int handle, int error) { return close(handle) != 0 && !error && errno != EINTR ? errno : error; }

/* The same for what must be on the disk: by now a full disk or a broken one has shown. */
static int sync_and_close(int handle, int error)
{
    int result;
    if (!error) {
        FILE_RETRY(result, file_sync(handle));
        if (result != 0) error = errno;
    }
    return close_file(handle, error);
}

static clgan_status flush(struct file_writer *writer)
{
    if (!writer->error) writer->error = write_bytes(writer->handle, writer->buffer, writer->filled);
    writer->filled = 0;
    return writer->error ? write_failed(writer->path, writer->error) : CLGAN_OK;
}

/* A name that nobody has: another process of the same number, on another host or killed, may have left one. */
static clgan_status open_temporary(struct file_writer *writer)
{
    for (int number = 0; number < TEMPORARIES; number++) {
        struct text text = {0};
        free(writer->temporary);
        writer->temporary = NULL;
        text_append(&text, number ? "%s.%ld-%d.tmp" : "%s.%ld.tmp", writer->path, (long)getpid(), number);
        TRY(text_take(&writer->temporary, &text));
        FILE_RETRY(writer->handle, open(writer->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (writer->handle >= 0) return CLGAN_OK;
        if (errno != EEXIST) break;
    }
    const int error = errno;
    free(writer->temporary); /* it names no file of ours */
    writer->temporary = NULL;
    return write_failed(writer->path, error);
}

/* Renaming over a device, a pipe or a process's stream would be the end of it. /dev/stdout is a link to a file in
 * /proc, whatever that is. */
static bool is_replaceable(const char *path)
{
    static const char streams[] = "/proc/";
    char link[sizeof streams] = "";
    if (readlink(path, link, sizeof link - 1) > 0 && strcmp(link, streams) == 0) return false;
    return !file_is_special(path);
}

clgan_status file_begin(struct file_writer *writer, const char *path)
{
    unsigned char *buffer = NULL;
    *writer = (struct file_writer){0};
    clgan_status status = CLGAN_OK;
    if (!is_replaceable(path)) status = status_fail(CLGAN_FAILED, "%s: not a file, so nothing is written there", path);
    if (status == CLGAN_OK) status = memory_copy_text(&writer->path, path);
    if (status == CLGAN_OK) status = memory_take(&buffer, BUFFER, 1);
    if (status == CLGAN_OK) status = open_temporary(writer);
    if (status == CLGAN_OK) {
        writer->buffer = buffer;
        return status;
    }
    free(buffer);
    file_abandon(writer);
    return status;
}

clgan_status file_put(struct file_writer *writer, const void *bytes, size_t length)
{
    for (const unsigned char *from = bytes; length;) {
        size_t piece = BUFFER - writer->filled;
        if (piece > length) piece = length;
        memcpy(writer->buffer + writer->filled, from, piece);
        writer->filled += piece;
        from += piece;
        length -= piece;
        if (writer->filled == BUFFER) TRY(flush(writer));
    }
    return CLGAN_OK;
}

clgan_status file_put_at(struct file_writer *writer, uint64_t offset, const void *bytes, size_t length)
{
    TRY(flush(writer));
    if (lseek(writer->handle, (off_t)offset, SEEK_SET) < 0) writer->error = errno;
    if (!writer->error) writer->error = write_bytes(writer->handle, bytes, length);
    if (!writer->error && lseek(writer->handle, 0, SEEK_END) < 0) writer->error = errno;
    return writer->error ? write_failed(writer->path, writer->error) : CLGAN_OK;
}

clgan_status file_commit(struct file_writer *writer)
{
    int result;
    clgan_status status = flush(writer);
    const int error =
        writer->unsynced ? close_file(writer->handle, writer->error) : sync_and_close(writer->handle, writer->error);
    if (status == CLGAN_OK && error) status = write_failed(writer->path, error);
    free(writer->buffer);
    writer->buffer = NULL;
    if (status == CLGAN_OK) {
        FILE_RETRY(result, rename(writer->temporary, writer->path));
        if (result != 0) status = write_failed(writer->path, errno);
    }
    if (status == CLGAN_OK) {
        free(writer->temporary); /* it no longer names a file of ours */
        writer->temporary = NULL;
        if (!writer->unsynced) status = file_sync_folder_of(writer->path);
    }
    file_abandon(writer);
    return status;
}

void file_abandon(struct file_writer *writer)
{
    int result;
    if (writer->buffer) close(writer->handle);
    if (writer->temporary) FILE_RETRY(result, unlink(writer->temporary));
    free(writer->buffer);
    free(writer->temporary);
    free(writer->path);
    *writer = (struct file_writer){0};
}

static clgan_status write_whole(const char *path, const void *bytes, size_t length, bool unsynced)
{
    struct file_writer writer;
    TRY(file_begin(&writer, path));
    writer.unsynced = unsynced;
    clgan_status status = file_put(&writer, bytes, length);
    if (status == CLGAN_OK) status = file_commit(&writer);
    file_abandon(&writer);
    return status;
}

clgan_status file_write(const char *path, const void *bytes, size_t length)
{
    return write_whole(path, bytes, length, false);
}

clgan_status file_write_unsynced(const char *path, const void *bytes, size_t length)
{
    return write_whole(path, bytes, length, true);
}

clgan_status file_append(const char *path, const void *bytes, size_t length)
{
    int handle;
    const bool is_new = !file_exists(path);
    FILE_RETRY(handle, open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (handle < 0 && errno == ELOOP) return status_fail(CLGAN_FAILED, "%s: a link, which may lead anywhere", path);
    if (handle < 0) return write_failed(path, errno);
    const int error = sync_and_close(handle, write_bytes(handle, bytes, length));
    if (error) return write_failed(path, error);
    return is_new ? file_sync_folder_of(path) : CLGAN_OK;
}

clgan_status file_rename(const char *from, const char *to)
{
    int result;
    FILE_RETRY(result, rename(from, to));
    if (result != 0) return status_fail(CLGAN_FAILED, "%s: can't be renamed to %s: %s", from, to, strerror(errno));
    return file_sync_folder_of(to);
}

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

bool file_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool file_is_regular(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static clgan_status open_any(FILE **stream, const char *path)
{
    *stream = fopen(path, "rb");
    return *stream ? CLGAN_OK : status_fail(CLGAN_FAILED, "%s: can't be opened: %s", path, strerror(errno));
}

clgan_status file_open(FILE **stream, uint64_t *size, const char *path)
{
    struct stat info;
    /* Before it is opened: opening a pipe waits for its writer. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) return status_fail(CLGAN_FAILED, "%s: not a file", path);
    TRY(open_any(stream, path));
    *size = fstat(fileno(*stream), &info) == 0 ? (uint64_t)info.st_size : 0;
    return CLGAN_OK;
}

/* Closes the stream. */
static clgan_status read_stream(char **bytes, size_t *length, FILE *stream, const char *path, uint64_t limit)
{
    struct text text = {0};
    char piece[65536];
    size_t got;
    clgan_status status = CLGAN_OK;
    while (status == CLGAN_OK && (got = fread(piece, 1, sizeof piece, stream)) > 0) {
        text_append_bytes(&text, piece, got);
        if (text.length > limit)
            status = status_fail(CLGAN_FAILED, "%s: longer than the %llu bytes that such a file may have", path,
                                 (unsigned long long)limit);
    }
    if (status == CLGAN_OK && ferror(stream))
        status = status_fail(CLGAN_FAILED, "%s: can't be read: %s", path, strerror(errno));
    fclose(stream);
    *length = text.length;
    if (status == CLGAN_OK) return text_take(bytes, &text);
    text_free(&text);
    return status;
}

clgan_status file_read(char **bytes, size_t *length, const char *path, uint64_t limit)
{
    FILE *stream = NULL;
    uint64_t size = 0;
    TRY(file_open(&stream, &size, path));
    return read_stream(bytes, length, stream, path, limit);
}

clgan_status file_read_any(char **bytes, size_t *length, const char *path, uint64_t limit)
{
    FILE *stream = NULL;
    TRY(open_any(&stream, path));
    return read_stream(bytes, length, stream, path, limit);
}

clgan_status file_make_folders(const char *path)
{
    char *copy;
    TRY(memory_copy_text(&copy, path));
    clgan_status status = CLGAN_OK;
    for (char *at = copy + 1; status == CLGAN_OK; at++) {
        if (*at != '/' && *at != 0) continue;
        char end = *at;
        *at = 0;
        if (mkdir(copy, 0777) != 0 && !file_is_folder(copy))
            status = status_fail(CLGAN_FAILED, "%s: the folder can't be made: %s", copy, strerror(errno));
        *at = end;
        if (!end) break;
    }
    free(copy);
    return status;
}

clgan_status file_make_inner_folder(char **path, const char *folder, const char *name)
{
    struct stat info;
    TRY(file_join(path, folder, name));
    clgan_status status = file_make_folders(*path);
    if (status == CLGAN_OK && lstat(*path, &info) == 0 && S_ISLNK(info.st_mode))
        status = status_fail(CLGAN_FAILED, "%s: a link, which may lead anywhere; put a folder in its place", *path);
    if (status != CLGAN_OK) free(*path);
    return status;
}

clgan_status file_make_new_folder(const char *path)
{
    char *parent;
    TRY(memory_copy_text(&parent, path));
    clgan_status status = CLGAN_OK;
    for (size_t end = strlen(parent); end > 1 && parent[end - 1] == '/';) parent[--end] = 0;
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) {
        *slash = 0;
        status = file_make_folders(parent);
    }
    free(parent);
    if (status == CLGAN_OK && mkdir(path, 0777) != 0) {
        if (errno == EEXIST) return status_fail(CLGAN_USAGE, "%s: exists already", path);
        return status_fail(CLGAN_FAILED, "%s: the folder can't be made: %s", path, strerror(errno));
    }
    return status;
}

clgan_status file_join(char **path, const char *folder, const char *name)
{
    struct text text = {0};
    text_append(&text, "%s/%s", folder, name);
    return text_take(path, &text);
}

static clgan_status write_failed(const struct file_writer *writer)
{
    return status_fail(CLGAN_FAILED, "%s: can't be written: %s", writer->path, strerror(errno));
}

clgan_status file_begin(struct file_writer *writer, const char *path)
{
    struct text text = {0};
    *writer = (struct file_writer){0};
    TRY(memory_copy_text(&writer->path, path));
    text_append(&text, "%s.%ld.tmp", path, (long)getpid());
    clgan_status status = text_take(&writer->temporary, &text);
    if (status == CLGAN_OK) unlink(writer->temporary); /* left by a killed process, or a link that leads elsewhere */
    if (status == CLGAN_OK && !(writer->stream = fopen(writer->temporary, "w+bx"))) status = write_failed(writer);
    if (status != CLGAN_OK) file_abandon(writer);
    return status;
}

static int sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!folder) return -1;
    int handle = open(folder, O_RDONLY | O_DIRECTORY);
    free(folder);
    if (handle < 0) return -1;
    int result = fsync(handle);
    if (result != 0 && errno == EINVAL) result = 0; /* a file system that cannot sync folders */
    close(handle);
    return result;
}

clgan_status file_commit(struct file_writer *writer)
{
    clgan_status status = CLGAN_OK;
    if (fflush(writer->stream) != 0 || ferror(writer->stream) || fsync(fileno(writer->stream)) != 0)
        status = write_failed(writer);
    if (fclose(writer->stream) != 0 && status == CLGAN_OK) status = write_failed(writer);
    writer->stream = NULL;
    if (status == CLGAN_OK && rename(writer->temporary, writer->path) != 0) status = write_failed(writer);
    if (status == CLGAN_OK) {
        free(writer->temporary); /* it no longer names a file of ours */
        writer->temporary = NULL;
        if (sync_folder_of(writer->path) != 0) status = write_failed(writer);
    }
    file_abandon(writer);
    return status;
}

void file_abandon(struct file_writer *writer)
{
    if (writer->stream) fclose(writer->stream);
    if (writer->temporary) unlink(writer->temporary);
    free(writer->temporary);
    free(writer->path);
    *writer = (struct file_writer){0};
}

clgan_status file_write(const char *path, const void *bytes, size_t length)
{
    struct file_writer writer;
    TRY(file_begin(&writer, path));
    if (fwrite(bytes, 1, length, writer.stream) != length) {
        clgan_status status = write_failed(&writer);
        file_abandon(&writer);
        return status;
    }
    return file_commit(&writer);
}

clgan_status file_cache_folder(char **path)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return file_join(path, cache, "clgan");
    if (home && *home == '/') return file_join(path, home, ".cache/clgan");
    return status_fail(CLGAN_FAILED, "no cache folder: neither XDG_CACHE_HOME nor HOME is set");
}

clgan_status clgan_cache_folder(char **folder) { return file_cache_folder(folder); }

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

bool file_is_missing(const char *path) { return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR); }

bool file_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool file_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* NULL, with errno set, where it can't be. */
static FILE *open_to_read(const char *path)
{
    FILE *stream;
    do {
        stream = fopen(path, "rbe"); /* e: not for programs that are started meanwhile */
    } while (!stream && errno == EINTR);
    return stream;
}

static clgan_status open_failed(const char *path)
{
    return status_fail(CLGAN_FAILED, "%s: can't be opened: %s", path, strerror(errno));
}

clgan_status file_open(FILE **stream, uint64_t *size, const char *path)
{
    /* Before it is opened: opening a pipe waits for its writer. */
    if (file_is_special(path)) return status_fail(CLGAN_FAILED, "%s: not a file", path);
    *stream = open_to_read(path);
    if (!*stream) return open_failed(path);
    const off_t end = fseeko(*stream, 0, SEEK_END) ? -1 : ftello(*stream);
    *size = end < 0 ? 0 : (uint64_t)end;
    if (end >= 0 && fseeko(*stream, 0, SEEK_SET) == 0) return CLGAN_OK;
    const clgan_status status = status_fail(CLGAN_FAILED, "%s: can't be read: %s", path, strerror(errno));
    fclose(*stream);
    *stream = NULL;
    return status;
}

size_t file_read_bytes(void *bytes, size_t length, FILE *stream)
{
    size_t got = fread(bytes, 1, length, stream);
    while (got < length && ferror(stream) && errno == EINTR) {
        clearerr(stream);
        got += fread((char *)bytes + got, 1, length - got, stream);
    }
    return got;
}

/* Closes the stream. */
static clgan_status read_all(char **bytes, size_t *length, FILE *stream, const char *path, uint64_t limit)
{
    struct text text = {0};
    char piece[65536];
    size_t got;
    clgan_status status = CLGAN_OK;
    while (status == CLGAN_OK && (got = file_read_bytes(piece, sizeof piece, stream)) > 0) {
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
    return read_all(bytes, length, stream, path, limit);
}

clgan_status file_read_if_there(char **bytes, size_t *length, const char *path, uint64_t limit)
{
    *bytes = NULL;
    *length = 0;
    return file_is_missing(path) ? CLGAN_OK : file_read(bytes, length, path, limit);
}

clgan_status file_read_any(char **bytes, size_t *length, const char *path, uint64_t limit)
{
    FILE *stream = open_to_read(path);
    return stream ? read_all(bytes, length, stream, path, limit) : open_failed(path);
}

clgan_status file_join(char **path, const char *folder, const char *name)
{
    struct text text = {0};
    text_append(&text, "%s/%s", folder, name);
    return text_take(path, &text);
}

clgan_status file_data_folder(char **path)
{
    const char *share = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    *path = NULL;
    if (share && *share) return file_join(path, share, "clgan");
    return home && *home ? file_join(path, home, ".local/share/clgan") : CLGAN_OK;
}

clgan_status file_cache_folder(char **path)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return file_join(path, cache, "clgan");
    if (home && *home == '/') return file_join(path, home, ".cache/clgan");
    return status_fail(CLGAN_FAILED, "no cache folder: neither XDG_CACHE_HOME nor HOME is set");
}

clgan_status clgan_cache_folder(char **folder) { return file_cache_folder(folder); }

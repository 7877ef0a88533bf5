/* Files and folders: reads that are bounded by what is there, atomic and durable writes, the user's cache folder. A
 * signal that interrupts a call is no failure, nor is a write or read that comes in pieces. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

/* `result` = `call`, again for as long as a signal interrupts it. */
#define FILE_RETRY(result, call)                                                                                       \
    do {                                                                                                               \
        (result) = (call);                                                                                             \
    } while ((result) < 0 && errno == EINTR)

bool file_exists(const char *path);
/* Surely not there; not so where it can't be told. */
bool file_is_missing(const char *path);
bool file_is_folder(const char *path);
/* There, and no file: a folder, a pipe, a device. */
bool file_is_special(const char *path);

/* Opens a regular file for reading: `*stream` is closed with fclose(), `*size` is its length. CLGAN_FAILED, naming it,
 * where it is none: a pipe would be waited for, a device has no end. */
clgan_status file_open(FILE **stream, uint64_t *size, const char *path);
/* `*bytes` = the whole of a regular file, NUL after its end, freed with free(). CLGAN_FAILED if it is missing,
 * unreadable or longer than `limit` bytes. */
clgan_status file_read(char **bytes, size_t *length, const char *path, uint64_t limit);
/* The same, but a file that is not there is no failure: `*bytes` NULL. */
clgan_status file_read_if_there(char **bytes, size_t *length, const char *path, uint64_t limit);
/* As file_read, of whatever the user names, a pipe too. */
clgan_status file_read_any(char **bytes, size_t *length, const char *path, uint64_t limit);
/* fread that goes on where a signal interrupts it: fewer bytes are the end of the file, or ferror(stream). */
size_t file_read_bytes(void *bytes, size_t length, FILE *stream);

/* Makes one folder, durably; an existing one is fine, its parent must exist. */
clgan_status file_make_folder(const char *path);
/* The same with its parents. */
clgan_status file_make_folders(const char *path);
/* Makes one folder that must not exist: CLGAN_USAGE if it does. Parents are made. */
clgan_status file_make_new_folder(const char *path);
/* As fsync(); on macOS, whose fsync() leaves data in the drive's cache, what empties that, too. */
int file_sync(int handle);
/* Makes the names in a folder durable. A file system that can't, or a folder that may not be read, is no failure. */
clgan_status file_sync_folder(const char *folder);
/* That of the folder in which `path` lies. */
clgan_status file_sync_folder_of(const char *path);

/* What is in a folder, but "." and "..", in no order. A folder that does not exist has nothing in it. */
struct file_names {
    char **list;
    size_t count;
};
clgan_status file_list(struct file_names *names, const char *folder);
void file_names_free(struct file_names *names);
/* Whether it is the name of a file_writer's temporary file. */
bool file_is_temporary(const char *name);
/* Seconds: nobody writes a temporary file for so long. */
enum { FILE_ABANDONED = 24 * 3600 };
/* Removes temporary files of writers that were killed: those in `folder` whose name begins with `name` (NULL: all) and
 * that are at least `seconds` old. What can't be removed stays. */
void file_sweep(const char *folder, const char *name, double seconds);

/* CLGAN_FAILED where `path` is a link: it may lead anywhere. */
clgan_status file_refuse_link(const char *path);
/* "folder/name", freed with free(), made where there is none. CLGAN_FAILED where it is a link: what is written into a
 * folder that somebody else made must stay in it. */
clgan_status file_make_inner_folder(char **path, const char *folder, const char *name);

/* "folder/name", freed with free(). */
clgan_status file_join(char **path, const char *folder, const char *name);

/* A file written in full or not at all: bytes go to a temporary name beside `path`; file_commit syncs it, renames it
 * over `path` and syncs the folder. Until then `path` is as it was. No two writers share a temporary name. CLGAN_FAILED
 * where `path` is there and no file. Zeroed is none. */
struct file_writer {
    char *path;
    char *temporary;
    unsigned char *buffer; /* of `filled` bytes not yet written; NULL: `handle` is not open */
    size_t filled;
    int handle;
    int error;     /* errno of what failed first; file_commit tells it too */
    bool unsynced; /* set after file_begin: file_commit does not wait for the disk */
};
clgan_status file_begin(struct file_writer *writer, const char *path);
clgan_status file_put(struct file_writer *writer, const void *bytes, size_t length);
/* Over bytes that were put before. */
clgan_status file_put_at(struct file_writer *writer, uint64_t offset, const void *bytes, size_t length);
clgan_status file_commit(struct file_writer *writer);
void file_abandon(struct file_writer *writer); /* removes the temporary file; harmless after a commit */

/* Begin, put and commit of bytes at hand. */
clgan_status file_write(const char *path, const void *bytes, size_t length);
/* The same without waiting for the disk: one of many files that can be made again. */
clgan_status file_write_unsynced(const char *path, const void *bytes, size_t length);
/* Adds bytes to the end of a file, made if there is none; durable when it returns. After CLGAN_FAILED a part of them
 * may be there. */
clgan_status file_append(const char *path, const void *bytes, size_t length);

/* Within one folder, which is synced; what `to` was is gone. */
clgan_status file_rename(const char *from, const char *to);

/* $XDG_DATA_HOME/clgan or ~/.local/share/clgan, not made; freed with free(). NULL where neither is set. */
clgan_status file_data_folder(char **path);
/* $XDG_CACHE_HOME/clgan or ~/.cache/clgan, not made; freed with free(). CLGAN_FAILED where neither is set. */
clgan_status file_cache_folder(char **path);

#endif

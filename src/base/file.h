/* Files and folders: reads that are bounded by what is there, atomic writes, the user's cache folder. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

bool file_exists(const char *path);
bool file_is_folder(const char *path);
bool file_is_regular(const char *path);

/* Opens a regular file for reading: `*stream` is closed with fclose(), `*size` is its length. CLGAN_FAILED, naming it,
 * where it is none: a pipe would be waited for, a device has no end. */
clgan_status file_open(FILE **stream, uint64_t *size, const char *path);
/* `*bytes` = the whole of a regular file, NUL after its end, freed with free(). CLGAN_FAILED if it is missing,
 * unreadable or longer than `limit` bytes. */
clgan_status file_read(char **bytes, size_t *length, const char *path, uint64_t limit);
/* The same of whatever the user names, a pipe too. */
clgan_status file_read_any(char **bytes, size_t *length, const char *path, uint64_t limit);

/* Makes a folder and its parents; an existing folder is fine. */
clgan_status file_make_folders(const char *path);
/* Makes one folder that must not exist: CLGAN_USAGE if it does. Parents are made. */
clgan_status file_make_new_folder(const char *path);

/* "folder/name", freed with free(), made where there is none. CLGAN_FAILED where it is a link: what is written into a
 * folder that somebody else made must stay in it. */
clgan_status file_make_inner_folder(char **path, const char *folder, const char *name);

/* "folder/name", freed with free(). */
clgan_status file_join(char **path, const char *folder, const char *name);

/* A file written in full or not at all: bytes go to a temporary name beside `path`; file_commit syncs it, renames it
 * over `path` and syncs the folder. Until then `path` is as it was. */
struct file_writer {
    FILE *stream; /* write here; seek if you like */
    char *path;
    char *temporary;
};
clgan_status file_begin(struct file_writer *writer, const char *path);
clgan_status file_commit(struct file_writer *writer);
void file_abandon(struct file_writer *writer); /* removes the temporary file; harmless after a commit */

/* The three together for bytes at hand. */
clgan_status file_write(const char *path, const void *bytes, size_t length);

/* $XDG_CACHE_HOME/clgan or ~/.cache/clgan, not made; freed with free(). CLGAN_FAILED where neither is set. */
clgan_status file_cache_folder(char **path);

#endif

/* Compiled programs on disk. The whole specification:
 *
 * Key:     XXH3-128 over this format's number, program source, build options, device name, driver version, platform
 * version. Place:   DIR/KEY.clbin, DIR the user's cache folder. Layout:  8 bytes "CLGANBIN"; 32 digits of the key; 32
 * digits of XXH3-128 over the binary; the binary as the driver gave it. Races:   written to a temporary name and
 * renamed, so that a reader sees a whole file or none; two writers write the same. Failure: any doubt (unreadable,
 * short, foreign, wrong hash, refused by the driver) is a miss, and so is an unwritable folder. */
#ifndef COMPUTE_CACHE_H
#define COMPUTE_CACHE_H

#include <stdbool.h>

#include "base/hash.h"

enum { CACHE_FORMAT = 1 };

/* True and `*binary` (freed with free()) on a hit. */
bool cache_load(char **binary, size_t *length, const char *folder, const char key[HASH_DIGITS + 1]);
void cache_store(const char *folder, const char key[HASH_DIGITS + 1], const void *binary, size_t length);

/* Texts beside them: FOLDER/KIND-XXXXXXXX.txt, the first digits of a hash over what the file is about. */
clgan_status cache_text_path(char **path, const char *folder, const char *kind, const char *const *about, size_t count);

#endif

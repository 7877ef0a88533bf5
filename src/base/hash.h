/* 128-bit hashes (XXH3) of files and of what names them. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include "base/status.h"

enum { HASH_DIGITS = 32 };

/* A hash over pieces; make with hash_begin, end with hash_end or hash_drop. */
struct hash;
clgan_status hash_begin(struct hash **hash);
void hash_add(struct hash *hash, const void *bytes, size_t length);
/* Writes 32 lower-case hexadecimal digits and a NUL, frees `hash`. */
void hash_end(struct hash *hash, char digits[HASH_DIGITS + 1]);
void hash_drop(struct hash *hash);

#endif

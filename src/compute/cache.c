#include "compute/cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

static const char magic[8] = {'C', 'L', 'G', 'A', 'N', 'B', 'I', 'N'};
enum { HEADER = sizeof magic + 2 * HASH_DIGITS };
static const uint64_t largest = 256u << 20;

static clgan_status entry_path(char **path, const char *folder, const char *key)
{
    struct text text = {0};
    text_append(&text, "%s/%s.clbin", folder, key);
    return text_take(path, &text);
}

static clgan_status digest(char digits[HASH_DIGITS + 1], const void *bytes, size_t length)
{
    struct hash *hash;
    TRY(hash_begin(&hash));
    hash_add(hash, bytes, length);
    hash_end(hash, digits);
    return CLGAN_OK;
}

bool cache_load(char **binary, size_t *length, const char *folder, const char key[HASH_DIGITS + 1])
{
    char *path, *bytes = NULL, digits[HASH_DIGITS + 1];
    if (entry_path(&path, folder, key) != CLGAN_OK) return false;
    bool hit = file_exists(path) && file_read(&bytes, length, path, largest) == CLGAN_OK && *length > HEADER &&
               memcmp(bytes, magic, sizeof magic) == 0 && memcmp(bytes + sizeof magic, key, HASH_DIGITS) == 0 &&
               digest(digits, bytes + HEADER, *length - HEADER) == CLGAN_OK &&
               memcmp(bytes + sizeof magic + HASH_DIGITS, digits, HASH_DIGITS) == 0;
    free(path);
    if (!hit) {
        free(bytes);
        return false;
    }
    *length -= HEADER;
    memmove(bytes, bytes + HEADER, *length);
    *binary = bytes;
    return true;
}

void cache_store(const char *folder, const char key[HASH_DIGITS + 1], const void *binary, size_t length)
{
    char digits[HASH_DIGITS + 1], *path = NULL;
    struct text text = {0};
    if (digest(digits, binary, length) != CLGAN_OK || file_make_folders(folder) != CLGAN_OK ||
        entry_path(&path, folder, key) != CLGAN_OK)
        return;
    file_sweep(folder, NULL, FILE_ABANDONED);
    text_append_bytes(&text, magic, sizeof magic);
    text_append_bytes(&text, key, HASH_DIGITS);
    text_append_bytes(&text, digits, HASH_DIGITS);
    text_append_bytes(&text, binary, length);
    if (!text.failed) file_write(path, text.bytes, text.length);
    text_free(&text);
    free(path);
}

clgan_status cache_text_path(char **path, const char *folder, const char *kind, const char *const *about, size_t count)
{
    char digits[HASH_DIGITS + 1];
    struct hash *hash;
    struct text text = {0};
    TRY(hash_begin(&hash));
    for (size_t i = 0; i < count; i++) hash_add(hash, about[i], strlen(about[i]) + 1);
    hash_end(hash, digits);
    text_append(&text, "%s/%s-%.8s.txt", folder, kind, digits);
    return text_take(path, &text);
}

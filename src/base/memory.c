#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool checked_multiply(size_t *product, size_t a, size_t b)
{
    if (b && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

bool checked_add(size_t *sum, size_t a, size_t b)
{
    if (a > SIZE_MAX - b) return false;
    *sum = a + b;
    return true;
}

clgan_status memory_take(void *out, size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) return status_fail(CLGAN_FAILED, "out of memory: %zu x %zu bytes were needed", count, size);
    memcpy(out, &memory, sizeof memory);
    return CLGAN_OK;
}

clgan_status memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) return CLGAN_OK;
    size_t wanted = *capacity > needed / 2 ? *capacity * 2 : needed;
    if (wanted < 8) wanted = 8;
    size_t bytes;
    if (!checked_multiply(&bytes, wanted, size)) return status_fail(CLGAN_FAILED, "out of memory: too many items");
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = realloc(memory, bytes);
    if (!memory) return status_fail(CLGAN_FAILED, "out of memory: %zu bytes were needed", bytes);
    memcpy(array, &memory, sizeof memory);
    *capacity = wanted;
    return CLGAN_OK;
}

clgan_status memory_copy_text(char **out, const char *text)
{
    size_t length = strlen(text);
    TRY(memory_take(out, length + 1, 1));
    memcpy(*out, text, length + 1);
    return CLGAN_OK;
}

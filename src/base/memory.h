/* Host memory, with arithmetic that cannot wrap. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* `*out` = count zeroed items of `size` bytes, freed with free(); CLGAN_FAILED when memory or range is short.
 * Zero items give a pointer that may be freed. */
clgan_status memory_take(void *out, size_t count, size_t size);

/* Grows `*array` (items of `size` bytes) so that it holds `needed`, at least doubling `*capacity`. The array stays
 * valid on failure. */
clgan_status memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* `*out` = a copy of `text`, freed with free(). */
clgan_status memory_copy_text(char **out, const char *text);

/* `*product` = a * b; false when it does not fit. */
bool checked_multiply(size_t *product, size_t a, size_t b);
/* `*sum` = a + b; false when it does not fit. */
bool checked_add(size_t *sum, size_t a, size_t b);

#endif

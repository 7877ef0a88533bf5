/* A string that grows. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Start with {0}; free with text_free. A failed append (memory) is remembered: check once, with text_take. */
struct text {
    char *bytes;   /* NUL-terminated once anything was appended; owned */
    size_t length; /* without the NUL */
    size_t capacity;
    int failed; /* 1: an append found no memory, the text is not whole */
};

void text_append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `length` raw bytes, not formatted. */
void text_append_bytes(struct text *text, const char *bytes, size_t length);
/* The whole of another; that an append to it had failed too. */
void text_append_text(struct text *text, const struct text *other);
void text_free(struct text *text);
/* Puts '?' where a string has control characters, which a terminal would obey, but for those in `allowed`. */
void text_plain(char *string, const char *allowed);
/* The same, and in place of bytes that are no UTF-8. */
void text_clean(char *string);
/* Whether a string ends so, with something before it: a file's name by its ending. */
bool text_ends_with(const char *string, const char *ending);
/* Bytes of the UTF-8 character that begins a string of `left` bytes; 0: none does. */
size_t text_character(const char *string, size_t left);
/* `*word` = a path as a shell takes it for one word, and a command for no option: in quotes where it has more than
 * letters, digits and signs that mean nothing to a shell. Freed with free(). */
clgan_status text_shell_word(char **word, const char *path);
/* Hands the string over to `*out` (freed with free()) and empties `text`; CLGAN_FAILED if an append had failed. */
clgan_status text_take(char **out, struct text *text);

#endif

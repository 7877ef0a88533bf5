#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static int text_reserve(struct text *text, size_t more)
{
    size_t needed;
    if (text->failed || !checked_add(&needed, text->length, more) || !checked_add(&needed, needed, 1) ||
        memory_grow(&text->bytes, &text->capacity, needed, 1) != CLGAN_OK)
        text->failed = 1;
    return !text->failed;
}

void text_append(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        text->failed = 1;
    else if (text_reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_append_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!text_reserve(text, length)) return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void text_append_text(struct text *text, const struct text *other)
{
    if (other->length) text_append_bytes(text, other->bytes, other->length);
    if (other->failed) text->failed = 1;
}

void text_plain(char *string, const char *allowed)
{
    for (; *string; string++)
        if (((unsigned char)*string < ' ' || *string == 0x7f) && !strchr(allowed, *string)) *string = '?';
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

clgan_status text_take(char **out, struct text *text)
{
    text_append_bytes(text, "", 0); /* an empty text is a string too */
    if (text->failed) {
        text_free(text);
        return status_fail(CLGAN_FAILED, "out of memory while writing text");
    }
    *out = text->bytes;
    *text = (struct text){0};
    return CLGAN_OK;
}

bool text_ends_with(const char *string, const char *ending)
{
    const size_t length = strlen(string), end = strlen(ending);
    return length > end && strcmp(string + length - end, ending) == 0;
}

size_t text_character(const char *string, size_t left)
{
    static const struct {
        unsigned char mask, lead; /* of the first byte */
        uint32_t least;           /* code that needs so many bytes */
    } kinds[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *at = (const unsigned char *)string;
    for (size_t more = 0; more < 4 && more < left; more++) {
        if ((*at & kinds[more].mask) != kinds[more].lead) continue;
        uint32_t code = *at & (unsigned char)~kinds[more].mask;
        for (size_t i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) return 0;
            code = code << 6 | (at[i] & 0x3f);
        }
        return code >= kinds[more].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? more + 1 : 0;
    }
    return 0;
}

void text_clean(char *string)
{
    text_plain(string, "");
    for (size_t size; *string; string += size ? size : 1) {
        size = text_character(string, strnlen(string, 4));
        if (!size) *string = '?';
    }
}

clgan_status text_shell_word(char **word, const char *path)
{
    struct text text = {0};
    bool quoted = !*path;
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at < 0x80 && !isalnum((unsigned char)*at) && !strchr("_-+./:,@%", *at)) quoted = true;
    text_append(&text, "%s%s", quoted ? "'" : "", *path == '-' ? "./" : "");
    for (; *path; path++) text_append(&text, *path == '\'' ? "'\\''" : "%c", *path);
    if (quoted) text_append(&text, "'");
    return text_take(word, &text);
}

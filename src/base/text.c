#include "base/text.h"

#include <stdarg.h>
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

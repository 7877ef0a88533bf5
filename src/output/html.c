#include "output/html.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"

enum { SHA256_BYTES = 32 };

static void append_file(struct text *text, const char *name)
{
    const struct embedded_file *file = embedded_find(name);
    if (file) text_append_bytes(text, file->text, file->length);
}

static void append_base64(struct text *text, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        const size_t left = length - i;
        const uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        char four[] = "====";
        for (size_t digit = 0; digit < (left < 3 ? left + 1 : 4); digit++)
            four[digit] = digits[group >> (18 - 6 * digit) & 63];
        text_append_bytes(text, four, 4);
    }
}

void html_png(struct text *text, const void *bytes, size_t length)
{
    text_append(text, "data:image/png;base64,");
    append_base64(text, bytes, length);
}

/* ---- texts ---- */

/* The name of a character; NULL: it stands for itself. */
static const char *name_of(char letter)
{
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_escaped(struct text *text, const char *from)
{
    for (size_t size; *from; from += size) {
        size = text_character(from, strnlen(from, 4));
        const unsigned char first = (unsigned char)*from;
        const bool control = (first < ' ' && first != '\n' && first != '\t') || first == 0x7f;
        const char *name = name_of(*from);
        if (name)
            text_append_bytes(text, name, strlen(name));
        else if (!size || control)
            text_append_bytes(text, "?", 1);
        else
            text_append_bytes(text, from, size);
        if (!size) size = 1;
    }
}

void html_element(struct text *text, const char *open, const char *from, const char *close)
{
    text_append(text, "%s", open);
    html_escaped(text, from);
    text_append(text, "%s", close);
}

/* ---- pages ---- */

void html_begin(struct text *text, const char *title, const char *policy, html_files styles)
{
    text_append(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" HTML_GENERATOR "\n");
    if (policy) html_element(text, "<meta http-equiv=\"Content-Security-Policy\" content=\"", policy, "\">\n");
    text_append(text, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html_element(text, "<title>", title, "</title>\n<style>\n");
    for (size_t i = 0; styles[i]; i++) append_file(text, styles[i]);
    text_append(text, "</style>\n</head>\n<body>\n<main>\n");
}

void html_allow_scripts(struct text *policy, html_files scripts)
{
    text_append(policy, "script-src");
    for (size_t i = 0; scripts[i]; i++) {
        const struct embedded_file *file = embedded_find(scripts[i]);
        uint8_t hash[SHA256_BYTES];
        for (size_t at = 0; file && at < sizeof hash; at++) {
            const char digits[3] = {file->sha256[2 * at], file->sha256[2 * at + 1], 0};
            hash[at] = (uint8_t)strtoul(digits, NULL, 16);
        }
        if (!file) continue;
        text_append(policy, " 'sha256-");
        append_base64(policy, hash, sizeof hash);
        text_append(policy, "'");
    }
}

void html_scripts(struct text *text, html_files scripts)
{
    for (size_t i = 0; scripts[i]; i++) {
        text_append(text, "<script>");
        append_file(text, scripts[i]);
        text_append(text, "</script>\n");
    }
}

void html_end(struct text *text) { text_append(text, "</body>\n</html>\n"); }

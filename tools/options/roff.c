#include "roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 70 }; /* escapes make lines longer than what is to be read */

static const char *escape(char c, bool literal)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return literal ? "\\-" : "-";
    case '\'':
        return literal ? "\\(aq" : "'";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

static void put(FILE *out, char c, bool literal)
{
    const char *text = escape(c, literal);
    if (text)
        fputs(text, out);
    else
        fputc(c, out);
}

void roff_literal(FILE *out, const char *text, size_t length)
{
    if (length && *text == '.') fputs("\\&", out);
    for (size_t i = 0; i < length; i++) put(out, text[i], true);
}

/* ---- prose ---- */

/* Whether a word is something that is typed or a file: its dashes are no hyphens. */
static bool is_typed(const char *word, size_t length)
{
    bool mark = false; /* a letter or digit came */
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '-' && !mark && i + 1 < length) return true;
        if (strchr("/=_$~", word[i])) return true;
        mark |= isalnum((unsigned char)word[i]) != 0;
    }
    return false;
}

static bool is_part_of_option(char c) { return isalnum((unsigned char)c) || c == '-'; }

/* A word; options in it are bold, and so is what stands between `...`, which may be several words: `*code`. */
static void put_word(FILE *out, const char *word, size_t length, bool *code)
{
    const bool typed = *code || is_typed(word, length);
    bool option = false;
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '`') {
            *code = !*code;
            fputs(*code ? "\\fB" : "\\fR", out);
            continue;
        }
        const bool begins =
            word[i] == '-' && i + 1 < length && is_part_of_option(word[i + 1]) && (!i || strchr("(\"[", word[i - 1]));
        if (!*code && !option && begins) {
            option = true;
            fputs("\\fB", out);
        } else if (option && !is_part_of_option(word[i])) {
            option = false;
            fputs("\\fR", out);
        }
        put(out, word[i], typed || *code);
    }
    if (option) fputs("\\fR", out);
}

/* Whether a sentence ends with this word, and the next begins with a capital. */
static bool ends_sentence(const char *word, size_t length, const char *next, const char *end)
{
    return length > 1 && strchr(".?!:", word[length - 1]) && next < end && isupper((unsigned char)*next);
}

/* Goes on at `column` of a line, or begins one at 0. */
static void put_filled(FILE *out, const char *text, size_t length, size_t column)
{
    const char *end = text + length;
    bool code = false, fresh = column == 0;
    while (text < end) {
        const size_t spaces = strspn(text, " \n");
        text += spaces;
        const size_t word = strcspn(text, " \n") < (size_t)(end - text) ? strcspn(text, " \n") : (size_t)(end - text);
        if (!word || text >= end) break;
        if (!fresh && column + word >= WIDTH) fresh = true, fputc('\n', out);
        if (fresh) column = 0;
        if (!fresh) fputc(' ', out);
        if (fresh && strchr(".'", *text)) fputs("\\&", out);
        if (fresh && code) fputs("\\fB", out);
        put_word(out, text, word, &code);
        column += word + 1;
        const char *next = text + word + strspn(text + word, " \n");
        fresh = ends_sentence(text, word, next, end);
        if (fresh) fputc('\n', out);
        text += word;
    }
    if (!fresh) fputc('\n', out);
}

void roff_prose(FILE *out, const char *text, size_t length) { put_filled(out, text, length, 0); }

void roff_heading(FILE *out, const char *name, const char *about)
{
    roff_literal(out, name, strlen(name));
    fputs(" \\-", out);
    put_filled(out, about, strlen(about), strlen(name) + 4);
}

void roff_phrase(FILE *out, const char *text, size_t length)
{
    char sentence[1024];
    const bool word =
        length > 1 && islower((unsigned char)text[0]) && (islower((unsigned char)text[1]) || text[1] == ' ');
    const bool ended = length && strchr(".?!:", text[length - 1]);
    snprintf(sentence, sizeof sentence, "%.*s%s", (int)length, text, ended ? "" : ".");
    if (word) sentence[0] = (char)toupper((unsigned char)sentence[0]);
    roff_prose(out, sentence, strlen(sentence));
}

/* " name  what it is" */
static void put_row(FILE *out, const char *line, size_t length)
{
    while (length && *line == ' ') line++, length--;
    size_t name = 0;
    while (name < length && !(line[name] == ' ' && (name + 1 == length || line[name + 1] == ' '))) name++;
    fputs(".TP\n\\fB", out);
    roff_literal(out, line, name);
    fputs("\\fR\n", out);
    roff_prose(out, line + name, length - name);
}

void roff_paragraphs(FILE *out, const char *text)
{
    bool first = true, rows = false;
    while (*text) {
        const size_t line = strcspn(text, "\n");
        if (*text == '\n') {
            text++;
            continue;
        }
        if (*text == ' ') {
            put_row(out, text, line);
            rows = true;
            text += line;
            continue;
        }
        size_t length = line;
        while (text[length] && text[length + 1] && text[length + 1] != '\n' && text[length + 1] != ' ')
            length += 1 + strcspn(text + length + 1, "\n");
        if (!first || rows) fputs(".PP\n", out);
        roff_prose(out, text, length);
        first = false;
        text += length;
    }
}

void roff_synopsis(FILE *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t word = 0;
        while (i + word < length && (is_part_of_option(text[i + word]) || strchr("._,", text[i + word]))) word++;
        if (!word) {
            put(out, text[i++], true);
            continue;
        }
        const bool placeholder = isupper((unsigned char)text[i]);
        fputs(placeholder ? "\\fI" : "\\fB", out);
        roff_literal(out, text + i, word);
        fputs("\\fR", out);
        i += word;
    }
}

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/recipe_fields.h"

#define MARGINALS "marginals"

static void range_words(char *words, size_t size, const struct recipe_field *field)
{
    snprintf(words, size, "%s %.16g %s %.16g", field->above_low ? "above" : "from", field->low,
             field->below_high  ? "to below"
             : field->above_low ? "and up to"
                                : "to",
             field->high);
}

void recipe_value_words(char words[RECIPE_WORDS], const struct recipe_field *field)
{
    char range[100];
    range_words(range, sizeof range, field);
    switch (field->type) {
    case FIELD_INTEGER:
        snprintf(words, RECIPE_WORDS, "a whole number %s", range);
        break;
    case FIELD_REAL:
        snprintf(words, RECIPE_WORDS, "a number %s", range);
        break;
    case FIELD_INTEGERS:
        snprintf(words, RECIPE_WORDS, "a list of %zu whole numbers %s", field->items, range);
        break;
    case FIELD_BIAS:
        snprintf(words, RECIPE_WORDS, "a number %s or the word " MARGINALS, range);
        break;
    case FIELD_NAME:
        snprintf(words, RECIPE_WORDS, "1 to %d letters, digits, - and _, a letter or digit first", RECIPE_NAME - 1);
        break;
    case FIELD_LINE:
        snprintf(words, RECIPE_WORDS, "one line of at most %d bytes", RECIPE_ABOUT - 1);
        break;
    case FIELD_CHOICE: {
        size_t used = (size_t)snprintf(words, RECIPE_WORDS, "one of %s", field->names[0]);
        for (size_t i = 1; field->names[i] && used < RECIPE_WORDS; i++)
            used += (size_t)snprintf(words + used, RECIPE_WORDS - used, ", %s", field->names[i]);
    }
    }
}

static clgan_status unfit(const struct recipe_field *field, const struct recipe_value *value, const char *item)
{
    char words[RECIPE_WORDS];
    recipe_value_words(words, field);
    if (value->other) return status_fail(CLGAN_USAGE, "expected %s, found %s", words, value->other);
    if (!item && value->list) return status_fail(CLGAN_USAGE, "expected %s, found a list of %zu", words, value->count);
    if (!item) item = value->items[0];
    return status_fail(CLGAN_USAGE, "expected %s, found %s\"%.80s\"", words, value->quoted ? "the quoted text " : "",
                       item);
}

static bool in_range(const struct recipe_field *field, double number)
{
    return (field->above_low ? number > field->low : number >= field->low) &&
           (field->below_high ? number < field->high : number <= field->high);
}

static bool all_of(const char *text, const char *allowed) { return *text && text[strspn(text, allowed)] == 0; }

static bool read_real(double *number, const struct recipe_field *field, const char *text)
{
    if (!all_of(text, "0123456789+-.eE")) return false; /* no hexadecimal, no infinity, no blank */
    char *end;
    *number = strtod(text, &end);
    return *end == 0 && isfinite(*number) && in_range(field, *number);
}

static bool read_integer(int64_t *number, const struct recipe_field *field, const char *text)
{
    if (!all_of(text, "0123456789+-")) return false;
    char *end;
    long long value = strtoll(text, &end, 10); /* out of its range it is at an end, outside the field's */
    *number = value;
    return *end == 0 && in_range(field, (double)value);
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_name(const char *text)
{
    size_t length = 0;
    for (; text[length]; length++)
        if (!is_letter_or_digit(text[length]) && (!length || (text[length] != '-' && text[length] != '_')))
            return false;
    return length > 0 && length < RECIPE_NAME;
}

static bool is_line(const char *text)
{
    size_t length = 0;
    for (; text[length]; length++)
        if ((unsigned char)text[length] < ' ' || text[length] == 0x7f) return false;
    return length < RECIPE_ABOUT;
}

static clgan_status store_integers(char *at, const struct recipe_field *field, const struct recipe_value *value)
{
    int64_t numbers[VALUE_ITEMS];
    if (value->other || !value->list || value->quoted || value->count != field->items) return unfit(field, value, NULL);
    for (size_t i = 0; i < field->items; i++)
        if (!read_integer(&numbers[i], field, value->items[i])) return unfit(field, value, value->items[i]);
    memcpy(at, numbers, field->items * sizeof *numbers);
    return CLGAN_OK;
}

/* A text into an array of `size`, the rest zeroed so that equal recipes are equal in memory. */
static void store_text(char *at, size_t size, const char *text)
{
    memset(at, 0, size);
    snprintf(at, size, "%s", text);
}

static void store_choice(char *at, int choice) { memcpy(at, &choice, sizeof choice); }

static void store_bias(char *at, double bias, int from_marginals)
{
    struct layer_recipe *layer = (struct layer_recipe *)(void *)(at - offsetof(struct layer_recipe, bias));
    layer->bias = bias;
    layer->bias_from_marginals = from_marginals;
}

clgan_status recipe_value_store(void *section, const struct recipe_field *field, const struct recipe_value *value)
{
    char *at = (char *)section + field->offset;
    if (field->type == FIELD_INTEGERS) return store_integers(at, field, value);
    if (value->other || value->list) return unfit(field, value, NULL);
    const char *text = value->items[0];
    int64_t integer;
    double real = 0;
    bool fits = false;
    switch (field->type) {
    case FIELD_INTEGER:
        if ((fits = !value->quoted && read_integer(&integer, field, text))) memcpy(at, &integer, sizeof integer);
        break;
    case FIELD_REAL:
        if ((fits = !value->quoted && read_real(&real, field, text))) memcpy(at, &real, sizeof real);
        break;
    case FIELD_BIAS: {
        int marginals = strcmp(text, MARGINALS) == 0;
        if ((fits = marginals || (!value->quoted && read_real(&real, field, text)))) store_bias(at, real, marginals);
        break;
    }
    case FIELD_NAME:
        if ((fits = is_name(text))) store_text(at, RECIPE_NAME, text);
        break;
    case FIELD_LINE:
        if ((fits = is_line(text))) store_text(at, RECIPE_ABOUT, text);
        break;
    case FIELD_CHOICE:
        for (int i = 0; field->names[i] && !fits; i++)
            if ((fits = strcmp(field->names[i], text) == 0)) store_choice(at, i);
        break;
    default:
        break;
    }
    return fits ? CLGAN_OK : unfit(field, value, NULL);
}

void recipe_value_standard(void *section, const struct recipe_field *field)
{
    char *at = (char *)section + field->offset;
    int64_t integer = (int64_t)field->standard;
    if (field->settle) {
        field->settle(section);
        return;
    }
    switch (field->type) {
    case FIELD_INTEGER:
        memcpy(at, &integer, sizeof integer);
        break;
    case FIELD_REAL:
        memcpy(at, &field->standard, sizeof field->standard);
        break;
    case FIELD_BIAS:
        store_bias(at, field->standard, 0);
        break;
    case FIELD_CHOICE:
        store_choice(at, (int)field->standard);
        break;
    case FIELD_NAME:
        memset(at, 0, RECIPE_NAME);
        break;
    case FIELD_LINE:
        memset(at, 0, RECIPE_ABOUT);
        break;
    case FIELD_INTEGERS:
        memset(at, 0, field->items * sizeof integer);
        break;
    }
}

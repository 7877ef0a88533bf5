/* The keys of a recipe, for people: what each takes and means. */
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/text.h"
#include "gan/recipe_fields.h"

enum { COLUMNS = 118, INDENT = 23 }; /* of the text, and where words begin */

/* Words from the column INDENT on, wrapped. */
static void append_words(struct text *text, const char *words)
{
    size_t column = INDENT;
    while (*words) {
        const size_t length = strcspn(words, " ");
        if (column > INDENT && column + 1 + length > COLUMNS) {
            text_append(text, "\n%*s", INDENT, "");
            column = INDENT;
        }
        text_append(text, "%s%.*s", column > INDENT ? " " : "", (int)length, words);
        column += length + (column > INDENT);
        words += length + strspn(words + length, " ");
    }
    text_append(text, "\n");
}

/* What may stand there, in words. */
static void append_values(struct text *words, const struct recipe_field *field)
{
    char range[RECIPE_WORDS];
    recipe_value_words(range, field);
    text_append(words, "%s", range);
    if (field->required)
        text_append(words, "; has to be there");
    else if (field->type == FIELD_CHOICE && !field->settle)
        text_append(words, "; default %s", field->names[(size_t)field->standard]);
    else if (field->type != FIELD_NAME && field->type != FIELD_LINE && !field->settle)
        text_append(words, "; default %.9g", field->standard);
    if (field->owner) text_append(words, "; with %s", field->owner);
}

static clgan_status append_field(struct text *text, const struct recipe_field *field)
{
    struct text values = {0};
    char *words;
    append_values(&values, field);
    TRY(text_take(&words, &values));
    text_append(text, "  %-*s ", INDENT - 3, field->key);
    append_words(text, field->about);
    text_append(text, "%*s", INDENT, "");
    append_words(text, words);
    free(words);
    return CLGAN_OK;
}

/* The earlier section that has the same fields, or NULL. */
static const struct recipe_section *twin(const struct recipe_section *section)
{
    for (const struct recipe_section *at = recipe_sections; at < section; at++)
        if (at->fields == section->fields) return at;
    return NULL;
}

static void name_section(char name[RECIPE_PATH], const struct recipe_section *section)
{
    recipe_path(name, section, RECIPE_LAYERS, section->list ? "N" : NULL);
}

static clgan_status append_section(struct text *text, const struct recipe_section *section)
{
    char name[RECIPE_PATH], other[RECIPE_PATH];
    const struct recipe_section *same = twin(section);
    name_section(name, section);
    if (section->key) text_append(text, "\n%s: %s", name, section->about);
    if (same) {
        name_section(other, same);
        text_append(text, " As %s.\n", other);
        return CLGAN_OK;
    }
    if (section->key) text_append(text, "\n");
    for (size_t i = 0; i < section->count; i++) TRY(append_field(text, &section->fields[i]));
    return CLGAN_OK;
}

clgan_status clgan_recipe_keys(char **text)
{
    struct plain_locale locale;
    struct text all = {0};
    clgan_status status = CLGAN_OK;
    TRY(locale_begin(&locale));
    for (size_t i = 0; status == CLGAN_OK && i < RECIPE_SECTIONS; i++)
        status = append_section(&all, &recipe_sections[i]);
    locale_end(&locale);
    if (status == CLGAN_OK) return text_take(text, &all);
    text_free(&all);
    return status;
}

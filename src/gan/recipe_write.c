#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/text.h"
#include "gan/recipe_fields.h"

/* The shortest decimal that reads back as the same double. */
static void write_real(struct text *text, double number)
{
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) break;
    }
    text_append(text, "%s", digits);
}

static void write_line(struct text *text, const char *line)
{
    text_append(text, "\"");
    for (; *line; line++) text_append(text, "%s%c", *line == '"' || *line == '\\' ? "\\" : "", *line);
    text_append(text, "\"");
}

static void write_integers(struct text *text, const char *at, size_t items)
{
    for (size_t i = 0; i < items; i++) {
        int64_t number;
        memcpy(&number, at + i * sizeof number, sizeof number);
        text_append(text, "%s%lld", i ? ", " : "", (long long)number);
    }
}

static void write_value(struct text *text, const struct recipe_field *field, const void *section)
{
    const char *at = (const char *)section + field->offset;
    double real;
    int choice;
    switch (field->type) {
    case FIELD_INTEGER:
        write_integers(text, at, 1);
        break;
    case FIELD_INTEGERS:
        text_append(text, "[");
        write_integers(text, at, field->items);
        text_append(text, "]");
        break;
    case FIELD_BIAS:
        if (((const struct layer_recipe *)section)->bias_from_marginals) {
            text_append(text, "marginals");
            break;
        } /* fall through */
    case FIELD_REAL:
        memcpy(&real, at, sizeof real);
        write_real(text, real);
        break;
    case FIELD_CHOICE:
        memcpy(&choice, at, sizeof choice);
        text_append(text, "%s", field->names[choice]);
        break;
    case FIELD_NAME:
        text_append(text, "%s", at);
        break;
    case FIELD_LINE:
        write_line(text, at);
        break;
    }
}

/* `first` is before the first key, `indent` before the others. */
static void write_fields(struct text *text, const struct recipe_section *section, const void *at, const char *first,
                         const char *indent)
{
    const char *lead = first;
    for (size_t i = 0; i < section->count; i++) {
        if (!recipe_field_belongs(section, at, &section->fields[i])) continue;
        text_append(text, "%s%s: ", lead, section->fields[i].key);
        write_value(text, &section->fields[i], at);
        text_append(text, "\n");
        lead = indent;
    }
}

static void write_all(struct text *text, const struct recipe *recipe)
{
    const char *group = NULL;
    for (int id = 0; id < RECIPE_SECTIONS; id++) {
        const struct recipe_section *section = &recipe_sections[id];
        if (section->group && (!group || strcmp(group, section->group) != 0))
            text_append(text, "%s:\n", section->group);
        group = section->group;
        if (section->key) text_append(text, "%s%s:\n", group ? "  " : "", section->key);
        const char *indent = !section->key ? "" : group || section->list ? "    " : "  ";
        for (size_t layer = 0; layer < recipe_section_count(recipe, section); layer++)
            write_fields(text, section, recipe_section_of(recipe, section, layer), section->list ? "  - " : indent,
                         indent);
    }
}

clgan_status recipe_write(char **text, const struct recipe *recipe)
{
    struct text yaml = {0};
    struct plain_locale locale;
    TRY(locale_begin(&locale));
    write_all(&yaml, recipe);
    locale_end(&locale);
    return text_take(text, &yaml);
}

void recipe_each_value(const struct recipe *recipe, recipe_value_visitor *visit, void *user)
{
    for (int id = 0; id < RECIPE_SECTIONS; id++) {
        const struct recipe_section *section = &recipe_sections[id];
        for (size_t layer = 0; layer < recipe_section_count(recipe, section); layer++) {
            const void *at = recipe_section_of(recipe, section, layer);
            for (size_t i = 0; i < section->count; i++) {
                struct text value = {0};
                char path[RECIPE_PATH];
                if (!recipe_field_belongs(section, at, &section->fields[i])) continue;
                recipe_path(path, section, layer, section->fields[i].key);
                write_value(&value, &section->fields[i], at);
                visit(user, path, value.bytes ? value.bytes : "");
                text_free(&value);
            }
        }
    }
}

/* The keys of a recipe, for people: what each takes and means. */
#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "gan/recipe_fields.h"

/* The first section that has the same fields: itself, or the other player's. */
static const struct recipe_section *first_of(const struct recipe_section *section)
{
    const struct recipe_section *at = recipe_sections;
    while (at->fields != section->fields) at++;
    return at;
}

/* "generator.N, discriminator.N": every section with these fields. */
static void name_sections(char *names, size_t size, const struct recipe_section *section)
{
    size_t used = 0;
    *names = 0;
    for (const struct recipe_section *at = section; at < recipe_sections + RECIPE_SECTIONS; at++) {
        char path[RECIPE_PATH];
        if (!at->key || at->fields != section->fields || used >= size) continue;
        recipe_path(path, at, RECIPE_LAYERS, at->list ? "N" : NULL);
        used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "", path);
    }
}

static void write_values(char *values, size_t size, const struct recipe_field *field)
{
    char range[RECIPE_WORDS], standard[80] = "";
    recipe_value_words(range, field);
    if (field->required)
        snprintf(standard, sizeof standard, "; has to be there");
    else if (field->type == FIELD_CHOICE)
        snprintf(standard, sizeof standard, "; default %s", field->names[(size_t)field->standard]);
    else if (field->type != FIELD_LINE && !field->settle)
        snprintf(standard, sizeof standard, "; default %.9g", field->standard);
    snprintf(values, size, "%s%s%s%s", range, standard, field->owner ? "; with " : "",
             field->owner ? field->owner : "");
}

int clgan_recipe_key_at(clgan_recipe_key *key, size_t position)
{
    struct plain_locale locale;
    for (const struct recipe_section *at = recipe_sections; at < recipe_sections + RECIPE_SECTIONS; at++) {
        if (first_of(at) != at) continue;
        if (position >= at->count) {
            position -= at->count;
            continue;
        }
        const struct recipe_field *field = &at->fields[position];
        *key = (clgan_recipe_key){.section_about = at->about, .name = field->key, .about = field->about};
        name_sections(key->section, sizeof key->section, at);
        if (locale_begin(&locale) != CLGAN_OK) return 0;
        write_values(key->values, sizeof key->values, field);
        locale_end(&locale);
        return 1;
    }
    return 0;
}

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "gan/recipe_reader.h"

clgan_status recipe_reader_fail(const struct recipe_reader *reader, int where, const char *path, const char *format,
                                ...)
{
    char words[2048], place[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (where >= 0) {
        snprintf(place, sizeof place, "%s:%d%s%s", reader->origin, where ? where : 1, *path ? ": " : "", path);
        return status_fail(CLGAN_USAGE, "%s: %s", place, words);
    }
    const char *setting = reader->settings[-where - 1];
    size_t length = strlen(path);
    bool same = !length || (strncmp(setting, path, length) == 0 && setting[length] == '=');
    return status_fail(CLGAN_USAGE, "--set %.400s: %s%s%s", setting, same ? "" : path, same ? "" : ": ", words);
}

/* Checks that what was given belongs to the section's kinds, and fills in the rest. */
static clgan_status settle_section(struct recipe_reader *reader, enum recipe_section_id id, size_t layer)
{
    const struct recipe_section *section = &recipe_sections[id];
    void *at = recipe_section_at(reader->recipe, section, layer);
    char path[RECIPE_PATH], words[RECIPE_WORDS];
    for (size_t i = 0; i < section->count; i++) {
        const struct recipe_field *field = &section->fields[i];
        int given = reader->given[id][layer][i];
        bool belongs = recipe_field_belongs(section, at, field);
        recipe_path(path, section, layer, field->key);
        if (given && !belongs)
            return recipe_reader_fail(reader, given, path, "expected no such key: it belongs to %s; found one",
                                      field->owner);
        if (given) continue;
        if (belongs && field->required) {
            recipe_value_words(words, field);
            return recipe_reader_fail(reader, reader->lines[id][layer], path, "expected %s, found no such key", words);
        }
        recipe_value_standard(at, field);
    }
    return CLGAN_OK;
}

static clgan_status settle(struct recipe_reader *reader)
{
    for (int id = 0; id < RECIPE_SECTIONS; id++) {
        size_t count = recipe_section_count(reader->recipe, &recipe_sections[id]);
        for (size_t layer = 0; layer < count; layer++) TRY(settle_section(reader, (enum recipe_section_id)id, layer));
    }
    struct recipe_fault fault;
    if (recipe_check(&fault, reader->recipe)) return CLGAN_OK;
    const struct recipe_section *section = &recipe_sections[fault.section];
    size_t at = fault.layer < RECIPE_LAYERS ? fault.layer : 0;
    int where = reader->lines[fault.section][at];
    char path[RECIPE_PATH];
    recipe_path(path, section, fault.layer, fault.key);
    size_t field = fault.key ? recipe_field_find(section, fault.key) : section->count;
    if (field < section->count && reader->given[fault.section][at][field])
        where = reader->given[fault.section][at][field];
    return recipe_reader_fail(reader, where, path, "%s", fault.words);
}

static clgan_status parse(struct recipe_reader *reader, const char *yaml, size_t length)
{
    TRY(recipe_reader_text(reader, yaml, length));
    TRY(recipe_reader_yaml(reader, yaml, length));
    TRY(recipe_reader_settings(reader));
    return settle(reader);
}

clgan_status recipe_parse(struct recipe *recipe, const char *yaml, size_t length, const char *origin,
                          const char *const *settings, size_t count)
{
    memset(recipe, 0, sizeof *recipe); /* the padding too: equal recipes are equal in memory */
    struct recipe_reader reader = {.recipe = recipe, .origin = origin, .settings = settings, .setting_count = count};
    struct plain_locale locale;
    TRY(locale_begin(&locale)); /* 0.5 is 0.5 wherever the program runs */
    const clgan_status status = parse(&reader, yaml, length);
    locale_end(&locale);
    return status;
}

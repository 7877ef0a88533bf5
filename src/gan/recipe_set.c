#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "gan/recipe_reader.h"

/* Takes "name." off the front of `*path`; false if it isn't there. */
static bool take_part(const char **path, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(*path, name, length) != 0 || (*path)[length] != '.') return false;
    *path += length + 1;
    return true;
}

/* Takes "12." off the front; false if there is no number. Numbers too large to be a layer's come out as
 * RECIPE_LAYERS. */
static bool take_number(const char **path, size_t *number)
{
    size_t digits = strspn(*path, "0123456789");
    if (!digits || (*path)[digits] != '.') return false;
    *number = 0;
    for (size_t i = 0; i < digits && *number < RECIPE_LAYERS; i++) *number = *number * 10 + (size_t)((*path)[i] - '0');
    *path += digits + 1;
    return true;
}

struct target {
    enum recipe_section_id id;
    size_t layer, field;
};

/* Finds the field of a path. */
static clgan_status find_target(struct target *target, const struct recipe_reader *reader, int where, const char *path)
{
    for (int id = RECIPE_SECTIONS - 1; id >= 0; id--) {
        const struct recipe_section *section = &recipe_sections[id];
        const char *rest = path;
        *target = (struct target){(enum recipe_section_id)id, 0, 0};
        if (section->group && !take_part(&rest, section->group)) continue;
        if (section->key && !take_part(&rest, section->key)) continue;
        size_t count = recipe_section_count(reader->recipe, section);
        if (section->list && (!take_number(&rest, &target->layer) || target->layer >= count))
            return recipe_reader_fail(reader, where, path,
                                      "expected a layer from 0 to %zu, as in %s.0.units, found "
                                      "\"%.80s\"",
                                      count ? count - 1 : 0, section->key, path);
        target->field = recipe_field_find(section, rest);
        if (target->field < section->count) return CLGAN_OK;
    }
    return recipe_reader_fail(
        reader, where, path, "expected the path of a key, as train.epochs or generator.0.units, found \"%.80s\"", path);
}

/* Splits "[a, b]" in place. */
static void split_list(struct recipe_value *value, char *text)
{
    size_t length = strlen(text);
    if (length < 2 || text[0] != '[' || text[length - 1] != ']') return;
    text[length - 1] = 0;
    value->list = true;
    value->count = 0;
    for (char *item = text + 1; item;) {
        char *comma = strchr(item, ',');
        if (comma) *comma = 0;
        item += strspn(item, " ");
        char *end = item + strlen(item);
        while (end > item && end[-1] == ' ') *--end = 0;
        if (value->count < VALUE_ITEMS) value->items[value->count] = item;
        value->count++;
        item = comma ? comma + 1 : NULL;
    }
}

/* `text` is a copy of the setting that may be cut up. */
static clgan_status apply(struct recipe_reader *reader, int where, char *text)
{
    char *equals = strchr(text, '=');
    if (!equals) return recipe_reader_fail(reader, where, "", "expected path=value, found no =");
    *equals = 0;
    struct target target;
    TRY(find_target(&target, reader, where, text));
    const struct recipe_section *section = &recipe_sections[target.id];
    const struct recipe_field *field = &section->fields[target.field];
    int *given = &reader->given[target.id][target.layer][target.field];
    if (strcmp(equals + 1, "null") == 0 && field->type != FIELD_NAME && field->type != FIELD_LINE) {
        *given = 0; /* as if the file had not given it: for keys that another kind leaves without a place */
        return CLGAN_OK;
    }
    struct recipe_value value = {.items = {equals + 1}, .count = 1};
    if (field->type == FIELD_INTEGERS) split_list(&value, equals + 1);
    *given = where;
    if (recipe_value_store(recipe_section_at(reader->recipe, section, target.layer), field, &value))
        return recipe_reader_fail(reader, where, text, "%s", clgan_last_error());
    return CLGAN_OK;
}

clgan_status recipe_reader_settings(struct recipe_reader *reader)
{
    for (size_t i = 0; i < reader->setting_count; i++) {
        char *copy;
        TRY(memory_copy_text(&copy, reader->settings[i]));
        clgan_status status = apply(reader, -(int)i - 1, copy);
        free(copy);
        TRY(status);
    }
    return CLGAN_OK;
}

/* What the YAML walk, the settings and the checks of one recipe_parse share: the recipe and where each key came from.
 */
#ifndef GAN_RECIPE_READER_H
#define GAN_RECIPE_READER_H

#include "gan/recipe_fields.h"

/* Where a key was given: 0 nowhere, n > 0 line n of the file, n < 0 setting -n - 1. */
struct recipe_reader {
    struct recipe *recipe;
    const char *origin;
    const char *const *settings;
    size_t setting_count;
    int lines[RECIPE_SECTIONS][RECIPE_LAYERS]; /* of sections */
    int given[RECIPE_SECTIONS][RECIPE_LAYERS][SECTION_FIELDS];
};

/* Fails with "file:line: path: words" or "--set path=value: words". */
clgan_status recipe_reader_fail(const struct recipe_reader *reader, int where, const char *path, const char *format,
                                ...) __attribute__((format(printf, 4, 5)));

/* Refuses what is no text: bytes that are no UTF-8, control characters, YAML's directives (recipe_text.c). */
clgan_status recipe_reader_text(const struct recipe_reader *reader, const char *yaml, size_t length);
/* Walks the YAML document (recipe_yaml.c). */
clgan_status recipe_reader_yaml(struct recipe_reader *reader, const char *yaml, size_t length);
/* Applies the settings in their order (recipe_set.c). */
clgan_status recipe_reader_settings(struct recipe_reader *reader);

#endif

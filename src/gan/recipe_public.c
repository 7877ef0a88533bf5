#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "gan/recipe.h"

#define SUFFIX ".yaml"
enum { SHIPPED = 32, RECIPE_BYTES = 1 << 20 };

/* Names without their suffix, and lines cut out of the embedded text: written once. */
static char names[SHIPPED][RECIPE_NAME];
static char abouts[SHIPPED][RECIPE_ABOUT];
static size_t shipped;

static bool is_recipe(const struct embedded_file *file)
{
    size_t length = strlen(file->name), suffix = strlen(SUFFIX);
    return length > suffix && length - suffix < RECIPE_NAME && strcmp(file->name + length - suffix, SUFFIX) == 0;
}

/* The line of the key `about`, without quotes. */
static void copy_about(char about[RECIPE_ABOUT], const char *text)
{
    static const char key[] = "\nabout: "; /* name comes before it */
    const char *line = strstr(text, key);
    if (!line) return;
    line += strlen(key);
    size_t length = strcspn(line, "\r\n");
    if (length >= 2 && line[0] == '"' && line[length - 1] == '"') line++, length -= 2;
    snprintf(about, RECIPE_ABOUT, "%.*s", (int)length, line);
}

static void list_shipped(void)
{
    for (const struct embedded_file *file = embedded_files; file->name && shipped < SHIPPED; file++) {
        if (!is_recipe(file)) continue;
        snprintf(names[shipped], RECIPE_NAME, "%.*s", (int)(strlen(file->name) - strlen(SUFFIX)), file->name);
        copy_about(abouts[shipped++], file->text);
    }
}

static bool is_shipped(size_t position)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, list_shipped);
    return position < shipped;
}

static const struct embedded_file *shipped_find(const char *name)
{
    char file[RECIPE_NAME + sizeof SUFFIX];
    int length = snprintf(file, sizeof file, "%s" SUFFIX, name);
    return length > 0 && (size_t)length < sizeof file ? embedded_find(file) : NULL;
}

const char *clgan_recipe_name(size_t position) { return is_shipped(position) ? names[position] : NULL; }

const char *clgan_recipe_about(size_t position) { return is_shipped(position) ? abouts[position] : NULL; }

const char *clgan_recipe_source(const char *name)
{
    const struct embedded_file *file = shipped_find(name);
    return file ? file->text : NULL;
}

static clgan_status no_such_recipe(const char *name)
{
    struct text list = {0};
    const char *shipped;
    for (size_t i = 0; (shipped = clgan_recipe_name(i)); i++) text_append(&list, "%s%s", i ? ", " : "", shipped);
    clgan_status status = status_fail(CLGAN_USAGE, "%s: expected the name of a shipped recipe (%s) or a YAML file",
                                      name, list.bytes ? list.bytes : "none");
    text_free(&list);
    return status;
}

/* Parses a shipped recipe or a file into `recipe`. */
static clgan_status read_into(struct recipe *recipe, const char *name, const char *const *settings, size_t count)
{
    const struct embedded_file *file = shipped_find(name);
    if (file) {
        char origin[RECIPE_NAME + 16];
        snprintf(origin, sizeof origin, "%s (shipped)", name);
        return recipe_parse(recipe, file->text, file->length, origin, settings, count);
    }
    char *bytes;
    size_t length;
    if (file_is_missing(name)) return no_such_recipe(name);
    TRY(file_read_any(&bytes, &length, name, RECIPE_BYTES));
    clgan_status status = recipe_parse(recipe, bytes, length, name, settings, count);
    free(bytes);
    return status;
}

clgan_status clgan_recipe_read(clgan_recipe **recipe, const char *name_or_path, const char *const *settings,
                               size_t count)
{
    clgan_recipe *made;
    TRY(memory_take(&made, 1, sizeof *made));
    clgan_status status = read_into(&made->recipe, name_or_path, settings, count);
    if (status == CLGAN_OK)
        *recipe = made;
    else
        free(made);
    return status;
}

clgan_status clgan_recipe_text(char **text, const clgan_recipe *recipe) { return recipe_write(text, &recipe->recipe); }

void clgan_recipe_free(clgan_recipe *recipe) { free(recipe); }

void clgan_text_free(char *text) { free(text); }

/* What values there are: devices, recipes and their keys, measures; files by how their names end. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "offers.h"
#include "options.h"

#define PATIENCE 3.0 /* seconds that a shell waits for drivers */

static int list_devices(int to, void *user)
{
    const clgan_log log = {NULL, NULL};
    clgan_device_info *devices;
    size_t count;
    (void)user;
    if (clgan_devices_list(&devices, &count, &log) != CLGAN_OK) return 1;
    for (size_t i = 0; i < count; i++)
        if (devices[i].usable) dprintf(to, "%d\t%s: %s\n", devices[i].index, devices[i].type, devices[i].name);
    clgan_devices_free(devices);
    return 0;
}

/* Drivers may crash or hang: they are asked by a process of its own. */
static void offer_devices(struct offers *offers)
{
    static const volatile int stop = 0;
    struct child child;
    char text[8192], words[80];
    size_t used = 0;
    enum heard heard = HEARD;
    offer(offers, "cpu", "the first CPU");
    offer(offers, "gpu", "the first GPU");
    if (!child_begin(&child, list_devices, NULL)) return;
    while (used + 1 < sizeof text && (heard = child_wait(&child, PATIENCE, &stop)) == HEARD) {
        const ssize_t got = read(child.from, text + used, sizeof text - 1 - used);
        if (got <= 0) break;
        used += (size_t)got;
    }
    text[used] = 0;
    child_end(&child, heard, PATIENCE, words);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab = 0;
        offer(offers, line, tab + 1);
    }
}

static void offer_recipes(struct offers *offers)
{
    const char *name;
    for (size_t i = 0; (name = clgan_recipe_name(i)); i++) offer(offers, name, clgan_recipe_about(i));
}

/* A name of a recipe, or a file of one: which of both, what was typed tells. */
static void offer_recipes_and_files(struct offers *offers)
{
    const char *name, *part = offers_part(offers);
    for (size_t i = 0; (name = clgan_recipe_name(i)); i++)
        if (strncmp(name, part, strlen(part)) == 0) {
            offer_recipes(offers);
            return;
        }
    offers->how = "files";
    snprintf(offers->end, sizeof offers->end, ".yaml");
}

static void offer_measures(struct offers *offers)
{
    const char *name;
    for (size_t i = 0; (name = clgan_measure_name(i)); i++) offer(offers, name, clgan_measure_about(i));
    offer(offers, "all", "all of them");
}

/* ---- keys of a recipe ---- */

enum { DEEPEST = 4, KEY_BYTES = 64 };

/* Where a line of resolved YAML stands: a name or a position at each depth. */
struct path {
    char parts[DEEPEST][KEY_BYTES];
    int items[DEEPEST]; /* list items seen at this depth */
};

/* Offers the key of one line, "  units: 64" or "  - kind: dense", as generator.0.units=. */
static void offer_key(struct offers *offers, struct path *path, const char *line, size_t length, int has_value)
{
    char key[DEEPEST * KEY_BYTES] = "", about[80];
    const size_t indent = strspn(line, " ");
    size_t depth = indent / 2, at = indent;
    if (depth + 1 >= DEEPEST || line[at] == '#') return;
    if (line[at] == '-') {
        snprintf(path->parts[depth], KEY_BYTES, "%d", path->items[depth]++);
        at += 2;
        depth++;
    }
    const size_t name = strcspn(line + at, ":");
    if (at + name >= length) return;
    snprintf(path->parts[depth], KEY_BYTES, "%.*s", (int)name, line + at);
    path->items[depth + 1] = 0;
    if (at + name + 1 >= length) return; /* a mapping or a list begins */
    for (size_t i = 0; i <= depth; i++) {
        strcat(key, path->parts[i]);
        strcat(key, i < depth ? "." : "=");
    }
    snprintf(about, sizeof about, "%.*s", (int)(length - at - name - 2), line + at + name + 2);
    offer(offers, key, has_value ? about : "");
}

/* Keys of a recipe with its values; of any recipe, without values, where none is named. */
static void offer_keys(struct offers *offers, const char *name)
{
    clgan_recipe *recipe;
    char *text;
    struct path path = {0};
    if (clgan_recipe_read(&recipe, name ? name : "mnist", NULL, 0) != CLGAN_OK) return;
    const clgan_status status = clgan_recipe_text(&text, recipe);
    clgan_recipe_free(recipe);
    if (status != CLGAN_OK) return;
    offers->how = "parts";
    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        offer_key(offers, &path, line, length, name != NULL);
        line += length + (line[length] != 0);
    }
    clgan_text_free(text);
}

/* ---- by name ---- */

static void offer_files(struct offers *offers, const char *end)
{
    offers->how = "files";
    snprintf(offers->end, sizeof offers->end, "%s", end);
}

/* Past the last comma of a list. */
static void skip_list(struct offers *offers)
{
    const char *comma = strrchr(offers_part(offers), ',');
    if (comma) offers->lead = (size_t)(comma + 1 - offers->word);
}

void offer_named(struct offers *offers, const char *name, const char *recipe)
{
    char base[KEY_BYTES];
    const char *dot = strchr(name, '.');
    const size_t length = strcspn(name, ",");
    snprintf(base, sizeof base, "%.*s", (int)length, name);
    if (name[length] || strcmp(name, "LIST") == 0) skip_list(offers);
    if (strchr(base, '|'))
        offer_words(offers, base, '|');
    else if (strcmp(base, "RUN") == 0)
        offer_runs(offers);
    else if (strcmp(base, "DIR") == 0)
        offers->how = "folders";
    else if (strcmp(base, "D") == 0)
        offer_devices(offers);
    else if (strcmp(base, "RECIPE") == 0 || strcmp(base, "R") == 0)
        offer_recipes_and_files(offers);
    else if (strcmp(base, "NAME") == 0)
        offer_recipes(offers);
    else if (strcmp(base, "LIST") == 0)
        offer_measures(offers);
    else if (strcmp(base, "KEY=VALUE") == 0)
        offer_keys(offers, recipe);
    else if (strncmp(base, "FILE", 4) == 0 || (dot && dot[1] != '.'))
        offer_files(offers, dot ? dot : "");
}

/* clgan_pretrained: where the weights of a generator that somebody trained lie. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "gan/run.h"

#define ENDING ".safetensors"

enum { PLACES = 4 };

struct places {
    char *folders[PLACES];
    size_t count;
};

static void free_places(struct places *places)
{
    for (size_t i = 0; i < places->count; i++) free(places->folders[i]);
}

static clgan_status add_place(struct places *places, const char *folder, const char *name)
{
    TRY(name ? file_join(&places->folders[places->count], folder, name)
             : memory_copy_text(&places->folders[places->count], folder));
    places->count++;
    return CLGAN_OK;
}

static clgan_status list_places(struct places *places)
{
    const char *ours = getenv("CLGAN_PRETRAINED");
    char *own;
    if (ours && *ours) TRY(add_place(places, ours, NULL));
    TRY(file_data_folder(&own));
    const clgan_status status = own ? add_place(places, own, "pretrained") : CLGAN_OK;
    free(own);
    TRY(status);
    TRY(add_place(places, "/usr/local/share/clgan", "pretrained"));
    return add_place(places, "/usr/share/clgan", "pretrained");
}

/* The names that a folder has. */
static void tell_folder(struct text *found, const char *folder)
{
    struct file_names names = {0};
    if (file_list(&names, folder) != CLGAN_OK) return;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.list[i];
        if (text_ends_with(name, ENDING))
            text_append(found, "%s%.*s", found->length ? ", " : "", (int)(strlen(name) - strlen(ENDING)), name);
    }
    file_names_free(&names);
}

static clgan_status fail_missing(const struct places *places, const char *name)
{
    struct text looked = {0}, found = {0};
    for (size_t i = 0; i < places->count; i++) {
        text_append(&looked, "%s%s", i ? ", " : "", places->folders[i]);
        tell_folder(&found, places->folders[i]);
    }
    const clgan_status status = status_fail(
        CLGAN_USAGE, "no pretrained generator %s in %s%s%s: put %s" ENDING " there, as clgan export writes it", name,
        looked.bytes ? looked.bytes : "any place", found.length ? "; there are " : "", found.length ? found.bytes : "",
        name);
    text_free(&looked);
    text_free(&found);
    return status;
}

static clgan_status find(char **path, const struct places *places, const char *name)
{
    struct text file = {0};
    char *full;
    for (size_t i = 0; i < places->count && !strchr(name, '/'); i++) {
        text_append(&file, "%s/%s" ENDING, places->folders[i], name);
        TRY(text_take(&full, &file));
        if (file_exists(full)) return *path = full, CLGAN_OK;
        free(full);
    }
    return fail_missing(places, name);
}

clgan_status clgan_pretrained(char **path, const char *name)
{
    struct places places = {0};
    clgan_status status = list_places(&places);
    if (status == CLGAN_OK) status = find(path, &places, name);
    free_places(&places);
    return status;
}

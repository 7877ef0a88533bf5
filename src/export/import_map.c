/* Maps: "SOURCE=TARGET" says that the file's tensor SOURCE is the recipe's TARGET. "SOURCE=" leaves SOURCE out,
 * "=TARGET" fills TARGET with zeros. Names of targets have no '=', so the last one of a line divides. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "export/import.h"

enum { MAP_BYTES = 1 << 20 };

/* One pair of a map, and where it was read. */
struct mapping {
    const char *source, *target;
    const char *place; /* the file it is in, or "--map" */
    size_t line;       /* there; 0: on the command line */
};

static clgan_status fail(const struct mapping *pair, const char *format, const char *name, const char *more)
{
    char at[32] = "";
    if (pair->line) snprintf(at, sizeof at, ":%zu", pair->line);
    status_fail(CLGAN_USAGE, format, name, more);
    return status_within(CLGAN_USAGE, "%s%s", pair->place, at);
}

static struct import_slot *find_slot(struct import *import, const char *name)
{
    for (size_t i = 0; i < import->starts[2]; i++)
        if (strcmp(import->slots[i].tensor.name, name) == 0) return &import->slots[i];
    return NULL;
}

static clgan_status no_target(const struct import *import, const struct mapping *pair)
{
    struct text names = {0};
    for (size_t i = 0; i < import->starts[2]; i++)
        text_append(&names, "%s%s", i ? ", " : "", import->slots[i].tensor.name);
    const clgan_status status =
        fail(pair, "the recipe has no tensor %s: expected one of %s", pair->target, names.bytes ? names.bytes : "none");
    text_free(&names);
    return status;
}

static clgan_status no_source(const struct import *import, const struct mapping *pair)
{
    struct text names = {0};
    import_list_names(&names, import);
    const clgan_status status =
        fail(pair, "the file has no tensor %s: it has %s", pair->source, names.bytes ? names.bytes : "none");
    text_free(&names);
    return status;
}

static clgan_status apply(struct import *import, const struct mapping *pair)
{
    const struct safetensors_entry *entry = NULL;
    struct import_slot *slot = NULL;
    if (!*pair->source && !*pair->target) return fail(pair, "%s names nothing%s", "=", "");
    if (*pair->source && !(entry = safetensors_find(&import->file, pair->source))) return no_source(import, pair);
    if (*pair->target && !(slot = find_slot(import, pair->target))) return no_target(import, pair);
    if (entry && import->use[entry - import->file.entries] != IMPORT_FREE)
        return fail(pair, "tensor %s of the file is named twice%s", pair->source, "");
    if (slot && (slot->from || slot->zero)) return fail(pair, "%s is named twice%s", pair->target, "");
    const size_t net = slot && slot >= &import->slots[import->starts[1]];
    if (slot && !import->wanted[net])
        return fail(pair, "%s belongs to a net that is not asked for%s", pair->target, "");
    if (!slot) {
        import->use[entry - import->file.entries] = IMPORT_LEFT;
    } else if (entry) {
        import_take(import, slot, entry);
        import->named[net] = true;
    } else {
        slot->zero = true;
    }
    return CLGAN_OK;
}

/* Without the spaces around it. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text)) text++;
    for (size_t end = strlen(text); end && isspace((unsigned char)text[end - 1]);) text[--end] = 0;
    return text;
}

static clgan_status apply_line(struct import *import, char *line, const char *place, size_t number)
{
    struct mapping pair = {.place = place, .line = number};
    char *divider = strrchr(line, '=');
    if (!divider) return fail(&pair, "expected SOURCE=TARGET, found \"%s\"%s", line, "");
    *divider = 0;
    pair.source = trim(line);
    pair.target = trim(divider + 1);
    return apply(import, &pair);
}

static clgan_status apply_file(struct import *import, const char *path)
{
    char *bytes;
    size_t length;
    TRY(file_read_any(&bytes, &length, path, MAP_BYTES));
    clgan_status status =
        strlen(bytes) == length ? CLGAN_OK : status_fail(CLGAN_USAGE, "%s: no text: it has a byte 0", path);
    char *next = bytes;
    for (size_t number = 1; status == CLGAN_OK && *next; number++) {
        char *line = next, *end = line + strcspn(line, "\n");
        next = *end ? end + 1 : end;
        *end = 0;
        line = trim(line);
        if (*line && *line != '#') status = apply_line(import, line, path, number);
    }
    free(bytes);
    return status;
}

clgan_status import_apply_maps(struct import *import, const struct import_request *request)
{
    for (size_t i = 0; i < request->map_count; i++) {
        char *line;
        if (!strchr(request->maps[i], '=')) {
            TRY(apply_file(import, request->maps[i]));
            continue;
        }
        TRY(memory_copy_text(&line, request->maps[i]));
        const clgan_status status = apply_line(import, line, "--map", 0);
        free(line);
        TRY(status);
    }
    return CLGAN_OK;
}

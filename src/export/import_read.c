#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "export/import.h"

enum { LISTED = 40 }; /* names in a message */

void import_take(struct import *import, struct import_slot *slot, const struct safetensors_entry *entry)
{
    slot->from = entry;
    import->use[entry - import->file.entries] = IMPORT_TAKEN;
}

void import_list_names(struct text *text, const struct import *import)
{
    const struct safetensors_file *file = &import->file;
    for (size_t i = 0; i < file->count && i < LISTED; i++)
        text_append(text, "%s%s", i ? ", " : "", file->entries[i].name);
    if (file->count > LISTED) text_append(text, " and %zu more", file->count - LISTED);
    if (!file->count) text_append(text, "none");
}

/* ---- what must be there ---- */

static clgan_status choose_nets(struct import *import, const char *network)
{
    const bool both = !network || strcmp(network, "both") == 0;
    import->wanted[0] = both || strcmp(network, "G") == 0;
    import->wanted[1] = both || strcmp(network, "D") == 0;
    if (import->wanted[0] || import->wanted[1]) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "network %s: expected G, D or both", network);
}

static clgan_status nothing_found(const struct import *import, const char *which)
{
    struct text names = {0};
    import_list_names(&names, import);
    const clgan_status status = status_fail(
        CLGAN_USAGE,
        "%s: no tensor there has a name that layout %s has for %s: say with --map which is which. It has %s",
        import->file.path, layout_name(import->layout), which, names.bytes ? names.bytes : "");
    text_free(&names);
    return status;
}

static clgan_status check_net(struct import *import, size_t net, const char *network)
{
    const struct import_slot *missing = NULL;
    size_t found = 0;
    for (size_t i = import->starts[net]; i < import->starts[net + 1]; i++) {
        const struct import_slot *slot = &import->slots[i];
        found += slot->from || slot->zero;
        if (!slot->from && !slot->zero && !missing) missing = slot;
    }
    import->taken[net] = found && !missing;
    if (found && missing)
        return status_fail(CLGAN_USAGE,
                           "%s: no tensor for %s: name it with --map NAME=%s, or fill it with zeros with --map =%s",
                           import->file.path, missing->tensor.name, missing->tensor.name, missing->tensor.name);
    if (!found && network && import->wanted[net]) return nothing_found(import, net ? "D" : "G");
    return CLGAN_OK;
}

static clgan_status check_rest(const struct import *import)
{
    for (size_t i = 0; i < import->file.count; i++)
        if (import->use[i] == IMPORT_FREE)
            return status_fail(
                CLGAN_USAGE,
                "%s: tensor %s has no place in the recipe: name its place with --map %s=NAME, or leave it "
                "out with --map %s=",
                import->file.path, import->file.entries[i].name, import->file.entries[i].name,
                import->file.entries[i].name);
    return CLGAN_OK;
}

/* ---- shapes and values ---- */

static bool is_shape(const struct safetensors_entry *entry, const struct layout_tensor *tensor)
{
    if (entry->dimensions != tensor->dimensions) return false;
    for (size_t i = 0; i < tensor->dimensions; i++)
        if (entry->shape[i] != tensor->shape[i]) return false;
    return true;
}

static clgan_status check_shape(const struct import *import, const struct import_slot *slot)
{
    const struct safetensors_entry *entry = slot->from;
    const struct layout_tensor *tensor = &slot->tensor;
    char found[LAYOUT_NAME], expected[LAYOUT_NAME];
    if (!entry || is_shape(entry, tensor)) return CLGAN_OK;
    const bool turned = entry->dimensions == 2 && tensor->dimensions == 2 && entry->shape[0] == tensor->shape[1] &&
                        entry->shape[1] == tensor->shape[0];
    layout_shape(found, entry->shape, entry->dimensions);
    layout_shape(expected, tensor->shape, tensor->dimensions);
    return status_fail(CLGAN_USAGE, "%s: tensor %s is %s, but %s in layout %s is %s; its transpose would %s%s%s",
                       import->file.path, entry->name, found, tensor->name, layout_name(import->layout), expected,
                       turned ? "fit: is the file's layout " : "not fit either",
                       turned ? layout_name(import->layout == LAYOUT_TORCH ? LAYOUT_CLGAN : LAYOUT_TORCH) : "",
                       turned ? "?" : "");
}

static clgan_status load(float **values, const struct import *import, const struct import_slot *slot)
{
    const struct host_layer *layer = slot->tensor.layer;
    const size_t count = (slot->tensor.is_bias ? 1 : layer->in) * layer->width;
    float *read;
    TRY(memory_take(values, count, sizeof **values));
    if (slot->zero) return CLGAN_OK;
    if (!slot->tensor.turned) return safetensors_read_floats(&import->file, slot->from, *values);
    TRY(memory_take(&read, count, sizeof *read));
    const clgan_status status = safetensors_read_floats(&import->file, slot->from, read);
    if (status == CLGAN_OK) layout_turn(*values, read, layer->width, layer->in);
    free(read);
    return status;
}

static clgan_status load_nets(struct import *import)
{
    for (size_t net = 0; net < 2; net++)
        for (size_t i = import->starts[net]; import->taken[net] && i < import->starts[net + 1]; i++) {
            const struct import_slot *slot = &import->slots[i];
            struct host_layer *layer = &import->nets[net].layers[(i - import->starts[net]) / 2];
            TRY(load(slot->tensor.is_bias ? &layer->bias : &layer->weight, import, slot));
        }
    return CLGAN_OK;
}

/* ---- all of it ---- */

static clgan_status lay_out(struct import *import, const struct recipe *recipe)
{
    struct layout_tensor *names, *shapes;
    for (size_t net = 0; net < 2; net++) host_net_begin(&import->nets[net], recipe, "GD"[net]);
    TRY(memory_take(&names, 2 * LAYOUT_TENSORS, sizeof *names));
    shapes = names + LAYOUT_TENSORS;
    import->starts[2] = layout_tensors(names, import->nets, 2, LAYOUT_CLGAN);
    import->starts[1] = 2 * import->nets[0].count;
    layout_tensors(shapes, import->nets, 2, import->layout);
    for (size_t i = 0; i < import->starts[2]; i++) {
        import->slots[i].tensor = shapes[i];
        memcpy(import->slots[i].tensor.name, names[i].name, LAYOUT_NAME);
    }
    free(names);
    return memory_take(&import->use, import->file.count, 1);
}

static clgan_status read(struct import *import, const struct recipe *recipe, const struct import_request *request)
{
    import->layout = request->layout;
    TRY(choose_nets(import, request->network));
    TRY(safetensors_open_any(&import->file, request->path));
    TRY(lay_out(import, recipe));
    TRY(import_apply_maps(import, request));
    TRY(import_match_names(import, request));
    for (size_t i = 0; i < import->starts[2]; i++) TRY(check_shape(import, &import->slots[i]));
    for (size_t net = 0; net < 2; net++) TRY(check_net(import, net, request->network));
    if (!import->taken[0] && !import->taken[1]) return nothing_found(import, "G or D");
    TRY(check_rest(import));
    return load_nets(import);
}

clgan_status import_read(struct import *import, const struct recipe *recipe, const struct import_request *request)
{
    *import = (struct import){0};
    const clgan_status status = read(import, recipe, request);
    if (status != CLGAN_OK) import_free(import);
    return status;
}

void import_free(struct import *import)
{
    for (size_t net = 0; net < 2; net++) host_net_free(&import->nets[net]);
    safetensors_close(&import->file);
    free(import->use);
    *import = (struct import){0};
}

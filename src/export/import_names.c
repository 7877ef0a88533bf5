/* Tensors found by their names.
 *
 * clgan: as checkpoints name them; what else a checkpoint has (state of the optimiser, averages, sums) is left out.
 * torch: PREFIX.INDEX.weight and PREFIX.INDEX.bias, as nn.Sequential names its modules. The first part of PREFIX that
 * is a word for a net says which; without one it is the net that is asked for, or G. In the order of INDEX, whatever
 * numbers lie between, the modules are the net's layers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "export/import.h"

static const char letters[] = "GD";

static void leave(struct import *import, const struct safetensors_entry *entry)
{
    import->use[entry - import->file.entries] = IMPORT_LEFT;
}

/* ---- clgan ---- */

static bool is_state(const struct import *import, const char *name)
{
    static const char *const kinds[] = {".momentum", ".m", ".v", ".average"};
    if (strcmp(name, "train.sums") == 0) return true;
    for (size_t i = 0; i < import->starts[2]; i++) {
        const char *own = import->slots[i].tensor.name;
        const size_t length = strlen(own);
        for (size_t k = 0; strncmp(name, own, length) == 0 && k < sizeof kinds / sizeof *kinds; k++)
            if (strcmp(name + length, kinds[k]) == 0) return true;
    }
    return false;
}

static void match_clgan(struct import *import)
{
    for (size_t i = 0; i < import->file.count; i++) {
        const struct safetensors_entry *entry = &import->file.entries[i];
        if (import->use[i] != IMPORT_FREE) continue;
        if (is_state(import, entry->name)) leave(import, entry);
        for (size_t s = 0; s < import->starts[2]; s++) {
            struct import_slot *slot = &import->slots[s];
            const size_t net = s >= import->starts[1];
            if (strcmp(slot->tensor.name, entry->name) != 0 || slot->from || slot->zero) continue;
            if (!import->wanted[net])
                leave(import, entry);
            else if (!import->named[net])
                import_take(import, slot, entry);
        }
    }
}

/* ---- torch ---- */

/* A tensor whose name says what it is. */
struct parsed {
    const struct safetensors_entry *entry;
    size_t prefix; /* bytes of it, without its point */
    uint64_t index;
    bool is_bias;
    size_t net; /* 0: G, 1: D */
};

/* 0: G, 1: D, 2: no word for a net */
static size_t net_of_word(const char *word, size_t length)
{
    static const char *const words[2][6] = {{"g", "gen", "generator", "netg", "g_net", "generator_net"},
                                            {"d", "disc", "discriminator", "netd", "d_net", "discriminator_net"}};
    for (size_t net = 0; net < 2; net++)
        for (size_t i = 0; i < 6; i++)
            if (strlen(words[net][i]) == length && strncasecmp(words[net][i], word, length) == 0) return net;
    return 2;
}

static size_t net_of_prefix(const char *prefix, size_t length, size_t otherwise)
{
    for (size_t start = 0; start < length;) {
        size_t end = start;
        while (end < length && prefix[end] != '.') end++;
        const size_t net = net_of_word(prefix + start, end - start);
        if (net < 2) return net;
        start = end + 1;
    }
    return otherwise;
}

static bool parse(struct parsed *parsed, const struct safetensors_entry *entry, size_t otherwise)
{
    enum { DIGITS = 9 };
    const char *name = entry->name, *kind = strrchr(name, '.');
    if (!kind) return false;
    const char *digits = kind;
    while (digits > name && isdigit((unsigned char)digits[-1])) digits--;
    *parsed = (struct parsed){.entry = entry, .is_bias = strcmp(kind, ".bias") == 0};
    if (digits == kind || kind - digits > DIGITS || (digits > name && digits[-1] != '.')) return false;
    if (!parsed->is_bias && strcmp(kind, ".weight") != 0) return false;
    parsed->index = strtoull(digits, NULL, 10);
    parsed->prefix = digits > name ? (size_t)(digits - name) - 1 : 0;
    parsed->net = net_of_prefix(name, parsed->prefix, otherwise);
    return true;
}

/* By net, prefix, index; a weight before its bias. */
static int in_order(const void *a, const void *b)
{
    const struct parsed *left = a, *right = b;
    if (left->net != right->net) return left->net < right->net ? -1 : 1;
    if (left->prefix != right->prefix) return left->prefix < right->prefix ? -1 : 1;
    const int prefixes = strncmp(left->entry->name, right->entry->name, left->prefix);
    if (prefixes) return prefixes;
    if (left->index != right->index) return left->index < right->index ? -1 : 1;
    return left->is_bias - right->is_bias;
}

static clgan_status fill_net(struct import *import, size_t net, const struct parsed *list, size_t count)
{
    const char *path = import->file.path;
    const size_t layers = import->nets[net].count;
    size_t modules = 0;
    for (size_t i = 0; i < count; i++) {
        const bool begins = !i || list[i].index != list[i - 1].index;
        if (list[i].prefix != list[0].prefix || strncmp(list[i].entry->name, list[0].entry->name, list[0].prefix) != 0)
            return status_fail(
                CLGAN_USAGE, "%s: both %s and %s would be of %c: leave one of them out, or say with --map what each is",
                path, list[0].entry->name, list[i].entry->name, letters[net]);
        if (!begins && list[i].is_bias == list[i - 1].is_bias)
            return status_fail(CLGAN_USAGE, "%s: %s and %s are the same module", path, list[i - 1].entry->name,
                               list[i].entry->name);
        modules += begins;
        if (modules > layers) continue;
        struct import_slot *slot = &import->slots[import->starts[net] + 2 * (modules - 1) + list[i].is_bias];
        if (!slot->zero) import_take(import, slot, list[i].entry);
    }
    if (modules == layers) return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "%s: %zu modules with weights for %c (%s to %s), but the recipe's %c has %zu layers: "
                       "leave out what is none with --map NAME=, or use a recipe of these layers",
                       path, modules, letters[net], list[0].entry->name, list[count - 1].entry->name, letters[net],
                       layers);
}

static clgan_status fill_nets(struct import *import, const struct parsed *list, size_t count)
{
    for (size_t first = 0, end; first < count; first = end) {
        const size_t net = list[first].net;
        for (end = first; end < count && list[end].net == net; end++)
            if (!import->wanted[net]) leave(import, list[end].entry);
        if (import->wanted[net] && !import->named[net]) TRY(fill_net(import, net, list + first, end - first));
    }
    return CLGAN_OK;
}

static clgan_status match_torch(struct import *import, size_t otherwise)
{
    struct parsed *list;
    size_t count = 0;
    TRY(memory_take(&list, import->file.count, sizeof *list));
    for (size_t i = 0; i < import->file.count; i++)
        if (import->use[i] == IMPORT_FREE && parse(&list[count], &import->file.entries[i], otherwise)) count++;
    if (count) qsort(list, count, sizeof *list, in_order);
    const clgan_status status = fill_nets(import, list, count);
    free(list);
    return status;
}

clgan_status import_match_names(struct import *import, const struct import_request *request)
{
    if (request->layout == LAYOUT_TORCH)
        return match_torch(import, request->network && strcmp(request->network, "D") == 0);
    match_clgan(import);
    return CLGAN_OK;
}

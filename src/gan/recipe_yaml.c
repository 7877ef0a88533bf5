#include <libfyaml.h>
#include <string.h>

#include "base/text.h"
#include "gan/recipe_reader.h"

/* A message of libfyaml goes nowhere but into the collected errors. */
static void drop_output(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void)diag, (void)user, (void)text, (void)length;
}

static int node_line(struct fy_node *node, int otherwise)
{
    struct fy_token *token = node && fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    return mark ? mark->line + 1 : otherwise;
}

/* What a node is when it is not a text a recipe may hold; NULL when it is. */
static const char *node_other(struct fy_node *node)
{
    size_t length = 0;
    if (!node || fy_node_is_null(node)) return "nothing";
    if (fy_node_is_alias(node)) return "an alias";
    if (fy_node_get_tag(node, &length)) return "a tag";
    if (fy_node_is_mapping(node)) return "a mapping";
    if (fy_node_is_sequence(node)) return "a list";
    const char *text = fy_node_get_scalar0(node);
    if (!text) return "nothing";
    return strlen(text) == fy_node_get_scalar_length(node) ? NULL : "a text with a NUL in it";
}

static bool node_quoted(struct fy_node *node) { return fy_node_get_style(node) != FYNS_PLAIN; }

/* The text of a key; NULL if it isn't one. */
static const char *pair_key(struct fy_node_pair *pair)
{
    struct fy_node *key = fy_node_pair_key(pair);
    return node_other(key) ? NULL : fy_node_get_scalar0(key);
}

static int pair_line(struct fy_node_pair *pair, int otherwise) { return node_line(fy_node_pair_key(pair), otherwise); }

static void node_value(struct recipe_value *value, struct fy_node *node)
{
    *value = (struct recipe_value){.count = 1};
    size_t length;
    if (!node || !fy_node_is_sequence(node) || fy_node_get_tag(node, &length)) {
        value->other = node_other(node);
        if (value->other) return;
        value->items[0] = fy_node_get_scalar0(node);
        value->quoted = node_quoted(node);
        return;
    }
    value->list = true;
    value->count = 0;
    void *cursor = NULL;
    for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &cursor)); value->count++) {
        if (node_other(item)) value->other = "a list of other things";
        if (value->other || value->count >= VALUE_ITEMS) continue;
        value->items[value->count] = fy_node_get_scalar0(item);
        value->quoted |= node_quoted(item);
    }
}

static clgan_status unknown_key(const struct recipe_reader *reader, enum recipe_section_id id, size_t layer, int line,
                                const char *key)
{
    const struct recipe_section *section = &recipe_sections[id];
    struct text words = {0};
    char path[RECIPE_PATH];
    recipe_path(path, section, layer, key);
    for (size_t i = 0; i < section->count; i++) text_append(&words, "%s%s", i ? ", " : "", section->fields[i].key);
    if (id == SECTION_TOP)
        text_append(&words, ", data, noise, generator, discriminator, train, optimiser, output, monitor");
    clgan_status status = recipe_reader_fail(reader, line, path, "expected one of the keys %s, found an unknown key",
                                             words.bytes ? words.bytes : "");
    text_free(&words);
    return status;
}

static clgan_status read_field(struct recipe_reader *reader, enum recipe_section_id id, size_t layer, size_t field,
                               struct fy_node_pair *pair, int section_line)
{
    const struct recipe_section *section = &recipe_sections[id];
    struct fy_node *node = fy_node_pair_value(pair);
    int *given = &reader->given[id][layer][field], line = pair_line(pair, section_line);
    char path[RECIPE_PATH];
    recipe_path(path, section, layer, section->fields[field].key);
    if (*given) return recipe_reader_fail(reader, line, path, "expected once, found again (first on line %d)", *given);
    *given = node_line(node, line);
    struct recipe_value value;
    node_value(&value, node);
    if (recipe_value_store(recipe_section_at(reader->recipe, section, layer), &section->fields[field], &value))
        return recipe_reader_fail(reader, *given, path, "%s", clgan_last_error());
    return CLGAN_OK;
}

/* A section that is a mapping. */
static clgan_status read_mapping(struct recipe_reader *reader, enum recipe_section_id id, size_t layer,
                                 struct fy_node *node, int line)
{
    const struct recipe_section *section = &recipe_sections[id];
    char path[RECIPE_PATH];
    recipe_path(path, section, layer, NULL);
    reader->lines[id][layer] = line;
    size_t length;
    if (!node || !fy_node_is_mapping(node) || fy_node_get_tag(node, &length)) {
        const char *other = node_other(node);
        return recipe_reader_fail(reader, line, path, "expected a mapping of keys, found %s", other ? other : "a text");
    }
    void *cursor = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &cursor));) {
        const char *key = pair_key(pair);
        int at = pair_line(pair, line);
        if (!key) return recipe_reader_fail(reader, at, path, "expected a key, found %s", "something else");
        size_t field = recipe_field_find(section, key);
        if (field == section->count) return unknown_key(reader, id, layer, at, key);
        TRY(read_field(reader, id, layer, field, pair, at));
    }
    return CLGAN_OK;
}

/* Line of a layer: of its first key. */
static int layer_line(struct fy_node *node, int otherwise)
{
    if (!fy_node_is_mapping(node)) return node_line(node, otherwise);
    void *cursor = NULL;
    struct fy_node_pair *pair = fy_node_mapping_iterate(node, &cursor);
    return pair ? pair_line(pair, otherwise) : otherwise;
}

static clgan_status read_list(struct recipe_reader *reader, enum recipe_section_id id, struct fy_node *node, int line)
{
    const struct recipe_section *section = &recipe_sections[id];
    struct network_recipe *network = (struct network_recipe *)(void *)((char *)reader->recipe + section->offset);
    reader->lines[id][0] = line;
    if (!node || !fy_node_is_sequence(node)) {
        const char *other = node_other(node);
        return recipe_reader_fail(reader, line, section->key, "expected a list of layers, found %s",
                                  other ? other : "a text");
    }
    void *cursor = NULL;
    for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &cursor)); network->count++) {
        int at = layer_line(item, line);
        if (network->count == RECIPE_LAYERS)
            return recipe_reader_fail(reader, at, section->key, "expected at most %d layers, found more",
                                      RECIPE_LAYERS);
        TRY(read_mapping(reader, id, network->count, item, at));
    }
    return CLGAN_OK;
}

static clgan_status read_section(struct recipe_reader *reader, enum recipe_section_id id, struct fy_node_pair *pair,
                                 int line)
{
    char path[RECIPE_PATH];
    recipe_path(path, &recipe_sections[id], RECIPE_LAYERS, NULL);
    if (reader->lines[id][0])
        return recipe_reader_fail(reader, line, path, "expected once, found again (first on line %d)",
                                  reader->lines[id][0]);
    if (recipe_sections[id].list) return read_list(reader, id, fy_node_pair_value(pair), line);
    return read_mapping(reader, id, 0, fy_node_pair_value(pair), line);
}

/* The section of that key in that group; RECIPE_SECTIONS if there is none. */
static enum recipe_section_id find_section(const char *group, const char *key)
{
    int id = SECTION_DATA;
    for (; id < RECIPE_SECTIONS; id++) {
        const struct recipe_section *section = &recipe_sections[id];
        bool same = group ? section->group && strcmp(section->group, group) == 0 : !section->group;
        if (same && strcmp(section->key, key) == 0) break;
    }
    return (enum recipe_section_id)id;
}

static bool is_group(const char *key)
{
    for (int id = SECTION_DATA; id < RECIPE_SECTIONS; id++)
        if (recipe_sections[id].group && strcmp(recipe_sections[id].group, key) == 0) return true;
    return false;
}

static clgan_status read_group(struct recipe_reader *reader, const char *group, struct fy_node *node, int line)
{
    if (!node || !fy_node_is_mapping(node)) {
        const char *other = node_other(node);
        return recipe_reader_fail(reader, line, group, "expected a mapping of sections, found %s",
                                  other ? other : "a text");
    }
    void *cursor = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &cursor));) {
        const char *key = pair_key(pair);
        int at = pair_line(pair, line);
        enum recipe_section_id id = key ? find_section(group, key) : RECIPE_SECTIONS;
        if (id == RECIPE_SECTIONS)
            return recipe_reader_fail(reader, at, group, "expected generator or discriminator, found \"%.80s\"",
                                      key ? key : "");
        TRY(read_section(reader, id, pair, at));
    }
    return CLGAN_OK;
}

static clgan_status read_document(struct recipe_reader *reader, struct fy_node *root)
{
    if (!root || !fy_node_is_mapping(root)) {
        const char *other = node_other(root);
        return recipe_reader_fail(reader, 1, "", "expected a recipe's keys and sections, found %s",
                                  other ? other : "a text");
    }
    reader->lines[SECTION_TOP][0] = 1;
    void *cursor = NULL;
    int group_line = 0;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(root, &cursor));) {
        const char *key = pair_key(pair);
        int line = pair_line(pair, 1);
        if (!key) return recipe_reader_fail(reader, line, "", "expected a key, found something else");
        size_t field = recipe_field_find(&recipe_sections[SECTION_TOP], key);
        enum recipe_section_id id = find_section(NULL, key);
        if (field < recipe_sections[SECTION_TOP].count) {
            TRY(read_field(reader, SECTION_TOP, 0, field, pair, line));
        } else if (is_group(key)) {
            if (group_line)
                return recipe_reader_fail(reader, line, key, "expected once, found again (first on line %d)",
                                          group_line);
            group_line = line;
            TRY(read_group(reader, key, fy_node_pair_value(pair), line));
        } else if (id < RECIPE_SECTIONS) {
            TRY(read_section(reader, id, pair, line));
        } else {
            return unknown_key(reader, SECTION_TOP, 0, line, key);
        }
    }
    return CLGAN_OK;
}

static clgan_status syntax_error(const struct recipe_reader *reader, struct fy_diag *diag)
{
    void *cursor = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &cursor);
    if (!error || !error->msg) return recipe_reader_fail(reader, 1, "", "expected YAML, found something else");
    return recipe_reader_fail(reader, error->line > 0 ? error->line : 1, "", "expected YAML, found: %.*s",
                              (int)strcspn(error->msg, "\n"), error->msg);
}

clgan_status recipe_reader_yaml(struct recipe_reader *reader, const char *yaml, size_t length)
{
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.output_fn = drop_output;
    struct fy_diag *diag = fy_diag_create(&quiet);
    if (!diag) return status_fail(CLGAN_FAILED, "out of memory while reading %s", reader->origin);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE, .diag = diag};
    struct fy_document *document = length ? fy_document_build_from_string(&cfg, yaml, length) : NULL;
    clgan_status status;
    if (fy_diag_got_error(diag) || (!document && length))
        status = syntax_error(reader, diag);
    else
        status = read_document(reader, document ? fy_document_root(document) : NULL);
    fy_document_destroy(document);
    fy_diag_destroy(diag);
    return status;
}

/* Saved results: what changed from the input to itself, and `clgan-bench compare` of both in every form that it writes.
 */
#include <jansson.h>

#include "fuzz.h"
#include "options.h"
#include "result.h"

int command_compare(struct context *context, int argc, char **argv);

/* No row of a result that was taken is lost on its way to JSON. */
static void check_changes(const char *path)
{
    struct result result;
    struct changes changes = {0};
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    MUST(document && result_read(&result, document, "a name \xff that is no UTF-8", true) == CLGAN_OK);
    MUST(changes_find(&changes, &result, &result, 0.05) == CLGAN_OK);
    json_t *list = changes_json(&changes);
    MUST(json_array_size(list) == changes.count);
    json_decref(list);
    free(changes.list);
    result_free(&result);
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fuzz_path path = fuzz_at("before.json"), json = fuzz_at("compared.json"), page = fuzz_at("compared.html"),
                     markdown = fuzz_at("compared.md");
    char *arguments[] = {"compare",    path.text,     path.text, "--json",  json.text,
                         "--markdown", markdown.text, "--html",  page.text, NULL};
    fuzz_put(path.text, bytes, length);
    const struct tool tool = {.name = "clgan-bench"};
    struct context context = {.out = stderr, .tool = &tool};
    const int status = command_compare(&context, sizeof arguments / sizeof *arguments - 1, arguments);
    if (status != CLGAN_OK) {
        fuzz_refused((clgan_status)status, "before.json");
        return 0;
    }
    json_t *document = json_load_file(json.text, 0, NULL);
    MUST(json_array_size(json_object_get(document, "results")) == 2);
    json_decref(document);
    check_changes(path.text);
    return 0;
}

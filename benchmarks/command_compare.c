/* clgan-bench compare: saved results side by side. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "options.h"
#include "output.h"

enum { FILES_MOST = 16, FILE_BYTES = 1 << 20 /* 50 times what a device makes; rows are looked for one by one */ };

struct comparison {
    const char *paths[FILES_MOST];
    json_t *documents[FILES_MOST];
    struct result results[FILES_MOST];
    size_t count;
    struct result all; /* devices of every file; their rows are the results' */
    struct changes changes;
    struct outputs outputs;
    double noise; /* in parts of 1 */
    int fails_on_regression;
};

static clgan_status check_options(struct comparison *c, const char *noise)
{
    char *end;
    while (c->count < FILES_MOST && c->paths[c->count]) c->count++;
    if (noise) c->noise = strtod(noise, &end) / 100;
    if (noise && (!(c->noise >= 0) || end == noise || *end))
        return status_fail(CLGAN_USAGE, "compare: --noise %.100s: expected per cent, a number from 0", noise);
    if (c->count < 2) return status_fail(CLGAN_USAGE, "compare: wants 2 to %d files of --json", FILES_MOST);
    return outputs_check(&c->outputs);
}

static clgan_status read_file(struct comparison *c, size_t i)
{
    json_error_t error;
    char *bytes;
    size_t length;
    TRY(file_read(&bytes, &length, c->paths[i], FILE_BYTES));
    c->documents[i] = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    free(bytes);
    if (!c->documents[i])
        return status_fail(CLGAN_FAILED, "%s: not JSON, or not all of it: line %d: %s", c->paths[i], error.line,
                           result_plain(error.text));
    const char *name = strrchr(c->paths[i], '/');
    return result_read(&c->results[i], c->documents[i], name ? name + 1 : c->paths[i], true);
}

/* The first file against each of the others. */
static clgan_status compare(struct comparison *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) TRY(read_file(c, i));
    for (size_t i = 0; i < c->count; i++) count += c->results[i].count;
    c->all = c->results[0];
    c->all.count = 0;
    c->all.devices = NULL;
    TRY(memory_take(&c->all.devices, count, sizeof *c->all.devices));
    for (size_t i = 0; i < c->count; i++)
        for (size_t d = 0; d < c->results[i].count; d++) c->all.devices[c->all.count++] = c->results[i].devices[d];
    for (size_t i = 1; i < c->count; i++) TRY(changes_find(&c->changes, &c->results[0], &c->results[i], c->noise));
    return CLGAN_OK;
}

static clgan_status write_all(const struct comparison *c)
{
    json_t *documents = json_array();
    for (size_t i = 0; i < c->count; i++) json_array_append(documents, c->documents[i]);
    json_t *document =
        json_pack("{s:s, s:i, s:I, s:o, s:o}", "format", "clgan-bench comparison", "version", RESULT_VERSION, "broken",
                  (json_int_t)c->changes.broken, "changes", changes_json(&c->changes), "results", documents);
    const clgan_status status = outputs_write(&c->outputs, document, &c->all, &c->changes);
    json_decref(document);
    return status;
}

static int run(struct comparison *c, const char *noise)
{
    clgan_status status = check_options(c, noise);
    if (status == CLGAN_OK) status = compare(c);
    if (status == CLGAN_OK) status = write_all(c);
    if (status != CLGAN_OK)
        fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
    else if (c->fails_on_regression && (c->changes.worse + c->changes.gone + c->changes.broken || !c->changes.devices))
        status = CLGAN_FAILED;
    free(c->all.devices);
    free(c->changes.list);
    for (size_t i = 0; i < c->count; i++) {
        result_free(&c->results[i]);
        json_decref(c->documents[i]);
    }
    return (int)status;
}

int command_compare(struct context *context, int argc, char **argv)
{
    struct comparison c = {.noise = 0.05};
    const char *noise = NULL;
    const struct option_spec options[] = {
        {"noise", "PERCENT", OPTION_TEXT, &noise, "changes under this are noise, whatever the spreads (5)"},
        {"fail-on-regression", NULL, OPTION_FLAG, &c.fails_on_regression,
         "exit with 1 where something became slower beyond the noise, fails now, or can't be compared"},
        {"json", "FILE.json", OPTION_TEXT, &c.outputs.files[OUTPUT_JSON], "write this too; - is stdout, not a table"},
        {"markdown", "FILE.md", OPTION_TEXT, &c.outputs.files[OUTPUT_MARKDOWN], "write this too"},
        {"html", "FILE.html", OPTION_TEXT, &c.outputs.files[OUTPUT_HTML], "write this too: a page of bars"},
    };
    const struct usage usage = {
        .name = "compare",
        .operands = "A.json B.json ...",
        .about =
            "Shows saved results (clgan-bench --json) side by side, and what changed from the first to each of the\n"
            "others beyond the noise.",
        .options = options,
        .option_count = COUNT_OF(options),
        .most = FILES_MOST,
        .examples = "clgan-bench compare before.json after.json --html changes.html\t"
                    "What an update of the driver changed, as a page too:\n"
                    "clgan-bench compare before.json after.json --fail-on-regression\tFor scripts:\n"};
    int code;
    if (options_read(&code, context, &usage, argc, argv, c.paths)) code = run(&c, noise);
    return code;
}

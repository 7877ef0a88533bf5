/* clgan-bench compare: saved results side by side. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
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
    bool fails_on_regression;
};

static clgan_status read_options(struct comparison *c, int argc, char **argv)
{
    static const struct option names[] = {{"json", 1, NULL, 'j'},  {"markdown", 1, NULL, 'm'},
                                          {"html", 1, NULL, 'h'},  {"fail-on-regression", 0, NULL, 'f'},
                                          {"noise", 1, NULL, 'n'}, {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        char *end = NULL;
        if (name == 'j')
            c->outputs.files[OUTPUT_JSON] = optarg;
        else if (name == 'm')
            c->outputs.files[OUTPUT_MARKDOWN] = optarg;
        else if (name == 'h')
            c->outputs.files[OUTPUT_HTML] = optarg;
        else if (name == 'f')
            c->fails_on_regression = true;
        else if (name == 'n' && (c->noise = strtod(optarg, &end) / 100) >= 0 && end != optarg && !*end)
            continue;
        else
            return status_fail(CLGAN_USAGE, "compare: %s: not an option, or not what it takes; see clgan-bench --help",
                               argv[optind - 1]);
    }
    for (; optind < argc && c->count < FILES_MOST; optind++) c->paths[c->count++] = argv[optind];
    if (c->count < 2 || optind < argc)
        return status_fail(CLGAN_USAGE, "compare: wants 2 to %d files of --json", FILES_MOST);
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
    json_t *document = json_pack("{s:s, s:i, s:o, s:o}", "format", "clgan-bench comparison", "version", RESULT_VERSION,
                                 "changes", changes_json(&c->changes), "results", documents);
    const clgan_status status = outputs_write(&c->outputs, document, &c->all, &c->changes);
    json_decref(document);
    return status;
}

int command_compare(int argc, char **argv)
{
    struct comparison c = {.noise = 0.05};
    clgan_status status = read_options(&c, argc, argv);
    if (status == CLGAN_OK) status = compare(&c);
    if (status == CLGAN_OK) status = write_all(&c);
    if (status != CLGAN_OK)
        fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
    else if (c.fails_on_regression && c.changes.worse + c.changes.gone)
        status = CLGAN_FAILED;
    free(c.all.devices);
    free(c.changes.list);
    for (size_t i = 0; i < c.count; i++) {
        result_free(&c.results[i]);
        json_decref(c.documents[i]);
    }
    return (int)status;
}

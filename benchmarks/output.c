#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

clgan_status outputs_check(const struct outputs *outputs)
{
    int count = 0;
    for (int i = 0; i < OUTPUT_FORMATS; i++) {
        struct file_writer writer;
        if (!outputs->files[i]) continue;
        const bool is_stdout = strcmp(outputs->files[i], "-") == 0;
        count += is_stdout;
        if (is_stdout) continue;
        TRY(file_begin(&writer, outputs->files[i]));
        file_abandon(&writer);
    }
    return count < 2 ? CLGAN_OK : status_fail(CLGAN_USAGE, "stdout (-) takes one of --json, --csv, --markdown, --html");
}

static void append_format(struct text *text, enum output_format format, const json_t *document,
                          const struct result *result, const struct changes *changes)
{
    char *json;
    switch (format) {
    case OUTPUT_JSON:
        json = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        if (json) text_append_bytes(text, json, strlen(json));
        text_append(text, "\n");
        free(json);
        break;
    case OUTPUT_CSV:
        result_csv(text, result);
        break;
    case OUTPUT_MARKDOWN:
        if (changes) changes_markdown(text, changes);
        result_markdown(text, result);
        break;
    default:
        result_page(text, result, changes);
    }
}

/* Hands the text over to a file, or to stdout. */
static clgan_status put(struct text *text, const char *file)
{
    char *bytes;
    TRY(text_take(&bytes, text));
    clgan_status status = CLGAN_OK;
    if (strcmp(file, "-") != 0)
        status = file_write(file, bytes, strlen(bytes));
    else if (fputs(bytes, stdout) < 0 || fflush(stdout) != 0)
        status = status_fail(CLGAN_FAILED, "stdout can't be written");
    free(bytes);
    return status;
}

clgan_status outputs_write(const struct outputs *outputs, const json_t *document, const struct result *result,
                           const struct changes *changes)
{
    bool taken = false;
    for (int i = 0; i < OUTPUT_FORMATS; i++) {
        struct text text = {0};
        if (!outputs->files[i]) continue;
        taken |= strcmp(outputs->files[i], "-") == 0;
        append_format(&text, (enum output_format)i, document, result, changes);
        TRY(put(&text, outputs->files[i]));
    }
    if (taken) return CLGAN_OK;
    struct text text = {0};
    result_table(&text, result);
    if (changes) changes_table(&text, changes);
    return put(&text, "-");
}

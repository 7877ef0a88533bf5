/* clgan_report: the page of a run, or of several, written to a file. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/locale.h"
#include "base/memory.h"
#include "export/report.h"
#include "output/html.h"

enum { HEAD_BYTES = 1024 };

/* A page of ours may be written over, another file not. */
static clgan_status check_place(const char *path)
{
    char head[HEAD_BYTES + 1];
    FILE *stream;
    uint64_t size;
    if (file_is_missing(path)) return CLGAN_OK;
    if (file_is_special(path)) return status_fail(CLGAN_USAGE, "%s: not a file that a page could be written to", path);
    TRY(file_open(&stream, &size, path));
    head[file_read_bytes(head, HEAD_BYTES, stream)] = 0;
    fclose(stream);
    if (!size || strstr(head, HTML_GENERATOR)) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "%s: there already, and no page of clgan: name another file", path);
}

static clgan_status choose_place(char **path, clgan_run *const *runs, size_t count, const char *out)
{
    if (out) return memory_copy_text(path, out);
    return count == 1 ? run_path(path, runs[0], "report.html") : memory_copy_text(path, "compare.html");
}

/* Folders that have the same name are told apart by their paths, as they were given. */
static void tell_apart(struct report *reports, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(reports[i].name, reports[j].name) == 0) {
                snprintf(reports[i].name, sizeof reports[i].name, "%s", reports[i].run.folder);
                snprintf(reports[j].name, sizeof reports[j].name, "%s", reports[j].run.folder);
            }
}

static clgan_status make(char **page, const struct report *reports, size_t count)
{
    struct plain_locale locale;
    struct text text = {0};
    TRY(locale_begin(&locale));
    if (count == 1)
        report_page(&text, reports);
    else
        report_compare(&text, reports, count);
    locale_end(&locale);
    return text_take(page, &text);
}

static clgan_status write_page(const char *path, clgan_run *const *runs, size_t count)
{
    struct report *reports;
    char *page = NULL;
    size_t read = 0;
    TRY(memory_take(&reports, count, sizeof *reports));
    clgan_status status = CLGAN_OK;
    while (read < count && status == CLGAN_OK) {
        status = report_read(&reports[read], runs[read]);
        read += status == CLGAN_OK;
    }
    tell_apart(reports, read);
    if (status == CLGAN_OK) status = make(&page, reports, count);
    if (status == CLGAN_OK) status = file_write(path, page, strlen(page));
    free(page);
    while (read) report_free(&reports[--read]);
    free(reports);
    return status;
}

clgan_status clgan_report(char **written, clgan_run *const *runs, size_t count, const clgan_report_options *options)
{
    char *path;
    TRY(CHECK_OPTIONS(options));
    if (!count || count > REPORT_RUNS)
        return status_fail(CLGAN_USAGE, "a page shows 1 to %d runs, not %zu", REPORT_RUNS, count);
    for (size_t i = 0; i < count; i++) TRY(run_check_folder(runs[i]));
    TRY(choose_place(&path, runs, count, options->out));
    clgan_status status = check_place(path);
    if (status == CLGAN_OK) status = write_page(path, runs, count);
    if (status == CLGAN_OK)
        *written = path;
    else
        free(path);
    return status;
}

/* A run's folder, read. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "export/report.h"
#include "gan/evaluation_file.h"
#include "gan/run_log.h"

/* The last part of the folder's path, that of its real one where the path says less ("."). */
static void take_name(struct report *report)
{
    char *real = realpath(report->run.folder, NULL);
    const char *path = real ? real : report->run.folder, *slash = strrchr(path, '/');
    const char *name = slash && slash[1] ? slash + 1 : path;
    strncpy(report->name, name, sizeof report->name - 1);
    free(real);
}

static void take_time(struct report *report)
{
    char *path;
    struct stat about;
    report->changed = 0;
    if (run_path(&path, &report->run, "log.jsonl") != CLGAN_OK) return;
    if (stat(path, &about) == 0) report->changed = (int64_t)about.st_mtime;
    free(path);
}

static clgan_status read_line(void *user, clgan_progress *line)
{
    struct report *report = user;
    curves_add(&report->curves, &report->run.recipe, report->run.rolled_back_to, line);
    return CLGAN_OK;
}

clgan_status report_refresh(struct report *report)
{
    run_pictures_free(&report->pictures);
    json_decref(report->evaluation);
    report->evaluation = NULL;
    TRY(run_pictures_list(&report->pictures, &report->run));
    if (evaluation_file_read(&report->evaluation, &report->run) != CLGAN_OK)
        log_warning(&report->run.log, "%s: it is left out", clgan_last_error());
    take_time(report);
    return CLGAN_OK;
}

clgan_status report_read(struct report *report, const struct clgan_run *run)
{
    *report = (struct report){.run = *run};
    take_name(report);
    clgan_status status = curves_begin(&report->curves);
    if (status == CLGAN_OK) status = run_log_visit(run, read_line, report);
    if (status == CLGAN_OK) status = report_refresh(report);
    if (status != CLGAN_OK) report_free(report);
    return status;
}

void report_free(struct report *report)
{
    curves_free(&report->curves);
    run_pictures_free(&report->pictures);
    json_decref(report->evaluation);
    *report = (struct report){0};
}

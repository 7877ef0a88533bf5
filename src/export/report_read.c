/* A run's folder, read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "compute/choices.h"
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

/* The text after `label` in a line of its own; `words` stays as it is where there is none. */
static void take_line(char words[RUN_DEVICE / 2], const char *bytes, const char *label)
{
    const char *at = strstr(bytes, label);
    if (at) snprintf(words, RUN_DEVICE / 2, "%.*s", (int)strcspn(at + strlen(label), "\n"), at + strlen(label));
}

/* Runs from before run.json named devices: kernels.txt says where the first training was. */
static void take_device(struct report *report)
{
    char *path, *bytes = NULL, name[RUN_DEVICE / 2] = "", driver[RUN_DEVICE / 2] = "";
    size_t length;
    if (*report->run.devices[0] || run_path(&path, &report->run, RUN_CHOICES) != CLGAN_OK) return;
    if (file_read_if_there(&bytes, &length, path, CHOICES_BYTES) == CLGAN_OK && bytes) {
        take_line(name, bytes, "\ndevice: ");
        take_line(driver, bytes, "\ndriver: ");
        if (*name && *driver) snprintf(report->run.devices[0], RUN_DEVICE, "%s (driver %s)", name, driver);
    }
    free(bytes);
    free(path);
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
    curves_add(&report->curves, &report->run.recipe, line);
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
    take_device(report);
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

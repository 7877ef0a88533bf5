#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

enum { RUNS = 8 };

/* Hands the page to the desktop's browser. 0 where there is none. */
static int open_page(const char *path)
{
    static const char *const openers[] = {"xdg-open", "open"};
    const pid_t process = fork();
    if (process == 0) {
        for (size_t i = 0; i < COUNT_OF(openers); i++) execlp(openers[i], openers[i], path, (char *)NULL);
        _exit(127);
    }
    int how;
    return process > 0 && waitpid(process, &how, 0) == process && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static int start(struct context *context, const char *const *folders, const char *out, int wants_open)
{
    clgan_run *runs[RUNS];
    size_t count = 0;
    clgan_report_options options = CLGAN_REPORT_OPTIONS;
    char *written = NULL;
    clgan_status status = CLGAN_OK;
    options.out = out;
    while (count < RUNS && folders[count] && status == CLGAN_OK) {
        status = clgan_run_open(&runs[count], folders[count], &context->log);
        count += status == CLGAN_OK;
    }
    if (status == CLGAN_OK) status = clgan_report(&written, runs, count, &options);
    while (count) clgan_run_free(runs[--count]);
    if (status != CLGAN_OK) return command_end(status);
    fprintf(context->out, "%s\n", written);
    fflush(context->out);
    const int opened = !wants_open || open_page(written);
    if (!opened) fprintf(stderr, "clgan: %s is written, but there is no browser to open it with (xdg-open)\n", written);
    clgan_text_free(written);
    return opened ? CLGAN_OK : CLGAN_FAILED;
}

int command_report(struct context *context, int argc, char **argv)
{
    const char *out = NULL;
    int wants_open = 0;
    const struct option_spec options[] = {
        {"out", "FILE", OPTION_TEXT, &out, "the page (RUN/report.html; of several runs, compare.html here)"},
        {"open", NULL, OPTION_FLAG, &wants_open, "show it in the browser"},
    };
    const struct usage usage = {
        .name = "report",
        .examples = "clgan report runs/ring8-001\tOne run, as runs/ring8-001/report.html:\n"
                    "clgan report runs/ring8-001 runs/gauss1d-001 --out both.html\tTwo compared:\n",
        .operands = "RUN [RUN...]",
        .about = "Writes a run as one page of HTML that needs no other file and no network: what was trained and how\n"
                 "fast, curves of every number of the log, samples over the epochs, figures, evaluation, recipe. Of\n"
                 "several runs, up to 8: curves over each other, and where recipes and results differ. A run may be\n"
                 "under way, or have no epochs yet.",
        .options = options,
        .option_count = COUNT_OF(options),
        .least = 1,
        .most = RUNS};
    const char *operands[RUNS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return start(context, operands, out, wants_open);
}

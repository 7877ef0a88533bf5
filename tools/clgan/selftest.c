#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define SILENCE 600.0 /* seconds; compiling for a slow device counts */

enum { DEVICES = 64 }; /* that --all goes through */

struct selftest {
    const char *device, *cache, *only;
    int all, brief, json, no_cache;
    double limit; /* longest silence */
};

/* What a child says. */
struct message {
    enum { SAYS_DEVICE, SAYS_CHECK, SAYS_END } kind;
    clgan_device_info device;
    clgan_check check;
    clgan_status status;
    char error[512]; /* at the end, unless status is CLGAN_OK */
};

/* ---- the child's side ---- */

static void say(int to, const struct message *message)
{
    const ssize_t written = write(to, message, sizeof *message);
    if (written != (ssize_t)sizeof *message) _exit(CLGAN_FAILED);
}

static void say_check(void *user, const clgan_check *check)
{
    say(*(const int *)user, &(struct message){.kind = SAYS_CHECK, .check = *check});
}

static void say_end(int to, clgan_status status)
{
    struct message end = {.kind = SAYS_END, .status = status};
    if (status != CLGAN_OK) snprintf(end.error, sizeof end.error, "%s", clgan_last_error());
    say(to, &end);
}

static clgan_status list(const struct context *context, int to)
{
    clgan_device_info *devices;
    size_t count;
    const clgan_status status = clgan_devices_list(&devices, &count, &context->log);
    if (status != CLGAN_OK) return status;
    for (size_t i = 0; i < count; i++) say(to, &(struct message){.kind = SAYS_DEVICE, .device = devices[i]});
    clgan_devices_free(devices);
    return CLGAN_OK;
}

static void say_device(void *user, const clgan_device_info *device)
{
    say(*(const int *)user, &(struct message){.kind = SAYS_DEVICE, .device = *device});
}

static clgan_status test(const struct context *context, const struct selftest *how, const char *device, int to)
{
    clgan_selftest_options options = CLGAN_SELFTEST_OPTIONS;
    size_t failed;
    options.device.device = device;
    options.device.cache_dir = how->cache;
    options.device.no_cache = how->no_cache;
    options.brief = how->brief;
    options.only = how->only;
    options.opened = say_device;
    options.progress = say_check;
    options.user = &to;
    return clgan_selftest(&failed, &options, &context->log);
}

/* What a child works on; `device` NULL and `how` NULL: lists devices. */
struct work {
    const struct context *context;
    const struct selftest *how;
    const char *device;
};

static int work_on(int to, void *user)
{
    const struct work *work = user;
    say_end(to, work->how ? test(work->context, work->how, work->device, to) : list(work->context, to));
    return 0;
}

/* ---- the parent's side ---- */

/* Waits for the next message, `limit` seconds at most for each part of it. */
static enum heard hear(const struct child *child, struct message *message, double limit, const volatile int *stop)
{
    for (size_t got = 0; got < sizeof *message;) { /* longer than what some systems' pipes pass on as a whole */
        const enum heard heard = child_wait(child, limit, stop);
        if (heard != HEARD) return heard;
        const ssize_t more = read(child->from, (char *)message + got, sizeof *message - got);
        if (more <= 0) return ENDED;
        got += (size_t)more;
    }
    return HEARD;
}

/* How a process ended that did not say so itself, in words; "" where it did. */
static void finish(const struct child *child, enum heard heard, double limit, char words[80])
{
    const int code = child_end(child, heard, limit, words);
    if (code > 0) snprintf(words, 80, "ended by itself with code %d", code);
}

/* ---- what is told ---- */

struct report {
    const struct context *context;
    const struct selftest *how;
    size_t devices, failed; /* told so far */
    size_t checks, wrong;   /* of the device under way */
};

static void tell_device(struct report *report, const clgan_device_info *device)
{
    FILE *out = report->context->out;
    report->checks = report->wrong = 0;
    if (!report->how->json) {
        fprintf(out, "%sdevice %d: %s (%s, driver %s)\n", report->devices ? "\n" : "", device->index, device->name,
                device->platform, device->driver);
    } else {
        fprintf(out, "%s{\"index\": %d, \"name\": ", report->devices ? ", " : "{\"devices\": [", device->index);
        json_text(out, device->name);
        fprintf(out, ", \"platform\": ");
        json_text(out, device->platform);
        fprintf(out, ", \"driver\": ");
        json_text(out, device->driver);
        fprintf(out, ", \"checks\": [");
    }
    report->devices++;
    fflush(out);
}

static void tell_check(struct report *report, const clgan_check *check)
{
    FILE *out = report->context->out;
    if (!report->how->json) {
        fprintf(out, "  %-24s %-6s %7.2f s%s%s\n", check->name, check->passed ? "ok" : "FAILED", check->seconds,
                *check->reason ? "  " : "", check->reason);
    } else {
        fprintf(out, "%s{\"name\": ", report->checks ? ", " : "");
        json_text(out, check->name);
        fprintf(out, ", \"passed\": %s, \"reason\": ", check->passed ? "true" : "false");
        json_text(out, check->reason);
        fprintf(out, ", \"seconds\": %.3f}", check->seconds);
    }
    report->checks++;
    report->wrong += !check->passed;
    fflush(out);
}

/* `trouble`: why the checks did not come to an end; "" where they did. */
static void tell_end(struct report *report, const char *state, const char *trouble)
{
    FILE *out = report->context->out;
    const int stopped = strcmp(state, "stopped") == 0;
    const int failed = strcmp(state, "passed") != 0 && strcmp(state, "unusable") != 0;
    if (report->how->json) {
        fprintf(out, "], \"state\": \"%s\", \"reason\": ", state);
        json_text(out, trouble);
        fprintf(out, "}");
    } else if (*trouble) {
        fprintf(out, "  %s: %s\n", failed && !stopped ? "FAILED" : state, trouble);
    } else {
        fprintf(out, "  %zu of %zu checks passed%s\n", report->checks - report->wrong, report->checks,
                report->how->brief ? " (the brief form)" : "");
    }
    report->failed += (size_t)failed;
}

/* `code`: of the command, but for checks that failed. */
static void tell_all(const struct report *report, int code)
{
    FILE *out = report->context->out;
    if (report->how->json) {
        fprintf(out, "], \"passed\": %s}\n", report->failed || code ? "false" : "true");
        return;
    }
    if (!report->failed)
        fprintf(out, "\nNothing is wrong here.\n");
    else
        fprintf(out,
                "\n%zu of %zu devices FAILED: what they train would be wrong, so clgan train refuses to. Update the "
                "driver\nor take another device (clgan devices lists them); clgan doctor collects what a bug "
                "report needs.\n",
                report->failed, report->devices);
}

/* ---- */

/* Tests one device; `known`: what the list says of it, or NULL. Exit code of the command, 0 also where checks fail. */
static int test_device(struct report *report, const char *device, const clgan_device_info *known)
{
    struct child child;
    struct message message;
    char trouble[sizeof message.error] = "";
    clgan_status status = CLGAN_OK;
    enum heard heard;
    int told = 0;
    if (!child_begin(&child, work_on, &(struct work){report->context, report->how, device})) {
        fprintf(stderr, "clgan selftest: no process can be started: %s\n", strerror(errno));
        return CLGAN_FAILED;
    }
    while ((heard = hear(&child, &message, report->how->limit, report->context->stop)) == HEARD) {
        if (message.kind == SAYS_DEVICE) tell_device(report, &message.device);
        if (message.kind == SAYS_DEVICE) told = 1;
        if (message.kind == SAYS_CHECK) tell_check(report, &message.check);
        if (message.kind == SAYS_END) status = message.status;
        if (message.kind == SAYS_END) snprintf(trouble, sizeof trouble, "%s", message.error);
    }
    char ended[80];
    finish(&child, heard, report->how->limit, ended);
    if (heard == STOPPED) {
        if (told) tell_end(report, "stopped", "by Ctrl-C");
        return 130;
    }
    if (*ended) snprintf(trouble, sizeof trouble, "the process %s", ended);
    if (!told && (!known || status == CLGAN_USAGE)) {
        fprintf(stderr, "clgan: %s\n", trouble);
        return status == CLGAN_OK ? CLGAN_FAILED : (int)status;
    }
    if (!told) tell_device(report, known);
    tell_end(report,
             heard == SILENT      ? "hung"
             : *ended             ? "crashed"
             : status != CLGAN_OK ? "not opened"
             : report->wrong      ? "failed"
                                  : "passed",
             trouble);
    return 0;
}

static int test_all(struct report *report)
{
    clgan_device_info devices[DEVICES];
    struct child child;
    struct message message;
    enum heard heard;
    size_t count = 0;
    char ended[80];
    if (!child_begin(&child, work_on, &(struct work){report->context, NULL, NULL})) {
        fprintf(stderr, "clgan selftest: no process can be started: %s\n", strerror(errno));
        return CLGAN_FAILED;
    }
    while ((heard = hear(&child, &message, report->how->limit, report->context->stop)) == HEARD)
        if (message.kind == SAYS_DEVICE && count < DEVICES) devices[count++] = message.device;
    finish(&child, heard, report->how->limit, ended);
    if (heard == STOPPED) return 130;
    if (*ended) {
        fprintf(stderr,
                "clgan: listing the devices, the process %s: a driver is broken; OCL_ICD_VENDORS=FILE.icd takes "
                "one alone\n",
                ended);
        return CLGAN_FAILED;
    }
    int code = count ? 0 : CLGAN_FAILED;
    for (size_t i = 0; i < count && !code; i++) {
        char index[16];
        snprintf(index, sizeof index, "%d", devices[i].index);
        if (devices[i].usable) {
            code = test_device(report, index, &devices[i]);
        } else {
            tell_device(report, &devices[i]);
            tell_end(report, "unusable", devices[i].reason);
        }
    }
    return code;
}

int command_selftest(struct context *context, int argc, char **argv)
{
    struct selftest how = {.limit = SILENCE};
    const struct option_spec options[] = {
        {"device", "D", OPTION_TEXT, &how.device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"all", NULL, OPTION_FLAG, &how.all, "every device, whatever becomes of the others"},
        {"brief", NULL, OPTION_FLAG, &how.brief, "only what clgan train checks before a first training"},
        {"only", "WORDS", OPTION_TEXT, &how.only, "only checks whose name has this in it"},
        {"json", NULL, OPTION_FLAG, &how.json, "print one JSON document"},
        {"limit", "T", OPTION_TIME, &how.limit, "give a device up after so long without a word (10m)"},
        {"no-cache", NULL, OPTION_FLAG, &how.no_cache, "neither read nor write compiled programs"},
        {"cache", "DIR", OPTION_TEXT, &how.cache, "where compiled programs are kept (~/.cache/clgan)"},
    };
    const struct usage usage = {
        .name = "selftest",
        .operands = "",
        .about = "Does a device compute rightly? Runs kernels of every family, matrix products with every backend and\n"
                 "steps of small trainings, and compares with known answers. Exit code 1 where anything is wrong.",
        .options = options,
        .option_count = COUNT_OF(options),
        .examples = "clgan selftest --all\tEvery device, each in a process of its own:\n"
                    "clgan selftest --device 0 --only philox\tThe random numbers of one device alone:\n"};
    const char *operands[OPERANDS];
    struct report report = {.context = context, .how = &how};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    if (how.all && how.device) return command_misuse("selftest", "--all takes no --device");
    context->quiet = 1;
    code = how.all ? test_all(&report) : test_device(&report, how.device, NULL);
    if (report.devices && (how.json || !code)) tell_all(&report, code);
    return code ? code : report.failed ? CLGAN_FAILED : 0;
}

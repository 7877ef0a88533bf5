/* clgan-bench without a command: a child for each device, and what they told as one document. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "child.h"
#include "host.h"
#include "options.h"
#include "output.h"
#include "survey.h"

enum { TARGETS_MOST = 64, SPEC_BYTES = 1024 };

/* A device to be measured: how it is asked for, in which environment. */
struct target {
    char text[SPEC_BYTES]; /* what `variables` point into */
    char label[64], device[128];
    bool plain; /* asked for by --device or by nothing: labelled by its number once that is known */
    const char *variables[CHILD_VARIABLES];
};

struct order {
    struct target targets[TARGETS_MOST];
    size_t count;
    enum survey_size size;
    double limit;
    const char *device;
    struct outputs outputs;
};

/* Names for environments that people would else have to look up. */
static const struct {
    const char *name, *spec;
} known[] = {
    {"one-core", "one core: POCL_MAX_PTHREAD_COUNT=1 LP_NUM_THREADS=1 device=cpu"},
    {"llvmpipe", "llvmpipe: OCL_ICD_VENDORS=/etc/OpenCL/vendors/rusticl.icd RUSTICL_ENABLE=llvmpipe"},
    {"oclgrind", "Oclgrind: OCL_ICD_VENDORS=/usr/lib/oclgrind/liboclgrind-rt-icd.so"},
};

/* "NAME: VARIABLE=VALUE ..." */
static clgan_status add_spec(struct order *order, const char *spec)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(spec, known[i].name) == 0) spec = known[i].spec;
    const char *colon = strchr(spec, ':');
    if (!colon || colon == spec || strlen(spec) >= SPEC_BYTES)
        return status_fail(CLGAN_USAGE, "--also %.100s: one-core, llvmpipe, oclgrind or \"NAME: VARIABLE=VALUE ...\"",
                           spec);
    if (order->count == TARGETS_MOST) return status_fail(CLGAN_USAGE, "more than %d devices", TARGETS_MOST);
    struct target *target = &order->targets[order->count++];
    *target = (struct target){0};
    snprintf(target->label, sizeof target->label, "%.*s", (int)(colon - spec), spec);
    snprintf(target->text, sizeof target->text, "%s", colon + 1);
    size_t count = 0;
    for (char *word = strtok(target->text, " "); word; word = strtok(NULL, " ")) {
        if (!strchr(word, '=') || *word == '=' || count == CHILD_VARIABLES - 1)
            return status_fail(CLGAN_USAGE, "--also %.100s: %.100s is no VARIABLE=VALUE", target->label, word);
        if (strncmp(word, "device=", 7) == 0)
            snprintf(target->device, sizeof target->device, "%s", word + 7);
        else
            target->variables[count++] = word;
    }
    return CLGAN_OK;
}

/* ---- one child ---- */

struct watch {
    json_t *device; /* being put together */
    const char *label;
    size_t number, of; /* of devices */
    double begin, told;
    double done;    /* share of its measures */
    double nominal; /* seconds that all of it takes, about */
    bool ended;     /* it told that it had done all */
    bool terminal;  /* stderr is one */
    char now[160];  /* what it measures */
};

static void show_progress(void *user)
{
    struct watch *watch = user;
    const double now = clock_seconds(), spent = now - watch->begin;
    if (now - watch->told < (watch->terminal ? 0.2 : 10)) return;
    watch->told = now;
    double left = watch->done > 0.05 ? spent * (1 / watch->done - 1) : watch->nominal - spent;
    if (left < 1) left = 1;
    fprintf(stderr, "%s%zu of %zu, %s: %-60.60s %3.0f s, about %.0f s left%s", watch->terminal ? "\r" : "",
            watch->number, watch->of, result_plain(watch->label), result_plain(watch->now), spent, left,
            watch->terminal ? "  " : "\n");
    fflush(stderr);
}

static void put_row(json_t *rows, json_t *row)
{
    const char *key = json_string_value(json_object_get(row, "key"));
    for (size_t i = 0; key && i < json_array_size(rows); i++) {
        const char *other = json_string_value(json_object_get(json_array_get(rows, i), "key"));
        if (other && strcmp(other, key) == 0) {
            json_array_set(rows, i, row);
            return;
        }
    }
    json_array_append(rows, row);
}

static void take_line(void *user, const char *line)
{
    struct watch *watch = user;
    json_t *told = json_loads(line, 0, NULL);
    json_t *device = json_object_get(told, "device"), *row = json_object_get(told, "row"),
           *selftest = json_object_get(told, "selftest");
    const char *begin = json_string_value(json_object_get(told, "begin")),
               *failed = json_string_value(json_object_get(told, "failed"));
    if (device) json_object_update(watch->device, device);
    if (row) put_row(json_object_get(watch->device, "rows"), row);
    if (selftest) json_object_set(watch->device, "selftest", selftest);
    if (failed) json_object_set_new(watch->device, "reason", json_string(failed));
    if (begin) {
        const double of = json_number_value(json_object_get(told, "of"));
        snprintf(watch->now, sizeof watch->now, "%s", begin);
        if (of > 0) watch->done = json_number_value(json_object_get(told, "number")) / of;
    }
    watch->ended |= json_is_true(json_object_get(told, "done"));
    json_decref(told);
    show_progress(watch);
}

/* What was being measured when the child ended, and what it had no more time for, says why. */
static void mark_ended(struct watch *watch, const char *why)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(watch->device, "rows"), i, row)
    {
        const char *key = json_string_value(json_object_get(row, "key")),
                   *status = json_string_value(json_object_get(row, "status"));
        if (key && strcmp(key, watch->now) == 0) {
            json_object_set_new(row, "status", json_string("failed"));
            json_object_set_new(row, "reason", json_string(why));
        } else if (status && strcmp(status, "skipped") == 0) {
            json_object_set_new(row, "reason", json_sprintf("not reached: %s", why));
        }
    }
    json_object_set_new(watch->device, "reason",
                        json_sprintf("in %s: %s", *watch->now ? watch->now : "its start", why));
}

static json_t *new_device(const struct target *target)
{
    struct json_t *device = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "label", target->label, "name",
                                      *target->label ? target->label : "unknown", "platform", "", "driver", "",
                                      "status", "failed", "reason", "", "rows", json_array());
    char environment[SPEC_BYTES] = "";
    for (size_t i = 0, used = 0; target->variables[i] && used < sizeof environment; i++)
        used +=
            (size_t)snprintf(environment + used, sizeof environment - used, "%s%s", i ? " " : "", target->variables[i]);
    json_object_set_new(device, "environment", json_string(environment));
    return device;
}

static json_t *measure(const struct order *order, const struct target *target, size_t number)
{
    struct watch watch = {.device = new_device(target),
                          .label = target->label,
                          .number = number,
                          .of = order->count,
                          .begin = clock_seconds(),
                          .nominal = survey_efforts[order->size].nominal,
                          .terminal = isatty(2)};
    struct child child = {.arguments = {"--child", survey_efforts[order->size].name},
                          .limit = order->limit,
                          .line = take_line,
                          .wait = show_progress,
                          .user = &watch};
    const struct host_work before = host_work();
    memcpy(child.variables, target->variables, sizeof child.variables);
    if (*target->device) {
        child.arguments[2] = "--device";
        child.arguments[3] = target->device;
    }
    const clgan_status status = child_run(&child);
    const char *told = json_string_value(json_object_get(watch.device, "reason"));
    if (watch.ended)
        json_object_set_new(watch.device, "status", json_string("ok"));
    else if (!told || !*told || status == CLGAN_OK)
        mark_ended(&watch, status == CLGAN_OK ? "it ended early" : clgan_last_error());
    const double others = host_others(before, host_work(), clock_seconds() - watch.begin);
    json_object_set_new(watch.device, "others_percent", json_real(others));
    fprintf(stderr, "%s%zu of %zu, %s: %s in %.0f s%-80s\n", watch.terminal ? "\r" : "", number, order->count,
            result_plain(target->label), watch.ended ? "measured" : "failed", clock_seconds() - watch.begin, "");
    return watch.device;
}

/* ---- which devices ---- */

static void take_listed(void *user, const char *line)
{
    struct order *order = user;
    json_t *told = json_loads(line, 0, NULL);
    const json_t *device = json_object_get(told, "device");
    if (device && order->count < TARGETS_MOST) {
        struct target *target = &order->targets[order->count++];
        *target = (struct target){0};
        const int index = (int)json_integer_value(json_object_get(device, "index"));
        snprintf(target->device, sizeof target->device, "%d", index);
        snprintf(target->label, sizeof target->label, "device %d", index);
    }
    json_decref(told);
}

/* Even asking for devices is a child's: some drivers crash there. */
static clgan_status list_all(struct order *order)
{
    const struct child child = {.arguments = {"--child", "list"}, .limit = 60, .line = take_listed, .user = order};
    const clgan_status status = child_run(&child);
    if (status != CLGAN_OK)
        return status_within(status, "listing devices (OCL_ICD_VENDORS=FILE.icd leaves drivers out)");
    return order->count ? CLGAN_OK
                        : status_fail(CLGAN_FAILED, "no OpenCL device was found; clgan devices says what to install");
}

/* ---- options ---- */

/* The child's half: its stdout is the parent's alone, CLBlast prints there. */
static int run_child(const char *what, const char *device)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    FILE *out = fdopen(dup(1), "w");
    if (!out || dup2(2, 1) < 0) return CLGAN_FAILED;
    options.device = device;
    if (strcmp(what, "list") == 0) return survey_list(out);
    for (int size = 0; size < SURVEY_SIZES; size++)
        if (strcmp(what, survey_efforts[size].name) == 0) return survey_device(out, &options, (enum survey_size)size);
    return CLGAN_USAGE;
}

/* Options as they were given. */
struct given {
    struct settings specs;
    int all, quick, full;
};

static clgan_status take_order(struct order *order, const struct given *given)
{
    if (given->all && order->device) return status_fail(CLGAN_USAGE, "--all or --device, not both");
    if (given->quick && given->full) return status_fail(CLGAN_USAGE, "--quick or --full, not both");
    order->size = given->quick ? SURVEY_QUICK : given->full ? SURVEY_FULL : SURVEY_DEFAULT;
    if (given->all) TRY(list_all(order));
    if (!given->all) {
        struct target *target = &order->targets[order->count++];
        snprintf(target->device, sizeof target->device, "%s", order->device ? order->device : "");
        target->plain = true;
        snprintf(target->label, sizeof target->label, "%.60s", order->device ? order->device : "the default device");
    }
    for (size_t i = 0; i < given->specs.count; i++) TRY(add_spec(order, given->specs.texts[i]));
    if (!(order->limit > 0)) order->limit = 20 * survey_efforts[order->size].nominal;
    return outputs_check(&order->outputs);
}

static json_t *new_document(const struct order *order)
{
    char cpu[HOST_TEXT], system[HOST_TEXT], build[HOST_TEXT], date[HOST_TEXT];
    host_cpu(cpu);
    host_system(system);
    host_build(build);
    host_date(date);
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:[]}", "format", RESULT_FORMAT, "version",
                     RESULT_VERSION, "date", date, "clgan", clgan_version(), "build", build, "cpu", cpu, "system",
                     system, "mode", survey_efforts[order->size].name, "devices");
}

static clgan_status run_order(const struct order *order)
{
    json_t *document = new_document(order), *devices = json_object_get(document, "devices");
    struct result result;
    for (size_t i = 0; i < order->count; i++) {
        json_t *device = measure(order, &order->targets[i], i + 1);
        const json_t *index = json_object_get(device, "index");
        if (order->targets[i].plain && index)
            json_object_set_new(device, "label", json_sprintf("device %d", (int)json_integer_value(index)));
        json_array_append_new(devices, device);
    }
    clgan_status status = result_read(&result, document, "this run", false);
    if (status == CLGAN_OK) {
        status = outputs_write(&order->outputs, document, &result, NULL);
        result_free(&result);
    }
    json_decref(document);
    return status;
}

static int run(struct order *order, const struct given *given)
{
    clgan_status status = take_order(order, given);
    if (status == CLGAN_OK) status = run_order(order);
    if (status != CLGAN_OK) fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
    return (int)status;
}

static int read_and_run(struct order *order, struct context *context, int argc, char **argv)
{
    struct given given = {0};
    const char **files = order->outputs.files;
    const struct option_spec options[] = {
        {"device", "D", OPTION_TEXT, &order->device, "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"all", NULL, OPTION_FLAG, &given.all, "every device"},
        {"also", "one-core|llvmpipe|oclgrind|SPEC", OPTION_SETTINGS, &given.specs,
         "one more, with an environment of its own; may be given again. one-core: the CPU with one thread; SPEC: "
         "\"NAME: VARIABLE=VALUE ...\", device=D among them where it is not the default"},
        {"quick", NULL, OPTION_FLAG, &given.quick, "some 15 seconds of each device (a minute)"},
        {"full", NULL, OPTION_FLAG, &given.full, "some 5 minutes of each device (a minute)"},
        {"limit", "T", OPTION_TIME, &order->limit,
         "leave a device that hangs after 90s or 10m (20 times what it should take)"},
        {"json", "FILE.json", OPTION_TEXT, &files[OUTPUT_JSON], "write this too; - is stdout, not a table"},
        {"csv", "FILE.csv", OPTION_TEXT, &files[OUTPUT_CSV], "write this too"},
        {"markdown", "FILE.md", OPTION_TEXT, &files[OUTPUT_MARKDOWN], "write this too"},
        {"html", "FILE.html", OPTION_TEXT, &files[OUTPUT_HTML], "write this too: a page of bars"},
    };
    const struct usage usage = {.name = "",
                                .operands = "",
                                .about = "Measures a device, or every one, and says which to train on.",
                                .options = options,
                                .option_count = COUNT_OF(options)};
    int code;
    if (options_read(&code, context, &usage, argc, argv, NULL)) code = run(order, &given);
    free(given.specs.texts);
    return code;
}

/* The child's half is `--child WHAT [--device D]`, which nobody types. */
int command_survey(struct context *context, int argc, char **argv)
{
    struct order *order;
    if (argc > 2 && strcmp(argv[1], "--child") == 0) return run_child(argv[2], argc > 4 ? argv[4] : NULL);
    if (memory_take(&order, 1, sizeof *order) != CLGAN_OK) {
        fprintf(stderr, "clgan-bench: %s\n", clgan_last_error());
        return CLGAN_FAILED;
    }
    const int code = read_and_run(order, context, argc, argv);
    free(order);
    return code;
}

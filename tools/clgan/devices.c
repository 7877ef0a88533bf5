#include <string.h>

#include "command.h"

/* ---- the short form ---- */

/* "OpenCL 3.0" of what the driver says more of. */
static int version_length(const char *opencl)
{
    const char *number = strchr(opencl, ' ');
    const char *end = number ? strchr(number + 1, ' ') : NULL;
    return end ? (int)(end - opencl) : (int)strlen(opencl);
}

static void print_device(FILE *out, const clgan_device_info *device)
{
    fprintf(out, "%c %2d  %-11s  %8.1f GB  %s\n",
            device->is_default ? '*'
            : device->usable   ? ' '
                               : '-',
            device->index, device->type, (double)device->memory / 1e9, device->name);
    fprintf(out, "       %s, driver %s, %.*s, %u compute unit%s\n", device->platform, device->driver,
            version_length(device->opencl), device->opencl, device->compute_units,
            device->compute_units == 1 ? "" : "s");
    if (*device->reason)
        fprintf(out, "       %s%s\n",
                device->is_default ? "default: "
                : device->usable   ? ""
                                   : "not usable: ",
                device->reason);
}

/* ---- in full ---- */

enum { LABEL = 36, MARGIN = 120 };

static void print_words(FILE *out, const char *words)
{
    int column = 4 + LABEL + 1;
    for (size_t length; *words; words += length + strspn(words + length, " ")) {
        length = strcspn(words, " ");
        if (column + (int)length >= MARGIN) column = fprintf(out, "\n%*s", 4 + LABEL + 1, "") - 1;
        column += fprintf(out, "%.*s ", (int)length, words);
    }
}

static void print_number(FILE *out, const clgan_fact *fact)
{
    static const char unit[] = "_bytes";
    const size_t length = strlen(fact->key);
    const int bytes = length > sizeof unit && strcmp(fact->key + length - (sizeof unit - 1), unit) == 0;
    const double value = (double)fact->number;
    if (!bytes || fact->number < 1024)
        fprintf(out, "%llu%s", (unsigned long long)fact->number, bytes ? " bytes" : "");
    else if (fact->number < 1u << 20)
        fprintf(out, "%.6g KiB", value / 1024);
    else if (fact->number < 1u << 30)
        fprintf(out, "%.6g MiB", value / (1u << 20));
    else
        fprintf(out, "%.4g GiB", value / (1u << 30));
}

static void print_value(FILE *out, const clgan_fact *fact)
{
    switch (fact->kind) {
    case CLGAN_FACT_UNKNOWN:
        fprintf(out, "unknown");
        break;
    case CLGAN_FACT_TEXT:
        fprintf(out, "%s", fact->text);
        break;
    case CLGAN_FACT_NUMBER:
        print_number(out, fact);
        break;
    case CLGAN_FACT_FLAG:
        fprintf(out, "%s", fact->number ? "yes" : "no");
        break;
    case CLGAN_FACT_NUMBERS:
    case CLGAN_FACT_WORDS:
        print_words(out, fact->text);
        break;
    }
}

static void print_fact(FILE *out, const clgan_fact *fact)
{
    const char *label = *fact->about ? fact->about : fact->key;
    if (fact->kind == CLGAN_FACT_TEXT && *fact->reason) {
        fprintf(out, "    %s: %s\n        %s\n", label, fact->text, fact->reason);
        return;
    }
    fprintf(out, "    %-*s ", LABEL, label);
    print_value(out, fact);
    fprintf(out, "%s%s\n", *fact->reason ? ": " : "", fact->reason);
}

static void print_facts(FILE *out, const clgan_fact *facts, size_t count)
{
    static const struct {
        const char *group, *title;
    } titles[] = {{"device", "what identifies it"},
                  {"kernels", "what decides how kernels run"},
                  {"memory", "memory"},
                  {"queues", "queues"},
                  {"clgan", "what clgan makes of it"},
                  {"products", "ways to make matrix products that are candidates here"},
                  {"quirks", "known quirks that apply"}};
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < COUNT_OF(titles); t++)
            if (strcmp(group, facts[i].group) != 0 && strcmp(titles[t].group, facts[i].group) == 0)
                fprintf(out, "  %s\n", titles[t].title);
        group = facts[i].group;
        print_fact(out, &facts[i]);
    }
}

/* ---- JSON ---- */

static void json_value(FILE *out, const clgan_fact *fact)
{
    const char *separator = "";
    switch (fact->kind) {
    case CLGAN_FACT_UNKNOWN:
        fprintf(out, "null");
        break;
    case CLGAN_FACT_TEXT:
        json_text(out, fact->text);
        break;
    case CLGAN_FACT_NUMBER:
        fprintf(out, "%llu", (unsigned long long)fact->number);
        break;
    case CLGAN_FACT_FLAG:
        fprintf(out, "%s", fact->number ? "true" : "false");
        break;
    case CLGAN_FACT_NUMBERS:
    case CLGAN_FACT_WORDS:
        fputc('[', out);
        for (const char *at = fact->text; *at; separator = ", ") {
            char word[256];
            const size_t length = strcspn(at, " ");
            snprintf(word, sizeof word, "%.*s", (int)length, at);
            fprintf(out, "%s", separator);
            if (fact->kind == CLGAN_FACT_NUMBERS)
                fprintf(out, "%s", word);
            else
                json_text(out, word);
            at += length + strspn(at + length, " ");
        }
        fputc(']', out);
        break;
    }
}

/* Members of an object; what has no `about` is a list of objects, its name the group's. */
static void json_facts(FILE *out, const clgan_fact *facts, size_t count)
{
    static const char *const lists[] = {"products", "quirks"};
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        const clgan_fact *fact = &facts[i];
        if (!*fact->about) continue;
        fprintf(out, "%s\"%s\": ", separator, fact->key);
        json_value(out, fact);
        separator = ", ";
        if (!*fact->reason) continue;
        fprintf(out, ", \"%s_reason\": ", fact->key);
        json_text(out, fact->reason);
    }
    for (size_t list = 0; list < COUNT_OF(lists); list++) {
        const char *comma = "";
        fprintf(out, ", \"%s\": [", lists[list]);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(facts[i].group, lists[list]) != 0) continue;
            fprintf(out, "%s{\"name\": ", comma);
            json_text(out, facts[i].key);
            fprintf(out, ", \"%s\": ", list ? "done" : "candidate");
            json_value(out, &facts[i]);
            fprintf(out, ", \"reason\": ");
            json_text(out, facts[i].reason);
            fprintf(out, "}");
            comma = ", ";
        }
        fprintf(out, "]");
    }
}

static clgan_status json_platforms(FILE *out)
{
    clgan_platform_info *platforms;
    size_t count;
    char loader[160];
    const clgan_status status = clgan_platforms_list(&platforms, &count);
    if (status != CLGAN_OK) return status;
    clgan_opencl_loader(loader);
    fprintf(out, "{\"clgan\": \"%s\", \"loader\": ", clgan_version());
    json_text(out, loader);
    fprintf(out, ", \"platforms\": [");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s{\"name\": ", i ? ", " : "");
        json_text(out, platforms[i].name);
        fprintf(out, ", \"vendor\": ");
        json_text(out, platforms[i].vendor);
        fprintf(out, ", \"version\": ");
        json_text(out, platforms[i].version);
        fprintf(out, ", \"devices\": %u, \"trouble\": ", platforms[i].devices);
        json_text(out, platforms[i].trouble);
        fprintf(out, "}");
    }
    clgan_platforms_free(platforms);
    fprintf(out, "], \"devices\": [");
    return CLGAN_OK;
}

/* ---- the command ---- */

struct devices {
    int full, json;
    const char *cache;
};

/* A device whose driver fails to answer leaves the others be. */
static void print_in_full(struct context *context, const struct devices *how, const clgan_device_info *device)
{
    FILE *out = context->out;
    clgan_fact *facts;
    size_t count;
    const clgan_status status = clgan_device_facts(&facts, &count, device->index, how->cache, &context->log);
    if (how->json) fprintf(out, "%s{", device->index ? ", " : "");
    if (!how->json) print_device(out, device);
    if (status == CLGAN_OK) {
        (how->json ? json_facts : print_facts)(out, facts, count);
        clgan_facts_free(facts, count);
    } else if (how->json) {
        fprintf(out, "\"index\": %d, \"name\": ", device->index);
        json_text(out, device->name);
        fprintf(out, ", \"usable\": false, \"usable_reason\": ");
        json_text(out, clgan_last_error());
    } else {
        fprintf(out, "    the driver fails: %s\n", clgan_last_error());
    }
    fprintf(out, "%s", how->json ? "}" : "\n");
}

static int list(struct context *context, const struct devices *how)
{
    clgan_device_info *devices;
    size_t count;
    int usable = 0;
    clgan_status status = clgan_devices_list(&devices, &count, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    if (how->json) status = json_platforms(context->out);
    for (size_t i = 0; i < count && status == CLGAN_OK; i++) {
        usable |= devices[i].usable;
        if (how->full || how->json)
            print_in_full(context, how, &devices[i]);
        else
            print_device(context->out, &devices[i]);
    }
    if (how->json && status == CLGAN_OK) fprintf(context->out, "]}\n");
    clgan_devices_free(devices);
    if (status != CLGAN_OK) return command_end(status);
    return usable ? 0 : CLGAN_FAILED;
}

int command_devices(struct context *context, int argc, char **argv)
{
    struct devices how = {0};
    const struct option_spec options[] = {
        {"v", NULL, OPTION_FLAG, &how.full,
         "all that decides how kernels run there, and what clgan makes of it, with reasons"},
        {"json", NULL, OPTION_FLAG, &how.json, "the same as one JSON document (docs/devices-json.md)"},
        {"cache", "DIR", OPTION_TEXT, &how.cache, "where measured choices are looked for (~/.cache/clgan)"},
    };
    const struct usage usage = {
        .name = "devices",
        .operands = "",
        .about = "Lists every device of every OpenCL platform: index, type, memory, name, platform, driver.\n"
                 "* marks the default and says why it is; - marks what clgan can't use. Exit code 1 where there is\n"
                 "no device that it can use.",
        .options = options,
        .option_count = COUNT_OF(options),
        .examples = "clgan devices -v\tAll that decides how kernels run, with reasons:\n"};
    const char *operands[OPERANDS];
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return list(context, &how);
}

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static int misuse(const struct context *context, const struct usage *usage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int misuse(const struct context *context, const struct usage *usage, const char *format, ...)
{
    const char *space = *usage->name ? " " : "";
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s%s%s: ", context->tool->name, space, usage->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (%s help%s%s)\n", context->tool->name, space, usage->name);
    va_end(arguments);
    return CLGAN_USAGE;
}

const char *option_dashes(const char *name) { return name[1] ? "--" : "-"; }

const char *option_gap(const struct option_spec *option)
{
    return option->argument && option->kind != OPTION_MAYBE ? " " : "";
}

static int read_number(uint64_t *number, const char *text, char **end)
{
    errno = 0;
    if (!isdigit((unsigned char)*text)) return 0;
    *number = strtoull(text, end, 10);
    return !errno && *number >> 53 == 0;
}

static int read_positive(double *number, const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text) && *text != '.') return 0;
    *number = strtod(text, &end);
    return end > text && !*end && *number > 0 && isfinite(*number);
}

static int read_time(double *seconds, const char *text)
{
    char *end;
    uint64_t number;
    if (!read_number(&number, text, &end) || !number) return 0;
    const double unit = strcmp(end, "h") == 0            ? 3600
                        : strcmp(end, "m") == 0          ? 60
                        : !*end || strcmp(end, "s") == 0 ? 1
                                                         : 0;
    *seconds = (double)number * unit;
    return unit > 0;
}

static int read_grid(struct grid *grid, const char *text)
{
    char *end;
    return read_number(&grid->rows, text, &end) && grid->rows && *end == 'x' &&
           read_number(&grid->columns, end + 1, &end) && grid->columns && !*end;
}

/* "" where no number follows. */
static int read_port(struct port *port, const char *text)
{
    char *end;
    uint64_t number = 0;
    port->given = 1;
    port->named = *text != 0;
    if (*text && (!read_number(&number, text, &end) || *end || number > 65535)) return 0;
    port->number = (unsigned)number;
    return 1;
}

static int add_setting(struct settings *settings, const char *text)
{
    const char **grown = realloc(settings->texts, (settings->count + 1) * sizeof *grown);
    if (!grown) return 0;
    settings->texts = grown;
    settings->texts[settings->count++] = text;
    return 1;
}

/* Stores a value; NULL, or what was expected. */
static const char *store(const struct option_spec *option, const char *text)
{
    char *end = NULL;
    uint64_t number = 0;
    switch (option->kind) {
    case OPTION_FLAG:
        *(int *)option->target = 1;
        return NULL;
    case OPTION_TEXT:
    case OPTION_MAYBE:
        *(const char **)option->target = text;
        return NULL;
    case OPTION_COUNT:
        if (!read_number(&number, text, &end) || *end || !number) return "a whole number from 1";
        *(uint64_t *)option->target = number;
        return NULL;
    case OPTION_NUMBER:
        return read_positive(option->target, text) ? NULL : "a number above 0";
    case OPTION_SEED:
        if (!read_number(&number, text, &end) || *end) return "a whole number from 0";
        *(struct seed *)option->target = (struct seed){number, text};
        return NULL;
    case OPTION_TIME:
        return read_time(option->target, text) ? NULL : "a time such as 90s, 60m or 2h";
    case OPTION_GRID:
        return read_grid(option->target, text) ? NULL : "ROWSxCOLUMNS such as 4x6";
    case OPTION_PORT:
        return read_port(option->target, text) ? NULL : "a port, 0 to 65535";
    case OPTION_SETTINGS:
        return add_setting(option->target, text) ? NULL : "less (memory is short)";
    case OPTION_PAIR:
        ((struct pair *)option->target)->first = text;
        return NULL;
    }
    return NULL;
}

const struct option_spec *option_find(const struct usage *usage, const char *argument, const char **value)
{
    const char *name = argument + (argument[1] == '-' ? 2 : 1);
    const size_t length = strcspn(name, "=");
    *value = name[length] ? name + length + 1 : NULL;
    for (size_t i = 0; i < usage->option_count; i++) {
        const char *known = usage->options[i].name;
        if (strlen(known) == length && strncmp(known, name, length) == 0 &&
            strlen(option_dashes(known)) == (size_t)(name - argument))
            return &usage->options[i];
    }
    return NULL;
}

/* Reads the option at argv[*at] and moves past its value; 0 or the exit code of a mistake. */
static int read_option(const struct context *context, const struct usage *usage, int *at, int argc, char **argv)
{
    const char *argument = argv[*at], *value;
    const struct option_spec *option = option_find(usage, argument, &value);
    if (!option) return misuse(context, usage, "unknown option %s", argument);
    const char *dashes = option_dashes(option->name);
    if (!option->argument && value) return misuse(context, usage, "%s%s takes no value", dashes, option->name);
    if (option->kind == OPTION_PORT) {
        if (!value && *at + 1 < argc && isdigit((unsigned char)*argv[*at + 1])) value = argv[++*at];
    } else if (option->argument && !value && option->kind != OPTION_MAYBE) {
        if (*at + 1 == argc) return misuse(context, usage, "%s%s expects %s", dashes, option->name, option->argument);
        value = argv[++*at];
    }
    const char *expected = store(option, value ? value : "");
    if (!expected && option->kind == OPTION_PAIR) {
        if (*at + 1 == argc) return misuse(context, usage, "%s%s expects %s", dashes, option->name, option->argument);
        ((struct pair *)option->target)->second = argv[++*at];
    }
    return expected ? misuse(context, usage, "%s%s %s: expected %s", dashes, option->name, value, expected) : 0;
}

int options_read(int *code, struct context *context, const struct usage *usage, int argc, char **argv,
                 const char **operands)
{
    int count = 0, only_operands = 0;
    *code = 0;
    if (context->describe) {
        context->describe(context->describe_user, usage);
        return 0;
    }
    for (int at = 1; at < argc && !*code; at++) {
        if (!only_operands && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
            help_usage(context->out, context->tool, usage);
            return 0;
        }
        if (!only_operands && strcmp(argv[at], "--") == 0)
            only_operands = 1;
        else if (!only_operands && argv[at][0] == '-' && argv[at][1])
            *code = read_option(context, usage, &at, argc, argv);
        else if (count == usage->most)
            *code = misuse(context, usage, "one argument too many: %s", argv[at]);
        else
            operands[count++] = argv[at];
    }
    if (!*code && count < usage->least) *code = misuse(context, usage, "expected %s", usage->operands);
    return !*code;
}

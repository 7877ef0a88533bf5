#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

int command_misuse(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "clgan %s: ", command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (clgan help %s)\n", command);
    va_end(arguments);
    return CLGAN_USAGE;
}

/* An option whose name is one letter has one dash. */
static const char *dashes(const char *name) { return name[1] ? "--" : "-"; }

static void print_help(FILE *out, const struct usage *usage)
{
    fprintf(out, "usage: clgan %s%s%s\n\n%s\n", usage->name, *usage->operands ? " " : "", usage->operands,
            usage->about);
    if (usage->option_count) fprintf(out, "\n");
    for (size_t i = 0; i < usage->option_count; i++) {
        const struct option_spec *option = &usage->options[i];
        char name[40];
        snprintf(name, sizeof name, "%s%s%s%s", dashes(option->name), option->name,
                 option->argument && option->kind != OPTION_MAYBE ? " " : "", option->argument ? option->argument : "");
        fprintf(out, "  %-24s %s\n", name, option->about);
    }
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
    case OPTION_SETTINGS:
        return add_setting(option->target, text) ? NULL : "less (memory is short)";
    }
    return NULL;
}

/* The option that an argument "--name", "--name=value" or "-n" names; `*value` is what follows "=", or NULL. */
static const struct option_spec *find(const struct usage *usage, const char *argument, const char **value)
{
    const char *name = argument + (argument[1] == '-' ? 2 : 1);
    const size_t length = strcspn(name, "=");
    *value = name[length] ? name + length + 1 : NULL;
    for (size_t i = 0; i < usage->option_count; i++) {
        const char *known = usage->options[i].name;
        if (strlen(known) == length && strncmp(known, name, length) == 0 &&
            strlen(dashes(known)) == (size_t)(name - argument))
            return &usage->options[i];
    }
    return NULL;
}

/* Reads the option at argv[*at] and moves past its value; 0 or the exit code of a mistake. */
static int read_option(const struct usage *usage, int *at, int argc, char **argv)
{
    const char *argument = argv[*at], *value;
    const struct option_spec *option = find(usage, argument, &value);
    if (!option) return command_misuse(usage->name, "unknown option %s", argument);
    if (!option->argument && value)
        return command_misuse(usage->name, "%s%s takes no value", dashes(option->name), option->name);
    if (option->argument && !value && option->kind != OPTION_MAYBE) {
        if (*at + 1 == argc) return command_misuse(usage->name, "--%s expects %s", option->name, option->argument);
        value = argv[++*at];
    }
    const char *expected = store(option, value ? value : "");
    return expected ? command_misuse(usage->name, "--%s %s: expected %s", option->name, value, expected) : 0;
}

int options_read(int *code, struct context *context, const struct usage *usage, int argc, char **argv,
                 const char *operands[OPERANDS])
{
    int count = 0, only_operands = 0;
    *code = 0;
    for (int at = 1; at < argc && !*code; at++) {
        if (!only_operands && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
            print_help(context->out, usage);
            return 0;
        }
        if (!only_operands && strcmp(argv[at], "--") == 0)
            only_operands = 1;
        else if (!only_operands && argv[at][0] == '-' && argv[at][1])
            *code = read_option(usage, &at, argc, argv);
        else if (count == usage->most)
            *code = command_misuse(usage->name, "one argument too many: %s", argv[at]);
        else
            operands[count++] = argv[at];
    }
    if (!*code && count < usage->least) *code = command_misuse(usage->name, "expected %s", usage->operands);
    return !*code;
}

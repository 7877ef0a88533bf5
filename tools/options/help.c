#include <string.h>

#include "options.h"

enum { INDENT = HELP_INDENT, WIDTH = 112 };

void help_wrapped(FILE *out, const char *text)
{
    size_t column = INDENT;
    while (*text) {
        const size_t word = strcspn(text, " ");
        if (column > INDENT && column + 1 + word > WIDTH) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        }
        if (column > INDENT) column += (size_t)fprintf(out, " ");
        column += (size_t)fprintf(out, "%.*s", (int)word, text);
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}

static void print_entry(FILE *out, const struct option_spec *option)
{
    const char *argument = option->argument ? option->argument : "";
    const int length =
        fprintf(out, "  %s%s%s%s", option_dashes(option->name), option->name, option_gap(option), argument);
    if (length < INDENT)
        fprintf(out, "%*s", INDENT - length, "");
    else
        fprintf(out, "\n%*s", INDENT, "");
    help_wrapped(out, option->about);
}

void help_options(FILE *out, const struct usage *usage)
{
    for (size_t i = 0; i < usage->option_count; i++) print_entry(out, &usage->options[i]);
}

void help_usage(FILE *out, const struct tool *tool, const struct usage *usage)
{
    fprintf(out, "usage: %s %s%s%s\n\n%s\n", tool->name, usage->name, *usage->operands ? " " : "", usage->operands,
            usage->about);
    if (usage->option_count) fprintf(out, "\n");
    help_options(out, usage);
}

static void describe_alone(void *user, const struct usage *usage)
{
    fprintf(user, "\nWithout a command:\n\n");
    help_options(user, usage);
}

void help_tool(const struct context *context, FILE *out)
{
    const struct tool *tool = context->tool;
    fprintf(out, "usage: %s COMMAND [ARGUMENTS]\n", tool->name);
    if (tool->alone.run) fprintf(out, "       %s [OPTIONS]\n", tool->name);
    fprintf(out, "\n%s\n\n", tool->description);
    for (const struct subcommand *at = tool->commands; at->name; at++)
        fprintf(out, "  %-11s %s\n", at->name, at->about);
    fprintf(out, "  %-11s this page, or that of a command: %s help COMMAND\n", "help", tool->name);
    if (tool->alone.run) tool_describe(context, &tool->alone, describe_alone, out);
    fprintf(out,
            "\n  --version  print the version\n"
            "  --manual   print the manual's page, or that of a command: %s --manual | man -l -\n\nExit codes:",
            tool->name);
    for (const char *at = tool->exits, *end; *at; at = end + 1) {
        const char *tab = strchr(at, '\t');
        end = strchr(at, '\n');
        fprintf(out, "%s %.*s %.*s", at == tool->exits ? "" : ",", (int)(tab - at), at, (int)(end - tab - 1), tab + 1);
    }
    fprintf(out, ".\n");
}

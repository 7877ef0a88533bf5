#include <string.h>

#include "options.h"

const struct subcommand *tool_find(const struct tool *tool, const char *name)
{
    for (const struct subcommand *at = tool->commands; at->name; at++)
        if (strcmp(at->name, name) == 0) return at;
    return NULL;
}

void tool_describe(const struct context *context, const struct subcommand *command,
                   void (*describe)(void *user, const struct usage *usage), void *user)
{
    char name[32];
    struct context asking = *context;
    asking.describe = describe;
    asking.describe_user = user;
    snprintf(name, sizeof name, "%s", command->name);
    command->run(&asking, 1, (char *[]){name, NULL});
}

static int unknown(const struct tool *tool, const char *name)
{
    fprintf(stderr, "%s: no command %s (%s help lists them)\n", tool->name, name, tool->name);
    return CLGAN_USAGE;
}

/* help, help COMMAND, help COMMAND KIND. */
static int help(struct context *context, int argc, char **argv)
{
    char option[] = "--help";
    if (argc == 1) {
        help_tool(context, context->out);
        return 0;
    }
    const struct subcommand *found = tool_find(context->tool, argv[1]);
    if (!found) return unknown(context->tool, argv[1]);
    return argc == 2 ? found->run(context, 2, (char *[]){argv[1], option, NULL})
                     : found->run(context, 3, (char *[]){argv[1], argv[2], option, NULL});
}

/* --manual, --manual COMMAND, --manual=FOLDER. */
static int manual(struct context *context, int argc, char **argv)
{
    const char *equals = strchr(argv[0], '=');
    if (equals) return manual_write(context, equals + 1);
    if (argc == 1) {
        manual_tool(context, context->out);
        return 0;
    }
    const struct subcommand *found = tool_find(context->tool, argv[1]);
    if (!found) return unknown(context->tool, argv[1]);
    manual_command(context, context->out, found);
    return 0;
}

/* What the program has of its own: 1, and `*code`, where `name` is that. */
static int run_own(int *code, struct context *context, const char *name, int argc, char **argv)
{
    *code = 0;
    if (strcmp(name, "--version") == 0)
        *code = fprintf(context->out, "%s %s\n", context->tool->name, clgan_version()) < 0;
    else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        help_tool(context, context->out);
    else if (strcmp(name, "help") == 0)
        *code = help(context, argc - 1, argv + 1);
    else if (strcmp(name, "--manual") == 0 || strncmp(name, "--manual=", 9) == 0)
        *code = manual(context, argc - 1, argv + 1);
    else if (strcmp(name, "--complete") == 0)
        *code = complete(context, argc - 2, argv + 2);
    else
        return 0;
    return 1;
}

static int run(struct context *context, int argc, char **argv)
{
    const struct tool *tool = context->tool;
    const char *name = argc > 1 ? argv[1] : NULL;
    int code;
    if (name && run_own(&code, context, name, argc, argv)) return code;
    if (tool->alone.run && (!name || *name == '-')) return tool->alone.run(context, argc, argv);
    if (!name) {
        help_tool(context, stderr);
        return CLGAN_USAGE;
    }
    const struct subcommand *found = tool_find(tool, name);
    return found ? found->run(context, argc - 1, argv + 1) : unknown(tool, name);
}

int tool_run(struct context *context, int argc, char **argv)
{
    const int code = run(context, argc, argv);
    const int failed = ferror(context->out) != 0; /* of a write before the last, too */
    if (!fclose(context->out) && !failed) return code;
    fprintf(stderr, "%s: the output can't be written\n", context->tool->name);
    return CLGAN_FAILED;
}

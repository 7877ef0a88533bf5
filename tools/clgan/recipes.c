#include <string.h>

#include "command.h"

static int print_list(FILE *out)
{
    const char *name;
    for (size_t i = 0; (name = clgan_recipe_name(i)); i++) fprintf(out, "%-16s %s\n", name, clgan_recipe_about(i));
    return 0;
}

static void print_keys(FILE *out)
{
    clgan_recipe_key key;
    char section[sizeof key.section] = "";
    for (size_t i = 0; clgan_recipe_key_at(&key, i); i++) {
        if (strcmp(section, key.section) != 0) fprintf(out, "\n%s: %s\n", key.section, key.section_about);
        memcpy(section, key.section, sizeof section);
        fprintf(out, "  %-*s", HELP_INDENT - 2, key.name);
        help_wrapped(out, key.about);
        fprintf(out, "%*s", HELP_INDENT, "");
        help_wrapped(out, key.values);
    }
}

int command_recipes(struct context *context, int argc, char **argv)
{
    int keys = 0, code;
    const struct option_spec options[] = {
        {"keys", NULL, OPTION_FLAG, &keys, "print every key that a recipe may have: what it takes, what it means"}};
    const struct usage usage = {.name = "recipes",
                                .operands = "[NAME]",
                                .about = "Lists the recipes that ship, or prints one: a file to copy and change.",
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .most = 1,
                                .examples = "clgan recipes ring8 > mine.yaml\tA recipe to change:\n"
                                            "clgan recipes --keys\tWhat can stand in it:\n"};
    const char *operands[OPERANDS] = {NULL};
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    if (keys && operands[0]) return command_misuse("recipes", "--keys takes no NAME");
    if (keys) {
        print_keys(context->out);
        return 0;
    }
    if (!operands[0]) return print_list(context->out);
    const char *text = clgan_recipe_source(operands[0]);
    if (!text) return command_misuse("recipes", "no recipe %s ships", operands[0]);
    return fputs(text, context->out) < 0;
}

#include "command.h"

static int print_list(FILE *out)
{
    const char *name;
    for (size_t i = 0; (name = clgan_recipe_name(i)); i++) fprintf(out, "%-16s %s\n", name, clgan_recipe_about(i));
    return 0;
}

int command_recipes(struct context *context, int argc, char **argv)
{
    const struct usage usage = {.name = "recipes",
                                .operands = "[NAME]",
                                .about = "Lists the recipes that ship, or prints one: a file to copy and change.",
                                .most = 1,
                                .examples = "clgan recipes ring8 > mine.yaml\tA recipe to change:\n"};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    if (!operands[0]) return print_list(context->out);
    const char *text = clgan_recipe_source(operands[0]);
    if (!text) return command_misuse("recipes", "no recipe %s ships", operands[0]);
    return fputs(text, context->out) < 0;
}

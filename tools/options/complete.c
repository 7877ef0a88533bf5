#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "offers.h"
#include "options.h"

/* A command line: words[0] is the first after the program's name, the last is to be completed. */
struct line {
    const struct context *context;
    char **words;
    int count;
    int known; /* words of the longest usage's name that matched */
    struct offers offers;
    char *text; /* the offers' lines, owned */
    size_t length;
};

static void begin_offers(struct line *line)
{
    if (line->offers.lines) fclose(line->offers.lines);
    free(line->text);
    line->text = NULL;
    line->offers = (struct offers){.word = line->words[line->count - 1], .how = "words"};
    line->offers.lines = open_memstream(&line->text, &line->length);
}

static void offer_option(struct offers *offers, const char *name, const char *about)
{
    char text[64];
    snprintf(text, sizeof text, "%s%s", option_dashes(name), name);
    offer(offers, text, about);
}

/* ---- a command's usage ---- */

/* The next operand of a way to call a command, past options and their values; false at its end. */
static bool operand_name(char name[64], const struct usage *usage, const char **at)
{
    while (**at) {
        const char *begin = *at + strspn(*at, " []"), *value = NULL;
        const size_t length = strcspn(begin, " []");
        *at = begin + length;
        if (!length || length >= 64) continue;
        memcpy(name, begin, length);
        name[length] = 0;
        if (*name == '-') {
            const struct option_spec *option = option_find(usage, name, &value);
            if (option && option->argument) {
                *at += strspn(*at, " ");
                *at += strcspn(*at, " ]");
            }
        } else if (strcmp(name, "OPTIONS") != 0 && strcmp(name, "...") != 0)
            return true;
    }
    return false;
}

/* The operand at `position` of one way to call a command; the last one where "..." repeats it. */
static bool operand_at(char name[64], const struct usage *usage, const char *way, int position)
{
    char next[64];
    int count = 0;
    for (const char *at = way; count <= position && operand_name(next, usage, &at); count++) strcpy(name, next);
    return count > position || (count && strstr(way, "..."));
}

static void offer_operand(struct offers *offers, const struct usage *usage, int position, const char *recipe)
{
    char name[64], way[256];
    const char *at = usage->operands, *bar;
    do {
        bar = strstr(at, " | ");
        snprintf(way, sizeof way, "%.*s", (int)(bar ? bar - at : (ptrdiff_t)strlen(at)), at);
        if (operand_at(name, usage, way, position)) offer_named(offers, name, recipe);
        at = bar ? bar + 3 : NULL;
    } while (at);
}

/* What stands on the line after the command's name. */
struct place {
    const struct option_spec *value_of; /* the last word is this option's value */
    int operands;                       /* before it */
    bool only_operands;                 /* "--" came */
    const char *recipe;
};

static struct place find_place(const struct line *line, const struct usage *usage, int from)
{
    struct place place = {0};
    for (int i = from; i + 1 < line->count; i++) {
        const char *word = line->words[i], *value;
        if (place.only_operands || *word != '-' || !word[1]) {
            if (!place.operands++) place.recipe = word;
            continue;
        }
        place.only_operands = strcmp(word, "--") == 0;
        const struct option_spec *option = option_find(usage, word, &value);
        if (!option || !option->argument || value || option->kind == OPTION_MAYBE) continue;
        if (option->kind == OPTION_PORT && !isdigit((unsigned char)*line->words[i + 1])) continue;
        const int values = option->kind == OPTION_PAIR ? 2 : 1;
        if (line->count - i <= values + 1) place.value_of = option;
        if (strcmp(option->name, "recipe") == 0 && i + 2 < line->count) place.recipe = line->words[i + 1];
        i += values;
    }
    if (strstr(usage->operands, "RECIPE") == NULL && place.operands) place.recipe = NULL;
    return place;
}

static bool was_given(const struct line *line, const struct option_spec *option, int from)
{
    const size_t length = strlen(option->name);
    for (int i = from; i + 1 < line->count && option->kind != OPTION_SETTINGS; i++) {
        const char *word = line->words[i] + strspn(line->words[i], "-");
        if (line->words[i][0] == '-' && strncmp(word, option->name, length) == 0 &&
            (!word[length] || word[length] == '='))
            return true;
    }
    return false;
}

/* Of a pair the second, as the first; "DIR" of "[=DIR]". */
static void offer_value(struct offers *offers, const struct option_spec *option, const char *recipe)
{
    char name[80];
    const char *second = option->kind == OPTION_PAIR ? strchr(option->argument, ' ') : NULL;
    snprintf(name, sizeof name, "%s", second ? second + 1 : option->argument + strspn(option->argument, "[="));
    if (*option->argument == '[') name[strcspn(name, "]")] = 0;
    offer_named(offers, name, recipe);
}

static void offer_usage(struct line *line, const struct usage *usage, int from)
{
    struct offers *offers = &line->offers;
    const char *word = offers->word, *value = NULL;
    const struct place place = find_place(line, usage, from);
    const struct option_spec *option = *word == '-' && strchr(word, '=') ? option_find(usage, word, &value) : NULL;
    if (place.value_of) {
        offer_value(offers, place.value_of, place.recipe);
    } else if (option && option->argument && !place.only_operands) {
        offers->lead = (size_t)(value - word);
        offer_value(offers, option, place.recipe);
    } else if ((*word && *word != '-') || place.only_operands || (!*word && usage->most > place.operands)) {
        offer_operand(offers, usage, place.operands, place.recipe);
    } else {
        for (size_t i = 0; i < usage->option_count; i++)
            if (!was_given(line, &usage->options[i], from))
                offer_option(offers, usage->options[i].name, usage->options[i].about);
        offer_option(offers, "help", "print a help");
    }
}

/* Completes by the usage whose name is the longest that the line has; a kind whose turn it is by its own name. */
static void describe(void *user, const struct usage *usage)
{
    struct line *line = user;
    const char *at = usage->name;
    int known = 0;
    while (*at && known + 1 < line->count) {
        const size_t length = strcspn(at, " ");
        if (strncmp(at, line->words[known], length) != 0 || line->words[known][length]) break;
        known++;
        at += length + strspn(at + length, " ");
    }
    if (*at) {
        if (known + 1 == line->count && known == line->known && usage->brief) offer(&line->offers, at, usage->brief);
        return;
    }
    if (known > line->known) begin_offers(line);
    line->known = known;
    offer_usage(line, usage, known);
}

/* ---- the program's own words ---- */

static void offer_commands(struct line *line)
{
    for (const struct subcommand *at = line->context->tool->commands; at->name; at++)
        offer(&line->offers, at->name, at->about);
}

static void offer_first(struct line *line)
{
    const struct tool *tool = line->context->tool;
    const bool option = *line->offers.word == '-';
    if (!option) {
        offer_commands(line);
        offer(&line->offers, "help", "what a command does, and its options");
        return;
    }
    if (tool->alone.run)
        tool_describe(line->context, &tool->alone, describe, line);
    else
        offer(&line->offers, "--help", "print a help");
    offer(&line->offers, "--version", "print the version");
    offer(&line->offers, "--manual", "print the manual's page");
}

static void offer_line(struct line *line)
{
    const struct tool *tool = line->context->tool;
    const bool of_help = strcmp(line->words[0], "help") == 0 || strcmp(line->words[0], "--manual") == 0;
    if (line->count == 1 || (of_help && line->count == 2)) {
        if (line->count == 1)
            offer_first(line);
        else
            offer_commands(line);
        return;
    }
    const struct subcommand *command = tool_find(tool, line->words[0]);
    if (!command && tool->alone.run && line->words[0][0] == '-') command = &tool->alone;
    if (command) tool_describe(line->context, command, describe, line);
}

int complete(const struct context *context, int count, char **words)
{
    struct line line = {.context = context, .words = words, .count = count};
    if (count < 1) return CLGAN_USAGE;
    begin_offers(&line);
    if (!line.offers.lines) return CLGAN_FAILED;
    offer_line(&line);
    fclose(line.offers.lines);
    fprintf(context->out, "%s%s%s\n%s", line.offers.how, *line.offers.end ? " " : "", line.offers.end,
            line.text ? line.text : "");
    free(line.text);
    return 0;
}

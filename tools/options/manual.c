/* The manual's pages, in the man macros of roff, from the tables of options. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "options.h"
#include "roff.h"

#define DEFAULTS "Defaults stand in parentheses at the end.\n"

struct page {
    const struct context *context;
    const struct subcommand *command;
    FILE *out;
    size_t usages;      /* those seen in this pass */
    const char *wanted; /* one of struct usage's texts for the manual: "files" or "examples" */
};

static void put_section(FILE *out, const char *name) { fprintf(out, ".SH %s\n", name); }

static void put_header(const struct page *page, const char *about)
{
    const char *tool = page->context->tool->name, *command = page->command ? page->command->name : "";
    const char *dash = *command ? "-" : "";
    char title[64];
    snprintf(title, sizeof title, "%s%s%s", tool, dash, command);
    fprintf(page->out, ".\\\" Written by %s --manual from its tables of options.\n.TH ", tool);
    for (const char *at = title; *at; at++) fputc(toupper((unsigned char)*at), page->out);
    fprintf(page->out, " 1 %s \"clgan %s\" \"clgan\"\n", CLGAN_DATE, clgan_version());
    fputs(".nh\n.ad l\n", page->out);
    put_section(page->out, "NAME");
    roff_heading(page->out, title, about);
}

/* ---- lines NAME, tab, what it is ---- */

struct entry {
    const char *name, *about;
    size_t name_length, about_length;
};

/* Takes the next line of `*text`; false at its end. */
static bool next_entry(struct entry *entry, const char **text)
{
    if (!*text || !**text) return false;
    const char *tab = strchr(*text, '\t'), *end = strchr(*text, '\n');
    *entry = (struct entry){*text, tab + 1, (size_t)(tab - *text), (size_t)(end - tab - 1)};
    *text = end + 1;
    return true;
}

static void put_entries(FILE *out, const char *text)
{
    struct entry entry;
    while (next_entry(&entry, &text)) {
        fputs(".TP\n\\fB", out);
        roff_literal(out, entry.name, entry.name_length);
        fputs("\\fR\n", out);
        roff_phrase(out, entry.about, entry.about_length);
    }
}

static void put_section_of_entries(FILE *out, const char *name, const char *text)
{
    if (!text) return;
    put_section(out, name);
    put_entries(out, text);
}

static void put_examples(FILE *out, const char *text)
{
    struct entry entry;
    for (bool first = true; next_entry(&entry, &text); first = false) {
        if (!first) fputs(".PP\n", out);
        roff_prose(out, entry.about, entry.about_length);
        fputs(".PP\n.RS 4\n.EX\n", out);
        roff_literal(out, entry.name, entry.name_length);
        fputs("\n.EE\n.RE\n", out);
    }
}

/* ---- usages ---- */

/* Each way to call it on a line of its own. */
static void put_synopsis(void *user, const struct usage *usage)
{
    struct page *page = user;
    const char *at = usage->operands;
    do {
        const char *bar = strstr(at, " | ");
        const size_t length = bar ? (size_t)(bar - at) : strlen(at);
        if (page->usages++) fputs(".br\n", page->out);
        fprintf(page->out, "\\fB%s%s", page->context->tool->name, *usage->name ? " " : "");
        roff_literal(page->out, usage->name, strlen(usage->name));
        fprintf(page->out, "\\fR%s", length ? " " : "");
        roff_synopsis(page->out, at, length);
        if (usage->option_count && !strstr(at, "OPTIONS")) fputs(" [\\fIOPTIONS\\fR]", page->out);
        fputc('\n', page->out);
        at = bar ? bar + 3 : NULL;
    } while (at);
}

static void put_options(FILE *out, const struct usage *usage)
{
    for (size_t i = 0; i < usage->option_count; i++) {
        const struct option_spec *option = &usage->options[i];
        fputs(".TP\n\\fB", out);
        roff_literal(out, option_dashes(option->name), strlen(option_dashes(option->name)));
        roff_literal(out, option->name, strlen(option->name));
        fputs("\\fR", out);
        if (option->argument) {
            fputs(option_gap(option), out);
            roff_synopsis(out, option->argument, strlen(option->argument));
        }
        fputc('\n', out);
        roff_phrase(out, option->about, strlen(option->about));
    }
}

/* The command's own text, then that of its kinds, each with its options. */
static void put_description(void *user, const struct usage *usage)
{
    struct page *page = user;
    if (page->usages++) {
        fprintf(page->out, ".SS \"%s %s\"\n", page->context->tool->name, usage->name);
        roff_paragraphs(page->out, usage->about);
        put_options(page->out, usage);
        return;
    }
    put_section(page->out, "DESCRIPTION");
    roff_paragraphs(page->out, usage->about);
    if (!usage->option_count) return;
    put_section(page->out, "OPTIONS");
    fputs(DEFAULTS, page->out);
    put_options(page->out, usage);
}

static void put_more(void *user, const struct usage *usage)
{
    struct page *page = user;
    const bool files = *page->wanted == 'f';
    const char *text = files ? usage->files : usage->examples;
    if (!text) return;
    if (!page->usages++) put_section(page->out, files ? "FILES" : "EXAMPLES");
    (files ? put_entries : put_examples)(page->out, text);
}

static void put_usages(struct page *page, const char *wanted, void (*write)(void *user, const struct usage *usage))
{
    page->usages = 0;
    page->wanted = wanted;
    tool_describe(page->context, page->command, write, page);
}

void manual_command(const struct context *context, FILE *out, const struct subcommand *command)
{
    const struct tool *tool = context->tool;
    struct page page = {.context = context, .command = command, .out = out};
    put_header(&page, command->about);
    put_section(out, "SYNOPSIS");
    put_usages(&page, "", put_synopsis);
    put_usages(&page, "", put_description);
    put_section_of_entries(out, "EXIT STATUS", tool->exits);
    put_usages(&page, "files", put_more);
    put_usages(&page, "examples", put_more);
    put_section(out, "SEE ALSO");
    fprintf(out, "\\fB%s\\fR(1)\n", tool->name);
}

/* ---- the program's page ---- */

static void put_commands(const struct tool *tool, FILE *out)
{
    put_section(out, "COMMANDS");
    for (const struct subcommand *at = tool->commands; at->name; at++) {
        fprintf(out, ".TP\n\\fB%s\\-%s\\fR(1)\n", tool->name, at->name);
        roff_phrase(out, at->about, strlen(at->about));
    }
}

static void put_own_options(const struct tool *tool, FILE *out)
{
    fprintf(out,
            ".TP\n\\fB\\-\\-help\\fR\nPrint a short help.\n\\fB%s help\\fR \\fICOMMAND\\fR prints that of a command.\n"
            ".TP\n\\fB\\-\\-version\\fR\nPrint the version.\n"
            ".TP\n\\fB\\-\\-manual\\fR [\\fICOMMAND\\fR]\nPrint a page of this manual, for \\fBman \\-l \\-\\fR.\n"
            ".TP\n\\fB\\-\\-manual=\\fR\\fIDIR\\fR\nWrite every page into that folder.\n",
            tool->name);
}

static void put_alone_options(void *user, const struct usage *usage)
{
    const struct page *page = user;
    put_options(page->out, usage);
}

/* Pages of the commands, then others. */
static void put_see_also(const struct tool *tool, FILE *out)
{
    put_section(out, "SEE ALSO");
    for (const struct subcommand *at = tool->commands; at->name; at++)
        fprintf(out, "\\fB%s\\-%s\\fR(1),\n", tool->name, at->name);
    for (const char *at = tool->see_also; *at;) {
        const size_t length = strcspn(at, ",");
        const size_t name = strcspn(at, "(");
        fputs("\\fB", out);
        roff_literal(out, at, name);
        fprintf(out, "\\fR%.*s%s\n", (int)(length - name), at + name, at[length] ? "," : "");
        at += length + strspn(at + length, ", ");
    }
    fprintf(out, ".PP\nWhat this manual names as docs/... lies in /usr/share/doc/clgan.\n");
}

void manual_tool(const struct context *context, FILE *out)
{
    const struct tool *tool = context->tool;
    struct page page = {.context = context, .out = out};
    put_header(&page, tool->about);
    put_section(out, "SYNOPSIS");
    if (tool->alone.run) fprintf(out, "\\fB%s\\fR [\\fIOPTIONS\\fR]\n.br\n", tool->name);
    fprintf(out, "\\fB%s\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n", tool->name);
    put_section(out, "DESCRIPTION");
    roff_paragraphs(out, tool->description);
    put_commands(tool, out);
    put_section(out, "OPTIONS");
    put_own_options(tool, out);
    if (tool->alone.run) {
        page.command = &tool->alone;
        put_usages(&page, "", put_alone_options);
    }
    put_section_of_entries(out, "EXIT STATUS", tool->exits);
    put_section_of_entries(out, "FILES", tool->files);
    put_section_of_entries(out, "ENVIRONMENT", tool->environment);
    put_section(out, "EXAMPLES");
    put_examples(out, tool->examples);
    put_see_also(tool, out);
}

/* ---- all of them ---- */

static int write_page(const struct context *context, const char *folder, const struct subcommand *command)
{
    char path[4096];
    const char *tool = context->tool->name;
    snprintf(path, sizeof path, "%s/%s%s%s.1", folder, tool, command ? "-" : "", command ? command->name : "");
    FILE *out = fopen(path, "w");
    if (out && command) manual_command(context, out, command);
    if (out && !command) manual_tool(context, out);
    const bool written = out && !ferror(out);
    if (out && fclose(out) == 0 && written) return 0;
    fprintf(stderr, "%s: %s can't be written\n", tool, path);
    return CLGAN_FAILED;
}

int manual_write(const struct context *context, const char *folder)
{
    int code = write_page(context, folder, NULL);
    for (const struct subcommand *at = context->tool->commands; at->name && !code; at++)
        code = write_page(context, folder, at);
    return code;
}

/* What the commands `clgan` and `clgan-bench` share: each subcommand's options are a table. What reads arguments,
 * prints help, writes the manual's pages and completes words in a shell goes by these tables, so that none of it falls
 * behind. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "clgan.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum option_kind {
    OPTION_FLAG,     /* int: 1 when given */
    OPTION_TEXT,     /* const char * */
    OPTION_MAYBE,    /* const char *: its value comes after "=" or not at all, which is "" */
    OPTION_COUNT,    /* uint64_t, from 1 */
    OPTION_NUMBER,   /* double, above 0 */
    OPTION_SEED,     /* struct seed */
    OPTION_TIME,     /* double, seconds: 90, 90s, 60m, 2h */
    OPTION_GRID,     /* struct grid: RxC */
    OPTION_PORT,     /* struct port; a number may follow, if it is a whole one */
    OPTION_SETTINGS, /* struct settings: may come more than once */
    OPTION_PAIR      /* struct pair: two values */
};
struct pair {
    const char *first, *second;
};
struct seed {
    uint64_t value;
    const char *text; /* as given; NULL: not given */
};
struct grid {
    uint64_t rows, columns;
};
struct port {
    int given, named; /* named: with a number */
    unsigned number;
};
struct settings {
    const char **texts; /* owned */
    size_t count;
};

/* What a value is called says what a shell completes there: RUN, DIR, FILE, FILE.npy (files with that end), D (a
 * device), RECIPE or R, LIST or R,... (with commas between), KEY=VALUE (a recipe's key); stop|rollback: these words.
 * Operands the same. Other names complete to nothing. */
struct option_spec {
    const char *name, *argument; /* without dashes; what help calls its value, NULL for a flag */
    enum option_kind kind;
    void *target;
    const char *about;
};

struct usage {
    const char *name, *operands, *about; /* operands as help shows them, ways to call it with " | " between */
    const struct option_spec *options;
    size_t option_count;
    int least, most;      /* operands */
    const char *brief;    /* a line for lists of kinds, where `name` is a command and one of its kinds; else NULL */
    const char *files;    /* for the manual's page: lines NAME, tab, what it is. May be NULL */
    const char *examples; /* for the manual's page: lines COMMAND, tab, what it does. May be NULL */
};
enum { OPERANDS = 2 };

struct tool;

/* What main hands to a subcommand. Results go to `out`; everything else to stderr. */
struct context {
    FILE *out;
    clgan_log log; /* lines to stderr; quiet drops those that only inform */
    int quiet;
    const volatile int *stop; /* Ctrl-C was pressed */
    const struct tool *tool;
    /* Not NULL: options_read does nothing but call this. A subcommand with kinds reads the options of each. */
    void (*describe)(void *user, const struct usage *usage);
    void *describe_user;
};

struct subcommand {
    const char *name;
    int (*run)(struct context *context, int argc, char **argv); /* argv[0] is the name; returns the exit code */
    const char *about;
};

struct tool {
    const char *name, *about, *description; /* a line; paragraphs for help and the manual */
    const struct subcommand *commands;      /* ends with a NULL name */
    struct subcommand alone;                /* what runs where no command is named; run NULL: help */
    /* Lines NAME, tab, what it is, for the manual. */
    const char *exits, *files, *environment, *examples;
    const char *see_also; /* "other(1), third(1)" */
};

/* Runs the program's subcommand that argv[1] names, or what it has of its own: help, --version, --manual, --complete,
 * and closes `out`. Returns the exit code: 1 where the output could not be written. */
int tool_run(struct context *context, int argc, char **argv);
/* NULL if there is none of that name. */
const struct subcommand *tool_find(const struct tool *tool, const char *name);
/* Calls `describe` with the usage of a subcommand, and of each of its kinds. */
void tool_describe(const struct context *context, const struct subcommand *command,
                   void (*describe)(void *user, const struct usage *usage), void *user);

/* Reads a subcommand's arguments. 1: go on; 0: `*code` is the exit code (help was asked for, or an error was told).
 * `operands` has room for usage->most of them. */
int options_read(int *code, struct context *context, const struct usage *usage, int argc, char **argv,
                 const char **operands);
/* "--" or "-": an option whose name is one letter has one dash. */
const char *option_dashes(const char *name);
/* What stands between its name and its value in help: a space, or nothing. */
const char *option_gap(const struct option_spec *option);
/* The option that an argument "--name", "--name=value" or "-n" names, or NULL; `*value` is what follows "=", or NULL.
 */
const struct option_spec *option_find(const struct usage *usage, const char *argument, const char **value);

enum { HELP_INDENT = 27 }; /* column where help's words begin */
/* Words from that column on, in lines of 112 columns at most. */
void help_wrapped(FILE *out, const char *text);
/* The options of a usage, a line each. */
void help_options(FILE *out, const struct usage *usage);
void help_usage(FILE *out, const struct tool *tool, const struct usage *usage);
void help_tool(const struct context *context, FILE *out);

/* The page NAME(1) of the program, or NAME-COMMAND(1), in the man macros of roff. */
void manual_tool(const struct context *context, FILE *out);
void manual_command(const struct context *context, FILE *out, const struct subcommand *command);
/* All pages into a folder that exists. Returns the exit code. */
int manual_write(const struct context *context, const char *folder);

/* Prints what the last of `words` (a command line after the program's name) may become: a first line "words", "parts"
 * (no space after them), "paths", "files END" or "folders", then lines of a word, a tab and what it is. Returns the
 * exit code. */
int complete(const struct context *context, int count, char **words);

#endif

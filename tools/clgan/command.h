/* The command `clgan`: what its subcommands share. */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "clgan.h"

/* What main hands to a subcommand. Results go to `out`; everything else to stderr. */
struct context {
    FILE *out;
    clgan_log log; /* lines to stderr; quiet drops those that only inform */
    int quiet;
    const volatile int *stop; /* Ctrl-C was pressed */
};

int command_devices(struct context *context, int argc, char **argv);
int command_doctor(struct context *context, int argc, char **argv);
int command_train(struct context *context, int argc, char **argv);
int command_sample(struct context *context, int argc, char **argv);
int command_score(struct context *context, int argc, char **argv);
int command_evaluate(struct context *context, int argc, char **argv);
int command_figure(struct context *context, int argc, char **argv);
int command_tune(struct context *context, int argc, char **argv);
int command_selftest(struct context *context, int argc, char **argv);
int command_tensorboard(struct context *context, int argc, char **argv);
int command_recipes(struct context *context, int argc, char **argv);

/* ---- options ---- */

enum option_kind {
    OPTION_FLAG,    /* int: 1 when given */
    OPTION_TEXT,    /* const char * */
    OPTION_MAYBE,   /* const char *: its value comes after "=" or not at all, which is "" */
    OPTION_COUNT,   /* uint64_t, from 1 */
    OPTION_NUMBER,  /* double, above 0 */
    OPTION_SEED,    /* struct seed */
    OPTION_TIME,    /* double, seconds: 90, 90s, 60m, 2h */
    OPTION_GRID,    /* struct grid: RxC */
    OPTION_SETTINGS /* struct settings: may come more than once */
};
struct seed {
    uint64_t value;
    const char *text; /* as given; NULL: not given */
};
struct grid {
    uint64_t rows, columns;
};
struct settings {
    const char **texts; /* owned */
    size_t count;
};

struct option_spec {
    const char *name, *argument; /* without dashes; what help calls its value, NULL for a flag */
    enum option_kind kind;
    void *target;
    const char *about;
};

struct usage {
    const char *name, *operands, *about; /* operands as help shows them */
    const struct option_spec *options;
    size_t option_count;
    int least, most; /* operands; at most 2 */
};
enum { OPERANDS = 2 };

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Reads a subcommand's arguments. 1: go on; 0: `*code` is the exit code (help was asked for, or an error was told). */
int options_read(int *code, struct context *context, const struct usage *usage, int argc, char **argv,
                 const char *operands[OPERANDS]);

/* ---- JSON ---- */

/* A string with its quotes; characters below a space become one. */
void json_text(FILE *out, const char *text);
/* `before`, then the number; null for what is not finite. */
void json_number(FILE *out, const char *before, double value);

/* ---- pictures in the terminal ---- */

#define SHOW_ARGUMENT "[=HOW]"
#define SHOW_HOWS "kitty, sixel, symbols or ascii (what the terminal can)"

/* Where to show pictures. */
struct show {
    int wanted;
    FILE *out;
    clgan_show_options options;
};
/* `how`: --show as given, NULL where it was not: then pictures are wanted where `out` is a terminal and `by_itself`. 0,
 * or the exit code of a mistake that was told. */
int show_begin(struct show *show, const char *command, const char *how, int by_itself, FILE *out);
/* Writes the text and frees it. */
void show_write(const struct show *show, char *text);

/* ---- children ---- */

/* Drivers may crash or hang, so what calls them can run in a process of its own, which writes what it finds into a
 * pipe. The command's own process then never calls OpenCL: what was called before a fork() does not survive it. */
struct child {
    pid_t process;
    int from; /* to read from */
};
enum heard { HEARD, ENDED, SILENT, STOPPED };

/* `work` runs there and writes to `to`; what it returns is the process's exit code. 0, and errno, where none could be
 * started. */
int child_begin(struct child *child, int (*work)(int to, void *user), void *user);
/* Waits until it writes or ends, `limit` seconds at most: HEARD, SILENT, or STOPPED by Ctrl-C. */
enum heard child_wait(const struct child *child, double limit, const volatile int *stop);
/* Ends one that is SILENT or STOPPED. Its exit code, or -1 and in words how it ended otherwise; `words` is else "". */
int child_end(const struct child *child, enum heard heard, double limit, char words[80]);

/* ---- clgan doctor ---- */

/* What is wrong, as bits, with what the system's part of the report looks at. */
enum { SYSTEM_NO_ICD = 1, SYSTEM_NO_PERMISSION = 2, SYSTEM_GPU_NODE = 4, SYSTEM_CACHE_UNWRITABLE = 8 };

/* Kernel, processor, memory, limits; environment, ICD files, permissions; the cache and what is tuned. No OpenCL call.
 */
unsigned doctor_system(FILE *out);
/* Loads the library of each ICD file, which may crash: true if each could be. */
int doctor_icds(FILE *out);
/* Shared libraries of this process. */
void doctor_libraries(FILE *out);
/* Copies `text` with the home folder as ~, and names of user and host as USER and HOST. */
void doctor_write_private(FILE *out, const char *text);

/* ---- ends ---- */

/* Tells the last error on stderr and gives the exit code of `status`. */
int command_end(clgan_status status);
/* Tells a mistake in the use of a subcommand; returns 2. */
int command_misuse(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

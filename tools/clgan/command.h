/* The command `clgan`: what its subcommands share. */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include "child.h"
#include "options.h"

int command_devices(struct context *context, int argc, char **argv);
int command_doctor(struct context *context, int argc, char **argv);
int command_train(struct context *context, int argc, char **argv);
int command_sample(struct context *context, int argc, char **argv);
int command_score(struct context *context, int argc, char **argv);
int command_evaluate(struct context *context, int argc, char **argv);
int command_figure(struct context *context, int argc, char **argv);
int command_report(struct context *context, int argc, char **argv);
int command_tune(struct context *context, int argc, char **argv);
int command_selftest(struct context *context, int argc, char **argv);
int command_tensorboard(struct context *context, int argc, char **argv);
int command_export(struct context *context, int argc, char **argv);
int command_import(struct context *context, int argc, char **argv);
int command_recipes(struct context *context, int argc, char **argv);

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

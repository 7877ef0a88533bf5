/* clgan: generative adversarial nets on any OpenCL device. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

struct subcommand {
    const char *name;
    int (*run)(struct context *context, int argc, char **argv); /* argv[0] is the name; returns the exit code */
    const char *about;
};

static const struct subcommand subcommands[] = {
    {"devices", command_devices, "every OpenCL device, and which one is the default and why"},
    {"train", command_train, "train a recipe, or go on with a run"},
    {"sample", command_sample, "draw samples from a trained generator"},
    {"score", command_score, "D(x), how real the discriminator finds each row"},
    {"evaluate", command_evaluate, "how good samples are: Parzen windows and other measures"},
    {"figure", command_figure, "the paper's figures of a run: neighbours, lines in z, densities, a filmstrip"},
    {"tensorboard", command_tensorboard, "write a run's log and samples for TensorBoard"},
    {"tune", command_tune, "measure which kernels are fastest on a device, for trainings to come"},
    {"selftest", command_selftest, "does a device compute rightly: known answers of every kernel"},
    {"doctor", command_doctor, "one text file for a bug report, with the likely trouble in its first lines"},
    {"recipes", command_recipes, "the recipes that ship, or the text of one"},
    {NULL, NULL, NULL},
};

static volatile int stop_wanted;

/* The first Ctrl-C asks training to finish its step and save; the second ends at once. */
static void on_interrupt(int number)
{
    (void)number;
    if (stop_wanted) _exit(130);
    stop_wanted = 1;
}

static void print_line(void *user, clgan_level level, const char *text)
{
    const struct context *context = user;
    if (level == CLGAN_LEVEL_INFO && context->quiet) return;
    fprintf(stderr, "clgan: %s%s\n", level == CLGAN_LEVEL_WARNING ? "warning: " : "", text);
}

int command_end(clgan_status status)
{
    if (status == CLGAN_STOPPED) return 130;
    if (status != CLGAN_OK) fprintf(stderr, "clgan: %s\n", clgan_last_error());
    return (int)status;
}

static void print_help(FILE *out)
{
    fprintf(out, "usage: clgan COMMAND [ARGUMENTS]\n\n"
                 "Trains generative adversarial nets on any OpenCL device.\n\n");
    for (const struct subcommand *at = subcommands; at->name; at++) fprintf(out, "  %-11s %s\n", at->name, at->about);
    fprintf(out, "  %-11s %s\n", "help", "this page, or that of a command: clgan help COMMAND");
    fprintf(out, "\n  --version   print the version\n\n"
                 "Exit codes: 0 done, 1 failed, 2 used wrongly, 130 stopped by Ctrl-C (saved, can be resumed).\n");
}

static const struct subcommand *find(const char *name)
{
    for (const struct subcommand *at = subcommands; at->name; at++)
        if (strcmp(at->name, name) == 0) return at;
    return NULL;
}

static int run(struct context *context, int argc, char **argv)
{
    char help[] = "--help";
    if (argc < 2) {
        print_help(stderr);
        return CLGAN_USAGE;
    }
    const char *name = argv[1];
    const int wants_help = strcmp(name, "help") == 0;
    if (strcmp(name, "--version") == 0) return fprintf(context->out, "clgan %s\n", clgan_version()) < 0;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (wants_help && argc == 2)) {
        print_help(context->out);
        return 0;
    }
    if (wants_help) name = argv[2];
    const struct subcommand *found = find(name);
    if (!found) {
        fprintf(stderr, "clgan: no command %s (clgan help lists them)\n", name);
        return CLGAN_USAGE;
    }
    return wants_help ? found->run(context, 2, (char *[]){argv[2], help, NULL})
                      : found->run(context, argc - 1, argv + 1);
}

/* The stream of results. Libraries below (CLBlast prints compile logs) may write to stdout as they like: it is stderr.
 */
static FILE *take_stdout(void)
{
    const int copy = dup(STDOUT_FILENO);
    if (copy < 0) return NULL;
    FILE *out = fdopen(copy, "w");
    if (out) dup2(STDERR_FILENO, STDOUT_FILENO);
    return out;
}

int main(int argc, char **argv)
{
    struct context context = {.out = take_stdout(), .stop = &stop_wanted};
    context.log = (clgan_log){print_line, &context};
    if (!context.out) {
        fprintf(stderr, "clgan: stdout is closed\n");
        return CLGAN_FAILED;
    }
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file past the limit is a write that fails, and says so */
    const int code = run(&context, argc, argv);
    if (fclose(context.out)) {
        fprintf(stderr, "clgan: the output can't be written\n");
        return CLGAN_FAILED;
    }
    return code;
}

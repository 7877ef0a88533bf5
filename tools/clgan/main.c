/* clgan: generative adversarial nets on any OpenCL device. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const struct subcommand subcommands[] = {
    {"devices", command_devices, "every OpenCL device, and which one is the default and why"},
    {"train", command_train, "train a recipe, or go on with a run"},
    {"sample", command_sample, "draw samples from a trained generator"},
    {"score", command_score, "D(x), how real the discriminator finds each row"},
    {"evaluate", command_evaluate, "how good samples are: Parzen windows and other measures"},
    {"figure", command_figure, "the paper's figures of a run: neighbours, lines in z, densities, a filmstrip"},
    {"export", command_export, "a run's nets for other programs: ONNX, safetensors, NumPy"},
    {"import", command_import, "weights of another program as the start of a run"},
    {"report", command_report, "a run as one page to look at, or several compared"},
    {"tensorboard", command_tensorboard, "write a run's log and samples for TensorBoard"},
    {"tune", command_tune, "measure which kernels are fastest on a device, for trainings to come"},
    {"selftest", command_selftest, "does a device compute rightly: known answers of every kernel"},
    {"doctor", command_doctor, "one text file for a bug report, with the likely trouble in its first lines"},
    {"recipes", command_recipes, "the recipes that ship, or the text of one"},
    {NULL, NULL, NULL},
};

static const struct tool tool = {
    .name = "clgan",
    .about = "generative adversarial nets on any OpenCL device",
    .description =
        "Trains generative adversarial nets on any OpenCL device: a GPU, a laptop's integrated graphics, or the CPU.",
    .commands = subcommands,
    .exits = "0\tdone\n"
             "1\tfailed\n"
             "2\tused wrongly\n"
             "130\tstopped by Ctrl-C (saved, can be resumed)\n",
    .files =
        "runs/RECIPE-NNN/\tA run, where --out names no other folder.\n"
        "~/.cache/clgan/\tCompiled programs, measured choices of kernels, self-tests that were passed. It may be "
        "deleted at any time.\n"
        "./data/NAME/, ~/.local/share/clgan/NAME/, /usr/share/datasets/NAME/\tWhere the pictures of a recipe are "
        "looked for.\n"
        "~/.local/share/clgan/pretrained/, /usr/local/share/clgan/pretrained/, /usr/share/clgan/pretrained/\tWhere "
        "generators trained before are looked for.\n",
    .environment =
        "CLGAN_DATA\tA folder in which the pictures of recipes are looked for first: $CLGAN_DATA/mnist.\n"
        "CLGAN_PRETRAINED\tA folder in which clgan sample --pretrained NAME looks first for NAME.safetensors.\n"
        "XDG_CACHE_HOME\tIts folder clgan is used in place of ~/.cache/clgan.\n"
        "XDG_DATA_HOME\tIts folder clgan is used in place of ~/.local/share/clgan.\n"
        "OCL_ICD_VENDORS\tThe OpenCL loader's: a folder of drivers, or the .icd file of one, to be used alone.\n",
    .examples =
        "clgan devices\tWhich devices there are, and which one is used where none is named:\n"
        "clgan train\tTrain the default recipe on Fashion-MNIST:\n"
        "clgan sample runs/fashion-quick-001 --grid 6x12 --out samples.png\tDraw samples from what it learned:\n"
        "clgan train --resume runs/fashion-quick-001 --epochs 30\tTrain it further:\n",
    .see_also = "clgan-bench(1)",
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

int command_misuse(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "clgan %s: ", command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (clgan help %s)\n", command);
    va_end(arguments);
    return CLGAN_USAGE;
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
    struct context context = {.out = take_stdout(), .stop = &stop_wanted, .tool = &tool};
    context.log = (clgan_log){print_line, &context};
    if (!context.out) {
        fprintf(stderr, "clgan: stdout is closed\n");
        return CLGAN_FAILED;
    }
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file past the limit is a write that fails, and says so */
    return tool_run(&context, argc, argv);
}

#include "command.h"

static int start(struct context *context, const char *folder, const char *out)
{
    clgan_run *run;
    char *written;
    clgan_status status = clgan_run_open(&run, folder, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    status = clgan_tensorboard_write(&written, run, out);
    if (status == CLGAN_OK) {
        fprintf(context->out, "%s\n", written);
        clgan_text_free(written);
    }
    clgan_run_free(run);
    return command_end(status);
}

int command_tensorboard(struct context *context, int argc, char **argv)
{
    const char *out = NULL;
    const struct option_spec options[] = {
        {"out", "DIR", OPTION_TEXT, &out, "where to; earlier event files there are void then (RUN/tensorboard)"},
    };
    const struct usage usage = {.name = "tensorboard",
                                .examples = "clgan tensorboard runs/ring8-001\tA run that was trained without "
                                            "--tensorboard:\n",
                                .operands = "RUN",
                                .about = "Writes all numbers of a run's log, its samples and its recipe as an event "
                                         "file that TensorBoard reads.\n`clgan train --tensorboard` writes them while "
                                         "it trains. To look at them: tensorboard --logdir RUN",
                                .options = options,
                                .option_count = COUNT_OF(options),
                                .least = 1,
                                .most = 1};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return start(context, operands[0], out);
}

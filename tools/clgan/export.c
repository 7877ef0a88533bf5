#include "command.h"

struct export
{
    clgan_export_options options;
    const char *to;
};

static int start(struct context *context, const struct export *export, const char *folder)
{
    clgan_run *run;
    char *told;
    if (!export->to) return command_misuse("export", "--to FILE is missing: where to write, its ending says what");
    clgan_status status = clgan_run_open(&run, folder, &context->log);
    if (status != CLGAN_OK) return command_end(status);
    status = clgan_export(&told, run, export->to, &export->options);
    if (status == CLGAN_OK) {
        fputs(told, context->out);
        clgan_text_free(told);
    }
    clgan_run_free(run);
    return command_end(status);
}

int command_export(struct context *context, int argc, char **argv)
{
    struct export export = {.options = CLGAN_EXPORT_OPTIONS};
    const struct option_spec options[] = {
        {"to", "FILE", OPTION_TEXT, &export.to, ".onnx, .safetensors, .npz, or .npy (one tensor)"},
        {"network", "G|D|both", OPTION_TEXT, &export.options.network, "which net (G); both: not for .onnx"},
        {"layout", "clgan|torch", OPTION_TEXT, &export.options.layout,
         "names and shapes of weights: W [in, out] (clgan), or as nn.Sequential has them (torch)"},
        {"tensor", "NAME", OPTION_TEXT, &export.options.tensor, ".npy: which one, such as G.0.weight"},
        {"checkpoint", "FILE", OPTION_TEXT, &export.options.checkpoint,
         "weights to use: a file, a step's number, or best (the newest checkpoint)"},
        {"raw", NULL, OPTION_FLAG, &export.options.raw_weights,
         "G's weights as they are, where the run keeps an average"},
    };
    const struct usage usage = {
        .name = "export",
        .examples = "clgan export runs/fashion-quick-001 --to g.onnx\tG for onnxruntime and the like:\n"
                    "clgan export runs/fashion-quick-001 --to g.safetensors --layout torch\tG's weights "
                    "for PyTorch:\n",
        .operands = "RUN",
        .about = "Writes nets of a run for other programs: as a model of ONNX, or their weights.\n"
                 "Uses no device. docs/export.md has names, layouts and operators.",
        .options = options,
        .option_count = COUNT_OF(options),
        .least = 1,
        .most = 1};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return start(context, &export, operands[0]);
}

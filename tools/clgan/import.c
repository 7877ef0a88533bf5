#include <stdlib.h>

#include "command.h"

struct import {
    clgan_import_options options;
    const char *recipe;
    struct settings settings, maps;
    struct pair check;
};

static clgan_status import_with(struct context *context, const clgan_recipe *recipe,
                                const clgan_import_options *options, const char *file)
{
    clgan_run *run;
    char *told;
    clgan_status status = clgan_import(&run, &told, file, recipe, options, &context->log);
    if (status != CLGAN_OK) return status;
    fprintf(context->out, "%s", told);
    fprintf(stderr, "clgan: train it with: clgan train --resume %s\n", clgan_run_word(run));
    clgan_text_free(told);
    clgan_run_free(run);
    return status;
}

static int start(struct context *context, const struct import *import, const char *file)
{
    clgan_import_options options = import->options;
    clgan_recipe *recipe = NULL;
    clgan_rows noise = {0}, samples = {0};
    if (!import->recipe) return command_misuse("import", "--recipe RECIPE is missing: which nets the weights are of");
    if (!options.layout)
        return command_misuse("import",
                              "--layout is missing: torch (W [out, in]) or clgan (W [in, out]); a square matrix "
                              "fits either way, so it is not guessed");
    options.maps = import->maps.texts;
    options.map_count = import->maps.count;
    clgan_status status = clgan_recipe_read(&recipe, import->recipe, import->settings.texts, import->settings.count);
    if (status == CLGAN_OK && import->check.first) {
        status = clgan_rows_read_npy(&noise, import->check.first);
        if (status == CLGAN_OK) status = clgan_rows_read_npy(&samples, import->check.second);
        options.check_noise = &noise;
        options.check_samples = &samples;
    }
    if (status == CLGAN_OK) status = import_with(context, recipe, &options, file);
    clgan_rows_free(&noise);
    clgan_rows_free(&samples);
    clgan_recipe_free(recipe);
    return command_end(status);
}

int command_import(struct context *context, int argc, char **argv)
{
    struct import import = {.options = CLGAN_IMPORT_OPTIONS};
    const struct option_spec options[] = {
        {"recipe", "RECIPE", OPTION_TEXT, &import.recipe, "whose nets the weights are: a name, or a YAML file"},
        {"out", "RUN", OPTION_TEXT, &import.options.folder, "the run's folder, made anew (runs/RECIPE-NNN)"},
        {"layout", "torch|clgan", OPTION_TEXT, &import.options.layout,
         "of the file's matrices: W [out, in], as PyTorch has them, or W [in, out]"},
        {"network", "G|D|both", OPTION_TEXT, &import.options.network,
         "which nets are taken, and must be there (what is)"},
        {"map", "NAME=NAME|FILE", OPTION_SETTINGS, &import.maps,
         "the file's name and the recipe's (fc1.weight=G.0.weight; NAME= leaves out, =NAME is zeros), or a file of "
         "them"},
        {"check", "Z.npy X.npy", OPTION_PAIR, &import.check, "z and what G made of it there: G(z) must be x"},
        {"tolerance", "T", OPTION_NUMBER, &import.options.tolerance,
         "of the check, times the largest magnitude in x, at least 1 (1e-4)"},
        {"set", "KEY=VALUE", OPTION_SETTINGS, &import.settings, "override a key of the recipe"},
        {"data", "DIR", OPTION_TEXT, &import.options.data, "where the recipe's pictures are (the usual places)"},
        {"device", "D", OPTION_TEXT, &import.options.device.device,
         "index, cpu, gpu or part of a name (a GPU, else a CPU)"},
        {"no-cache", NULL, OPTION_FLAG, &import.options.device.no_cache, "neither read nor write compiled programs"},
    };
    const struct usage usage = {
        .name = "import",
        .examples =
            "clgan import mlp.safetensors --recipe mine.yaml --layout torch --check z.npy x.npy\tA PyTorch MLP, "
            "if it computes here what it did there:\n",
        .operands = "FILE.safetensors",
        .about = "Makes a run whose step 0 has weights of another program: train it with clgan train --resume.\n"
                 "A net that the file does not have begins as the recipe says. docs/export.md has names and layouts.",
        .options = options,
        .option_count = COUNT_OF(options),
        .least = 1,
        .most = 1};
    const char *operands[OPERANDS] = {NULL};
    int code;
    if (options_read(&code, context, &usage, argc, argv, operands)) code = start(context, &import, operands[0]);
    free(import.maps.texts);
    free(import.settings.texts);
    return code;
}

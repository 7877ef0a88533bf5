/* clgan_import: weights of a file become step 0 of a run, as a checkpoint. Nothing is made before all is known to be
 * right. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "export/import_check.h"
#include "gan/run_lock.h"

#define TOLERANCE 1e-4

static clgan_status check_options(struct import_request *request, const clgan_import_options *options)
{
    if (!options->layout)
        return status_fail(CLGAN_USAGE,
                           "the file's layout must be said, torch or clgan: a square matrix fits either way");
    TRY(layout_read(&request->layout, options->layout));
    if (!options->check_noise != !options->check_samples) return status_fail(CLGAN_USAGE, "a check needs both z and x");
    request->network = options->network;
    request->maps = options->maps;
    request->map_count = options->map_count;
    return CLGAN_OK;
}

/* Layers come from the file alone. */
static clgan_status check_takes(const struct recipe *recipe)
{
    const struct network_recipe *const nets[] = {&recipe->generator, &recipe->discriminator};
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < nets[n]->count; i++)
            if (nets[n]->layers[i].take >= 0)
                return status_fail(CLGAN_USAGE,
                                   "recipe %s takes %s.%zu over from another run, which an import does not: "
                                   "--set %s.%zu.take=-1 leaves that out",
                                   recipe->name, n ? "discriminator" : "generator", i,
                                   n ? "discriminator" : "generator", i);
    return CLGAN_OK;
}

/* Pictures are read only where a weight comes from them. */
static const char *data_to_read(const struct import *import, const clgan_import_options *options)
{
    const struct host_net *g = &import->nets[0];
    if (import->taken[0] || !g->layers[g->count - 1].spec->bias_from_marginals) return NULL;
    return options->data ? options->data : "";
}

/* ---- what is said of it ---- */

static void tell_net(struct text *told, const struct import *import, size_t net)
{
    const char letter = "GD"[net];
    if (!import->taken[net]) {
        text_append(told, "  %c as the recipe begins it\n", letter);
        return;
    }
    for (size_t i = import->starts[net]; i < import->starts[net + 1]; i++) {
        const struct import_slot *slot = &import->slots[i];
        char shape[LAYOUT_NAME];
        if (!slot->from) {
            text_append(told, "  %-12s zeros\n", slot->tensor.name);
            continue;
        }
        layout_shape(shape, slot->from->shape, slot->from->dimensions);
        text_append(told, "  %-12s %s %s %s\n", slot->tensor.name, slot->from->name, slot->from->type_name, shape);
    }
}

static void tell_left(struct text *told, const struct import *import)
{
    enum { LISTED = 8 };
    size_t left = 0;
    for (size_t i = 0; i < import->file.count; i++) {
        if (import->use[i] != IMPORT_LEFT) continue;
        if (left++ < LISTED) text_append(told, "%s%s", left == 1 ? "  left out: " : ", ", import->file.entries[i].name);
    }
    if (left > LISTED) text_append(told, " and %zu more", left - LISTED);
    if (left) text_append(told, "\n");
}

static void tell(struct text *told, const struct import *import, const char *folder,
                 const clgan_import_options *options, double worst)
{
    text_append(told, "%s: step 0, from %s, layout %s\n", folder, import->file.path, layout_name(import->layout));
    for (size_t net = 0; net < 2; net++) tell_net(told, import, net);
    tell_left(told, import);
    if (options->check_noise)
        text_append(told, "  checked: G(z) is x in %zu rows, the largest difference is %.3g\n",
                    options->check_noise->rows, worst);
}

/* ---- the run ---- */

/* The run's folder, its step 0 and its settings; locked until it is freed. */
static clgan_status make_run(clgan_run **run, struct training *training, const clgan_recipe *recipe,
                             const clgan_import_options *options, const clgan_log *log)
{
    clgan_run *made;
    TRY(clgan_run_create(&made, recipe, options->folder, options->data, NULL, log));
    clgan_status status = checkpoint_save(&training->pair, made->folder, made->recipe_text, 0);
    if (status == CLGAN_OK) status = run_write(made);
    if (status == CLGAN_OK)
        *run = made;
    else
        clgan_run_free(made);
    return status;
}

static clgan_status import_into(clgan_run **run, struct text *told, const struct import *import,
                                struct training *training, const clgan_recipe *recipe,
                                const clgan_import_options *options, const clgan_log *log)
{
    const double tolerance = options->tolerance > 0 ? options->tolerance : TOLERANCE;
    double worst = 0;
    TRY(training_initialise(training, NULL, log));
    TRY(import_write(import, training));
    if (options->check_noise)
        TRY(import_check(&worst, import, training, options->check_noise, options->check_samples, tolerance));
    TRY(make_run(run, training, recipe, options, log));
    tell(told, import, clgan_run_folder(*run), options, worst);
    return CLGAN_OK;
}

/* The two nets on the device, and all that follows. */
static clgan_status begin(clgan_run **run, struct text *told, const struct import *import, const clgan_recipe *recipe,
                          const clgan_import_options *options, const clgan_log *log)
{
    struct training training;
    if (options->check_noise) TRY(import_check_sizes(import, options->check_noise, options->check_samples));
    TRY(training_open_pair(&training, &recipe->recipe, data_to_read(import, options), &options->device, log));
    const clgan_status status = import_into(run, told, import, &training, recipe, options, log);
    training_close(&training);
    return status;
}

clgan_status clgan_import(clgan_run **run, char **told, const char *path, const clgan_recipe *recipe,
                          const clgan_import_options *options, const clgan_log *log)
{
    struct import_request request = {.path = path};
    struct import import;
    struct text text = {0};
    clgan_run *made = NULL;
    TRY(CHECK_OPTIONS(options));
    TRY(check_options(&request, options));
    TRY(check_takes(&recipe->recipe));
    TRY(import_read(&import, &recipe->recipe, &request));
    clgan_status status = begin(&made, &text, &import, recipe, options, log);
    import_free(&import);
    if (status == CLGAN_OK) status = text_take(told, &text);
    text_free(&text);
    if (status == CLGAN_OK)
        *run = made;
    else
        clgan_run_free(made);
    return status;
}

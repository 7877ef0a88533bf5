/* The dry run: what one training step would do. */
#include "base/text.h"
#include "gan/training.h"

static void print_network(struct text *text, const struct network *network)
{
    size_t total = 0;
    for (size_t i = 0; i < network->count; i++) {
        const struct layer *layer = &network->layers[i];
        text_append(text, "  %c.%zu  %6zu -> %6zu%s  %12zu\n", network->letter, i, layer->in, layer->units,
                    layer->spec->kind == LAYER_MAXOUT ? "  maxout" : "  dense ", layer_parameters(layer));
        total += layer_parameters(layer);
    }
    text_append(text, "  %c    in all                      %12zu\n", network->letter, total);
}

static void print_memory(struct text *text, const struct training *training)
{
    const uint64_t nets = pair_bytes(&training->pair);
    text_append(text, "\n# device memory\n  nets, optimiser state, gradients, minibatches  %10.1f MB\n",
                (double)nets / 1e6);
    text_append(text, "  training data%s                     %10.1f MB\n",
                training->batches.streamed ? ", a window" : "          ",
                (double)(training->batches.bytes.bytes + training->batches.prepare.bytes) / 1e6);
    text_append(text, "  in all, with scratch and sampler               %10.1f MB of %.1f MB\n",
                (double)training->device->taken / 1e6, (double)training->device->info.memory / 1e6);
}

static clgan_status describe(char **out, const clgan_recipe *recipe, const struct training *training)
{
    struct text text = {0};
    char *yaml;
    TRY(recipe_write(&yaml, &recipe->recipe));
    text_append(&text, "# the resolved recipe\n%s\n# parameters\n", yaml);
    clgan_text_free(yaml);
    print_network(&text, &training->pair.g);
    print_network(&text, &training->pair.d);
    print_memory(&text, training);
    text_append(&text, "\n# plan of one step, %zu steps an epoch\n", training->batches.steps_per_epoch);
    plan_print(&text, &training->pair.step);
    return text_take(out, &text);
}

clgan_status clgan_train_describe(char **text, const clgan_recipe *recipe, const char *data,
                                  const clgan_train_options *options, const clgan_log *log)
{
    struct training training;
    TRY(CHECK_OPTIONS(options));
    TRY(training_open(&training, &recipe->recipe, &(struct training_request){.data = data, .imagined = true}, options,
                      log));
    clgan_status status = describe(text, recipe, &training);
    training_close(&training);
    return status;
}

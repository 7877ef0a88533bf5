/* What a new run's recipe is refused for. */
#include <inttypes.h>

#include "gan/run.h"

static bool takes_layers(const struct network_recipe *network)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->layers[i].take >= 0) return true;
    return false;
}

static clgan_status check_from(const struct recipe *recipe, const char *from)
{
    const bool takes = takes_layers(&recipe->generator) || takes_layers(&recipe->discriminator);
    if (takes && !from)
        return status_fail(CLGAN_USAGE, "recipe %s takes layers over from another run: name it with --from RUN",
                           recipe->name);
    if (from && !takes)
        return status_fail(CLGAN_USAGE, "recipe %s takes no layers over: --from has no use (a layer asks with take: N)",
                           recipe->name);
    return CLGAN_OK;
}

static clgan_status check_rates(const struct optimiser_recipe *optimiser, const char *net)
{
    if (optimiser->lowest_rate <= optimiser->learning_rate) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "optimiser.%s.lowest_rate: expected at most learning_rate, %g, found %g", net,
                       optimiser->learning_rate, optimiser->lowest_rate);
}

clgan_status run_check_recipe(const struct recipe *recipe, const char *from)
{
    TRY(check_from(recipe, from));
    TRY(check_rates(&recipe->generator_optimiser, "generator"));
    TRY(check_rates(&recipe->discriminator_optimiser, "discriminator"));
    if (!recipe->train.simultaneous_epochs ||
        (recipe->train.discriminator_steps == 1 && recipe->train.generator_steps == 1))
        return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "train.simultaneous_epochs: expected 0 where a net makes several steps in turn, found %" PRId64,
                       recipe->train.simultaneous_epochs);
}

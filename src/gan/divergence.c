#include "gan/divergence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gan/net_tensors.h"

/* Tensors of both nets that are kept, and of their passes. */
enum { MOST = 2 * (NET_TENSORS + 4 * RECIPE_LAYERS) + 2 };

struct search {
    struct trainer *trainer;
    struct net_tensor *list;
    size_t count;
    uint64_t step;      /* the first that leaves something bad behind, counted from 1; 0: none was found */
    const char *launch; /* of it, that wrote it */
    size_t bad;         /* number in the list */
};

/* ---- what is looked at ---- */

static void add(struct search *search, struct tensor tensor, char letter, size_t layer, const char *what)
{
    if (!tensor.buffer) return;
    struct net_tensor *item = &search->list[search->count++];
    *item = (struct net_tensor){.tensor = tensor};
    snprintf(item->name, sizeof item->name, "%s of %c.%zu", what, letter, layer);
}

static void add_pass(struct search *search, const struct pass *pass)
{
    const char letter = pass->network->letter;
    add(search, pass_input(pass), letter, 0, "input");
    for (size_t i = 0; i < pass->network->count; i++) {
        const struct pass_layer *at = &pass->layers[i];
        if (at->h.buffer != at->x.buffer || at->h.offset != at->x.offset)
            add(search, at->h, letter, i, "input after dropout");
        add(search, at->y, letter, i, "output");
        add(search, at->dy, letter, i, "gradient");
        add(search, at->wide, letter, i, "gradient");
    }
}

static clgan_status list_tensors(struct search *search)
{
    const struct pair *pair = &search->trainer->training->pair;
    TRY(memory_take(&search->list, MOST, sizeof *search->list));
    add_pass(search, &pair->g_pass);
    add_pass(search, &pair->d_pass);
    search->count += net_tensors(search->list + search->count, &pair->g, NET_ALL);
    search->count += net_tensors(search->list + search->count, &pair->d, NET_ALL);
    search->list[search->count++] = (struct net_tensor){.name = "a loss", .tensor = pair->values};
    return CLGAN_OK;
}

static clgan_status look(bool *found, struct search *search)
{
    TRY(net_tensors_first_bad(&search->bad, search->trainer->training->device, search->list, search->count));
    *found = search->bad < search->count;
    return CLGAN_OK;
}

/* ---- doing it again ---- */

/* The next step, looking only after it, or after each of its launches. */
static clgan_status repeat_step(bool *found, struct search *search, bool first, bool each)
{
    struct plan *plan;
    TRY(trainer_prepare_step(&plan, search->trainer, first));
    for (size_t i = 0; i < plan->count; i++) {
        TRY(plan_run_launch(plan, i));
        if (!each && i + 1 < plan->count) continue;
        TRY(look(found, search));
        search->launch = plan->launches[i].name;
        if (*found) break;
    }
    search->trainer->step++;
    if (search->trainer->step % search->trainer->per_epoch == 0)
        return pair_clear_sums(&search->trainer->training->pair);
    return CLGAN_OK;
}

/* Up to step `last` at most. */
static clgan_status find(struct search *search, uint64_t last)
{
    struct trainer *trainer = search->trainer;
    bool found = false;
    TRY(list_tensors(search));
    TRY(trainer_rewind(trainer));
    const uint64_t start = trainer->step;
    log_info(&trainer->run->log,
             "numbers went bad: repeating the steps since %" PRIu64
             " to find the first of them (Ctrl-C leaves that out)",
             start);
    while (!found && trainer->step < last && !trainer_wants_stop(trainer))
        TRY(repeat_step(&found, search, trainer->step == start, false));
    if (!found) return CLGAN_OK;
    const uint64_t step = trainer->step;
    TRY(trainer_rewind(trainer));
    for (found = false; trainer->step < step && !found && !trainer_wants_stop(trainer);)
        TRY(repeat_step(&found, search, trainer->step == start, trainer->step + 1 == step));
    if (found) search->step = step;
    return CLGAN_OK;
}

/* Whether a loss or a parameter is not finite; false also where that can't be read. */
static bool seen(struct trainer *trainer)
{
    const struct pair *pair = &trainer->training->pair;
    struct net_tensor *list;
    step_state state;
    size_t bad = 0, count;
    if (pair_read_state(&trainer->training->pair, &state) != CLGAN_OK ||
        memory_take(&list, 2 * NET_TENSORS, sizeof *list) != CLGAN_OK)
        return false;
    count = net_tensors(list, &pair->g, NET_ALL);
    count += net_tensors(list + count, &pair->d, NET_ALL);
    const bool read = net_tensors_first_bad(&bad, pair->device, list, count) == CLGAN_OK;
    free(list);
    return read && (state.first_bad || bad < count);
}

bool divergence_explain(struct trainer *trainer)
{
    struct search search = {.trainer = trainer};
    char kept[TRAINER_KEPT], *before = NULL;
    if (memory_copy_text(&before, clgan_last_error()) != CLGAN_OK) return false;
    const bool bad = seen(trainer);
    const uint64_t last = trainer->step;
    trainer->advised |= bad;
    const bool searched = bad && find(&search, last) == CLGAN_OK;
    trainer_tell_kept(kept, trainer);
    if (searched && search.step)
        status_fail(CLGAN_FAILED,
                    "step %" PRIu64
                    ": %s is not finite (NaN or infinity), as \"%s\" wrote it; %s. Try a lower learning rate%s",
                    search.step, search.list[search.bad].name, search.launch, kept,
                    trainer->options->rollback ? "" : ", or --on-nan rollback");
    else
        status_fail(CLGAN_FAILED, "%s", before);
    free(search.list);
    free(before);
    return bad;
}

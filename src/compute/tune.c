#include "compute/tune.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "compute/trial.h"

enum { CANDIDATES_MOST = 64 };
#define GAIN 0.985 /* of the best so far: what less would be noise */

/* Runs it once from the operands' start. */
static clgan_status run_once(struct plan *plan, const struct trial *trial, const struct gemm_variant *variant)
{
    plan_begin(plan, trial->device);
    TRY(gemm_append(plan, "tune", &trial->gemm, variant));
    TRY(trial_write(trial));
    TRY(plan_run(plan));
    return device_finish(trial->device);
}

/* What a search works with. */
struct search {
    struct tune_state *state;
    struct device *device;
    const struct tune_request *request;
    double began;
    struct buffer from, to; /* larger than caches; copying one to the other empties them */
    struct plan sweep;
};

/* In a step other products' operands lie in the caches when a product begins: so they do here. */
static clgan_status time_run(double *least, struct search *search, struct plan *plan)
{
    TRY(plan_run(&search->sweep));
    TRY(device_finish(plan->device));
    const double start = clock_seconds();
    TRY(plan_run(plan));
    TRY(device_finish(plan->device));
    *least = fmin(*least, clock_seconds() - start);
    return CLGAN_OK;
}

/* Seconds of a run of each: the least of several, for `enough` seconds in all or longer. In turn, so that what else the
 * machine does falls on both. `best` may have no launches yet. */
static clgan_status time_both(double *seconds, double *best_seconds, struct search *search, struct plan *plan,
                              struct plan *best, double enough)
{
    *seconds = *best_seconds = INFINITY;
    for (double begin = clock_seconds(), now = begin, runs = 0; runs < 4 || (now - begin < enough && runs < 200);
         runs++) {
        TRY(time_run(seconds, search, plan));
        if (best->count) TRY(time_run(best_seconds, search, best));
        now = clock_seconds();
        if (now - begin > 1) break;
    }
    return CLGAN_OK;
}

/* ---- the search ---- */

/* `best`: the plan of the choice so far, which a faster candidate's plan replaces. */
static void try_candidate(struct search *search, struct trial *trial, struct gemm_choice *choice, struct plan *best,
                          const struct gemm_variant *variant)
{
    struct plan plan;
    double seconds = 0, best_seconds = 0;
    bool right = false;
    clgan_status status = run_once(&plan, trial, variant);
    if (status == CLGAN_OK) status = trial_check(&right, trial);
    if (status == CLGAN_OK && right) status = time_both(&seconds, &best_seconds, search, &plan, best, 0.03);
    /* Among many candidates some look faster by chance: a gain has to show twice. */
    if (status == CLGAN_OK && right && best->count && seconds < GAIN * best_seconds)
        status = time_both(&seconds, &best_seconds, search, &plan, best, 0.15);
    if (status != CLGAN_OK)
        search->state->failed++;
    else if (!right)
        search->state->wrong++;
    else if (seconds < GAIN * best_seconds) {
        const struct plan slower = *best;
        *best = plan;
        plan = slower;
        choice->variant = *variant;
        choice->seconds = seconds;
        search->state->gained = true;
    }
    plan_free(&plan);
}

static bool is_over(const struct search *search)
{
    const struct tune_request *request = search->request;
    if (request->stop && *request->stop) return true;
    return request->seconds > 0 && clock_seconds() - search->began >= request->seconds;
}

static double work(const struct gemm_choice *choice)
{
    return (double)choice->gemm.m * (double)choice->gemm.n * (double)choice->gemm.k;
}

static int by_work(const void *a, const void *b)
{
    const double x = work(a), y = work(b);
    return x < y ? 1 : x > y ? -1 : 0;
}

static size_t gemm_bytes(const struct gemm *g)
{
    return sizeof(float) * (g->m * g->k + g->k * g->n + g->m * g->n * (g->epilogue >= EPILOGUE_MOMENTUM ? 3 : 1));
}

/* The next `count` candidates of one product. */
static clgan_status tune_product(struct search *search, struct gemm_choice *choice, size_t count)
{
    struct gemm_variant list[CANDIDATES_MOST];
    const size_t most = search->request->candidates < CANDIDATES_MOST ? search->request->candidates : CANDIDATES_MOST;
    const size_t found = gemm_candidates(list, most, search->device, &choice->gemm);
    struct trial trial;
    struct plan best = {0};
    if (choice->tried >= found) return CLGAN_OK;
    TRY(trial_open(&trial, search->device, &choice->gemm));
    if (choice->seconds > 0 && run_once(&best, &trial, &choice->variant) != CLGAN_OK) plan_free(&best);
    for (; count && choice->tried < found && !is_over(search); count--) {
        search->state->gained = false;
        try_candidate(search, &trial, choice, &best, &list[choice->tried++]);
        search->state->choice = choice;
        search->state->candidates = found;
        search->state->seconds = clock_seconds() - search->began;
        if (search->request->progress) search->request->progress(search->request->user, search->state);
    }
    plan_free(&best);
    trial_close(&trial);
    return CLGAN_OK;
}

static clgan_status make_sweep(struct search *search)
{
    enum { SWEEP_BYTES = 48 << 20, WIDTH = 16, UNIT = 64 * WIDTH * sizeof(float) }; /* a work-group's bytes */
    struct device *device = search->device;
    const size_t largest = device->info.largest_buffer / UNIT * UNIT;
    const size_t bytes = SWEEP_BYTES < largest ? SWEEP_BYTES : largest;
    plan_begin(&search->sweep, device);
    TRY(buffer_make(&search->from, device, bytes, "a tuning"));
    TRY(buffer_make(&search->to, device, bytes, "a tuning"));
    return plan_kernel(&search->sweep,
                       &(struct kernel_launch){.name = "empty the caches",
                                               .program = "peak",
                                               .kernel = "copy",
                                               .columns = bytes / sizeof(float) / WIDTH,
                                               ARGUMENTS(ARG_BUFFER(&search->to), ARG_BUFFER(&search->from))});
}

static clgan_status search_all(struct search *search)
{
    enum { ROUND = 2 };
    const struct tune_request *request = search->request;
    struct gemm_choices *choices = search->device->choices;
    for (size_t round = 0; round * ROUND < CANDIDATES_MOST && !is_over(search); round++) {
        search->state->product = 0;
        for (size_t i = 0; i < choices->count && !is_over(search); i++) {
            struct gemm_choice *choice = &choices->list[i];
            if (!choice->used) continue;
            search->state->product++;
            if (request->bytes && gemm_bytes(&choice->gemm) > request->bytes) continue;
            TRY(tune_product(search, choice, ROUND));
        }
    }
    return CLGAN_OK;
}

clgan_status tune(struct tune_state *state, struct device *device, const struct tune_request *request)
{
    struct gemm_choices *choices = device->choices;
    struct search search = {.state = state, .device = device, .request = request, .began = clock_seconds()};
    *state = (struct tune_state){0};
    qsort(choices->list, choices->count, sizeof *choices->list, by_work);
    for (size_t i = 0; i < choices->count; i++) state->products += choices->list[i].used;
    clgan_status status = make_sweep(&search);
    if (status == CLGAN_OK) status = search_all(&search);
    plan_free(&search.sweep);
    buffer_free(&search.from, device);
    buffer_free(&search.to, device);
    state->seconds = clock_seconds() - search.began;
    if (status != CLGAN_OK) return status;
    return request->stop && *request->stop ? CLGAN_STOPPED : CLGAN_OK;
}

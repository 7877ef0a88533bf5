#include "compute/gemm.h"

#include <stdio.h>

#include "compute/choices.h"

/* A matrix of one column is its own transpose: X w is made as dY Wᵀ, where vectors run along k, and dy wᵀ as X W, where
 * they run along the columns. */
static void turn(struct gemm *gemm)
{
    if (gemm->product == GEMM_XW && gemm->n == 1)
        gemm->product = GEMM_DYWT;
    else if (gemm->product == GEMM_DYWT && gemm->k == 1)
        gemm->product = GEMM_XW;
    else
        return;
    const size_t rows = gemm->b.rows;
    gemm->b.rows = gemm->b.columns;
    gemm->b.columns = gemm->b.stride = rows;
}

static clgan_status append_chosen(struct plan *plan, const char *name, const struct gemm *gemm)
{
    enum { CANDIDATES = 16 };
    struct gemm turned = *gemm;
    turn(&turned);
    struct gemm_variant list[CANDIDATES], variant = gemm_choose(plan->device, &turned);
    const size_t before = plan->count;
    clgan_status status = gemm_append(plan, name, &turned, &variant);
    if (status == CLGAN_OK) return CLGAN_OK;
    /* The device can't build or launch it, which only trying tells: the next likely ones. What CLBlast can't do it only
     * says when it runs, so it comes after all others. */
    char trouble[512];
    snprintf(trouble, sizeof trouble, "%s", clgan_last_error());
    const size_t count = gemm_candidates(list, CANDIDATES, plan->device, &turned);
    for (size_t i = 0; i < 2 * count && status != CLGAN_OK; i++) {
        const bool again = i >= count; /* for CLBlast */
        const struct gemm_variant *next = &list[again ? i - count : i];
        if ((next->backend == GEMM_CLBLAST) != again) continue;
        plan_cut(plan, before);
        status = gemm_append(plan, name, &turned, next);
        struct gemm_choice *choice = choices_find(plan->device->choices, &turned);
        if (status == CLGAN_OK && choice) choice->variant = *next;
        if (status == CLGAN_OK)
            log_info(&plan->device->log, "%s: %s could not be set up, %s is used: %s", name,
                     gemm_variant_name(&variant).text, gemm_variant_name(next).text, trouble);
    }
    return status == CLGAN_OK ? status : status_within(status, "%s; in its place", trouble);
}

/* The product of two operands: its sizes are theirs. */
static void multiply(struct gemm *gemm, enum gemm_product product, struct tensor a, struct tensor b)
{
    gemm->product = product;
    gemm->a = a;
    gemm->b = b;
    gemm->m = product == GEMM_XTDY ? a.columns : a.rows;
    gemm->n = product == GEMM_DYWT ? b.rows : b.columns;
    gemm->k = product == GEMM_XTDY ? a.rows : a.columns;
}

clgan_status gemm_forward(struct plan *plan, const char *name, struct tensor x, struct tensor w, const struct gemm *how)
{
    struct gemm gemm = *how;
    gemm.epilogue = how->pieces ? EPILOGUE_MAXOUT : EPILOGUE_ACTIVATE;
    multiply(&gemm, GEMM_XW, x, w);
    return append_chosen(plan, name, &gemm);
}

clgan_status gemm_backward(struct plan *plan, const char *name, struct tensor dy, struct tensor w,
                           const struct gemm *how)
{
    struct gemm gemm = *how;
    gemm.epilogue = how->pieces ? EPILOGUE_SCATTER : EPILOGUE_BACKWARD;
    multiply(&gemm, GEMM_DYWT, dy, w);
    if (!gemm.y.buffer) gemm.activation = 0;
    return append_chosen(plan, name, &gemm);
}

clgan_status gemm_inner(struct plan *plan, const char *name, struct tensor a, struct tensor b, struct tensor c)
{
    struct gemm gemm = {.epilogue = EPILOGUE_STORE, .c = c};
    multiply(&gemm, GEMM_DYWT, a, b);
    return append_chosen(plan, name, &gemm);
}

clgan_status gemm_weights(struct plan *plan, const char *name, struct tensor x, struct tensor dy,
                          const struct gemm *how)
{
    struct gemm gemm = *how;
    gemm.epilogue = !how->rule ? EPILOGUE_STORE : how->rule->adam ? EPILOGUE_ADAM : EPILOGUE_MOMENTUM;
    multiply(&gemm, GEMM_XTDY, x, dy);
    return append_chosen(plan, name, &gemm);
}

/* Checks of matrix products: each epilogue, by the variant that this device would use, and by each backend. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "compute/trial.h"
#include "gan/selftest.h"
#include "nn/spec.h"

/* Tiles hang over the edges of these sizes, and are whole inside. */
enum { M = 66, N = 136, K = 130, UNITS = 40, PIECES = 3 };

static const struct {
    const char *name;
    struct gemm gemm;
} products[SELFTEST_PRODUCTS] = {
    {"product XW activate", {.product = GEMM_XW, .epilogue = EPILOGUE_ACTIVATE, .n = N, .activation = ACTIVATION_RELU}},
    {"product XW sigmoid",
     {.product = GEMM_XW, .epilogue = EPILOGUE_ACTIVATE, .n = N, .activation = ACTIVATION_SIGMOID}},
    {"product XW maxout",
     {.product = GEMM_XW,
      .epilogue = EPILOGUE_MAXOUT,
      .n = UNITS * PIECES,
      .pieces = PIECES,
      .dropout = {.layer = 1, .row = 7, .keep = 0.5}}},
    {"product dYWt store", {.product = GEMM_DYWT, .epilogue = EPILOGUE_STORE, .n = N}},
    {"product dYWt backward",
     {.product = GEMM_DYWT, .epilogue = EPILOGUE_BACKWARD, .n = N, .activation = ACTIVATION_TANH, .factor = 2}},
    {"product dYWt scatter",
     {.product = GEMM_DYWT, .epilogue = EPILOGUE_SCATTER, .n = N, .pieces = PIECES, .factor = 1.25f}},
    {"product XtdY store", {.product = GEMM_XTDY, .epilogue = EPILOGUE_STORE, .n = N}},
    {"product XtdY momentum", {.product = GEMM_XTDY, .epilogue = EPILOGUE_MOMENTUM, .n = N, .limit = 1}},
    {"product XtdY adam", {.product = GEMM_XTDY, .epilogue = EPILOGUE_ADAM, .n = N}},
};

const char *selftest_product_name(size_t which) { return products[which].name; }

/* With every operand that its epilogue can have. */
static struct gemm with_operands(const struct gemm *product, const struct buffer *some)
{
    const struct tensor there = {.buffer = some};
    const struct parameter all = {there, there, there, there};
    struct gemm gemm = *product;
    const bool forward = gemm.product == GEMM_XW, dw = gemm.product == GEMM_XTDY;
    const bool back = gemm.epilogue == EPILOGUE_BACKWARD || gemm.epilogue == EPILOGUE_SCATTER;
    gemm.m = M;
    gemm.k = K;
    if (forward || dw) gemm.bias = there;
    if (gemm.dropout.keep > 0) gemm.dropout.h = there;
    if (back || dw) gemm.signal = there;
    if (back) gemm.mask = there;
    if (gemm.epilogue == EPILOGUE_BACKWARD) gemm.y = there;
    if (gemm.epilogue >= EPILOGUE_MOMENTUM) gemm.weight = gemm.offset = all;
    return gemm;
}

/* ---- what it should come to ---- */

/* What a product should leave, in double precision; an array of what it leaves alone is NULL. */
struct answers {
    double *c, *bias, *winner, *dropped, *kept; /* or of weight and offset: */
    double *w[2], *first[2], *second[2];
};

/* [m, n]; dW has one more row, the sums of the columns of dY. */
static clgan_status make_sums(struct selftest *test, double **sums, const struct trial *trial)
{
    const struct gemm *g = &trial->gemm;
    const bool dw = g->product == GEMM_XTDY, turned = g->product == GEMM_DYWT;
    const float *a = trial_start(trial, &g->a), *b = trial_start(trial, &g->b),
                *signal = trial_start(trial, &g->signal);
    TRY(selftest_take(test, sums, (g->m + 1) * g->n, sizeof **sums));
    for (size_t row = 0; row < g->m + dw; row++)
        for (size_t i = 0; i < g->k; i++) {
            const double x = row == g->m ? 1 : dw ? (double)a[i * g->m + row] : (double)a[row * g->k + i];
            const double scaled = dw && signal ? x * (double)signal[i] : x;
            for (size_t column = 0; column < g->n; column++)
                (*sums)[row * g->n + column] += scaled * (double)(turned ? b[column * g->k + i] : b[i * g->n + column]);
        }
    return CLGAN_OK;
}

static void expect_forward(const struct answers *answers, const struct trial *trial, const double *sums)
{
    const struct gemm *g = &trial->gemm;
    const float *bias = trial_start(trial, &g->bias);
    const size_t pieces = g->pieces ? g->pieces : 1, units = g->n / pieces;
    for (size_t i = 0; i < g->m * units; i++) {
        const size_t row = i / units, unit = i % units;
        double best = -INFINITY;
        for (size_t piece = 0; piece < pieces; piece++) {
            const double sum = sums[row * g->n + piece * units + unit] + (double)bias[piece * units + unit];
            if (sum <= best) continue;
            best = sum;
            if (answers->winner) answers->winner[i] = (double)piece;
        }
        answers->c[i] = g->activation == ACTIVATION_RELU      ? fmax(best, 0)
                        : g->activation == ACTIVATION_SIGMOID ? 1 / (1 + exp(-best))
                                                              : best;
    }
}

static void expect_dropped(const struct answers *answers, const struct gemm_dropout *how)
{
    for (size_t i = 0; i < how->h.rows * how->h.columns; i++) {
        const size_t row = how->row + i / how->h.columns, column = i % how->h.columns;
        answers->kept[i] = random_stream_word(how->key, how->layer, row, column, 0) < gemm_dropout_threshold(how);
        answers->dropped[i] = answers->c[i] * answers->kept[i] / how->keep;
    }
}

static void expect_backward(const struct answers *answers, const struct trial *trial, const double *sums)
{
    const struct gemm *g = &trial->gemm;
    const float *signal = trial_start(trial, &g->signal), *y = trial_start(trial, &g->y);
    const uint8_t *mask = trial_start(trial, &g->mask), *winner = trial_start(trial, &g->winner);
    for (size_t i = 0; i < g->m * g->n; i++) {
        const size_t row = i / g->n, column = i % g->n;
        double d = sums[i] * (signal ? (double)signal[row] : 1);
        if (mask) d *= mask[i] ? (double)g->factor : 0;
        if (!winner)
            answers->c[i] = y ? d * (1 - (double)y[i] * (double)y[i]) : d;
        else
            answers->c[(row * g->pieces + winner[i]) * g->n + column] = d;
    }
}

/* `which` 0: W, 1: the bias. */
static void expect_update(const struct answers *answers, const struct trial *trial, const struct parameter *parameter,
                          size_t which, const double *gradient, const schedule *now)
{
    const float *w = trial_start(trial, &parameter->w), *first = trial_start(trial, &parameter->first),
                *second = trial_start(trial, &parameter->second);
    const double beta1 = (double)trial->rule.beta1, beta2 = (double)trial->rule.beta2;
    for (size_t i = 0; i < parameter->w.rows * parameter->w.columns; i++) {
        const double g = gradient[i];
        if (!second || !answers->second[which]) {
            answers->first[which][i] = (double)now->momentum * (double)first[i] - (double)now->rate * g;
            answers->w[which][i] = (double)w[i] + answers->first[which][i];
            continue;
        }
        const double one = beta1 * (double)first[i] + (1 - beta1) * g;
        const double two = beta2 * (double)second[i] + (1 - beta2) * g * g;
        answers->first[which][i] = one;
        answers->second[which][i] = two;
        answers->w[which][i] = (double)w[i] - (double)now->rate * one / (sqrt(two) + (double)now->epsilon);
    }
}

static clgan_status take_like(struct selftest *test, double **values, const struct tensor *tensor)
{
    return selftest_take(test, values, tensor->rows * tensor->columns, sizeof **values);
}

static clgan_status expect_updates(struct selftest *test, struct answers *answers, const struct trial *trial,
                                   const double *sums)
{
    const struct gemm *g = &trial->gemm;
    const struct parameter *const parameters[2] = {&g->weight, &g->offset};
    schedule now;
    TRY(buffer_read(test->device, &trial->table, 0, sizeof now, &now));
    for (size_t which = 0; which < 2; which++) {
        const struct parameter *parameter = parameters[which];
        TRY(take_like(test, &answers->w[which], &parameter->w));
        TRY(take_like(test, &answers->first[which], &parameter->first));
        if (parameter->second.buffer) TRY(take_like(test, &answers->second[which], &parameter->second));
        expect_update(answers, trial, parameter, which, sums + which * g->m * g->n, &now);
    }
    return CLGAN_OK;
}

static clgan_status expect(struct selftest *test, struct answers *answers, const struct trial *trial)
{
    const struct gemm *g = &trial->gemm;
    double *sums;
    TRY(make_sums(test, &sums, trial));
    if (g->epilogue >= EPILOGUE_MOMENTUM) return expect_updates(test, answers, trial, sums);
    if (g->product == GEMM_XTDY) {
        answers->c = sums;
        answers->bias = sums + g->m * g->n;
        return CLGAN_OK;
    }
    TRY(take_like(test, &answers->c, &g->c));
    if (g->epilogue == EPILOGUE_MAXOUT) TRY(take_like(test, &answers->winner, &g->winner));
    if (g->product == GEMM_XW)
        expect_forward(answers, trial, sums);
    else
        expect_backward(answers, trial, sums);
    if (!g->dropout.h.buffer) return CLGAN_OK;
    TRY(take_like(test, &answers->dropped, &g->dropout.h));
    TRY(take_like(test, &answers->kept, &g->dropout.mask));
    expect_dropped(answers, &g->dropout);
    return CLGAN_OK;
}

/* ---- what it comes to ---- */

static clgan_status compare(struct selftest *test, const struct gemm_variant *variant, const char *what,
                            struct tensor tensor, const double *wanted)
{
    const double tolerance = 1e-5; /* sums are exact: of an epilogue's few roundings */
    char full[80];
    if (!wanted) return CLGAN_OK;
    snprintf(full, sizeof full, "%s: %s", gemm_variant_name(variant).text, what);
    return selftest_tensor(test, full, tensor, wanted, tolerance);
}

/* Fails the check where the variant computes wrongly; another status where it can't be run. */
static clgan_status try_variant(struct selftest *test, const struct trial *trial, const struct answers *answers,
                                const struct gemm_variant *variant)
{
    const struct gemm *g = &trial->gemm;
    const struct parameter *const parameters[2] = {&g->weight, &g->offset};
    static const char *const names[2][4] = {{"W", "W's first moment", "W's second moment", "W's average"},
                                            {"b", "b's first moment", "b's second moment", "b's average"}};
    clgan_status status = gemm_append(&test->plan, test->check.name, g, variant);
    if (status == CLGAN_OK) status = trial_write(trial);
    if (status == CLGAN_OK) status = selftest_plan(test);
    if (status != CLGAN_OK) {
        plan_cut(&test->plan, 0);
        return status_within(status, "%s", gemm_variant_name(variant).text);
    }
    TRY(compare(test, variant, "C", g->c, answers->c));
    TRY(compare(test, variant, "db", g->bias, answers->bias));
    TRY(compare(test, variant, "winner", g->winner, answers->winner));
    TRY(compare(test, variant, "C after dropout", g->dropout.h, answers->dropped));
    TRY(compare(test, variant, "dropout's mask", g->dropout.mask, answers->kept));
    for (size_t which = 0; which < 2; which++) {
        TRY(compare(test, variant, names[which][0], parameters[which]->w, answers->w[which]));
        TRY(compare(test, variant, names[which][1], parameters[which]->first, answers->first[which]));
        TRY(compare(test, variant, names[which][2], parameters[which]->second, answers->second[which]));
        TRY(compare(test, variant, names[which][3], parameters[which]->average, answers->w[which]));
    }
    return CLGAN_OK;
}

/* The one that a training would use: the choice, or where the device can't build it the next that it can. */
static clgan_status try_chosen(struct selftest *test, const struct trial *trial, const struct answers *answers)
{
    enum { CANDIDATES = 16 };
    struct gemm_variant list[CANDIDATES], chosen = gemm_choose(test->device, &trial->gemm);
    clgan_status status = try_variant(test, trial, answers, &chosen);
    if (status == CLGAN_OK) return CLGAN_OK;
    log_info(&test->device->log, "self-test: %s can't be tried, the next likely kernel is: %s", test->check.name,
             clgan_last_error());
    const size_t count = gemm_candidates(list, CANDIDATES, test->device, &trial->gemm);
    for (size_t i = 0; i < count && status != CLGAN_OK; i++) status = try_variant(test, trial, answers, &list[i]);
    return status;
}

/* One of a backend's likely variants must be right; that others are wrong is what tuning finds. */
static clgan_status try_backend(struct selftest *test, const struct trial *trial, const struct answers *answers,
                                enum gemm_backend backend)
{
    enum { TRIED = 3 };
    struct gemm_variant list[TRIED + 1];
    const unsigned allowed = test->device->gemm_backends;
    if (!gemm_allowed(test->device, backend)) return CLGAN_OK;
    test->device->gemm_backends = 1u << backend;
    const size_t count = gemm_candidates(list, TRIED + 1, test->device, &trial->gemm);
    test->device->gemm_backends = allowed;
    clgan_status status = CLGAN_OK;
    clgan_check wrong = test->check;
    for (size_t i = 0; i < count && list[i].backend == backend; i++) {
        const clgan_check before = test->check;
        status = try_variant(test, trial, answers, &list[i]);
        if (status == CLGAN_OK && test->check.passed) return CLGAN_OK;
        if (wrong.passed) wrong = test->check;
        test->check = before;
    }
    test->check = wrong;
    return status;
}

static clgan_status check_product(struct selftest *test, const struct trial *trial)
{
    static const enum gemm_backend backends[] = {GEMM_REGISTER, GEMM_PACKED, GEMM_GROUP, GEMM_CLBLAST};
    struct answers answers = {0};
    TRY(expect(test, &answers, trial));
    TRY(try_chosen(test, trial, &answers));
    for (size_t i = 0; !test->brief && test->check.passed && i < sizeof backends / sizeof *backends; i++)
        TRY(try_backend(test, trial, &answers, backends[i]));
    return CLGAN_OK;
}

clgan_status selftest_product(struct selftest *test, size_t which)
{
    const struct gemm like = with_operands(&products[which].gemm, &test->state);
    struct trial trial;
    TRY(trial_open(&trial, test->device, &like));
    const clgan_status status = check_product(test, &trial);
    plan_free(&test->plan);
    plan_begin(&test->plan, test->device);
    trial_close(&trial);
    return status;
}

/* ---- those in use ---- */

static clgan_status check_used(struct selftest *test, const struct trial *trial, const struct gemm_choice *choice)
{
    bool right = false;
    TRY(gemm_append(&test->plan, test->check.name, &trial->gemm, &choice->variant));
    TRY(trial_write(trial));
    TRY(selftest_plan(test));
    TRY(trial_check(&right, trial));
    if (right || !test->check.passed) return CLGAN_OK;
    test->check.passed = 0;
    snprintf(test->check.reason, sizeof test->check.reason, "%s by %s comes out wrong", gemm_key(&trial->gemm).text,
             gemm_variant_name(&choice->variant).text);
    return CLGAN_OK;
}

clgan_status selftest_used(struct selftest *test)
{
    for (size_t i = 0; i < test->used->count; i++) {
        const struct gemm_choice *choice = &test->used->list[i];
        struct trial trial;
        if (!choice->used) continue;
        if (trial_open(&trial, test->device, &choice->gemm) != CLGAN_OK) { /* the training's nets take the memory */
            log_info(&test->device->log, "self-test: %s is not checked: %s", gemm_key(&choice->gemm).text,
                     clgan_last_error());
            continue;
        }
        const clgan_status status = check_used(test, &trial, choice);
        plan_free(&test->plan);
        plan_begin(&test->plan, test->device);
        trial_close(&trial);
        if (status != CLGAN_OK) return status;
    }
    return CLGAN_OK;
}

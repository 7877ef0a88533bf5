#include "compute/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "state.clh"

/* The schedule of a trial's one step. */
static const schedule now = {.rate = 1e-3f, .momentum = 0.5f, .epsilon = 1e-3f};
static const float beta1 = 0.5f, beta2 = 0.99f;

/* ---- operands ---- */

const void *trial_start(const struct trial *trial, const struct tensor *operand)
{
    for (size_t i = 0; i < trial->operand_count; i++)
        if (trial->operands[i] == operand) return trial->starts[i];
    return NULL;
}

static clgan_status add_operand(struct trial *trial, struct tensor *tensor, size_t rows, size_t columns,
                                enum element element)
{
    trial->operands[trial->operand_count++] = tensor;
    return arena_add(&trial->arena, tensor, rows, columns, element);
}

static clgan_status add_parameter(struct trial *trial, struct parameter *parameter, size_t rows, size_t columns,
                                  bool averaged)
{
    TRY(add_operand(trial, &parameter->w, rows, columns, ELEMENT_F32));
    TRY(add_operand(trial, &parameter->first, rows, columns, ELEMENT_F32));
    if (averaged) TRY(add_operand(trial, &parameter->average, rows, columns, ELEMENT_F32));
    if (trial->gemm.epilogue != EPILOGUE_ADAM) return CLGAN_OK;
    return add_operand(trial, &parameter->second, rows, columns, ELEMENT_F32);
}

/* The shapes that struct gemm names, for the tensors that `like` has. */
static clgan_status add_operands(struct trial *trial, const struct gemm *like)
{
    struct gemm *g = &trial->gemm;
    const size_t m = g->m, n = g->n, k = g->k, pieces = g->pieces ? g->pieces : 1;
    const bool dw = g->product == GEMM_XTDY, maxout = g->epilogue == EPILOGUE_MAXOUT;
    const size_t written = maxout ? n / pieces : n;
    TRY(add_operand(trial, &g->a, dw ? k : m, dw ? m : k, ELEMENT_F32));
    TRY(add_operand(trial, &g->b, g->product == GEMM_DYWT ? n : k, g->product == GEMM_DYWT ? k : n, ELEMENT_F32));
    if (like->signal.buffer) TRY(add_operand(trial, &g->signal, dw ? k : m, 1, ELEMENT_F32));
    if (dw && like->signal.buffer) TRY(add_operand(trial, &g->scaled, k, m, ELEMENT_F32));
    if (like->mask.buffer) TRY(add_operand(trial, &g->mask, m, n, ELEMENT_U8));
    if (like->y.buffer) TRY(add_operand(trial, &g->y, m, n, ELEMENT_F32));
    if (g->epilogue >= EPILOGUE_MOMENTUM) {
        if (like->offset.w.buffer) TRY(add_parameter(trial, &g->offset, 1, n, like->offset.average.buffer));
        return add_parameter(trial, &g->weight, m, n, like->weight.average.buffer);
    }
    if (like->bias.buffer) TRY(add_operand(trial, &g->bias, 1, n, ELEMENT_F32));
    if (g->pieces) TRY(add_operand(trial, &g->winner, m, written, ELEMENT_U8));
    if (like->dropout.h.buffer) {
        TRY(add_operand(trial, &g->dropout.h, m, written, ELEMENT_F32));
        TRY(add_operand(trial, &g->dropout.mask, m, written, ELEMENT_U8));
    }
    return add_operand(trial, &g->c, m, g->epilogue == EPILOGUE_SCATTER ? n * pieces : written, ELEMENT_F32);
}

static size_t bytes_of(const struct tensor *tensor)
{
    return tensor->rows * tensor->columns * element_bytes(tensor->element);
}

/* Multiples of 1/4 up to 1, so that sums are exact in any order and variants differ by their epilogue's rounding only.
 */
static void fill(void *values, const struct tensor *tensor, uint32_t seed, size_t pieces)
{
    const size_t count = tensor->rows * tensor->columns;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        if (tensor->element == ELEMENT_U8)
            ((uint8_t *)values)[i] = (uint8_t)((seed >> 16) % (pieces ? pieces : 2));
        else
            ((float *)values)[i] = (float)((int)((seed >> 16) % 9) - 4) / 4;
    }
}

/* Second moments are not negative. */
static void make_square(float *values, const struct tensor *tensor)
{
    for (size_t i = 0; i < tensor->rows * tensor->columns; i++) values[i] *= values[i];
}

static clgan_status fill_operands(struct trial *trial)
{
    struct gemm *g = &trial->gemm;
    for (size_t i = 0; i < trial->operand_count; i++) {
        struct tensor *tensor = trial->operands[i];
        TRY(memory_take(&trial->starts[i], bytes_of(tensor), 1));
        fill(trial->starts[i], tensor, (uint32_t)i, tensor == &g->winner ? g->pieces : 0);
        if (tensor == &g->weight.second || tensor == &g->offset.second) make_square(trial->starts[i], tensor);
    }
    return CLGAN_OK;
}

clgan_status trial_write(const struct trial *trial)
{
    for (size_t i = 0; i < trial->operand_count; i++)
        TRY(tensor_write(trial->device, *trial->operands[i], trial->starts[i]));
    return CLGAN_OK;
}

static clgan_status make_state(struct trial *trial)
{
    const step_state state = {.step = 0};
    TRY(buffer_make(&trial->state, trial->device, sizeof state, "a tuning"));
    return buffer_write(trial->device, &trial->state, 0, sizeof state, &state);
}

/* Step 0 of a table of one entry a step. */
static clgan_status make_rule(struct trial *trial, bool adam)
{
    TRY(buffer_make(&trial->table, trial->device, sizeof now, "a tuning"));
    TRY(buffer_write(trial->device, &trial->table, 0, sizeof now, &now));
    trial->rule = (struct update_rule){
        .adam = adam, .beta1 = beta1, .beta2 = beta2, .entries = 1, .state = &trial->state, .table = &trial->table};
    trial->gemm.rule = &trial->rule;
    return CLGAN_OK;
}

/* ---- what it should come to: sums in double precision, in whole rows and columns of the result ---- */

static double product_at(const struct trial *trial, size_t row, size_t column)
{
    const struct gemm *g = &trial->gemm;
    const float *a = trial_start(trial, &g->a), *b = trial_start(trial, &g->b),
                *signal = trial_start(trial, &g->signal);
    double sum = 0;
    for (size_t i = 0; i < g->k; i++)
        sum += (double)(g->product == GEMM_XTDY ? a[i * g->m + row] : a[row * g->k + i]) *
               (double)(g->product == GEMM_DYWT ? b[column * g->k + i] : b[i * g->n + column]) *
               (g->product == GEMM_XTDY && signal ? (double)signal[i] : 1);
    return sum;
}

static clgan_status add_spot(struct trial *trial, size_t row, size_t column)
{
    TRY(memory_grow(&trial->spots, &trial->spot_capacity, trial->spot_count + 1, sizeof *trial->spots));
    struct spot *spot = &trial->spots[trial->spot_count++];
    const size_t pieces = trial->gemm.epilogue == EPILOGUE_MAXOUT ? trial->gemm.pieces : 1;
    const size_t units = trial->gemm.n / pieces;
    *spot = (struct spot){.row = row, .column = column, .sum = -INFINITY};
    for (size_t piece = 0; piece < pieces; piece++) {
        double sum = product_at(trial, row, piece * units + column);
        if (trial->gemm.epilogue == EPILOGUE_ACTIVATE || trial->gemm.epilogue == EPILOGUE_MAXOUT)
            sum += (double)((const float *)trial_start(trial, &trial->gemm.bias))[piece * units + column];
        if (sum > spot->sum) *spot = (struct spot){row, column, sum};
    }
    return CLGAN_OK;
}

/* Rows and columns at the edges, where tiles overlap or hang over, and one inside. */
static clgan_status find_spots(struct trial *trial)
{
    const size_t m = trial->gemm.m;
    const size_t n = trial->gemm.n / (trial->gemm.epilogue == EPILOGUE_MAXOUT ? trial->gemm.pieces : 1);
    const size_t rows[] = {0, m / 2, m - 1}, columns[] = {0, n / 2, n - 1};
    for (size_t i = 0; i < 3; i++) {
        for (size_t column = 0; column < n; column++) TRY(add_spot(trial, rows[i], column));
        for (size_t row = 0; row < m; row++) TRY(add_spot(trial, row, columns[i]));
    }
    return CLGAN_OK;
}

void trial_close(struct trial *trial)
{
    for (size_t i = 0; i < trial->operand_count; i++) free(trial->starts[i]);
    free(trial->spots);
    buffer_free(&trial->state, trial->device);
    buffer_free(&trial->table, trial->device);
    arena_free(&trial->arena, trial->device);
}

clgan_status trial_open(struct trial *trial, struct device *device, const struct gemm *like)
{
    *trial = (struct trial){.device = device,
                            .gemm = {.product = like->product,
                                     .epilogue = like->epilogue,
                                     .m = like->m,
                                     .n = like->n,
                                     .k = like->k,
                                     .pieces = like->pieces,
                                     .activation = like->activation,
                                     .slope = like->slope,
                                     .factor = like->factor,
                                     .dropout = {.state = &trial->state,
                                                 .key = like->dropout.key,
                                                 .layer = like->dropout.layer,
                                                 .row = like->dropout.row,
                                                 .keep = like->dropout.keep},
                                     .limit = like->limit > 0 ? 1e9f : 0}}; /* the sums are made, no column is scaled */
    clgan_status status = add_operands(trial, like);
    if (status == CLGAN_OK) status = arena_make(&trial->arena, device, "a tuning");
    if (status == CLGAN_OK) status = fill_operands(trial);
    if (status == CLGAN_OK) status = make_state(trial);
    if (status == CLGAN_OK && like->epilogue >= EPILOGUE_MOMENTUM)
        status = make_rule(trial, like->epilogue == EPILOGUE_ADAM);
    if (status == CLGAN_OK) status = find_spots(trial);
    if (status != CLGAN_OK) trial_close(trial);
    return status;
}

/* ---- what a variant came to ---- */

static double activated(const struct gemm *g, double x)
{
    switch (g->activation) {
    case 1:
        return x < 0 ? 0 : x;
    case 2:
        return x < 0 ? (double)g->slope * x : x;
    case 3:
        return tanh(x);
    case 4:
        return 1 / (1 + exp(-x));
    default:
        return x;
    }
}

static double derived(const struct gemm *g, double y)
{
    switch (g->activation) {
    case 1:
        return y > 0 ? 1 : 0;
    case 2:
        return y > 0 ? 1 : (double)g->slope;
    case 3:
        return 1 - y * y;
    case 4:
        return y * (1 - y);
    default:
        return 1;
    }
}

static bool near(double got, double wanted) { return fabs(got - wanted) <= 1e-5 * fmax(1, fabs(wanted)); }

static bool backward_agrees(const struct trial *trial, const struct spot *spot, const float *c)
{
    const struct gemm *g = &trial->gemm;
    const size_t at = spot->row * g->n + spot->column;
    const float *signal = trial_start(trial, &g->signal), *y = trial_start(trial, &g->y);
    const uint8_t *mask = trial_start(trial, &g->mask), *winner = trial_start(trial, &g->winner);
    double d = spot->sum * (signal ? (double)signal[spot->row] : 1);
    if (mask) d *= mask[at] ? (double)g->factor : 0;
    if (g->epilogue == EPILOGUE_BACKWARD) return near((double)c[at], y ? d * derived(g, (double)y[at]) : d);
    for (size_t piece = 0; piece < g->pieces; piece++)
        if (!near((double)c[(spot->row * g->pieces + piece) * g->n + spot->column],
                  winner && piece == winner[at] ? d : 0))
            return false;
    return true;
}

static bool update_agrees(const struct trial *trial, const struct spot *spot, const float *w)
{
    const struct gemm *g = &trial->gemm;
    const size_t at = spot->row * g->n + spot->column;
    const double w0 = (double)((const float *)trial_start(trial, &g->weight.w))[at];
    const double first = (double)((const float *)trial_start(trial, &g->weight.first))[at];
    if (g->epilogue == EPILOGUE_MOMENTUM)
        return near((double)w[at], w0 + (double)now.momentum * first - (double)now.rate * spot->sum);
    const double second = (double)((const float *)trial_start(trial, &g->weight.second))[at];
    const double one = (double)beta1 * first + (1 - (double)beta1) * spot->sum;
    const double two = (double)beta2 * second + (1 - (double)beta2) * spot->sum * spot->sum;
    return near((double)w[at], w0 - (double)now.rate * one / (sqrt(two) + (double)now.epsilon));
}

/* `result`: what the epilogue wrote, c or W. */
static bool agrees(const struct trial *trial, const struct spot *spot, const float *result)
{
    const struct gemm *g = &trial->gemm;
    if (g->epilogue >= EPILOGUE_MOMENTUM) return update_agrees(trial, spot, result);
    if (g->epilogue == EPILOGUE_BACKWARD || g->epilogue == EPILOGUE_SCATTER)
        return backward_agrees(trial, spot, result);
    const size_t units = g->epilogue == EPILOGUE_MAXOUT ? g->n / g->pieces : g->n;
    return near((double)result[spot->row * units + spot->column], activated(g, spot->sum));
}

static bool values_agree(const struct trial *trial, const float *values, size_t count)
{
    for (size_t i = 0; i < trial->spot_count; i++)
        if (!agrees(trial, &trial->spots[i], values)) return false;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

/* `values`: what was dropped from. */
static bool dropped_agree(const struct trial *trial, const float *values, const float *dropped, const uint8_t *mask)
{
    const struct gemm_dropout *how = &trial->gemm.dropout;
    const size_t columns = how->h.columns;
    for (size_t i = 0; i < how->h.rows * columns; i++) {
        const uint32_t word = random_stream_word(how->key, how->layer, how->row + i / columns, i % columns, 0);
        const bool kept = word < gemm_dropout_threshold(how);
        if (mask[i] != kept || !near((double)dropped[i], kept ? (double)values[i] / how->keep : 0)) return false;
    }
    return true;
}

static clgan_status check_dropped(bool *right, const struct trial *trial, const float *values)
{
    const struct gemm_dropout *how = &trial->gemm.dropout;
    const size_t count = how->h.rows * how->h.columns;
    float *dropped;
    uint8_t *mask = NULL;
    if (!how->h.buffer) return CLGAN_OK;
    TRY(memory_take(&dropped, count, sizeof *dropped));
    clgan_status status = memory_take(&mask, count, sizeof *mask);
    if (status == CLGAN_OK) status = tensor_read(trial->device, how->h, dropped);
    if (status == CLGAN_OK) status = tensor_read(trial->device, how->mask, mask);
    if (status == CLGAN_OK) *right = dropped_agree(trial, values, dropped, mask);
    free(mask);
    free(dropped);
    return status;
}

clgan_status trial_check(bool *right, const struct trial *trial)
{
    const struct tensor result = trial->gemm.epilogue >= EPILOGUE_MOMENTUM ? trial->gemm.weight.w : trial->gemm.c;
    const size_t count = result.rows * result.columns;
    float *values;
    TRY(memory_take(&values, count, sizeof *values));
    clgan_status status = tensor_read(trial->device, result, values);
    *right = status == CLGAN_OK && values_agree(trial, values, count);
    if (*right) status = check_dropped(right, trial, values);
    free(values);
    return status;
}

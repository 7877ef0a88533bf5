/* Every product with every epilogue, made by every kind of variant, against double precision. What a device is known to
 * compute wrongly is left out by name and listed; a new case of that is a failure. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "nn/spec.h"

enum { ACTIVATIONS = ACTIVATION_SIGMOID + 1, VARIANTS_MOST = 32 };

/* What is multiplied and how it ends. */
struct kind {
    enum gemm_product product;
    enum gemm_epilogue epilogue;
    size_t pieces;
    int activation;
    int flags; /* 1: signal, 2: mask, 4: limit on columns, 8: average, 16: norm of the gradient, 32: dropout */
};

static const struct kind kinds[] = {
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_LINEAR, 0},
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_RELU, 0},
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_LEAKY_RELU, 0},
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_TANH, 0},
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_SIGMOID, 0},
    {GEMM_XW, EPILOGUE_ACTIVATE, 0, ACTIVATION_LEAKY_RELU, 32},
    {GEMM_XW, EPILOGUE_MAXOUT, 2, 0, 0},
    {GEMM_XW, EPILOGUE_MAXOUT, 5, 0, 0},
    {GEMM_XW, EPILOGUE_MAXOUT, 3, 0, 32},
    {GEMM_DYWT, EPILOGUE_BACKWARD, 0, ACTIVATION_LINEAR, 0},
    {GEMM_DYWT, EPILOGUE_BACKWARD, 0, ACTIVATION_RELU, 1},
    {GEMM_DYWT, EPILOGUE_BACKWARD, 0, ACTIVATION_LEAKY_RELU, 2},
    {GEMM_DYWT, EPILOGUE_BACKWARD, 0, ACTIVATION_TANH, 3},
    {GEMM_DYWT, EPILOGUE_BACKWARD, 0, ACTIVATION_SIGMOID, 0},
    {GEMM_DYWT, EPILOGUE_SCATTER, 5, 0, 0},
    {GEMM_DYWT, EPILOGUE_SCATTER, 3, 0, 3},
    {GEMM_DYWT, EPILOGUE_STORE, 0, 0, 0},
    {GEMM_XTDY, EPILOGUE_STORE, 0, 0, 0},
    {GEMM_XTDY, EPILOGUE_STORE, 0, 0, 1},
    {GEMM_XTDY, EPILOGUE_MOMENTUM, 0, 0, 8},
    {GEMM_XTDY, EPILOGUE_MOMENTUM, 0, 0, 21},
    {GEMM_XTDY, EPILOGUE_ADAM, 0, 0, 25},
    {GEMM_XTDY, EPILOGUE_ADAM, 0, 0, 4},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct gemm_variant variants[] = {
    {.backend = GEMM_REGISTER, .rows = 1, .vectors = 1, .width = 1, .depth = 1, .parts = 1},
    {.backend = GEMM_REGISTER, .rows = 5, .vectors = 4, .width = 16, .depth = 1, .parts = 1},
    {.backend = GEMM_REGISTER, .rows = 6, .vectors = 2, .width = 8, .depth = 1, .parts = 1},
    {.backend = GEMM_REGISTER, .rows = 6, .vectors = 1, .width = 4, .depth = 16, .parts = 1},
    {.backend = GEMM_REGISTER, .rows = 3, .vectors = 1, .width = 4, .depth = 4, .parts = 1},
    {.backend = GEMM_REGISTER, .rows = 2, .vectors = 1, .width = 1, .depth = 1, .parts = 3},
    {.backend = GEMM_PACKED, .rows = 4, .vectors = 2, .width = 16, .depth = 1, .down = 3, .across = 1, .parts = 1},
    {.backend = GEMM_PACKED, .rows = 6, .vectors = 2, .width = 8, .depth = 1, .down = 2, .across = 3, .parts = 1},
    {.backend = GEMM_PACKED, .rows = 3, .vectors = 3, .width = 4, .depth = 1, .down = 1, .across = 1, .parts = 2},
    {.backend = GEMM_PACKED, .rows = 6, .vectors = 2, .width = 1, .depth = 1, .down = 2, .across = 1, .parts = 1},
    {.backend = GEMM_GROUP, .rows = 4, .vectors = 2, .width = 4, .depth = 16, .down = 4, .across = 8, .parts = 1},
    {.backend = GEMM_GROUP, .rows = 5, .vectors = 1, .width = 2, .depth = 8, .down = 3, .across = 10, .parts = 1},
    {.backend = GEMM_GROUP, .rows = 2, .vectors = 3, .width = 1, .depth = 4, .down = 2, .across = 2, .parts = 2},
    {.backend = GEMM_CLBLAST, .parts = 1},
};
enum { PLAIN = 0 /* single floats: tried with every activation, as is CLBlast */ };
enum { VARIANTS = sizeof variants / sizeof *variants };

/* Known to be computed wrongly, or not launched, somewhere: platform, and the variant's name. */
static const struct {
    const char *platform, *variant;
} left_out[] = {
    {"rusticl", "register 6x1x4/16*1"}, /* 22.3: not a number, from arrays of float16 */
};

static bool passed[KINDS], wrong[VARIANTS];

/* A case: the gemm and the guarded tensors that its fields come from. */
struct product_case {
    const struct kind *kind;
    struct gemm gemm;
    struct guarded *a, *b, *c, *bias, *winner, *signal, *mask, *y, *scaled;
    struct guarded *average, *offset_average, *square, *dropped, *kept;
    struct guarded *w, *first, *second, *offset, *offset_first, *offset_second, *state, *table;
    struct update_rule rule;
};

enum { LEVELS = 4 }; /* operands are multiples of 1/4: sums are exact, ties common */
static const double momentum = 0.7, rate = 0.1, epsilon = 1e-3, beta1 = 0.5, beta2 = 0.99, decay = 0.9;

/* The update reads entry 1 of step 1026 of a table that starts at step 1024. */
static void make_rule(struct product_case *p, bool adam)
{
    const step_state now = {.step = 1026, .table = 1024};
    schedule table[6];
    for (int i = 0; i < 6; i++) table[i] = (schedule){.rate = 1e6f, .momentum = 1e6f, .epsilon = 1e6f};
    table[5] = (schedule){.rate = (float)rate, .momentum = (float)momentum, .epsilon = (float)epsilon};
    p->state = plain(sizeof now, &now);
    p->table = plain(sizeof table, table);
    p->rule = (struct update_rule){.adam = adam,
                                   .beta1 = (float)beta1,
                                   .beta2 = (float)beta2,
                                   .decay = (float)decay,
                                   .entries = 2,
                                   .entry = 1,
                                   .state = &p->state->buffer,
                                   .table = &p->table->buffer};
    p->gemm.rule = &p->rule;
}

static struct guarded *squared(size_t rows, size_t columns)
{
    struct guarded *x = random_floats(rows, columns, 1, 0);
    for (size_t i = 0; i < x->count; i++) x->in.f[i] *= x->in.f[i];
    put(x);
    return x;
}

static void make_parameters(struct product_case *p, size_t m, size_t n, bool adam)
{
    p->w = random_floats(m, n, 1, 0);
    p->first = random_floats(m, n, 1, 0);
    p->offset = random_floats(1, n, 1, 0);
    p->offset_first = random_floats(1, n, 1, 0);
    p->gemm.weight = (struct parameter){.w = p->w->t, .first = p->first->t};
    p->gemm.offset = (struct parameter){.w = p->offset->t, .first = p->offset_first->t};
    if (adam) {
        p->second = squared(m, n);
        p->offset_second = squared(1, n);
        p->gemm.weight.second = p->second->t;
        p->gemm.offset.second = p->offset_second->t;
    }
    if (p->kind->flags & 8) {
        p->gemm.weight.average = (p->average = random_floats(m, n, 1, 0))->t;
        p->gemm.offset.average = (p->offset_average = random_floats(1, n, 1, 0))->t;
    }
    if (p->kind->flags & 16) p->gemm.square = (p->square = guarded(1, 1, ELEMENT_F32))->t;
    make_rule(p, adam);
    if (p->kind->flags & 4) p->gemm.limit = (float)(0.6 * sqrt((double)m)); /* about what a column has */
}

/* In a stream whose state, layer and rows do not start at 0. */
static void make_dropout(struct product_case *p, size_t m, size_t n)
{
    const step_state now = {.step = 3ull << 32 | 7, .row = 40};
    p->state = plain(sizeof now, &now);
    p->gemm.dropout = (struct gemm_dropout){.h = (p->dropped = guarded(m, n, ELEMENT_F32))->t,
                                            .mask = (p->kept = guarded(m, n, ELEMENT_U8))->t,
                                            .state = &p->state->buffer,
                                            .key = {{11, 12}},
                                            .layer = 2,
                                            .row = 5,
                                            .keep = 0.7};
}

static void make_case(struct product_case *p, const struct kind *kind, size_t m, size_t n, size_t k)
{
    const enum gemm_product product = kind->product;
    const bool maxout = kind->epilogue == EPILOGUE_MAXOUT;
    const size_t columns = maxout ? n * kind->pieces : n;
    *p = (struct product_case){.kind = kind,
                               .gemm = {.product = product,
                                        .epilogue = kind->epilogue,
                                        .m = m,
                                        .n = columns,
                                        .k = k,
                                        .pieces = kind->pieces,
                                        .activation = kind->activation,
                                        .slope = 0.25f,
                                        .factor = 2}};
    struct gemm *g = &p->gemm;
    g->a = (p->a = random_floats(product == GEMM_XTDY ? k : m, product == GEMM_XTDY ? m : k, 1, LEVELS))->t;
    g->b = (p->b = random_floats(product == GEMM_DYWT ? columns : k, product == GEMM_DYWT ? k : columns, 1, LEVELS))->t;
    if (kind->flags & 1) g->signal = (p->signal = random_floats(product == GEMM_XTDY ? k : m, 1, 1, LEVELS))->t;
    if (kind->flags & 1 && product == GEMM_XTDY) g->scaled = (p->scaled = guarded(k, m, ELEMENT_F32))->t;
    if (kind->flags & 2) g->mask = (p->mask = random_bytes(m, n, 2))->t;
    if (kind->epilogue >= EPILOGUE_MOMENTUM) {
        make_parameters(p, m, n, kind->epilogue == EPILOGUE_ADAM);
        return;
    }
    g->c = (p->c = guarded(m, kind->epilogue == EPILOGUE_SCATTER ? n * kind->pieces : n, ELEMENT_F32))->t;
    if (product == GEMM_XW) g->bias = (p->bias = random_floats(1, columns, 1, LEVELS))->t;
    if (product == GEMM_XTDY) g->bias = (p->bias = guarded(1, n, ELEMENT_F32))->t;
    if (maxout) g->winner = (p->winner = guarded(m, n, ELEMENT_U8))->t;
    if (kind->flags & 32) make_dropout(p, m, n);
    if (kind->epilogue == EPILOGUE_SCATTER) g->winner = (p->winner = random_bytes(m, n, (unsigned)kind->pieces))->t;
    if (kind->epilogue == EPILOGUE_BACKWARD) g->y = (p->y = random_floats(m, n, 0.9f, 0))->t;
}

/* ---- the twin ---- */

static double activate_twin(double x, int activation, double slope)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return x < 0 ? 0 : x;
    case ACTIVATION_LEAKY_RELU:
        return x < 0 ? slope * x : x;
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-x));
    default:
        return x;
    }
}

static double derivative_twin(double y, int activation, double slope)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return y > 0 ? 1 : 0;
    case ACTIVATION_LEAKY_RELU:
        return y > 0 ? 1 : slope;
    case ACTIVATION_TANH:
        return 1 - y * y;
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    default:
        return 1;
    }
}

static double product_twin(const struct product_case *p, size_t row, size_t column)
{
    const size_t m = p->gemm.m, n = p->gemm.n, k = p->gemm.k;
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
        const double a = p->gemm.product == GEMM_XTDY ? p->a->in.f[i * m + row] : p->a->in.f[row * k + i];
        const double b = p->gemm.product == GEMM_DYWT ? p->b->in.f[column * k + i] : p->b->in.f[i * n + column];
        sum += a * b * (p->gemm.product == GEMM_XTDY && p->signal ? (double)p->signal->in.f[i] : 1);
    }
    return sum;
}

/* Worst error so far in units of what is allowed; NaN counts as infinite. */
static double worst;
static void compare(double got, double wanted, double tolerance)
{
    const double error = fabs(got - wanted);
    if (!(error <= worst * tolerance)) worst = isnan(error) ? INFINITY : error / tolerance;
}

static void compare_dropout(struct product_case *p)
{
    const size_t n = p->c->t.columns;
    get(p->dropped);
    get(p->kept);
    for (size_t i = 0; i < p->c->count; i++) {
        const uint32_t column = (uint32_t)(i % n), row = (uint32_t)(i / n);
        const uint32_t counter[4] = {2u << 24 | column / 4, 40 + 5 + row, 7, 3};
        uint32_t words[4];
        random_philox(words, counter, p->gemm.dropout.key);
        const bool kept = words[column % 4] < 0.7 * 0x1p32;
        compare(p->kept->out.u8[i], kept, 0.5);
        compare(p->dropped->out.f[i], kept ? p->c->out.f[i] / 0.7 : 0, 2 * ROUND * fabs((double)p->c->out.f[i]));
    }
}

static void compare_forward(struct product_case *p)
{
    get(p->c);
    if (p->winner) get(p->winner);
    const size_t units = p->c->t.columns, pieces = p->gemm.pieces ? p->gemm.pieces : 1;
    for (size_t i = 0; i < p->c->count; i++) {
        double best = -INFINITY;
        size_t which = 0;
        for (size_t piece = 0; piece < pieces; piece++) {
            const size_t column = piece * units + i % units;
            const double sum = product_twin(p, i / units, column) + (double)p->bias->in.f[column];
            if (sum > best) {
                best = sum;
                which = piece;
            }
        }
        /* sums are exact; tanh and exp are within 5 ULP in OpenCL */
        compare(p->c->out.f[i], activate_twin(best, p->kind->activation, 0.25), 16 * ULP);
        if (p->winner && p->kind->epilogue == EPILOGUE_MAXOUT) compare(p->winner->out.u8[i], (double)which, 0.5);
    }
    if (p->dropped) compare_dropout(p);
}

static void compare_backward(struct product_case *p)
{
    get(p->c);
    const size_t n = p->gemm.n, pieces = p->gemm.pieces ? p->gemm.pieces : 1;
    for (size_t i = 0; i < p->gemm.m * n; i++) {
        double d = product_twin(p, i / n, i % n);
        if (p->signal) d *= (double)p->signal->in.f[i / n];
        if (p->mask) d *= p->mask->in.u8[i] ? 2 : 0;
        if (p->y) d *= derivative_twin(p->y->in.f[i], p->kind->activation, 0.25);
        for (size_t piece = 0; piece < pieces; piece++) {
            const size_t at = p->winner ? (i / n * pieces + piece) * n + i % n : i;
            const bool here = !p->winner || piece == p->winner->in.u8[i];
            compare(p->c->out.f[at], here ? d : 0, 8 * ROUND * fabs(d) + 1e-30);
        }
    }
}

/* One parameter moved along g; `scale` is what the column limit makes of the new w. */
static double moved_w(const struct product_case *p, const struct guarded *w, const struct guarded *first,
                      const struct guarded *second, size_t i, double g, bool check)
{
    double step = momentum * (double)first->in.f[i] - rate * g, one = step;
    const double terms = fabs(g) + 2;
    if (second) {
        one = beta1 * (double)first->in.f[i] + (1 - beta1) * g;
        const double two = beta2 * (double)second->in.f[i] + (1 - beta2) * g * g;
        step = -rate * one / (sqrt(two) + epsilon);
        if (check) compare(second->out.f[i], two, 8 * ROUND * (1 + g * g));
    }
    (void)p;
    if (check) compare(first->out.f[i], one, 8 * ROUND * terms);
    return (double)w->in.f[i] + step;
}

/* Adam's step for a small gradient is a quotient of small numbers; its error goes with the step. */
static double step_tolerance(const struct product_case *p) { return p->second ? 128 * ROUND : 16 * ROUND; }

static void compare_average(const struct product_case *p, const struct guarded *average, size_t i, double w)
{
    if (average)
        compare(average->out.f[i], decay * (double)average->in.f[i] + (1 - decay) * w,
                step_tolerance(p) * (1 + fabs(w)));
}

static void compare_update(struct product_case *p)
{
    const size_t m = p->gemm.m, n = p->gemm.n;
    struct guarded *const all[] = {p->w,      p->first,        p->second,        p->average,
                                   p->offset, p->offset_first, p->offset_second, p->offset_average};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]) get(all[i]);
    double norm = 0;
    for (size_t c = 0; c < n; c++) {
        double bias = 0, squares = 0;
        for (size_t i = 0; i < p->gemm.k; i++)
            bias += (double)p->b->in.f[i * n + c] * (p->signal ? (double)p->signal->in.f[i] : 1);
        double w = moved_w(p, p->offset, p->offset_first, p->offset_second, c, bias, true);
        compare(p->offset->out.f[c], w, step_tolerance(p) * (1 + fabs(w)));
        compare_average(p, p->offset_average, c, w);
        for (size_t r = 0; r < m; r++) {
            const double g = product_twin(p, r, c);
            norm += g * g;
            w = moved_w(p, p->w, p->first, p->second, r * n + c, g, false);
            squares += w * w;
        }
        const double limit = (double)p->gemm.limit, scale = limit > 0 ? fmin(1, limit / sqrt(squares)) : 1;
        for (size_t r = 0; r < m; r++) {
            w = moved_w(p, p->w, p->first, p->second, r * n + c, product_twin(p, r, c), true);
            compare(p->w->out.f[r * n + c], scale * w, (step_tolerance(p) + (double)m * ROUND) * (1 + fabs(w)));
            compare_average(p, p->average, r * n + c, w);
        }
    }
    if (!p->square) return;
    get(p->square);
    compare(p->square->out.f[0], norm, (double)(m + n + 64) * ROUND * norm);
}

static void compare_gradient(struct product_case *p)
{
    const size_t n = p->gemm.n;
    get(p->c);
    for (size_t i = 0; i < p->c->count; i++) compare(p->c->out.f[i], product_twin(p, i / n, i % n), ROUND);
    if (!p->bias) return;
    get(p->bias);
    for (size_t c = 0; c < n; c++) {
        double bias = 0;
        for (size_t i = 0; i < p->gemm.k; i++)
            bias += (double)p->b->in.f[i * n + c] * (p->signal ? (double)p->signal->in.f[i] : 1);
        compare(p->bias->out.f[c], bias, ROUND);
    }
}

/* ---- running them ---- */

/* Oclgrind takes what one kernel wrote for another as uninitialised, unless the host wrote there before. */
static void write_scratch(struct plan *plan, enum scratch_role role)
{
    struct tensor scratch;
    CHECK_OK(plan_scratch(plan, &scratch, 1, 1, role));
    void *zeros = calloc(1, scratch.buffer->bytes);
    CHECK_OK(buffer_write(harness_device, scratch.buffer, 0, scratch.buffer->bytes, zeros));
    free(zeros);
}

/* False where the device refuses to. */
static bool run_variant(const struct gemm *gemm, const struct gemm_variant *variant)
{
    struct plan plan;
    plan_begin(&plan, harness_device);
    if (gemm_append(&plan, "test", gemm, variant) != CLGAN_OK) {
        fprintf(stderr, "%s: %s\n", gemm_variant_name(variant).text, clgan_last_error());
        plan_free(&plan);
        return false;
    }
    if (harness_simulated()) {
        write_scratch(&plan, SCRATCH_PRODUCT);
        write_scratch(&plan, SCRATCH_SQUARES);
        write_scratch(&plan, SCRATCH_GRADIENT_SQUARES);
    }
    run_plan(&plan, 1);
    return true;
}

static void run_case(const struct kind *kind, size_t v, size_t m, size_t n, size_t k)
{
    struct product_case p;
    make_case(&p, kind, m, n, k);
    if (!gemm_fits(&p.gemm, &variants[v])) {
        harness_end();
        return;
    }
    worst = INFINITY;
    if (run_variant(&p.gemm, &variants[v])) {
        worst = 0;
        if (kind->product == GEMM_XW)
            compare_forward(&p);
        else if (kind->product == GEMM_DYWT)
            compare_backward(&p);
        else if (kind->epilogue == EPILOGUE_STORE)
            compare_gradient(&p);
        else
            compare_update(&p);
    }
    if (worst <= 1)
        passed[kind - kinds] = true;
    else {
        if (!wrong[v])
            fprintf(stderr, "%s: product %d epilogue %d %zu x %zu x %zu is wrong: %g times the tolerance\n",
                    gemm_variant_name(&variants[v]).text, kind->product, kind->epilogue, m, n, k, worst);
        wrong[v] = true;
    }
    harness_end();
}

static bool is_left_out(size_t v)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(left_out[i].platform, harness_device->info.platform) == 0 &&
            strcmp(left_out[i].variant, gemm_variant_name(&variants[v]).text) == 0)
            return true;
    return false;
}

/* Rows, columns and inner sizes that a tile fits, just fits, and does not fit; all pairs of the first two. */
static const size_t *gemm_sizes(void)
{
    static const size_t all[] = {1, 3, 31, 32, 33, 63, 64, 65, 0}, few[] = {1, 3, 18, 0};
    return harness_small() ? few : all;
}

/* Oclgrind is too slow for CLBlast's kernels, and crashes where it follows the halves of a vector. */
static bool simulates(const struct gemm_variant *variant)
{
    return variant->backend != GEMM_CLBLAST && (variant->backend == GEMM_GROUP || variant->depth == 1);
}

/* A variant differs from others in its tile, not in its activations: most are tried with one of them. */
static bool tries(const struct gemm_variant *variant, const struct kind *kind)
{
    if (variant == &variants[PLAIN] || variant == &variants[PLAIN + 1] || variant->backend == GEMM_CLBLAST) return true;
    if (kind->epilogue == EPILOGUE_ACTIVATE) return kind->activation == ACTIVATION_LEAKY_RELU;
    return kind->epilogue != EPILOGUE_BACKWARD || kind->activation == ACTIVATION_TANH;
}

/* Turning squares of vectors that a device has not takes its compiler a minute a kernel (llvmpipe), and they are no
 * candidates there. */
static bool is_too_wide(const struct gemm_variant *variant)
{
    return variant->backend == GEMM_PACKED && variant->width > 4 && !device_is_wide(harness_device);
}

/* Small sizes only, but on Oclgrind: half of the variants take each kind, half of the kinds are tried with each
 * variant, but for the plain one. CLGAN_LONG=1: all. */
static bool has_turn(size_t v, const struct kind *kind)
{
    return !harness_small() || harness_simulated() || getenv("CLGAN_LONG") || v == PLAIN ||
           (v + (size_t)(kind - kinds)) % 2 == 0;
}

START_TEST(products_and_epilogues)
{
    const struct kind *kind = &kinds[_i];
    for (size_t v = 0; v < VARIANTS; v++) {
        if (!tries(&variants[v], kind) || is_too_wide(&variants[v]) || !has_turn(v, kind)) continue;
        if (harness_simulated() && !simulates(&variants[v])) continue;
        for (const size_t *m = gemm_sizes(); *m; m++)
            for (const size_t *n = gemm_sizes(); *n; n++) {
                run_case(kind, v, *m, *n, harness_small() ? 5 : 33);
                /* the size of a panel is compiled in: few of them */
                if (*m == 31 && (variants[v].backend != GEMM_PACKED || *n == 65)) run_case(kind, v, *m, *n, *n);
            }
        if (!harness_simulated()) run_case(kind, v, 21, 130, 66); /* the widest tiles, whole and at an edge */
        ck_assert_msg(!wrong[v] || is_left_out(v), "%s is wrong on %s", gemm_variant_name(&variants[v]).text,
                      harness_device->info.platform);
        if (is_left_out(v))
            printf("left out on %s: %s\n", harness_device->info.platform, gemm_variant_name(&variants[v]).text);
    }
    ck_assert_msg(passed[_i], "no variant computes this product and epilogue on %s", harness_device->info.platform);
}
END_TEST

/* What is chosen where nothing was measured. */
START_TEST(guesses)
{
    for (const size_t *m = gemm_sizes(); *m; m++)
        for (const size_t *n = gemm_sizes(); *n; n++) {
            struct product_case p;
            make_case(&p, &kinds[_i], *m, *n, 33);
            const struct gemm_variant variant = gemm_choose(harness_device, &p.gemm);
            ck_assert(gemm_fits(&p.gemm, &variant));
            for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
                ck_assert(strcmp(left_out[i].platform, harness_device->info.platform) != 0 ||
                          strcmp(left_out[i].variant, gemm_variant_name(&variant).text) != 0);
            harness_end();
        }
}
END_TEST

/* A row of X that is not a number stays one through every activation, and through maxout. */
START_TEST(nan_passes_through)
{
    struct product_case p;
    make_case(&p, &kinds[_i], 3, 18, 5);
    p.a->in.f[5] = NAN;
    put(p.a);
    ck_assert(run_variant(&p.gemm, &variants[PLAIN]));
    get(p.c);
    for (size_t i = 0; i < p.c->count; i++) ck_assert(isnan(p.c->out.f[i]) == (i / p.c->t.columns == 1));
    if (p.winner) {
        get(p.winner);
        for (size_t i = 0; i < p.c->t.columns; i++) check_byte("winner", i, p.winner->out.u8[p.c->t.columns + i], 0);
    }
    harness_end();
}
END_TEST

int main(void)
{
    const struct looped tests[] = {
        {products_and_epilogues, KINDS}, {guesses, KINDS}, {nan_passes_through, 9 /* kinds of XW */}};
    return harness_run_looped("kernels of products", tests, sizeof tests / sizeof *tests);
}

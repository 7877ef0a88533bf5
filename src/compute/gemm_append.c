/* A product as launches: one where its kernel is ours and can finish it, else a product and a pass. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compute/gemm.h"
#include "compute/quirks.h"

enum { ARGUMENTS_MOST = 32, NAME_BYTES = 48, OPTIONS_BYTES = 320 };

struct argument_list {
    struct argument list[ARGUMENTS_MOST];
    size_t count;
};

static void add(struct argument_list *arguments, struct argument argument)
{
    arguments->list[arguments->count++] = argument;
}
#define ADD(kind, value) add(arguments, (struct argument)ARG_##kind(value))

static bool has_bias(const struct gemm *g)
{
    return g->product == GEMM_XTDY && (g->epilogue == EPILOGUE_STORE ? g->bias.buffer : g->offset.w.buffer) != NULL;
}

static bool updates(const struct gemm *g) { return g->epilogue >= EPILOGUE_MOMENTUM; }

static size_t pieces_of(const struct gemm *g) { return g->epilogue == EPILOGUE_MAXOUT ? g->pieces : 1; }

static size_t ceiling(size_t count, size_t unit) { return (count + unit - 1) / unit; }

/* Of the new W and of its gradient. */
struct squares {
    struct tensor of_w, of_gradient;
};

uint32_t gemm_dropout_threshold(const struct gemm_dropout *dropout)
{
    return (uint32_t)fmin(floor(dropout->keep * 4294967296.0 + 0.5), 4294967295.0);
}

/* DROPOUT_PARAMETERS of cl/gemm.clh. */
static void add_dropout(struct argument_list *arguments, const struct gemm_dropout *dropout)
{
    if (!dropout->h.buffer) return;
    ADD(TENSOR, dropout->h);
    ADD(TENSOR, dropout->mask);
    ADD(BUFFER, dropout->state);
    ADD(KEY, dropout->key);
    ADD(UINT, dropout->layer);
    ADD(UINT, dropout->row);
    ADD(UINT, gemm_dropout_threshold(dropout));
    ADD(FLOAT, 1 / dropout->keep);
}

/* EPILOGUE_PARAMETERS of cl/gemm.clh. */
static void add_epilogue(struct argument_list *arguments, const struct gemm *g, const struct squares *squares)
{
    const int flags = (g->signal.buffer ? 1 : 0) | (g->mask.buffer ? 2 : 0);
    switch (g->epilogue) {
    case EPILOGUE_STORE:
        ADD(TENSOR, g->c);
        if (has_bias(g)) ADD(TENSOR, g->bias);
        break;
    case EPILOGUE_ACTIVATE:
        ADD(TENSOR, g->c);
        ADD(TENSOR, g->bias);
        ADD(FLOAT, g->slope);
        add_dropout(arguments, &g->dropout);
        return;
    case EPILOGUE_MAXOUT:
        ADD(TENSOR, g->c);
        ADD(TENSOR, g->bias);
        ADD(TENSOR, g->winner);
        add_dropout(arguments, &g->dropout);
        return;
    case EPILOGUE_BACKWARD:
    case EPILOGUE_SCATTER:
        ADD(TENSOR, g->c);
        ADD(TENSOR, g->signal);
        ADD(TENSOR, g->mask);
        ADD(INT, flags);
        ADD(FLOAT, g->factor);
        ADD(TENSOR, g->epilogue == EPILOGUE_SCATTER ? g->winner : g->y);
        if (g->epilogue == EPILOGUE_BACKWARD) ADD(FLOAT, g->slope);
        return;
    case EPILOGUE_MOMENTUM:
    case EPILOGUE_ADAM:
        ADD(TENSOR, g->weight.w);
        ADD(TENSOR, g->weight.first);
        ADD(TENSOR, g->weight.second);
        ADD(TENSOR, g->offset.w);
        ADD(TENSOR, g->offset.first);
        ADD(TENSOR, g->offset.second);
        ADD(TENSOR, g->weight.average);
        ADD(TENSOR, g->offset.average);
        ADD(TENSOR, squares->of_w);
        ADD(TENSOR, squares->of_gradient);
        ADD(BUFFER, g->rule->state);
        ADD(BUFFER, g->rule->table);
        ADD(UINT, g->rule->entries);
        ADD(UINT, g->rule->entry);
        ADD(FLOAT, g->rule->beta1);
        ADD(FLOAT, g->rule->beta2);
        ADD(FLOAT, g->rule->decay);
    }
    if (has_bias(g) || updates(g)) {
        ADD(TENSOR, g->signal);
        ADD(INT, flags & 1);
    }
}

/* Compiler options that make the kernel of this epilogue with this tile. */
static clgan_status write_options(char options[OPTIONS_BYTES], const struct device *device, const struct gemm *g,
                                  const struct gemm_variant *v)
{
    const bool prefetches = (device->quirks & QUIRK_PREFETCH) != 0;
    const bool activation = g->epilogue == EPILOGUE_ACTIVATE || g->epilogue == EPILOGUE_BACKWARD;
    char tile[OPTIONS_BYTES] = "";
    if (v->backend == GEMM_REGISTER)
        snprintf(tile, sizeof tile, " -DDEPTH=%u -DPARTS=%u -DPREFETCH=%d", v->depth, v->parts, prefetches);
    else if (v->backend == GEMM_PACKED)
        snprintf(tile, sizeof tile, " -DSPAN=%u -DPANEL=%zu -DDOWN=%u -DOVER=%u -DPARTS=%u -DPREFETCH=%d", v->vectors,
                 ceiling(ceiling(g->k, v->parts), v->width) * v->width, v->down, v->across, v->parts, prefetches);
    else if (v->backend == GEMM_GROUP)
        snprintf(tile, sizeof tile, " -DSTEP=%u -DDOWN=%u -DACROSS=%u -DPARTS=%u", v->depth, v->down, v->across,
                 v->parts);
    const int length =
        snprintf(options, OPTIONS_BYTES,
                 "-DPRODUCT=%d -DEPILOGUE=%d -DPIECES=%zu -DACTIVATION=%d -DBIAS=%d -DAVERAGE=%d -DSQUARES=%d "
                 "-DDROPOUT=%d -DROWS=%u -DVECTORS=%u "
                 "-DWIDTH=%u%s",
                 g->product, g->epilogue, g->epilogue == EPILOGUE_SCATTER ? g->pieces : 0,
                 activation ? g->activation : 0, has_bias(g), g->weight.average.buffer != NULL,
                 updates(g) ? (g->limit > 0) + 2 * (g->square.buffer != NULL) : 0, g->dropout.h.buffer != NULL, v->rows,
                 g->epilogue == EPILOGUE_MAXOUT ? (unsigned)g->pieces : v->vectors, v->width, tile);
    return length < OPTIONS_BYTES ? CLGAN_OK : status_fail(CLGAN_FAILED, "options are too long: %s", options);
}

static double bytes_of(struct tensor tensor)
{
    return tensor.buffer ? (double)(tensor.rows * tensor.columns * element_bytes(tensor.element)) : 0;
}

/* What an epilogue reads and writes. */
static double epilogue_bytes(const struct gemm *g)
{
    const double parameters = bytes_of(g->weight.w) + bytes_of(g->offset.w);
    const double averages = bytes_of(g->weight.average) + bytes_of(g->offset.average);
    if (updates(g)) return parameters * (g->rule->adam ? 6 : 4) + 2 * averages;
    return bytes_of(g->c) + bytes_of(g->bias) + bytes_of(g->winner) + bytes_of(g->signal) + bytes_of(g->mask) +
           bytes_of(g->y) + bytes_of(g->dropout.h) + bytes_of(g->dropout.mask);
}

static double gemm_flops(const struct gemm *g) { return 2.0 * (double)g->m * (double)g->n * (double)g->k; }

static double epilogue_flops(const struct gemm *g)
{
    return (double)g->m * (double)g->n * (g->epilogue == EPILOGUE_ADAM ? 12 : g->epilogue == EPILOGUE_STORE ? 0 : 3);
}

/* ---- sums of squares that tiles leave behind ---- */

/* [tiles of rows, n], written by the update; empty where not wanted. */
static clgan_status take_squares(struct squares *squares, struct plan *plan, const struct gemm *g, size_t tiles)
{
    *squares = (struct squares){0};
    if (!updates(g)) return CLGAN_OK;
    if (g->limit > 0) TRY(plan_scratch(plan, &squares->of_w, tiles, g->n, SCRATCH_SQUARES));
    if (!g->square.buffer) return CLGAN_OK;
    return plan_scratch(plan, &squares->of_gradient, tiles, g->n, SCRATCH_GRADIENT_SQUARES);
}

/* The columns of W over their limit. */
static clgan_status append_limit(struct plan *plan, const char *name, const struct gemm *g, struct tensor squares)
{
    char full[NAME_BYTES];
    if (!squares.buffer) return CLGAN_OK;
    snprintf(full, sizeof full, "%s column norms", name);
    return plan_kernel(
        plan, &(struct kernel_launch){.name = full,
                                      .program = "update",
                                      .kernel = "limit_columns",
                                      .options = device_width_option(plan->device),
                                      .columns = ceiling(g->n, device_width(plan->device)),
                                      .flops = (double)(squares.rows * g->n),
                                      .bytes = bytes_of(squares),
                                      ARGUMENTS(ARG_TENSOR(g->weight.w), ARG_TENSOR(squares), ARG_UINT(squares.rows),
                                                ARG_UINT(g->m), ARG_UINT(g->n), ARG_FLOAT(g->limit))});
}

static clgan_status append_square(struct plan *plan, const char *name, const struct gemm *g, struct tensor squares)
{
    char full[NAME_BYTES];
    if (!squares.buffer) return CLGAN_OK;
    snprintf(full, sizeof full, "%s gradient norm", name);
    /* add_up is one work-group, which can't be cut: columns first, or a large W would keep a device for long */
    if (squares.rows > 1)
        TRY(plan_kernel(plan, &(struct kernel_launch){
                                  .name = full,
                                  .program = "update",
                                  .kernel = "add_columns",
                                  .columns = squares.columns,
                                  .flops = (double)(squares.rows * squares.columns),
                                  .bytes = bytes_of(squares),
                                  ARGUMENTS(ARG_TENSOR(squares), ARG_UINT(squares.rows), ARG_UINT(squares.columns))}));
    squares.rows = 1;
    return plan_kernel(plan,
                       &(struct kernel_launch){.name = full,
                                               .program = "update",
                                               .kernel = "add_up",
                                               .columns = plan->device->work_group < 64 ? plan->device->work_group : 64,
                                               .flops = (double)(squares.rows * squares.columns),
                                               .bytes = bytes_of(squares),
                                               ARGUMENTS(ARG_TENSOR(squares), ARG_TENSOR(g->square),
                                                         ARG_UINT(squares.rows * squares.columns))});
}

static clgan_status use_squares(struct plan *plan, const char *name, const struct gemm *g,
                                const struct squares *squares)
{
    TRY(append_square(plan, name, g, squares->of_gradient));
    return append_limit(plan, name, g, squares->of_w);
}

/* ---- the pass after a product ---- */

/* Tiles of the pass: whole vectors where the rows are long enough; few rows, so that there are many work-items, but
 * those that draw random words or write sums of squares together. */
static struct gemm_variant pass_tile(const struct device *device, const struct gemm *g)
{
    const size_t units = g->n / pieces_of(g);
    struct gemm_variant tile = {.backend = GEMM_CLBLAST, .rows = 1, .vectors = 1, .width = device->vector_width};
    while (tile.width > units) tile.width /= 2;
    const unsigned most = updates(g) && g->limit > 0 ? 8 : g->dropout.h.buffer ? 4 : 1;
    while (tile.rows < most && 2 * tile.rows <= g->m) tile.rows *= 2;
    return tile;
}

/* Finishes `parts` products [m, n] that lie one after another in `product`. */
static clgan_status append_pass(struct plan *plan, const char *name, const struct gemm *g, struct tensor product,
                                size_t parts)
{
    struct argument_list taken = {0}, *arguments = &taken;
    const struct gemm_variant tile = pass_tile(plan->device, g);
    const size_t tiles = ceiling(g->m, tile.rows), units = g->n / pieces_of(g);
    char full[NAME_BYTES], options[OPTIONS_BYTES];
    struct squares squares;
    TRY(take_squares(&squares, plan, g, tiles));
    ADD(TENSOR, product);
    ADD(UINT, parts);
    ADD(TENSOR, g->b);
    ADD(UINT, g->m);
    ADD(UINT, g->n);
    ADD(UINT, g->k);
    add_epilogue(arguments, g, &squares);
    TRY(write_options(options, plan->device, g, &tile));
    snprintf(full, sizeof full, "%s epilogue", name);
    TRY(plan_kernel(plan, &(struct kernel_launch){.name = full,
                                                  .program = "epilogue",
                                                  .kernel = "finish",
                                                  .options = options,
                                                  .columns = ceiling(units, tile.width),
                                                  .rows = tiles + has_bias(g),
                                                  .arguments = taken.list,
                                                  .argument_count = taken.count,
                                                  .flops = epilogue_flops(g),
                                                  .bytes = epilogue_bytes(g) + bytes_of(product)}));
    return use_squares(plan, name, g, &squares);
}

clgan_status gemm_update(struct plan *plan, const char *name, const struct parameter *parameter, struct tensor g,
                         const struct update_rule *rule, float limit)
{
    const struct gemm gemm = {.product = GEMM_XTDY,
                              .epilogue = rule->adam ? EPILOGUE_ADAM : EPILOGUE_MOMENTUM,
                              .m = g.rows,
                              .n = g.columns,
                              .weight = *parameter,
                              .rule = rule,
                              .limit = limit};
    return append_pass(plan, name, &gemm, g, 1);
}

/* ---- the product ---- */

static clgan_status append_clblast(struct plan *plan, const char *name, const struct gemm *g, struct tensor c)
{
    return plan_gemm(plan, name,
                     &(struct gemm_call){.a = g->a,
                                         .b = g->b,
                                         .c = c,
                                         .a_transposed = g->product == GEMM_XTDY,
                                         .b_transposed = g->product == GEMM_DYWT,
                                         .m = g->m,
                                         .n = g->n,
                                         .k = g->k});
}

/* Our kernel, with the gemm's epilogue, over `parts` parts of k. */
static clgan_status append_native(struct plan *plan, const char *name, const struct gemm *g,
                                  const struct gemm_variant *v)
{
    struct argument_list taken = {0}, *arguments = &taken;
    static const char *const programs[] = {
        [GEMM_REGISTER] = "gemm_register", [GEMM_PACKED] = "gemm_packed", [GEMM_GROUP] = "gemm_group"};
    const bool group = v->backend == GEMM_GROUP;
    const bool pieces_apart = g->epilogue == EPILOGUE_MAXOUT && v->backend != GEMM_PACKED;
    const size_t units = g->n / pieces_of(g), span = (pieces_apart ? 1 : v->vectors) * v->width;
    const size_t down = v->down ? v->down : 1, across = v->across ? v->across : 1;
    const size_t rows = ceiling(g->m, v->rows * down), columns = ceiling(units, span * across);
    char options[OPTIONS_BYTES];
    struct squares squares;
    /* neighbouring groups share what is dear: columns of W, or in dW lines of W and its optimiser state */
    const size_t tiles = rows + has_bias(g), by_columns = group || g->product == GEMM_XTDY;
    TRY(take_squares(&squares, plan, g, group ? rows * down : ceiling(g->m, v->rows)));
    ADD(TENSOR, g->a);
    ADD(TENSOR, g->b);
    ADD(UINT, g->m);
    ADD(UINT, g->n);
    ADD(UINT, g->k);
    add_epilogue(arguments, g, &squares);
    TRY(write_options(options, plan->device, g, v));
    TRY(plan_kernel(
        plan, &(struct kernel_launch){.name = name,
                                      .program = programs[v->backend],
                                      .kernel = "gemm",
                                      .options = options,
                                      .product = {g->m, g->n, g->k},
                                      .variant = gemm_variant_name(v).text,
                                      .groups = {by_columns ? columns : tiles, by_columns ? tiles : columns, v->parts},
                                      .group = {group ? across : 1, group ? down : 1},
                                      .arguments = taken.list,
                                      .argument_count = taken.count,
                                      .flops = gemm_flops(g) + epilogue_flops(g),
                                      .bytes = bytes_of(g->a) + bytes_of(g->b) + epilogue_bytes(g)}));
    return use_squares(plan, name, g, &squares);
}

static clgan_status append_scaled(struct plan *plan, const char *name, struct gemm *g)
{
    char full[NAME_BYTES];
    const struct tensor x = g->a;
    g->a = tensor_rows(g->scaled, 0, x.rows);
    snprintf(full, sizeof full, "%s scale rows", name);
    return plan_kernel(plan, &(struct kernel_launch){.name = full,
                                                     .program = "epilogue",
                                                     .kernel = "scale_rows",
                                                     .columns = ceiling(x.columns, 4),
                                                     .rows = x.rows,
                                                     .flops = (double)(x.rows * x.columns),
                                                     .bytes = 2 * bytes_of(x),
                                                     ARGUMENTS(ARG_TENSOR(x), ARG_TENSOR(g->a), ARG_TENSOR(g->signal),
                                                               ARG_UINT(x.rows), ARG_UINT(x.columns))});
}

/* What it is to the net, which a product that was turned (gemm.c) is not by its operands. */
static const char *meaning_of(const struct gemm *g)
{
    static const char *const by_product[] = {"Y = XW", "dX = dY Wt", "dW = Xt dY"};
    if (g->epilogue == EPILOGUE_ACTIVATE || g->epilogue == EPILOGUE_MAXOUT) return by_product[GEMM_XW];
    if (g->epilogue == EPILOGUE_BACKWARD || g->epilogue == EPILOGUE_SCATTER) return by_product[GEMM_DYWT];
    return by_product[g->product];
}

clgan_status gemm_append(struct plan *plan, const char *name, const struct gemm *gemm,
                         const struct gemm_variant *variant)
{
    struct gemm g = *gemm;
    char full[NAME_BYTES];
    struct tensor sums;
    snprintf(full, sizeof full, "%s %s", name, meaning_of(&g));
    if (g.product == GEMM_XTDY && g.signal.buffer) TRY(append_scaled(plan, name, &g));
    if (variant->backend != GEMM_CLBLAST && variant->parts == 1) return append_native(plan, full, &g, variant);
    TRY(plan_scratch(plan, &sums, g.m * (variant->backend == GEMM_CLBLAST ? 1 : variant->parts), g.n, SCRATCH_PRODUCT));
    if (variant->backend == GEMM_CLBLAST) {
        TRY(append_clblast(plan, full, &g, tensor_rows(sums, 0, g.m)));
        return append_pass(plan, name, &g, sums, 1);
    }
    const struct gemm split = {.product = g.product, .m = g.m, .n = g.n, .k = g.k, .a = g.a, .b = g.b, .c = sums};
    TRY(append_native(plan, full, &split, variant));
    return append_pass(plan, name, &g, sums, variant->parts);
}

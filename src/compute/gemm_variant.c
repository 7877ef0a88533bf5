/* Variants of products: their names, which fit, and which are likely to be fast where nothing was measured. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute/gemm.h"

struct gemm_variant_name gemm_variant_name(const struct gemm_variant *v)
{
    struct gemm_variant_name name = {"clblast"};
    if (v->backend == GEMM_REGISTER)
        snprintf(name.text, sizeof name.text, "register %ux%ux%u/%u*%u", v->rows, v->vectors, v->width, v->depth,
                 v->parts);
    else if (v->backend == GEMM_PACKED && v->across == 1)
        snprintf(name.text, sizeof name.text, "packed %ux%ux%u/%u*%u", v->rows, v->vectors, v->width, v->down,
                 v->parts);
    else if (v->backend == GEMM_PACKED)
        snprintf(name.text, sizeof name.text, "packed %ux%ux%u/%ux%u*%u", v->rows, v->vectors, v->width, v->down,
                 v->across, v->parts);
    else if (v->backend == GEMM_GROUP)
        snprintf(name.text, sizeof name.text, "group %ux%u %ux%ux%u/%u*%u", v->down, v->across, v->rows, v->vectors,
                 v->width, v->depth, v->parts);
    return name;
}

bool gemm_variant_parse(struct gemm_variant *v, const char *name)
{
    struct gemm_variant read = {.backend = GEMM_CLBLAST, .parts = 1};
    if (sscanf(name, "register %ux%ux%u/%u*%u", &read.rows, &read.vectors, &read.width, &read.depth, &read.parts) == 5)
        read.backend = GEMM_REGISTER;
    else if (sscanf(name, "packed %ux%ux%u/%ux%u*%u", &read.rows, &read.vectors, &read.width, &read.down, &read.across,
                    &read.parts) == 6)
        read.backend = GEMM_PACKED;
    else if (sscanf(name, "packed %ux%ux%u/%u*%u", &read.rows, &read.vectors, &read.width, &read.down, &read.parts) ==
             5) {
        read.backend = GEMM_PACKED;
        read.across = 1;
    } else if (sscanf(name, "group %ux%u %ux%ux%u/%u*%u", &read.down, &read.across, &read.rows, &read.vectors,
                      &read.width, &read.depth, &read.parts) == 7)
        read.backend = GEMM_GROUP;
    *v = read;
    return strcmp(gemm_variant_name(&read).text, name) == 0;
}

static bool is_width(unsigned width) { return width <= 16 && width && !(width & (width - 1)); }

/* Maxout that ends in registers: the pieces of a unit are the vectors of a tile. Of packed panels it ends in a group's
 * sums, each piece's in turn. */
static bool holds_pieces(const struct gemm *g, const struct gemm_variant *v)
{
    return g->epilogue == EPILOGUE_MAXOUT && v->parts == 1 && v->backend != GEMM_PACKED;
}

/* Columns that a tile of packed panels is one of. */
static size_t packed_units(const struct gemm *g, const struct gemm_variant *v)
{
    return g->epilogue == EPILOGUE_MAXOUT && v->parts == 1 ? g->n / g->pieces : g->n;
}

bool gemm_fits(const struct gemm *g, const struct gemm_variant *v)
{
    /* A compiler unrolls a tile, and a step of a group's: what is much larger than any candidate takes it minutes. */
    enum { ROWS_MOST = 32, VECTORS_MOST = 16, TILE_MOST = 32, STEP_MOST = 1024, TURNED_MOST = 64 };
    if (v->backend == GEMM_CLBLAST) return true;
    if (v->parts < 1 || v->parts > g->k || !is_width(v->width) || v->rows < 1 || v->rows > ROWS_MOST) return false;
    const size_t vectors = holds_pieces(g, v) ? g->pieces : v->vectors;
    if (vectors < 1 || vectors > VECTORS_MOST || vectors * v->rows > TILE_MOST) return false;
    if (v->backend == GEMM_PACKED)
        return v->down && v->across && v->rows <= g->m && vectors * v->width <= packed_units(g, v) &&
               (g->product == GEMM_XTDY ? v->down <= TURNED_MOST : v->across == 1);
    if (v->backend == GEMM_GROUP)
        return v->down && v->across && v->depth && v->depth <= STEP_MOST / (vectors * v->width * v->rows);
    return v->rows <= g->m && vectors * v->width <= g->n && is_width(v->depth) &&
           (g->product != GEMM_DYWT || v->vectors == 1);
}

/* ---- costs, to order candidates by ---- */

#define HOPELESS 1.5    /* times the least cost: not worth measuring */
#define CACHE_SHARE 0.6 /* of the second cache that panels may take, or what is gone through again and again may */

static size_t tiles(size_t count, size_t unit) { return (count + unit - 1) / unit; }

/* Drivers for CPUs tell the size of the second cache as local memory. */
static bool stays_in_cache(const struct device *device, double floats)
{
    return sizeof(float) * floats <= CACHE_SHARE * (double)device->info.local_memory;
}

/* Vector operations: for each step along k of each tile its sums, and half as much for each load and broadcast, more
 * for loads that miss the nearest cache: of dY's rows in dW, whose next row is always elsewhere, and in dX; and more
 * again where X, or dY in dW, leaves the second cache before the next tile wants it. Work wasted at the edges counts as
 * work; so does adding up the lanes of dX's sums at the end, and a tile's beginning and end. */
static double register_cost(const struct device *device, const struct gemm *g, const struct gemm_variant *v)
{
    enum { TILE = 40, LINES = 512 << 10, PIECES_APART = 256 << 10 };
    const bool maxout = holds_pieces(g, v), dot = g->product == GEMM_DYWT;
    const double rows = v->rows, across = maxout ? (double)g->pieces : dot ? v->width : v->vectors;
    const size_t units = maxout ? g->n / g->pieces : g->n, span = maxout ? v->width : v->vectors * v->width;
    const double lanes_sum = v->depth == 16 && v->width == 4 && v->rows % 2 == 0 ? 3 : 10;
    const double steps = dot ? (double)tiles(g->k, v->depth) : (double)g->k;
    const double again = (double)g->k * (double)(g->product == GEMM_XTDY ? g->n : g->m);
    const double down_load = dot ? 2.5 : 0.5, across_load = (g->product == GEMM_XTDY ? 1.5
                                                             : dot                   ? 1
                                                                                     : 0.5) +
                                                            (dot || stays_in_cache(device, again) ? 0 : 1);
    const double tile =
        steps * (rows * across + down_load * rows + across_load * across) + (dot ? lanes_sum * rows * across : 0);
    /* The columns of b that a tile goes down are used by all tiles of rows: dear where they don't stay in a cache. */
    const double panel = (double)g->k / v->parts * across * v->width * sizeof(float);
    const double spilled = g->product == GEMM_XW && panel > (maxout ? PIECES_APART : LINES) && g->m > v->rows ? 1.5 : 1;
    return spilled * (double)tiles(g->m, v->rows) * (double)tiles(units, span) * (tile + TILE) *
           (v->parts > 1 ? 1.1 + 0.01 * v->parts : 1);
}

/* How much longer work takes that comes in so many equal pieces than if it could be shared out evenly. */
static double unevenness(const struct device *device, double pieces)
{
    const double units = device->info.compute_units ? device->info.compute_units : 1;
    return ceil(pieces / units) * units / pieces;
}

/* Floats of local memory that a group takes: its panel, with rows of Xt or sums. */
static double packed_floats(const struct gemm *g, const struct gemm_variant *v)
{
    const double length = (double)g->k / v->parts + v->width, columns = v->vectors * v->width;
    const double rows = (double)v->rows * v->down, pieces = (double)g->n / (double)packed_units(g, v);
    return length * columns + rows * (g->product == GEMM_XTDY ? length : pieces * columns);
}

/* The same of tiles made from panels. Rows of W are turned once for each group: loads from rows far apart, shuffles,
 * stores; columns and rows of Xt are copied. Rows of X or dY beyond some have no address in a register; those of Xt lie
 * side by side, and their panel of b, short as k is, stays in the nearest cache. */
static double packed_cost(const struct device *device, const struct gemm *g, const struct gemm_variant *v)
{
    enum { TILE = 40, TURN = 16, COPY = 5, COPY_ROW = 2, ADDRESSES = 6 };
    const bool update = g->product == GEMM_XTDY;
    const double steps = (double)g->k, rows = v->rows, across = v->vectors;
    const double broadcasts = 0.5 * rows + (update ? 0 : 0.5 * fmax(0, rows - ADDRESSES));
    const double tile = steps * (rows * across + broadcasts + (update ? 0.5 : 1) * across) + TILE;
    const size_t units = packed_units(g, v), pieces = g->n / units;
    const double made = (double)tiles(units, (size_t)v->vectors * v->width), panels = made * (double)pieces;
    const double shares = (double)tiles(g->m, (size_t)v->rows * v->down), wide = ceil(made / v->across);
    const double copying =
        shares * steps *
        (panels * across * (g->product == GEMM_DYWT ? TURN : COPY) + (update ? wide * rows * v->down * COPY_ROW : 0));
    return (panels * (double)tiles(g->m, v->rows) * tile + copying) * unevenness(device, shares * wide * v->parts) *
           (v->parts > 1 ? 1.1 + 0.01 * v->parts : 1);
}

/* Multiply-adds of all groups that run in as many waves as the device needs, dearer where a tile loads more for each.
 */
static double group_cost(const struct device *device, const struct gemm *g, const struct gemm_variant *v)
{
    const bool maxout = holds_pieces(g, v);
    const size_t units = maxout ? g->n / g->pieces : g->n;
    const size_t vectors = maxout ? g->pieces : v->vectors;
    const size_t block_rows = (size_t)v->rows * v->down, block_units = (maxout ? 1 : vectors) * v->width * v->across;
    const double groups = (double)(tiles(g->m, block_rows) * tiles(units, block_units) * v->parts);
    const double at_once = device->info.compute_units ? device->info.compute_units : 1;
    const double waves = groups < 4 * at_once ? (double)tiles((size_t)groups, (size_t)at_once) : groups / at_once;
    const double tile = (double)v->rows * (double)(vectors * v->width);
    const double loads = (double)(v->rows + vectors * v->width);
    const double steps = (double)g->k / v->parts + (double)v->depth;
    return waves * steps * (tile + loads) * (v->down * v->across / 64.0 < 1 ? 1 : v->down * v->across / 64.0) *
           (v->parts > 1 ? 1.3 : 1);
}

/* ---- candidates ---- */

struct candidate {
    struct gemm_variant variant;
    double cost;
};
struct candidates {
    struct candidate list[4096];
    size_t count;
};

static void consider(struct candidates *all, const struct gemm *g, const struct gemm_variant *v, double cost)
{
    if (all->count < sizeof all->list / sizeof *all->list && gemm_fits(g, v))
        all->list[all->count++] = (struct candidate){*v, cost};
}

/* Sums, the vectors that feed them and `spare` for broadcasts must fit in registers: 32 with vectors of 16 (AVX-512),
 * else 16. */
static bool in_registers(const struct device *device, size_t rows, size_t across, size_t spare)
{
    return rows == 1 || rows * across + across + spare <= (device->vector_width >= 16 ? 30u : 16u);
}

/* Parts along k: the units share work that is too little otherwise, and a part's columns of b stay in a cache. Their
 * sums are added in a pass, which also finishes maxout, so that its tiles are plain ones. */
static void consider_parts(struct candidates *all, const struct device *device, const struct gemm *g,
                           struct gemm_variant v)
{
    const size_t made = tiles(g->m, v.rows) * tiles(g->n, (size_t)v.vectors * v.width);
    v.parts = device->info.compute_units;
    if (v.parts > 1 && made < device->info.compute_units && g->k >= 256 * (size_t)v.parts)
        consider(all, g, &v, register_cost(device, g, &v) * (double)made / device->info.compute_units);
    for (v.parts = 2; v.parts <= 16 && g->product == GEMM_XW && g->k >= 256 * (size_t)v.parts; v.parts *= 2)
        consider(all, g, &v, register_cost(device, g, &v));
}

static void consider_registers(struct candidates *all, const struct device *device, const struct gemm *g)
{
    const bool maxout = g->epilogue == EPILOGUE_MAXOUT, dot = g->product == GEMM_DYWT;
    for (unsigned rows = 1; rows <= 12; rows++)
        for (unsigned across = 1; across <= (dot ? 4 : 8); across++)
            for (unsigned lanes = device->vector_width; lanes; lanes /= 2) {
                struct gemm_variant v = {
                    .backend = GEMM_REGISTER, .rows = rows, .vectors = across, .width = lanes, .depth = 1, .parts = 1};
                if (dot) {
                    v.depth = lanes;
                    v.vectors = 1;
                    v.width = across;
                }
                if ((!maxout || across == 1) && in_registers(device, rows, maxout ? g->pieces : across, 1))
                    consider(all, g, &v, register_cost(device, g, &v));
                if (in_registers(device, rows, across, 1)) consider_parts(all, device, g, v);
            }
}

/* Shares of a tile's rows, so that each unit has some: all its rows of X or dY from one panel, or few; of dW, whose
 * rows of Xt are copied too, some, and columns enough to be worth it. */
static void consider_shares(struct candidates *all, const struct device *device, const struct gemm *g,
                            struct gemm_variant v)
{
    enum { DOWN_LEAST = 4, DOWN_MOST = 16, SHARES_MOST = 4 };
    const size_t whole = tiles(g->m, v.rows), columns = tiles(packed_units(g, &v), (size_t)v.vectors * v.width);
    v.across = 1;
    if (g->product != GEMM_XTDY)
        for (size_t shares = 1; shares <= SHARES_MOST && shares <= whole; shares *= 2) {
            v.down = (unsigned)tiles(whole, shares);
            if (stays_in_cache(device, packed_floats(g, &v))) consider(all, g, &v, packed_cost(device, g, &v));
        }
    else
        for (v.down = DOWN_LEAST; v.down <= DOWN_MOST && v.down <= whole; v.down *= 2)
            for (size_t shares = 1; shares <= SHARES_MOST && shares <= columns; shares *= 2) {
                v.across = (unsigned)tiles(columns, shares);
                if (stays_in_cache(device, packed_floats(g, &v))) consider(all, g, &v, packed_cost(device, g, &v));
            }
}

static void consider_packed(struct candidates *all, const struct device *device, const struct gemm *g)
{
    const size_t spare =
        device->vector_width >= 16 ? 5 : 2; /* with one less, loops fall to half or leave a sum in memory */
    for (unsigned rows = 1; rows <= 12; rows++)
        for (unsigned across = 1; across <= 6; across++)
            for (unsigned parts = 1; parts <= 16; parts *= 2) {
                const struct gemm_variant v = {.backend = GEMM_PACKED,
                                               .rows = rows,
                                               .vectors = across,
                                               .width = device->vector_width,
                                               .parts = parts};
                if (in_registers(device, rows, across, spare)) consider_shares(all, device, g, v);
                if (g->k < 1024 * (size_t)parts) break;
            }
}

static void consider_groups(struct candidates *all, const struct device *device, const struct gemm *g)
{
    static const unsigned shapes[][2] = {{8, 8}, {8, 16}, {16, 16}, {4, 16}}, parts[] = {1, 4, 16};
    static const unsigned rows[] = {2, 4, 6, 8}, widths[] = {4, 2, 1};
    const size_t pieces = g->epilogue == EPILOGUE_MAXOUT ? g->pieces : 1;
    for (size_t s = 0; s < 4; s++)
        for (size_t r = 0; r < 4; r++)
            for (size_t w = 0; w < 3; w++)
                for (unsigned vectors = 1; vectors <= (pieces > 1 ? 1 : 2); vectors++)
                    for (size_t p = 0; p < 3; p++) {
                        const struct gemm_variant v = {.backend = GEMM_GROUP,
                                                       .rows = rows[r],
                                                       .vectors = vectors,
                                                       .width = widths[w],
                                                       .depth = 16,
                                                       .down = shapes[s][0],
                                                       .across = shapes[s][1],
                                                       .parts = parts[p]};
                        const size_t across = (pieces > 1 && v.parts == 1 ? pieces : vectors) * v.width;
                        const size_t local = 4 * v.depth * (v.rows * v.down + 1 + across * v.across + 1);
                        if (v.rows * across > 64 || local > device->info.local_memory ||
                            v.down * v.across > device->work_group || (v.parts > 1 && g->k < 32 * v.parts))
                            continue;
                        consider(all, g, &v, group_cost(device, g, &v));
                    }
}

static int by_cost(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    return strcmp(gemm_variant_name(&x->variant).text, gemm_variant_name(&y->variant).text);
}

/* Least limits of a device. CLBlast's kernels for devices that it was not tuned for take work-groups of 16 x 16 and
 * more than 4 KiB of local memory (1.5.3, tried); smallest tiles of ours that a work-group shares, 8 x 8 work-items
 * and, for maxout of 16 pieces, 9.2 KiB. */
enum { CLBLAST_GROUP = 256, CLBLAST_LOCAL = 8 << 10, SHARED_GROUP = 64, SHARED_LOCAL = 10 << 10 };

static bool shares_tiles(const struct device *device)
{
    return strcmp(device->info.type, "cpu") != 0 && device->work_group >= SHARED_GROUP &&
           device->info.local_memory >= SHARED_LOCAL;
}

bool gemm_allowed(const struct device *device, enum gemm_backend backend)
{
    if (backend == GEMM_CLBLAST && (device->work_group < CLBLAST_GROUP || device->info.local_memory < CLBLAST_LOCAL))
        return false;
    return !device->gemm_backends || device->gemm_backends >> backend & 1;
}

/* Among the candidates: at the end of the short list that a first training tries, and in the same place of a longer
 * one, which goes on from there. */
enum { CLBLAST_PLACE = 3 };

size_t gemm_candidates(struct gemm_variant *list, size_t most, const struct device *device, const struct gemm *g)
{
    const struct gemm_variant clblast = {.backend = GEMM_CLBLAST, .parts = 1};
    struct candidates *all = calloc(1, sizeof *all); /* without memory: CLBlast alone */
    /* Copies are worth it for vectors. Rusticl 22.3 on llvmpipe, which has none, makes maxout from panels wrongly. */
    const bool panels = strcmp(device->info.type, "cpu") == 0 && device->vector_width > 1;
    const bool shared = shares_tiles(device);
    size_t count = 0;
    if (all) {
        if (!shared && gemm_allowed(device, GEMM_REGISTER)) consider_registers(all, device, g);
        if (panels && gemm_allowed(device, GEMM_PACKED)) consider_packed(all, device, g);
        if (shared && gemm_allowed(device, GEMM_GROUP)) consider_groups(all, device, g);
        qsort(all->list, all->count, sizeof *all->list, by_cost);
        for (; count < all->count && count + 1 < most && all->list[count].cost <= HOPELESS * all->list[0].cost; count++)
            list[count] = all->list[count].variant;
        free(all);
    }
    if (count && !gemm_allowed(device, GEMM_CLBLAST)) return count;
    const size_t place = count < CLBLAST_PLACE ? count : CLBLAST_PLACE;
    memmove(list + place + 1, list + place, (count - place) * sizeof *list);
    list[place] = clblast;
    return count + 1;
}

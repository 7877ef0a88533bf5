/* Which backend and variant makes a product. */
#include <stdio.h>
#include <string.h>

#include "compute/gemm.h"

struct gemm_variant_name gemm_variant_name(const struct gemm_variant *v)
{
    struct gemm_variant_name name = {"clblast"};
    if (v->backend == GEMM_REGISTER)
        snprintf(name.text, sizeof name.text, "register %ux%ux%u/%u*%u", v->rows, v->vectors, v->width, v->depth,
                 v->parts);
    else if (v->backend == GEMM_GROUP)
        snprintf(name.text, sizeof name.text, "group %ux%u %ux%ux%u/%u*%u", v->down, v->across, v->rows, v->vectors,
                 v->width, v->depth, v->parts);
    return name;
}

/* ---- guesses: CPUs ---- */

/* Cost of a product in vector operations: for each step along k of each tile its sums, and half as much for each load
 * and broadcast. Work wasted at the edges counts as work; so does adding up the lanes of dX's sums at the end. */
static double tile_cost(const struct gemm *g, const struct gemm_variant *v)
{
    const bool maxout = g->epilogue == EPILOGUE_MAXOUT, dot = g->product == GEMM_DYWT;
    const double rows = v->rows, across = maxout ? (double)g->pieces : dot ? v->width : v->vectors;
    const size_t units = maxout ? g->n / g->pieces : g->n, span = maxout ? v->width : v->vectors * v->width;
    const double down_tiles = (double)((g->m + v->rows - 1) / v->rows);
    const double across_tiles = (double)((units + span - 1) / span);
    const double step = rows * across + 0.5 * rows + 0.5 * across;
    const double lanes_sum = v->depth == 16 && v->width == 4 && v->rows % 2 == 0 ? 3 : 10;
    const double steps = dot ? (double)((g->k + v->depth - 1) / v->depth) : (double)g->k;
    return down_tiles * across_tiles * (steps * step + (dot ? lanes_sum * rows * across : 0));
}

/* Sums, the vectors that feed them and a broadcast must fit in registers: 32 with vectors of 16 (AVX-512), else 16. */
static bool in_registers(const struct device *device, size_t rows, size_t across)
{
    return rows * across + across + 1 <= (device->vector_width >= 16 ? 30u : 16u);
}

static void consider(struct gemm_variant *best, double *least, const struct gemm *g, const struct gemm_variant *v)
{
    const double cost = tile_cost(g, v);
    if (!gemm_fits(g, v) || !(cost < *least)) return;
    *least = cost;
    *best = *v;
}

static struct gemm_variant guess_register(const struct device *device, const struct gemm *g)
{
    const bool maxout = g->epilogue == EPILOGUE_MAXOUT, dot = g->product == GEMM_DYWT;
    struct gemm_variant best = {.backend = GEMM_CLBLAST, .parts = 1};
    double least = 1e300;
    for (unsigned rows = 1; rows <= 12; rows++)
        for (unsigned across = 1; across <= (maxout ? 1 : dot ? 4 : 8); across++)
            for (unsigned lanes = device->vector_width; lanes; lanes /= 2) {
                struct gemm_variant v = {
                    .backend = GEMM_REGISTER, .rows = rows, .vectors = across, .width = lanes, .depth = 1, .parts = 1};
                if (dot) {
                    if (across == 3 || lanes > g->k) continue;
                    v.depth = lanes;
                    v.vectors = 1;
                    v.width = across;
                }
                if (rows == 1 || in_registers(device, rows, maxout ? g->pieces : across))
                    consider(&best, &least, g, &v);
            }
    return best;
}

static bool allowed(const struct device *device, enum gemm_backend backend)
{
    return !device->gemm_backends || device->gemm_backends >> backend & 1;
}

struct gemm_variant gemm_choose(const struct device *device, const struct gemm *gemm)
{
    if (!allowed(device, GEMM_REGISTER)) return (struct gemm_variant){.backend = GEMM_CLBLAST, .parts = 1};
    return guess_register(device, gemm);
}

/* The shipped recipe `mnist` in plain C on OpenBLAS and OpenMP, to hold clgan against on the same CPU: milliseconds of a training
 * step, alternating (k = 1) and simultaneous, and of the step's matrix products alone. Pictures and weights are noise: time does not
 * depend on them.
 *     gcc -O3 -march=native -fopenmp openblas_step.c -o /tmp/openblas-step -lopenblas -lm && /tmp/openblas-step */
#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 100, NOISE = 100, HIDDEN = 1200, PIXELS = 784, UNITS = 240, PIECES = 5, LAYERS = 3 };

struct layer {
    int in, out;
    float *w, *b, *wv, *bv, *gw, *gb;
};

static struct layer g[LAYERS], d[LAYERS];
static float *z, *h1, *h2, *dh1, *dh2, *dimage;                     /* G: values and gradients */
static float *input[LAYERS], *wide[2], *dwide[2], *dinput[LAYERS];  /* D: dropped inputs, pre-activations, gradients */
static float *kept[LAYERS], *value[LAYERS], *logit, *dlogit, *image;
static unsigned char *winner[2];
static int products_only;

static float *floats(size_t count)
{
    float *x = malloc(count * sizeof *x);
    if (!x) exit(1);
    for (size_t i = 0; i < count; i++) x[i] = ((float)((uint32_t)(i * 2654435761u) >> 8) * 0x1p-24f - 0.5f) * 0.1f;
    return x;
}

static struct layer make(int in, int out)
{
    const size_t count = (size_t)in * (size_t)out, width = (size_t)out;
    return (struct layer){in, out, floats(count), floats(width), floats(count), floats(width), floats(count), floats(width)};
}

/* y = x W */
static void forward(const struct layer *l, const float *x, float *y, int rows)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, l->out, l->in, 1, x, l->in, l->w, l->out, 0, y, l->out);
}

/* dx = dy Wt */
static void backward(const struct layer *l, const float *dy, float *dx, int rows)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, l->in, l->out, 1, dy, l->out, l->w, l->out, 0, dx, l->in);
}

/* W and b move along xt dy and the column sums of dy. */
static void update(struct layer *l, const float *x, const float *dy, int rows)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, l->in, l->out, rows, 1, x, l->in, dy, l->out, 0, l->gw, l->out);
    if (products_only) return;
    const size_t count = (size_t)l->in * (size_t)l->out;
#pragma omp parallel for
    for (int c = 0; c < l->out; c++) {
        float sum = 0;
        for (int r = 0; r < rows; r++) sum += dy[(size_t)r * (size_t)l->out + (size_t)c];
        l->bv[c] = 0.5f * l->bv[c] - 1e-6f * sum;
        l->b[c] += l->bv[c];
    }
#pragma omp parallel for
    for (size_t i = 0; i < count; i++) {
        l->wv[i] = 0.5f * l->wv[i] - 1e-6f * l->gw[i];
        l->w[i] += l->wv[i];
    }
}

static uint32_t mix(uint32_t x)
{
    x = (x ^ x >> 16) * 0x85ebca6bu;
    x = (x ^ x >> 13) * 0xc2b2ae35u;
    return x ^ x >> 16;
}

static void dropout(const float *x, float *out, float *mask, int count, float keep, uint32_t seed)
{
    if (products_only) return;
#pragma omp parallel for
    for (int i = 0; i < count; i++) {
        mask[i] = (float)(mix(seed + (uint32_t)i) >> 8) * 0x1p-24f < keep ? 1 / keep : 0;
        out[i] = x[i] * mask[i];
    }
}

static void relu(float *x, const float *b, int rows, int columns)
{
    if (products_only) return;
#pragma omp parallel for
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            const size_t at = (size_t)r * (size_t)columns + (size_t)c;
            x[at] = fmaxf(x[at] + b[c], 0);
        }
}

static void maxout(int layer, int rows)
{
    if (products_only) return;
#pragma omp parallel for
    for (int r = 0; r < rows; r++)
        for (int u = 0; u < UNITS; u++) {
            const float *at = wide[layer] + (size_t)r * UNITS * PIECES;
            int best = 0;
            for (int p = 1; p < PIECES; p++)
                if (at[p * UNITS + u] + d[layer].b[p * UNITS + u] > at[best * UNITS + u] + d[layer].b[best * UNITS + u]) best = p;
            value[layer + 1][r * UNITS + u] = at[best * UNITS + u] + d[layer].b[best * UNITS + u];
            winner[layer][r * UNITS + u] = (unsigned char)best;
        }
}

/* The gradient at D's layer's input becomes one at the pieces of the layer below. */
static void scatter(int layer, int rows)
{
    if (products_only) return;
#pragma omp parallel for
    for (int r = 0; r < rows; r++)
        for (int p = 0; p < PIECES; p++)
            for (int u = 0; u < UNITS; u++) {
                const int at = r * UNITS + u;
                dwide[layer][(r * PIECES + p) * UNITS + u] = winner[layer][at] == p ? dinput[layer + 1][at] * kept[layer + 1][at] : 0;
            }
}

static void generate(uint32_t seed)
{
    if (!products_only)
        for (int i = 0; i < BATCH * NOISE; i++) z[i] = (float)(mix(seed + (uint32_t)i) >> 8) * 0x1p-23f - 1;
    forward(&g[0], z, h1, BATCH);
    relu(h1, g[0].b, BATCH, HIDDEN);
    forward(&g[1], h1, h2, BATCH);
    relu(h2, g[1].b, BATCH, HIDDEN);
    forward(&g[2], h2, image + BATCH * PIXELS, BATCH);
    if (products_only) return;
#pragma omp parallel for
    for (int i = 0; i < BATCH * PIXELS; i++) {
        float *x = image + BATCH * PIXELS + i;
        *x = 1 / (1 + expf(-*x - g[2].b[i % PIXELS]));
    }
}

/* `from`: the first row, 0 or BATCH. */
static void discriminate(int from, int rows, uint32_t seed)
{
    static const float keep[LAYERS] = {0.8f, 0.5f, 0.5f};
    value[0] = image + from * PIXELS;
    for (int layer = 0; layer < LAYERS; layer++) {
        dropout(value[layer], input[layer], kept[layer], rows * d[layer].in, keep[layer], seed + (uint32_t)layer * 0x9e3779b9u);
        forward(&d[layer], input[layer], layer < 2 ? wide[layer] : logit, rows);
        if (layer < 2) maxout(layer, rows);
    }
    for (int r = 0; r < rows && !products_only; r++) dlogit[r] = (1 / (1 + expf(-logit[r])) - (float)(r < BATCH)) / BATCH;
}

/* Down D, with or without updates; to its input where `to_image`: the gradient of the last BATCH of `rows`. */
static void discriminator_back(int rows, int learns, int to_image)
{
    const float *dy = dlogit;
    for (int layer = LAYERS - 1; layer >= 0; layer--) {
        const int skipped = layer ? 0 : rows - BATCH;
        if (layer || to_image) backward(&d[layer], dy + (size_t)skipped * (size_t)d[layer].out, dinput[layer], rows - skipped);
        if (learns) update(&d[layer], input[layer], dy, rows);
        if (layer) scatter(layer - 1, rows), dy = dwide[layer - 1];
    }
    if (!to_image || products_only) return;
    const float *fake = image + BATCH * PIXELS;
    const float *mask = kept[0] + (rows - BATCH) * PIXELS;
#pragma omp parallel for
    for (int i = 0; i < BATCH * PIXELS; i++) dimage[i] = dinput[0][i] * mask[i] * fake[i] * (1 - fake[i]);
}

static void through_relu(float *dx, const float *y)
{
    if (products_only) return;
#pragma omp parallel for
    for (int i = 0; i < BATCH * HIDDEN; i++)
        if (y[i] <= 0) dx[i] = 0;
}

static void generator_back(void)
{
    backward(&g[2], dimage, dh2, BATCH);
    through_relu(dh2, h2);
    update(&g[2], h2, dimage, BATCH);
    backward(&g[1], dh2, dh1, BATCH);
    through_relu(dh1, h1);
    update(&g[1], h1, dh2, BATCH);
    update(&g[0], z, dh1, BATCH);
}

static void step(int alternating, uint32_t seed)
{
    generate(seed);
    discriminate(0, 2 * BATCH, seed);
    discriminator_back(2 * BATCH, 1, !alternating);
    if (alternating) {
        generate(~seed);
        discriminate(BATCH, BATCH, ~seed);
        discriminator_back(BATCH, 0, 1);
    }
    generator_back();
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    enum { TIMES = 101 };
    static double times[TIMES];
    const int rows = 2 * BATCH;
    g[0] = make(NOISE, HIDDEN), g[1] = make(HIDDEN, HIDDEN), g[2] = make(HIDDEN, PIXELS);
    d[0] = make(PIXELS, UNITS * PIECES), d[1] = make(UNITS, UNITS * PIECES), d[2] = make(UNITS, 1);
    z = floats(BATCH * NOISE), h1 = floats(BATCH * HIDDEN), h2 = floats(BATCH * HIDDEN);
    dh1 = floats(BATCH * HIDDEN), dh2 = floats(BATCH * HIDDEN), dimage = floats(BATCH * PIXELS);
    image = floats((size_t)rows * PIXELS), logit = floats((size_t)rows), dlogit = floats((size_t)rows);
    for (int i = 0; i < LAYERS; i++) {
        input[i] = floats((size_t)rows * (size_t)d[i].in), kept[i] = floats((size_t)rows * (size_t)d[i].in);
        dinput[i] = floats((size_t)rows * (size_t)d[i].in), value[i] = floats((size_t)rows * (size_t)d[i].in);
    }
    for (int i = 0; i < 2; i++) {
        wide[i] = floats((size_t)rows * UNITS * PIECES), dwide[i] = floats((size_t)rows * UNITS * PIECES);
        winner[i] = calloc((size_t)rows * UNITS, 1);
    }
    for (products_only = 0; products_only < 2; products_only++)
        for (int alternating = 1; alternating >= 0; alternating--) {
            for (int i = 0; i < TIMES; i++) {
                const double start = now();
                step(alternating, (uint32_t)i * 77777u);
                times[i] = now() - start;
            }
            qsort(times, TIMES, sizeof *times, by_size);
            printf("openblas, mnist, batch %d, %s%s: median %.2f ms, min %.2f ms\n", BATCH, alternating ? "alternating" : "simultaneous",
                   products_only ? ", products only" : "", times[TIMES / 2], times[0]);
        }
    return 0;
}

#include "gan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a forward pass leaves for the backward one, of a layer. */
struct trace_layer {
    double *x;      /* [rows, in], after dropout */
    double *factor; /* [rows, in], 0 or 1 / keep; NULL: no dropout */
    double *pre;    /* [rows, width], before the activation or the maximum */
    double *y;      /* [rows, units] */
};

struct trace {
    struct trace_layer layers[RECIPE_LAYERS];
    size_t rows;
    double *y; /* of the last layer */
};

/* Dropout of a pass: where its masks come from. */
struct masks {
    struct random_key key;
    uint64_t step;
    uint32_t first_row;
};

static double *zeros(size_t count)
{
    double *values = calloc(count, sizeof *values);
    if (!values) abort();
    return values;
}

static void begin_net(struct reference_net *net, const struct network_recipe *recipe,
                      const struct optimiser_recipe *optimiser, size_t in, bool averaged)
{
    *net = (struct reference_net){.count = recipe->count, .optimiser = *optimiser};
    for (size_t i = 0; i < net->count; i++) {
        struct reference_layer *layer = &net->layers[i];
        layer->spec = recipe->layers[i];
        if (layer->spec.kind == LAYER_MAXOUT) layer->spec.activation = ACTIVATION_LINEAR;
        layer->in = in;
        layer->units = (size_t)layer->spec.units;
        layer->pieces = layer->spec.kind == LAYER_MAXOUT ? (size_t)layer->spec.pieces : 1;
        layer->width = layer->units * layer->pieces;
        double **const all[] = {&layer->w,  &layer->b,  &layer->gw, &layer->gb, &layer->mw,
                                &layer->mb, &layer->sw, &layer->sb, &layer->aw, &layer->ab};
        double *next = zeros(5 * (in + 1) * layer->width);
        for (size_t t = 0; t < (averaged ? 10 : 8); next += t++ % 2 ? layer->width : in * layer->width) *all[t] = next;
        in = layer->units;
    }
}

void reference_begin(struct reference_gan *gan, const struct recipe *recipe)
{
    *gan = (struct reference_gan){.recipe = *recipe,
                                  .together = recipe->train.updates == UPDATES_SIMULTANEOUS ||
                                              recipe->train.simultaneous_epochs > 0};
    begin_net(&gan->g, &recipe->generator, &recipe->generator_optimiser, (size_t)recipe->noise.size,
              recipe->train.average > 0);
    begin_net(&gan->d, &recipe->discriminator, &recipe->discriminator_optimiser, recipe_data_size(recipe), false);
    /* The objectives start at the logits. */
    gan->d.layers[gan->d.count - 1].spec.activation = ACTIVATION_LINEAR;
}

void reference_free(struct reference_gan *gan)
{
    for (size_t i = 0; i < gan->g.count; i++) free(gan->g.layers[i].w);
    for (size_t i = 0; i < gan->d.count; i++) free(gan->d.layers[i].w);
    *gan = (struct reference_gan){0};
}

/* The word of element (row, column) of a layer in a step. */
static uint32_t word_at(struct random_key key, uint32_t layer, uint32_t row, uint32_t column, uint64_t step)
{
    const uint32_t counter[4] = {layer << 24 | column / 4, row, (uint32_t)step, (uint32_t)(step >> 32)};
    uint32_t words[4];
    random_philox(words, counter, key);
    return words[column % 4];
}

static double unit_at(struct random_key key, uint32_t row, uint32_t column, uint64_t step)
{
    return (double)(word_at(key, 0, row, column, step) >> 8) / 16777216.0;
}

/* Box-Muller: an even column and the next one share a radius and an angle. */
static double normal_at(struct random_key key, uint32_t row, uint32_t column, uint64_t step)
{
    const uint32_t even = column - column % 2;
    const double radius = sqrt(-2.0 * log(unit_at(key, row, even, step) + 1.0 / 16777216.0));
    const double angle = 6.28318530717958647692 * unit_at(key, row, even + 1, step);
    return column % 2 ? radius * sin(angle) : radius * cos(angle);
}

void reference_noise(double *z, const struct recipe *recipe, uint64_t seed, unsigned lane, uint64_t step, size_t rows)
{
    const struct random_key key = random_stream(seed, RANDOM_NOISE, lane);
    const size_t size = (size_t)recipe->noise.size;
    for (uint32_t r = 0; r < rows; r++) {
        double *row = z + r * size, square = 0;
        for (uint32_t c = 0; c < size; c++) {
            const bool uniform = recipe->noise.kind == NOISE_UNIFORM;
            row[c] = uniform ? 2.0 * unit_at(key, r, c, step) - 1.0 : normal_at(key, r, c, step);
            square += row[c] * row[c];
        }
        const double to_sphere = recipe->noise.kind == NOISE_SPHERICAL ? sqrt((double)size / square) : 1;
        for (size_t c = 0; c < size; c++) row[c] *= recipe->noise.scale * to_sphere;
    }
}

static double logistic(double x) { return 1.0 / (1.0 + exp(-x)); }

/* log(1 + e^x) */
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

/* y = f(a); `slope`: dy / da. */
static double activate(const struct layer_recipe *spec, double a, double *slope)
{
    const double sigma = logistic(a), negative = spec->activation == ACTIVATION_LEAKY_RELU ? spec->slope : 0;
    switch (spec->activation) {
    case ACTIVATION_RELU:
    case ACTIVATION_LEAKY_RELU:
        *slope = a > 0 ? 1 : negative;
        return a < 0 ? negative * a : a;
    case ACTIVATION_TANH:
        *slope = 1 - tanh(a) * tanh(a);
        return tanh(a);
    case ACTIVATION_SIGMOID:
        *slope = sigma * logistic(-a);
        return sigma;
    default:
        *slope = 1;
        return a;
    }
}

/* Column of the largest piece of unit u, the first of equals; a dense unit has one. */
static size_t winner(const struct reference_layer *layer, const double *pre, size_t u)
{
    size_t best = u;
    for (size_t p = 1; p < layer->pieces; p++)
        if (pre[p * layer->units + u] > pre[best]) best = p * layer->units + u;
    return best;
}

static void drop_out(const struct reference_layer *layer, struct trace_layer *at, uint32_t number, size_t rows,
                     const struct masks *masks)
{
    const double threshold = fmin(floor(layer->spec.keep * 4294967296.0 + 0.5), 4294967295.0);
    at->factor = at->y + rows * layer->units;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < layer->in; c++) {
            const uint32_t word = word_at(masks->key, number, masks->first_row + r, c, masks->step);
            at->factor[r * layer->in + c] = word < threshold ? 1.0 / layer->spec.keep : 0;
            at->x[r * layer->in + c] *= at->factor[r * layer->in + c];
        }
    }
}

static void forward_layer(const struct reference_layer *layer, struct trace_layer *at, size_t rows, bool averaged)
{
    const double *w = averaged ? layer->aw : layer->w, *b = averaged ? layer->ab : layer->b;
    for (size_t r = 0; r < rows; r++) {
        double *pre = at->pre + r * layer->width;
        for (size_t c = 0; c < layer->width; c++) {
            pre[c] = b[c];
            for (size_t i = 0; i < layer->in; i++) pre[c] += at->x[r * layer->in + i] * w[i * layer->width + c];
        }
        for (size_t u = 0; u < layer->units; u++)
            at->y[r * layer->units + u] = activate(&layer->spec, pre[winner(layer, pre, u)], &(double){0});
    }
}

/* masks NULL: no dropout. */
static void forward(struct trace *trace, const struct reference_net *net, const double *input, size_t rows,
                    const struct masks *masks, bool averaged)
{
    *trace = (struct trace){.rows = rows};
    for (size_t i = 0; i < net->count; i++) {
        const struct reference_layer *layer = &net->layers[i];
        struct trace_layer *at = &trace->layers[i];
        at->x = zeros(rows * (2 * layer->in + layer->width + layer->units)); /* pre, y and factor lie behind it */
        at->pre = at->x + rows * layer->in;
        at->y = at->pre + rows * layer->width;
        memcpy(at->x, i ? trace->y : input, rows * layer->in * sizeof *at->x);
        if (masks && layer->spec.keep < 1) drop_out(layer, at, (uint32_t)i, rows, masks);
        forward_layer(layer, at, rows, averaged);
        trace->y = at->y;
    }
}

static void free_trace(struct trace *trace)
{
    for (size_t i = 0; i < RECIPE_LAYERS; i++) free(trace->layers[i].x);
}

/* Gradient at a layer's pre-activations, from the one at its outputs. */
static double *through_activation(const struct reference_layer *layer, const struct trace_layer *at, size_t rows,
                                  const double *dy)
{
    double *dpre = zeros(rows * layer->width);
    for (size_t r = 0; r < rows; r++) {
        const double *pre = at->pre + r * layer->width;
        for (size_t u = 0; u < layer->units; u++) {
            const size_t column = winner(layer, pre, u);
            double slope;
            activate(&layer->spec, pre[column], &slope);
            dpre[r * layer->width + column] = dy[r * layer->units + u] * slope;
        }
    }
    return dpre;
}

/* Gradient at a layer's inputs, before dropout; where it `learns`, also at its weights. */
static double *through_weights(struct reference_layer *layer, const struct trace_layer *at, size_t rows,
                               const double *dpre, bool learns)
{
    double *dx = zeros(rows * layer->in);
    for (size_t c = 0; learns && c < layer->width; c++) {
        layer->gb[c] = 0;
        for (size_t r = 0; r < rows; r++) layer->gb[c] += dpre[r * layer->width + c];
    }
    for (size_t i = 0; i < layer->in; i++) {
        for (size_t c = 0; c < layer->width; c++) {
            const size_t w = i * layer->width + c;
            double sum = 0;
            for (size_t r = 0; r < rows; r++) {
                sum += at->x[r * layer->in + i] * dpre[r * layer->width + c];
                dx[r * layer->in + i] += layer->w[w] * dpre[r * layer->width + c];
            }
            if (learns) layer->gw[w] = sum;
        }
    }
    for (size_t e = 0; at->factor && e < rows * layer->in; e++) dx[e] *= at->factor[e];
    return dx;
}

/* From the gradient at the net's output to the one at its input. `learns`: on the way it stores the weights'. */
static double *backward(struct reference_net *net, const struct trace *trace, const double *dy, bool learns)
{
    double *dx = NULL;
    for (size_t i = net->count; i-- > 0;) {
        double *above = dx;
        double *dpre = through_activation(&net->layers[i], &trace->layers[i], trace->rows, above ? above : dy);
        dx = through_weights(&net->layers[i], &trace->layers[i], trace->rows, dpre, learns);
        free(above);
        free(dpre);
    }
    return dx;
}

/* G and then D on the minibatch of a lane, as in training. data NULL: D sees the fakes alone. */
static void play(struct reference_gan *gan, const double *data, unsigned lane, struct trace *g, struct trace *d)
{
    const struct recipe *recipe = &gan->recipe;
    const uint64_t seed = (uint64_t)recipe->train.seed;
    const size_t batch = (size_t)recipe->train.batch, size = recipe_data_size(recipe), real = data ? batch : 0;
    double *z = zeros(batch * (size_t)recipe->noise.size), *x = zeros((real + batch) * size);
    const struct masks g_masks = {random_stream(seed, RANDOM_DROPOUT, 0x10000 + lane), gan->step, 0};
    struct masks d_masks = {random_stream(seed, RANDOM_DROPOUT, lane), gan->step, 0};
    /* The simultaneous G looks through the fake half of D's own pass. */
    if (!data && gan->together) d_masks.first_row = (uint32_t)batch;
    reference_noise(z, recipe, seed, lane, gan->step, batch);
    forward(g, &gan->g, z, batch, &g_masks, false);
    if (data) memcpy(x, data + lane * batch * size, batch * size * sizeof *x);
    memcpy(x + real * size, g->y, batch * size * sizeof *x);
    forward(d, &gan->d, x, real + batch, &d_masks, false);
    free(z);
    free(x);
}

static double play_d(struct reference_gan *gan, const double *data, unsigned lane, bool learns)
{
    const size_t batch = (size_t)gan->recipe.train.batch;
    const double share = (gan->recipe.train.discriminator_loss == LOSS_MEAN ? 0.5 : 1.0) / (double)batch;
    double *signal = zeros(2 * batch); /* the loss's derivative by each logit */
    struct trace g, d;
    play(gan, data, lane, &g, &d);
    gan->d_loss = gan->d_real = gan->d_fake = 0;
    for (size_t r = 0; r < 2 * batch; r++) {
        const double l = d.y[r], label = r < batch ? gan->recipe.train.real_label : gan->recipe.train.fake_label;
        gan->d_loss += share * (label * softplus(-l) + (1 - label) * softplus(l));
        signal[r] = share * (logistic(l) - label);
        *(r < batch ? &gan->d_real : &gan->d_fake) += logistic(l) / (double)batch;
    }
    if (learns) free(backward(&gan->d, &d, signal, true));
    free(signal);
    free_trace(&g);
    free_trace(&d);
    return gan->d_loss;
}

static double play_g(struct reference_gan *gan, unsigned lane, bool learns)
{
    const size_t batch = (size_t)gan->recipe.train.batch;
    const bool minimax = gan->recipe.train.generator_loss == LOSS_MINIMAX;
    double *signal = zeros(batch);
    struct trace g, d;
    play(gan, NULL, lane, &g, &d);
    gan->g_loss = 0;
    for (size_t r = 0; r < batch; r++) {
        gan->g_loss += (minimax ? -softplus(d.y[r]) : softplus(-d.y[r])) / (double)batch;
        signal[r] = -logistic(minimax ? d.y[r] : -d.y[r]) / (double)batch;
    }
    if (learns) {
        double *dfakes = backward(&gan->d, &d, signal, false);
        free(backward(&gan->g, &g, dfakes, true));
        free(dfakes);
    }
    free(signal);
    free_trace(&g);
    free_trace(&d);
    return gan->g_loss;
}

double reference_d_objective(struct reference_gan *gan, const double *data, unsigned lane)
{
    return play_d(gan, data, lane, false);
}

double reference_g_objective(struct reference_gan *gan, unsigned lane) { return play_g(gan, lane, false); }

double reference_momentum(const struct optimiser_recipe *optimiser, uint64_t epoch)
{
    const double start = (double)optimiser->momentum_start, end = (double)optimiser->momentum_end, e = (double)epoch;
    if (e <= start) return optimiser->momentum;
    if (e >= end) return optimiser->final_momentum;
    return (optimiser->momentum * (end - e) + optimiser->final_momentum * (e - start)) / (end - start);
}

static void update_values(const struct reference_net *net, uint64_t epoch, double *w, const double *g, double *m,
                          double *s, size_t count)
{
    const struct optimiser_recipe *how = &net->optimiser;
    const double t = (double)net->updates + 1,
                 rate = fmax(how->learning_rate / pow(how->decay, t - 1), how->lowest_rate);
    for (size_t i = 0; i < count; i++) {
        if (how->kind == OPTIMISER_SGD) {
            m[i] = reference_momentum(how, epoch) * m[i] - rate * g[i];
            w[i] += m[i];
            continue;
        }
        m[i] = how->beta1 * m[i] + (1 - how->beta1) * g[i];
        s[i] = how->beta2 * s[i] + (1 - how->beta2) * g[i] * g[i];
        const double first = m[i] / (1 - pow(how->beta1, t)), second = s[i] / (1 - pow(how->beta2, t));
        w[i] -= rate * first / (sqrt(second) + how->epsilon);
    }
}

static void limit_columns(struct reference_layer *layer)
{
    const double limit = layer->spec.max_column_norm;
    const size_t width = layer->width;
    for (double *w = layer->w; limit > 0 && w < layer->w + width; w++) {
        double square = 0;
        for (size_t i = 0; i < layer->in; i++) square += w[i * width] * w[i * width];
        for (size_t i = 0; sqrt(square) > limit && i < layer->in; i++) w[i * width] *= limit / sqrt(square);
    }
}

static void update(struct reference_net *net, uint64_t epoch, double average)
{
    for (size_t l = 0; l < net->count; l++) {
        struct reference_layer *at = &net->layers[l];
        const size_t count = at->in * at->width;
        update_values(net, epoch, at->w, at->gw, at->mw, at->sw, count);
        update_values(net, epoch, at->b, at->gb, at->mb, at->sb, at->width);
        limit_columns(at);
        for (size_t i = 0; at->aw && i < count; i++) at->aw[i] = average * at->aw[i] + (1 - average) * at->w[i];
        for (size_t i = 0; at->ab && i < at->width; i++) at->ab[i] = average * at->ab[i] + (1 - average) * at->b[i];
    }
    net->updates++;
}

void reference_step(struct reference_gan *gan, const double *data, uint64_t epoch)
{
    const bool together = gan->together =
        gan->recipe.train.updates == UPDATES_SIMULTANEOUS || epoch <= (uint64_t)gan->recipe.train.simultaneous_epochs;
    const unsigned k = (unsigned)gan->recipe.train.discriminator_steps; /* k = j = 1 where together */
    const unsigned j = (unsigned)gan->recipe.train.generator_steps;
    for (unsigned lane = 0; lane < k; lane++) {
        play_d(gan, data, lane, true);
        if (together) play_g(gan, lane, true);
        update(&gan->d, epoch, 0);
    }
    for (unsigned lane = k; lane < k + j; lane++) {
        if (!together) play_g(gan, lane, true);
        update(&gan->g, epoch, gan->recipe.train.average);
    }
    gan->step++;
}

void reference_generate(const struct reference_gan *gan, double *x, const double *z, size_t rows, bool averaged)
{
    struct trace trace;
    forward(&trace, &gan->g, z, rows, NULL, averaged);
    memcpy(x, trace.y, rows * recipe_data_size(&gan->recipe) * sizeof *x);
    free_trace(&trace);
}

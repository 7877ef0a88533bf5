/* The objective at the logits, the monitors, and the end of a step (Goodfellow et al. 2014, section 3). */
#include "state.clh"
#include "view.clh"

#ifndef WIDTH
#define WIDTH 16 /* rows of a work-item: 1 or 16 */
#endif
#if WIDTH == 16
#define REALS float16
#define FIRST_TO_LAST (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOAD(p) vload16(0, p)
#define STORE(x, p) vstore16(x, 0, p)
#else
#define REALS float
#define FIRST_TO_LAST 0u
#define LOAD(p) (*(p))
#define STORE(x, p) (*(p) = (x))
#endif

/* WIDTH values from row on; beyond the end: 0, and left alone. */
REALS load_rows(__global const float *from, const uint row, const uint end)
{
    float lanes[WIDTH];
    if (row + WIDTH <= end) return LOAD(from + row);
    for (uint i = 0; i < WIDTH; i++) lanes[i] = row + i < end ? from[row + i] : 0.0f;
    return LOAD(lanes);
}

void store_rows(const REALS x, __global float *to, const uint row, const uint end)
{
    float lanes[WIDTH];
    if (row + WIDTH <= end) {
        STORE(x, to + row);
        return;
    }
    STORE(x, lanes);
    for (uint i = 0; row + i < end; i++) to[row + i] = lanes[i];
}

/* What both losses are made of, from one exponential that can't overflow. */
typedef struct logit {
    REALS real, fake;               /* 1 / (1 + e^-l), 1 / (1 + e^l) */
    REALS real_loss, fake_loss;     /* log(1 + e^-l), log(1 + e^l) */
} logit;

logit at_logit(const REALS l)
{
    const REALS e = exp(-fabs(l)), more = log1p(e), likely = 1.0f / (1.0f + e), unlikely = e / (1.0f + e);
    const logit x = {l < 0.0f ? unlikely : likely, l < 0.0f ? likely : unlikely, fmax(-l, 0.0f) + more, fmax(l, 0.0f) + more};
    return x;
}

/* D's cross-entropy against smoothed labels; rows 0 .. rows - 1 are real, the next `rows` are fake. `weight`: 0.5 for the mean of the
 * two halves, 1 for their sum. signal = dL/dlogit. values: [4, 2 * rows] of D's loss, -, D(x), D(G(z)). Work-item: WIDTH rows. */
__kernel void loss_discriminator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                                 const float weight, const float real_label, const float fake_label)
{
    const uint row = WIDTH * get_global_id(0), end = 2 * rows;
    if (row >= end) return;
    const logit l = at_logit(load_rows(AT(logits), row, end));
    const REALS is_real = row + FIRST_TO_LAST < rows ? (REALS)1.0f : (REALS)0.0f, is_fake = 1.0f - is_real;
    const REALS label = is_real * real_label + is_fake * fake_label;
    store_rows(weight * (l.real * (1.0f - label) - l.fake * label) / (float)rows, AT(signal), row, end);
    store_rows(weight * (label * l.real_loss + (1.0f - label) * l.fake_loss), AT(values) + METRIC_D_LOSS * end, row, end);
    store_rows(l.real * is_real, AT(values) + METRIC_D_REAL * end, row, end);
    store_rows(l.real * is_fake, AT(values) + METRIC_D_FAKE * end, row, end);
}

/* G's loss at the logits of fake rows, -log D, or log(1 - D) where it is minimax, and its derivative. values: as above, in row
 * METRIC_G_LOSS. Work-item: WIDTH rows. */
__kernel void loss_generator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                             const int minimax)
{
    const uint row = WIDTH * get_global_id(0);
    if (row >= rows) return;
    const logit l = at_logit(load_rows(AT(logits), row, rows));
    store_rows(minimax ? -l.fake_loss : l.real_loss, AT(values) + METRIC_G_LOSS * 2 * rows, row, rows);
    store_rows(-(minimax ? l.real : l.fake) / (float)rows, AT(signal), row, rows);
}

/* The end of a step, one work-item: means of the rows' values go into the epoch's sums, a value that is not finite is latched, and
 * the state moves on. */
__kernel void advance(__global step_state *restrict state, __global float *restrict sums, VIEW(const float, values), const uint rows)
{
    for (uint metric = 0; metric < METRICS; metric++) {
        float total = 0.0f;
        for (uint row = 0; row < 2 * rows; row++) total += AT(values)[metric * 2 * rows + row];
        total /= (float)rows;
        if (!isfinite(total) && !state->first_bad) state->first_bad = state->step + 1;
        const float y = total - sums[2 * metric + 1], t = sums[2 * metric] + y;
        sums[2 * metric + 1] = (t - sums[2 * metric]) - y;
        sums[2 * metric] = t;
    }
    state->step++;
    if (++state->in_epoch == state->per_epoch) {
        state->in_epoch = 0;
        state->epoch++;
    }
}

/* The objective at the logits, the monitors, and the end of a step (Goodfellow et al. 2014, section 3). */
#include "state.clh"
#include "view.clh"

/* What both losses are made of, from one exponential that can't overflow. */
typedef struct logit {
    float real, fake;               /* 1 / (1 + e^-l), 1 / (1 + e^l) */
    float real_loss, fake_loss;     /* log(1 + e^-l), log(1 + e^l) */
} logit;

logit at_logit(const float l)
{
    const float e = exp(-fabs(l)), more = log1p(e), likely = 1.0f / (1.0f + e), unlikely = e / (1.0f + e);
    const logit x = {l < 0.0f ? unlikely : likely, l < 0.0f ? likely : unlikely, fmax(-l, 0.0f) + more, fmax(l, 0.0f) + more};
    return x;
}

/* D's cross-entropy against smoothed labels; rows 0 .. rows - 1 are real, the next `rows` are fake. `weight`: 0.5 for the mean of the
 * two halves, 1 for their sum. signal = dL/dlogit. values: [4, 2 * rows] of D's loss, -, D(x), D(G(z)). Work-item: a row. */
__kernel void loss_discriminator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                                 const float weight, const float real_label, const float fake_label)
{
    const uint row = get_global_id(0);
    if (row >= 2 * rows) return;
    const logit l = at_logit(AT(logits)[row]);
    const float label = row < rows ? real_label : fake_label;
    AT(signal)[row] = weight * (l.real * (1.0f - label) - l.fake * label) / (float)rows;
    AT(values)[METRIC_D_LOSS * 2 * rows + row] = weight * (label * l.real_loss + (1.0f - label) * l.fake_loss);
    AT(values)[METRIC_D_REAL * 2 * rows + row] = row < rows ? l.real : 0.0f;
    AT(values)[METRIC_D_FAKE * 2 * rows + row] = row < rows ? 0.0f : l.real;
}

/* G's loss at the logits of fake rows, -log D, or log(1 - D) where it is minimax, and its derivative. values: as above, in row
 * METRIC_G_LOSS. Work-item: a row. */
__kernel void loss_generator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                             const int minimax)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    const logit l = at_logit(AT(logits)[row]);
    AT(values)[METRIC_G_LOSS * 2 * rows + row] = minimax ? -l.fake_loss : l.real_loss;
    AT(signal)[row] = -(minimax ? l.real : l.fake) / (float)rows;
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

/* The objective at the logits, the monitors, and the end of a step (Goodfellow et al. 2014, section 3). */
#include "state.clh"
#include "view.clh"

/* log(1 + e^x), without overflow. */
float softplus(const float x) { return fmax(x, 0.0f) + log1p(exp(-fabs(x))); }
float logistic(const float x) { return 1.0f / (1.0f + exp(-x)); }

/* G's loss at a fake logit l and its derivative, over `rows` rows: -log D, or log(1 - D) where it is minimax. */
void generator_row(const float l, const int minimax, const uint rows, __global float *signal, __global float *loss)
{
    *loss = minimax ? -softplus(l) : softplus(-l);
    *signal = -logistic(minimax ? l : -l) / (float)rows;
}

/* D's cross-entropy against smoothed labels; rows 0 .. rows - 1 are real, the next `rows` are fake. `weight`: 0.5 for the mean of the
 * two halves, 1 for their sum. signal = dL/dlogit. values: [4, 2 * rows] of D's loss, -, D(x), D(G(z)). Work-item: a row. */
__kernel void loss_discriminator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                                 const float weight, const float real_label, const float fake_label)
{
    const uint row = get_global_id(0);
    if (row >= 2 * rows) return;
    const float l = AT(logits)[row], label = row < rows ? real_label : fake_label;
    AT(signal)[row] = weight * (logistic(l) * (1.0f - label) - logistic(-l) * label) / (float)rows;
    AT(values)[METRIC_D_LOSS * 2 * rows + row] = weight * (label * softplus(-l) + (1.0f - label) * softplus(l));
    AT(values)[METRIC_D_REAL * 2 * rows + row] = row < rows ? logistic(l) : 0.0f;
    AT(values)[METRIC_D_FAKE * 2 * rows + row] = row < rows ? 0.0f : logistic(l);
}

/* G's loss at the logits of fake rows. values: as above, in row METRIC_G_LOSS. Work-item: a row. */
__kernel void loss_generator(VIEW(const float, logits), VIEW(float, signal), VIEW(float, values), const uint rows,
                             const int minimax)
{
    const uint row = get_global_id(0);
    if (row >= rows) return;
    generator_row(AT(logits)[row], minimax, rows, AT(signal) + row, AT(values) + METRIC_G_LOSS * 2 * rows + row);
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

/* Global test of data-copying (Meehan et al. 2020): distances of samples to their nearest training row against those
 * of held-out rows, by the Mann-Whitney statistic
 * z = (U - mn / 2) / sqrt(mn(m + n + 1) / 12), U = pairs in which the sample is the further one, equal ones half. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/measure_parts.h"
#include "evaluate/neighbours.h"

/* Of held-out rows' distances: a sample no further than that is called a copy. */
#define QUANTILE 0.01

/* Squared distances to the nearest training row, smallest first. */
struct distances {
    float *values;
    size_t count;
};

static clgan_status find_distances(struct distances *d, struct device *device, const clgan_rows *rows,
                                   const clgan_rows *train)
{
    d->count = rows->rows;
    TRY(memory_take(&d->values, rows->rows, sizeof *d->values));
    TRY(neighbours_nearest(d->values, NULL, device, rows, train, 1, false));
    measure_sort(d->values, d->count);
    return CLGAN_OK;
}

static double median(const struct distances *d)
{
    return (sqrt(d->values[(d->count - 1) / 2]) + sqrt(d->values[d->count / 2])) / 2;
}

/* The share of `other` that are further than each of `d`, equal ones half: its mean over `d`, and its variance. */
static double share_further(double *variance, const struct distances *d, const struct distances *other)
{
    const double n = (double)d->count;
    double sum = 0, squares = 0;
    size_t less = 0, not_more = 0;
    for (size_t i = 0; i < d->count; i++) {
        while (less < other->count && other->values[less] < d->values[i]) less++;
        while (not_more < other->count && other->values[not_more] <= d->values[i]) not_more++;
        const double share = 1 - 0.5 * (double)(less + not_more) / (double)other->count;
        sum += share;
        squares += share * share;
    }
    *variance = fmax(squares - sum * sum / n, 0) / (n - 1);
    return sum / n;
}

static clgan_status compare(struct measure_result *result, const struct distances *made, const struct distances *held)
{
    const double m = (double)made->count, n = (double)held->count, usual = median(held);
    const float limit = held->values[(size_t)(QUANTILE * n)];
    double of_made, of_held;
    size_t copies = 0;
    if (!(usual > 0))
        return status_fail(CLGAN_FAILED, "half of the held-out rows are training rows, so they say "
                                         "nothing of how near rows lie that were not learned");
    while (copies < made->count && made->values[copies] <= limit) copies++;
    const double nearer = share_further(&of_made, made, held), share = (double)copies / m;
    share_further(&of_held, held, made);
    measure_add(result, "ratio", median(made) / usual, NAN);
    /* DeLong et al. 1988 */
    measure_add(result, "nearer", nearer, sqrt(of_made / m + of_held / n));
    measure_add(result, "z", (0.5 - nearer) * m * n / sqrt(m * n * (m + n + 1) / 12), NAN);
    measure_add(result, "copies", share, sqrt(share * (1 - share) / m));
    return CLGAN_OK;
}

clgan_status measure_memorisation(struct measure_result *result, const struct measure_input *input)
{
    struct distances made = {0}, held = {0};
    *result = (struct measure_result){0};
    TRY(measure_needs(2, "samples", input->samples));
    TRY(measure_needs(2, "held-out rows", input->test));
    TRY(measure_needs(2, "training rows", input->train));
    clgan_status status = find_distances(&made, input->device, input->samples, input->train);
    if (status == CLGAN_OK) status = find_distances(&held, input->device, input->test, input->train);
    if (status == CLGAN_OK) status = compare(result, &made, &held);
    if (status == CLGAN_OK)
        snprintf(result->note, sizeof result->note,
                 "%zu samples and %zu held-out rows against %zu training rows; "
                 "copies: as near as the nearest %g of held-out rows",
                 made.count, held.count, input->train->rows, QUANTILE);
    free(made.values);
    free(held.values);
    return status;
}

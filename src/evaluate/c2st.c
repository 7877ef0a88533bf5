/* Classifier two-sample test (Lopez-Paz and Oquab 2017): a classifier is trained on one half of samples and
 * real rows; t, the share of the other half that it tells right, is Normal(1/2, 1 / (4 rows)) where both are drawn from
 * one distribution. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/classifier.h"
#include "evaluate/distance.h"
#include "evaluate/measure_parts.h"

enum { LEAST = 20 };

/* Rows [first, first + count), borrowed. */
static clgan_rows part_of(const clgan_rows *rows, size_t first, size_t count)
{
    clgan_rows part = *rows;
    part.values += first * rows->columns;
    part.rows = count;
    return part;
}

/* Adds to `right` the rows that the classifier takes for their own class, `sign` 1 or -1; half of the undecided. */
static clgan_status judge(double *right, struct classifier *classifier, const clgan_rows *rows, float sign)
{
    float *logits;
    TRY(memory_take(&logits, rows->rows, sizeof *logits));
    const clgan_status status = classifier_judge(classifier, logits, rows);
    for (size_t i = 0; status == CLGAN_OK && i < rows->rows; i++)
        *right += sign * logits[i] > 0 ? 1 : logits[i] == 0 ? 0.5 : 0;
    free(logits);
    return status;
}

static clgan_status test(struct measure_result *result, struct classifier *classifier, const clgan_rows *real,
                         const clgan_rows *made)
{
    const size_t half = real->rows / 2, rest = real->rows - half;
    const clgan_rows learned[2] = {part_of(real, 0, half), part_of(made, 0, half)};
    const clgan_rows kept[2] = {part_of(real, half, rest), part_of(made, half, rest)};
    double right = 0;
    TRY(classifier_train(classifier, &learned[0], &learned[1]));
    TRY(judge(&right, classifier, &kept[0], 1));
    TRY(judge(&right, classifier, &kept[1], -1));
    const double rows = 2.0 * (double)rest, accuracy = right / rows;
    measure_add(result, "accuracy", accuracy, sqrt(accuracy * (1 - accuracy) / rows));
    measure_add(result, "z", (accuracy - 0.5) * 2 * sqrt(rows), NAN);
    snprintf(result->note, sizeof result->note,
             "trained on %zu samples and as many held-out rows, tested on %zu of "
             "each",
             half, rest);
    return CLGAN_OK;
}

static clgan_status draw(clgan_rows *real, clgan_rows *made, const struct measure_input *input)
{
    const size_t held = input->test->rows, samples = input->samples->rows, rows = held < samples ? held : samples;
    TRY(measure_draw(real, input->test, rows, input->seed, LANE_TEST));
    return measure_draw(made, input->samples, rows, input->seed, LANE_SAMPLES);
}

clgan_status measure_c2st(struct measure_result *result, const struct measure_input *input)
{
    struct classifier classifier = {0};
    clgan_rows real = {0}, made = {0};
    *result = (struct measure_result){0};
    TRY(measure_needs(LEAST, "samples", input->samples));
    TRY(measure_needs(LEAST, "held-out rows", input->test));
    clgan_status status = draw(&real, &made, input);
    if (status == CLGAN_OK) status = distance_comparable(&real, &made);
    if (status == CLGAN_OK)
        status = classifier_make(&classifier, input->device, real.columns, real.rows / 2, input->seed);
    if (status == CLGAN_OK) status = test(result, &classifier, &real, &made);
    classifier_free(&classifier);
    clgan_rows_free(&real);
    clgan_rows_free(&made);
    return status;
}

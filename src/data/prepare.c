#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/dataset.h"
#include "data/npy.h"

/* 55: the norm that the released CIFAR-10 recipes scale each picture to. */
#define CONTRAST_NORM 55.0

static void prepare_contrast(float pair[2], const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0, squares = 0;
    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
        squares += (uint64_t)bytes[i] * bytes[i];
    }
    /* size * the sum of squares about the mean, an integer */
    const uint64_t spread = size * squares - sum * sum;
    pair[0] = (float)((double)sum / (double)size);
    pair[1] = spread ? (float)(CONTRAST_NORM / sqrt((double)spread / (double)size)) : 0;
}

void prepare_rows(float *pairs, const struct pictures *pictures, enum data_preparation preparation)
{
    for (size_t row = 0; row < pictures->count; row++) {
        float *pair = pairs + 2 * row;
        pair[0] = 0;
        pair[1] = (float)(1.0 / 255);
        if (preparation == PREPARE_CONTRAST55)
            prepare_contrast(pair, pictures->bytes + row * pictures->size, pictures->size);
    }
}

clgan_status prepared_rows(clgan_rows *rows, const struct dataset *dataset, const struct pictures *pictures,
                           enum data_preparation preparation)
{
    const size_t size = pictures->size;
    float *pairs;
    TRY(memory_take(&pairs, 2 * pictures->count, sizeof *pairs));
    const clgan_status status = rows_take(rows, pictures->count, dataset->channels, dataset->height, dataset->width);
    if (status == CLGAN_OK) {
        prepare_rows(pairs, pictures, preparation);
        for (size_t row = 0; row < pictures->count; row++)
            for (size_t i = row * size; i < (row + 1) * size; i++)
                rows->values[i] = ((float)pictures->bytes[i] - pairs[2 * row]) * pairs[2 * row + 1];
    }
    free(pairs);
    return status;
}

/* Columns are summed in blocks, so that memory is read along its rows. */
enum { BLOCK = 64 };

static void sum_columns(uint64_t sums[BLOCK], const struct pictures *pictures, size_t first, size_t columns)
{
    for (size_t row = 0; row < pictures->count; row++) {
        const uint8_t *bytes = pictures->bytes + row * pictures->size + first;
        for (size_t column = 0; column < columns; column++) sums[column] += bytes[column];
    }
}

void marginal_logits(float *logits, const struct pictures *pictures)
{
    for (size_t first = 0; first < pictures->size; first += BLOCK) {
        const size_t columns = pictures->size - first < BLOCK ? pictures->size - first : BLOCK;
        uint64_t sums[BLOCK] = {0};
        sum_columns(sums, pictures, first, columns);
        for (size_t column = 0; column < columns; column++) {
            const double share = (double)sums[column] / (255.0 * (double)pictures->count);
            const double mean = fmin(fmax(share, 1e-7), 1 - 1e-7);
            logits[first + column] = (float)log(mean / (1 - mean));
        }
    }
}

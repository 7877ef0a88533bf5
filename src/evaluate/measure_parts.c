#include "evaluate/measure_parts.h"

#include <stdlib.h>

#include "data/npy.h"

clgan_status measure_needs(size_t least, const char *what, const clgan_rows *rows)
{
    const size_t count = rows ? rows->rows : 0;
    if (count >= least) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "%zu %s are needed at least, there are %zu", least, what, count);
}

clgan_status measure_draw(clgan_rows *drawn, const clgan_rows *from, size_t count, uint64_t seed,
                          enum measure_lane lane)
{
    return rows_draw(drawn, from, count, random_stream(seed, RANDOM_MEASURE, lane));
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void measure_sort(float *values, size_t count) { qsort(values, count, sizeof *values, by_size); }

void measure_add(struct measure_result *result, const char *key, double value, double error)
{
    result->values[result->count++] = (struct measure_value){key, value, error};
}

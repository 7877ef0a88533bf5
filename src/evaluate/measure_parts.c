#include "evaluate/measure_parts.h"

#include <string.h>

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
    const struct random_key key = random_stream(seed, RANDOM_MEASURE, lane);
    TRY(rows_take(drawn, count, from->channels, from->height, from->width));
    for (size_t i = 0; i < count; i++) {
        const size_t row = random_shuffled((uint32_t)i, (uint32_t)from->rows, 0, key);
        memcpy(drawn->values + i * from->columns, from->values + row * from->columns, from->columns * sizeof(float));
    }
    return CLGAN_OK;
}

void measure_add(struct measure_result *result, const char *key, double value, double error)
{
    result->values[result->count++] = (struct measure_value){key, value, error};
}

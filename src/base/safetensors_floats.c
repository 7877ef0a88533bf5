/* Tensors of other types as float32. */
#include <math.h>
#include <string.h>

#include "base/safetensors.h"

enum { BLOCK = 4096 }; /* elements */

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: every value is a float. */
static float float_of_half(uint16_t half)
{
    const int exponent = half >> 10 & 31, mantissa = half & 1023;
    const float sign = half & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexpf((float)(mantissa | 1024), exponent - 25) : ldexpf((float)mantissa, -24));
}

static float convert(const unsigned char *element, enum safetensors_type type)
{
    double wide;
    uint16_t half;
    float value;
    switch (type) {
    case SAFETENSORS_F64:
        memcpy(&wide, element, sizeof wide);
        return fabs(wide) > 3.5e38 ? INFINITY : (float)wide;
    case SAFETENSORS_F16:
        memcpy(&half, element, sizeof half);
        return float_of_half(half);
    case SAFETENSORS_BF16:
        memcpy(&half, element, sizeof half);
        return float_of_bits((uint32_t)half << 16);
    default:
        memcpy(&value, element, sizeof value);
        return value;
    }
}

clgan_status safetensors_read_floats(const struct safetensors_file *file, const struct safetensors_entry *entry,
                                     float *values)
{
    unsigned char block[8 * BLOCK];
    if (entry->type == SAFETENSORS_OTHER)
        return status_fail(CLGAN_FAILED, "%s: tensor %s is %s, expected F32, F16, BF16 or F64", file->path, entry->name,
                           entry->type_name);
    const size_t size = entry->element, count = (size_t)(entry->bytes / size);
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t elements = count - first < BLOCK ? count - first : BLOCK;
        TRY(safetensors_read(file, entry, first * size, block, elements * size));
        for (size_t i = 0; i < elements; i++) {
            values[first + i] = convert(block + i * size, entry->type);
            if (!isfinite(values[first + i]))
                return status_fail(CLGAN_FAILED, "%s: tensor %s: number %zu is not finite as float32", file->path,
                                   entry->name, first + i);
        }
    }
    return CLGAN_OK;
}

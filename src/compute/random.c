#include "compute/random.h"

#include <string.h>

#include "compute/device.h"

const char *random_options(const struct device *device) { return device_is_wide(device) ? "-DLANES=16" : "-DLANES=1"; }

size_t random_items(const struct device *device, size_t columns)
{
    const size_t at_once = 4 * device_width(device);
    return (columns + at_once - 1) / at_once;
}

size_t random_items_down(const struct device *device, size_t rows)
{
    return (rows + device_width(device) - 1) / device_width(device);
}

void random_philox(uint32_t out[4], const uint32_t counter[4], struct random_key key)
{
    uint32_t c[4];
    memcpy(c, counter, sizeof c);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
        const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ key.word[0], (uint32_t)p1,
                                  (uint32_t)(p0 >> 32) ^ c[3] ^ key.word[1], (uint32_t)p0};
        memcpy(c, next, sizeof c);
        key.word[0] += 0x9E3779B9u;
        key.word[1] += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

uint32_t random_stream_word(struct random_key key, uint32_t layer, size_t row, size_t column, uint64_t step)
{
    const uint32_t counter[4] = {layer << 24 | (uint32_t)(column / 4), (uint32_t)row, (uint32_t)step,
                                 (uint32_t)(step >> 32)};
    uint32_t words[4];
    random_philox(words, counter, key);
    return words[column % 4];
}

struct random_key random_stream(uint64_t seed, enum random_purpose purpose, uint32_t lane)
{
    const struct random_key key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const uint32_t counter[4] = {(uint32_t)purpose, lane, 0, 0};
    uint32_t words[4];
    random_philox(words, counter, key);
    return (struct random_key){{words[0], words[1]}};
}

uint32_t random_shuffled(uint32_t index, uint32_t count, uint64_t epoch, struct random_key key)
{
    uint32_t bits = 1;
    while (bits < 16 && (1u << (2 * bits)) < count) bits++;
    const uint32_t mask = (1u << bits) - 1;
    do {
        uint32_t left = index >> bits, right = index & mask;
        for (uint32_t round = 0; round < 6; round++) {
            const uint32_t counter[4] = {right, round, (uint32_t)epoch, (uint32_t)(epoch >> 32)};
            uint32_t words[4];
            random_philox(words, counter, key);
            const uint32_t next = left ^ (words[0] & mask);
            left = right;
            right = next;
        }
        index = left << bits | right;
    } while (index >= count);
    return index;
}

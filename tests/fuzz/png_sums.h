/* Puts the checksums of a PNG's chunks right, so that inputs reach what lies behind them. */
#ifndef TESTS_FUZZ_PNG_SUMS_H
#define TESTS_FUZZ_PNG_SUMS_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

static inline void png_mend_sums(uint8_t *bytes, size_t length)
{
    enum { SIGNATURE = 8, HEAD = 8, SUM = 4 };
    for (size_t at = SIGNATURE; at + HEAD + SUM <= length;) {
        const size_t size =
            (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (size > length - at - HEAD - SUM) return;
        const uLong sum = crc32(0, bytes + at + 4, (uInt)(4 + size));
        at += HEAD + size;
        for (int i = 0; i < SUM; i++) bytes[at++] = (uint8_t)(sum >> (24 - 8 * i));
    }
}

#endif

/* What a device can do at most: independent multiply-adds, and copying. For benchmarks. */
#ifndef WIDTH
#define WIDTH 16 /* floats in a vector: 1, 4, 8, 16 */
#endif
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#if WIDTH == 1
#define REALS float
#else
#define REALS JOIN(float, WIDTH)
#endif

/* 12 chains of `rounds` multiply-adds a work-item, long enough apart to hide their latency; out keeps them from being left out. */
__kernel void multiply_add(__global REALS *restrict out, const uint rounds, const float factor)
{
    const float start = (float)get_global_id(0);
    REALS a = start, b = start + 1, c = start + 2, d = start + 3, e = start + 4, f = start + 5;
    REALS g = start + 6, h = start + 7, i = start + 8, j = start + 9, k = start + 10, l = start + 11;
    const REALS x = factor, y = 1 - factor;
    for (uint round = 0; round < rounds; round++) {
        a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y, e = e * x + y, f = f * x + y;
        g = g * x + y, h = h * x + y, i = i * x + y, j = j * x + y, k = k * x + y, l = l * x + y;
    }
    out[get_global_id(0)] = ((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l));
}

__kernel void copy(__global REALS *restrict to, __global const REALS *restrict from) { to[get_global_id(0)] = from[get_global_id(0)]; }

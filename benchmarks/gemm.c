#include "bench.h"
clgan_status bench_gemm(json_t *rows, const struct bench_options *options)
{
    (void)rows;
    (void)options;
    return CLGAN_OK;
}

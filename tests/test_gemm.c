/* Matrix products and their epilogues on the device against double precision. */
#include <math.h>

#include "compute/gemm.h"
#include "nn/spec.h"
#include "suite.h"

enum { M = 33, K = 31, N = 65 };

static float value(unsigned i) { return (float)((i * 2654435761u) >> 8) / 8388608.0f - 1.0f; }

START_TEST(dense_forward_and_weight_gradient)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    struct device *device;
    CHECK_OK(device_open(&device, &options, false, NULL));
    struct tensor x, w, b, y, s, scaled, gw, gb;
    struct arena arena = {0};
    struct plan plan;
    static float hx[M * K], hw[K * N], hb[N], hy[M * N], hs[M], hgw[K * N], hgb[N];
    struct {
        struct tensor *tensor;
        size_t rows, columns;
        float *host;
    } all[] = {{&x, M, K, hx},   {&w, K, N, hw},        {&b, 1, N, hb},    {&s, M, 1, hs},
               {&y, M, N, NULL}, {&scaled, M, K, NULL}, {&gw, K, N, NULL}, {&gb, 1, N, NULL}};
    for (size_t i = 0; i < 8; i++) CHECK_OK(arena_add(&arena, all[i].tensor, all[i].rows, all[i].columns, ELEMENT_F32));
    CHECK_OK(arena_make(&arena, device, "a test"));
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < all[i].rows * all[i].columns; j++) all[i].host[j] = value((unsigned)(j + 7919 * i));
        CHECK_OK(tensor_write(device, *all[i].tensor, all[i].host));
    }
    plan_begin(&plan, device);
    CHECK_OK(gemm_dense(&plan, "t", x, w, b, y, ACTIVATION_LEAKY_RELU, 0.25f));
    CHECK_OK(gemm_weights(&plan, "t", x, y, s, scaled, gw, gb));
    CHECK_OK(plan_run(&plan));
    CHECK_OK(tensor_read(device, y, hy));
    CHECK_OK(tensor_read(device, gw, hgw));
    CHECK_OK(tensor_read(device, gb, hgb));
    /* Terms are at most 1 in the forward sum, about 10 in the others; float rounds each by 2^-24. */
    for (int r = 0; r < M; r++)
        for (int c = 0; c < N; c++) {
            double sum = hb[c];
            for (int k = 0; k < K; k++) sum += (double)hx[r * K + k] * hw[k * N + c];
            if (sum < 0) sum *= 0.25;
            ck_assert(fabs(hy[r * N + c] - sum) <= 2 * K * 0x1p-24 * (1 + K));
        }
    for (int c = 0; c < N; c++) {
        double bias = 0;
        for (int r = 0; r < M; r++) bias += (double)hy[r * N + c] * hs[r];
        ck_assert(fabs(hgb[c] - bias) <= 2 * M * 0x1p-24 * 10 * M);
        for (int k = 0; k < K; k++) {
            double sum = 0;
            for (int r = 0; r < M; r++) sum += (double)hx[r * K + k] * hs[r] * hy[r * N + c];
            ck_assert(fabs(hgw[k * N + c] - sum) <= 2 * M * 0x1p-24 * 10 * M);
        }
    }
    plan_free(&plan);
    arena_free(&arena, device);
    device_close(device);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gemm");
    TCase *tests = tcase_create("dense");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, dense_forward_and_weight_gradient);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

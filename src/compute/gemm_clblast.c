#include "compute/gemm.h"

#include <clblast_c.h>
#include <pthread.h>

/* CLBlast compiles and caches per process, and two first calls at once can fail before 1.6.1: one call at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Row-major C = op(A) op(B) is column-major Cᵀ = op(B)ᵀ op(A)ᵀ: the same bytes, without the transposed copies that
 * CLBlast makes for row-major problems. */
static CLBlastTranspose flag(bool transposed) { return transposed ? CLBlastTransposeYes : CLBlastTransposeNo; }

clgan_status clblast_scratch(size_t *bytes, struct device *device, const struct gemm_call *g)
{
    pthread_mutex_lock(&lock);
    CLBlastStatusCode code = CLBlastSGemmTempBufferSize(
        CLBlastLayoutColMajor, flag(g->b_transposed), flag(g->a_transposed), g->n, g->m, g->k, g->b.offset, g->b.stride,
        g->a.offset, g->a.stride, g->c.offset, g->c.stride, &device->queue, bytes);
    pthread_mutex_unlock(&lock);
    if (code == CLBlastSuccess) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "CLBlast: SGemmTempBufferSize failed with %d for %zu x %zu x %zu", (int)code, g->m,
                       g->n, g->k);
}

clgan_status clblast_gemm(struct device *device, const struct gemm_call *g)
{
    pthread_mutex_lock(&lock);
    CLBlastStatusCode code = CLBlastSgemmWithTempBuffer(
        CLBlastLayoutColMajor, flag(g->b_transposed), flag(g->a_transposed), g->n, g->m, g->k, 1.0f,
        g->b.buffer->memory, g->b.offset, g->b.stride, g->a.buffer->memory, g->a.offset, g->a.stride, 0.0f,
        g->c.buffer->memory, g->c.offset, g->c.stride, &device->queue, NULL, g->scratch ? g->scratch->memory : NULL);
    pthread_mutex_unlock(&lock);
    if (code == CLBlastSuccess) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "CLBlast: Sgemm failed with %d (%s) for %zu x %zu x %zu on %s", (int)code,
                       cl_error_name((cl_int)code), g->m, g->n, g->k, device->info.name);
}

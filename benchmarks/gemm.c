/* Each matrix product of a recipe's step with its epilogue, on operands of its own. */
#include "case.h"
#include "compute/choices.h"
#include "compute/trial.h"

static clgan_status bench_product(json_t *rows, const struct gemm_choice *choice, struct device *device,
                                  const struct point *point, int64_t batch, double seconds, const struct peak *peak)
{
    const struct gemm *g = &choice->gemm;
    const double flops = 2.0 * (double)g->m * (double)g->n * (double)g->k;
    const struct gemm_variant_name variant = gemm_variant_name(&choice->variant);
    double bytes = 0;
    struct timing timing;
    struct trial trial;
    struct plan plan;
    TRY(trial_open(&trial, device, g));
    plan_begin(&plan, device);
    clgan_status status = gemm_append(&plan, "product", &trial.gemm, &choice->variant);
    if (status == CLGAN_OK) status = trial_write(&trial);
    if (status == CLGAN_OK) status = time_plan(&timing, &plan, seconds);
    for (size_t i = 0; i < plan.count; i++) bytes += plan.launches[i].bytes;
    plan_free(&plan);
    trial_close(&trial);
    TRY(status);
    json_array_append_new(rows, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:f}", "device",
                                          device->info.name, "recipe", point->recipe, "batch", (json_int_t)batch,
                                          "update", point->update, "backend", point->backend, "product",
                                          gemm_key(g).text, "variant", variant.text, "ms_median", 1e3 * timing.median,
                                          "ms_min", 1e3 * timing.least, "gflops", 1e-9 * flops / timing.median,
                                          "percent_of_peak", 100 * flops / timing.median / peak->flops, "gbytes_per_s",
                                          1e-9 * bytes / timing.median));
    return CLGAN_OK;
}

static clgan_status bench_products(json_t *rows, const struct point *point, const struct bench_options *options,
                                   const struct peak *peak)
{
    struct bench_case c;
    TRY(open_case(&c, point, options, false));
    const struct gemm_choices *choices = c.device->choices;
    size_t used = 0;
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; i < choices->count; i++) used += choices->list[i].used;
    for (size_t i = 0; i < choices->count && status == CLGAN_OK; i++)
        if (choices->list[i].used)
            status = bench_product(rows, &choices->list[i], c.device, point, c.recipe->recipe.train.batch,
                                   options->seconds / (double)used / 2, peak);
    close_case(&c);
    return status;
}

clgan_status bench_gemm(json_t *rows, const struct bench_options *options)
{
    return each_point(rows, options, bench_products);
}

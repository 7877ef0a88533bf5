#include "gan/noise.h"

clgan_status noise_append(struct plan *plan, const struct recipe *recipe, struct tensor z, struct random_key key,
                          const struct buffer *state)
{
    enum { SHORT_ROW = 16 };
    const bool down = device_is_wide(plan->device) && z.columns <= SHORT_ROW;
    const bool sphere = recipe->noise.kind == NOISE_SPHERICAL;
    const double bytes = 4.0 * (double)(z.rows * z.columns), scale = sphere ? 1 : recipe->noise.scale;
    TRY(plan_kernel(
        plan, &(struct kernel_launch){.name = "draw z",
                                      .program = "random",
                                      .kernel = recipe->noise.kind == NOISE_UNIFORM ? "noise_uniform" : "noise_normal",
                                      .options = down ? "-DLANES=16 -DDOWN=1" : random_options(plan->device),
                                      .columns = down ? (z.columns + 3) / 4 : random_items(plan->device, z.columns),
                                      .rows = down ? random_items_down(plan->device, z.rows) : z.rows,
                                      .bytes = bytes,
                                      ARGUMENTS(ARG_TENSOR(z), ARG_BUFFER(state), ARG_KEY(key), ARG_UINT(z.rows),
                                                ARG_UINT(z.columns), ARG_FLOAT(scale))}));
    if (!sphere) return CLGAN_OK;
    return plan_kernel(plan, &(struct kernel_launch){.name = "z to sphere",
                                                     .program = "random",
                                                     .kernel = "noise_to_sphere",
                                                     .columns = z.rows,
                                                     .bytes = 2 * bytes,
                                                     ARGUMENTS(ARG_TENSOR(z), ARG_UINT(z.rows), ARG_UINT(z.columns),
                                                               ARG_FLOAT(recipe->noise.scale))});
}

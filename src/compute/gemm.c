#include "compute/gemm.h"

#include <stdio.h>

static clgan_status product(struct plan *plan, const char *name, const char *suffix, struct tensor c, struct tensor a,
                            bool a_transposed, struct tensor b, bool b_transposed)
{
    char full[48];
    const struct gemm_call call = {.a = a,
                                   .b = b,
                                   .c = c,
                                   .a_transposed = a_transposed,
                                   .b_transposed = b_transposed,
                                   .m = c.rows,
                                   .n = c.columns,
                                   .k = a_transposed ? a.rows : a.columns};
    snprintf(full, sizeof full, "%s %s", name, suffix);
    return plan_gemm(plan, full, &call);
}

static double moved(const struct tensor *tensor, double times)
{
    return times * (double)(tensor->rows * tensor->columns * element_bytes(tensor->element));
}

clgan_status gemm_dense(struct plan *plan, const char *name, struct tensor x, struct tensor w, struct tensor b,
                        struct tensor y, int activation, float slope)
{
    char full[48];
    TRY(product(plan, name, "Y = XW", y, x, false, w, false));
    snprintf(full, sizeof full, "%s bias, activation", name);
    return plan_kernel(plan,
                       &(struct kernel_launch){.name = full,
                                               .program = "epilogue",
                                               .kernel = "bias_activation",
                                               .columns = y.columns,
                                               .rows = y.rows,
                                               .flops = moved(&y, 0.5),
                                               .bytes = moved(&y, 2),
                                               ARGUMENTS(ARG_TENSOR(y), ARG_TENSOR(b), ARG_UINT(y.rows),
                                                         ARG_UINT(y.columns), ARG_INT(activation), ARG_FLOAT(slope))});
}

clgan_status gemm_maxout(struct plan *plan, const char *name, struct tensor x, struct tensor w, struct tensor b,
                         struct tensor wide, struct tensor value, struct tensor winner, size_t pieces)
{
    char full[48];
    TRY(product(plan, name, "P = XW", wide, x, false, w, false));
    snprintf(full, sizeof full, "%s bias, maxout", name);
    return plan_kernel(
        plan, &(struct kernel_launch){.name = full,
                                      .program = "epilogue",
                                      .kernel = "bias_maxout",
                                      .columns = value.columns,
                                      .rows = value.rows,
                                      .flops = moved(&wide, 0.5),
                                      .bytes = moved(&wide, 1) + moved(&value, 1) + moved(&winner, 1),
                                      ARGUMENTS(ARG_TENSOR(wide), ARG_TENSOR(b), ARG_TENSOR(value), ARG_TENSOR(winner),
                                                ARG_UINT(value.rows), ARG_UINT(value.columns), ARG_UINT(pieces))});
}

clgan_status gemm_backward(struct plan *plan, const char *name, struct tensor dy, struct tensor w, struct tensor dx,
                           const struct backward_epilogue *e)
{
    char full[48];
    TRY(product(plan, name, "dX = dY Wt", dx, dy, false, w, true));
    const int flags = (e->signal.buffer ? 1 : 0) | (e->mask.buffer ? 2 : 0);
    if (e->pieces) {
        snprintf(full, sizeof full, "%s to winning pieces", name);
        return plan_kernel(
            plan, &(struct kernel_launch){.name = full,
                                          .program = "epilogue",
                                          .kernel = "backward_maxout",
                                          .columns = dx.columns,
                                          .rows = dx.rows,
                                          .flops = moved(&dx, 0.5),
                                          .bytes = moved(&dx, 1) + moved(&e->wide, 1),
                                          ARGUMENTS(ARG_TENSOR(dx), ARG_TENSOR(e->wide), ARG_TENSOR(e->winner),
                                                    ARG_TENSOR(e->signal), ARG_TENSOR(e->mask), ARG_UINT(dx.rows),
                                                    ARG_UINT(dx.columns), ARG_UINT(e->pieces), ARG_INT(flags),
                                                    ARG_FLOAT(e->factor))});
    }
    const int activation = e->y.buffer ? e->activation : 0;
    if (!flags && !activation) return CLGAN_OK;
    snprintf(full, sizeof full, "%s times derivative", name);
    return plan_kernel(plan, &(struct kernel_launch){
                                 .name = full,
                                 .program = "epilogue",
                                 .kernel = "backward_activation",
                                 .columns = dx.columns,
                                 .rows = dx.rows,
                                 .flops = moved(&dx, 0.75),
                                 .bytes = moved(&dx, 3),
                                 ARGUMENTS(ARG_TENSOR(dx), ARG_TENSOR(dx), ARG_TENSOR(e->y), ARG_TENSOR(e->signal),
                                           ARG_TENSOR(e->mask), ARG_UINT(dx.rows), ARG_UINT(dx.columns), ARG_INT(flags),
                                           ARG_FLOAT(e->factor), ARG_INT(activation), ARG_FLOAT(e->slope))});
}

clgan_status gemm_weights(struct plan *plan, const char *name, struct tensor x, struct tensor dy, struct tensor signal,
                          struct tensor scaled, struct tensor g_weight, struct tensor g_bias)
{
    char full[48];
    const struct tensor left = signal.buffer ? tensor_rows(scaled, 0, x.rows) : x;
    if (signal.buffer) {
        snprintf(full, sizeof full, "%s scale rows", name);
        TRY(plan_kernel(plan, &(struct kernel_launch){.name = full,
                                                      .program = "epilogue",
                                                      .kernel = "scale_rows",
                                                      .columns = x.columns,
                                                      .rows = x.rows,
                                                      .flops = moved(&x, 0.25),
                                                      .bytes = moved(&x, 2),
                                                      ARGUMENTS(ARG_TENSOR(x), ARG_TENSOR(left), ARG_TENSOR(signal),
                                                                ARG_UINT(x.rows), ARG_UINT(x.columns))}));
    }
    TRY(product(plan, name, "dW = Xt dY", g_weight, left, true, dy, false));
    snprintf(full, sizeof full, "%s db", name);
    return plan_kernel(plan, &(struct kernel_launch){.name = full,
                                                     .program = "epilogue",
                                                     .kernel = "column_sums",
                                                     .columns = dy.columns,
                                                     .flops = moved(&dy, 0.5),
                                                     .bytes = moved(&dy, 1),
                                                     ARGUMENTS(ARG_TENSOR(dy), ARG_TENSOR(g_bias), ARG_TENSOR(signal),
                                                               ARG_UINT(dy.rows), ARG_UINT(dy.columns),
                                                               ARG_INT(signal.buffer != NULL))});
}

clgan_status plan_update(struct plan *plan, const char *name, const struct parameter *p, struct tensor g,
                         const struct update_rule *rule)
{
    const size_t count = p->w.rows * p->w.columns;
    if (rule->adam)
        return plan_kernel(plan, &(struct kernel_launch){
                                     .name = name,
                                     .program = "update",
                                     .kernel = "update_adam",
                                     .columns = count,
                                     .flops = 12.0 * (double)count,
                                     .bytes = moved(&p->w, 7),
                                     ARGUMENTS(ARG_TENSOR(p->w), ARG_TENSOR(g), ARG_TENSOR(p->first),
                                               ARG_TENSOR(p->second), ARG_BUFFER(rule->state), ARG_BUFFER(rule->table),
                                               ARG_UINT(rule->entries), ARG_UINT(rule->entry), ARG_UINT(count),
                                               ARG_FLOAT(rule->beta1), ARG_FLOAT(rule->beta2))});
    return plan_kernel(
        plan, &(struct kernel_launch){.name = name,
                                      .program = "update",
                                      .kernel = "update_sgd",
                                      .columns = count,
                                      .flops = 4.0 * (double)count,
                                      .bytes = moved(&p->w, 5),
                                      ARGUMENTS(ARG_TENSOR(p->w), ARG_TENSOR(g), ARG_TENSOR(p->first),
                                                ARG_BUFFER(rule->state), ARG_BUFFER(rule->table),
                                                ARG_UINT(rule->entries), ARG_UINT(rule->entry), ARG_UINT(count))});
}

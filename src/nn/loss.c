#include "nn/loss.h"

#include "state.clh"

static size_t items(const struct plan *plan, size_t rows)
{
    return (rows + device_width(plan->device) - 1) / device_width(plan->device);
}

clgan_status loss_append_discriminator(struct plan *plan, struct tensor logits, struct tensor signal,
                                       struct tensor values, const struct discriminator_loss *how)
{
    const size_t both = values.columns;
    return plan_kernel(plan,
                       &(struct kernel_launch){.name = "D loss",
                                               .program = "loss",
                                               .kernel = "loss_discriminator",
                                               .options = device_width_option(plan->device),
                                               .columns = items(plan, both),
                                               .flops = 10.0 * (double)both,
                                               .bytes = 20.0 * (double)both,
                                               ARGUMENTS(ARG_TENSOR(logits), ARG_TENSOR(signal), ARG_TENSOR(values),
                                                         ARG_UINT(both / 2), ARG_FLOAT(how->weight),
                                                         ARG_FLOAT(how->real_label), ARG_FLOAT(how->fake_label))});
}

clgan_status loss_append_generator(struct plan *plan, struct tensor logits, struct tensor signal, struct tensor values,
                                   bool minimax)
{
    const size_t rows = values.columns / 2;
    return plan_kernel(plan, &(struct kernel_launch){.name = "G loss",
                                                     .program = "loss",
                                                     .kernel = "loss_generator",
                                                     .options = device_width_option(plan->device),
                                                     .columns = items(plan, rows),
                                                     .flops = 5.0 * (double)rows,
                                                     .bytes = 12.0 * (double)rows,
                                                     ARGUMENTS(ARG_TENSOR(logits), ARG_TENSOR(signal),
                                                               ARG_TENSOR(values), ARG_UINT(rows), ARG_INT(minimax))});
}

clgan_status loss_append_advance(struct plan *plan, const struct buffer *state, const struct buffer *sums,
                                 struct tensor values)
{
    const size_t rows = values.columns / 2;
    return plan_kernel(plan, &(struct kernel_launch){
                                 .name = "advance",
                                 .program = "loss",
                                 .kernel = "advance",
                                 .columns = 1,
                                 .flops = 2.0 * METRICS * (double)rows,
                                 .bytes = 8.0 * METRICS * (double)rows,
                                 ARGUMENTS(ARG_BUFFER(state), ARG_BUFFER(sums), ARG_TENSOR(values), ARG_UINT(rows))});
}

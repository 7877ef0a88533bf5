#include "gan/net_tensors.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

static size_t add(struct net_tensor *list, size_t count, const struct network *network, size_t layer, bool is_bias,
                  const char *suffix, struct tensor tensor)
{
    if (!tensor.columns) return count;
    struct net_tensor *item = &list[count];
    *item = (struct net_tensor){.tensor = tensor, .is_bias = is_bias};
    snprintf(item->name, sizeof item->name, "%c.%zu.%s%s", network->letter, layer, is_bias ? "bias" : "weight", suffix);
    return count + 1;
}

static size_t add_parameter(struct net_tensor *list, size_t count, const struct network *network, size_t layer,
                            bool is_bias, unsigned kinds)
{
    const struct layer *at = &network->layers[layer];
    const struct parameter *parameter = is_bias ? &at->bias : &at->weight;
    const bool adam = network->optimiser.kind == OPTIMISER_ADAM;
    if (kinds & NET_WEIGHTS) count = add(list, count, network, layer, is_bias, "", parameter->w);
    if (kinds & NET_STATE) {
        count = add(list, count, network, layer, is_bias, adam ? ".m" : ".momentum", parameter->first);
        count = add(list, count, network, layer, is_bias, ".v", parameter->second);
    }
    if (kinds & NET_AVERAGES)
        count = add(list, count, network, layer, is_bias, ".average", is_bias ? at->average_bias : at->average_weight);
    return count;
}

size_t net_tensors(struct net_tensor *list, const struct network *network, unsigned kinds)
{
    size_t count = 0;
    for (size_t i = 0; i < network->count; i++) {
        count = add_parameter(list, count, network, i, false, kinds);
        count = add_parameter(list, count, network, i, true, kinds);
    }
    return count;
}

static clgan_status append_checks(struct plan *plan, const struct buffer *bad, const struct net_tensor *list,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t elements = list[i].tensor.rows * list[i].tensor.columns;
        TRY(plan_kernel(plan, &(struct kernel_launch){.name = list[i].name,
                                                      .program = "update",
                                                      .kernel = "check_finite",
                                                      .columns = elements,
                                                      .bytes = sizeof(float) * (double)elements,
                                                      ARGUMENTS(ARG_TENSOR(list[i].tensor), ARG_BUFFER(bad),
                                                                ARG_UINT(i), ARG_UINT(elements))}));
    }
    return CLGAN_OK;
}

clgan_status net_tensors_first_bad(size_t *first, struct device *device, const struct net_tensor *list, size_t count)
{
    struct plan plan;
    struct buffer bad = {0};
    cl_uint *found;
    TRY(memory_take(&found, count, sizeof *found));
    plan_begin(&plan, device);
    clgan_status status = buffer_make(&bad, device, count * sizeof *found, "finite check");
    if (status == CLGAN_OK) status = append_checks(&plan, &bad, list, count);
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = buffer_read(device, &bad, 0, count * sizeof *found, found);
    plan_free(&plan);
    buffer_free(&bad, device);
    *first = 0;
    while (*first < count && !found[*first]) ++*first;
    free(found);
    return status;
}

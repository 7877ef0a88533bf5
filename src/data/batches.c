#include "data/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "state.clh"

/* A streamed window is as many whole steps as fit in this: a copy's start-up time does not count then. */
enum { WINDOW_BYTES = 32 << 20 };

static size_t steps_per_epoch(const struct batches_request *request)
{
    return data_has_pictures(request->format) ? request->pictures->count / request->rows / request->lanes
                                              : request->steps_per_epoch;
}

static bool all_fit(const struct batches *batches)
{
    const clgan_device_info *info = &batches->device->info;
    const struct pictures *pictures = batches->request.pictures;
    return pictures->count * (uint64_t)pictures->size <= info->largest_buffer &&
           batches->device->taken + pictures->count * (uint64_t)(pictures->size + 2 * sizeof(float)) <= info->memory;
}

static clgan_status make_resident(struct batches *batches)
{
    const struct pictures *pictures = batches->request.pictures;
    const size_t bytes = pictures->count * pictures->size, prepare = 2 * sizeof(float) * pictures->count;
    batches->window = batches->steps_per_epoch;
    TRY(buffer_of(&batches->bytes, batches->device, bytes, pictures->bytes, "training pictures"));
    return buffer_of(&batches->prepare, batches->device, prepare, batches->host_prepare, "training pictures' scales");
}

static clgan_status make_window(struct batches *batches)
{
    const size_t step = batches->request.rows * batches->request.lanes * batches->size;
    batches->streamed = true;
    const size_t wanted = batches->request.window_bytes ? batches->request.window_bytes : WINDOW_BYTES;
    batches->window = step < wanted ? wanted / step : 1;
    if (batches->window > batches->steps_per_epoch) batches->window = batches->steps_per_epoch;
    const size_t rows = batches->window * batches->request.rows * batches->request.lanes;
    TRY(memory_take(&batches->staging, rows, batches->size));
    TRY(memory_take(&batches->staging_prepare, rows, 2 * sizeof(float)));
    TRY(buffer_make(&batches->bytes, batches->device, rows * batches->size, "window of training pictures"));
    return buffer_make(&batches->prepare, batches->device, rows * 2 * sizeof(float), "window of pictures' scales");
}

clgan_status batches_check(const struct batches_request *request)
{
    if (!data_has_pictures(request->format) || steps_per_epoch(request)) return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "%zu training pictures are too few for a step of %zu minibatch%s of %zu: make it smaller "
                       "(--set train.batch=%zu)",
                       request->pictures->count, request->lanes, request->lanes == 1 ? "" : "es", request->rows,
                       request->pictures->count / request->lanes);
}

clgan_status batches_make(struct batches *batches, struct device *device, const struct batches_request *request,
                          const clgan_log *log)
{
    TRY(batches_check(request));
    *batches = (struct batches){.request = *request,
                                .device = device,
                                .steps_per_epoch = steps_per_epoch(request),
                                .shuffle = random_stream(request->seed, RANDOM_SHUFFLE, 0)};
    if (!data_has_pictures(request->format)) {
        batches->size = request->format == DATA_RING ? 2 : 1;
        return CLGAN_OK;
    }
    batches->size = request->pictures->size;
    TRY(memory_take(&batches->host_prepare, request->pictures->count, 2 * sizeof(float)));
    prepare_rows(batches->host_prepare, request->pictures, request->preparation);
    if (!request->stream && all_fit(batches)) return make_resident(batches);
    TRY(make_window(batches));
    log_info(log, "training pictures are streamed to the device, %zu steps at a time", batches->window);
    return CLGAN_OK;
}

void batches_free(struct batches *batches)
{
    if (!batches->device) return;
    buffer_free(&batches->bytes, batches->device);
    buffer_free(&batches->prepare, batches->device);
    free(batches->host_prepare);
    free(batches->staging);
    free(batches->staging_prepare);
    *batches = (struct batches){0};
}

clgan_status drawn_append(struct plan *plan, const struct batches_request *request, struct tensor x,
                          const struct buffer *state, struct random_key key)
{
    const double bytes = 4.0 * (double)(x.rows * x.columns);
    if (request->format == DATA_GAUSSIAN)
        return plan_kernel(
            plan, &(struct kernel_launch){.name = "draw data",
                                          .program = "random",
                                          .kernel = "data_gaussian",
                                          .options = random_options(plan->device),
                                          .columns = random_items_down(plan->device, x.rows),
                                          .bytes = bytes,
                                          ARGUMENTS(ARG_TENSOR(x), ARG_BUFFER(state), ARG_KEY(key), ARG_UINT(x.rows),
                                                    ARG_FLOAT(request->mean), ARG_FLOAT(request->deviation))});
    return plan_kernel(plan,
                       &(struct kernel_launch){.name = "draw data",
                                               .program = "random",
                                               .kernel = "data_ring",
                                               .options = random_options(plan->device),
                                               .columns = random_items_down(plan->device, x.rows),
                                               .bytes = bytes,
                                               ARGUMENTS(ARG_TENSOR(x), ARG_BUFFER(state), ARG_KEY(key),
                                                         ARG_UINT(x.rows), ARG_UINT(request->modes),
                                                         ARG_FLOAT(request->radius), ARG_FLOAT(request->deviation))});
}

clgan_status batches_append(struct plan *plan, const struct batches *batches, struct tensor x,
                            const struct buffer *state, unsigned lane)
{
    const struct batches_request *request = &batches->request;
    if (!data_has_pictures(request->format))
        return drawn_append(plan, request, x, state, random_stream(request->seed, RANDOM_DATA, lane));
    const size_t span = device_is_wide(plan->device) ? x.columns : 4;
    return plan_kernel(plan,
                       &(struct kernel_launch){
                           .name = "gather pictures",
                           .program = "gather",
                           .kernel = "gather",
                           .options = device_width_option(plan->device),
                           .columns = (x.columns + span - 1) / span,
                           .rows = x.rows,
                           .flops = 2.0 * (double)(x.rows * x.columns),
                           .bytes = 5.0 * (double)(x.rows * x.columns),
                           ARGUMENTS(ARG_TENSOR(x), ARG_BUFFER(&batches->bytes), ARG_BUFFER(&batches->prepare),
                                     ARG_BUFFER(state), ARG_KEY(batches->shuffle), ARG_UINT(x.rows),
                                     ARG_UINT(x.columns), ARG_UINT(request->pictures->count), ARG_UINT(request->lanes),
                                     ARG_UINT(lane), ARG_INT(batches->streamed), ARG_UINT(span))});
}

clgan_status batches_prepare_step(struct batches *batches, const struct buffer *state, uint64_t epoch, size_t in_epoch,
                                  bool first)
{
    if (!batches->streamed || (!first && in_epoch % batches->window)) return CLGAN_OK;
    const struct pictures *pictures = batches->request.pictures;
    const size_t step_rows = batches->request.rows * batches->request.lanes;
    const size_t start = in_epoch / batches->window * batches->window;
    const size_t left = batches->steps_per_epoch - start;
    const size_t rows = (left < batches->window ? left : batches->window) * step_rows;
    for (size_t i = 0; i < rows; i++) {
        const size_t from =
            random_shuffled((uint32_t)(start * step_rows + i), (uint32_t)pictures->count, epoch, batches->shuffle);
        memcpy(batches->staging + i * batches->size, pictures->bytes + from * batches->size, batches->size);
        memcpy(batches->staging_prepare + 2 * i, batches->host_prepare + 2 * from, 2 * sizeof(float));
    }
    const state_u32 window = (state_u32)(start * batches->request.lanes);
    TRY(buffer_write(batches->device, state, offsetof(step_state, window), sizeof window, &window));
    TRY(buffer_write(batches->device, &batches->prepare, 0, rows * 2 * sizeof(float), batches->staging_prepare));
    return buffer_write(batches->device, &batches->bytes, 0, rows * batches->size, batches->staging);
}

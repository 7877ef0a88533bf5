#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "compute/device.h"
#include "compute/quirks.h"

/* On a CPU device a buffer is ordinary memory. A product goes down columns of matrices whose rows are pages apart: in
 * huge pages it needs few translations. Asked for before the memory is touched; where there are none, nothing is lost.
 * Fails only where the buffer stays mapped: no kernel may use it then. */
static clgan_status ask_for_huge_pages(const struct buffer *buffer, const struct device *device)
{
#ifdef MADV_HUGEPAGE
    enum { HUGE_PAGE = 2 << 20 };
    cl_int code;
    if (!(device->quirks & QUIRK_HUGE_PAGES) || buffer->bytes < 2 * (size_t)HUGE_PAGE) return CLGAN_OK;
    char *start = clEnqueueMapBuffer(device->queue, buffer->memory, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0,
                                     buffer->bytes, 0, NULL, NULL, &code);
    if (code != CL_SUCCESS) return CLGAN_OK;
    const size_t before = (HUGE_PAGE - (size_t)start % HUGE_PAGE) % HUGE_PAGE;
    madvise(start + before, (buffer->bytes - before) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return CL_CALL(clEnqueueUnmapMemObject(device->queue, buffer->memory, start, 0, NULL, NULL));
#else
    (void)buffer;
    (void)device;
    return CLGAN_OK;
#endif
}

/* `bytes` from `first` on with a pattern of `unit` bytes. In pieces: NVIDIA's drivers have hung at 2 GiB (pyopencl
 * issue 395). With an event, though nobody asks it: without one Apple's leave other bytes (GROMACS merge request 3817).
 */
static clgan_status fill(struct device *device, const struct buffer *buffer, const void *pattern, size_t unit,
                         size_t first, size_t bytes)
{
    enum { MOST = 1 << 30 };
    for (size_t at = 0; at < bytes; at += MOST) {
        const size_t piece = bytes - at < MOST ? bytes - at : MOST;
        cl_event event = NULL;
        TRY(CL_CALL(
            clEnqueueFillBuffer(device->queue, buffer->memory, pattern, unit, first + at, piece, 0, NULL, &event)));
        clReleaseEvent(event);
    }
    return CLGAN_OK;
}

clgan_status buffer_clear(const struct buffer *buffer, struct device *device)
{
    const cl_uint zero = 0;
    const size_t whole = buffer->bytes / 4 * 4;
    TRY(fill(device, buffer, &zero, 4, 0, whole));
    return fill(device, buffer, &zero, 1, whole, buffer->bytes - whole);
}

clgan_status buffer_make(struct buffer *buffer, struct device *device, size_t bytes, const char *purpose)
{
    if (bytes == 0) bytes = 4; /* OpenCL has no empty buffers */
    if (bytes > device->info.largest_buffer || device->taken + bytes > device->info.memory)
        return status_fail(
            CLGAN_FAILED,
            "device %d, %s: not enough memory: %s needs %.1f MB more than the %.1f MB in use; the device has "
            "%.1f MB, %.1f MB in one piece: " CL_LESS_MEMORY,
            device->info.index, device->info.name, purpose, (double)bytes / 1e6, (double)device->taken / 1e6,
            (double)device->info.memory / 1e6, (double)device->info.largest_buffer / 1e6);
    cl_int code;
    *buffer = (struct buffer){.bytes = bytes};
    buffer->memory = clCreateBuffer(device->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    if (code != CL_SUCCESS)
        return status_within(CL_CODE(code, "clCreateBuffer"), "%s, %.1f MB", purpose, (double)bytes / 1e6);
    device->taken += bytes;
    clgan_status status = ask_for_huge_pages(buffer, device);
    if (status == CLGAN_OK) status = buffer_clear(buffer, device);
    if (status != CLGAN_OK) buffer_free(buffer, device);
    return status;
}

clgan_status buffer_of(struct buffer *buffer, struct device *device, size_t bytes, const void *values,
                       const char *purpose)
{
    if (!device->unified) {
        TRY(buffer_make(buffer, device, bytes, purpose));
        return buffer_write(device, buffer, 0, bytes, values);
    }
    cl_int code;
    void *host;
    *buffer = (struct buffer){.bytes = bytes, .borrowed = true};
    memcpy(&host, &values, sizeof host); /* OpenCL has no const here; the flag says that kernels only read */
    buffer->memory = clCreateBuffer(device->context, CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR, bytes, host, &code);
    if (code != CL_SUCCESS)
        return status_within(CL_CODE(code, "clCreateBuffer"), "%s, %.1f MB", purpose, (double)bytes / 1e6);
    return CLGAN_OK;
}

void buffer_free(struct buffer *buffer, struct device *device)
{
    if (!buffer->memory) return;
    if (buffer->borrowed)
        clFinish(device->queue); /* kernels may still read what its owner is about to free */
    else
        device->taken -= buffer->bytes;
    clReleaseMemObject(buffer->memory);
    *buffer = (struct buffer){0};
}

size_t element_bytes(enum element element) { return element == ELEMENT_U8 ? 1 : 4; }

struct tensor tensor_rows(struct tensor tensor, size_t first, size_t count)
{
    tensor.offset += first * tensor.stride;
    tensor.rows = count;
    return tensor;
}

clgan_status buffer_write(struct device *device, const struct buffer *buffer, size_t offset, size_t bytes,
                          const void *values)
{
    return CL_CALL(clEnqueueWriteBuffer(device->queue, buffer->memory, CL_TRUE, offset, bytes, values, 0, NULL, NULL));
}

clgan_status buffer_read(struct device *device, const struct buffer *buffer, size_t offset, size_t bytes, void *values)
{
    TRY(device_rest(device));
    return CL_CALL(clEnqueueReadBuffer(device->queue, buffer->memory, CL_TRUE, offset, bytes, values, 0, NULL, NULL));
}

clgan_status tensor_write(struct device *device, struct tensor tensor, const void *values)
{
    size_t unit = element_bytes(tensor.element);
    return buffer_write(device, tensor.buffer, tensor.offset * unit, tensor.rows * tensor.columns * unit, values);
}

clgan_status tensor_read(struct device *device, struct tensor tensor, void *values)
{
    size_t unit = element_bytes(tensor.element);
    return buffer_read(device, tensor.buffer, tensor.offset * unit, tensor.rows * tensor.columns * unit, values);
}

clgan_status tensor_fill(struct device *device, struct tensor tensor, float value)
{
    return fill(device, tensor.buffer, &value, sizeof value, tensor.offset * sizeof value,
                tensor.rows * tensor.columns * sizeof value);
}

/* Every tensor starts on a 256-byte boundary: the widest vector load of any device, and a cache line of most. */
enum { ARENA_ALIGNMENT = 256 };

static size_t padded_bytes(const struct tensor *tensor)
{
    size_t bytes = tensor->rows * tensor->columns * element_bytes(tensor->element);
    return (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
}

clgan_status arena_add(struct arena *arena, struct tensor *tensor, size_t rows, size_t columns, enum element element)
{
    size_t elements, bytes;
    if (!checked_multiply(&elements, rows, columns) || !checked_multiply(&bytes, elements, 8) ||
        elements > UINT32_MAX) /* kernels count them in 32 bits */
        return status_fail(
            CLGAN_FAILED,
            "a tensor of %zu x %zu would take %.0f MB, and one of 2^32 elements, %.0f MB, is the largest "
            "there can be: smaller layers, or a smaller batch",
            rows, columns, 4e-6 * (double)rows * (double)columns, 4e-6 * 4294967296);
    TRY(memory_grow(&arena->items, &arena->capacity, arena->count + 1, sizeof *arena->items));
    *tensor = (struct tensor){.rows = rows, .columns = columns, .stride = columns, .element = element};
    arena->items[arena->count++] = (struct arena_item){tensor, 0};
    return CLGAN_OK;
}

uint64_t arena_bytes(const struct arena *arena)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < arena->count; i++) bytes += padded_bytes(arena->items[i].tensor);
    return bytes;
}

/* Hands tensors out to chunks in order; `sizes` (NULL: only count) gets the bytes of each chunk. Returns the number of
 * chunks. */
static size_t arena_pack(struct arena *arena, const struct device *device, size_t *sizes)
{
    /* kernels get a tensor's first element in 32 bits, of masks as a byte */
    const uint64_t most = device->info.largest_buffer < UINT32_MAX ? device->info.largest_buffer : UINT32_MAX;
    size_t chunk = 0, filled = 0;
    for (size_t i = 0; i < arena->count; i++) {
        struct tensor *tensor = arena->items[i].tensor;
        size_t bytes = padded_bytes(tensor);
        if (filled && filled + bytes > most) {
            chunk++;
            filled = 0;
        }
        arena->items[i].chunk = chunk;
        tensor->offset = filled / element_bytes(tensor->element);
        filled += bytes;
        if (sizes) sizes[chunk] = filled;
    }
    return arena->count ? chunk + 1 : 0;
}

clgan_status arena_make(struct arena *arena, struct device *device, const char *purpose)
{
    size_t *sizes;
    size_t count = arena_pack(arena, device, NULL);
    TRY(memory_take(&sizes, count, sizeof *sizes));
    clgan_status status = memory_take(&arena->chunks, count, sizeof *arena->chunks);
    if (status == CLGAN_OK) arena_pack(arena, device, sizes);
    for (size_t i = 0; status == CLGAN_OK && i < count; i++, arena->chunk_count++)
        status = buffer_make(&arena->chunks[i], device, sizes[i], purpose);
    for (size_t i = 0; status == CLGAN_OK && i < arena->count; i++)
        arena->items[i].tensor->buffer = &arena->chunks[arena->items[i].chunk];
    free(sizes);
    return status;
}

clgan_status arena_clear(const struct arena *arena, struct device *device)
{
    for (size_t i = 0; i < arena->chunk_count; i++) TRY(buffer_clear(&arena->chunks[i], device));
    return CLGAN_OK;
}

void arena_free(struct arena *arena, struct device *device)
{
    for (size_t i = 0; i < arena->chunk_count; i++) buffer_free(&arena->chunks[i], device);
    free(arena->chunks);
    free(arena->items);
    *arena = (struct arena){0};
}

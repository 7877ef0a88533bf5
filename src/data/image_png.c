#include <spng.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/resample.h"

enum { CHUNK_BYTES = 1 << 20, DEFLATE_MOST = 1032 };

/* A file that is read. */
struct png {
    spng_ctx *context;
    struct spng_ihdr header;
    enum spng_format format; /* four channels of 8 or 16 bits */
    size_t pixel;            /* bytes of one */
    void *pixels;            /* a row, or all of them where they are interlaced; owned */
    uint16_t *values;        /* a row as resample_row takes it; owned */
    struct resample resample;
};

static clgan_status fail(int code) { return status_fail(CLGAN_FAILED, "%s", spng_strerror(code)); }

static unsigned orientation_of(spng_ctx *context)
{
    struct spng_exif exif;
    if (spng_get_exif(context, &exif)) return 1;
    return image_orientation((const uint8_t *)exif.data, exif.length);
}

/* Whether the file can hold what its header promises, and whether it is read. */
static clgan_status check_promise(const struct png *png, size_t length)
{
    const uint64_t area = (uint64_t)png->header.width * png->header.height;
    const bool interlaced = png->header.interlace_method != SPNG_INTERLACE_NONE;
    size_t raw; /* bytes of its lines, before they were deflated */
    if (spng_decoded_image_size(png->context, SPNG_FMT_RAW, &raw) || raw / DEFLATE_MOST > length)
        return status_fail(CLGAN_FAILED, "its header promises %u x %u pixels, more than it can hold", png->header.width,
                           png->header.height);
    if (area > (interlaced ? IMAGE_AREA_IN_MEMORY : IMAGE_AREA))
        return status_fail(CLGAN_FAILED, "%u x %u pixels%s are more than are read: make it smaller", png->header.width,
                           png->header.height, interlaced ? ", interlaced," : "");
    return CLGAN_OK;
}

/* Over the background, rounded. */
static uint16_t blend(uint32_t value, uint32_t alpha, uint32_t background)
{
    if (alpha == 65535) return (uint16_t)value;
    return (uint16_t)((value * alpha + background * (65535 - alpha) + 32767) / 65535);
}

static void give_row(struct png *png, const void *pixels)
{
    const uint8_t *narrow = pixels;
    const uint16_t *wide = pixels;
    const bool is_wide = png->format == SPNG_FMT_RGBA16;
    const uint32_t background = 257u * png->resample.shape->background;
    for (size_t x = 0; x < png->header.width; x++) {
        const uint32_t alpha = is_wide ? wide[4 * x + 3] : 257u * narrow[4 * x + 3];
        for (size_t c = 0; c < IMAGE_ROW_VALUES; c++) {
            const uint32_t value = is_wide ? wide[4 * x + c] : 257u * narrow[4 * x + c];
            png->values[IMAGE_ROW_VALUES * x + c] = blend(value, alpha, background);
        }
    }
    resample_row(&png->resample, png->values);
}

static clgan_status decode_rows(struct png *png)
{
    const size_t row = png->header.width * png->pixel;
    TRY(memory_take(&png->pixels, 1, row));
    int code = spng_decode_image(png->context, NULL, 0, png->format, SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
    for (uint32_t y = 0; !code && y < png->header.height; y++) {
        code = spng_decode_row(png->context, png->pixels, row);
        if (!code || code == SPNG_EOI) give_row(png, png->pixels);
    }
    return code == SPNG_EOI ? CLGAN_OK : fail(code ? code : SPNG_EINTERNAL);
}

static clgan_status decode_interlaced(struct png *png)
{
    const size_t row = png->header.width * png->pixel, size = row * png->header.height;
    TRY(memory_take(&png->pixels, png->header.height, row));
    const int code = spng_decode_image(png->context, png->pixels, size, png->format, SPNG_DECODE_TRNS);
    if (code) return fail(code);
    for (uint32_t y = 0; y < png->header.height; y++) give_row(png, (const uint8_t *)png->pixels + y * row);
    return CLGAN_OK;
}

static clgan_status decode(struct png *png, uint8_t *bytes, const struct image_shape *shape, const void *file,
                           size_t length)
{
    spng_set_image_limits(png->context, IMAGE_SIDE, IMAGE_SIDE);
    spng_set_chunk_limits(png->context, CHUNK_BYTES, 2 * CHUNK_BYTES);
    int code = spng_set_png_buffer(png->context, file, length);
    if (!code) code = spng_get_ihdr(png->context, &png->header);
    if (code) return fail(code);
    TRY(check_promise(png, length));
    png->format = png->header.bit_depth == 16 ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8;
    png->pixel = png->header.bit_depth == 16 ? 8 : 4;
    TRY(memory_take(&png->values, png->header.width, IMAGE_ROW_VALUES * sizeof *png->values));
    TRY(resample_begin(&png->resample, shape, png->header.width, png->header.height, orientation_of(png->context)));
    TRY(png->header.interlace_method == SPNG_INTERLACE_NONE ? decode_rows(png) : decode_interlaced(png));
    resample_end(bytes, &png->resample);
    return CLGAN_OK;
}

clgan_status image_read_png(uint8_t *bytes, const struct image_shape *shape, const void *file, size_t length)
{
    struct png png = {.context = spng_ctx_new(0)};
    const clgan_status status = png.context ? decode(&png, bytes, shape, file, length)
                                            : status_fail(CLGAN_FAILED, "out of memory for reading PNG");
    spng_ctx_free(png.context);
    free(png.pixels);
    free(png.values);
    resample_free(&png.resample);
    return status;
}

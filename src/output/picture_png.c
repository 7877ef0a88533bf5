#include <spng.h>
#include <stdlib.h>

#include "base/file.h"
#include "output/picture.h"

static clgan_status encode(void **png, size_t *length, spng_ctx *context, const struct picture *picture)
{
    struct spng_ihdr header = {.width = (uint32_t)picture->width,
                               .height = (uint32_t)picture->height,
                               .bit_depth = 8,
                               .color_type =
                                   picture->channels == 3 ? SPNG_COLOR_TYPE_TRUECOLOR : SPNG_COLOR_TYPE_GRAYSCALE};
    int code = spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
    if (!code) code = spng_set_ihdr(context, &header);
    if (!code)
        code = spng_encode_image(context, picture->bytes, picture->width * picture->height * picture->channels,
                                 SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    if (!code) *png = spng_get_png_buffer(context, length, &code);
    return code ? status_fail(CLGAN_FAILED, "the PNG can't be made: %s", spng_strerror(code)) : CLGAN_OK;
}

clgan_status picture_encode_png(void **png, size_t *length, const struct picture *picture)
{
    spng_ctx *context = spng_ctx_new(SPNG_CTX_ENCODER);
    *png = NULL;
    *length = 0;
    if (!context) return status_fail(CLGAN_FAILED, "the PNG can't be made: out of memory");
    const clgan_status status = encode(png, length, context, picture);
    spng_ctx_free(context);
    return status;
}

clgan_status picture_write_png(const struct picture *picture, const char *path)
{
    void *png;
    size_t length;
    clgan_status status = picture_encode_png(&png, &length, picture);
    if (status != CLGAN_OK) return status_within(status, "%s", path);
    status = file_write(path, png, length);
    free(png);
    return status;
}

/* ---- reading ---- */

enum { FILE_BYTES = 64 << 20, CHUNK_BYTES = 1 << 20, AREA_MOST = 1 << 26, DEFLATE_MOST = 1032 };

/* Whether a file of `length` bytes can hold the picture that its header promises. */
static bool can_hold(size_t length, spng_ctx *context, const struct spng_ihdr *header)
{
    size_t raw; /* bytes of its lines, before they were deflated */
    return (uint64_t)header->width * header->height <= AREA_MOST &&
           !spng_decoded_image_size(context, SPNG_FMT_RAW, &raw) && raw / DEFLATE_MOST <= length;
}

static clgan_status decode(struct picture *picture, spng_ctx *context, const void *bytes, size_t length)
{
    struct spng_ihdr header;
    struct spng_trns transparency;
    size_t size = 0;
    spng_set_image_limits(context, PICTURE_LARGEST, PICTURE_LARGEST);
    spng_set_chunk_limits(context, CHUNK_BYTES, 2 * CHUNK_BYTES);
    int code = spng_set_png_buffer(context, bytes, length);
    if (!code) code = spng_get_ihdr(context, &header);
    if (code) return status_fail(CLGAN_FAILED, "%s", spng_strerror(code));
    const bool grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && header.bit_depth <= 8 &&
                      spng_get_trns(context, &transparency);
    const enum spng_format format = grey ? SPNG_FMT_G8 : SPNG_FMT_RGB8;
    if (!can_hold(length, context, &header))
        return status_fail(CLGAN_FAILED, "its header promises %u x %u pixels, more than it can hold", header.width,
                           header.height);
    TRY(picture_make(picture, header.width, header.height, grey ? 1 : 3, 0));
    code = spng_decoded_image_size(context, format, &size);
    if (!code && size != picture->width * picture->height * picture->channels) code = SPNG_EFMT;
    if (!code) code = spng_decode_image(context, picture->bytes, size, format, 0);
    if (!code) return CLGAN_OK;
    picture_free(picture);
    return status_fail(CLGAN_FAILED, "%s", spng_strerror(code));
}

bool picture_png_shape(size_t *width, size_t *height, size_t *channels, const void *png, size_t length)
{
    static const size_t of_type[] = {1, 0, 3, 3, 2, 0, 4}; /* by the header's type of colour */
    struct spng_ihdr header = {0};
    spng_ctx *context = spng_ctx_new(0);
    const bool found = context && !spng_set_png_buffer(context, png, length) && !spng_get_ihdr(context, &header);
    spng_ctx_free(context);
    *width = header.width;
    *height = header.height;
    *channels = of_type[header.color_type];
    return found;
}

clgan_status picture_read_png(struct picture *picture, const char *path)
{
    char *bytes;
    size_t length;
    *picture = (struct picture){0};
    TRY(file_read(&bytes, &length, path, FILE_BYTES));
    spng_ctx *context = spng_ctx_new(0);
    clgan_status status =
        context ? decode(picture, context, bytes, length) : status_fail(CLGAN_FAILED, "out of memory");
    if (status != CLGAN_OK) status = status_within(status, "%s: the picture can't be read", path);
    spng_ctx_free(context);
    free(bytes);
    return status;
}

clgan_status clgan_rows_write_png(const clgan_rows *rows, const char *path, size_t grid_rows, size_t grid_columns,
                                  int signed_values)
{
    struct picture picture;
    TRY(picture_of_rows(&picture, rows, grid_rows, grid_columns, signed_values, NULL));
    const clgan_status status = picture_write_png(&picture, path);
    picture_free(&picture);
    return status;
}

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

clgan_status picture_write_png(const struct picture *picture, const char *path)
{
    void *png = NULL;
    size_t length = 0;
    spng_ctx *context = spng_ctx_new(SPNG_CTX_ENCODER);
    if (!context) return status_fail(CLGAN_FAILED, "%s: out of memory", path);
    clgan_status status = encode(&png, &length, context, picture);
    if (status == CLGAN_OK)
        status = file_write(path, png, length);
    else
        status = status_within(status, "%s", path);
    free(png);
    spng_ctx_free(context);
    return status;
}

clgan_status clgan_rows_write_png(const clgan_rows *rows, const char *path, size_t grid_rows, size_t grid_columns,
                                  int signed_values)
{
    struct picture picture;
    TRY(picture_of_rows(&picture, rows, grid_rows, grid_columns, signed_values));
    const clgan_status status = picture_write_png(&picture, path);
    picture_free(&picture);
    return status;
}

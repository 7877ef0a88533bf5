/* Pictures of samples: what is drawn where, and that a PNG holds it. */
#include <math.h>
#include <spng.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "output/picture.h"
#include "suite.h"

static const uint8_t *pixel(const struct picture *picture, size_t x, size_t y)
{
    return picture->bytes + (y * picture->width + x) * picture->channels;
}

START_TEST(grid_of_grey)
{
    /* two pictures of 5 x 1, enlarged 16 times, with gaps of 2 */
    float values[10] = {0, 1, 0.5f, 2, -1, NAN, 0.2f, INFINITY, 0.4f, 0.6f};
    const clgan_rows rows = {values, 5, 2 * 1, 1, 1, 2};
    const clgan_rows wide = {values, 2, 5, 1, 1, 5};
    struct picture picture;
    CHECK_OK(picture_of_rows(&picture, &wide, 0, 0, 0, NULL));
    ck_assert_uint_eq(picture.channels, 1);
    ck_assert_uint_eq(picture.width, 2 + 2 * (5 * 16 + 2));
    ck_assert_uint_eq(picture.height, 2 + 16 + 2);
    ck_assert_uint_eq(*pixel(&picture, 0, 0), 48);
    static const uint8_t levels[10] = {0, 255, 128, 255, 0, 0, 51, 255, 102, 153};
    for (size_t i = 0; i < 10; i++) {
        const size_t left = 2 + i / 5 * (5 * 16 + 2) + i % 5 * 16;
        ck_assert_uint_eq(*pixel(&picture, left, 2), levels[i]);
        ck_assert_uint_eq(*pixel(&picture, left + 15, 17), levels[i]);
    }
    picture_free(&picture);
    CHECK_OK(picture_of_rows(&picture, &rows, 0, 0, 0, NULL)); /* two values a row: a plot */
    ck_assert(picture.width == 700 && picture.channels == 3);
    picture_free(&picture);
}
END_TEST

START_TEST(grid_of_colour_and_sign)
{
    float values[12] = {1, 0, 0, 0, /* red */ 0, 1, 0, 0, /* green */ 0, 0, 0, 0.2f /* blue */};
    const clgan_rows rows = {values, 1, 12, 3, 2, 2};
    struct picture picture;
    CHECK_OK(picture_of_rows(&picture, &rows, 1, 3, 0, NULL));
    ck_assert_uint_eq(picture.width, 2 + 3 * (2 * 16 + 2));
    ck_assert_mem_eq(pixel(&picture, 2, 2), "\xff\0\0", 3);
    ck_assert_mem_eq(pixel(&picture, 2 + 16, 2), "\0\xff\0", 3);
    ck_assert_mem_eq(pixel(&picture, 2 + 16, 2 + 16), "\0\0\x33", 3);
    picture_free(&picture);
    values[0] = -4;
    values[1] = 2;
    CHECK_OK(picture_of_rows(&picture, &rows, 0, 0, 1, NULL));
    ck_assert_uint_eq(pixel(&picture, 2, 2)[0], 0);
    ck_assert_uint_eq(pixel(&picture, 2 + 16, 2)[0], 191);
    ck_assert_uint_eq(pixel(&picture, 2 + 16, 2 + 16)[0], 128);
    picture_free(&picture);
}
END_TEST

START_TEST(plots_survive_anything)
{
    float values[6] = {0, 0, 0, 0, 0, 0};
    static const float odd[] = {0, 1e30f, -1e30f, NAN, INFINITY, 1e-30f};
    struct picture picture;
    for (size_t i = 0; i < 6; i++)
        for (size_t columns = 1; columns <= 2; columns++) {
            const clgan_rows rows = {values, 6 / columns, columns, 1, 1, columns};
            values[i] = odd[i];
            CHECK_OK(picture_of_rows(&picture, &rows, 0, 0, 0, NULL));
            picture_free(&picture);
        }
}
END_TEST

START_TEST(refusals)
{
    float value = 0;
    struct picture picture;
    const clgan_rows none = {&value, 0, 1, 1, 1, 1}, two = {&value, 1, 8, 2, 2, 2}, mixed = {&value, 1, 9, 1, 2, 2};
    ck_assert_int_eq(picture_of_rows(&picture, &none, 0, 0, 0, NULL), CLGAN_USAGE);
    ck_assert_int_eq(picture_of_rows(&picture, &two, 0, 0, 0, NULL), CLGAN_USAGE);
    ck_assert_int_eq(picture_of_rows(&picture, &mixed, 0, 0, 0, NULL), CLGAN_USAGE);
}
END_TEST

static void compare_png(const struct picture *picture, const char *path)
{
    char *bytes;
    size_t length, size;
    static uint8_t read[100];
    struct spng_ihdr header;
    CHECK_OK(file_read(&bytes, &length, path, 1 << 20));
    spng_ctx *context = spng_ctx_new(0);
    ck_assert_int_eq(spng_set_png_buffer(context, bytes, length), 0);
    ck_assert_int_eq(spng_get_ihdr(context, &header), 0);
    ck_assert(header.width == picture->width && header.height == picture->height);
    ck_assert_int_eq(spng_decoded_image_size(context, SPNG_FMT_PNG, &size), 0);
    ck_assert_uint_eq(size, picture->width * picture->height * picture->channels);
    ck_assert_int_eq(spng_decode_image(context, read, sizeof read, SPNG_FMT_PNG, 0), 0);
    ck_assert_mem_eq(read, picture->bytes, size);
    spng_ctx_free(context);
    free(bytes);
}

START_TEST(png_holds_the_bytes)
{
    char path[] = "/tmp/clgan-picture-XXXXXX";
    uint8_t bytes[4 * 3 * 3];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    for (size_t channels = 1; channels <= 3; channels += 2) {
        const struct picture picture = {bytes, 4, 3, channels};
        CHECK_OK(picture_write_png(&picture, path));
        compare_png(&picture, path);
    }
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pictures");
    TCase *tests = tcase_create("pictures");
    tcase_add_test(tests, grid_of_grey);
    tcase_add_test(tests, grid_of_colour_and_sign);
    tcase_add_test(tests, plots_survive_anything);
    tcase_add_test(tests, refusals);
    tcase_add_test(tests, png_holds_the_bytes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

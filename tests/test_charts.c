/* Charts, animations and pictures read back: what is drawn where, what files hold, what is refused. */
#include <math.h>
#include <spng.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "output/animation.h"
#include "output/density.h"
#include "suite.h"

static char path[64];

static void make_path(void)
{
    snprintf(path, sizeof path, "/tmp/clgan-charts-XXXXXX");
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
}

static void drop_path(void) { unlink(path); }

static const uint8_t *pixel(const struct picture *picture, double x, double y)
{
    return picture->bytes + ((size_t)y * picture->width + (size_t)x) * picture->channels;
}

static bool is_colour(const uint8_t *pixel, struct colour colour)
{
    const double channels[3] = {colour.red, colour.green, colour.blue};
    for (int i = 0; i < 3; i++)
        if (abs((int)pixel[i] - (int)lrint(255 * channels[i])) > 1) return false;
    return true;
}
static const struct colour white = {1, 1, 1, 1};

/* ---- charts ---- */

START_TEST(things_lie_where_their_values_are)
{
    const struct panel panel = {20, 10, 100, 50, {-1, 3}, {0, 2}};
    const double heights[4] = {0, 1, 2, 0.5}, x[3] = {-1, 1, 3}, y[3] = {2, 0, 2};
    struct chart chart;
    struct picture picture;
    CHECK_OK(chart_begin(&chart, 140, 80, 2));
    chart_bars(&chart, &panel, heights, 4, chart_blue);
    CHECK_OK(chart_picture(&picture, &chart));
    ck_assert(picture.width == 280 && picture.height == 160 && picture.channels == 3);
    ck_assert(is_colour(pixel(&picture, 2 * 32, 2 * 59), white));      /* bar of 0 */
    ck_assert(is_colour(pixel(&picture, 2 * 57, 2 * 36), chart_blue)); /* of 1: the lower half */
    ck_assert(is_colour(pixel(&picture, 2 * 57, 2 * 34), white));
    ck_assert(is_colour(pixel(&picture, 2 * 82, 2 * 11), chart_blue));  /* of 2: all */
    ck_assert(is_colour(pixel(&picture, 2 * 107, 2 * 48), chart_blue)); /* of 1/2: a quarter */
    ck_assert(is_colour(pixel(&picture, 2 * 107, 2 * 46), white));
    picture_free(&picture);
    chart_curve(&chart, &panel, x, y, 3, (struct line){chart_green, 4, CHART_SOLID});
    CHECK_OK(chart_picture(&picture, &chart));
    ck_assert(is_colour(pixel(&picture, 2 * 45, 2 * 35), chart_green)); /* (0, 1) */
    ck_assert(is_colour(pixel(&picture, 2 * 95, 2 * 35), chart_green)); /* (2, 1) */
    picture_free(&picture);
    chart_free(&chart);
}
END_TEST

START_TEST(a_field_keeps_its_corners)
{
    const struct panel panel = {10, 10, 60, 60, {0, 1}, {0, 1}};
    const float values[4] = {0, 1, 0.5f, NAN};
    struct chart chart;
    struct picture picture;
    CHECK_OK(chart_begin(&chart, 80, 80, 1));
    chart_field(&chart, &panel, values, 2, 2);
    CHECK_OK(chart_picture(&picture, &chart));
    ck_assert(is_colour(pixel(&picture, 12, 12), chart_field_colour(0)));
    ck_assert(is_colour(pixel(&picture, 67, 12), chart_field_colour(1)));
    ck_assert(is_colour(pixel(&picture, 12, 67), chart_field_colour(0.5)));
    ck_assert(is_colour(pixel(&picture, 67, 67), chart_field_colour(NAN)));
    ck_assert(is_colour(pixel(&picture, 5, 5), white));
    picture_free(&picture);
    chart_free(&chart);
}
END_TEST

/* Some ink in the rectangle. */
static bool has_ink(const struct picture *picture, size_t left, size_t top, size_t width, size_t height)
{
    for (size_t y = top; y < top + height; y++)
        for (size_t x = left; x < left + width; x++)
            if (*pixel(picture, (double)x, (double)y) < 128) return true;
    return false;
}

START_TEST(axes_have_numbers_whatever_the_range)
{
    static const struct range ranges[] = {{0, 1}, {1, -1}, {-1e30, 1e30}, {1e-30, 3e-30}, {99.999, 100.001}, {5, 5}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const struct panel panel = {80, 20, 200, 100, ranges[i], ranges[i]};
        struct chart chart;
        struct picture picture;
        CHECK_OK(chart_begin(&chart, 360, 180, 1));
        chart_axis(&chart, &panel, CHART_BELOW, "below");
        chart_axis(&chart, &panel, CHART_LEFT, "left");
        chart_axis(&chart, &panel, CHART_RIGHT, "right");
        CHECK_OK(chart_picture(&picture, &chart));
        if (ranges[i].from != ranges[i].to) {
            ck_assert(has_ink(&picture, 70, 127, 220, 14));
            ck_assert(has_ink(&picture, 38, 10, 35, 120));
            ck_assert(has_ink(&picture, 288, 10, 30, 120));
        }
        picture_free(&picture);
        chart_free(&chart);
    }
}
END_TEST

START_TEST(text_is_aligned_and_sets_subscripts)
{
    const struct font font = {20, false, chart_black};
    struct chart chart;
    struct picture picture;
    CHECK_OK(chart_begin(&chart, 300, 60, 1));
    const double whole = chart_text_width(&chart, font, "p_{data}"), plain = chart_text_width(&chart, font, "pdata");
    ck_assert(whole > 0 && whole < plain);
    ck_assert(chart_text_width(&chart, font, "p_{") >= 0); /* not closed */
    chart_text(&chart, 299, 40, 1, font, "mm");
    CHECK_OK(chart_picture(&picture, &chart));
    ck_assert(has_ink(&picture, 260, 20, 40, 30) && !has_ink(&picture, 0, 0, 200, 60));
    picture_free(&picture);
    chart_free(&chart);
}
END_TEST

START_TEST(svg_is_written_whole_or_not_at_all)
{
    const struct font font = {12, true, chart_black};
    struct chart chart;
    char *text;
    size_t length;
    drop_path();
    CHECK_OK(chart_begin_svg(&chart, 50, 40, path));
    chart_text(&chart, 5, 20, 0, font, "svg");
    chart_free(&chart);
    ck_assert(!file_exists(path));
    CHECK_OK(chart_begin_svg(&chart, 50, 40, path));
    chart_text(&chart, 5, 20, 0, font, "svg");
    CHECK_OK(chart_end_svg(&chart));
    chart_free(&chart);
    CHECK_OK(file_read(&text, &length, path, 1 << 20));
    ck_assert(strncmp(text, "<?xml", 5) == 0 && strstr(text, "</svg>") && !strstr(text, "<image"));
    ck_assert_ptr_nonnull(strstr(text, "width=\"50"));
    free(text);
    ck_assert_int_eq(chart_begin_svg(&chart, 50, 40, "/nowhere/at/all.svg"), CLGAN_FAILED);
    ck_assert_int_eq(chart_begin(&chart, 50, 40000, 1), CLGAN_USAGE);
}
END_TEST

START_TEST(ranges)
{
    float values[1000];
    for (int i = 0; i < 1000; i++) values[i] = (float)i;
    values[0] = -1e30f;
    values[999] = NAN;
    const clgan_rows rows = {values, 1000, 1, 1, 1, 1};
    struct range x, y = {4, 6};
    CHECK_OK(range_of_bulk(&x, &rows, 0));
    ck_assert(x.from > -101 && x.from < -90 && x.to > 1090 && x.to < 1101);
    x = (struct range){0, 10};
    range_make_equal(&x, &y);
    ck_assert(y.from == 0 && y.to == 10 && x.from == 0 && x.to == 10);
}
END_TEST

/* ---- densities ---- */

START_TEST(kernels_are_a_density)
{
    static double sorted[2000], densities[DENSITY_POINTS];
    const struct range range = {-3, 4};
    for (int i = 0; i < 2000; i++) sorted[i] = -1 + i / 1000.0; /* uniform on (-1, 1) */
    const double bandwidth = density_bandwidth(sorted, 2000, 0);
    ck_assert(fabs(bandwidth - 0.3 * 0.57735 * pow(2000, -0.2)) <= 1e-3 * bandwidth);
    density_of_kernels(densities, &range, sorted, 2000, bandwidth);
    double sum = 0;
    for (size_t i = 0; i < DENSITY_POINTS; i++) {
        const double x = density_place(&range, i, DENSITY_POINTS);
        double direct = 0; /* without a reach */
        for (int k = 0; k < 2000; k++) direct += exp(-0.5 * pow((x - sorted[k]) / bandwidth, 2));
        direct /= 2000 * bandwidth * sqrt(2 * acos(-1));
        ck_assert(fabs(densities[i] - direct) <= 1e-7);
        sum += densities[i] * 7 / (DENSITY_POINTS - 1);
    }
    ck_assert(fabs(sum - 1) <= 1e-4);
    ck_assert_double_eq(density_bandwidth((const double[]){2, 2, 2}, 3, 0.25), 0.25);
}
END_TEST

/* ---- reading ---- */

START_TEST(pictures_are_read_as_written)
{
    uint8_t bytes[4 * 3 * 3];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    for (size_t channels = 1; channels <= 3; channels += 2) {
        const struct picture picture = {bytes, 4, 3, channels};
        struct picture read;
        CHECK_OK(picture_write_png(&picture, path));
        CHECK_OK(picture_read_png(&read, path));
        ck_assert(read.width == 4 && read.height == 3 && read.channels == channels);
        ck_assert_mem_eq(read.bytes, bytes, 12 * channels);
        picture_free(&read);
    }
    struct picture colour = {malloc(6), 2, 1, 3};
    memcpy(colour.bytes, "abcdef", 6);
    picture_drop_colour(&colour);
    ck_assert(colour.channels == 1 && colour.bytes[0] == 'a' && colour.bytes[1] == 'd');
    picture_free(&colour);
}
END_TEST

/* Changes the width in the header, and the header's checksum with it. */
static void claim_width(uint8_t *png, uint32_t width)
{
    for (int i = 0; i < 4; i++) png[16 + i] = (uint8_t)(width >> (24 - 8 * i));
    const uLong sum = crc32(0, png + 12, 17);
    for (int i = 0; i < 4; i++) png[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
}

START_TEST(pictures_that_are_none_are_refused)
{
    uint8_t bytes[12] = {0};
    const struct picture picture = {bytes, 4, 3, 1};
    struct picture read;
    void *png;
    size_t length;
    CHECK_OK(picture_encode_png(&png, &length, &picture));
    static const uint32_t widths[] = {0, 16385, 1000000000, 0xffffffff, 16384};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        claim_width(png, widths[i]); /* the last is allowed, but its pixels are not there */
        CHECK_OK(file_write(path, png, length));
        ck_assert_int_eq(picture_read_png(&read, path), CLGAN_FAILED);
        ck_assert_ptr_null(read.bytes);
        ck_assert_ptr_nonnull(strstr(clgan_last_error(), path));
    }
    claim_width(png, 4);
    for (size_t cut = 0; cut < length; cut += 7) {
        CHECK_OK(file_write(path, png, cut));
        if (cut < length - 12) ck_assert_int_eq(picture_read_png(&read, path), CLGAN_FAILED);
    }
    free(png);
    CHECK_OK(file_write(path, "no picture at all", 17));
    ck_assert_int_eq(picture_read_png(&read, path), CLGAN_FAILED);
}
END_TEST

/* ---- animations ---- */

static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static size_t put_chunk(uint8_t *to, const char *type, const uint8_t *data, uint32_t length)
{
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(length >> (24 - 8 * i));
    memcpy(to + 4, type, 4);
    memcpy(to + 8, data, length);
    const uLong sum = crc32(0, to + 4, length + 4);
    for (int i = 0; i < 4; i++) to[8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
    return length + 12;
}

/* Frame `number` of an APNG as a PNG of its own, as the specification says to put it together. */
static void take_frame(const uint8_t *bytes, size_t length, size_t number)
{
    static uint8_t png[1 << 16];
    size_t end = 8, frame = 0;
    memcpy(png, bytes, 8);
    for (size_t at = 8; at < length;) {
        const uint32_t size = get32(bytes + at);
        const uint8_t *type = bytes + at + 4, *data = bytes + at + 8;
        ck_assert_uint_eq(get32(data + size), crc32(0, type, size + 4));
        if (memcmp(type, "IHDR", 4) == 0) end += put_chunk(png + end, "IHDR", data, size);
        if (memcmp(type, "fcTL", 4) == 0) frame++;
        if (memcmp(type, "IDAT", 4) == 0 && number == 0) end += put_chunk(png + end, "IDAT", data, size);
        if (memcmp(type, "fdAT", 4) == 0 && frame == number + 1)
            end += put_chunk(png + end, "IDAT", data + 4, size - 4);
        at += size + 12;
    }
    end += put_chunk(png + end, "IEND", png, 0);
    CHECK_OK(file_write(path, png, end));
}

static void check_order(const uint8_t *bytes, size_t length, uint32_t frames)
{
    uint32_t sequence = 0, controls = 0;
    ck_assert_mem_eq(bytes, "\x89PNG\r\n\x1a\n", 8);
    ck_assert_mem_eq(bytes + 12, "IHDR", 4);
    for (size_t at = 8; at < length;) {
        const uint32_t size = get32(bytes + at);
        const uint8_t *type = bytes + at + 4, *data = bytes + at + 8;
        if (memcmp(type, "acTL", 4) == 0) {
            ck_assert(get32(data) == frames && get32(data + 4) == 0 && controls == 0);
        } else if (memcmp(type, "fcTL", 4) == 0) {
            ck_assert(size == 26 && get32(data + 4) == 5 && get32(data + 8) == 4);
            ck_assert_uint_eq(data[20] * 256U + data[21], 100 + controls);
            ck_assert_uint_eq(data[22] * 256U + data[23], 1000);
            controls++;
        }
        if (memcmp(type, "fcTL", 4) == 0 || memcmp(type, "fdAT", 4) == 0) ck_assert_uint_eq(get32(data), sequence++);
        at += size + 12;
    }
    ck_assert_uint_eq(controls, frames);
    ck_assert_mem_eq(bytes + length - 8, "IEND", 4);
}

START_TEST(an_animation_holds_its_frames)
{
    enum { FRAMES = 3, BYTES = 5 * 4 * 3 };
    uint8_t frames[FRAMES][BYTES];
    struct animation animation;
    char *bytes;
    size_t length;
    CHECK_OK(animation_begin(&animation, path, FRAMES));
    for (unsigned i = 0; i < FRAMES; i++) {
        for (unsigned k = 0; k < BYTES; k++) frames[i][k] = (uint8_t)(k * 3 + i * 71);
        const struct picture picture = {frames[i], 5, 4, 3};
        CHECK_OK(animation_add(&animation, &picture, 100 + i));
    }
    CHECK_OK(animation_end(&animation));
    animation_abandon(&animation);
    CHECK_OK(file_read(&bytes, &length, path, 1 << 20));
    check_order((const uint8_t *)bytes, length, FRAMES);
    for (size_t i = 0; i < FRAMES; i++) {
        struct picture read;
        take_frame((const uint8_t *)bytes, length, i);
        CHECK_OK(picture_read_png(&read, path));
        ck_assert_mem_eq(read.bytes, frames[i], BYTES);
        picture_free(&read);
    }
    free(bytes);
}
END_TEST

START_TEST(an_animation_of_unlike_frames_is_not_written)
{
    uint8_t bytes[20] = {0};
    const struct picture first = {bytes, 5, 4, 1}, other = {bytes, 4, 5, 1};
    struct animation animation;
    drop_path();
    CHECK_OK(animation_begin(&animation, path, 2));
    CHECK_OK(animation_add(&animation, &first, 100));
    ck_assert_int_eq(animation_add(&animation, &other, 100), CLGAN_FAILED);
    ck_assert_int_eq(animation_end(&animation), CLGAN_FAILED); /* one is missing */
    animation_abandon(&animation);
    ck_assert(!file_exists(path));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("charts");
    TCase *tests = tcase_create("charts");
    tcase_add_checked_fixture(tests, make_path, drop_path);
    tcase_add_test(tests, things_lie_where_their_values_are);
    tcase_add_test(tests, a_field_keeps_its_corners);
    tcase_add_test(tests, axes_have_numbers_whatever_the_range);
    tcase_add_test(tests, text_is_aligned_and_sets_subscripts);
    tcase_add_test(tests, svg_is_written_whole_or_not_at_all);
    tcase_add_test(tests, ranges);
    tcase_add_test(tests, kernels_are_a_density);
    tcase_add_test(tests, pictures_are_read_as_written);
    tcase_add_test(tests, pictures_that_are_none_are_refused);
    tcase_add_test(tests, an_animation_holds_its_frames);
    tcase_add_test(tests, an_animation_of_unlike_frames_is_not_written);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

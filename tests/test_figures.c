/* Figures of tiny runs: that a planted copy is found, that lines begin and end where they should, what is refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "gan/interpolate.h"
#include "output/picture.h"
#include "suite.h"

enum { HEIGHT = 6, WIDTH = 5, SIZE = HEIGHT * WIDTH, PICTURES = 40 };

static char folder[64];

/* A path in the test's folder; the last eight are kept. */
static const char *at(const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-figures-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void drop_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char pictures_yaml[] = "name: tiny\n"
                                    "data: {format: idx, name: nowhere, shape: [1, 6, 5], validation: 4}\n"
                                    "noise: {kind: normal, size: 3}\n"
                                    "generator:\n"
                                    "  - {kind: dense, units: 30, activation: sigmoid, weights: normal, scale: 3}\n"
                                    "discriminator:\n"
                                    "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.1}\n"
                                    "train: {batch: 6, epochs: 1, updates: simultaneous, average: 0.5}\n"
                                    "optimiser:\n"
                                    "  generator: {kind: sgd, learning_rate: 0.01}\n"
                                    "  discriminator: {kind: sgd, learning_rate: 0.1}\n"
                                    "output: {samples: 9}\n";

static const char line_yaml[] = "name: line\n"
                                "data: {format: gaussian, mean: 3, deviation: 0.5, steps_per_epoch: 4}\n"
                                "noise: {kind: uniform, size: 1, scale: 1}\n"
                                "generator:\n"
                                "  - {kind: dense, units: 1, activation: linear, weights: normal, scale: 1}\n"
                                "discriminator:\n"
                                "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.1}\n"
                                "train: {batch: 6, epochs: 1, updates: simultaneous}\n"
                                "optimiser:\n"
                                "  generator: {kind: sgd, learning_rate: 0.01}\n"
                                "  discriminator: {kind: sgd, learning_rate: 0.1}\n";

static void write_pictures(const char *name, const uint8_t *bytes)
{
    const uint8_t head[16] = {0, 0, 8, 3, 0, 0, 0, PICTURES, 0, 0, 0, HEIGHT, 0, 0, 0, WIDTH};
    uint8_t file[16 + PICTURES * SIZE];
    CHECK_OK(file_make_folders(at(name)));
    memcpy(file, head, 16);
    memcpy(file + 16, bytes, PICTURES * SIZE);
    char path[160];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", at(name));
    CHECK_OK(file_write(path, file, sizeof file));
}

static clgan_run *make_run(const char *yaml, const char *data, int train)
{
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    clgan_recipe *recipe;
    clgan_run *run;
    options.no_tune = 1;
    CHECK_OK(file_write(at("recipe.yaml"), yaml, strlen(yaml)));
    CHECK_OK(clgan_recipe_read(&recipe, at("recipe.yaml"), NULL, 0));
    CHECK_OK(clgan_run_create(&run, recipe, at("run"), data, NULL, NULL));
    clgan_recipe_free(recipe);
    if (train) CHECK_OK(clgan_train(run, &options));
    return run;
}

static clgan_run *run_of_pictures(void)
{
    uint8_t bytes[PICTURES * SIZE];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37 % 251);
    write_pictures("data", bytes);
    return make_run(pictures_yaml, at("data"), 1);
}

/* Cells of a figure are enlarged 16 times at most, with gaps of 2. */
static const uint8_t *cell(const struct picture *picture, size_t scale, size_t left, size_t row, size_t i)
{
    const size_t top = 2 + row * (HEIGHT * scale + 2);
    return picture->bytes + ((top + i / WIDTH * scale) * picture->width + left + i % WIDTH * scale) * picture->channels;
}

START_TEST(a_planted_copy_is_the_nearest)
{
    enum { ROWS = 3, COLUMNS = 2, SCALE = 16 };
    clgan_run *run = run_of_pictures();
    clgan_sample_options sample = CLGAN_SAMPLE_OPTIONS;
    clgan_figure_options options = CLGAN_FIGURE_OPTIONS;
    clgan_rows rows;
    uint8_t bytes[PICTURES * SIZE];
    struct picture picture;
    char *written;
    sample.count = ROWS * COLUMNS;
    CHECK_OK(clgan_sample(&rows, NULL, run, &sample));
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37 % 251);
    for (size_t row = 0; row < ROWS; row++) /* copies of the last samples of the rows, and a little away of others */
        for (size_t i = 0; i < SIZE; i++) {
            const float *values = rows.values + row * COLUMNS * SIZE;
            bytes[(7 + 3 * row) * SIZE + i] = (uint8_t)lrintf(255 * values[SIZE + i]);
            bytes[(20 + row) * SIZE + i] = (uint8_t)lrintf(255 * values[i]);
        }
    write_pictures("planted", bytes);
    options.rows = ROWS;
    options.columns = COLUMNS;
    options.data = at("planted");
    CHECK_OK(clgan_figure_nearest(&written, run, &options));
    ck_assert_ptr_nonnull(strstr(written, "run/figures/nearest.png\n"));
    *strchr(written, '\n') = 0;
    CHECK_OK(picture_read_png(&picture, written));
    clgan_text_free(written);
    ck_assert(picture.width == 2 + 3 * (WIDTH * SCALE + 2) + 14 && picture.height == 2 + ROWS * (HEIGHT * SCALE + 2));
    ck_assert_uint_eq(picture.channels, 3);
    for (size_t row = 0; row < ROWS; row++)
        for (size_t i = 0; i < SIZE; i++) {
            const size_t last = 2 + WIDTH * SCALE + 2, apart = last + WIDTH * SCALE + 2 + 14;
            const uint8_t wanted = bytes[(7 + 3 * row) * SIZE + i];
            ck_assert_uint_eq(*cell(&picture, SCALE, last, row, i), wanted);
            ck_assert_uint_eq(*cell(&picture, SCALE, apart, row, i), wanted);
            ck_assert_uint_eq(cell(&picture, SCALE, apart, row, i)[2], wanted);
            ck_assert_uint_eq(*cell(&picture, SCALE, 2, row, i), bytes[(20 + row) * SIZE + i]);
        }
    const uint8_t *frame = picture.bytes + 3 * (picture.width - 1);
    ck_assert(frame[0] > 200 && frame[1] > 150 && frame[2] < 50);
    picture_free(&picture);
    clgan_rows_free(&rows);
    clgan_run_free(run);
}
END_TEST

START_TEST(lines_begin_and_end_at_their_seeds)
{
    enum { LINES = 2, STEPS = 4, SCALE = 16 };
    clgan_run *run = run_of_pictures();
    clgan_figure_options options = CLGAN_FIGURE_OPTIONS;
    clgan_sample_options sample = CLGAN_SAMPLE_OPTIONS;
    clgan_rows ends[2];
    struct picture picture;
    char *written;
    options.rows = sample.count = LINES;
    options.columns = STEPS;
    options.seed = 5;
    options.seed_to = 9;
    options.out = at("lines.png");
    CHECK_OK(clgan_figure_interpolate(&written, run, &options));
    clgan_text_free(written);
    for (int i = 0; i < 2; i++) {
        sample.seed = i ? 9 : 5;
        CHECK_OK(clgan_sample(&ends[i], NULL, run, &sample));
    }
    CHECK_OK(picture_read_png(&picture, at("lines.png")));
    ck_assert(picture.width == 2 + STEPS * (WIDTH * SCALE + 2) && picture.height == 2 + LINES * (HEIGHT * SCALE + 2));
    for (size_t line = 0; line < LINES; line++)
        for (size_t i = 0; i < SIZE; i++)
            for (size_t end = 0; end < 2; end++) {
                const size_t left = 2 + end * (STEPS - 1) * (WIDTH * SCALE + 2);
                const int level = (int)lrintf(255 * ends[end].values[line * SIZE + i]);
                ck_assert(abs(*cell(&picture, SCALE, left, line, i) - level) <= 1);
            }
    picture_free(&picture);
    for (int i = 0; i < 2; i++) clgan_rows_free(&ends[i]);
    options.columns = 1;
    ck_assert_int_eq(clgan_figure_interpolate(&written, run, &options), CLGAN_USAGE);
    clgan_run_free(run);
}
END_TEST

START_TEST(circles_keep_the_length)
{
    const float a[3] = {2, 0, 0}, b[3] = {0, 0, 4}, opposite[3] = {-2, 0, 0}, zero[3] = {0, 0, 0};
    const double half = sqrt(0.5);
    float z[3];
    interpolate_circle(z, a, b, 3, 0.5);
    ck_assert(fabs(z[0] - 3 * half) <= 1e-6 && z[1] == 0 && fabs(z[2] - 3 * half) <= 1e-6);
    interpolate_circle(z, a, b, 3, 1.0 / 3); /* 30 degrees, length 2 2/3 */
    ck_assert(fabs(z[0] - 8.0 / 3 * cos(acos(-1) / 6)) <= 1e-6 && fabs(z[2] - 4.0 / 3) <= 1e-6);
    interpolate_circle(z, a, b, 3, 0);
    ck_assert(z[0] == 2 && z[2] == 0);
    interpolate_circle(z, a, b, 3, 1);
    ck_assert(fabs(z[0]) <= 1e-6 && z[2] == 4);
    interpolate_circle(z, a, opposite, 3, 0.25);
    ck_assert(fabs(z[0] - 1) <= 1e-6);
    interpolate_circle(z, zero, b, 3, 0.5);
    ck_assert(z[0] == 0 && z[2] == 2);
    interpolate_straight(z, a, b, 3, 0.25);
    ck_assert(z[0] == 1.5f && z[1] == 0 && z[2] == 1);
}
END_TEST

START_TEST(a_density_has_a_panel_for_each_checkpoint)
{
    clgan_run *run = make_run(line_yaml, NULL, 1);
    clgan_figure_options options = CLGAN_FIGURE_OPTIONS;
    struct picture one, two;
    char *written, newest[160];
    options.count = 500;
    CHECK_OK(clgan_figure_density(&written, run, &options));
    ck_assert_ptr_nonnull(strstr(written, "figures/density.png\n"));
    ck_assert_ptr_nonnull(strstr(written, "figures/density.svg\n"));
    clgan_text_free(written);
    snprintf(newest, sizeof newest, "%s/run/checkpoints/step-000000000004.safetensors", folder);
    const char *const checkpoints[] = {newest, newest};
    options.checkpoints = checkpoints;
    options.checkpoint_count = 2;
    options.out = folder; /* a folder */
    CHECK_OK(clgan_figure_density(&written, run, &options));
    clgan_text_free(written);
    CHECK_OK(picture_read_png(&one, at("run/figures/density.png")));
    CHECK_OK(picture_read_png(&two, at("density.png")));
    ck_assert(one.width == 2 * 760 && two.width == 2 * 2 * 520);
    picture_free(&one);
    picture_free(&two);
    ck_assert_int_eq(clgan_figure_nearest(&written, run, &options), CLGAN_USAGE);
    ck_assert_int_eq(clgan_figure_interpolate(&written, run, &options), CLGAN_USAGE);
    options.out = "figure.gif";
    ck_assert_int_eq(clgan_figure_density(&written, run, &options), CLGAN_USAGE);
    clgan_run_free(run);
}
END_TEST

START_TEST(a_filmstrip_shows_the_first_and_the_last)
{
    clgan_run *run = run_of_pictures();
    clgan_figure_options options = CLGAN_FIGURE_OPTIONS;
    struct picture picture, grid;
    char *written;
    CHECK_OK(clgan_figure_filmstrip(&written, run, &options));
    ck_assert_ptr_nonnull(strstr(written, "figures/filmstrip.png\n"));
    ck_assert_ptr_nonnull(strstr(written, "figures/filmstrip-animated.png\n"));
    clgan_text_free(written);
    CHECK_OK(picture_read_png(&picture, at("run/figures/filmstrip.png")));
    CHECK_OK(picture_read_png(&grid, at("run/samples/epoch-0001.png")));
    const size_t strip = (grid.height - 2) / 3 + 2; /* of three rows */
    ck_assert(picture.width == 90 + grid.width + 12 && picture.height == 2 * strip + 24);
    ck_assert_uint_eq(picture.channels, 1);
    for (size_t y = 0; y < strip; y++)
        for (size_t x = 0; x < grid.width; x++)
            ck_assert_uint_eq(picture.bytes[(12 + strip + y) * picture.width + 90 + x], grid.bytes[y * grid.width + x]);
    picture_free(&picture);
    options.count = 1; /* the animation's only frame is the last one, with room for its caption */
    CHECK_OK(clgan_figure_filmstrip(&written, run, &options));
    clgan_text_free(written);
    CHECK_OK(picture_read_png(&picture, at("run/figures/filmstrip-animated.png")));
    ck_assert(picture.width == grid.width && picture.height == grid.height + 26 && picture.channels == 1);
    ck_assert_mem_eq(picture.bytes, grid.bytes, grid.width * grid.height);
    picture_free(&picture);
    picture_free(&grid);
    CHECK_OK(file_write(at("run/samples/epoch-0001.png"), "torn", 4));
    ck_assert_int_eq(clgan_figure_filmstrip(&written, run, &options), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "epoch-0001.png"));
    clgan_run_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("figures");
    TCase *tests = tcase_create("figures");
    tcase_add_checked_fixture(tests, make_folder, drop_folder);
    tcase_add_test(tests, a_planted_copy_is_the_nearest);
    tcase_add_test(tests, lines_begin_and_end_at_their_seeds);
    tcase_add_test(tests, circles_keep_the_length);
    tcase_add_test(tests, a_density_has_a_panel_for_each_checkpoint);
    tcase_add_test(tests, a_filmstrip_shows_the_first_and_the_last);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

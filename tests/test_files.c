/* Files: safetensors and NPY, written, read, damaged; preparation of pictures. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/safetensors.h"
#include "data/dataset.h"
#include "data/npy.h"
#include "suite.h"

static char folder[64], path[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-files-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

static void remove_folder(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* fails if a temporary file was left */
}

static void put(const void *bytes, size_t length)
{
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, length, stream), length);
    fclose(stream);
}

static void must_fail(clgan_status status, const char *words)
{
    ck_assert_int_eq(status, CLGAN_FAILED);
    ck_assert_msg(strstr(clgan_last_error(), words) != NULL, "\"%s\" is not in: %s", words, clgan_last_error());
    ck_assert_msg(strstr(clgan_last_error(), path) != NULL, "no path in: %s", clgan_last_error());
}

/* ---- writing ---- */

static void must_hold(const char *text)
{
    char *bytes;
    size_t length;
    CHECK_OK(file_read(&bytes, &length, path, 1 << 20));
    ck_assert_str_eq(bytes, text);
    free(bytes);
}

START_TEST(two_writers_of_a_file_don_t_mix)
{
    struct file_writer first, second;
    CHECK_OK(file_begin(&first, path));
    CHECK_OK(file_begin(&second, path));
    ck_assert_str_ne(first.temporary, second.temporary);
    ck_assert(file_is_temporary(first.temporary) && file_is_temporary(second.temporary));
    CHECK_OK(file_put(&first, "first", 5));
    CHECK_OK(file_put(&second, "SECOND", 6));
    CHECK_OK(file_put_at(&second, 1, "e", 1));
    CHECK_OK(file_put(&second, "!", 1));
    ck_assert(!file_exists(path));
    CHECK_OK(file_commit(&second));
    must_hold("SeCOND!");
    CHECK_OK(file_commit(&first));
    must_hold("first");
    CHECK_OK(file_append(path, ", more", 6));
    must_hold("first, more");
}
END_TEST

START_TEST(what_a_killed_writer_leaves_is_swept)
{
    struct file_writer writer;
    static const char *const kept[] = {"step.tmp", ".tmp", "a.1x.tmp", "a..tmp", "a.12", "tmp"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) ck_assert_msg(!file_is_temporary(kept[i]), "%s", kept[i]);
    put("kept", 4);
    CHECK_OK(file_begin(&writer, path));
    file_sweep(folder, NULL, 1000);
    file_sweep(folder, "another", 0);
    ck_assert(file_exists(writer.temporary));
    file_sweep(folder, NULL, 0);
    ck_assert(!file_exists(writer.temporary));
    must_hold("kept");
    file_abandon(&writer);
}
END_TEST

/* ---- safetensors ---- */

static const float numbers[7] = {1, -2, 3.5f, 1e-30f, 1e30f, 0, -0.0f};

static struct safetensors_writer *begin(void)
{
    struct safetensors_writer *writer;
    struct safetensors_entry entries[] = {{.name = "a \"quoted\" näme", .shape = {2, 3}, .dimensions = 2},
                                          {.name = "empty", .shape = {0, 5}, .dimensions = 2},
                                          {.name = "scalar", .dimensions = 0}};
    const struct safetensors_metadata metadata[] = {{"recipe", "name: x\n# \"checksum\": \\ é\n"}, {"step", "12"}};
    CHECK_OK(safetensors_begin(&writer, path, entries, 3, metadata, 2));
    return writer;
}

static void write_good(void)
{
    struct safetensors_writer *writer = begin();
    for (size_t at = 0; at < sizeof numbers; at += 5)
        CHECK_OK(
            safetensors_add(writer, (const char *)numbers + at, at + 5 < sizeof numbers ? 5 : sizeof numbers - at));
    CHECK_OK(safetensors_commit(writer));
}

START_TEST(safetensors_round_trip)
{
    struct safetensors_file file;
    float read[3];
    write_good();
    CHECK_OK(safetensors_open(&file, path));
    ck_assert_uint_eq(file.count, 3);
    ck_assert_uint_eq(file.data_start % 64, 0);
    const struct safetensors_entry *entry = safetensors_find(&file, "a \"quoted\" näme");
    ck_assert_ptr_nonnull(entry);
    ck_assert(entry->dimensions == 2 && entry->shape[0] == 2 && entry->shape[1] == 3);
    CHECK_OK(safetensors_read(&file, entry, 12, read, 12));
    ck_assert_mem_eq(read, numbers + 3, 12);
    ck_assert_int_eq(safetensors_read(&file, entry, 16, read, 12), CLGAN_FAILED);
    CHECK_OK(safetensors_read(&file, safetensors_find(&file, "scalar"), 0, read, 4));
    ck_assert_mem_eq(read, numbers + 6, 4);
    ck_assert_uint_eq(safetensors_find(&file, "empty")->bytes, 0);
    ck_assert_str_eq(safetensors_metadata_value(&file, "recipe"), "name: x\n# \"checksum\": \\ é\n");
    ck_assert_ptr_null(safetensors_find(&file, "none"));
    safetensors_close(&file);
}
END_TEST

START_TEST(safetensors_wants_the_promised_data)
{
    struct safetensors_writer *writer = begin();
    CHECK_OK(safetensors_add(writer, numbers, 24));
    must_fail(safetensors_commit(writer), "less data");
    ck_assert(!file_exists(path));
    writer = begin();
    must_fail(safetensors_add(writer, numbers, 29), "more data");
    safetensors_abandon(writer);
    ck_assert(!file_exists(path));
}
END_TEST

START_TEST(safetensors_notices_every_flipped_byte_and_every_cut)
{
    char *bytes;
    size_t length;
    struct safetensors_file file;
    write_good();
    CHECK_OK(file_read(&bytes, &length, path, 1 << 20));
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 0x11;
        put(bytes, length);
        bytes[i] ^= 0x11;
        const clgan_status status = safetensors_open(&file, path);
        /* a flip in the key itself leaves a file without checksum, which checkpoints refuse */
        if (status == CLGAN_OK) ck_assert_ptr_null(safetensors_metadata_value(&file, "checksum"));
        if (status == CLGAN_OK) safetensors_close(&file);
    }
    for (size_t cut = 0; cut < length; cut++) {
        put(bytes, cut);
        must_fail(safetensors_open(&file, path), "damaged");
    }
    free(bytes);
}
END_TEST

START_TEST(safetensors_refuses_bad_headers)
{
    static const struct {
        const char *header, *words;
        size_t data;
    } bad[] = {
        {"[]", "no object", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "not its shape's", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlap or leave a hole", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
         "overlap or leave a hole", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "longer or shorter", 5},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "longer or shorter", 3},
        {"{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", "not F32", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "whole numbers", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", "whole numbers", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", "too large", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "described", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}", "duplicate", 0},
        {"{\"__metadata__\":{\"a\":1}}", "strings", 0},
        {"{\"__metadata__\":{\"checksum\":\"12\"}}", "32 digits", 0},
        {"{\"__metadata__\":{\"checksum\":\"0123456789abcdef0123456789abcdef\"}}", "checksum is wrong", 0},
    };
    char bytes[512];
    struct safetensors_file file;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const size_t length = strlen(bad[i].header);
        memset(bytes, 0, sizeof bytes);
        bytes[0] = (char)length;
        memcpy(bytes + 8, bad[i].header, length);
        put(bytes, 8 + length + bad[i].data);
        must_fail(safetensors_open(&file, path), bad[i].words);
    }
    put("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
    must_fail(safetensors_open(&file, path), "4 MB");
    put("\x10\0\0\0\0\0\0\0{}", 10);
    must_fail(safetensors_open(&file, path), "past the end");
}
END_TEST

/* ---- NPY ---- */

/* An NPY file of version 1.0 with this header and `length` bytes of data. */
static void put_npy(const char *header, const void *data, size_t length)
{
    char bytes[1024] = "\x93NUMPY\x01";
    const size_t size = strlen(header);
    bytes[8] = (char)(size & 255);
    bytes[9] = (char)(size >> 8);
    memcpy(bytes + 10, header, size);
    memcpy(bytes + 10 + size, data, length);
    put(bytes, 10 + size + length);
}

START_TEST(npy_reads_what_numpy_writes)
{
    static const uint8_t pixels[12] = {0, 255, 51, 102, 1, 2, 3, 4, 5, 6, 7, 8};
    clgan_rows rows = {.values = (float[]){1, 2, 3, 4, 5, 6}, .rows = 2, .columns = 3}, read;
    int was_bytes;
    CHECK_OK(npy_write(&rows, path));
    CHECK_OK(npy_read(&read, &was_bytes, path));
    ck_assert(read.rows == 2 && read.columns == 3 && !was_bytes);
    ck_assert_mem_eq(read.values, rows.values, 6 * sizeof(float));
    clgan_rows_free(&read);
    put_npy("{'shape': (1, 3, 2, 2), 'descr': '|u1', 'fortran_order': False,}   \n", pixels, 12);
    CHECK_OK(npy_read(&read, &was_bytes, path));
    ck_assert(read.rows == 1 && read.columns == 12 && was_bytes);
    ck_assert(read.channels == 3 && read.height == 2 && read.width == 2);
    for (size_t i = 0; i < 12; i++) ck_assert(read.values[i] == (float)pixels[i] / 255.0f);
    clgan_rows_free(&read);
}
END_TEST

START_TEST(npy_refuses_the_rest)
{
    static const struct {
        const char *header, *words;
        size_t length;
    } bad[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }", "type", 8},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "C order", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "2 dimensions", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", "longer or shorter", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", "longer or shorter", 5},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }", "no rows", 0},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }", "absurdly", 0},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 9), }", "tuple of numbers", 0},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 9), }", "tuple of numbers", 0},
        {"{'descr': '<f4', 'fortran_order': False, }", "not whole", 0},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}", "another key", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), } x", "not whole", 4},
    };
    clgan_rows rows;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        put_npy(bad[i].header, "\0\0\0\0\0\0\0\0", bad[i].length);
        must_fail(npy_read(&rows, NULL, path), bad[i].words);
    }
    put("\x93NUMPY\x09\0\0\0", 10);
    must_fail(npy_read(&rows, NULL, path), "version");
    put("GIF89a", 6);
    must_fail(npy_read(&rows, NULL, path), "magic");
    unlink(path);
    must_fail(npy_read(&rows, NULL, path), "opened");
}
END_TEST

/* ---- CIFAR-10 and preparation ---- */

START_TEST(cifar10_records)
{
    static uint8_t bytes[2 * 3073];
    struct pictures pictures;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i % 10);
    bytes[3073] = 9;
    put(bytes, sizeof bytes);
    CHECK_OK(cifar10_read(&pictures, path));
    ck_assert(pictures.count == 2 && pictures.size == 3072);
    ck_assert_mem_eq(pictures.bytes + 3072, bytes + 3074, 3072);
    free(pictures.bytes);
    put(bytes, sizeof bytes - 1);
    must_fail(cifar10_read(&pictures, path), "whole number");
    bytes[3073] = 10;
    put(bytes, sizeof bytes);
    must_fail(cifar10_read(&pictures, path), "label 10");
}
END_TEST

START_TEST(preparation_and_marginals)
{
    uint8_t bytes[3 * 100];
    float pairs[3][2], logits[100];
    const struct pictures pictures = {bytes, 3, 100};
    for (size_t i = 0; i < 300; i++) bytes[i] = i < 200 ? (uint8_t)(i * 37) : 7;
    bytes[0] = bytes[100] = bytes[200] = 0;
    bytes[1] = bytes[101] = bytes[201] = 255;
    prepare_rows(pairs[0], &pictures, PREPARE_CONTRAST55);
    for (size_t row = 0; row < 2; row++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < 100; i++) {
            const double x = (bytes[row * 100 + i] - (double)pairs[row][0]) * (double)pairs[row][1];
            sum += x;
            squares += x * x;
        }
        ck_assert(fabs(sum) <= 1e-3);
        ck_assert(fabs(sqrt(squares) - 55) <= 1e-4);
    }
    marginal_logits(logits, &pictures);
    ck_assert(fabs(logits[0] - log(1e-7 / (1 - 1e-7))) <= 1e-5);
    ck_assert(fabs(logits[1] + log(1e-7 / (1 - 1e-7))) <= 1e-5);
    for (size_t i = 2; i < 100; i++) {
        const double mean = (bytes[i] + bytes[100 + i] + bytes[200 + i]) / 765.0;
        ck_assert(fabs(logits[i] - log(mean / (1 - mean))) <= 1e-5);
    }
    prepare_rows(pairs[0], &pictures, PREPARE_UNIT);
    ck_assert(pairs[2][0] == 0 && pairs[2][1] == (float)(1.0 / 255));
    memset(bytes, 9, 100);
    prepare_rows(pairs[0], &pictures, PREPARE_CONTRAST55);
    ck_assert(pairs[0][0] == 9 && pairs[0][1] == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("files");
    TCase *tests = tcase_create("files");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, two_writers_of_a_file_don_t_mix);
    tcase_add_test(tests, what_a_killed_writer_leaves_is_swept);
    tcase_add_test(tests, safetensors_round_trip);
    tcase_add_test(tests, safetensors_wants_the_promised_data);
    tcase_add_test(tests, safetensors_notices_every_flipped_byte_and_every_cut);
    tcase_add_test(tests, safetensors_refuses_bad_headers);
    tcase_add_test(tests, npy_reads_what_numpy_writes);
    tcase_add_test(tests, npy_refuses_the_rest);
    tcase_add_test(tests, cifar10_records);
    tcase_add_test(tests, preparation_and_marginals);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

/* Files that promise what they don't hold, that blow up, or that would lead out of their folder: each is refused in one
 * line that names it, before memory is taken. What a reader takes is watched: memory is denied beyond a limit. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "compute/choices.h"
#include "data/dataset.h"
#include "data/npy.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"
#include "gan/run_log.h"
#include "output/picture.h"
#include "suite.h"

enum { SPARE = 64 << 20 }; /* bytes that a refusal may take */

static char folder[64], path[128];
static struct rlimit before;
static bool limited; /* not under AddressSanitizer, which has taken all addresses before */

/* Bytes of address space in use. */
static size_t in_use(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void deny_memory(void)
{
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    const struct rlimit limit = {in_use() + SPARE, before.rlim_max};
    limited = in_use() < (size_t)1 << 40;
    if (limited) ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

static void allow_memory(void) { setrlimit(RLIMIT_AS, &before); }

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-hostile-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    deny_memory();
}

static void remove_folder(void)
{
    char command[128];
    allow_memory();
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void put(const void *bytes, size_t length)
{
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, length, stream), length);
    fclose(stream);
}

/* One line, without anything that a terminal obeys, that names the file and says the words. */
static void must_refuse(clgan_status status, const char *words)
{
    const char *told = clgan_last_error();
    ck_assert_msg(status == CLGAN_FAILED || status == CLGAN_USAGE, "not refused (%s)", words);
    ck_assert_msg(strstr(told, words) != NULL, "\"%s\" is not in: %s", words, told);
    ck_assert_msg(strstr(told, path) != NULL, "no path in: %s", told);
    for (; *told; told++) ck_assert((unsigned char)*told >= ' ' && *told != 0x7f);
}

/* ---- IDX ---- */

static clgan_status read_idx(struct dataset *dataset, size_t side)
{
    const struct dataset_request request = {
        .format = DATA_IDX, .name = "x", .path = path, .channels = side > 0, .height = side, .width = side};
    return dataset_read(dataset, &request, NULL);
}

static size_t idx_header(uint8_t *to, uint32_t count, uint32_t height, uint32_t width)
{
    const uint32_t words[] = {0x803, count, height, width};
    for (size_t i = 0; i < 16; i++) to[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
    return 16;
}

/* Zeros after the bytes, gzipped, as long as memory for it is small. */
static void put_gzip(const uint8_t *start, size_t length, size_t zeros)
{
    static const uint8_t nothing[1 << 16];
    gzFile file = gzopen(path, "wb9");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, start, (unsigned)length), (int)length);
    for (size_t piece; zeros; zeros -= piece) {
        piece = zeros < sizeof nothing ? zeros : sizeof nothing;
        ck_assert_int_eq(gzwrite(file, nothing, (unsigned)piece), (int)piece);
    }
    ck_assert_int_eq(gzclose(file), Z_OK);
}

START_TEST(idx_promises)
{
    uint8_t bytes[64] = {0};
    struct dataset dataset;
    const size_t length = idx_header(bytes, 0xffffffff, 28, 28);
    put(bytes, sizeof bytes);
    must_refuse(read_idx(&dataset, 0), "ends before");
    put_gzip(bytes, length, 100);
    must_refuse(read_idx(&dataset, 0), "so short a gzip stream");
    idx_header(bytes, 0xffffffff, 0xffffffff, 0xffffffff);
    put(bytes, sizeof bytes);
    must_refuse(read_idx(&dataset, 0), "absurdly large");
    idx_header(bytes, 1000000, 1, 1); /* in 50 bytes */
    put_gzip(bytes, length, 2000);
    must_refuse(read_idx(&dataset, 0), "promises more bytes");
}
END_TEST

START_TEST(idx_bombs)
{
    uint8_t bytes[16];
    struct dataset dataset;
    const size_t length = idx_header(bytes, 200000, 28, 28);
    put_gzip(bytes, length, (size_t)200000 * 784); /* honest, 157 MB in 152 KB: not the shape that was asked for */
    must_refuse(read_idx(&dataset, 32), "1 x 28 x 28");
    if (limited) must_refuse(read_idx(&dataset, 28), "out of memory"); /* it grew as data came */
    idx_header(bytes, 1, 28, 28);
    put_gzip(bytes, length, (size_t)200000 * 784);
    must_refuse(read_idx(&dataset, 28), "more bytes follow");
}
END_TEST

/* A file with a hole: as long as its header says, and longer than any machine's memory. */
START_TEST(idx_larger_than_the_machine)
{
    uint8_t bytes[16];
    struct dataset dataset;
    put(bytes, idx_header(bytes, 1000000000, 100, 70));
    if (truncate(path, 16 + (off_t)1000000000 * 7000)) return; /* no file system for it */
    must_refuse(read_idx(&dataset, 0), "MB of memory");
}
END_TEST

/* ---- NPY, safetensors, PNG ---- */

START_TEST(npy_promises)
{
    static const char head[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000, 1000)}";
    char bytes[256] = "\x93NUMPY\x01";
    clgan_rows rows;
    bytes[8] = sizeof head - 1;
    memcpy(bytes + 10, head, sizeof head - 1);
    put(bytes, sizeof bytes);
    must_refuse(npy_read(&rows, NULL, path), "longer or shorter");
    memcpy(bytes + 6, "\x03\0\xff\xff\xff\xff", 6);
    put(bytes, sizeof bytes);
    must_refuse(npy_read(&rows, NULL, path), "over 64 KiB");
}
END_TEST

START_TEST(checkpoint_promises)
{
    static const char tensor[] =
        "{\"../../x\\u001b[2J\":{\"dtype\":\"F32\",\"shape\":[1000000000,1000],\"data_offsets\":[0,4000000000000]}}";
    uint8_t bytes[256] = {0};
    struct safetensors_file file;
    bytes[3] = 0x40; /* a header of 1 GB */
    put(bytes, sizeof bytes);
    must_refuse(safetensors_open(&file, path), "over 4 MB");
    bytes[3] = 0;
    bytes[2] = 0x20; /* of 2 MB */
    put(bytes, sizeof bytes);
    must_refuse(safetensors_open(&file, path), "past the end");
    bytes[2] = 0;
    bytes[0] = sizeof tensor - 1;
    memcpy(bytes + 8, tensor, sizeof tensor - 1);
    put(bytes, sizeof bytes);
    must_refuse(safetensors_open(&file, path), "longer or shorter");
}
END_TEST

/* What JSON of the longest header takes: lists in lists, as deep as its parser goes. */
START_TEST(checkpoint_nested)
{
    static uint8_t bytes[100008];
    struct safetensors_file file;
    memset(bytes, '[', sizeof bytes);
    const uint64_t length = sizeof bytes - 8;
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(length >> 8 * i);
    put(bytes, sizeof bytes);
    must_refuse(safetensors_open(&file, path), "no safetensors");
}
END_TEST

/* Weights alone whose recipe asks for more than the file has. */
START_TEST(weights_promise)
{
    static const char *const wide[] = {"generator.0.units=60000", "generator.1.units=60000"};
    struct safetensors_entry entry = {.name = "G.0.weight", .shape = {1, 1}, .dimensions = 2};
    struct safetensors_writer *writer;
    struct checkpoint checkpoint;
    struct network network;
    struct arena arena = {0};
    clgan_recipe *recipe;
    clgan_run *run;
    char *text, file[160];
    snprintf(file, sizeof file, "%s/w.safetensors", folder);
    CHECK_OK(clgan_recipe_read(&recipe, "mnist", wide, 2));
    CHECK_OK(clgan_recipe_text(&text, recipe));
    const struct safetensors_metadata metadata[] = {
        {"format", WEIGHTS_FORMAT}, {"step", "1"}, {"steps_per_epoch", "1"}, {"recipe", text}};
    CHECK_OK(safetensors_begin(&writer, file, &entry, 1, metadata, 4));
    CHECK_OK(safetensors_end(writer, safetensors_add(writer, &(float){1}, sizeof(float))));
    CHECK_OK(clgan_run_open(&run, file, NULL));
    CHECK_OK(checkpoint_open_weights(&checkpoint, file, NULL));
    CHECK_OK(network_begin(&network, 'G', &recipe->recipe.generator, 100, &recipe->recipe.generator_optimiser,
                           &(struct network_options){0}, &arena));
    ck_assert_int_eq(checkpoint_check_network(&checkpoint, &network, NET_WEIGHTS), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "G.0.weight is 1 x 1, expected 100 x 60000"));
    arena_free(&arena, NULL); /* it has taken nothing */
    checkpoint_close(&checkpoint);
    clgan_run_free(run);
    clgan_recipe_free(recipe);
    clgan_text_free(text);
}
END_TEST

START_TEST(png_promises)
{
    uint8_t bytes[12] = {0};
    const struct picture picture = {bytes, 4, 3, 1};
    struct picture read;
    void *png;
    size_t length;
    CHECK_OK(picture_encode_png(&png, &length, &picture));
    uint8_t *at = png;
    static const uint16_t sides[][2] = {{16384, 16384}, {8000, 8000}, {1000, 1000}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        for (int side = 0; side < 2; side++) {
            at[18 + 4 * side] = (uint8_t)(sides[i][side] >> 8);
            at[19 + 4 * side] = (uint8_t)sides[i][side];
        }
        const uLong sum = crc32(0, at + 12, 17);
        for (int b = 0; b < 4; b++) at[29 + b] = (uint8_t)(sum >> (24 - 8 * b));
        put(png, length);
        must_refuse(picture_read_png(&read, path), "more than it can hold");
        ck_assert_ptr_null(read.bytes);
    }
    free(png);
}
END_TEST

/* ---- time ---- */

/* As many different lines as a file may have: each is looked for among those before. */
START_TEST(choices_of_many_lines)
{
    struct gemm_choices choices = {0};
    struct device device = {.info = {.name = "x", .driver = "1"}, .choices = &choices};
    bool found;
    FILE *stream = fopen(path, "wb");
    fputs("clgan tuning, version 1\ndevice: x\ndriver: 1\n", stream);
    for (int i = 1; ftell(stream) < CHOICES_BYTES - 80; i++)
        fprintf(stream, "XW store/0 %d x 1 x 1 | clblast | 0 ms | 0 tried\n", i);
    fclose(stream);
    choices_read(&found, &device, path, NULL);
    ck_assert_uint_gt(choices.count, 10000);
    choices_free(&choices);
    stream = fopen(path, "ab");
    for (int i = 0; i < 80; i++) fputc('\n', stream);
    fclose(stream);
    choices_read(&found, &device, path, NULL);
    ck_assert_uint_eq(choices.count, 0);
}
END_TEST

/* Variants that a run's kernels.txt may name, and that a compiler would unroll for minutes or hours: never built. */
START_TEST(variants_that_compilers_choke_on)
{
    static const char *const names[] = {"group 8x8 32x16x16/1000000*1", "group 8x8 2x2x4/4294967295*1",
                                        "group 8x8 32x1x16/16*1",       "register 32x16x16/1*1",
                                        "register 1x1x1/1000000*1",     "packed 32x2x16/4294967295*1"};
    for (int product = GEMM_XW; product <= GEMM_XTDY; product++) {
        const struct gemm gemm = {
            .product = (enum gemm_product)product, .epilogue = EPILOGUE_STORE, .m = 1000, .n = 1000, .k = 1000};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct gemm_variant variant;
            ck_assert(gemm_variant_parse(&variant, names[i]));
            ck_assert_msg(!gemm_fits(&gemm, &variant), "%s fits", names[i]);
        }
    }
}
END_TEST

/* Lines that make no sense: the whole file is ignored. */
START_TEST(choices_out_of_range)
{
    static const char *const lines[] = {"XW store/0 -1 x 1 x 1 | clblast | 0 ms | 0 tried",
                                        "XW maxout/18446744073709551615 2 x 2 x 2 | clblast | 0 ms | 0 tried",
                                        "XW store/0 1 x 9999999999 x 1 | clblast | 0 ms | 0 tried",
                                        "XW store/0 1 x 1 x 1 | clblast | inf ms | 0 tried",
                                        "XW store/0 1 x 1 x 1 | clblast | 0 ms | -1 tried",
                                        "XW store/0 1 x 1 x 1 | register -1x1x1/1*1 | 0 ms | 0 tried"};
    char text[256];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct gemm_choices choices = {0};
        struct device device = {.info = {.name = "x", .driver = "1"}, .choices = &choices};
        bool found;
        snprintf(text, sizeof text,
                 "clgan tuning, version 1\ndevice: x\ndriver: 1\nXW store/0 1 x 1 x 2 | clblast | 0 ms | 0 tried\n%s\n",
                 lines[i]);
        put(text, strlen(text));
        choices_read(&found, &device, path, NULL);
        ck_assert_msg(choices.count == 0, "%s is taken", lines[i]);
    }
}
END_TEST

/* ---- what is no file ---- */

/* Pipes and folders in the place of files: nothing waits for them. */
START_TEST(pipes_and_folders)
{
    struct dataset dataset;
    struct pictures pictures;
    struct picture picture;
    struct safetensors_file file;
    clgan_rows rows;
    char *bytes;
    size_t length;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    for (int i = 0; i < 2; i++) {
        if (i == 0) must_refuse(read_idx(&dataset, 0), "not a file");
        must_refuse(cifar10_read(&pictures, path), "not a file");
        must_refuse(picture_read_png(&picture, path), "not a file");
        must_refuse(safetensors_open(&file, path), "not a file");
        must_refuse(npy_read(&rows, NULL, path), "not a file");
        must_refuse(file_read(&bytes, &length, path, 100), "not a file");
        must_refuse(file_write(path, "x", 1), "not a file");
        unlink(path);
        if (i == 0) ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    rmdir(path);
    ck_assert_int_eq(symlink("/proc/self/fd/1", path), 0); /* as /dev/stdout is */
    must_refuse(file_write(path, "x", 1), "not a file");
    unlink(path);
    snprintf(path, sizeof path, "/dev/zero"); /* has no end */
    must_refuse(read_idx(&dataset, 0), "not a file");
    must_refuse(cifar10_read(&pictures, path), "not a file");
}
END_TEST

/* ---- names, and links out of a run's folder ---- */

START_TEST(recipes_name_no_paths)
{
    static const char *const names[] = {"../x",       "a/b",       "/etc/x", "..",  ".",   "-x",     "\"a\\nb\"",
                                        "\"\\e[2J\"", "\"a\\0b\"", "\"\"",   "a b", "'~'", "x.yaml", "\"\\u202e\""};
    char yaml[256];
    clgan_recipe *recipe;
    for (size_t i = 0; i < 2 * (sizeof names / sizeof *names); i++) {
        const char *name = names[i / 2];
        snprintf(yaml, sizeof yaml, i % 2 ? "name: %s\n" : "name: x\ndata: {format: idx, name: %s}\n", name);
        put(yaml, strlen(yaml));
        must_refuse(clgan_recipe_read(&recipe, path, NULL, 0), "letters, digits");
    }
}
END_TEST

/* A file of the user's, outside, that nothing may change. */
static void make_outside(char *outside, size_t size)
{
    snprintf(outside, size, "%s/outside", folder);
    CHECK_OK(file_write(outside, "mine", 4));
}

static void outside_is_whole(const char *outside)
{
    char *bytes;
    size_t length;
    CHECK_OK(file_read(&bytes, &length, outside, 100));
    ck_assert(length == 4 && memcmp(bytes, "mine", 4) == 0);
    free(bytes);
}

START_TEST(links_lead_nowhere)
{
    char outside[96], temporary[256], inner[96], *made;
    struct clgan_run run = {.folder = inner};
    const clgan_progress progress = {.epoch = 1};
    make_outside(outside, sizeof outside);
    snprintf(inner, sizeof inner, "%s/run", folder);
    ck_assert_int_eq(mkdir(inner, 0700), 0);
    /* the log is appended to */
    snprintf(path, sizeof path, "%s/log.jsonl", inner);
    ck_assert_int_eq(symlink(outside, path), 0);
    must_refuse(run_log_append(&run, &progress), "link");
    outside_is_whole(outside);
    /* a whole file takes the link's place, and a link in the place of its temporary name is not followed */
    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    ck_assert_int_eq(symlink(outside, temporary), 0);
    CHECK_OK(file_write(path, "{}\n", 3));
    CHECK_OK(run_log_append(&run, &progress));
    outside_is_whole(outside);
    /* folders */
    snprintf(path, sizeof path, "%s/checkpoints", inner);
    ck_assert_int_eq(symlink(folder, path), 0);
    must_refuse(file_make_inner_folder(&made, inner, "checkpoints"), "link");
    unlink(path);
    CHECK_OK(file_make_inner_folder(&made, inner, "checkpoints"));
    free(made);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tests = tcase_create("hostile");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, idx_promises);
    tcase_add_test(tests, idx_bombs);
    tcase_add_test(tests, idx_larger_than_the_machine);
    tcase_add_test(tests, npy_promises);
    tcase_add_test(tests, checkpoint_promises);
    tcase_add_test(tests, checkpoint_nested);
    tcase_add_test(tests, weights_promise);
    tcase_add_test(tests, png_promises);
    tcase_add_test(tests, choices_of_many_lines);
    tcase_add_test(tests, variants_that_compilers_choke_on);
    tcase_add_test(tests, choices_out_of_range);
    tcase_add_test(tests, pipes_and_folders);
    tcase_add_test(tests, recipes_name_no_paths);
    tcase_add_test(tests, links_lead_nowhere);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

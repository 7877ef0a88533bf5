/* Checkpoints of a pair on the device: what is saved comes back, what is bad is never saved, what is foreign is
 * refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "gan/checkpoint.h"
#include "gan/checkpoint_files.h"
#include "suite.h"

static const char yaml[] = "name: tiny\n"
                           "data: {format: ring, modes: 8, radius: 2, deviation: 0.05, steps_per_epoch: 10}\n"
                           "noise: {kind: normal, size: 3}\n"
                           "generator:\n"
                           "  - {kind: maxout, units: 5, pieces: 3, weights: normal, scale: 0.5}\n"
                           "  - {kind: dense, units: 2, activation: linear, weights: normal, scale: 0.5}\n"
                           "discriminator:\n"
                           "  - {kind: dense, units: 4, activation: relu, weights: normal, scale: 0.5}\n"
                           "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.5}\n"
                           "train: {batch: 6, epochs: 1, updates: simultaneous, average: 0.9}\n"
                           "optimiser:\n"
                           "  generator: {kind: adam, learning_rate: 0.01}\n"
                           "  discriminator: {kind: sgd, learning_rate: 0.1}\n";

static char folder[64];
static unsigned backends; /* of the pair that open_pair makes; 0: all */
static struct recipe recipe;
static struct device *device;
static struct pair pair;
static struct batches batches;

static void make_pair(void)
{
    const clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    const struct batches_request request = {
        .format = DATA_RING, .modes = 8, .radius = 2, .deviation = 0.05, .steps_per_epoch = 10, .rows = 6, .lanes = 1};
    CHECK_OK(recipe_parse(&recipe, yaml, strlen(yaml), "test", NULL, 0));
    CHECK_OK(device_open(&device, &options, false, NULL));
    device->gemm_backends = backends;
    CHECK_OK(pair_begin(&pair, device, &recipe, false));
    CHECK_OK(pair_make(&pair));
    CHECK_OK(batches_make(&batches, device, &request, NULL));
    CHECK_OK(pair_plan(&pair, &batches));
    CHECK_OK(pair_initialise(&pair));
    CHECK_OK(pair_set_step(&pair, 0, NULL));
}

/* All but the folder. */
static void drop_pair(void)
{
    batches_free(&batches);
    pair_free(&pair);
    device_close(device);
}

static void open_pair(void)
{
    snprintf(folder, sizeof folder, "/tmp/clgan-checkpoint-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    make_pair();
}

static void close_pair(void)
{
    drop_pair();
    backends = 0;
    char *path;
    struct checkpoint_files files;
    CHECK_OK(checkpoint_files_list(&files, folder));
    for (size_t i = 0; i < files.count; i++) unlink(files.paths[i]);
    checkpoint_files_free(&files);
    CHECK_OK(file_join(&path, folder, "checkpoints"));
    rmdir(path);
    free(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void run(int steps)
{
    for (int i = 0; i < steps; i++) CHECK_OK(plan_run(&pair.step));
}

static size_t read_newest(char **bytes)
{
    struct checkpoint_files files;
    size_t length;
    CHECK_OK(checkpoint_files_list(&files, folder));
    CHECK_OK(file_read(bytes, &length, files.paths[0], 1 << 20));
    checkpoint_files_free(&files);
    return length;
}

START_TEST(what_is_saved_comes_back)
{
    struct checkpoint checkpoint;
    int found;
    char *expected, *got;
    run(7);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 7));
    run(8);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 15));
    const size_t length = read_newest(&expected);
    run(3);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 18));
    struct checkpoint_files files;
    CHECK_OK(checkpoint_files_list(&files, folder));
    ck_assert_uint_eq(files.count, 2); /* that of step 7 is gone */
    unlink(files.paths[0]);
    checkpoint_files_free(&files);

    CHECK_OK(pair_initialise(&pair)); /* forget everything */
    CHECK_OK(checkpoint_open_newest(&checkpoint, &found, folder, "recipe", NULL));
    ck_assert(found && checkpoint.step == 15);
    CHECK_OK(checkpoint_read_pair(&checkpoint, &pair));
    checkpoint_close(&checkpoint);
    step_state state;
    CHECK_OK(pair_read_state(&pair, &state));
    ck_assert(state.step == 15 && state.epoch == 1 && state.in_epoch == 5);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 15));
    ck_assert_uint_eq(read_newest(&got), length);
    ck_assert_mem_eq(got, expected, length);
    free(got);
    free(expected);
}
END_TEST

START_TEST(what_is_not_finite_is_not_saved)
{
    static const float bads[] = {NAN, INFINITY};
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 7));
    struct net_tensor list[2 * NET_TENSORS];
    size_t count = net_tensors(list, &pair.g, NET_ALL);
    count += net_tensors(list + count, &pair.d, NET_ALL);
    ck_assert_uint_eq(count, 2 * 2 * 4 + 2 * 2 * 2);
    for (size_t i = 0; i < count; i++) {
        const size_t last = list[i].tensor.rows * list[i].tensor.columns - 1;
        float good;
        const struct buffer *buffer = list[i].tensor.buffer;
        const size_t at = (list[i].tensor.offset + last) * sizeof good;
        CHECK_OK(buffer_read(device, buffer, at, sizeof good, &good));
        CHECK_OK(buffer_write(device, buffer, at, sizeof good, &bads[i % 2]));
        ck_assert_msg(checkpoint_save(&pair, folder, "recipe", 8) == CLGAN_FAILED, "%s", list[i].name);
        CHECK_OK(buffer_write(device, buffer, at, sizeof good, &good));
    }
    struct checkpoint_files files;
    CHECK_OK(checkpoint_files_list(&files, folder));
    ck_assert_uint_eq(files.count, 1);
    checkpoint_files_free(&files);
}
END_TEST

/* Steps whose gradients are measured leave the bits that others leave. */
START_TEST(the_probe_changes_no_bit)
{
    char *expected, *got;
    run(7);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 7));
    const size_t length = read_newest(&expected);
    drop_pair();
    make_pair();
    CHECK_OK(pair_plan_probe(&pair));
    for (int i = 0; i < 7; i++) CHECK_OK(plan_run(i % 3 ? &pair.probe : &pair.step));
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 7));
    ck_assert_uint_eq(read_newest(&got), length);
    ck_assert_mem_eq(got, expected, length);
    free(got);
    free(expected);
}
END_TEST

static void resume(void)
{
    struct checkpoint checkpoint;
    int found;
    CHECK_OK(checkpoint_open_newest(&checkpoint, &found, folder, "recipe", NULL));
    ck_assert(found);
    CHECK_OK(checkpoint_read_pair(&checkpoint, &pair));
    checkpoint_close(&checkpoint);
}

static void read_weights(float *values, size_t count)
{
    const struct tensor w = pair.d.layers[0].weight.w;
    ck_assert_uint_le(w.rows * w.columns, count);
    CHECK_OK(tensor_read(device, w, values));
}

/* One backend goes on from the other's checkpoint to where that would have gone. */
START_TEST(backends_resume_each_other)
{
    static float ours[4096], clblasts[4096];
    run(5);
    CHECK_OK(checkpoint_save(&pair, folder, "recipe", 5));
    run(4);
    read_weights(ours, 4096);
    drop_pair();
    backends = 1u << GEMM_CLBLAST;
    make_pair();
    resume();
    run(4);
    read_weights(clblasts, 4096);
    for (size_t i = 0; i < pair.d.layers[0].weight.w.rows * pair.d.layers[0].weight.w.columns; i++)
        ck_assert(fabsf(ours[i] - clblasts[i]) <= 1e-5f);
}
END_TEST

static void write_metadata(const char *path, const struct safetensors_metadata *metadata, size_t count)
{
    struct safetensors_writer *writer;
    CHECK_OK(safetensors_begin(&writer, path, NULL, 0, metadata, count));
    CHECK_OK(safetensors_commit(writer));
}

START_TEST(what_is_foreign_is_refused)
{
    struct checkpoint checkpoint;
    char *path;
    CHECK_OK(checkpoint_files_folder(&path, folder));
    CHECK_OK(file_make_folder(path));
    free(path);
    CHECK_OK(checkpoint_files_path(&path, folder, 3));
    write_metadata(path, (const struct safetensors_metadata[]){{"format", "pt"}}, 1);
    ck_assert_int_eq(checkpoint_open(&checkpoint, path, NULL), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "not a checkpoint of clgan"));
    write_metadata(path, (const struct safetensors_metadata[]){{"format", "clgan-checkpoint-2"}}, 1);
    ck_assert_int_eq(checkpoint_open(&checkpoint, path, NULL), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "newer clgan"));
    write_metadata(
        path, (const struct safetensors_metadata[]){{"format", CHECKPOINT_FORMAT}, {"recipe", "r"}, {"step", "-1"}}, 3);
    ck_assert_int_eq(checkpoint_open(&checkpoint, path, "r"), CLGAN_FAILED);
    ck_assert_ptr_nonnull(strstr(clgan_last_error(), "\"step\""));
    ck_assert_int_eq(checkpoint_open(&checkpoint, path, "another"), CLGAN_USAGE);
    write_metadata(path,
                   (const struct safetensors_metadata[]){
                       {"format", CHECKPOINT_FORMAT}, {"recipe", "r"}, {"step", "3"}, {"steps_per_epoch", "10"}},
                   4);
    CHECK_OK(checkpoint_open(&checkpoint, path, "r"));
    ck_assert_int_eq(checkpoint_read_pair(&checkpoint, &pair), CLGAN_FAILED); /* no tensors */
    checkpoint_close(&checkpoint);
    write_metadata(path,
                   (const struct safetensors_metadata[]){
                       {"format", CHECKPOINT_FORMAT}, {"recipe", "r"}, {"step", "3"}, {"steps_per_epoch", "11"}},
                   4);
    CHECK_OK(checkpoint_open(&checkpoint, path, "r"));
    ck_assert_int_eq(checkpoint_read_pair(&checkpoint, &pair), CLGAN_USAGE); /* other data */
    checkpoint_close(&checkpoint);
    free(path);
}
END_TEST

/* An older clgan knew fewer keys, and wrote those alone. */
START_TEST(older_texts_of_the_recipe_are_known)
{
    static const char *const setting = "train.seed=2";
    struct checkpoint checkpoint;
    struct recipe other;
    char *path, *text;
    CHECK_OK(checkpoint_save(&pair, folder, yaml, 3));
    CHECK_OK(checkpoint_files_path(&path, folder, 3));
    CHECK_OK(recipe_write(&text, &recipe));
    ck_assert_str_ne(text, yaml);
    CHECK_OK(checkpoint_open(&checkpoint, path, text));
    checkpoint_close(&checkpoint);
    free(text);
    CHECK_OK(recipe_parse(&other, yaml, strlen(yaml), "test", &setting, 1));
    CHECK_OK(recipe_write(&text, &other));
    ck_assert_int_eq(checkpoint_open(&checkpoint, path, text), CLGAN_USAGE);
    free(text);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint");
    TCase *tests = tcase_create("checkpoint");
    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, open_pair, close_pair);
    tcase_add_test(tests, what_is_saved_comes_back);
    tcase_add_test(tests, the_probe_changes_no_bit);
    tcase_add_test(tests, backends_resume_each_other);
    tcase_add_test(tests, what_is_not_finite_is_not_saved);
    tcase_add_test(tests, what_is_foreign_is_refused);
    tcase_add_test(tests, older_texts_of_the_recipe_are_known);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

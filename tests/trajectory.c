/* trajectory simultaneous|alternating STEPS: trains small nets with dropout on pictures of a pattern, from seed 1, on
 * the default device, and prints for each step the losses and, as a hash, everything in it that is whole numbers: which
 * pictures, which words of noise, which dropout masks; at the end a hash of all weights' bits. Two devices' outputs
 * are to be compared. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "gan/net_tensors.h"
#include "gan/pair.h"

enum { ROWS = 66, SIZE = 12 };

static const char yaml[] =
    "name: trajectory\n"
    "data: {format: idx, name: none, shape: [1, 3, 4], validation: 0, preparation: unit}\n"
    "noise: {kind: uniform, size: 5}\n"
    "generator:\n"
    "  - {kind: dense, units: 33, activation: relu, weights: uniform, scale: 0.5}\n"
    "  - {kind: maxout, units: 9, pieces: 3, keep: 0.75, weights: normal, scale: 0.5}\n"
    "  - {kind: dense, units: 12, activation: sigmoid, weights: uniform, scale: 0.5}\n"
    "discriminator:\n"
    "  - {kind: maxout, units: 8, pieces: 5, keep: 0.8, weights: uniform, scale: 0.5}\n"
    "  - {kind: dense, units: 6, activation: leaky-relu, slope: 0.2, keep: 0.5, weights: uniform, scale: 0.5}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, keep: 0.5, weights: uniform, scale: 0.5}\n"
    "optimiser:\n"
    "  generator: {kind: sgd, learning_rate: 0.1, momentum: 0.5, final_momentum: 0.7, momentum_epochs: [1, 3]}\n"
    "  discriminator: {kind: adam, learning_rate: 0.005, beta1: 0.5}\n"
    "train: {batch: 7, epochs: 1, seed: 1}\n";

struct trajectory {
    struct recipe recipe;
    uint8_t bytes[ROWS * SIZE];
    struct pictures pictures;
    struct device *device;
    struct batches batches;
    struct pair pair;
};

static clgan_status open(struct trajectory *t, const char *updates)
{
    const clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    char setting[48];
    const char *settings = setting;
    snprintf(setting, sizeof setting, "train.updates=%s", updates);
    TRY(recipe_parse(&t->recipe, yaml, strlen(yaml), "trajectory", &settings, 1));
    for (size_t i = 0; i < sizeof t->bytes; i++) t->bytes[i] = (uint8_t)((i * 2654435761u) >> 13);
    t->pictures = (struct pictures){t->bytes, ROWS, SIZE};
    const struct batches_request request = pair_batches_request(&t->recipe, &t->pictures);
    TRY(device_open(&t->device, &options, false, NULL));
    TRY(pair_begin(&t->pair, t->device, &t->recipe, false));
    TRY(pair_make(&t->pair));
    TRY(batches_make(&t->batches, t->device, &request, NULL));
    TRY(pair_plan(&t->pair, &t->batches));
    TRY(pair_initialise(&t->pair));
    return pair_set_step(&t->pair, 0, NULL);
}

static void close(struct trajectory *t)
{
    batches_free(&t->batches);
    pair_free(&t->pair);
    device_close(t->device);
}

static clgan_status add(struct hash *hash, struct trajectory *t, struct tensor tensor)
{
    const size_t bytes = tensor.rows * tensor.columns * element_bytes(tensor.element);
    char *values;
    TRY(memory_take(&values, bytes, 1));
    const clgan_status status = tensor_read(t->device, tensor, values);
    hash_add(hash, values, bytes);
    free(values);
    return status;
}

/* Pictures are bytes / 255, which devices may round as they like. */
static clgan_status add_pictures(struct hash *hash, struct trajectory *t)
{
    enum { BATCH = 7 };
    float values[BATCH * SIZE];
    TRY(tensor_read(t->device, tensor_rows(pass_input(&t->pair.d_pass), 0, BATCH), values));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const uint8_t byte = (uint8_t)lrintf(255 * values[i]);
        hash_add(hash, &byte, 1);
    }
    return CLGAN_OK;
}

static clgan_status add_masks(struct hash *hash, struct trajectory *t, const struct pass *pass)
{
    for (size_t i = 0; i < pass->network->count; i++)
        if (pass->layers[i].mask.buffer) TRY(add(hash, t, pass->layers[i].mask));
    return CLGAN_OK;
}

static clgan_status step(struct trajectory *t, uint64_t number)
{
    float sums[2 * METRICS];
    char digits[HASH_DIGITS + 1];
    struct hash *hash;
    const uint64_t per_epoch = t->pair.steps_per_epoch;
    TRY(pair_prepare_step(&t->pair, number));
    TRY(batches_prepare_step(&t->batches, &t->pair.state, number / per_epoch, (size_t)(number % per_epoch),
                             number == 0));
    TRY(plan_run(&t->pair.step));
    TRY(pair_read_sums(&t->pair, sums));
    TRY(pair_clear_sums(&t->pair));
    TRY(hash_begin(&hash));
    clgan_status status = add_pictures(hash, t);
    if (status == CLGAN_OK) status = add(hash, t, pass_input(&t->pair.g_pass));
    if (status == CLGAN_OK) status = add_masks(hash, t, &t->pair.g_pass);
    if (status == CLGAN_OK) status = add_masks(hash, t, &t->pair.d_pass);
    hash_end(hash, digits);
    printf("step %" PRIu64 " whole %s d_loss %.9g g_loss %.9g\n", number + 1, digits, (double)sums[2 * METRIC_D_LOSS],
           (double)sums[2 * METRIC_G_LOSS]);
    return status;
}

static clgan_status run(struct trajectory *t, const char *updates, uint64_t steps)
{
    struct net_tensor list[2 * NET_TENSORS];
    char digits[HASH_DIGITS + 1];
    struct hash *hash;
    TRY(open(t, updates));
    for (uint64_t i = 0; i < steps; i++) TRY(step(t, i));
    size_t count = net_tensors(list, &t->pair.g, NET_ALL);
    count += net_tensors(list + count, &t->pair.d, NET_ALL);
    TRY(hash_begin(&hash));
    clgan_status status = CLGAN_OK;
    for (size_t i = 0; i < count && status == CLGAN_OK; i++) status = add(hash, t, list[i].tensor);
    hash_end(hash, digits);
    printf("weights %s\n", digits);
    return status;
}

int main(int argc, char **argv)
{
    static struct trajectory trajectory;
    const clgan_status status =
        argc == 3 ? run(&trajectory, argv[1], strtoull(argv[2], NULL, 10)) : status_fail(CLGAN_USAGE, "see the source");
    if (trajectory.device) close(&trajectory);
    if (status != CLGAN_OK) fprintf(stderr, "trajectory: %s\n", clgan_last_error());
    return status != CLGAN_OK;
}

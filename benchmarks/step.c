/* Training steps of recipes, on pictures of noise. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "gan/pair.h"
#include "gan/tuning.h"

/* A recipe's step on a device. */
struct bench_case {
    clgan_recipe *recipe;
    struct device *device;
    struct pictures pictures;
    struct batches batches;
    struct pair pair;
};

static void close_case(struct bench_case *c)
{
    batches_free(&c->batches);
    pair_free(&c->pair);
    device_close(c->device);
    free(c->pictures.bytes);
    clgan_recipe_free(c->recipe);
}

static clgan_status make_pictures(struct pictures *pictures, const struct recipe *recipe)
{
    *pictures = (struct pictures){.count = 20 * (size_t)recipe->train.batch * pair_lanes(recipe),
                                  .size = recipe_data_size(recipe)};
    pictures->bytes = malloc(pictures->count * pictures->size);
    if (!pictures->bytes) return status_fail(CLGAN_FAILED, "out of memory for %zu pictures", pictures->count);
    uint32_t word = 1;
    for (size_t i = 0; i < pictures->count * pictures->size; i++) {
        word = word * 1664525u + 1013904223u;
        pictures->bytes[i] = (uint8_t)(word >> 24);
    }
    return CLGAN_OK;
}

static clgan_status make_batches(struct bench_case *c)
{
    const struct recipe *recipe = &c->recipe->recipe;
    const struct batches_request request = {.format = recipe->data.format,
                                            .pictures = &c->pictures,
                                            .preparation = recipe->data.preparation,
                                            .mean = recipe->data.mean,
                                            .deviation = recipe->data.deviation,
                                            .modes = (size_t)recipe->data.modes,
                                            .radius = recipe->data.radius,
                                            .steps_per_epoch = (size_t)recipe->data.steps_per_epoch,
                                            .rows = (size_t)recipe->train.batch,
                                            .lanes = pair_lanes(recipe),
                                            .seed = 1};
    if (recipe_has_pictures(recipe)) TRY(make_pictures(&c->pictures, recipe));
    return batches_make(&c->batches, c->device, &request, NULL);
}

static clgan_status make_pair(struct bench_case *c)
{
    TRY(pair_begin(&c->pair, c->device, &c->recipe->recipe, false));
    TRY(pair_make(&c->pair));
    TRY(make_batches(c));
    TRY(pair_plan(&c->pair, &c->batches));
    TRY(pair_initialise(&c->pair));
    return pair_set_step(&c->pair, 0, NULL);
}

/* What a row is of. */
struct point {
    const char *recipe, *update, *backend;
    size_t batch, width;
};

enum { SETTING_BYTES = 64, SETTINGS = 2 + 2 * RECIPE_LAYERS + LIST_MOST };

/* "generator.0.units=..." for each hidden layer, so that its weights have `width` columns. */
static size_t width_settings(char texts[][SETTING_BYTES], const struct recipe *recipe, size_t width)
{
    const struct network_recipe *const nets[] = {&recipe->generator, &recipe->discriminator};
    size_t count = 0;
    for (int net = 0; net < 2; net++)
        for (size_t i = 0; i + 1 < nets[net]->count; i++) {
            const struct layer_recipe *layer = &nets[net]->layers[i];
            const size_t pieces = layer->kind == LAYER_MAXOUT ? (size_t)layer->pieces : 1;
            snprintf(texts[count++], SETTING_BYTES, "%s.%zu.units=%zu", net ? "discriminator" : "generator", i,
                     width / pieces ? width / pieces : 1);
        }
    return count;
}

static clgan_status read_recipe(clgan_recipe **recipe, const struct point *point, const struct bench_options *options)
{
    char texts[2 + 2 * RECIPE_LAYERS][SETTING_BYTES];
    const char *settings[SETTINGS];
    size_t count = 2;
    snprintf(texts[0], SETTING_BYTES, "train.updates=%s", point->update);
    snprintf(texts[1], SETTING_BYTES, "train.batch=%zu", point->batch);
    if (point->width) {
        TRY(clgan_recipe_read(recipe, point->recipe, options->settings, options->setting_count));
        count += width_settings(texts + 2, &(*recipe)->recipe, point->width);
        clgan_recipe_free(*recipe);
        *recipe = NULL;
    }
    for (size_t i = 0; i < count; i++) settings[i] = texts[i];
    for (size_t i = 0; i < options->setting_count; i++) settings[count++] = options->settings[i];
    return clgan_recipe_read(recipe, point->recipe, settings, count);
}

static clgan_status open_case(struct bench_case *c, const struct point *point, const struct bench_options *options,
                              bool profiling)
{
    *c = (struct bench_case){0};
    clgan_status status = read_recipe(&c->recipe, point, options);
    if (status == CLGAN_OK) status = device_open(&c->device, &options->device, profiling, NULL);
    if (status == CLGAN_OK) {
        c->device->gemm_backends = backend_bits(point->backend);
        if (!options->untuned) tuning_load(c->device, NULL);
        status = make_pair(c);
    }
    if (status != CLGAN_OK) close_case(c);
    return status;
}

/* What a launch can't be faster than, and what that comes from. */
static const char *limit_of(const struct launch *launch, const struct peak *peak, double seconds)
{
    const double arithmetic = launch->flops / peak->flops, memory = launch->bytes / peak->bytes;
    if (seconds > 4 * (arithmetic + memory)) return "launch";
    return arithmetic > memory ? "arithmetic" : "memory";
}

static json_t *launches_of(const struct plan *plan, const struct peak *peak, double *total)
{
    json_t *list = json_array();
    *total = 0;
    for (size_t i = 0; i < plan->count; i++) *total += plan->launches[i].seconds;
    for (size_t i = 0; i < plan->count; i++) {
        const struct launch *launch = &plan->launches[i];
        const double seconds = launch->seconds / (double)plan->runs;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:s}", "segment", launch->segment, "launch",
                            launch->name, "variant", launch->variant, "ms", 1e3 * seconds, "percent",
                            100 * launch->seconds / *total, "gflops", 1e-9 * launch->flops / seconds, "gbytes_per_s",
                            1e-9 * launch->bytes / seconds, "limited_by", limit_of(launch, peak, seconds)));
    }
    *total /= (double)plan->runs;
    return list;
}

/* Times each launch on a queue that records times, which costs a little; hence apart from the step's own timing. */
static clgan_status profile(json_t **launches, double *seconds, const struct point *point,
                            const struct bench_options *options, const struct peak *peak)
{
    struct bench_case c;
    TRY(open_case(&c, point, options, true));
    clgan_status status = plan_run(&c.pair.step);
    for (int i = 0; i < 10 && status == CLGAN_OK; i++) status = plan_run_profiled(&c.pair.step);
    if (status == CLGAN_OK) *launches = launches_of(&c.pair.step, peak, seconds);
    close_case(&c);
    return status;
}

static clgan_status bench_point(json_t *rows, const struct point *point, const struct bench_options *options,
                                const struct peak *peak)
{
    struct bench_case c;
    struct timing timing;
    double products = 0, bytes = 0, device_seconds;
    json_t *launches;
    TRY(open_case(&c, point, options, false));
    clgan_status status = time_plan(&timing, &c.pair.step, options->seconds / 2);
    for (size_t i = 0; i < c.pair.step.count; i++) {
        const struct launch *launch = &c.pair.step.launches[i];
        products += 2.0 * (double)launch->product[0] * (double)launch->product[1] * (double)launch->product[2];
        bytes += launch->bytes;
    }
    json_t *row = json_pack("{s:s, s:s, s:I, s:s, s:s, s:I, s:I, s:I}", "device", c.device->info.name, "recipe",
                            point->recipe, "batch", (json_int_t)point->batch, "update", point->update, "backend",
                            point->backend, "width", (json_int_t)point->width, "launches",
                            (json_int_t)c.pair.step.count, "device_bytes", (json_int_t)c.device->taken);
    close_case(&c);
    if (status == CLGAN_OK) status = profile(&launches, &device_seconds, point, options, peak);
    if (status != CLGAN_OK) {
        json_decref(row);
        return status;
    }
    json_object_update_new(
        row,
        json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:o}", "ms_median", 1e3 * timing.median, "ms_min",
                  1e3 * timing.least, "device_ms", 1e3 * device_seconds, "gflop", 1e-9 * products, "gflops",
                  1e-9 * products / timing.median, "percent_of_peak", 100 * products / timing.median / peak->flops,
                  "gbytes_per_s", 1e-9 * bytes / timing.median, "repetitions", (json_int_t)timing.count, "peak_gflops",
                  1e-9 * peak->flops, "peak_gbytes_per_s", 1e-9 * peak->bytes, "plan", launches));
    json_array_append_new(rows, row);
    return CLGAN_OK;
}

static clgan_status measure_peak(struct peak *peak, const struct bench_options *options)
{
    struct device *device;
    TRY(device_open(&device, &options->device, false, NULL));
    clgan_status status = peak_measure(peak, device);
    if (status == CLGAN_OK)
        fprintf(stderr, "%s: at most %.0f GFLOP/s of multiply-adds, %.1f GB/s of copying\n", device->info.name,
                1e-9 * peak->flops, 1e-9 * peak->bytes);
    device_close(device);
    return status;
}

clgan_status bench_step(json_t *rows, const struct bench_options *o)
{
    struct peak peak;
    TRY(measure_peak(&peak, o));
    for (size_t r = 0; r < o->recipe_count; r++)
        for (size_t u = 0; u < o->update_count; u++)
            for (size_t b = 0; b < o->batch_count; b++)
                for (size_t w = 0; w < (o->width_count ? o->width_count : 1); w++)
                    for (size_t e = 0; e < o->backend_count; e++) {
                        const struct point point = {.recipe = o->recipes[r],
                                                    .update = o->updates[u],
                                                    .backend = o->backends[e],
                                                    .batch = o->batches[b],
                                                    .width = o->width_count ? o->widths[w] : 0};
                        fprintf(stderr, "%s, %s, batch %zu, %s\n", point.recipe, point.update, point.batch,
                                point.backend);
                        TRY(bench_point(rows, &point, o, &peak));
                    }
    return CLGAN_OK;
}

#include "case.h"

#include <stdio.h>
#include <stdlib.h>

#include "compute/choices.h"

void close_case(struct bench_case *c)
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
    noise_bytes(pictures->bytes, pictures->count * pictures->size);
    return CLGAN_OK;
}

static clgan_status make_batches(struct bench_case *c)
{
    const struct recipe *recipe = &c->recipe->recipe;
    const struct batches_request request = pair_batches_request(recipe, &c->pictures);
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
    size_t count = 0;
    if (point->update) snprintf(texts[count++], SETTING_BYTES, "train.updates=%s", point->update);
    if (point->batch) snprintf(texts[count++], SETTING_BYTES, "train.batch=%zu", point->batch);
    if (point->width) {
        TRY(clgan_recipe_read(recipe, point->recipe, options->settings, options->setting_count));
        count += width_settings(texts + count, &(*recipe)->recipe, point->width);
        clgan_recipe_free(*recipe);
        *recipe = NULL;
    }
    for (size_t i = 0; i < count; i++) settings[i] = texts[i];
    for (size_t i = 0; i < options->setting_count; i++) settings[count++] = options->settings[i];
    return clgan_recipe_read(recipe, point->recipe, settings, count);
}

clgan_status open_case(struct bench_case *c, const struct point *point, const struct bench_options *options,
                       bool profiling)
{
    *c = (struct bench_case){0};
    clgan_status status = read_recipe(&c->recipe, point, options);
    if (status == CLGAN_OK) status = device_open(&c->device, &options->device, profiling, NULL);
    if (status == CLGAN_OK) {
        if (point->backend) c->device->gemm_backends = backend_bits(point->backend);
        if (!options->untuned) choices_load(c->device, NULL);
        status = make_pair(c);
    }
    if (status != CLGAN_OK) close_case(c);
    return status;
}

static clgan_status measure_peak(struct peak *peak, const struct bench_options *options)
{
    struct device *device;
    TRY(device_open(&device, &options->device, false, NULL));
    clgan_status status = peak_measure(peak, device, 0.3);
    if (status == CLGAN_OK)
        fprintf(stderr, "%s: at most %.0f GFLOP/s of multiply-adds, %.1f GB/s of copying, %.1f us a launch\n",
                device->info.name, 1e-9 * peak->flops, 1e-9 * peak->bytes, 1e6 * peak->launch);
    device_close(device);
    return status;
}

clgan_status each_point(json_t *rows, const struct bench_options *o,
                        clgan_status (*bench)(json_t *rows, const struct point *point,
                                              const struct bench_options *options, const struct peak *peak))
{
    struct peak peak;
    TRY(measure_peak(&peak, o));
    for (size_t r = 0; r < o->recipe_count; r++)
        for (size_t u = 0; u < o->update_count; u++)
            for (size_t b = 0; b < (o->batch_count ? o->batch_count : 1); b++)
                for (size_t w = 0; w < (o->width_count ? o->width_count : 1); w++)
                    for (size_t e = 0; e < o->backend_count; e++) {
                        const struct point point = {.recipe = o->recipes[r],
                                                    .update = o->updates[u],
                                                    .backend = o->backends[e],
                                                    .batch = o->batch_count ? o->batches[b] : 0,
                                                    .width = o->width_count ? o->widths[w] : 0};
                        fprintf(stderr, "%s, %s, %s\n", point.recipe, point.update, point.backend);
                        TRY(bench(rows, &point, o, &peak));
                    }
    return CLGAN_OK;
}

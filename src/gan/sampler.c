#include "gan/sampler.h"

#include "state.clh"

static clgan_status make(struct sampler *sampler, const struct recipe *recipe, bool averaged, uint64_t seed)
{
    struct device *device = sampler->device;
    const struct random_key key = random_stream(seed, RANDOM_SAMPLE, 0);
    TRY(arena_make(&sampler->arena, device, "samples"));
    pass_connect(&sampler->pass, (struct tensor){0}, (struct tensor){0});
    TRY(buffer_make(&sampler->state, device, sizeof(step_state), "sampler's state"));
    plan_begin(&sampler->noise, device);
    plan_begin(&sampler->forward, device);
    TRY(noise_append(&sampler->noise, recipe, pass_input(&sampler->pass), key, &sampler->state));
    return pass_append_forward(&sampler->forward, &sampler->pass,
                               &(struct forward){.state = &sampler->state, .averaged = averaged});
}

clgan_status sampler_make(struct sampler *sampler, struct device *device, const struct recipe *recipe,
                          const struct network *g, bool averaged, uint64_t seed)
{
    *sampler = (struct sampler){.device = device};
    TRY(pass_begin(&sampler->pass, g, (size_t)recipe->train.batch, false, true, true, &sampler->arena));
    return make(sampler, recipe, averaged, seed);
}

void sampler_free(struct sampler *sampler)
{
    if (!sampler->device) return;
    plan_free(&sampler->noise);
    plan_free(&sampler->forward);
    buffer_free(&sampler->state, sampler->device);
    arena_free(&sampler->arena, sampler->device);
    *sampler = (struct sampler){0};
}

clgan_status sampler_draw_piece(struct sampler *sampler, float *x, float *z, const float *noise, size_t first,
                                size_t rows)
{
    const struct tensor input = tensor_rows(pass_input(&sampler->pass), 0, rows);
    const struct tensor output = tensor_rows(pass_output(&sampler->pass), 0, rows);
    const state_u32 row = (state_u32)first;
    if (noise) {
        TRY(tensor_write(sampler->device, input, noise));
    } else {
        TRY(buffer_write(sampler->device, &sampler->state, offsetof(step_state, row), sizeof row, &row));
        TRY(plan_run(&sampler->noise));
    }
    TRY(plan_run(&sampler->forward));
    if (z) TRY(tensor_read(sampler->device, input, z));
    return tensor_read(sampler->device, output, x);
}

clgan_status sampler_draw(struct sampler *sampler, float *x, float *z, const float *noise, size_t count)
{
    const size_t most = sampler->pass.rows, in = pass_input(&sampler->pass).columns,
                 out = pass_output(&sampler->pass).columns;
    for (size_t first = 0; first < count; first += most)
        TRY(sampler_draw_piece(sampler, x + first * out, z ? z + first * in : NULL, noise ? noise + first * in : NULL,
                               first, count - first < most ? count - first : most));
    return CLGAN_OK;
}

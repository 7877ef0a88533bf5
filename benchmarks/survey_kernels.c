/* Kernels of a training and of an evaluation: matrix products by both backends, and what is no product. */
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "compute/choices.h"
#include "compute/random.h"
#include "compute/trial.h"
#include "evaluate/distance.h"
#include "survey.h"

/* ---- matrix products ---- */

static clgan_status run_product(struct survey *survey, struct measure *measure)
{
    struct survey_row *row = &measure->row;
    const struct gemm *g = &measure->gemm;
    struct trial trial;
    struct plan plan;
    row->flops = 2.0 * (double)g->m * (double)g->n * (double)g->k;
    row->scale = 1e-9 * row->flops;
    if (survey_too_long(survey, row, row->flops, 0)) return CLGAN_OK;
    const bool clblast = strcmp(measure->backend, "clblast") == 0;
    survey->device->gemm_backends = backend_bits("native");
    const struct gemm_variant variant =
        clblast ? (struct gemm_variant){.backend = GEMM_CLBLAST} : gemm_choose(survey->device, g);
    survey->device->gemm_backends = 0;
    clgan_status status = trial_open(&trial, survey->device, g);
    if (status != CLGAN_OK) {
        trial_close(&trial);
        return status;
    }
    plan_begin(&plan, survey->device);
    status = gemm_append(&plan, "product", &trial.gemm, &variant);
    if (status == CLGAN_OK) status = trial_write(&trial);
    if (status == CLGAN_OK) status = survey_time(survey, row, &(struct timed){.plan = &plan}, false);
    plan_free(&plan);
    trial_close(&trial);
    return status;
}

static double work_of(const struct gemm *g) { return (double)g->m * (double)g->n * (double)g->k; }

static int by_work(const void *a, const void *b)
{
    const double x = work_of(a), y = work_of(b);
    return (x < y) - (x > y);
}

static clgan_status add_product(struct survey *survey, const char *recipe, const char *backend, const struct gemm *g)
{
    const struct gemm_key name = gemm_key(g);
    for (size_t i = 0; i < survey->count; i++)
        if (survey->measures[i].backend && strcmp(survey->measures[i].backend, backend) == 0 &&
            strcmp(gemm_key(&survey->measures[i].gemm).text, name.text) == 0)
            return CLGAN_OK;
    struct measure *measure = survey_add(survey, "products", "GFLOP/s", run_product);
    if (!measure) return CLGAN_FAILED;
    measure->gemm = *g;
    measure->backend = backend;
    snprintf(measure->row.key, sizeof measure->row.key, "gemm.%s.%s", backend, name.text);
    snprintf(measure->row.about, sizeof measure->row.about, "%s, %s (%s)", name.text,
             strcmp(backend, "native") == 0 ? "our kernels" : "CLBlast", recipe);
    return CLGAN_OK;
}

/* The products of a recipe's step, the largest first, from its plan. */
static clgan_status add_products(struct survey *survey, const char *recipe)
{
    const struct bench_options options = {.device = survey->options};
    struct gemm list[128];
    struct bench_case c;
    size_t count = 0;
    TRY(open_case(&c, &(struct point){.recipe = recipe}, &options, false));
    for (size_t i = 0; i < c.device->choices->count && count < sizeof list / sizeof *list; i++)
        if (c.device->choices->list[i].used) list[count++] = c.device->choices->list[i].gemm;
    close_case(&c);
    qsort(list, count, sizeof *list, by_work);
    for (size_t i = 0; i < count && i < survey->effort->products; i++) {
        TRY(add_product(survey, recipe, "native", &list[i]));
        TRY(add_product(survey, recipe, "clblast", &list[i]));
    }
    return CLGAN_OK;
}

clgan_status survey_products(struct survey *survey)
{
    if (survey->simulator) return add_products(survey, "gauss1d");
    TRY(add_products(survey, "mnist"));
    if (survey->effort != &survey_efforts[SURVEY_FULL]) return CLGAN_OK;
    TRY(add_products(survey, "gauss1d"));
    return add_products(survey, "cifar10-dense");
}

/* ---- what is no product ---- */

/* A square of floats a side; a simulator's is small. */
static size_t side_of(const struct survey *survey) { return survey->simulator ? 128 : 4096; }

/* Tensors of noise, `count` of them, each side x side, that a launch is timed on. */
enum { FIELDS = 3 };
struct field {
    struct buffer buffers[FIELDS], state;
    struct tensor tensors[FIELDS];
};

static clgan_status make_field(struct field *field, struct survey *survey)
{
    const size_t side = side_of(survey);
    const step_state state = {.step = 1};
    *field = (struct field){0};
    float *values = malloc(side * side * sizeof *values);
    if (!values) return status_fail(CLGAN_FAILED, "out of memory for a matrix of %zu x %zu", side, side);
    noise_bytes((uint8_t *)values, side * side * sizeof *values);
    for (size_t i = 0; i < side * side; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        values[i] = (float)(bits >> 8) * 0x1p-24f;
    }
    clgan_status status = buffer_make(&field->state, survey->device, sizeof state, "a kernel's state");
    if (status == CLGAN_OK) status = buffer_write(survey->device, &field->state, 0, sizeof state, &state);
    for (int i = 0; i < FIELDS && status == CLGAN_OK; i++) {
        status = buffer_make(&field->buffers[i], survey->device, side * side * sizeof(float), "a kernel's matrix");
        field->tensors[i] = (struct tensor){&field->buffers[i], 0, side, side, side, ELEMENT_F32};
        if (status == CLGAN_OK) status = tensor_write(survey->device, field->tensors[i], values);
    }
    free(values);
    return status;
}

/* Times one launch on a field that `append` appends. */
static clgan_status time_field(struct survey *survey, struct measure *measure,
                               clgan_status (*append)(struct plan *plan, const struct field *field))
{
    struct field field;
    struct plan plan;
    plan_begin(&plan, survey->device);
    clgan_status status = make_field(&field, survey);
    if (status == CLGAN_OK) status = append(&plan, &field);
    if (status == CLGAN_OK) {
        measure->row.bytes = plan.launches[0].bytes;
        measure->row.scale =
            1e-9 *
            (strcmp(measure->row.unit, "GB/s") == 0 ? measure->row.bytes : (double)(side_of(survey) * side_of(survey)));
        status = survey_time(survey, &measure->row, &(struct timed){.plan = &plan}, false);
    }
    plan_free(&plan);
    for (int i = 0; i < FIELDS; i++) buffer_free(&field.buffers[i], survey->device);
    buffer_free(&field.state, survey->device);
    return status;
}

static clgan_status append_average(struct plan *plan, const struct field *field)
{
    const struct tensor w = field->tensors[0], average = field->tensors[1];
    const size_t count = w.rows * w.columns;
    return plan_kernel(
        plan, &(struct kernel_launch){.name = "moving average",
                                      .program = "update",
                                      .kernel = "update_average",
                                      .columns = count,
                                      ARGUMENTS(ARG_TENSOR(average), ARG_TENSOR(w), ARG_UINT(count), ARG_FLOAT(0.99)),
                                      .bytes = 12.0 * (double)count});
}

static clgan_status append_noise(struct plan *plan, const struct field *field)
{
    const struct tensor z = field->tensors[0];
    return plan_kernel(plan, &(struct kernel_launch){.name = "uniform noise",
                                                     .program = "random",
                                                     .kernel = "noise_uniform",
                                                     .options = random_options(plan->device),
                                                     .columns = random_items(plan->device, z.columns),
                                                     .rows = z.rows,
                                                     ARGUMENTS(ARG_TENSOR(z), ARG_BUFFER(&field->state),
                                                               ARG_KEY(random_stream(1, RANDOM_NOISE, 0)),
                                                               ARG_UINT(z.rows), ARG_UINT(z.columns), ARG_FLOAT(1)),
                                                     .bytes = 4.0 * (double)(z.rows * z.columns)});
}

/* How many of each block of a matrix of distances are within radii: a thousand numbers come to one, many times. */
static clgan_status append_reduction(struct plan *plan, const struct field *field)
{
    const struct tensor d = field->tensors[0];
    const size_t blocks = (d.columns + DISTANCE_BLOCK - 1) / DISTANCE_BLOCK;
    return plan_kernel(plan,
                       &(struct kernel_launch){
                           .name = "count of a block",
                           .program = "distance",
                           .kernel = "within",
                           .options = device_width_option(plan->device),
                           .columns = blocks,
                           .rows = d.rows,
                           ARGUMENTS(ARG_TENSOR(d), ARG_TENSOR(field->tensors[1]), ARG_TENSOR(field->tensors[2]),
                                     ARG_UINT(d.rows), ARG_UINT(d.columns), ARG_UINT(DISTANCE_BLOCK), ARG_UINT(blocks)),
                           .bytes = 4.0 * (double)(d.rows * d.columns)});
}

static clgan_status run_elementwise(struct survey *survey, struct measure *measure)
{
    return time_field(survey, measure, append_average);
}
static clgan_status run_philox(struct survey *survey, struct measure *measure)
{
    return time_field(survey, measure, append_noise);
}
static clgan_status run_reduction(struct survey *survey, struct measure *measure)
{
    return time_field(survey, measure, append_reduction);
}

/* Distances between rows as long as MNIST's, by matrix products, as Parzen windows take them: a chunk of 512 x 8,192.
 */
static clgan_status run_parzen(struct survey *survey, struct measure *measure)
{
    const size_t points = survey->simulator ? 32 : 8192, queries = survey->simulator ? 8 : 512, columns = 784;
    clgan_rows rows = {.rows = points, .columns = columns};
    struct distance_walk walk = {0};
    struct plan plan;
    bool more = false;
    rows.values = malloc(points * columns * sizeof *rows.values);
    if (!rows.values) return status_fail(CLGAN_FAILED, "out of memory for %zu rows", points);
    uint8_t *bytes = (uint8_t *)rows.values;
    noise_bytes(bytes, points * columns);
    for (size_t i = points * columns; i-- > 0;) rows.values[i] = (float)bytes[i] / 255;
    clgan_rows asked = rows;
    asked.rows = queries;
    plan_begin(&plan, survey->device);
    clgan_status status = distance_begin(&walk, survey->device, &asked, &rows, DISTANCE_PRODUCTS);
    if (status == CLGAN_OK) status = distance_next(&more, &walk);
    if (status == CLGAN_OK) status = distance_append(&plan, &walk);
    if (status == CLGAN_OK) {
        const double pairs = (double)walk.squares.rows * (double)walk.squares.columns;
        measure->row.flops = 2 * pairs * (double)walk.query_chunk.columns;
        measure->row.scale = 1e-6 * pairs;
        if (!survey_too_long(survey, &measure->row, measure->row.flops, 0))
            status = survey_time(survey, &measure->row, &(struct timed){.plan = &plan}, false);
    }
    plan_free(&plan);
    distance_end(&walk);
    free(rows.values);
    return status;
}

static const struct {
    const char *key, *about, *unit;
    clgan_status (*run)(struct survey *survey, struct measure *measure);
} kernels[] = {
    {"elementwise.average", "elementwise: a moving average of weights", "GB/s", run_elementwise},
    {"reduction.count", "reduction: distances within radii, counted", "GB/s", run_reduction},
    {"random.philox", "Philox: uniform noise", "G numbers/s", run_philox},
    {"parzen.distances", "Parzen windows: distances of rows of 784", "M pairs/s", run_parzen},
};

clgan_status survey_kernels(struct survey *survey)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        struct measure *measure = survey_add(survey, "kernels", kernels[i].unit, kernels[i].run);
        if (!measure) return CLGAN_FAILED;
        snprintf(measure->row.key, sizeof measure->row.key, "%s", kernels[i].key);
        snprintf(measure->row.about, sizeof measure->row.about, "%s", kernels[i].about);
    }
    return CLGAN_OK;
}

#include "gan/evaluate_data.h"

#include "data/npy.h"
#include "evaluate/parzen_protocol.h"
#include "gan/pair.h"

enum { DRAWN_ROWS = 10000, LANE_TRAIN = 1, LANE_VALIDATION = 2, LANE_TEST = 3 };

static clgan_status prepare(struct evaluate_data *data, const struct dataset *dataset,
                            enum data_preparation preparation, bool train)
{
    struct pictures validation = dataset->validation;
    if (validation.count > PARZEN_VALIDATION_ROWS) validation.count = PARZEN_VALIDATION_ROWS;
    if (train) TRY(prepared_rows(&data->train, dataset, &dataset->train, preparation));
    TRY(prepared_rows(&data->validation, dataset, &validation, preparation));
    return prepared_rows(&data->test, dataset, &dataset->test, preparation);
}

clgan_status evaluate_data_read(struct evaluate_data *data, const struct dataset_request *request,
                                enum data_preparation preparation, bool train, const clgan_log *log)
{
    struct dataset dataset;
    *data = (struct evaluate_data){0};
    TRY(dataset_read(&dataset, request, log));
    const clgan_status status = prepare(data, &dataset, preparation, train);
    dataset_free(&dataset);
    return status;
}

static clgan_status draw(clgan_rows *rows, struct device *device, const struct recipe *recipe, uint64_t seed,
                         unsigned lane)
{
    const struct batches_request request = pair_batches_request(recipe, NULL);
    const size_t columns = recipe_data_size(recipe);
    struct buffer memory = {0}, state = {0};
    struct plan plan;
    TRY(rows_take(rows, DRAWN_ROWS, 1, 1, columns));
    plan_begin(&plan, device);
    clgan_status status = buffer_make(&memory, device, DRAWN_ROWS * columns * sizeof(float), "drawn rows");
    if (status == CLGAN_OK) status = buffer_make(&state, device, sizeof(step_state), "state of drawn rows");
    const struct tensor x = {&memory, 0, DRAWN_ROWS, columns, columns, ELEMENT_F32};
    if (status == CLGAN_OK)
        status = drawn_append(&plan, &request, x, &state, random_stream(seed, RANDOM_EVALUATION, lane));
    if (status == CLGAN_OK) status = plan_run(&plan);
    if (status == CLGAN_OK) status = tensor_read(device, x, rows->values);
    plan_free(&plan);
    buffer_free(&state, device);
    buffer_free(&memory, device);
    return status;
}

clgan_status evaluate_data_draw(struct evaluate_data *data, struct device *device, const struct recipe *recipe,
                                uint64_t seed)
{
    *data = (struct evaluate_data){0};
    TRY(draw(&data->train, device, recipe, seed, LANE_TRAIN));
    TRY(draw(&data->validation, device, recipe, seed, LANE_VALIDATION));
    return draw(&data->test, device, recipe, seed, LANE_TEST);
}

void evaluate_data_free(struct evaluate_data *data)
{
    clgan_rows_free(&data->train);
    clgan_rows_free(&data->validation);
    clgan_rows_free(&data->test);
}

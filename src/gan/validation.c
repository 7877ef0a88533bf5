#include "gan/validation.h"

#include "data/npy.h"
#include "evaluate/parzen_protocol.h"
#include "gan/evaluate_data.h"

clgan_status validation_make(struct validation *validation, struct training *training)
{
    const struct recipe *recipe = training->recipe;
    *validation = (struct validation){.training = training};
    TRY(evaluate_data_validation(&validation->rows, training->device, recipe, &training->dataset));
    return rows_take(&validation->samples, PARZEN_SAMPLES, (size_t)recipe->data.channels, (size_t)recipe->data.height,
                     (size_t)recipe->data.width);
}

void validation_free(struct validation *validation)
{
    clgan_rows_free(&validation->rows);
    clgan_rows_free(&validation->samples);
}

clgan_status validation_measure(clgan_progress *progress, struct validation *validation)
{
    struct training *training = validation->training;
    const struct parzen_request request = {.samples = &validation->samples, .validation = &validation->rows};
    clgan_parzen parzen = {0};
    TRY(sampler_draw(&training->sampler, validation->samples.values, NULL, NULL, validation->samples.rows));
    TRY(parzen_choose(&parzen, training->device, &request));
    progress->log_likelihood = parzen.validation;
    progress->sigma = parzen.sigma;
    return CLGAN_OK;
}

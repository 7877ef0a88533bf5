#include "evaluate/parzen_protocol.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

double parzen_grid(size_t position) { return pow(10, (double)position / (CLGAN_SIGMAS - 1) - 1); }

struct moments {
    double mean, deviation; /* population standard deviation */
};

/* Of the log-likelihoods of `rows` under each width; all widths share one pass. */
static clgan_status judge(struct moments *moments, struct device *device, const clgan_rows *rows,
                          const clgan_rows *samples, const double *sigmas, size_t count)
{
    double *values;
    TRY(memory_take(&values, rows->rows * count, sizeof *values));
    const clgan_status status = parzen_log_likelihood(values, device, rows, samples, sigmas, count);
    for (size_t s = 0; status == CLGAN_OK && s < count; s++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < rows->rows; i++) sum += values[i * count + s];
        const double mean = sum / (double)rows->rows;
        for (size_t i = 0; i < rows->rows; i++)
            squares += (values[i * count + s] - mean) * (values[i * count + s] - mean);
        moments[s] = (struct moments){mean, sqrt(squares / (double)rows->rows)};
    }
    free(values);
    return status;
}

/* Keeps the likeliest of `count` widths where it beats what `parzen` has. */
static void keep_best(clgan_parzen *parzen, const double *sigmas, const struct moments *moments, size_t count)
{
    for (size_t s = 0; s < count; s++)
        if (moments[s].mean > parzen->validation) {
            parzen->validation = moments[s].mean;
            parzen->sigma = sigmas[s];
        }
}

static clgan_status search_grid(clgan_parzen *parzen, struct device *device, const clgan_rows *validation,
                                const clgan_rows *samples)
{
    struct moments moments[CLGAN_SIGMAS];
    for (size_t s = 0; s < CLGAN_SIGMAS; s++) parzen->sigmas[s] = parzen_grid(s);
    TRY(judge(moments, device, validation, samples, parzen->sigmas, CLGAN_SIGMAS));
    for (size_t s = 0; s < CLGAN_SIGMAS; s++) parzen->curve[s] = moments[s].mean;
    parzen->tried = CLGAN_SIGMAS;
    keep_best(parzen, parzen->sigmas, moments, CLGAN_SIGMAS);
    return CLGAN_OK;
}

/* As many widths again between the neighbours of the best, evenly in logarithm; then between its new neighbours. Three
 * rounds find sigma to 0.2 %. */
static clgan_status refine(clgan_parzen *parzen, struct device *device, const clgan_rows *validation,
                           const clgan_rows *samples)
{
    enum { ROUNDS = 3 };
    double reach = log(parzen_grid(1) / parzen_grid(0));
    for (int round = 0; round < ROUNDS; round++) {
        struct moments moments[CLGAN_SIGMAS];
        double sigmas[CLGAN_SIGMAS];
        const double step = 2 * reach / (CLGAN_SIGMAS + 1);
        for (size_t s = 0; s < CLGAN_SIGMAS; s++) sigmas[s] = parzen->sigma * exp((double)(s + 1) * step - reach);
        TRY(judge(moments, device, validation, samples, sigmas, CLGAN_SIGMAS));
        keep_best(parzen, sigmas, moments, CLGAN_SIGMAS);
        reach = step;
    }
    return CLGAN_OK;
}

static clgan_status choose(clgan_parzen *parzen, struct device *device, const struct parzen_request *request)
{
    clgan_rows validation = *request->validation;
    if (validation.rows > PARZEN_VALIDATION_ROWS) validation.rows = PARZEN_VALIDATION_ROWS;
    parzen->validation = -INFINITY;
    parzen->validation_rows = validation.rows;
    TRY(search_grid(parzen, device, &validation, request->samples));
    if (request->refine) TRY(refine(parzen, device, &validation, request->samples));
    parzen->at_edge = parzen->sigma <= parzen_grid(0) || parzen->sigma >= parzen_grid(CLGAN_SIGMAS - 1);
    return CLGAN_OK;
}

clgan_status parzen_protocol(clgan_parzen *parzen, struct device *device, const struct parzen_request *request)
{
    const double start = clock_seconds();
    struct moments test;
    *parzen = (clgan_parzen){.sigma = request->sigma,
                             .validation = NAN,
                             .samples = request->samples->rows,
                             .test_rows = request->test->rows};
    if (!request->sigma) TRY(choose(parzen, device, request));
    TRY(judge(&test, device, request->test, request->samples, &parzen->sigma, 1));
    parzen->log_likelihood = test.mean;
    parzen->standard_error = test.deviation / sqrt((double)request->test->rows);
    parzen->seconds = clock_seconds() - start;
    return CLGAN_OK;
}

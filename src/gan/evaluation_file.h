/* An evaluation as a document of JSON, and a run's last one: RUN/evaluation.json. */
#ifndef GAN_EVALUATION_FILE_H
#define GAN_EVALUATION_FILE_H

#include <jansson.h>

#include "gan/run.h"

/* What was judged. */
struct evaluation_of {
    uint64_t step, epoch; /* of the checkpoint */
    uint64_t seed;
    bool raw_weights;
};

/* The keys of `clgan evaluate --json`, and those of `of`. */
clgan_status evaluation_file_write(const struct clgan_run *run, const clgan_evaluation *evaluation,
                                   const struct evaluation_of *of);
/* `*evaluation` (json_decref) has numbers log_likelihood, standard_error, sigma, samples and test_rows, a list
 * references of objects with a string name and such numbers, a list caveats of strings; objects with a string meaning
 * are further measures. No file is NULL; CLGAN_FAILED for one that is damaged. */
clgan_status evaluation_file_read(json_t **evaluation, const struct clgan_run *run);

#endif

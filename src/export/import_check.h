/* Does an imported G compute what it computed where it comes from? */
#ifndef EXPORT_IMPORT_CHECK_H
#define EXPORT_IMPORT_CHECK_H

#include "export/import.h"
#include "gan/training.h"

/* Brings the weights of the nets that were taken to the pair, and to G's averages. */
clgan_status import_write(const struct import *import, struct training *training);

/* CLGAN_USAGE where there is no G, or z or x is not of its size. */
clgan_status import_check_sizes(const struct import *import, const clgan_rows *noise, const clgan_rows *samples);
/* Runs G, which import_write has brought, on each row of `noise` and compares with `samples`. `*worst`: the largest
 * difference. CLGAN_FAILED where it is over `tolerance` times the largest magnitude in `samples` (1, if that is less):
 * the message names the likely cause, which is found by trying others' layouts. */
clgan_status import_check(double *worst, const struct import *import, struct training *training,
                          const clgan_rows *noise, const clgan_rows *samples, double tolerance);

#endif

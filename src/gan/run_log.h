/* log.jsonl: a JSON object a line, one line an epoch, with every number that the progress line shows. */
#ifndef GAN_RUN_LOG_H
#define GAN_RUN_LOG_H

#include "gan/run.h"

/* Durable when it returns: a checkpoint that is saved after it counts on the line. */
clgan_status run_log_append(const struct clgan_run *run, const clgan_progress *progress);
/* What is known of each line, in order: epoch, health, log_likelihood. `*lines` is freed with free(); no log is no
 * lines. */
clgan_status run_log_read(clgan_progress **lines, size_t *count, const struct clgan_run *run);
/* Keeps the lines of epochs 1 to `epochs`; a torn last line goes. No log is fine. */
clgan_status run_log_cut(const struct clgan_run *run, uint64_t epochs);

#endif

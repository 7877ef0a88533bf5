/* log.jsonl: a JSON object a line, one line an epoch, with every number that the progress line shows. One of 64 MiB,
 * some 130,000 epochs, becomes log-0001.jsonl, the next log-0002.jsonl, and so on: all of them are the log. */
#ifndef GAN_RUN_LOG_H
#define GAN_RUN_LOG_H

#include "gan/run.h"

/* What the log keeps of an epoch under `key`, such as "d_loss" (run_log.c lists them); NAN: it is not known. */
double run_log_number(const clgan_progress *line, const char *key);
/* Durable when it returns: a checkpoint that is saved after it counts on the line. */
clgan_status run_log_append(const struct clgan_run *run, const clgan_progress *progress);
/* Is given what a line holds: epoch, step and numbers, NAN where the line has none; alarms not, which follow from the
 * lines so far (alarm.h). */
typedef clgan_status run_log_visitor(void *user, clgan_progress *line);
/* Visits each line in order, until a visit fails; returns that. No log is no lines. */
clgan_status run_log_visit(const struct clgan_run *run, run_log_visitor *visit, void *user);
/* Keeps the lines of epochs 1 to `epochs`; a torn last line goes. No log is fine. */
clgan_status run_log_cut(const struct clgan_run *run, uint64_t epochs);

#endif

/* Log lines through the caller's callback. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "clgan.h"

/* One line at the given level, printf style, without newline. `log` may be NULL. */
void log_line(const clgan_log *log, clgan_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define log_info(log, ...) log_line(log, CLGAN_LEVEL_INFO, __VA_ARGS__)
#define log_warning(log, ...) log_line(log, CLGAN_LEVEL_WARNING, __VA_ARGS__)

#endif

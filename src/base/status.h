/* Status and last error: how every function of the library fails. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "clgan.h"

/* Sets this thread's last error (printf style) and returns `status`, so that a failing function ends with
 * `return status_fail(CLGAN_FAILED, "%s: ...", path)`. One line: control characters, which may come from a file, become
 * '?'. */
clgan_status status_fail(clgan_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " (printf style) before this thread's last error and returns `status`: context on the way up,
 * which may have lines, as a compiler's log has. */
clgan_status status_within(clgan_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* CLGAN_USAGE where options are not of the size that the library knows: the program was built against another clgan.h.
 */
clgan_status status_check_size(size_t size, size_t expected);
#define CHECK_OPTIONS(options) status_check_size((options)->size, sizeof *(options))

/* Returns from the calling function when `expression` is not CLGAN_OK. */
#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        clgan_status try_status_ = (expression);                                                                       \
        if (try_status_ != CLGAN_OK) return try_status_;                                                               \
    } while (0)

#endif

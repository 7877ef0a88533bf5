#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Per thread, as errno is: a message belongs to the call that failed there. A build log may be long. */
static _Thread_local char last_error[16384];

const char *clgan_last_error(void) { return last_error; }

const char *clgan_version(void) { return CLGAN_VERSION; }

/* `allowed`: control characters that stay. */
static clgan_status keep(clgan_status status, char text[sizeof last_error], const char *allowed)
{
    text_plain(text, allowed);
    memcpy(last_error, text, sizeof last_error);
    return status;
}

clgan_status status_fail(clgan_status status, const char *format, ...)
{
    char text[sizeof last_error]; /* the arguments may quote the last error itself */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return keep(status, text, "");
}

clgan_status status_check_size(size_t size, size_t expected)
{
    if (size == expected) return CLGAN_OK;
    return status_fail(CLGAN_USAGE,
                       "options of %zu bytes, expected %zu: begin them with their initialiser, and build the program "
                       "with the clgan.h of this library, " CLGAN_VERSION,
                       size, expected);
}

clgan_status status_within(clgan_status status, const char *format, ...)
{
    char text[sizeof last_error], prefix[12288]; /* room for a build log */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "%s: %.*s", prefix, (int)(sizeof text - strlen(prefix) - 3), last_error);
    return keep(status, text, "\n\t");
}

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void log_line(const clgan_log *log, clgan_level level, const char *format, ...)
{
    if (!log || !log->line) return;
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_plain(text, "");
    log->line(log->user, level, text);
}

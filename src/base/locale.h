/* Numbers with a point, whatever the program's locale says. */
#ifndef BASE_LOCALE_H
#define BASE_LOCALE_H

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "base/status.h"

struct plain_locale {
    locale_t plain, before;
};
/* From here to locale_end this thread prints and reads numbers as C does. */
clgan_status locale_begin(struct plain_locale *locale);
void locale_end(const struct plain_locale *locale);

#endif

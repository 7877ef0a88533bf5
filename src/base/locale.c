#include "base/locale.h"

clgan_status locale_begin(struct plain_locale *locale)
{
    locale->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!locale->plain) return status_fail(CLGAN_FAILED, "the C locale is not available");
    locale->before = uselocale(locale->plain);
    return CLGAN_OK;
}

void locale_end(const struct plain_locale *locale)
{
    uselocale(locale->before);
    freelocale(locale->plain);
}

/* The mark that a device has passed its self-test: no text but the right one is taken for it. */
#include "gan/selftest.h"
#include "compute/cache.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct device device = {.info = {.name = "fuzz", .platform = "", .driver = "1", .opencl = ""},
                            .cache_dir = (char *)fuzz_folder()};
    const char *const about[] = {device.info.name, device.info.platform, device.info.driver};
    char *path;
    MUST(cache_text_path(&path, fuzz_folder(), "selftest", about, 3) == CLGAN_OK);
    fuzz_put(path, bytes, length);
    if (selftest_passed(&device)) {
        MUST(length > 8 && memcmp(bytes + length - 8, "\npassed\n", 8) == 0);
        MUST(memchr(bytes, 0, length) == NULL);
        for (size_t cut = 0; cut < length; cut++) {
            fuzz_put(path, bytes, cut);
            MUST(!selftest_passed(&device));
        }
    }
    free(path);
    return 0;
}

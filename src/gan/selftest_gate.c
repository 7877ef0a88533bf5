/* Whether a device may be trained on. What has passed is kept as text, in CACHE/selftest-XXXXXXXX.txt, one file a
 * device and driver: the lines of `passed_text`. A file that is not exactly them (another version of clgan's kernels,
 * of the driver or of this format; unreadable; torn) is not a pass. */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "compute/cache.h"
#include "gan/selftest.h"

enum { PASSED_BYTES = 4096 }; /* longest file that is read */

/* Of all OpenCL sources, in the order of their names. */
static clgan_status hash_kernels(char digits[HASH_DIGITS + 1])
{
    struct hash *hash;
    TRY(hash_begin(&hash));
    for (const struct embedded_file *file = embedded_files; file->name; file++)
        if (strstr(file->name, ".cl")) hash_add(hash, file->text, file->length + 1);
    hash_end(hash, digits);
    return CLGAN_OK;
}

static clgan_status passed_text(char **text, const struct device *device)
{
    const clgan_device_info *info = &device->info;
    struct text lines = {0};
    char kernels[HASH_DIGITS + 1];
    TRY(hash_kernels(kernels));
    text_append(&lines, "clgan self-test, version 1\ndevice: %s\nplatform: %s\ndriver: %s\nopencl: %s\n", info->name,
                info->platform, info->driver, info->opencl);
    text_append(&lines, "clgan: %s\nkernels: %s\npassed\n", CLGAN_VERSION, kernels);
    return text_take(text, &lines);
}

/* CLGAN_FAILED where there is no cache folder. */
static clgan_status passed_path(char **path, const struct device *device)
{
    const char *const about[] = {device->info.name, device->info.platform, device->info.driver};
    if (!device->cache_dir) return status_fail(CLGAN_FAILED, "there is no cache folder to remember a self-test in");
    return cache_text_path(path, device->cache_dir, "selftest", about, sizeof about / sizeof *about);
}

static bool is_passed(const char *path, const char *text)
{
    char *bytes;
    size_t length;
    if (!file_exists(path) || file_read(&bytes, &length, path, PASSED_BYTES) != CLGAN_OK) return false;
    const bool same = length == strlen(text) && memcmp(bytes, text, length) == 0;
    free(bytes);
    return same;
}

bool selftest_passed(const struct device *device)
{
    char *text = NULL, *path = NULL;
    const bool passed =
        passed_path(&path, device) == CLGAN_OK && passed_text(&text, device) == CLGAN_OK && is_passed(path, text);
    free(text);
    free(path);
    return passed;
}

/* A pass that can't be kept costs another test, no more. */
static void keep(const struct device *device)
{
    char *text = NULL, *path = NULL;
    if (passed_path(&path, device) == CLGAN_OK && passed_text(&text, device) == CLGAN_OK &&
        file_make_folders(device->cache_dir) == CLGAN_OK)
        file_write(path, text, strlen(text));
    free(text);
    free(path);
}

static clgan_status refuse(const struct device *device, const clgan_check *first, size_t failed, bool force,
                           const clgan_log *log)
{
    const clgan_device_info *info = &device->info;
    if (!force)
        return status_fail(
            CLGAN_FAILED,
            "device %d, %s, failed its self-test: %s: %s (checks failed: %zu). What it trains would be "
            "wrong. `clgan selftest --device %d` shows all; update the driver (%s), take another device, "
            "or train anyway with --force",
            info->index, info->name, first->name, first->reason, failed, info->index, info->driver);
    log_warning(
        log,
        "DEVICE %d, %s, FAILED ITS SELF-TEST: %s: %s (checks failed: %zu). It is trained on all the same (--force): "
        "do not trust what comes out",
        info->index, info->name, first->name, first->reason, failed);
    return CLGAN_OK;
}

clgan_status selftest_gate(struct device *device, bool force, const clgan_log *log)
{
    clgan_selftest_options options = CLGAN_SELFTEST_OPTIONS;
    clgan_check first;
    size_t failed = 0;
    if (!selftest_passed(device)) {
        log_info(log, "not yet trained on with this driver: a self-test of the device (clgan selftest runs all of it)");
        options.brief = 1;
        selftest_run(&failed, &first, device, &options);
        if (!failed) keep(device);
    }
    return failed ? refuse(device, &first, failed, force, log) : CLGAN_OK;
}

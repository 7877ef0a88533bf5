#include "data/image.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

enum { FILE_BYTES = 1 << 28 };

bool image_has_name(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t end = strlen(endings[i]);
        if (length > end && strcasecmp(name + length - end, endings[i]) == 0) return true;
    }
    return false;
}

/* ---- EXIF ---- */

/* A number of `bytes` bytes at `at`, in the block's own order. */
static size_t number_at(const uint8_t *tiff, size_t at, size_t bytes, bool big)
{
    size_t number = 0;
    for (size_t i = 0; i < bytes; i++) number = number << 8 | tiff[at + (big ? i : bytes - 1 - i)];
    return number;
}

unsigned image_orientation(const uint8_t *tiff, size_t length)
{
    enum { HEADER = 8, ENTRY = 12, TAG = 0x0112, SHORT = 3 };
    if (length < HEADER || (memcmp(tiff, "II*", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0)) return 1;
    const bool big = *tiff == 'M';
    size_t at = number_at(tiff, 4, 4, big);
    if (at > length - 2) return 1;
    size_t entries = number_at(tiff, at, 2, big);
    for (at += 2; entries && at + ENTRY <= length; entries--, at += ENTRY) {
        if (number_at(tiff, at, 2, big) != TAG || number_at(tiff, at + 2, 2, big) != SHORT) continue;
        const size_t orientation = number_at(tiff, at + 8, 2, big);
        return orientation >= 1 && orientation <= 8 ? (unsigned)orientation : 1;
    }
    return 1;
}

/* ---- files ---- */

static clgan_status decode(uint8_t *bytes, const struct image_shape *shape, const char *file, size_t length)
{
    if (length >= 8 && memcmp(file, "\x89PNG\r\n\x1a\n", 8) == 0) return image_read_png(bytes, shape, file, length);
    if (length >= 3 && memcmp(file, "\xff\xd8\xff", 3) == 0) return image_read_jpeg(bytes, shape, file, length);
    return status_fail(CLGAN_FAILED, length ? "it is neither PNG nor JPEG" : "it is empty");
}

clgan_status image_read(uint8_t *bytes, const char *path, const struct image_shape *shape)
{
    char *file;
    size_t length;
    TRY(file_read(&file, &length, path, FILE_BYTES));
    const clgan_status status = decode(bytes, shape, file, length);
    free(file);
    return status == CLGAN_OK ? status : status_within(status, "%s: the picture can't be read", path);
}

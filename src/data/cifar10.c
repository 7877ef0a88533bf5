#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"

enum { PICTURE = 3 * 32 * 32, RECORD = 1 + PICTURE, LABELS = 10, FILE_LIMIT = 1 << 30 };

static clgan_status take_records(struct pictures *pictures, const char *bytes, size_t length, const char *path)
{
    const size_t count = length / RECORD;
    if (!count || length % RECORD)
        return status_fail(CLGAN_FAILED, "%s: %zu bytes are no whole number of CIFAR-10 records of %d. Get it again",
                           path, length, RECORD);
    for (size_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i * RECORD] >= LABELS)
            return status_fail(CLGAN_FAILED, "%s: record %zu has label %d, expected 0 to 9: not a CIFAR-10 file", path,
                               i, (unsigned char)bytes[i * RECORD]);
    TRY(memory_take(&pictures->bytes, count, PICTURE));
    pictures->count = count;
    pictures->size = PICTURE;
    for (size_t i = 0; i < count; i++) memcpy(pictures->bytes + i * PICTURE, bytes + i * RECORD + 1, PICTURE);
    return CLGAN_OK;
}

clgan_status cifar10_read(struct pictures *pictures, const char *path)
{
    char *bytes;
    size_t length;
    *pictures = (struct pictures){0};
    TRY(file_read(&bytes, &length, path, FILE_LIMIT));
    const clgan_status status = take_records(pictures, bytes, length, path);
    free(bytes);
    return status;
}

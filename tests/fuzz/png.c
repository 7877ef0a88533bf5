/* PNG as the filmstrip reads them: the input as it is, and again with the checksums of its chunks put right. */
#include "fuzz.h"
#include "output/picture.h"
#include "png_sums.h"

enum { LARGEST = 1 << 16 };

static void read_file(const char *path)
{
    struct picture picture;
    const clgan_status status = picture_read_png(&picture, path);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path);
        MUST(!picture.bytes);
        return;
    }
    MUST(picture.channels == 1 || picture.channels == 3);
    unsigned sum = 0; /* reads every byte */
    for (size_t i = 0; i < picture.width * picture.height * picture.channels; i++) sum += picture.bytes[i];
    MUST(sum <= 255 * picture.width * picture.height * picture.channels);
    picture_free(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t mended[LARGEST];
    const struct fuzz_path path = fuzz_at("epoch-0001.png");
    fuzz_put(path.text, bytes, length);
    read_file(path.text);
    if (length > LARGEST) return 0;
    memcpy(mended, bytes, length);
    png_mend_sums(mended, length);
    fuzz_put(path.text, mended, length);
    read_file(path.text);
    return 0;
}

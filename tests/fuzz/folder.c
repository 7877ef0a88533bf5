/* A folder with one picture, PNG or JPEG: the input as it is, and again with the checksums of PNG's chunks put right.
 */
#include "data/dataset.h"
#include "fuzz.h"
#include "png_sums.h"

enum { LARGEST = 1 << 16 };

static void read_folder(const char *folder, const char *file, size_t channels, size_t side, enum data_fit fit)
{
    const struct dataset_request request = {.format = DATA_FOLDER,
                                            .name = "fuzz",
                                            .path = folder,
                                            .channels = channels,
                                            .height = side,
                                            .width = side + 1,
                                            .fit = fit,
                                            .background = 9};
    struct dataset dataset;
    const clgan_status status = dataset_read(&dataset, &request, NULL);
    if (status != CLGAN_OK) {
        fuzz_refused(status, file);
        MUST(!dataset.train.bytes);
        return;
    }
    MUST(dataset.train.count == 1 && dataset.train.size == channels * side * (side + 1));
    unsigned sum = 0; /* reads every byte */
    for (size_t i = 0; i < dataset.train.size; i++) sum += dataset.train.bytes[i];
    MUST(sum <= 255 * dataset.train.size);
    dataset_free(&dataset);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t mended[LARGEST];
    const struct fuzz_path path = fuzz_at("picture.png");
    fuzz_put(path.text, bytes, length);
    read_folder(fuzz_folder(), path.text, 3, 8, length % 2 ? FIT_CROP : FIT_STRETCH);
    if (length > LARGEST) return 0;
    memcpy(mended, bytes, length);
    png_mend_sums(mended, length);
    fuzz_put(path.text, mended, length);
    read_folder(fuzz_folder(), path.text, 1, 40, FIT_PAD);
    return 0;
}

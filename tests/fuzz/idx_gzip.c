/* IDX files whose gzip stream is the input. */
#include "data/dataset.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("train-images-idx3-ubyte.gz");
    const struct dataset_request request = {.format = DATA_IDX, .name = "fuzz", .path = path.text};
    struct dataset dataset;
    fuzz_put(path.text, bytes, length);
    const clgan_status status = dataset_read(&dataset, &request, NULL);
    if (status == CLGAN_OK)
        dataset_free(&dataset);
    else
        fuzz_refused(status, path.text);
    return 0;
}

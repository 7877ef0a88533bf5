/* Files of CIFAR-10's binary version. */
#include "data/dataset.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("data_batch_1.bin");
    struct pictures pictures;
    fuzz_put(path.text, bytes, length);
    const clgan_status status = cifar10_read(&pictures, path.text);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path.text);
        return 0;
    }
    MUST(pictures.count * (pictures.size + 1) == length);
    free(pictures.bytes);
    return 0;
}

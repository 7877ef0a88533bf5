/* NPY files. */
#include "data/npy.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("rows.npy");
    clgan_rows rows;
    int was_bytes;
    fuzz_put(path.text, bytes, length);
    const clgan_status status = npy_read(&rows, &was_bytes, path.text);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path.text);
        return 0;
    }
    MUST(rows.rows && rows.columns == rows.channels * rows.height * rows.width);
    MUST(rows.rows * rows.columns * (was_bytes ? 1 : sizeof(float)) < length);
    clgan_rows_free(&rows);
    return 0;
}

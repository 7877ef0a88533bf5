/* IDX files: the input as it is, and gzipped. */
#include <zlib.h>

#include "data/dataset.h"
#include "fuzz.h"

static void read_file(const char *path)
{
    const struct dataset_request request = {.format = DATA_IDX, .name = "fuzz", .path = path};
    struct dataset dataset;
    const clgan_status status = dataset_read(&dataset, &request, NULL);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path);
        return;
    }
    const struct pictures *pictures = &dataset.train;
    MUST(pictures->count && pictures->size == dataset.channels * dataset.height * dataset.width);
    float *pairs = malloc(pictures->count * 2 * sizeof *pairs), *logits = malloc(pictures->size * sizeof *logits);
    MUST(pairs && logits);
    prepare_rows(pairs, pictures, PREPARE_CONTRAST55);
    prepare_rows(pairs, pictures, PREPARE_UNIT);
    marginal_logits(logits, pictures);
    free(pairs);
    free(logits);
    dataset_free(&dataset);
}

static size_t zip(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)length, .next_out = to, .avail_out = (uInt)room};
    MUST(deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    MUST(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    MUST(deflateEnd(&stream) == Z_OK);
    return stream.total_out;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t zipped[1 << 17];
    const struct fuzz_path path = fuzz_at("train-images-idx3-ubyte");
    fuzz_put(path.text, bytes, length);
    read_file(path.text);
    if (length > sizeof zipped / 2) return 0;
    fuzz_put(path.text, zipped, zip(zipped, sizeof zipped, bytes, length));
    read_file(path.text);
    return 0;
}

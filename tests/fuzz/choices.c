/* Measured choices, as the cache folder and a run's kernels.txt keep them: the input as it is, and its lines after the
 * head that the device would be known by. What is read is written as text that reads the same. */
#include "compute/choices.h"
#include "fuzz.h"

static const char head[] = "clgan tuning, version 1\ndevice: fuzz\ndriver: 1\n";

static size_t read_file(const char *path)
{
    const struct fuzz_path written = fuzz_at("written.txt");
    struct gemm_choices choices = {0}, again = {0};
    bool found;
    struct device device = {.info = {.name = "fuzz", .driver = "1"}, .choices = &choices};
    choices_read(&found, &device, path, NULL);
    const size_t count = choices.count;
    for (size_t i = 0; i < count; i++) {
        struct gemm_variant parsed;
        MUST(choices_find(&choices, &choices.list[i].gemm) == &choices.list[i]);
        MUST(gemm_variant_parse(&parsed, gemm_variant_name(&choices.list[i].variant).text));
        gemm_fits(&choices.list[i].gemm, &choices.list[i].variant);
    }
    MUST(choices_write(&device, written.text, false) == CLGAN_OK);
    device.choices = &again;
    choices_read(&found, &device, written.text, NULL);
    MUST(again.count == count);
    choices_free(&again);
    choices_free(&choices);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("kernels.txt");
    fuzz_put(path.text, bytes, length);
    read_file(path.text);
    FILE *stream = fopen(path.text, "wb");
    MUST(stream);
    MUST(fwrite(head, 1, sizeof head - 1, stream) == sizeof head - 1 && fwrite(bytes, 1, length, stream) == length);
    MUST(fclose(stream) == 0);
    read_file(path.text);
    return 0;
}

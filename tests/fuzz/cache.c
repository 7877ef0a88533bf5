/* An entry of the cache of compiled programs: the input as it is, and as the binary of an entry with the right head. */
#include "compute/cache.h"
#include "fuzz.h"

static const char key[HASH_DIGITS + 1] = "0123456789abcdef0123456789abcdef";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("0123456789abcdef0123456789abcdef.clbin");
    char *binary;
    size_t size;
    fuzz_put(path.text, bytes, length);
    if (cache_load(&binary, &size, fuzz_folder(), key)) {
        MUST(size && size < length && memcmp(binary, bytes + length - size, size) == 0);
        free(binary);
    }
    cache_store(fuzz_folder(), key, bytes, length);
    MUST(cache_load(&binary, &size, fuzz_folder(), key) == (length > 0));
    if (!length) return 0;
    MUST(size == length && memcmp(binary, bytes, length) == 0);
    free(binary);
    FILE *stream = fopen(path.text, "r+b"); /* one bit of it turns */
    MUST(stream);
    MUST(fseek(stream, -1, SEEK_END) == 0 && fputc(bytes[length - 1] ^ 1, stream) != EOF && fclose(stream) == 0);
    MUST(!cache_load(&binary, &size, fuzz_folder(), key));
    return 0;
}

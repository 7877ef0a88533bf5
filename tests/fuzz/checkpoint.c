/* Checkpoints: the input as it is, and again with the length of its header and its checksum put right, so that what
 * those guard is reached. */
#include "gan/checkpoint.h"
#include "base/hash.h"
#include "fuzz.h"

enum { PREFIX = 8, LARGEST = 1 << 16 };

static void read_file(const char *path)
{
    static uint8_t data[LARGEST];
    struct checkpoint checkpoint;
    const clgan_status status = checkpoint_open(&checkpoint, path, NULL);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path);
        return;
    }
    MUST(checkpoint.steps_per_epoch);
    const struct safetensors_file *file = &checkpoint.file;
    for (size_t i = 0; i < file->count; i++) {
        const struct safetensors_entry *entry = &file->entries[i];
        double elements = 1; /* can't wrap */
        for (size_t d = 0; d < entry->dimensions; d++) elements *= (double)entry->shape[d];
        MUST(4 * elements == (double)entry->bytes);
        MUST(entry->bytes <= sizeof data && entry->dimensions <= SAFETENSORS_DIMENSIONS);
        MUST(safetensors_read(file, entry, 0, data, (size_t)entry->bytes) == CLGAN_OK);
        MUST(safetensors_read(file, entry, entry->bytes, data, 1) == CLGAN_FAILED);
        MUST(safetensors_find(file, entry->name) == entry);
    }
    checkpoint_close(&checkpoint);
}

/* As weights alone, with the recipe of its metadata. */
static void open_weights(const char *path)
{
    clgan_run *run;
    const clgan_status status = clgan_run_open(&run, path, NULL);
    if (status == CLGAN_OK)
        clgan_run_free(run);
    else
        fuzz_refused(status, path);
}

/* Position of the end of the header that begins at PREFIX: after the brace that closes the first one. */
static size_t header_end(const uint8_t *bytes, size_t length)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = PREFIX; i < length; i++) {
        if (quoted && bytes[i] == '\\')
            i++;
        else if (bytes[i] == '"')
            quoted = !quoted;
        else if (!quoted && bytes[i] == '{')
            depth++;
        else if (!quoted && bytes[i] == '}' && depth-- <= 1)
            return i + 1;
    }
    return length;
}

static void mend(uint8_t *bytes, size_t length)
{
    static const char key[] = "\"checksum\":\"";
    char digits[HASH_DIGITS + 1];
    struct hash *hash;
    const size_t end = header_end(bytes, length);
    for (int i = 0; i < PREFIX; i++) bytes[i] = (uint8_t)((uint64_t)(end - PREFIX) >> 8 * i);
    uint8_t *at = memmem(bytes, end, key, sizeof key - 1);
    if (!at || at + sizeof key - 1 + HASH_DIGITS > bytes + end) return;
    at += sizeof key - 1;
    memset(at, '0', HASH_DIGITS);
    MUST(hash_begin(&hash) == CLGAN_OK);
    hash_add(hash, bytes, length);
    hash_end(hash, digits);
    memcpy(at, digits, HASH_DIGITS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t mended[LARGEST];
    const struct fuzz_path path = fuzz_at("step-000000000010.safetensors");
    fuzz_put(path.text, bytes, length);
    read_file(path.text);
    if (length < PREFIX || length > LARGEST) return 0;
    memcpy(mended, bytes, length);
    mend(mended, length);
    fuzz_put(path.text, mended, length);
    read_file(path.text);
    open_weights(path.text);
    return 0;
}

/* Files of names for clgan import, over weights that fit. */
#include "base/safetensors.h"
#include "import.h"

static void write_weights(const char *path)
{
    struct safetensors_entry entries[] = {
        {.name = "a", .shape = {2, 2}, .dimensions = 2},    {.name = "a.b", .shape = {2}, .dimensions = 1},
        {.name = "1.w=", .shape = {6, 2}, .dimensions = 2}, {.name = "1.bias", .shape = {6}, .dimensions = 1},
        {.name = "G.2", .shape = {1, 3}, .dimensions = 2},  {.name = "G.2.bias", .shape = {1}, .dimensions = 1},
        {.name = "D", .shape = {1, 1}, .dimensions = 2},    {.name = "D.bias", .shape = {1}, .dimensions = 1},
        {.name = "more", .shape = {1}, .dimensions = 1}};
    static const float values[64];
    struct safetensors_writer *writer;
    MUST(safetensors_begin(&writer, path, entries, sizeof entries / sizeof *entries, NULL, 0) == CLGAN_OK);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        MUST(safetensors_add(writer, values, (size_t)entries[i].bytes) == CLGAN_OK);
    MUST(safetensors_commit(writer) == CLGAN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct fuzz_path weights;
    const struct fuzz_path map = fuzz_at("map.txt");
    const char *maps[] = {map.text};
    if (!*weights.text) {
        weights = fuzz_at("weights.safetensors");
        write_weights(weights.text);
    }
    fuzz_put(map.text, bytes, length);
    fuzz_import(&(struct import_request){.path = weights.text, .layout = LAYOUT_TORCH, .maps = maps, .map_count = 1});
    return 0;
}

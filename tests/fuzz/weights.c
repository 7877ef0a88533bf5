/* Weights of other programs: safetensors of every type, taken in by the names of either layout. */
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("weights.safetensors");
    fuzz_put(path.text, bytes, length);
    fuzz_import(&(struct import_request){.path = path.text, .layout = LAYOUT_TORCH});
    fuzz_import(&(struct import_request){.path = path.text, .layout = LAYOUT_CLGAN, .network = "both"});
    return 0;
}

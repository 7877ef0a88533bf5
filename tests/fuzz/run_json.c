/* A run's settings, run.json, in a folder that is otherwise sound. */
#include "base/embedded.h"
#include "fuzz.h"
#include "gan/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static bool made;
    const struct fuzz_path path = fuzz_at("run.json"), recipe = fuzz_at("recipe.yaml");
    const struct embedded_file *file = embedded_find("ring8.yaml");
    clgan_run *run, *again;
    if (!made) fuzz_put(recipe.text, file->text, file->length);
    made = true;
    fuzz_put(path.text, bytes, length);
    const clgan_status status = clgan_run_open(&run, fuzz_folder(), NULL);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path.text);
        return 0;
    }
    MUST(strcmp(clgan_run_folder(run), fuzz_folder()) == 0); /* whatever the file says */
    MUST(run->epochs <= CLGAN_EPOCHS && run->evaluate_every <= CLGAN_EPOCHS);
    MUST(run_write(run) == CLGAN_OK);
    MUST(clgan_run_open(&again, fuzz_folder(), NULL) == CLGAN_OK);
    MUST(again->epochs == run->epochs && again->evaluate_every == run->evaluate_every);
    MUST(!again->data == !run->data && (!run->data || strcmp(again->data, run->data) == 0));
    MUST(!again->from == !run->from && (!run->from || strcmp(again->from, run->from) == 0));
    MUST(memcmp(again->devices, run->devices, sizeof run->devices) == 0);
    clgan_run_free(again);
    clgan_run_free(run);
    return 0;
}

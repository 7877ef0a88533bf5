/* A run's log: read as a resumed training reads it, with the alarms that follow, and cut. */
#include <math.h>

#include "base/embedded.h"
#include "fuzz.h"
#include "gan/alarm.h"
#include "gan/run_log.h"

enum { KEPT = 2 };

static size_t read_all(const struct clgan_run *run, uint64_t most)
{
    struct alarms alarms = {0};
    clgan_progress *lines;
    size_t count;
    MUST(run_log_read(&lines, &count, run) == CLGAN_OK);
    for (size_t i = 0; i < count; i++) {
        MUST(lines[i].epoch > 0 && lines[i].epoch <= most);
        alarms_follow(&alarms, &run->recipe, &lines[i]);
    }
    free(lines);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct clgan_run run;
    const struct fuzz_path path = fuzz_at("log.jsonl");
    const struct embedded_file *file = embedded_find("ring8.yaml");
    run.folder = (char *)fuzz_folder();
    if (!*run.recipe.name) MUST(recipe_parse(&run.recipe, file->text, file->length, "ring8", NULL, 0) == CLGAN_OK);
    fuzz_put(path.text, bytes, length);
    const size_t before = read_all(&run, UINT64_MAX);
    MUST(run_log_cut(&run, KEPT) == CLGAN_OK);
    const size_t kept = read_all(&run, KEPT);
    MUST(kept <= before);
    MUST(run_log_cut(&run, KEPT) == CLGAN_OK);
    MUST(read_all(&run, KEPT) == kept);
    return 0;
}

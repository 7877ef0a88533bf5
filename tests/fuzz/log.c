/* A run's log: read as a resumed training reads it, with the alarms that follow, and cut. */
#include <math.h>

#include "base/embedded.h"
#include "fuzz.h"
#include "gan/alarm.h"
#include "gan/run_log.h"

enum { KEPT = 2 };

struct reading {
    struct alarms alarms;
    const struct recipe *recipe;
    uint64_t most;
    size_t count;
};

static clgan_status read_line(void *user, clgan_progress *line)
{
    struct reading *reading = user;
    MUST(line->epoch > 0 && line->epoch <= reading->most);
    alarms_follow(&reading->alarms, reading->recipe, line);
    reading->count++;
    return CLGAN_OK;
}

static size_t read_all(const struct clgan_run *run, uint64_t most)
{
    struct reading reading = {.recipe = &run->recipe, .most = most};
    MUST(run_log_visit(run, read_line, &reading) == CLGAN_OK);
    return reading.count;
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

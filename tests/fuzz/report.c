/* A report of a run whose log and evaluation are the input: the page holds no script and no element that it does not
 * hold for a run without them, and its data is JSON. */
#include "export/report.h"
#include "base/embedded.h"
#include "base/locale.h"
#include "fuzz.h"

/* How often `what` stands in the page. */
static size_t count(const char *page, const char *what)
{
    size_t found = 0;
    for (const char *at = page; (at = strstr(at, what)); at++) found++;
    return found;
}

static char *make(const struct clgan_run *run)
{
    struct report report;
    struct plain_locale locale;
    struct text text = {0};
    char *page;
    MUST(report_read(&report, run) == CLGAN_OK);
    MUST(locale_begin(&locale) == CLGAN_OK);
    report_page(&text, &report);
    locale_end(&locale);
    report_free(&report);
    MUST(text_take(&page, &text) == CLGAN_OK);
    return page;
}

static void check_data(const char *page)
{
    static const char begin[] = "<script type=\"application/json\" id=\"data\">";
    const char *from = strstr(page, begin), *to = from ? strstr(from, "</script>") : NULL;
    MUST(from && to);
    from += strlen(begin);
    json_t *data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, NULL);
    MUST(data);
    json_decref(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const elements[] = {"<script", "<img", "<iframe", "<style", "<link", "<svg", "<form"};
    static size_t usual[sizeof elements / sizeof *elements];
    static struct clgan_run run;
    static char recipe_text[] = "name: ring8\n";
    const struct fuzz_path log = fuzz_at("log.jsonl"), evaluation = fuzz_at("evaluation.json");
    const struct embedded_file *file = embedded_find("ring8.yaml");
    if (!run.folder) {
        run.folder = (char *)fuzz_folder();
        run.recipe_text = recipe_text;
        MUST(recipe_parse(&run.recipe, file->text, file->length, "ring8", NULL, 0) == CLGAN_OK);
        char *page = make(&run);
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) usual[i] = count(page, elements[i]);
        free(page);
    }
    fuzz_put(log.text, bytes, length);
    fuzz_put(evaluation.text, bytes, length);
    char *page = make(&run);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) MUST(count(page, elements[i]) == usual[i]);
    check_data(page);
    free(page);
    return 0;
}

/* What docs/embedding.md promises to programs, through clgan.h alone: objects of one folder, threads, children, options
 * of another version. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

static char home[64], folder[96];

static void begin(void)
{
    snprintf(home, sizeof home, "/tmp/clgan-embedding-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(home));
    snprintf(folder, sizeof folder, "%s/run", home);
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", home);
    ck_assert_int_eq(system(command), 0);
}

/* A new run of a shipped recipe, in small where its data is drawn. */
static clgan_status create(clgan_run **run, const char *name, const char *data)
{
    static const char *const settings[] = {"train.batch=16", "output.samples=50", "data.steps_per_epoch=5"};
    clgan_recipe *recipe;
    CHECK_OK(clgan_recipe_read(&recipe, name, settings, data ? 2 : 3));
    const clgan_status status = clgan_run_create(run, recipe, folder, data, NULL, NULL);
    clgan_recipe_free(recipe);
    return status;
}

static clgan_train_options train_options(int resume, uint64_t epochs)
{
    clgan_train_options options = CLGAN_TRAIN_OPTIONS;
    options.resume = resume;
    options.epochs = epochs;
    options.no_tune = 1;
    return options;
}

static clgan_status train(clgan_run *run, int resume, uint64_t epochs)
{
    const clgan_train_options options = train_options(resume, epochs);
    return clgan_train(run, &options);
}

/* A folder in which a training of one epoch has ended. */
static void train_one(void)
{
    clgan_run *run;
    CHECK_OK(create(&run, "ring8", NULL));
    CHECK_OK(train(run, 0, 1));
    clgan_run_free(run);
}

static void path_of(char path[160], const char *name) { snprintf(path, 160, "%s/%s", folder, name); }

static bool is_there(const char *name)
{
    char path[160];
    path_of(path, name);
    return access(path, F_OK) == 0;
}

static void put(const char *name, const char *text)
{
    char path[160];
    path_of(path, name);
    FILE *stream = fopen(path, "w");
    ck_assert_ptr_nonnull(stream);
    fputs(text, stream);
    ck_assert_int_eq(fclose(stream), 0);
}

static void must_have(const char *name, const char *words)
{
    char path[160], text[4096] = "";
    path_of(path, name);
    FILE *stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, stream), 0);
    fclose(stream);
    ck_assert_msg(strstr(text, words) != NULL, "%s has no %s: %s", name, words, text);
}

/* ---- what hears may ask ---- */

static void ask(void *heard, clgan_level level, const char *line)
{
    clgan_device_info *devices;
    size_t count;
    (void)level;
    (void)line;
    ++*(int *)heard;
    CHECK_OK(clgan_devices_list(&devices, &count, NULL));
    clgan_devices_free(devices);
}

/* In a child without drivers, where the log has something to say; first of all tests, as OpenCL survives no fork. */
START_TEST(who_hears_the_log_may_ask_for_devices)
{
    const pid_t child = fork();
    if (child == 0) {
        clgan_device_info *devices;
        size_t count;
        int heard = 0;
        setenv("OCL_ICD_VENDORS", "/nowhere", 1);
        signal(SIGALRM, SIG_DFL); /* Check's would end all tests */
        alarm(60);                /* a lock that is waited for in vain ends it */
        const clgan_status status = clgan_devices_list(&devices, &count, &(clgan_log){ask, &heard});
        _exit(status == CLGAN_OK && heard == 1 ? 0 : 1);
    }
    int code = -1;
    ck_assert_int_eq(waitpid(child, &code, 0), child);
    ck_assert_msg(WIFEXITED(code) && WEXITSTATUS(code) == 0, "the child ended with %x", (unsigned)code);
}
END_TEST

/* ---- objects of one folder ---- */

START_TEST(a_training_that_never_began_keeps_its_folder_to_itself)
{
    clgan_run *lost, *run;
    CHECK_OK(create(&lost, "fashion-quick", home)); /* where no pictures are */
    ck_assert_int_ne(train(lost, 0, 1), CLGAN_OK);
    ck_assert_int_eq(create(&run, "ring8", NULL), CLGAN_FAILED);
    ck_assert_msg(strstr(clgan_last_error(), "under way") != NULL, "%s", clgan_last_error());
    clgan_run_free(lost);
    ck_assert(!is_there(""));
    train_one();
    must_have("run.json", "\"epochs\": 1");
}
END_TEST

/* That the log has of an epoch. */
static double rate_of(unsigned epoch)
{
    char path[160], line[4096], words[32];
    double rate = -1;
    path_of(path, "log.jsonl");
    snprintf(words, sizeof words, "{\"epoch\":%u,", epoch);
    FILE *stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    while (fgets(line, sizeof line, stream)) {
        const char *at = strstr(line, "\"g_rate\":");
        if (strncmp(line, words, strlen(words)) == 0 && at) rate = strtod(at + strlen("\"g_rate\":"), NULL);
    }
    fclose(stream);
    return rate;
}

/* Trains an epoch more of a run that was rolled back so often, as its run.json says. */
static void train_rolled_back(clgan_run *run, unsigned rollbacks, unsigned epochs)
{
    char text[96];
    snprintf(text, sizeof text, "{\"format\": 1, \"epochs\": %u, \"rollbacks\": %u}", epochs, rollbacks);
    put("run.json", text);
    CHECK_OK(train(run, 1, 0));
    snprintf(text, sizeof text, "\"rollbacks\": %u", rollbacks);
    must_have("run.json", text);
}

/* Opened before, trained after. */
START_TEST(a_resume_takes_what_another_object_left)
{
    static const volatile int stopped = 1;
    clgan_run *early, *other;
    train_one();
    CHECK_OK(clgan_run_open(&early, folder, NULL));
    CHECK_OK(clgan_run_open(&other, folder, NULL));
    clgan_train_options options = train_options(1, 3);
    options.stop = &stopped;
    ck_assert_int_eq(clgan_train(other, &options), CLGAN_STOPPED);
    clgan_run_free(other);
    must_have("run.json", "\"epochs\": 3");
    CHECK_OK(train(early, 1, 0));
    must_have("log.jsonl", "\"epoch\":3");
    train_rolled_back(early, 1, 4);
    put("run.json", "{\"format\": 1, \"epochs\": -1, \"rollbacks\": 3}");
    ck_assert_int_eq(train(early, 1, 0), CLGAN_FAILED);
    train_rolled_back(early, 1, 5);
    train_rolled_back(early, 0, 6);
    const double rate = rate_of(3);
    ck_assert(rate > 0 && rate_of(4) == rate / 2 && rate_of(5) == rate / 2 && rate_of(6) == rate);
    clgan_run_free(early);
}
END_TEST

START_TEST(a_training_removes_what_killed_ones_left_and_nothing_else)
{
    clgan_run *run;
    train_one();
    put("many.idx.gz.123.tmp", "somebody writes it");
    put("run.json.123.tmp", "left");
    put("log.jsonl.123.tmp", "left");
    CHECK_OK(clgan_run_open(&run, folder, NULL));
    CHECK_OK(train(run, 1, 2));
    clgan_run_free(run);
    ck_assert(is_there("many.idx.gz.123.tmp") && !is_there("run.json.123.tmp") && !is_there("log.jsonl.123.tmp"));
}
END_TEST

START_TEST(a_child_that_was_forked_holds_no_lock)
{
    clgan_run *run, *again;
    CHECK_OK(create(&run, "ring8", NULL));
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    clgan_status status = train(run, 0, 1);
    if (status == CLGAN_OK) status = clgan_run_open(&again, folder, NULL);
    if (status == CLGAN_OK) {
        status = train(again, 1, 2);
        clgan_run_free(again);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_msg(status == CLGAN_OK, "%s", clgan_last_error());
    clgan_run_free(run);
}
END_TEST

START_TEST(a_child_that_frees_its_copy_unlocks_nothing)
{
    clgan_run *run, *other;
    CHECK_OK(create(&run, "ring8", NULL));
    const pid_t child = fork();
    if (child == 0) {
        clgan_run_free(run);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_eq(create(&other, "ring8", NULL), CLGAN_FAILED);
    ck_assert_msg(strstr(clgan_last_error(), "under way") != NULL, "%s", clgan_last_error());
    clgan_run_free(run);
}
END_TEST

/* ---- texts, options, counts ---- */

static void *name_recipes(void *names)
{
    for (size_t i = 0; i < 4; i++) ((const char **)names)[i] = i % 2 ? clgan_recipe_about(i) : clgan_recipe_name(i);
    return NULL;
}

START_TEST(static_texts_outlive_the_thread_that_asked)
{
    const char *theirs[4], *ours[4];
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, name_recipes, theirs), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    name_recipes(ours);
    for (size_t i = 0; i < 4; i++) ck_assert_ptr_eq(theirs[i], ours[i]);
    ck_assert(strlen(ours[0]) && strlen(ours[1]));
}
END_TEST

/* The call refuses options whose size is another; what it would be given beside them does not matter. */
#define MUST_CHECK(type, initialiser, call)                                                                            \
    do {                                                                                                               \
        type options = initialiser;                                                                                    \
        options.size -= sizeof(void *);                                                                                \
        ck_assert_int_eq(call, CLGAN_USAGE);                                                                           \
        ck_assert_msg(strstr(clgan_last_error(), "initialiser") != NULL, #call ": %s", clgan_last_error());            \
    } while (0)

START_TEST(options_of_another_version_are_refused)
{
    clgan_run *run, *made;
    clgan_recipe *recipe;
    clgan_rows rows = {0};
    clgan_evaluation *evaluation;
    char *text;
    size_t failed;
    CHECK_OK(create(&run, "ring8", NULL));
    CHECK_OK(clgan_recipe_read(&recipe, "ring8", NULL, 0));
    MUST_CHECK(clgan_train_options, CLGAN_TRAIN_OPTIONS, clgan_train(run, &options));
    MUST_CHECK(clgan_train_options, CLGAN_TRAIN_OPTIONS, clgan_train_describe(&text, recipe, NULL, &options, NULL));
    MUST_CHECK(clgan_tune_options, CLGAN_TUNE_OPTIONS, clgan_tune(recipe, &options, NULL));
    MUST_CHECK(clgan_device_options, CLGAN_DEVICE_OPTIONS, clgan_tuning_text(&text, &options, NULL));
    MUST_CHECK(clgan_selftest_options, CLGAN_SELFTEST_OPTIONS, clgan_selftest(&failed, &options, NULL));
    MUST_CHECK(clgan_sample_options, CLGAN_SAMPLE_OPTIONS, clgan_sample(&rows, NULL, run, &options));
    MUST_CHECK(clgan_sample_options, CLGAN_SAMPLE_OPTIONS, clgan_sample_idx(run, &options, "x.idx"));
    MUST_CHECK(clgan_sample_options, CLGAN_SAMPLE_OPTIONS, clgan_sample_each(run, &options, folder));
    MUST_CHECK(clgan_sample_options, CLGAN_SAMPLE_OPTIONS, clgan_score(&rows, run, NULL, NULL, &options));
    MUST_CHECK(clgan_show_options, CLGAN_SHOW_OPTIONS, clgan_rows_show(&text, &rows, 0, 0, 0, &options));
    MUST_CHECK(clgan_show_options, CLGAN_SHOW_OPTIONS, clgan_run_show(&text, run, &options));
    MUST_CHECK(clgan_evaluate_options, CLGAN_EVALUATE_OPTIONS, clgan_evaluate(&evaluation, run, &options, NULL));
    MUST_CHECK(clgan_figure_options, CLGAN_FIGURE_OPTIONS, clgan_figure_nearest(&text, run, &options));
    MUST_CHECK(clgan_figure_options, CLGAN_FIGURE_OPTIONS, clgan_figure_interpolate(&text, run, &options));
    MUST_CHECK(clgan_figure_options, CLGAN_FIGURE_OPTIONS, clgan_figure_density(&text, run, &options));
    MUST_CHECK(clgan_figure_options, CLGAN_FIGURE_OPTIONS, clgan_figure_filmstrip(&text, run, &options));
    MUST_CHECK(clgan_export_options, CLGAN_EXPORT_OPTIONS, clgan_export(&text, run, "x.npz", &options));
    MUST_CHECK(clgan_import_options, CLGAN_IMPORT_OPTIONS,
               clgan_import(&made, &text, "x.safetensors", recipe, &options, NULL));
    MUST_CHECK(clgan_report_options, CLGAN_REPORT_OPTIONS, clgan_report(&text, &run, 1, &options));
    clgan_recipe_free(recipe);
    clgan_run_free(run);
}
END_TEST

#if SIZE_MAX > UINT32_MAX
START_TEST(more_samples_than_there_can_be_are_refused)
{
    clgan_run *run;
    clgan_rows rows;
    clgan_sample_options options = CLGAN_SAMPLE_OPTIONS;
    train_one();
    CHECK_OK(clgan_run_open(&run, folder, NULL));
    options.count = (size_t)UINT32_MAX + 1;
    ck_assert_int_eq(clgan_sample(&rows, NULL, run, &options), CLGAN_USAGE);
    ck_assert_msg(strstr(clgan_last_error(), "more samples than") != NULL, "%s", clgan_last_error());
    clgan_run_free(run);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("embedding");
    TCase *tests = tcase_create("embedding");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, who_hears_the_log_may_ask_for_devices);
    tcase_add_test(tests, static_texts_outlive_the_thread_that_asked);
    tcase_add_test(tests, a_training_that_never_began_keeps_its_folder_to_itself);
    tcase_add_test(tests, a_resume_takes_what_another_object_left);
    tcase_add_test(tests, a_training_removes_what_killed_ones_left_and_nothing_else);
    tcase_add_test(tests, a_child_that_was_forked_holds_no_lock);
    tcase_add_test(tests, a_child_that_frees_its_copy_unlocks_nothing);
    tcase_add_test(tests, options_of_another_version_are_refused);
#if SIZE_MAX > UINT32_MAX
    tcase_add_test(tests, more_samples_than_there_can_be_are_refused);
#endif
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

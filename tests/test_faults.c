/* Every OpenCL call fails once: programs of every kind are run again and again, and each time another call of theirs is
 * not performed and returns an error (tests/layers/fail.c). Each run must end with a message that names the call, leave
 * no object behind, and a training must go on from there to the same bits; what a program may do without is listed
 * below. Also from one call in each phase on all calls fail, as on a device that is lost. Short form: each entry point
 * in each phase once, at its first, a middle or its last call; with CLGAN_TEST_SMALL=1 every fourth of these. With
 * CLGAN_LONG=1: every single call, and the first, the middle and the last of each phase with every code. */
#include <dlfcn.h>
#include <math.h>
#include <signal.h>

#include "compute/cl.h"
#include "fault_calls.h"
#include "fault_programs.h"

/* ---- which call fails ---- */

static int let_through(size_t entry)
{
    (void)entry;
    return 0;
}

static struct {
    const struct program *program;
    size_t number; /* of calls.list */
    int code;
    bool lasting; /* all calls after it fail too */
    size_t made;  /* calls so far */
    bool failed;
    char name[256]; /* for people */
} now;

static int choose(size_t entry)
{
    const size_t number = now.made++;
    if (number < now.number) return 0;
    if (number > now.number) return now.lasting ? fail->entries[entry].codes[0] : 0;
    now.failed = entry == calls.list[number].entry;
    return now.code;
}

/* ---- what must come of it ---- */

static size_t cases, complaints, survived;

static void complain(const char *what)
{
    if (complaints++ < 300) fprintf(stderr, "%s: %s\n", now.name, what);
}

/* What a program may do without. It then ends well, */
enum survival {
    SAME,    /* to the same result */
    OTHER,   /* to a result as right, with other kernels */
    TOLD,    /* to either, and the log names the call */
    COUNTED, /* what was tried is counted as failed, and a check's reason names the call, or the log does */
    LESS     /* having told less of a device: "unknown", or the call's name */
};
static const struct survivor {
    const char *program, *phase, *entry; /* NULL: any */
    enum survival how;
    const char *reason;
} survivors[] = {
    {"devices", NULL, NULL, LESS, "all else that is known of devices is told"},
    {NULL, NULL, "clGetPlatformInfo", SAME, "a name, and part of the key of a kept program: it is built anew"},
    {NULL, NULL, "clCreateProgramWithBinary", SAME, "a kept program that is refused is built from its source"},
    {NULL, NULL, "clBuildProgram", SAME, "the same; and another kernel may do"},
    {NULL, NULL, "clGetProgramInfo", SAME, "a program that can't be kept is built again next time"},
    {NULL, NULL, "clEnqueueMapBuffer", SAME, "huge pages make it faster, no more"},
    {NULL, "close", "clFinish", SAME, "everything was waited for before"},
    {"selftest", NULL, NULL, COUNTED, "the other checks are run"},
    {"tune", "open", NULL, SAME, "the products are collected, and measured later"},
    {"tune", "plan", NULL, SAME, "the same"},
    {"tune", "set-up", NULL, COUNTED, "the other candidates are measured"},
    {"tune", "candidates", NULL, COUNTED, "the same"},
    {"first", "tuning", NULL, OTHER, "a training needs no measured kernels"},
    {"first", "self-test", "clEnqueueWriteBuffer", TOLD, "operands of a product's check: the next kernel is tried"},
    /* where the kernel of a product is set up, the next likely one is tried */
    {NULL, NULL, "clCreateProgramWithSource", TOLD, "of a product"},
    {NULL, NULL, "clCreateKernel", TOLD, "of a product"},
    {NULL, NULL, "clGetKernelInfo", TOLD, "of a product"},
    {NULL, NULL, "clGetKernelWorkGroupInfo", TOLD, "of a product"},
    {NULL, NULL, "clSetKernelArg", TOLD, "of a product"},
    {NULL, NULL, "clCreateBuffer", TOLD, "scratch of a product"},
    {NULL, NULL, "clEnqueueFillBuffer", TOLD, "scratch of a product"},
    {"clblast", NULL, "clGetCommandQueueInfo", TOLD, "of CLBlast, asked for its scratch"},
    {"clblast", NULL, "clGetDeviceInfo", TOLD, "of CLBlast, asked for its scratch"},
};

static const struct survivor *find_survivor(const struct call *call)
{
    for (size_t i = 0; i < sizeof survivors / sizeof *survivors; i++) {
        const struct survivor *at = &survivors[i];
        if ((!at->program || strcmp(at->program, now.program->name) == 0) &&
            (!at->phase || strcmp(at->phase, call->phase) == 0) &&
            (!at->entry || strcmp(at->entry, fail->entries[call->entry].name) == 0))
            return at;
    }
    return NULL;
}

static bool same(const struct text *a, const struct text *b)
{
    return a->length == b->length && (!a->length || memcmp(a->bytes, b->bytes, a->length) == 0);
}

/* Two checkpoints, whose floats follow a header. */
static bool near(const struct text *a, const struct text *b)
{
    uint64_t header;
    if (a->length != b->length) return false;
    memcpy(&header, a->bytes, sizeof header);
    for (size_t at = sizeof header + (size_t)header; at + sizeof(float) <= a->length; at += sizeof(float)) {
        float x, y;
        memcpy(&x, a->bytes + at, sizeof x);
        memcpy(&y, b->bytes + at, sizeof y);
        if (!(fabsf(x - y) <= 1e-3f)) return false;
    }
    return true;
}

/* Whether a message says which call failed, and how; of many that did, one. */
static bool names(const char *message, const struct call *call)
{
    static const char command[] = "a command on the device";
    const char *const name = fail->entries[call->entry].name;
    if (now.lasting) {
        bool named = strstr(message, "CLBlast") || strstr(message, command);
        for (size_t i = 0; i < fail->entry_count; i++) named |= strstr(message, fail->entries[i].name) != NULL;
        return named;
    }
    if (call->library) return strstr(message, "CLBlast");
    return strstr(message, now.code == FAIL_COMMAND && strcmp(name, "clGetEventInfo") == 0 ? command : name) &&
           strstr(message, cl_error_name(now.code));
}

static bool survives(enum survival how, const struct call *call, const struct text *result, const struct text *wanted)
{
    switch (how) {
    case SAME:
        return same(result, wanted);
    case OTHER:
        return near(result, wanted);
    case TOLD:
        return names(said, call) && (same(result, wanted) || (now.program->again && near(result, wanted)));
    case COUNTED:
        return dropped || names(checks_failed ? check_reason : said, call);
    case LESS:
        return same(result, wanted) || strstr(result->bytes, "unknown") || names(result->bytes, call) ||
               names(said, call);
    }
    return false;
}

static void check_survivor(const struct call *call, const struct text *result, const struct text *wanted)
{
    const struct survivor *survivor = find_survivor(call);
    survived++;
    if (!survivor)
        complain(same(result, wanted) ? "it went on, and came to the same result" : "it went on");
    else if (!survives(survivor->how, call, result, wanted))
        complain("it went on, to another end than it may");
}

static void check_objects(void)
{
    static const char *const kinds[] = {"contexts", "queues", "buffers", "programs", "kernels", "events", "mappings"};
    char text[64];
    for (size_t i = 0; i < FAIL_KINDS; i++) {
        snprintf(text, sizeof text, "%ld %s are left behind", fail->live[i], kinds[i]);
        if (fail->live[i]) complain(text);
        fail->live[i] = 0;
    }
}

static void check_again(const struct text *wanted)
{
    struct text result = {0};
    if (now.program->again(&result) != CLGAN_OK)
        complain(clgan_last_error());
    else if (!same(&result, wanted))
        complain("resumed, it does not come to the same result");
    text_free(&result);
}

enum { SECONDS = 120 }; /* of a case that hangs; others take a tenth of one, simulators and busy machines aside */

static void hangs(int number)
{
    static const char text[] = ": it hangs\n";
    (void)number;
    if (write(STDERR_FILENO, now.name, strlen(now.name)) < 0 || write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    _exit(1);
}

/* The program with the call failing. Others work in the driver's own cache at the same time: where it has to build a
 * kernel again, other calls are made, and the run says nothing. */
static clgan_status run_failing(struct text *result)
{
    enum { TRIES = 3 };
    clgan_status status = CLGAN_OK;
    now.failed = false;
    for (int i = 0; i < TRIES && !now.failed; i++) {
        text_free(result);
        now.made = 0;
        fail->choose = choose;
        status = run_program(now.program, result);
        fail->choose = let_through;
    }
    return status;
}

/* CLGAN_FAULTS: the name of one program, or "NAME 2/8", the second eighth of its cases. */
static struct {
    char program[32];
    unsigned part, of;
} only = {.part = 1, .of = 1};

static bool read_only(void)
{
    const char *text = getenv("CLGAN_FAULTS");
    if (!text || !*text) return true;
    const int read = sscanf(text, "%31s %u/%u", only.program, &only.part, &only.of);
    return read == 1 || (read == 3 && only.part >= 1 && only.part <= only.of);
}

/* `again`: a training that failed goes on. */
static void run_case(const struct text *wanted, size_t number, int code, bool lasting, bool again)
{
    const struct call *call = &calls.list[number];
    struct text result = {0};
    static size_t turns;
    if (!lasting) add_call(&tried, call);
    if (turns++ % only.of != only.part - 1) return;
    cases++;
    now.number = number;
    now.code = code;
    now.lasting = lasting;
    snprintf(now.name, sizeof now.name, "%s, %s: call %zu, %s%s with %d%s", now.program->name, call->phase, number,
             fail->entries[call->entry].name, call->library ? " of CLBlast" : "", code,
             lasting ? " and all after it" : "");
    alarm(SECONDS);
    const clgan_status status = run_failing(&result);
    if (!now.failed)
        complain("another call was made there");
    else if (status == CLGAN_OK)
        check_survivor(call, &result, wanted);
    else if (!names(clgan_last_error(), call))
        complain(clgan_last_error());
    check_objects();
    if (status != CLGAN_OK && again && now.program->again) check_again(wanted);
    text_free(&result);
    alarm(0);
}

/* ---- the cases ---- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value && strcmp(value, "0") != 0;
}

static bool is_long(void) { return is_set("CLGAN_LONG") && !is_set("CLGAN_TEST_SMALL"); }

/* The first, the middle and the last call of a kind, with every code. */
static void run_kind(const struct text *wanted, const size_t places[3])
{
    for (size_t p = 0; p < 3; p++)
        for (const int *code = fail->entries[calls.list[places[p]].entry].codes, *first = code; *code; code++)
            run_case(wanted, places[p], *code, false, code == first);
}

/* Each kind that is new, and the device lost at a call of each phase. */
static void run_kinds(const struct text *wanted)
{
    static struct calls seen; /* by programs before, too */
    struct calls own = {0};
    for (size_t i = 0; i < calls.count; i++) {
        const struct call *call = &calls.list[i];
        size_t places[3];
        if (is_in(is_long() ? &own : &seen, call)) continue;
        const bool new_phase = !has_phase(&own, call->phase);
        add_call(&own, call);
        add_call(&seen, call);
        if (is_set("CLGAN_TEST_SMALL") && seen.count % 4) continue;
        find_alike(places, call);
        const size_t place = places[seen.count % 3];
        if (is_long())
            run_kind(wanted, places);
        else
            run_case(wanted, place, likeliest(place), false, false);
        if (new_phase) run_case(wanted, place, likeliest(place), true, true);
    }
    free(own.list);
}

/* Lines of clgan that none of the cases before had. */
static void run_sites(const struct text *wanted)
{
    for (size_t i = 0; i < calls.count; i++)
        if (!calls.list[i].library && !has_site(&tried, calls.list[i].site))
            run_case(wanted, i, likeliest(i), false, false);
}

static void run_every(const struct text *wanted)
{
    for (size_t i = 0; i < calls.count; i++) run_case(wanted, i, likeliest(i), false, false);
}

/* The calls of a run that is not disturbed, by the driver's cache neither: two runs agree. */
static void record_calls(struct text *result)
{
    enum { TRIES = 5 };
    size_t before = 0;
    snprintf(now.name, sizeof now.name, "%s, undisturbed", now.program->name);
    for (int i = 0; i < TRIES && (!before || before != calls.count); i++) {
        before = calls.count;
        calls.count = 0;
        text_free(result);
        fail->choose = record;
        CHECK_OK(run_program(now.program, result));
        fail->choose = let_through;
    }
    check_objects();
}

START_TEST(each_call_fails_once)
{
    struct text wanted = {0};
    now.program = &programs[_i];
    ck_assert_msg(read_only(), "CLGAN_FAULTS: expected a program's name, or \"NAME 2/8\"");
    if (*only.program && strcmp(only.program, now.program->name) != 0) return;
    calls.count = complaints = survived = cases = 0;
    signal(SIGALRM, hangs); /* Check's own handler would kill all that belongs to the terminal */
    record_calls(&wanted);
    run_kinds(&wanted);
    if (is_long())
        run_every(&wanted);
    else if (!is_set("CLGAN_TEST_SMALL"))
        run_sites(&wanted);
    printf("%-9s %5zu calls, %5zu cases, %4zu went on\n", now.program->name, calls.count, cases, survived);
    fflush(stdout);
    text_free(&wanted);
    ck_assert_msg(!complaints, "%zu complaints, above", complaints);
}
END_TEST

static void remove_files(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    shell(command);
    free(calls.list);
    free(tried.list);
}

int main(void)
{
    if (setenv("OPENCL_LAYERS", LAYERS, 1) || setenv("CLGAN_LIMIT_ALLOCATION", "8388608", 1)) return EXIT_FAILURE;
    void *layer = dlopen(strrchr(LAYERS, ':') + 1, RTLD_NOW);
    fail = layer ? dlsym(layer, "fail") : NULL;
    if (!fail) {
        fprintf(stderr, "%s\n", dlerror());
        return EXIT_FAILURE;
    }
    fail->choose = let_through;
    Suite *suite = suite_create("faults");
    TCase *tests = tcase_create("faults");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_files, remove_files);
    tcase_add_unchecked_fixture(tests, make_runs, NULL);
    tcase_add_loop_test(tests, each_call_fails_once, 0, PROGRAMS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

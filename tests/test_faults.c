/* Every OpenCL call fails once: programs of every kind are run again and again, and each time another call of theirs is
 * not performed and returns an error (tests/layers/fail.c). Each run must end with a message that names the call, leave
 * no object behind, and a training must go on from there to the same bits. With CLGAN_LONG=1 every single call fails,
 * and in each phase of a program each entry point with every code; else each entry point in each phase at its first, a
 * middle and its last call; with CLGAN_TEST_SMALL=1 at the first only. */
#include <dlfcn.h>
#include <math.h>
#include <signal.h>

#include "compute/cl.h"
#include "faults.h"
#include "layers/fail.h"

static struct fail *fail; /* the layer's */

/* ---- which call fails ---- */

/* The calls of a program that is not disturbed, in order. */
struct call {
    size_t entry;
    bool library; /* CLBlast calls */
    const char *phase;
};
static struct {
    struct call *list;
    size_t count, capacity;
} calls;

static int record(size_t entry, bool library)
{
    if (calls.count == calls.capacity) {
        calls.capacity = 2 * calls.capacity + 1024;
        calls.list = realloc(calls.list, calls.capacity * sizeof *calls.list);
        if (!calls.list) abort();
    }
    calls.list[calls.count++] = (struct call){entry, library, phase};
    return 0;
}

static int let_through(size_t entry, bool library)
{
    (void)entry;
    (void)library;
    return 0;
}

static struct {
    const struct program *program;
    size_t number; /* of calls.list */
    int code;
    bool lasting; /* and all calls after it fail too: the device is lost */
    size_t made;  /* calls so far */
    bool failed;
    char name[256]; /* for people */
} now;

static int choose(size_t entry, bool library)
{
    (void)library;
    const size_t number = now.made++;
    if (number < now.number) return 0;
    if (number > now.number) return now.lasting ? fail->entries[entry].codes[0] : 0;
    now.failed = entry == calls.list[number].entry;
    return now.code;
}

/* ---- what must come of it ---- */

static size_t complaints;

static void complain(const char *what)
{
    if (complaints++ < 100) fprintf(stderr, "%s: %s\n", now.name, what);
}

/* A program may do without some calls. */
static const struct survivor {
    const char *program, *phase, *entry; /* NULL: any */
    enum survival {
        SAME,    /* to the same result */
        OTHER,   /* to a result as right, by other kernels */
        WARNED,  /* the same, with a warning that names the call */
        COUNTED, /* what was tried is counted as failed; a check's reason names the call */
        LESS     /* what is told of a device is less; it names the call, or says "unknown" */
    } how;
    const char *reason;
} survivors[] = {
    {NULL, NULL, "clGetPlatformInfo", SAME, "a name, and part of the key of a kept program: it is built anew"},
    {NULL, NULL, "clCreateProgramWithBinary", SAME, "a kept program that is refused is built from its source"},
    {NULL, NULL, "clGetProgramInfo", SAME, "a program that can't be kept is built again next time"},
    {NULL, NULL, "clEnqueueMapBuffer", SAME, "huge pages make it faster, no more"},
    {NULL, "close", "clFinish", SAME, "everything was waited for before"},
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
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Two checkpoints, whose floats follow a header. */
static bool close_to(const struct text *a, const struct text *b)
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

/* Whether a message says which call failed, and how. */
static bool names(const char *message, const struct call *call)
{
    const char *name = call->library              ? "CLBlast"
                       : now.code == FAIL_COMMAND ? "a command on the device"
                                                  : fail->entries[call->entry].name;
    return strstr(message, name) && strstr(message, cl_error_name(now.code));
}

static void check_survivor(const struct call *call, const struct text *result, const struct text *wanted)
{
    const struct survivor *survivor = find_survivor(call);
    if (!survivor)
        complain(same(result, wanted)       ? "it went on, with the same result"
                 : close_to(result, wanted) ? "it went on, with a close result"
                                            : "it went on, with another result");
    if (*warned) complain(warned);
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

static void too_long(int number)
{
    (void)number;
    static const char text[] = ": it hangs\n";
    if (write(STDERR_FILENO, now.name, strlen(now.name)) < 0 || write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    _exit(1);
}

static void run_case(const struct program *program, const struct text *wanted, size_t number, int code, bool lasting,
                     bool again)
{
    const struct call *call = &calls.list[number];
    struct text result = {0};
    now.program = program;
    now.number = number;
    now.code = code;
    now.lasting = lasting;
    now.made = 0;
    now.failed = false;
    snprintf(now.name, sizeof now.name, "%s, %s: call %zu, %s%s with %d%s", program->name, call->phase, number,
             fail->entries[call->entry].name, call->library ? " of CLBlast" : "", code,
             lasting ? " and all after it" : "");
    alarm(120);
    fail->choose = choose;
    const clgan_status status = run_program(program, &result);
    fail->choose = let_through;
    if (!now.failed)
        complain("another call was made there");
    else if (status == CLGAN_OK)
        check_survivor(call, &result, wanted);
    else if (!names(clgan_last_error(), call))
        complain(clgan_last_error());
    check_objects();
    if (status != CLGAN_OK && again && program->again) check_again(wanted);
    text_free(&result);
    alarm(0);
}

/* ---- the cases ---- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value && strcmp(value, "0") != 0;
}

static bool alike(const struct call *a, const struct call *b)
{
    return a->entry == b->entry && a->library == b->library && strcmp(a->phase, b->phase) == 0;
}

/* How many calls before (or after, by `step` 1) it are like it. */
static size_t likes(size_t number, int step)
{
    size_t found = 0;
    for (size_t i = number + (size_t)step; i < calls.count; i += (size_t)step)
        found += alike(&calls.list[i], &calls.list[number]);
    return found;
}

static size_t run_cases(const struct program *program, const struct text *wanted)
{
    size_t cases = 0;
    for (size_t i = 0; i < calls.count; i++) {
        const struct fail_entry *entry = &fail->entries[calls.list[i].entry];
        const size_t before = likes(i, -1), after = likes(i, 1);
        const bool first = !before, known = first || !after || before == (before + after) / 2;
        if (program->only && !strstr(program->only, entry->name)) continue;
        if (!(is_set("CLGAN_LONG") || first || (known && !is_set("CLGAN_TEST_SMALL")))) continue;
        for (const int *code = entry->codes; *code && (code == entry->codes || (is_set("CLGAN_LONG") && known));
             code++, cases++)
            run_case(program, wanted, i, *code, false, first);
        /* a device that is lost there stays lost */
        if (first || is_set("CLGAN_LONG")) {
            run_case(program, wanted, i, *entry->codes, true, first);
            cases++;
        }
    }
    return cases;
}

START_TEST(each_call_fails_once)
{
    const struct program *program = &programs[_i];
    struct text wanted = {0};
    calls.count = 0;
    complaints = 0;
    snprintf(now.name, sizeof now.name, "%s, undisturbed", program->name);
    fail->choose = record;
    CHECK_OK(run_program(program, &wanted));
    fail->choose = let_through;
    check_objects();
    const size_t cases = run_cases(program, &wanted);
    printf("%-9s %5zu calls, %5zu cases, %zu complaints\n", program->name, calls.count, cases, complaints);
    text_free(&wanted);
    ck_assert_msg(!complaints, "%zu complaints, see above", complaints);
}
END_TEST

static void remove_files(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    shell(command);
    free(calls.list);
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
    signal(SIGALRM, too_long);
    Suite *suite = suite_create("faults");
    for (int i = 0; i < PROGRAMS; i++) {
        TCase *tests = tcase_create(programs[i].name);
        tcase_set_timeout(tests, 0);
        if (!i) tcase_add_unchecked_fixture(tests, make_files, NULL);
        if (!i) tcase_add_unchecked_fixture(tests, make_runs, NULL);
        if (i + 1 == PROGRAMS) tcase_add_unchecked_fixture(tests, NULL, remove_files);
        tcase_add_loop_test(tests, each_call_fails_once, i, i + 1);
        suite_add_tcase(suite, tests);
    }
    return suite_run(suite);
}

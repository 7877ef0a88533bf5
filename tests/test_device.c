/* How the host waits for a device, and what they share. */
#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "compute/plan.h"
#include "data/batches.h"
#include "suite.h"

static struct device *device;

static void open_device(void)
{
    clgan_device_options options = CLGAN_DEVICE_OPTIONS;
    CHECK_OK(device_open(&device, &options, false, NULL));
}

static void close_device(void) { device_close(device); }

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { ITEMS = 1 << 10, ROUNDS = 1 << 14, VALUES = ITEMS * 16 };

/* The faster of two runs: others may be busy on this machine. */
static double least_seconds(struct plan *plan)
{
    double least = INFINITY;
    for (int run = 0; run < 2; run++) {
        const double start = clock_seconds();
        CHECK_OK(plan_run(plan));
        CHECK_OK(device_finish(device));
        least = fmin(least, clock_seconds() - start);
    }
    return least;
}

/* Work for the device, doubled until it takes some tenths of a second. */
static void begin_work(struct plan *plan, const struct buffer *out)
{
    double took = 0;
    plan_begin(plan, device);
    for (uint32_t rounds = ROUNDS; took < 0.3; rounds *= 2) {
        plan_cut(plan, 0);
        CHECK_OK(plan_kernel(plan, &(struct kernel_launch){.name = "work",
                                                           .program = "peak",
                                                           .kernel = "multiply_add",
                                                           .columns = ITEMS,
                                                           ARGUMENTS(ARG_BUFFER(out), ARG_UINT(rounds), ARG_FLOAT(0.5)),
                                                           .flops = (double)VALUES * rounds}));
        took = least_seconds(plan);
    }
}

/* A device that shows a desktop is kept by no launch for longer than 200 ms, as soon as it is known how fast it is;
 * what is computed stays the same. Other devices' launches stay whole. */
START_TEST(long_launches_are_cut)
{
    struct buffer out;
    struct plan plan;
    static float whole[VALUES], cut[VALUES];
    CHECK_OK(buffer_make(&out, device, sizeof whole, "a test"));
    device->pace.kept = false;
    begin_work(&plan, &out);
    const double guess = plan.launches[0].guess =
        0.03; /* a tenth of the time it takes, and whole until that is learnt */
    ck_assert_uint_eq(device_cuts(device, guess, true), 1);
    CHECK_OK(buffer_read(device, &out, 0, sizeof whole, whole));

    device->pace.kept = true;
    for (int extreme = 0; extreme < 2; extreme++) { /* guesses too low, and much too high */
        double took = 0;
        size_t cuts = 0;
        bool apt = false;
        device->pace.slowness = extreme ? 1e4 : 1;
        /* the first rounds fill the queue; it learns where the host has to wait, which on a busy machine is not each
         * time */
        for (int round = 0; round < 20 && !apt; round++) {
            const double start = clock_seconds();
            for (int run = 0; run < 4; run++) CHECK_OK(plan_run(&plan));
            took = (clock_seconds() - start) / 4;
            cuts = device_cuts(device, guess, true);
            apt = round >= 2 && (double)cuts >= took / 0.2 && (double)cuts <= 1 + took / 0.005;
        }
        ck_assert_msg(apt, "%zu parts of %g s", cuts, took);
        CHECK_OK(device_rest(device));
        CHECK_OK(buffer_read(device, &out, 0, sizeof cut, cut));
        ck_assert_mem_eq(cut, whole, sizeof cut);
    }
    plan_free(&plan);
    buffer_free(&out, device);
}
END_TEST

/* So many short launches that the host is far ahead: it waits until a tenth of a second or two is left. */
START_TEST(the_backlog_is_bounded)
{
    enum { SHORT = 1 << 9, LAUNCHES = 1 << 10 };
    struct buffer out;
    struct plan plan;
    const struct kernel_launch launch = {.name = "work",
                                         .program = "peak",
                                         .kernel = "multiply_add",
                                         .columns = ITEMS,
                                         ARGUMENTS(ARG_BUFFER(&out), ARG_UINT(SHORT), ARG_FLOAT(0.5)),
                                         .flops = (double)VALUES * SHORT};
    CHECK_OK(buffer_make(&out, device, VALUES * sizeof(float), "a test"));
    plan_begin(&plan, device);
    for (int i = 0; i < LAUNCHES; i++) CHECK_OK(plan_kernel(&plan, &launch));
    device->pace.kept = true;
    CHECK_OK(plan_run(&plan));
    const double start = clock_seconds();
    CHECK_OK(plan_run(&plan));
    const double enqueued = clock_seconds();
    CHECK_OK(device_rest(device));
    const double left = clock_seconds() - enqueued, all = clock_seconds() - start;
    ck_assert_msg(all < 0.8 || left <= 0.5 * all, "%g s of %g s were left to wait for", left, all);
    plan_free(&plan);
    buffer_free(&out, device);
}
END_TEST

/* Each way to wait leaves the core to others for nine tenths of the time at least, and does wait: what was enqueued
 * before is done. */
START_TEST(waiting_is_asleep)
{
    struct buffer out;
    struct plan plan;
    float value;
    CHECK_OK(buffer_make(&out, device, VALUES * sizeof value, "a test"));
    begin_work(&plan, &out);
    for (int way = 0; way < 3; way++) {
        const double start = clock_seconds(), cpu = thread_seconds();
        cl_event done;
        cl_int state;
        CHECK_OK(plan_run(&plan));
        ck_assert_int_eq(clEnqueueMarkerWithWaitList(device->queue, 0, NULL, &done), CL_SUCCESS);
        if (way == 0) CHECK_OK(device_rest(device));
        if (way == 1) CHECK_OK(device_pace(device)); /* the mark that the next one waits for */
        if (way == 1) CHECK_OK(device_pace(device));
        if (way == 2) CHECK_OK(buffer_read(device, &out, 0, sizeof value, &value));
        const double wall = clock_seconds() - start, busy = thread_seconds() - cpu;
        ck_assert_int_eq(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL),
                         CL_SUCCESS);
        ck_assert_msg(state == CL_COMPLETE, "way %d did not wait", way);
        clReleaseEvent(done);
        ck_assert_msg(busy <= 0.1 * wall, "way %d: the host was busy for %g s of %g s", way, busy, wall);
    }
    plan_free(&plan);
    buffer_free(&out, device);
}
END_TEST

/* Where host and device share memory, pictures that stay take none of the device's. */
START_TEST(pictures_are_not_copied)
{
    enum { COUNT = 60, SIZE = 784 };
    static uint8_t bytes[COUNT * SIZE];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    const struct pictures pictures = {.bytes = bytes, .count = COUNT, .size = SIZE};
    const struct batches_request request = {
        .format = DATA_IDX, .pictures = &pictures, .preparation = PREPARE_UNIT, .rows = 10, .lanes = 1};
    struct batches batches;
    uint8_t seen[SIZE];
    const uint64_t before = device->taken;
    CHECK_OK(batches_make(&batches, device, &request, NULL));
    ck_assert(!batches.streamed);
    ck_assert_uint_eq(device->taken - before, device->unified ? 0 : sizeof bytes + 2 * COUNT * sizeof(float));
    CHECK_OK(buffer_read(device, &batches.bytes, 3 * SIZE, SIZE, seen));
    ck_assert_mem_eq(seen, bytes + 3 * SIZE, SIZE);
    batches_free(&batches);
    ck_assert_uint_eq(device->taken, before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("device");
    TCase *tests = tcase_create("device");
    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, open_device, close_device);
    tcase_add_test(tests, waiting_is_asleep);
    tcase_add_test(tests, long_launches_are_cut);
    tcase_add_test(tests, the_backlog_is_bounded);
    tcase_add_test(tests, pictures_are_not_copied);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

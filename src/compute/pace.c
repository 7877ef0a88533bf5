/* How the host waits for a device, and how it keeps one that shows a desktop free for others: a display freezes while a
 * single launch runs, and drivers reset a device that one submission keeps for seconds. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "compute/device.h"

/* Seconds of a cut launch, and of what is enqueued between two marks: 200 ms, with as much again for guesses that are
 * too low. */
#define CUT_SECONDS 0.05
#define MARK_SECONDS 0.1
/* As long a command is waited for by looking at it. */
#define PATIENCE_SECONDS 5.0
/* Guesses: a launch takes so long at least; memory gives so much a second. */
#define LAUNCH_SECONDS 1e-5
#define MEMORY_RATE 4e9
enum { LEAST_MHZ = 500, FLOPS_OF_CYCLE = 2 };

/* A compute unit of a GPU has 8 to 128 lanes, of which such a rate asks for one. */
clgan_status pace_begin(struct device *device)
{
    cl_uint mhz = 0;
    struct pace *pace = &device->pace;
    const double units = device->info.compute_units ? device->info.compute_units : 1;
    TRY(CL_CALL(clGetDeviceInfo(device->id, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof mhz, &mhz, NULL)));
    pace->kept = strcmp(device->info.type, "cpu") != 0;
    pace->rate = units * 1e6 * (mhz ? mhz : LEAST_MHZ) * FLOPS_OF_CYCLE;
    pace->slowness = 1;
    return CLGAN_OK;
}

/* ---- waiting ---- */

clgan_status device_finish(struct device *device)
{
    device->pace.enqueued = 0;
    return CL_CALL(clFinish(device->queue));
}

/* As the driver waits. What failed is told as by looking at it, if the event says it. */
static clgan_status wait_for(cl_event event)
{
    cl_int state = CL_COMPLETE;
    const cl_int code = clWaitForEvents(1, &event);
    if (code == CL_SUCCESS) return CLGAN_OK;
    TRY(CL_CALL(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL)));
    return state < 0 ? CL_CODE(state, "a command on the device") : CL_CODE(code, "clWaitForEvents");
}

/* Waits asleep: clWaitForEvents and blocking reads of some drivers (NVIDIA's, Intel's) keep a core of the host busy.
 * Looks again after a sixteenth of the time that it has waited, so that it is hardly late for anything. What takes very
 * long may never come: that a device was reset Intel's driver only notices where it is waited for. *waited: the event
 * was still to come. */
static clgan_status wait_asleep(bool *waited, cl_event event)
{
    const double begin = clock_seconds();
    for (*waited = false;; *waited = true) {
        cl_int state = CL_COMPLETE;
        TRY(CL_CALL(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL)));
        if (state < 0) return CL_CODE(state, "a command on the device");
        if (state == CL_COMPLETE) return CLGAN_OK;
        const double since = clock_seconds() - begin, pause = fmin(fmax(since / 16, 20e-6), 1e-3);
        if (since > PATIENCE_SECONDS) TRY(wait_for(event));
        nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * pause)}, NULL);
    }
}

static clgan_status mark(cl_event *event, struct device *device)
{
    TRY(CL_CALL(clEnqueueMarkerWithWaitList(device->queue, 0, NULL, event)));
    return CL_CALL(clFlush(device->queue));
}

clgan_status device_rest(struct device *device)
{
    bool waited;
    cl_event event = NULL;
    clgan_status status = mark(&event, device);
    if (status == CLGAN_OK) status = wait_asleep(&waited, event);
    if (event) clReleaseEvent(event);
    device->pace.enqueued = 0;
    return status;
}

/* Where the host has waited for two marks, one after the other, the device was busy all the time between them. A device
 * that is faster than guessed is not trusted to be: what follows may be of another kind. */
static void learn(struct pace *pace, double guessed, bool waited)
{
    const double now = clock_seconds();
    if (waited && pace->seen > 0 && guessed > 0)
        pace->slowness = fmax(fmax((now - pace->seen) / guessed, pace->slowness / 2), 1);
    pace->seen = waited ? now : 0;
}

clgan_status device_pace(struct device *device)
{
    bool waited;
    struct pace *pace = &device->pace;
    const cl_event before = pace->mark;
    const double guessed = pace->marked;
    pace->mark = NULL;
    pace->marked = pace->enqueued;
    pace->enqueued = 0;
    clgan_status status = mark(&pace->mark, device);
    if (status == CLGAN_OK && before) status = wait_asleep(&waited, before);
    if (status == CLGAN_OK && before) learn(pace, guessed, waited);
    if (before) clReleaseEvent(before);
    return status;
}

/* ---- what is enqueued ---- */

double device_guess(const struct device *device, double flops, double bytes)
{
    return LAUNCH_SECONDS + flops / device->pace.rate + bytes / MEMORY_RATE;
}

size_t device_cuts(const struct device *device, double guess, bool measured)
{
    const double seconds = guess * (measured ? device->pace.slowness : 1);
    return device->pace.kept && seconds > CUT_SECONDS ? (size_t)ceil(fmin(seconds / CUT_SECONDS, 1e6)) : 1;
}

clgan_status device_spend(struct device *device, double guess)
{
    struct pace *pace = &device->pace;
    pace->enqueued += guess;
    return pace->kept && pace->enqueued * pace->slowness >= MARK_SECONDS ? device_pace(device) : CLGAN_OK;
}

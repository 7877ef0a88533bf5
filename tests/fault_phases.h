/* What a program is doing when it calls OpenCL. The linker puts __wrap_NAME in place of NAME (tests/CMakeLists.txt has
 * the list), where one file of clgan calls another. */
#ifndef TESTS_FAULT_PHASES_H
#define TESTS_FAULT_PHASES_H

#include <stdio.h>
#include <string.h>

#include "evaluate/parzen_protocol.h"
#include "gan/checkpoint.h"
#include "gan/selftest.h"
#include "gan/training.h"
#include "gan/tuning.h"
#include "gan/validation.h"
#include "layers/fail.h"

static struct fail *fail; /* the layer's */
static const char *phase;
static char said[32768]; /* all lines of log */

/* Time is counted, not measured, so that each run makes the same calls. A tick is long enough that a group of steps
 * stays one step, and that tuning ends soon. */
static double clock_now;
double __wrap_clock_seconds(void);
double __wrap_clock_seconds(void) { return clock_now += 0.02; }

/* NAME is a phase of its own. */
#define PHASE(words, name, parameters, arguments)                                                                      \
    clgan_status __real_##name parameters;                                                                             \
    clgan_status __wrap_##name parameters;                                                                             \
    clgan_status __wrap_##name parameters                                                                              \
    {                                                                                                                  \
        const char *const before = phase;                                                                              \
        phase = words;                                                                                                 \
        const clgan_status status = __real_##name arguments;                                                           \
        phase = before;                                                                                                \
        return status;                                                                                                 \
    }
#define PHASE_OF_VOID(words, name, parameters, arguments)                                                              \
    void __real_##name parameters;                                                                                     \
    void __wrap_##name parameters;                                                                                     \
    void __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        const char *const before = phase;                                                                              \
        phase = words;                                                                                                 \
        __real_##name arguments;                                                                                       \
        phase = before;                                                                                                \
    }
/* CLBlast works. */
#define LIBRARY(name, parameters, arguments)                                                                           \
    clgan_status __real_##name parameters;                                                                             \
    clgan_status __wrap_##name parameters;                                                                             \
    clgan_status __wrap_##name parameters                                                                              \
    {                                                                                                                  \
        fail->library = true;                                                                                          \
        const clgan_status status = __real_##name arguments;                                                           \
        fail->library = false;                                                                                         \
        return status;                                                                                                 \
    }

PHASE("plan", pair_plan, (struct pair * pair, const struct batches *batches), (pair, batches))
PHASE("self-test", selftest_gate, (struct device * device, bool force, const clgan_log *log), (device, force, log))
PHASE("weights", network_initialise, (struct network * network, struct device *device, uint64_t seed),
      (network, device, seed))
PHASE("resume", checkpoint_read_pair, (const struct checkpoint *checkpoint, struct pair *pair), (checkpoint, pair))
PHASE("monitor", monitor_measure, (struct monitor * monitor, clgan_health *health), (monitor, health))
PHASE("validation", validation_measure, (clgan_progress * progress, struct validation *validation),
      (progress, validation))
PHASE("samples", sampler_draw, (struct sampler * sampler, float *x, float *z, const float *noise, size_t count),
      (sampler, x, z, noise, count))
PHASE("save", checkpoint_save, (struct pair * pair, const char *folder, const char *recipe_text, uint64_t step),
      (pair, folder, recipe_text, step))
PHASE("save", checkpoint_save_best,
      (struct pair * pair, const char *folder, const char *recipe_text, uint64_t step, double log_likelihood),
      (pair, folder, recipe_text, step, log_likelihood))
PHASE("windows", parzen_protocol, (clgan_parzen * parzen, struct device *device, const struct parzen_request *request),
      (parzen, device, request))
PHASE_OF_VOID("tuning", tuning_quick,
              (bool *changed, struct device *device, const volatile int *stop, const clgan_log *log),
              (changed, device, stop, log))
PHASE_OF_VOID("close", device_close, (struct device * device), (device))
PHASE_OF_VOID("close", buffer_free, (struct buffer * buffer, struct device *device), (buffer, device))
LIBRARY(clblast_gemm, (struct device * device, const struct gemm_call *call), (device, call))
LIBRARY(clblast_scratch, (size_t * bytes, struct device *device, const struct gemm_call *call), (bytes, device, call))

/* The rest is told by the log. */
static void hear(void *user, clgan_level level, const char *text)
{
    static const char *const marks[][2] = {{"device 0", "set-up"},
                                           {"first step done", "steps"},
                                           {"reference: training", "references"},
                                           {"reference: k-means", "measures"}};
    (void)user;
    (void)level;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(text, marks[i][0], strlen(marks[i][0])) == 0) phase = marks[i][1];
    const size_t used = strlen(said);
    snprintf(said + used, sizeof said - used, "%s\n", text);
}
static const clgan_log hearing = {hear, NULL};

#endif

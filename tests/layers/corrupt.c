/* Corrupts what the host reads, as broken memory or a broken bus would: in every CLGAN_CORRUPT-th blocking read of a
 * buffer, counted from 1, a byte in the middle, the highest of a float, comes with bits flipped. CLGAN_CRASH and
 * CLGAN_HANG: at that read the process crashes, or never returns from it, instead. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "layer.h"

static unsigned long reads;

/* Whether the environment variable `name` is this read's number, or divides it where `every`. */
static int is_now(const char *name, int every)
{
    const char *text = getenv(name);
    const unsigned long number = text ? strtoul(text, NULL, 10) : 0;
    return number && (every ? reads % number == 0 : reads == number);
}

static cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                      size_t size, void *to, cl_uint count, const cl_event *waits, cl_event *event)
{
    const cl_int code = below.clEnqueueReadBuffer(queue, buffer, blocking, offset, size, to, count, waits, event);
    if (code != CL_SUCCESS || !blocking) return code;
    reads++;
    if (is_now("CLGAN_CRASH", 0)) {
        signal(SIGSEGV, SIG_DFL); /* drivers may handle it */
        raise(SIGSEGV);
    }
    while (is_now("CLGAN_HANG", 0)) pause();
    if (is_now("CLGAN_CORRUPT", 1)) ((unsigned char *)to)[size / 8 * 4 + (size > 3 ? 3 : 0)] ^= 0xF0;
    return code;
}

static void layer_begin(void) { layer.clEnqueueReadBuffer = read_buffer; }

/* What a test in the same process says to the layer fail.c, and learns from it: its variable `fail`, found by dlsym. */
#ifndef TESTS_LAYERS_FAIL_H
#define TESTS_LAYERS_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/* For clGetEventInfo: the call succeeds and says that its command has failed, as after a reset of the device. */
#define FAIL_COMMAND (-14)

enum { FAIL_CODES = 12 };

/* An entry point that can be made to fail. */
struct fail_entry {
    const char *name;
    int codes[FAIL_CODES]; /* of failures (OpenCL 1.2; that there is no device is none), the likeliest first; 0 ends */
};

enum fail_kind {
    FAIL_CONTEXT,
    FAIL_QUEUE,
    FAIL_MEMORY,
    FAIL_PROGRAM,
    FAIL_KERNEL,
    FAIL_EVENT,
    FAIL_MAPPING,
    FAIL_KINDS
};

struct fail {
    const struct fail_entry *entries;
    size_t entry_count;
    /* Asked at each call of an entry: 0 lets it through, another code is returned in its place. At first it is the
     * layer's own, which follows the environment. */
    int (*choose)(size_t entry);
    bool library; /* the test's: CLBlast is calling */
    /* References to objects of each kind (enum fail_kind; mappings: regions that are mapped) that were made, not by
     * CLBlast, and not given back. */
    long live[FAIL_KINDS];
};

#endif

/* The calls of a program, and which of them are alike. */
#ifndef TESTS_FAULT_CALLS_H
#define TESTS_FAULT_CALLS_H

#include <execinfo.h>

#include "base/memory.h"
#include "fault_phases.h"
#include "suite.h"

/* A call of a program that is not disturbed. */
struct call {
    size_t entry;
    bool library;     /* CLBlast's */
    const void *site; /* where clgan calls */
    const char *phase;
};
struct calls {
    struct call *list;
    size_t count, capacity;
};
static struct calls calls; /* of the program, in order */
static struct calls tried; /* those of all programs that were made to fail so far */

static void add_call(struct calls *to, const struct call *call)
{
    CHECK_OK(memory_grow(&to->list, &to->capacity, to->count + 1, sizeof *to->list));
    to->list[to->count++] = *call;
}

/* Where this program's code last called a library: below are this file's functions, the layer's and the loader's. */
static const void *find_site(void)
{
    extern const char __executable_start[], etext[];
    void *frames[16];
    const int count = backtrace(frames, sizeof frames / sizeof *frames);
    bool left = false;
    for (int i = 0; i < count; i++) {
        const bool own = (const char *)frames[i] >= __executable_start && (const char *)frames[i] < etext;
        if (own && left) return frames[i];
        left |= !own;
    }
    return NULL;
}

static int record(size_t entry)
{
    add_call(&calls, &(struct call){entry, fail->library, fail->library ? NULL : find_site(), phase});
    return 0;
}

static int likeliest(size_t number) { return fail->entries[calls.list[number].entry].codes[0]; }

static bool alike(const struct call *a, const struct call *b)
{
    return a->entry == b->entry && a->library == b->library && strcmp(a->phase, b->phase) == 0;
}

static bool is_in(const struct calls *list, const struct call *call)
{
    for (size_t i = 0; i < list->count; i++)
        if (alike(&list->list[i], call)) return true;
    return false;
}

static bool has_phase(const struct calls *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->list[i].phase, name) == 0) return true;
    return false;
}

static bool has_site(const struct calls *list, const void *site)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].site == site) return true;
    return false;
}

/* The number of a call like `call`: the first, one in the middle, the last. */
static void find_alike(size_t found[3], const struct call *call)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < calls.count; i++) count += alike(&calls.list[i], call);
    for (size_t i = 0; i < calls.count; i++) {
        if (!alike(&calls.list[i], call)) continue;
        if (at == 0) found[0] = i;
        if (at == count / 2) found[1] = i;
        if (++at == count) found[2] = i;
    }
}

#endif

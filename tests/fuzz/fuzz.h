/* What the targets of libFuzzer share: the input as a real file, and what must hold whatever it says. A target is one
 * function, LLVMFuzzerTestOneInput, that hands a file to the reader that the program uses. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What must be true; the program ends where it is not, which libFuzzer takes for a crash. */
#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) fuzz_fail(#condition, __FILE__, __LINE__);                                                   \
    } while (0)

static inline void fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: not so: %s\nlast error: %s\n", file, line, condition, clgan_last_error());
    abort();
}

/* The target's own folder, in memory where the script says so by TMPDIR. The script removes it. */
static inline const char *fuzz_folder(void)
{
    static char folder[256];
    const char *place = getenv("TMPDIR");
    if (*folder) return folder;
    snprintf(folder, sizeof folder, "%s/fuzz-XXXXXX", place && *place ? place : "/tmp");
    MUST(mkdtemp(folder));
    return folder;
}

/* "folder/NAME" of that folder. */
struct fuzz_path {
    char text[512];
};
static inline struct fuzz_path fuzz_at(const char *name)
{
    struct fuzz_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", fuzz_folder(), name);
    return path;
}

/* Makes the file `path` of these bytes, and forgets the last error. */
static inline void fuzz_put(const char *path, const void *bytes, size_t length)
{
    FILE *stream = fopen(path, "wb");
    MUST(stream);
    MUST(fwrite(bytes, 1, length, stream) == length);
    MUST(fclose(stream) == 0);
    status_fail(CLGAN_OK, "%s", "");
}

/* A refusal is one line that names the file and can be shown on any terminal. */
static inline void fuzz_refused(clgan_status status, const char *path)
{
    const char *told = clgan_last_error();
    MUST(status == CLGAN_FAILED || status == CLGAN_USAGE);
    MUST(strstr(told, path));
    for (; *told; told++) MUST((unsigned char)*told >= ' ' && *told != 0x7f);
}

#endif

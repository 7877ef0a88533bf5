/* Where results go: files, or stdout instead of the table. */
#ifndef BENCH_OUTPUT_H
#define BENCH_OUTPUT_H

#include "result.h"

enum output_format { OUTPUT_JSON, OUTPUT_CSV, OUTPUT_MARKDOWN, OUTPUT_HTML, OUTPUT_FORMATS };

struct outputs {
    const char *files[OUTPUT_FORMATS]; /* "-": stdout; NULL: not wanted */
};

/* Writes what is wanted, and on stdout the table unless something else went there. `changes` NULL: a survey; CSV is
 * of surveys alone. */
clgan_status outputs_write(const struct outputs *outputs, const json_t *document, const struct result *result,
                           const struct changes *changes);
/* CLGAN_USAGE where two want stdout; CLGAN_FAILED where a file can't be written: before hours of measuring. */
clgan_status outputs_check(const struct outputs *outputs);

#endif

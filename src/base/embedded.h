/* Files that travel inside the library: cl/, recipes/, what pages are made of (src/export/page/) and the chart library.
 * The table is made by cmake/embed.cmake. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* file name without folder: "random.cl", "mnist.yaml" */
    const char *text; /* NUL-terminated */
    size_t length;
    const char *sha256; /* of the text, in hexadecimal digits */
};

extern const struct embedded_file embedded_files[]; /* ends with a NULL name; in order of names */

/* NULL if there is none of that name. */
const struct embedded_file *embedded_find(const char *name);

#endif

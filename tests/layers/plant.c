/* Plants a fault into kernels as they are built: CLGAN_PLANT="FROM => TO" replaces every FROM in the source of every
 * program by TO. Where that happened, the file CLGAN_PLANTED is made: a FROM that fits nothing plants nothing. Kernels
 * that are kept as binaries have no source: run it with --no-cache. */
#include <stdio.h>
#include <stdlib.h>

#include "layer.h"

static const char arrow[] = " => ";

static void tell_planted(void)
{
    const char *path = getenv("CLGAN_PLANTED");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) fclose(file);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part)) count++;
    return count;
}

/* `text` with every `from` replaced, freed with free(); NULL where memory is short. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const size_t count = count_of(text, from);
    char *result = malloc(strlen(text) + count * strlen(to) + 1), *at = result;
    if (!result) return NULL;
    for (const char *found; (found = strstr(text, from)); text = found + strlen(from)) {
        memcpy(at, text, (size_t)(found - text));
        at += found - text;
        memcpy(at, to, strlen(to));
        at += strlen(to);
    }
    memcpy(at, text, strlen(text) + 1);
    if (count) tell_planted();
    return result;
}

/* All strings of a source as one, freed with free(). */
static char *joined(cl_uint count, const char **strings, const size_t *lengths)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (!stream) return NULL;
    for (cl_uint i = 0; i < count; i++)
        fwrite(strings[i], 1, lengths && lengths[i] ? lengths[i] : strlen(strings[i]), stream);
    fclose(stream);
    return text;
}

static cl_program CL_API_CALL create(cl_context context, cl_uint count, const char **strings, const size_t *lengths,
                                     cl_int *code)
{
    const char *plant = getenv("CLGAN_PLANT"), *middle = plant ? strstr(plant, arrow) : NULL;
    if (!middle) return below.clCreateProgramWithSource(context, count, strings, lengths, code);
    char *from = strndup(plant, (size_t)(middle - plant));
    char *text = joined(count, strings, lengths);
    char *planted = from && text ? replaced(text, from, middle + strlen(arrow)) : NULL;
    const char *source = planted;
    cl_program program = NULL;
    if (planted)
        program = below.clCreateProgramWithSource(context, 1, &source, NULL, code);
    else if (code)
        *code = CL_OUT_OF_HOST_MEMORY;
    free(planted);
    free(text);
    free(from);
    return program;
}

static void layer_begin(void) { layer.clCreateProgramWithSource = create; }

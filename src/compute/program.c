#include "compute/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/memory.h"
#include "base/text.h"
#include "compute/cache.h"

/* Never -cl-fast-relaxed-math: it implies finite-math-only, and NaN guards would vanish. */
static const char common_options[] = "-cl-std=CL1.2 -cl-mad-enable";

struct program_entry {
    struct program_entry *next;
    char name[32];
    char options[384];
    cl_program program;
};

/* The file's text with each `#include "x.clh"` line replaced by that file. */
static clgan_status expand(struct text *text, const char *file_name, int depth)
{
    const struct embedded_file *file = embedded_find(file_name);
    if (!file || depth > 4) return status_fail(CLGAN_FAILED, "OpenCL source %s is not embedded", file_name);
    for (const char *line = file->text; *line;) {
        const char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        char name[64];
        if (sscanf(line, "#include \"%63[^\"]\"", name) == 1 && line[0] == '#')
            TRY(expand(text, name, depth + 1));
        else
            text_append_bytes(text, line, length);
        line += length;
    }
    return CLGAN_OK;
}

static clgan_status make_key(char key[HASH_DIGITS + 1], const struct device *device, const struct text *source,
                             const char *options)
{
    char version[128] = "";
    struct hash *hash;
    const int format = CACHE_FORMAT;
    clGetPlatformInfo(device->platform, CL_PLATFORM_VERSION, sizeof version, version, NULL);
    TRY(hash_begin(&hash));
    hash_add(hash, &format, sizeof format);
    hash_add(hash, source->bytes, source->length + 1);
    const char *more = getenv("OCLGRIND_BUILD_OPTIONS"); /* the simulator adds them to ours */
    const char *const parts[] = {options, device->info.name, device->info.driver, version};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) hash_add(hash, parts[i], strlen(parts[i]) + 1);
    if (more) hash_add(hash, more, strlen(more) + 1);
    hash_end(hash, key);
    return CLGAN_OK;
}

/* NULL on any doubt. */
static cl_program from_cache(const struct device *device, const char *key, const char *options)
{
    char *binary;
    size_t length;
    cl_int code, binary_code;
    if (!device->cache_dir || !cache_load(&binary, &length, device->cache_dir, key)) return NULL;
    const unsigned char *bytes = (const unsigned char *)binary;
    cl_program program =
        clCreateProgramWithBinary(device->context, 1, &device->id, &length, &bytes, &binary_code, &code);
    free(binary);
    if (code == CL_SUCCESS && binary_code == CL_SUCCESS &&
        clBuildProgram(program, 1, &device->id, options, NULL, NULL) == CL_SUCCESS)
        return program;
    if (program) clReleaseProgram(program);
    return NULL;
}

static void to_cache(const struct device *device, const char *key, cl_program program)
{
    size_t length = 0;
    unsigned char *binary;
    if (!device->cache_dir ||
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof length, &length, NULL) != CL_SUCCESS || !length ||
        memory_take(&binary, length, 1) != CLGAN_OK)
        return;
    if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS)
        cache_store(device->cache_dir, key, binary, length);
    free(binary);
}

enum { LOG_BYTES = 8192 };

/* What the compiler said, of a long log its end; freed with free(). NULL: nothing that can be read. */
static char *read_log(cl_program program, const struct device *device)
{
    size_t length;
    char *log;
    if (clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &length) != CL_SUCCESS ||
        memory_take(&log, length + 1, 1) != CLGAN_OK)
        return NULL;
    clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, length, log, NULL);
    length = strlen(log);
    if (length > LOG_BYTES) memmove(log, log + length - LOG_BYTES, LOG_BYTES + 1);
    return log;
}

static clgan_status build(cl_program *out, const struct device *device, const char *name, const struct text *source,
                          const char *options)
{
    cl_int code;
    const char *bytes = source->bytes;
    cl_program program = clCreateProgramWithSource(device->context, 1, &bytes, &source->length, &code);
    TRY(CL_CODE(code, "clCreateProgramWithSource"));
    code = clBuildProgram(program, 1, &device->id, options, NULL, NULL);
    if (code == CL_SUCCESS) {
        *out = program;
        return CLGAN_OK;
    }
    char *compiler_log = read_log(program, device);
    clReleaseProgram(program);
    const clgan_status status =
        status_within(CL_CODE(code, "clBuildProgram"), "%s.cl does not build for %s (%s) with %s\n%s", name,
                      device->info.name, device->info.driver, options, compiler_log ? compiler_log : "");
    free(compiler_log);
    return status;
}

static clgan_status add_program(cl_program *out, struct device *device, const char *name, const char *options)
{
    struct text source = {0};
    struct program_entry *entry = NULL;
    char file_name[48], key[HASH_DIGITS + 1];
    snprintf(file_name, sizeof file_name, "%s.cl", name);
    clgan_status status = expand(&source, file_name, 0);
    if (status == CLGAN_OK && source.failed) status = status_fail(CLGAN_FAILED, "out of memory for %s", file_name);
    if (status == CLGAN_OK) status = memory_take(&entry, 1, sizeof *entry);
    if (status == CLGAN_OK) status = make_key(key, device, &source, options);
    if (status == CLGAN_OK && !(entry->program = from_cache(device, key, options))) {
        status = build(&entry->program, device, name, &source, options);
        if (status == CLGAN_OK) to_cache(device, key, entry->program);
    }
    text_free(&source);
    if (status != CLGAN_OK) {
        free(entry);
        return status;
    }
    snprintf(entry->name, sizeof entry->name, "%s", name);
    snprintf(entry->options, sizeof entry->options, "%s", options);
    entry->next = device->programs;
    device->programs = entry;
    *out = entry->program;
    return CLGAN_OK;
}

static clgan_status find_program(cl_program *out, struct device *device, const char *name, const char *options)
{
    char all[sizeof((struct program_entry *)0)->options];
    const int length = snprintf(all, sizeof all, "%s%s%s", common_options, options ? " " : "", options ? options : "");
    if (length < 0 || (size_t)length >= sizeof all)
        return status_fail(CLGAN_FAILED, "%s.cl: options are too long: %s", name, options);
    for (struct program_entry *entry = device->programs; entry; entry = entry->next)
        if (strcmp(entry->name, name) == 0 && strcmp(entry->options, all) == 0) {
            *out = entry->program;
            return CLGAN_OK;
        }
    return add_program(out, device, name, all);
}

clgan_status program_kernel(cl_kernel *out, struct device *device, const char *program, const char *options,
                            const char *kernel)
{
    cl_program built = NULL;
    cl_int code;
    TRY(find_program(&built, device, program, options));
    *out = clCreateKernel(built, kernel, &code);
    if (code == CL_SUCCESS) return CLGAN_OK;
    return status_within(CL_CODE(code, "clCreateKernel"), "kernel %s of %s.cl", kernel, program);
}

void programs_free(struct device *device)
{
    while (device->programs) {
        struct program_entry *entry = device->programs;
        device->programs = entry->next;
        clReleaseProgram(entry->program);
        free(entry);
    }
}

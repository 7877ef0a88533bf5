/* What a driver says of a device, and what clgan makes of it. */
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS /* the loader is asked by a call that belongs to no platform */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "compute/choices.h"
#include "compute/device_list.h"
#include "compute/quirks.h"

/* ---- what the driver says ---- */

/* How a driver's answer becomes a fact. */
enum shape { TEXT, WORDS, UINT, ULONG, SIZE, SIZES, BITS_TO_BYTES, HAS, IS, HAS_WORD };

static const struct question {
    const char *group, *key, *about;
    cl_device_info what;
    enum shape shape;
    cl_ulong operand; /* has: any of these bits; is: equal to it */
    const char *word; /* has word */
} questions[] = {
    {"device", "name", "name", CL_DEVICE_NAME, TEXT, 0, NULL},
    {"device", "vendor", "vendor", CL_DEVICE_VENDOR, TEXT, 0, NULL},
    {"device", "driver", "driver", CL_DRIVER_VERSION, TEXT, 0, NULL},
    {"device", "opencl", "OpenCL", CL_DEVICE_VERSION, TEXT, 0, NULL},
    {"device", "opencl_c", "OpenCL C", CL_DEVICE_OPENCL_C_VERSION, TEXT, 0, NULL},
    {"kernels", "compute_units", "compute units", CL_DEVICE_MAX_COMPUTE_UNITS, UINT, 0, NULL},
    {"kernels", "clock_mhz", "clock, MHz", CL_DEVICE_MAX_CLOCK_FREQUENCY, UINT, 0, NULL},
    {"kernels", "work_group_limit", "largest work-group", CL_DEVICE_MAX_WORK_GROUP_SIZE, SIZE, 0, NULL},
    {"kernels", "work_item_limits", "its sides at most", CL_DEVICE_MAX_WORK_ITEM_SIZES, SIZES, 0, NULL},
    {"kernels", "vector_width", "native vector, floats", CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, UINT, 0, NULL},
    {"kernels", "fp64", "fp64", CL_DEVICE_DOUBLE_FP_CONFIG, HAS, ~(cl_ulong)0, NULL},
    {"kernels", "fp16", "fp16", CL_DEVICE_EXTENSIONS, HAS_WORD, 0, "cl_khr_fp16"},
    {"kernels", "images", "images", CL_DEVICE_IMAGE_SUPPORT, HAS, 1, NULL},
    {"kernels", "little_endian", "little-endian", CL_DEVICE_ENDIAN_LITTLE, HAS, 1, NULL},
    {"kernels", "address_bits", "address, bits", CL_DEVICE_ADDRESS_BITS, UINT, 0, NULL},
    {"kernels", "extensions", "extensions", CL_DEVICE_EXTENSIONS, WORDS, 0, NULL},
    {"memory", "global_memory_bytes", "memory", CL_DEVICE_GLOBAL_MEM_SIZE, ULONG, 0, NULL},
    {"memory", "largest_allocation_bytes", "largest allocation", CL_DEVICE_MAX_MEM_ALLOC_SIZE, ULONG, 0, NULL},
    {"memory", "host_unified", "shared with the host", CL_DEVICE_HOST_UNIFIED_MEMORY, HAS, 1, NULL},
    {"memory", "local_memory_bytes", "local memory", CL_DEVICE_LOCAL_MEM_SIZE, ULONG, 0, NULL},
    {"memory", "local_memory_dedicated", "local memory is a memory of its own", CL_DEVICE_LOCAL_MEM_TYPE, IS, CL_LOCAL,
     NULL},
    {"memory", "constant_buffer_bytes", "largest constant buffer", CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE, ULONG, 0, NULL},
    {"memory", "cache_bytes", "cache", CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, ULONG, 0, NULL},
    {"memory", "cache_line_bytes", "cache line", CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE, UINT, 0, NULL},
    {"memory", "base_alignment_bytes", "base alignment", CL_DEVICE_MEM_BASE_ADDR_ALIGN, BITS_TO_BYTES, 0, NULL},
    {"queues", "out_of_order", "out of order", CL_DEVICE_QUEUE_PROPERTIES, HAS, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE,
     NULL},
    {"queues", "profiling", "profiling", CL_DEVICE_QUEUE_PROPERTIES, HAS, CL_QUEUE_PROFILING_ENABLE, NULL},
    {"queues", "timer_resolution_ns", "timer resolution, ns", CL_DEVICE_PROFILING_TIMER_RESOLUTION, SIZE, 0, NULL},
};

struct facts {
    clgan_fact *list;
    size_t count, capacity;
};

/* A new fact, unknown so far. */
static clgan_status add(clgan_fact **fact, struct facts *facts, const char *group, const char *key, const char *about)
{
    TRY(memory_grow(&facts->list, &facts->capacity, facts->count + 1, sizeof *facts->list));
    *fact = &facts->list[facts->count++];
    **fact = (clgan_fact){.group = group, .key = key, .about = about};
    return CLGAN_OK;
}

static clgan_status add_text(struct facts *facts, const char *group, const char *key, const char *about,
                             const char *text)
{
    clgan_fact *fact;
    TRY(add(&fact, facts, group, key, about));
    fact->kind = CLGAN_FACT_TEXT;
    return memory_copy_text(&fact->text, text);
}

static clgan_status add_number(struct facts *facts, const char *group, const char *key, const char *about,
                               clgan_fact_kind kind, uint64_t number, const char *reason)
{
    clgan_fact *fact;
    TRY(add(&fact, facts, group, key, about));
    fact->kind = kind;
    fact->number = number;
    snprintf(fact->reason, sizeof fact->reason, "%s", reason);
    return CLGAN_OK;
}

static bool has_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
    return false;
}

/* Sets kind and value. */
static clgan_status read_text(clgan_fact *fact, const struct question *question, const char *answer, size_t length)
{
    while (length && (answer[length - 1] == ' ' || !answer[length - 1])) length--;
    if (question->shape == HAS_WORD) {
        fact->kind = CLGAN_FACT_FLAG;
        fact->number = has_word(answer, question->word);
        return CLGAN_OK;
    }
    fact->kind = question->shape == WORDS ? CLGAN_FACT_WORDS : CLGAN_FACT_TEXT;
    TRY(memory_take(&fact->text, length + 1, 1));
    memcpy(fact->text, answer, length);
    return CLGAN_OK;
}

static clgan_status read_sizes(clgan_fact *fact, const char *answer, size_t length)
{
    enum { DIGITS = 21 };
    const size_t count = length / sizeof(size_t), room = count * DIGITS + 1;
    size_t used = 0;
    TRY(memory_take(&fact->text, room, 1));
    fact->kind = CLGAN_FACT_NUMBERS;
    for (size_t i = 0; i < count; i++) {
        size_t size;
        memcpy(&size, answer + i * sizeof size, sizeof size);
        used += (size_t)snprintf(fact->text + used, room - used, "%s%zu", i ? " " : "", size);
    }
    return CLGAN_OK;
}

static void read_number(clgan_fact *fact, const struct question *question, const char *answer, size_t length)
{
    cl_ulong number = 0;
    memcpy(&number, answer, length < sizeof number ? length : sizeof number); /* little-endian hosts only, as devices */
    const bool flag = question->shape == HAS || question->shape == IS;
    fact->kind = flag ? CLGAN_FACT_FLAG : CLGAN_FACT_NUMBER;
    fact->number = question->shape == HAS             ? (number & question->operand) != 0
                   : question->shape == IS            ? number == question->operand
                   : question->shape == BITS_TO_BYTES ? number / 8
                                                      : number;
}

/* What the driver does not answer stays unknown. */
static clgan_status ask(struct facts *facts, cl_device_id id, const struct question *question)
{
    clgan_fact *fact;
    char *answer;
    size_t length = 0;
    TRY(add(&fact, facts, question->group, question->key, question->about));
    if (clGetDeviceInfo(id, question->what, 0, NULL, &length) != CL_SUCCESS) return CLGAN_OK;
    TRY(memory_take(&answer, length + 1, 1));
    clgan_status status = CLGAN_OK;
    if (clGetDeviceInfo(id, question->what, length, answer, NULL) != CL_SUCCESS)
        length = 0;
    else if (question->shape == TEXT || question->shape == WORDS || question->shape == HAS_WORD)
        status = read_text(fact, question, answer, length);
    else if (question->shape == SIZES)
        status = read_sizes(fact, answer, length);
    else
        read_number(fact, question, answer, length);
    free(answer);
    return status;
}

/* Core only in OpenCL 3.0; GPUs said it by extensions before. A kernel need not be built for it. */
static clgan_status add_multiple(struct facts *facts, cl_device_id id)
{
    /* not in every header: core since OpenCL 3.0; cl_nv_device_attribute_query, cl_amd_device_attribute_query */
    enum { PREFERRED_WORK_GROUP_SIZE_MULTIPLE = 0x1067, WARP_SIZE_NV = 0x4003, WAVEFRONT_WIDTH_AMD = 0x4043 };
    clgan_fact *fact;
    size_t multiple = 0;
    cl_uint lanes = 0;
    TRY(add(&fact, facts, "kernels", "work_group_multiple", "preferred multiple"));
    if (clGetDeviceInfo(id, PREFERRED_WORK_GROUP_SIZE_MULTIPLE, sizeof multiple, &multiple, NULL) != CL_SUCCESS) {
        if (clGetDeviceInfo(id, WARP_SIZE_NV, sizeof lanes, &lanes, NULL) == CL_SUCCESS ||
            clGetDeviceInfo(id, WAVEFRONT_WIDTH_AMD, sizeof lanes, &lanes, NULL) == CL_SUCCESS)
            multiple = lanes;
    }
    if (!multiple) return CLGAN_OK;
    fact->kind = CLGAN_FACT_NUMBER;
    fact->number = multiple;
    return CLGAN_OK;
}

static clgan_status add_driver(struct facts *facts, const struct listed_device *listed)
{
    char version[256] = "unknown";
    clGetPlatformInfo(listed->platform, CL_PLATFORM_VERSION, sizeof version, version, NULL);
    TRY(add_number(facts, "device", "index", "index", CLGAN_FACT_NUMBER, (uint64_t)listed->info.index, ""));
    TRY(add_text(facts, "device", "type", "type", listed->info.type));
    TRY(add_text(facts, "device", "platform", "platform", listed->info.platform));
    TRY(add_text(facts, "device", "platform_version", "its version", version));
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        TRY(ask(facts, listed->id, &questions[i]));
        if (questions[i].what == CL_DEVICE_MAX_WORK_ITEM_SIZES) TRY(add_multiple(facts, listed->id));
    }
    return CLGAN_OK;
}

/* ---- what clgan makes of it ---- */

/* Products such as the recipes': of each kind one. */
static const struct gemm typical[] = {
    {.product = GEMM_XW, .epilogue = EPILOGUE_ACTIVATE, .m = 100, .n = 1200, .k = 1200},
    {.product = GEMM_DYWT, .epilogue = EPILOGUE_BACKWARD, .m = 200, .n = 784, .k = 1200},
    {.product = GEMM_DYWT, .epilogue = EPILOGUE_BACKWARD, .m = 100, .n = 8000, .k = 8000},
    {.product = GEMM_XTDY, .epilogue = EPILOGUE_MOMENTUM, .m = 1200, .n = 1200, .k = 100},
};

static const struct family {
    enum gemm_backend backend;
    const char *name, *used, *left_out;
} families[] = {
    {GEMM_REGISTER, "register tiles",
     "one work-item a work-group, sums in registers: for CPUs, and where work-groups are too small for tiles of their "
     "own",
     "for CPUs; this device has work-groups to share tiles"},
    {GEMM_PACKED, "packed panels", "operands copied in the order of reading: for CPUs",
     "for CPUs, whose local memory is a cache"},
    {GEMM_GROUP, "work-group tiles", "tiles in local memory that a work-group shares: for GPUs",
     "for GPUs with work-groups of 64 and 10 KiB of local memory or more"},
    {GEMM_CLBLAST, "CLBlast", "tried when kernels are measured, taken where it is faster",
     "its kernels need work-groups of 256 and 8 KiB of local memory"},
};

static clgan_status add_products(struct facts *facts, const struct device *device)
{
    enum { MOST = 64 };
    bool used[sizeof families / sizeof *families] = {0};
    for (size_t t = 0; t < sizeof typical / sizeof *typical; t++) {
        struct gemm_variant list[MOST];
        const size_t count = gemm_candidates(list, MOST, device, &typical[t]);
        for (size_t i = 0; i < count; i++)
            for (size_t f = 0; f < sizeof families / sizeof *families; f++)
                if (families[f].backend == list[i].backend) used[f] = true;
    }
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        TRY(add_number(facts, "products", families[f].name, "", CLGAN_FACT_FLAG, used[f],
                       used[f] ? families[f].used : families[f].left_out));
    return CLGAN_OK;
}

static clgan_status add_tuned(struct facts *facts, struct device *device, const clgan_log *log)
{
    struct gemm_choices choices = {0};
    char reason[160] = "there is no cache folder to keep choices in";
    size_t measured = 0;
    if (device->cache_dir) {
        device->choices = &choices;
        choices_load(device, log);
        for (size_t i = 0; i < choices.count; i++) measured += choices.list[i].seconds > 0;
        if (measured)
            snprintf(reason, sizeof reason, "so many matrix products are measured here (clgan tune --show)");
        else
            snprintf(reason, sizeof reason, "the first training measures for some seconds, clgan tune longer");
        choices_free(&choices);
        device->choices = NULL;
    }
    return add_number(facts, "clgan", "tuned_products", "tuned products", CLGAN_FACT_NUMBER, measured, reason);
}

static clgan_status add_wide(struct facts *facts, const struct device *device)
{
    char reason[160];
    if (device->quirks & QUIRK_NARROW)
        snprintf(reason, sizeof reason, "a known quirk, below");
    else
        snprintf(reason, sizeof reason, "native vectors of %u floats; 8 or more make kernels work on vectors of 16",
                 device->vector_width);
    return add_number(facts, "clgan", "wide_kernels", "wide kernels", CLGAN_FACT_FLAG, device_is_wide(device), reason);
}

static clgan_status add_cache(struct facts *facts, const struct device *device)
{
    if (device->cache_dir) return add_text(facts, "clgan", "cache_folder", "cache folder", device->cache_dir);
    clgan_fact *fact;
    TRY(add(&fact, facts, "clgan", "cache_folder", "cache folder"));
    snprintf(fact->reason, sizeof fact->reason, "neither XDG_CACHE_HOME nor HOME is set");
    return CLGAN_OK;
}

static clgan_status add_quirks(struct facts *facts, const clgan_device_info *info)
{
    for (const struct quirk *quirk = NULL; (quirk = quirk_next(quirk, info));) {
        TRY(add_text(facts, "quirks", quirk->name, "", quirk->what));
        snprintf(facts->list[facts->count - 1].reason, sizeof facts->list->reason, "%s", quirk->reason);
    }
    return CLGAN_OK;
}

static clgan_status add_verdicts(struct facts *facts, const struct listed_device *listed, const char *cache_dir,
                                 const clgan_log *log)
{
    const clgan_device_info *info = &listed->info;
    struct device device = {.info = *info, .id = listed->id};
    TRY(device_limits(&device));
    TRY(add_number(facts, "clgan", "usable", "usable", CLGAN_FACT_FLAG, info->usable != 0,
                   info->usable ? "available, with a compiler, little-endian, OpenCL 1.2 or later" : info->reason));
    TRY(add_number(facts, "clgan", "default", "the default", CLGAN_FACT_FLAG, info->is_default != 0,
                   info->is_default ? info->reason
                   : !info->usable  ? "it is not usable"
                   : device.quirks & QUIRK_LAST
                       ? "there is a faster device"
                       : "another device comes first: a GPU before a CPU, then the lowest index"));
    TRY(add_wide(facts, &device));
    if (cache_dir)
        TRY(memory_copy_text(&device.cache_dir, cache_dir));
    else if (file_cache_folder(&device.cache_dir) != CLGAN_OK)
        device.cache_dir = NULL;
    clgan_status status = add_cache(facts, &device);
    if (status == CLGAN_OK) status = add_tuned(facts, &device, log);
    free(device.cache_dir);
    if (status == CLGAN_OK) status = add_products(facts, &device);
    return status == CLGAN_OK ? add_quirks(facts, info) : status;
}

clgan_status clgan_device_facts(clgan_fact **facts, size_t *count, int index, const char *cache_dir,
                                const clgan_log *log)
{
    struct listed_device *listed;
    struct facts all = {0};
    size_t listed_count;
    char trouble[DEVICE_TROUBLE];
    TRY(device_list(&listed, &listed_count, trouble, NULL));
    clgan_status status = CLGAN_OK;
    if (index < 0 || (size_t)index >= listed_count)
        status = status_fail(CLGAN_USAGE, "there is no device %d; there are %zu%s%s", index, listed_count,
                             *trouble ? "; " : "", trouble);
    if (status == CLGAN_OK) status = add_driver(&all, &listed[index]);
    if (status == CLGAN_OK) status = add_verdicts(&all, &listed[index], cache_dir, log);
    free(listed);
    *facts = all.list;
    *count = all.count;
    if (status == CLGAN_OK) return CLGAN_OK;
    clgan_facts_free(all.list, all.count);
    *facts = NULL;
    *count = 0;
    return status;
}

void clgan_facts_free(clgan_fact *facts, size_t count)
{
    for (size_t i = 0; facts && i < count; i++) free(facts[i].text);
    free(facts);
}

/* ---- the loader ---- */

void clgan_opencl_loader(char text[160])
{
    /* ocl-icd's own call and its numbers (ocl_icd.h), which Khronos' loader answers too */
    enum { LOADER_OPENCL = 1, LOADER_VERSION = 2, LOADER_NAME = 3 };
    typedef cl_int (*ask_loader)(cl_uint what, size_t size, void *value, size_t *size_wanted);
    char name[64] = "", version[64] = "", opencl[64] = "";
    const ask_loader loader = (ask_loader)clGetExtensionFunctionAddress("clGetICDLoaderInfoOCLICD");
    snprintf(text, 160, "OpenCL loader: it does not say which");
    if (!loader || loader(LOADER_NAME, sizeof name, name, NULL) != CL_SUCCESS ||
        loader(LOADER_VERSION, sizeof version, version, NULL) != CL_SUCCESS ||
        loader(LOADER_OPENCL, sizeof opencl, opencl, NULL) != CL_SUCCESS)
        return;
    snprintf(text, 160, "OpenCL loader: %.40s %.40s, %.40s", name, version, opencl);
}

/* NPZ: a zip of NPY files, stored as they are, with 1980-01-01 as their date, so that equal weights give equal bytes.
 * APPNOTE.TXT 6.3.x of PKWARE is the format. Zip's first form is enough: it ends at 4 GB. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "data/npy.h"
#include "export/formats.h"

enum {
    LOCAL = 0x04034b50,
    CENTRAL = 0x02014b50,
    END = 0x06054b50,
    VERSION = 20, /* of the format, 2.0 */
    UNIX = 3 << 8,
    DATE = 1 << 5 | 1, /* 1980-01-01 */
    UTF8_NAMES = 1 << 11,
    READABLE = 0644,
    SLACK = 1 << 20 /* more than all headers of a file take */
};

struct member {
    char name[LAYOUT_NAME + 4];
    uint32_t crc, bytes, offset; /* of the local header */
};

struct zip {
    struct file_writer file;
    struct member members[LAYOUT_TENSORS];
    size_t count;
    uint64_t length; /* so far */
};

clgan_status npz_check(const struct export_job *job)
{
    uint64_t bytes = SLACK;
    for (size_t i = 0; i < job->count; i++) bytes += host_net_bytes(&job->nets[i]);
    if (bytes <= UINT32_MAX) return CLGAN_OK;
    return status_fail(CLGAN_USAGE, "%s: the weights take %.2f GB, and a zip holds 4.29 GB: export .safetensors",
                       job->path, (double)bytes / 1e9);
}

/* ---- records, little-endian ---- */

struct record {
    unsigned char bytes[64];
    size_t length;
};

static void add16(struct record *record, unsigned value)
{
    record->bytes[record->length++] = (unsigned char)value;
    record->bytes[record->length++] = (unsigned char)(value >> 8);
}

static void add32(struct record *record, uint32_t value)
{
    add16(record, value & 0xffff);
    add16(record, value >> 16);
}

/* What local header and directory share: from the version needed to the length of the name. */
static void add_common(struct record *record, const struct member *member)
{
    add16(record, VERSION);
    add16(record, UTF8_NAMES);
    add16(record, 0); /* stored */
    add16(record, 0); /* midnight */
    add16(record, DATE);
    add32(record, member->crc);
    add32(record, member->bytes);
    add32(record, member->bytes);
    add16(record, (unsigned)strlen(member->name));
    add16(record, 0); /* no extra field */
}

/* What fails is told by file_commit. */
static void put(struct zip *zip, const void *bytes, size_t length)
{
    file_put(&zip->file, bytes, length);
    zip->length += length;
}

static clgan_status add_member(struct zip *zip, const struct layout_tensor *tensor)
{
    struct member *member = &zip->members[zip->count++];
    struct record record = {0};
    struct text header = {0};
    const float *values;
    float *owned;
    const size_t bytes = (tensor->is_bias ? 1 : tensor->layer->in) * tensor->layer->width * sizeof *values;
    TRY(layout_values(&values, &owned, tensor));
    const clgan_status status = npy_append_header(&header, tensor->shape, tensor->dimensions);
    if (status == CLGAN_OK) {
        snprintf(member->name, sizeof member->name, "%s.npy", tensor->name);
        member->crc =
            (uint32_t)crc32_z(crc32_z(0, (const Bytef *)header.bytes, header.length), (const Bytef *)values, bytes);
        member->bytes = (uint32_t)(header.length + bytes);
        member->offset = (uint32_t)zip->length;
        add32(&record, LOCAL);
        add_common(&record, member);
        put(zip, record.bytes, record.length);
        put(zip, member->name, strlen(member->name));
        put(zip, header.bytes, header.length);
        put(zip, values, bytes);
    }
    text_free(&header);
    free(owned);
    return status;
}

static void put_directory(struct zip *zip)
{
    const uint64_t start = zip->length;
    struct record end = {0};
    for (size_t i = 0; i < zip->count; i++) {
        struct record record = {0};
        add32(&record, CENTRAL);
        add16(&record, UNIX | VERSION);
        add_common(&record, &zip->members[i]);
        add16(&record, 0); /* no comment */
        add16(&record, 0); /* on the first disk */
        add16(&record, 0); /* not known to be text */
        add32(&record, (uint32_t)READABLE << 16);
        add32(&record, zip->members[i].offset);
        put(zip, record.bytes, record.length);
        put(zip, zip->members[i].name, strlen(zip->members[i].name));
    }
    add32(&end, END);
    add32(&end, 0); /* this disk, the directory's: the first */
    add16(&end, (unsigned)zip->count);
    add16(&end, (unsigned)zip->count);
    add32(&end, (uint32_t)(zip->length - start));
    add32(&end, (uint32_t)start);
    add16(&end, 0); /* no comment */
    put(zip, end.bytes, end.length);
}

clgan_status npz_write(const struct export_job *job)
{
    struct zip *zip;
    struct layout_tensor *list = NULL;
    TRY(memory_take(&zip, 1, sizeof *zip));
    clgan_status status = memory_take(&list, LAYOUT_TENSORS, sizeof *list);
    if (status == CLGAN_OK) status = file_begin(&zip->file, job->path);
    if (status == CLGAN_OK) {
        const size_t count = layout_tensors(list, job->nets, job->count, job->layout);
        for (size_t i = 0; status == CLGAN_OK && i < count; i++) status = add_member(zip, &list[i]);
        if (status == CLGAN_OK) {
            put_directory(zip);
            status = file_commit(&zip->file);
        }
        file_abandon(&zip->file);
    }
    free(list);
    free(zip);
    return status;
}

/* A net as a model of ONNX. protobuf-c packs it straight into the file: weights are not copied. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "export/formats.h"
#include "export/onnx_graph.h"

/* Those of Debian 12's ONNX 1.12. A message of protobuf is less than 2 GiB; the rest of the model is far below 1 MiB.
 */
enum { IR_VERSION = 8, OPSET = 17, METADATA = 16, VALUE = 96 };
#define LARGEST ((uint64_t)INT32_MAX - (1 << 20))

clgan_status onnx_check(const struct export_job *job)
{
    const uint64_t bytes = host_net_bytes(job->nets);
    if (bytes <= LARGEST) return CLGAN_OK;
    return status_fail(
        CLGAN_USAGE,
        "%s: the weights of %c take %.2f GB, and a file of ONNX holds 2.14 GB at most (protobuf's limit): "
        "export them as .safetensors",
        job->path, job->nets->letter, (double)bytes / 1e9);
}

/* ---- what the model says of itself ---- */

struct metadata {
    Onnx__StringStringEntryProto pairs[METADATA], *list[METADATA];
    char values[METADATA][VALUE];
    size_t count;
};

static void add_text(struct metadata *metadata, char *key, char *value)
{
    Onnx__StringStringEntryProto *pair = &metadata->pairs[metadata->count];
    onnx__string_string_entry_proto__init(pair);
    pair->key = key;
    pair->value = value;
    metadata->list[metadata->count++] = pair;
}

static void add(struct metadata *metadata, char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add(struct metadata *metadata, char *key, const char *format, ...)
{
    char *value = metadata->values[metadata->count];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, VALUE, format, arguments);
    va_end(arguments);
    add_text(metadata, key, value);
}

static void add_noise(struct metadata *metadata, const struct recipe *recipe)
{
    const double scale = recipe->noise.scale;
    if (recipe->noise.kind == NOISE_UNIFORM)
        add(metadata, "noise", "uniform on (%.9g, %.9g)", -scale, scale);
    else if (recipe->noise.kind == NOISE_NORMAL)
        add(metadata, "noise", "normal, mean 0, standard deviation %.9g", scale);
    else
        add(metadata, "noise", "normal, then each row scaled to the length %.9g * sqrt(%" PRId64 ")", scale,
            recipe->noise.size);
}

static void add_data(struct metadata *metadata, const struct recipe *recipe)
{
    add(metadata, "data_shape", "%" PRId64 ",%" PRId64 ",%" PRId64, recipe->data.channels, recipe->data.height,
        recipe->data.width);
    add(metadata, "data_range", "%s",
        !recipe_has_pictures(recipe)               ? "numbers as drawn"
        : recipe->data.preparation == PREPARE_UNIT ? "0 (black) to 1 (white): bytes / 255"
                                                   : "signed: bytes minus the picture's mean, scaled to norm 55");
}

static void fill_metadata(struct metadata *metadata, const struct export_job *job)
{
    const struct host_net *net = job->nets;
    const struct recipe *recipe = net->recipe;
    add(metadata, "producer", "clgan " CLGAN_VERSION);
    add(metadata, "network", "%s", net->letter == 'G' ? "generator" : "discriminator");
    add(metadata, "weights", "%s", net->averaged ? "moving average" : "as trained");
    add(metadata, "step", "%" PRIu64, job->step);
    add(metadata, "seed", "%" PRIu64, job->seed);
    if (net->letter == 'G') add_noise(metadata, recipe);
    add_data(metadata, recipe);
    add(metadata, "recipe_name", "%s", recipe->name);
    add_text(metadata, "recipe", (char *)job->recipe_text);
}

/* ---- the file ---- */

struct sink {
    ProtobufCBuffer base;
    struct file_writer *file;
};

/* What fails is told by file_commit. */
static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *bytes)
{
    file_put(((struct sink *)buffer)->file, bytes, length);
}

static clgan_status write_model(const struct export_job *job, const Onnx__ModelProto *model)
{
    struct file_writer file;
    TRY(file_begin(&file, job->path));
    struct sink sink = {{append}, &file};
    protobuf_c_message_pack_to_buffer(&model->base, &sink.base);
    return file_commit(&file);
}

clgan_status onnx_write(const struct export_job *job)
{
    struct metadata *metadata;
    struct onnx_graph *graph;
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[] = {&opset};
    TRY(memory_take(&metadata, 1, sizeof *metadata));
    clgan_status status = onnx_graph_make(&graph, job->nets);
    if (status == CLGAN_OK) {
        fill_metadata(metadata, job);
        opset.domain = "";
        opset.has_version = model.has_ir_version = 1;
        opset.version = OPSET;
        model.ir_version = IR_VERSION;
        model.producer_name = "clgan";
        model.producer_version = CLGAN_VERSION;
        model.n_opset_import = 1;
        model.opset_import = opsets;
        model.graph = onnx_graph_message(graph);
        model.n_metadata_props = metadata->count;
        model.metadata_props = metadata->list;
        status = write_model(job, &model);
        onnx_graph_free(graph);
    }
    free(metadata);
    return status;
}

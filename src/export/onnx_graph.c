/* A layer is a Gemm and, after it, an activation, or for maxout Reshape to [rows, pieces, units] and ReduceMax over the
 * pieces. Dropout has no node: what is kept is scaled while training, so that nothing is left to do here. */
#include "export/onnx_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LAYER_NODES = 3, NODES = LAYER_NODES * RECIPE_LAYERS, TENSORS = 3 * RECIPE_LAYERS, NAME = 32, ENDS = 2 };
#define BATCH "batch"

struct node {
    Onnx__NodeProto message;
    char name[NAME], output[NAME], *inputs[3], *outputs[1];
    Onnx__AttributeProto attributes[2], *list[2];
    int64_t axis;
};

struct constant {
    Onnx__TensorProto message;
    char name[NAME];
    int64_t dims[2], shape[3]; /* shape: what a Reshape asks for, the tensor's own values */
};

/* An input or output [batch, width] of floats. */
struct end {
    Onnx__ValueInfoProto message;
    Onnx__TypeProto type;
    Onnx__TypeProto__Tensor tensor;
    Onnx__TensorShapeProto shape;
    Onnx__TensorShapeProto__Dimension dimensions[2], *list[2];
};

struct onnx_graph {
    Onnx__GraphProto message;
    char doc[64];
    struct node nodes[NODES];
    Onnx__NodeProto *node_list[NODES];
    struct constant tensors[TENSORS];
    Onnx__TensorProto *tensor_list[TENSORS];
    struct end ends[1 + ENDS]; /* the input, then outputs */
    Onnx__ValueInfoProto *input_list[1], *output_list[ENDS];
};

/* ---- parts ---- */

/* A node of `operator` from `input`; its output has the node's name until somebody gives it another. */
static struct node *add_node(struct onnx_graph *graph, char *operator, const char * name, char *input)
{
    struct node *node = &graph->nodes[graph->message.n_node];
    onnx__node_proto__init(&node->message);
    snprintf(node->name, NAME, "%s", name);
    snprintf(node->output, NAME, "%s", name);
    node->inputs[0] = input;
    node->outputs[0] = node->output;
    node->message.op_type = operator;
    node->message.name = node->name;
    node->message.n_input = node->message.n_output = 1;
    node->message.input = node->inputs;
    node->message.output = node->outputs;
    node->message.attribute = node->list;
    graph->node_list[graph->message.n_node++] = &node->message;
    return node;
}

static Onnx__AttributeProto *add_attribute(struct node *node, char *name)
{
    Onnx__AttributeProto *attribute = &node->attributes[node->message.n_attribute];
    onnx__attribute_proto__init(attribute);
    attribute->name = name;
    attribute->has_type = 1;
    node->list[node->message.n_attribute++] = attribute;
    return attribute;
}

static void add_integer(struct node *node, char *name, int64_t value)
{
    Onnx__AttributeProto *attribute = add_attribute(node, name);
    attribute->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    attribute->has_i = 1;
    attribute->i = value;
}

/* A tensor of raw little-endian bytes, borrowed; one more input of `node`. */
static struct constant *add_tensor(struct onnx_graph *graph, struct node *node, const char *name, int32_t type,
                                   size_t rows, size_t columns, const void *values, size_t bytes)
{
    struct constant *tensor = &graph->tensors[graph->message.n_initializer];
    onnx__tensor_proto__init(&tensor->message);
    snprintf(tensor->name, NAME, "%s", name);
    tensor->dims[0] = (int64_t)(rows ? rows : columns);
    tensor->dims[1] = (int64_t)columns;
    tensor->message.name = tensor->name;
    tensor->message.n_dims = rows ? 2 : 1;
    tensor->message.dims = tensor->dims;
    tensor->message.has_data_type = tensor->message.has_raw_data = 1;
    tensor->message.data_type = type;
    tensor->message.raw_data.len = bytes;
    memcpy(&tensor->message.raw_data.data, &values, sizeof values); /* protobuf-c has no const; packing only reads */
    graph->tensor_list[graph->message.n_initializer++] = &tensor->message;
    node->inputs[node->message.n_input++] = tensor->name;
    return tensor;
}

static Onnx__ValueInfoProto *make_end(struct end *end, char *name, size_t width)
{
    onnx__value_info_proto__init(&end->message);
    onnx__type_proto__init(&end->type);
    onnx__type_proto__tensor__init(&end->tensor);
    onnx__tensor_shape_proto__init(&end->shape);
    for (size_t i = 0; i < 2; i++) {
        onnx__tensor_shape_proto__dimension__init(&end->dimensions[i]);
        end->list[i] = &end->dimensions[i];
    }
    end->dimensions[0].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    end->dimensions[0].dim_param = BATCH;
    end->dimensions[1].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    end->dimensions[1].dim_value = (int64_t)width;
    end->shape.n_dim = 2;
    end->shape.dim = end->list;
    end->tensor.has_elem_type = 1;
    end->tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    end->tensor.shape = &end->shape;
    end->type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    end->type.tensor_type = &end->tensor;
    end->message.name = name;
    end->message.type = &end->type;
    return &end->message;
}

/* ---- layers ---- */

/* "G.0.weight" */
static void part_name(char name[NAME], const struct host_net *net, size_t number, const char *part)
{
    snprintf(name, NAME, "%c.%zu.%s", net->letter, number, part);
}

static char *append_product(struct onnx_graph *graph, const struct host_net *net, size_t number, char *input)
{
    const struct host_layer *layer = &net->layers[number];
    char name[NAME];
    part_name(name, net, number, "linear");
    struct node *node = add_node(graph, "Gemm", name, input);
    part_name(name, net, number, "weight");
    add_tensor(graph, node, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, layer->in, layer->width, layer->weight,
               layer->in * layer->width * sizeof(float));
    part_name(name, net, number, "bias");
    add_tensor(graph, node, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, layer->width, layer->bias,
               layer->width * sizeof(float));
    return node->output;
}

static char *append_maxout(struct onnx_graph *graph, const struct host_net *net, size_t number, char *input)
{
    const struct host_layer *layer = &net->layers[number];
    char name[NAME];
    part_name(name, net, number, "pieces");
    struct node *reshape = add_node(graph, "Reshape", name, input);
    part_name(name, net, number, "shape");
    struct constant *shape =
        add_tensor(graph, reshape, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 0, 3, NULL, 3 * sizeof(int64_t));
    shape->shape[0] = 0; /* as it is: the batch */
    shape->shape[1] = layer->spec->pieces;
    shape->shape[2] = (int64_t)layer->units;
    shape->message.raw_data.data = (uint8_t *)shape->shape;
    part_name(name, net, number, "maximum");
    struct node *most = add_node(graph, "ReduceMax", name, reshape->output);
    Onnx__AttributeProto *axes = add_attribute(most, "axes");
    most->axis = 1;
    axes->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
    axes->n_ints = 1;
    axes->ints = &most->axis;
    add_integer(most, "keepdims", 0);
    return most->output;
}

static char *append_activation(struct onnx_graph *graph, const struct host_net *net, size_t number, char *input)
{
    const struct host_layer *layer = &net->layers[number];
    static char *const operators[] = {[ACTIVATION_RELU] = "Relu",
                                      [ACTIVATION_LEAKY_RELU] = "LeakyRelu",
                                      [ACTIVATION_TANH] = "Tanh",
                                      [ACTIVATION_SIGMOID] = "Sigmoid"};
    char name[NAME];
    if (layer->spec->activation == ACTIVATION_LINEAR) return input;
    part_name(name, net, number, "activation");
    struct node *node = add_node(graph, operators[layer->spec->activation], name, input);
    if (layer->spec->activation == ACTIVATION_LEAKY_RELU) {
        Onnx__AttributeProto *alpha = add_attribute(node, "alpha");
        alpha->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        alpha->has_f = 1;
        alpha->f = (float)layer->spec->slope;
    }
    return node->output;
}

/* ---- the whole ---- */

static void fill(struct onnx_graph *graph, const struct host_net *net)
{
    Onnx__GraphProto *message = &graph->message;
    const bool g = net->letter == 'G';
    char *value = g ? "z" : "x", *logit = NULL;
    message->node = graph->node_list;
    message->initializer = graph->tensor_list;
    for (size_t i = 0; i < net->count; i++) {
        const bool maxout = net->layers[i].spec->kind == LAYER_MAXOUT;
        logit = value = append_product(graph, net, i, value);
        value = (maxout ? append_maxout : append_activation)(graph, net, i, value);
    }
    if (!g) snprintf(logit, NAME, "logit"); /* D ends in a sigmoid: the recipe's check says so */
    snprintf(value, NAME, "%s", g ? "x" : "probability");
    snprintf(graph->doc, sizeof graph->doc, g ? "x = G(z)" : "probability = D(x), that x is data, and its logit");
    message->name = g ? "generator" : "discriminator";
    message->doc_string = graph->doc;
    message->n_input = 1;
    message->input = graph->input_list;
    message->output = graph->output_list;
    graph->input_list[0] = make_end(&graph->ends[0], g ? "z" : "x", net->in);
    if (!g) graph->output_list[message->n_output++] = make_end(&graph->ends[1], "logit", net->out);
    graph->output_list[message->n_output++] = make_end(&graph->ends[2], g ? "x" : "probability", net->out);
}

clgan_status onnx_graph_make(struct onnx_graph **graph, const struct host_net *net)
{
    TRY(memory_take(graph, 1, sizeof **graph));
    onnx__graph_proto__init(&(*graph)->message);
    fill(*graph, net);
    return CLGAN_OK;
}

Onnx__GraphProto *onnx_graph_message(struct onnx_graph *graph) { return &graph->message; }

void onnx_graph_free(struct onnx_graph *graph) { free(graph); }

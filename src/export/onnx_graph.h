/* The graph of a net in ONNX's terms. */
#ifndef EXPORT_ONNX_GRAPH_H
#define EXPORT_ONNX_GRAPH_H

#include <stdarg.h>

#include "export/host_net.h"
#include "onnx.pb-c.h"

struct onnx_graph;
/* Borrows the net and its weights. */
clgan_status onnx_graph_make(struct onnx_graph **graph, const struct host_net *net);
/* Belongs to the graph. */
Onnx__GraphProto *onnx_graph_message(struct onnx_graph *graph);
void onnx_graph_free(struct onnx_graph *graph);

#endif

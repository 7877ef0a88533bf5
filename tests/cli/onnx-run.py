"""Checks a model of ONNX and runs it: onnx-run.py MODEL INPUT.npy NAME=EXPECTED.npy ...

The checker of ONNX with full shape inference, then an evaluator of our own, in NumPy, of the operators that clgan writes,
and onnxruntime where it can be imported. Each named output must be EXPECTED within 1e-5 of its largest magnitude, or of 1
where that is less."""
import sys

import numpy as np
import onnx
from onnx import numpy_helper

TOLERANCE = 1e-5
TYPES = {"Gemm": 3, "Relu": 1, "LeakyRelu": 1, "Tanh": 1, "Sigmoid": 1, "Reshape": 2, "ReduceMax": 1}


def reshape(x, shape):
    return x.reshape([x.shape[i] if extent == 0 else extent for i, extent in enumerate(shape)])


def run_node(node, values):
    given = [values[name] for name in node.input]
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    assert len(given) == TYPES[node.op_type], node
    if node.op_type == "Gemm":
        assert not attributes
        return given[0] @ given[1] + given[2]
    if node.op_type == "Relu":
        return np.maximum(given[0], 0)
    if node.op_type == "LeakyRelu":
        return np.where(given[0] < 0, np.float32(attributes["alpha"]) * given[0], given[0])
    if node.op_type == "Tanh":
        return np.tanh(given[0])
    if node.op_type == "Sigmoid":
        return 1 / (1 + np.exp(-given[0]))
    if node.op_type == "Reshape":
        return reshape(*given)
    assert attributes["keepdims"] == 0
    return given[0].max(axis=tuple(attributes["axes"]))


def evaluate(graph, x):
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    values[graph.input[0].name] = x
    for node in graph.node:
        values[node.output[0]] = run_node(node, values)
    return {output.name: values[output.name] for output in graph.output}


def check(model):
    assert model.ir_version == 8 and [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {v.name: v.type.tensor_type.shape.dim for v in [*inferred.graph.value_info, *inferred.graph.output]}
    for node in model.graph.node:  # every value has the batch first, by its name, and whole extents after it
        assert known[node.output[0]][0].dim_param == "batch", node
        assert all(d.dim_value > 0 for d in known[node.output[0]][1:]), node


def compare(name, found, expected, who):
    assert found.dtype == np.float32 and found.shape == expected.shape, (name, who, found.shape, expected.shape)
    worst = np.abs(found - expected).max() / max(1, np.abs(expected).max())
    print(f"{name} {who} {worst:.2g}")
    assert worst <= TOLERANCE, (name, who, worst)


model = onnx.load(sys.argv[1])
check(model)
x = np.load(sys.argv[2])
runs = {"numpy": evaluate(model.graph, x)}
try:
    import onnxruntime

    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    runs["onnxruntime"] = dict(zip(names, session.run(names, {session.get_inputs()[0].name: x})))
    for rows in (0, 1):
        assert session.run(None, {session.get_inputs()[0].name: x[:rows]})[0].shape[0] == rows
except ImportError:
    pass
assert len(sys.argv) - 3 == len(model.graph.output)
for argument in sys.argv[3:]:
    name, path = argument.split("=")
    for who, outputs in runs.items():
        compare(name, outputs[name], np.load(path), who)

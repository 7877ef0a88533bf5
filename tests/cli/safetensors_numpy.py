"""Safetensors files as dictionaries of NumPy arrays, both ways."""
import json
import struct

import numpy as np

TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "BF16": "<u2"}


def read(path):
    """The tensors in file order, and the metadata."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header, data = json.loads(data[8 : 8 + length]), data[8 + length :]
    said = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, said


def write(path, tensors, said=None, types=None):
    """`types` names the dtype of tensors that NumPy has no word for: BF16 of uint16."""
    header, data = {"__metadata__": said} if said else {}, b""
    for name, array in tensors.items():
        array = np.ascontiguousarray(array)
        kind = (types or {}).get(name) or next(k for k, v in TYPES.items() if v == array.dtype.newbyteorder("<").str)
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)

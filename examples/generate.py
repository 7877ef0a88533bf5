#!/usr/bin/env python3
"""Computes x = G(z) from a checkpoint of clgan with NumPy alone.

    clgan sample RUN --count 8 --noise-out z.npy --out x.npy
    examples/generate.py RUN/checkpoints/step-000000000500.safetensors z.npy x.npy

prints the largest difference between clgan's samples and NumPy's, and fails if it is over 1e-4. Shows the checkpoint's
layout: G.0.weight is [in, out] with y = x W + b; the columns of a maxout layer are piece-major (p * units + u). Where
the run keeps a moving average of G's weights, clgan samples with it, and so does this."""
import json
import re
import sys

import numpy as np


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).astype(np.float64)
        for name, entry in header.items()
    }
    return metadata, tensors


def read_layers(recipe):
    """The generator's layers of a resolved recipe, which clgan writes with one key a line."""
    text = re.search(r"^generator:\n((?:[ -].*\n)+)", recipe, re.M).group(1)
    layers = []
    for line in text.splitlines():
        if line.lstrip().startswith("- "):
            layers.append({})
        key, value = line.replace("- ", "  ", 1).split(":", 1)
        layers[-1][key.strip()] = value.split("#")[0].strip()
    return layers


ACTIVATIONS = {
    "linear": lambda y, slope: y,
    "relu": lambda y, slope: np.maximum(y, 0),
    "leaky-relu": lambda y, slope: np.where(y < 0, slope * y, y),
    "tanh": lambda y, slope: np.tanh(y),
    "sigmoid": lambda y, slope: 1 / (1 + np.exp(-y)),
}


def generate(layers, tensors, z):
    x = z.astype(np.float64)
    for number, layer in enumerate(layers):
        names = [f"G.{number}.{part}" for part in ("weight", "bias")]
        weight, bias = (tensors.get(name + ".average", tensors[name]) for name in names)
        y = x @ weight + bias
        if layer["kind"] == "maxout":
            x = y.reshape(len(y), int(layer["pieces"]), int(layer["units"])).max(axis=1)
        else:
            x = ACTIVATIONS[layer["activation"]](y, float(layer.get("slope", 0)))
    return x


def main():
    checkpoint, noise, samples = sys.argv[1:]
    metadata, tensors = read_safetensors(checkpoint)
    x = generate(read_layers(metadata["recipe"]), tensors, np.load(noise))
    difference = np.abs(x - np.load(samples)).max()
    print(f"{len(x)} samples, largest difference {difference:.3g}")
    return 0 if difference <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())

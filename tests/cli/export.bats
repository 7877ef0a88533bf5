#!/usr/bin/env bats
# Nets for other programs. Python stands for them: ONNX's own checker, an evaluator of our own, NumPy.
load common

python() {
  /usr/bin/python3 "$@"
}

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  # Colour pictures of bytes that differ, in a folder whose name has a space and an umlaut.
  mkdir -p "data ü"
  /usr/bin/python3 - <<'END'
import numpy as np, struct
x = np.random.default_rng(1).integers(0, 256, (14, 3, 5, 4), dtype=np.uint8)
open("data ü/train-images-idx3-ubyte", "wb").write(bytes([0, 0, 8, 4]) + struct.pack(">4I", *x.shape) + x.tobytes())
END
  "$CLGAN" train "$BATS_TEST_DIRNAME/kinds.yaml" --data "data ü" --out "run ü" --no-tune --quiet
  "$CLGAN" sample "run ü" --count 9 --out x.npy --noise-out z.npy
}

setup() {
  cd "$BATS_FILE_TMPDIR"
}

@test "ONNX: G of every kind of layer computes what clgan computes" {
  run "$CLGAN" export "run ü" --to "g ü.onnx"
  [ "$status" = 0 ]
  [[ "$output" == *"G of step 6, averaged weights, opset 17"* && "$output" == *"z [batch, 6] -> x [batch, 60]"* ]]
  python "$BATS_TEST_DIRNAME/onnx-run.py" "g ü.onnx" z.npy x=x.npy
  "$CLGAN" export "run ü" --to raw.onnx --raw
  "$CLGAN" sample "run ü" --noise z.npy --out raw.npy --raw
  python "$BATS_TEST_DIRNAME/onnx-run.py" raw.onnx z.npy x=raw.npy
  ! python "$BATS_TEST_DIRNAME/onnx-run.py" raw.onnx z.npy x=x.npy || false
}

@test "ONNX: D gives logit and probability" {
  "$CLGAN" export "run ü" --to d.onnx --network D
  python -c 'import numpy as np; np.save("rows.npy", np.random.default_rng(2).normal(0, 0.1, (9, 60)).astype(np.float32))'
  "$CLGAN" score "run ü" rows.npy --json >scores.json
  python - <<'END'
import json, numpy as np
p = np.array(json.load(open("scores.json"))["scores"], dtype=np.float64)[:, None]
assert p.min() > 0.01 and p.max() < 0.99 and p.std() > 0.01, p  # else the logit is not known that well
np.save("p.npy", p.astype(np.float32))
np.save("logit.npy", np.log(p / (1 - p)).astype(np.float32))
END
  python "$BATS_TEST_DIRNAME/onnx-run.py" d.onnx rows.npy logit=logit.npy probability=p.npy
}

@test "ONNX: the model says where it comes from, and equal runs give equal bytes" {
  "$CLGAN" export "run ü" --to a.onnx
  "$CLGAN" export "run ü" --to b.onnx --checkpoint 6
  cmp a.onnx b.onnx
  python - <<'END'
import onnx
m = onnx.load("a.onnx")
said = {p.key: p.value for p in m.metadata_props}
assert m.producer_name == "clgan" and said["producer"].startswith("clgan "), said
assert said["step"] == "6" and said["seed"] == "7" and said["network"] == "generator" and said["weights"] == "moving average"
assert said["recipe"] == open("run ü/recipe.yaml").read() and said["data_shape"] == "3,5,4" and "signed" in said["data_range"]
assert said["noise"] == "normal, then each row scaled to the length 1 * sqrt(6)"
END
}

@test "ONNX: one and two dimensions, uniform and normal noise" {
  for recipe in gauss1d ring8; do
    "$CLGAN" train $recipe --epochs 1 --set data.steps_per_epoch=3 --set train.batch=16 --no-tune --out $recipe --quiet
    "$CLGAN" sample $recipe --count 40 --out s.npy --noise-out noise.npy
    "$CLGAN" export $recipe --to r.onnx
    python "$BATS_TEST_DIRNAME/onnx-run.py" r.onnx noise.npy x=s.npy
  done
}

@test "ONNX: what protobuf can't hold is refused before anything is read" {
  mkdir -p huge
  cp "run ü/run.json" huge/
  sed -e '0,/units: 5$/s//units: 40000/' -e '0,/units: 7$/s//units: 14000/' "run ü/recipe.yaml" >huge/recipe.yaml
  fails 2 "the weights of G take 2.24 GB, and a file of ONNX holds 2.14 GB at most" "$CLGAN" export huge --to h.onnx
  [ ! -e h.onnx ]
  # Of D, which is small, and of .safetensors only a checkpoint is missing.
  fails 2 "has no checkpoint yet" "$CLGAN" export huge --to h.onnx --network D
  fails 2 "has no checkpoint yet" "$CLGAN" export huge --to h.safetensors
}

@test "safetensors, NPZ and NPY hold the weights in either layout" {
  for layout in clgan torch; do
    for network in G D both; do
      "$CLGAN" export "run ü" --to $layout-$network.safetensors --layout $layout --network $network
      "$CLGAN" export "run ü" --to $layout-$network.npz --layout $layout --network $network
    done
  done
  "$CLGAN" export "run ü" --to one.npy --tensor G.1.weight
  "$CLGAN" export "run ü" --to bias.npy --tensor 5.bias --layout torch
  "$CLGAN" export "run ü" --to again.npz && cmp again.npz clgan-G.npz
  "$CLGAN" export "run ü" --to again.safetensors && cmp again.safetensors clgan-G.safetensors
  python - "$BATS_TEST_DIRNAME" "$(newest "run ü")" <<'END'
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np, zipfile
from safetensors_numpy import read
checkpoint, _ = read(sys.argv[2])
modules = {"G": [0, 5, 7, 10, 12], "D": [1, 5, 8, 9]}  # where the Linears are; dropout and activations count
for layout in "clgan", "torch":
    for network in "G", "D", "both":
        tensors, said = read(f"{layout}-{network}.safetensors")
        with np.load(f"{layout}-{network}.npz") as z:
            assert list(z) == list(tensors) and all(np.array_equal(z[k], tensors[k]) for k in z)
        assert zipfile.ZipFile(f"{layout}-{network}.npz").testzip() is None
        expected = {}
        for letter in "GD" if network == "both" else network:
            for layer, module in enumerate(modules[letter]):
                for kind in "weight", "bias":
                    w = checkpoint[f"{letter}.{layer}.{kind}" + (".average" if letter == "G" else "")]
                    name = f"{letter}.{layer}.{kind}"
                    if layout == "torch":
                        w, name = w.T, (f"{letter}." if network == "both" else "") + f"{module}.{kind}"
                    expected[name] = w
        assert list(expected) == list(tensors), (list(expected), list(tensors))
        for name in expected:
            assert np.array_equal(expected[name], tensors[name]), (layout, network, name)
        assert said["layout"] == layout and said["step"] == "6" and said["recipe"] == open("run ü/recipe.yaml").read()
        assert ("generator.modules" in said) == (layout == "torch" and network != "D")
assert np.array_equal(np.load("one.npy"), read("clgan-G.safetensors")[0]["G.1.weight"])
assert np.array_equal(np.load("bias.npy"), read("torch-G.safetensors")[0]["5.bias"])
END
}

@test "exports that can't be are refused in one line, and leave no file" {
  fails 2 "--to FILE is missing" "$CLGAN" export "run ü"
  fails 2 "expected a name that ends in .onnx, .safetensors, .npz or .npy" "$CLGAN" export "run ü" --to g.pt
  fails 2 "one net" "$CLGAN" export "run ü" --to n.onnx --network both
  fails 2 "expected G, D or both" "$CLGAN" export "run ü" --to n.onnx --network g
  fails 2 "a layout belongs to" "$CLGAN" export "run ü" --to n.onnx --layout torch
  fails 2 "expected torch or clgan" "$CLGAN" export "run ü" --to n.npz --layout keras
  fails 2 "name it, as in --tensor" "$CLGAN" export "run ü" --to n.npy
  fails 2 "no tensor G.9.weight: expected one of G.0.weight, G.0.bias" "$CLGAN" export "run ü" --to n.npy --tensor G.9.weight
  fails 2 "ends in .npy" "$CLGAN" export "run ü" --to n.npz --tensor G.0.weight
  fails 2 "no checkpoint of step 5: the two newest are kept" "$CLGAN" export "run ü" --to n.npz --checkpoint 5
  fails 2 "no best checkpoint" "$CLGAN" export "run ü" --to n.npz --checkpoint best
  fails 1 "can't be written" "$CLGAN" export "run ü" --to nowhere/n.npz
  fails 2 "not the folder of a run" "$CLGAN" export nowhere --to n.npz
  cp "$(newest "run ü")" damaged.safetensors
  printf x | dd of=damaged.safetensors bs=1 seek=9000 conv=notrunc status=none
  fails 1 "checksum is wrong" "$CLGAN" export "run ü" --to n.npz --checkpoint damaged.safetensors
  [ -z "$(ls | grep '^n\.')" ]
}

@test "no device is needed" {
  OCL_ICD_VENDORS=/nowhere "$CLGAN" export "run ü" --to a.onnx
}

@test "a disk that has no room leaves what was there" {
  for name in e.onnx e.safetensors e.npz e.npy; do
    more=()
    [ $name != e.npy ] || more=(--tensor G.4.weight)
    "$CLGAN" export "run ü" --to $name "${more[@]}"
    before=$(sha256sum $name)
    fails 1 "$name: can't be written: File too large" bash -c 'ulimit -f 1; "$CLGAN" export "$@"' - "run ü" --to $name --raw "${more[@]}"
    [ "$before" = "$(sha256sum $name)" ]
  done
  [ -z "$(ls | grep tmp)" ]
}

#!/usr/bin/env bats
# Weights of other programs as the start of a run. NumPy stands for those programs: it makes the files, and computes
# what their nets compute.
load common

python() {
  PYTHONPATH=$BATS_TEST_DIRNAME PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"
}

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  load common
  cat >mlp.yaml <<'END'
name: mlp
data: {format: ring, modes: 8, radius: 2, deviation: 0.05, steps_per_epoch: 5}
noise: {kind: normal, size: 6}
generator:
  - {kind: dense, units: 6, activation: tanh, weights: normal, scale: 1}
  - {kind: maxout, units: 3, pieces: 2, weights: normal, scale: 1}
  - {kind: dense, units: 2, activation: leaky-relu, slope: 0.1, weights: normal, scale: 1}
discriminator:
  - {kind: dense, units: 5, activation: relu, weights: normal, scale: 1}
  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 1}
train: {batch: 16, epochs: 2, updates: alternating}
optimiser: {generator: {kind: adam, learning_rate: 0.001}, discriminator: {kind: adam, learning_rate: 0.001}}
END
  PYTHONPATH=$BATS_TEST_DIRNAME PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - <<'END'
# The nets of mlp.yaml as PyTorch would keep them: W [out, in], G with a square first layer.
import numpy as np
from safetensors_numpy import write
r = np.random.default_rng(3)
f = lambda *shape: r.normal(0, 1, shape).astype(np.float32)
g = {"0.weight": f(6, 6), "0.bias": f(6), "2.weight": f(6, 6), "2.bias": f(6), "6.weight": f(2, 3), "6.bias": f(2)}
d = {"0.weight": f(5, 2), "0.bias": f(5), "2.weight": f(1, 5), "2.bias": f(1)}
def G(w, z):
    h = np.tanh(z @ w["0.weight"].T + w["0.bias"])
    h = (h @ w["2.weight"].T + w["2.bias"]).reshape(-1, 2, 3).max(axis=1)
    y = h @ w["6.weight"].T + w["6.bias"]
    return np.where(y < 0, np.float32(0.1) * y, y)
z = f(50, 6)
x = G(g, z)
np.save("z.npy", z)
np.save("x.npy", x)
h = np.maximum(x @ d["0.weight"].T + d["0.bias"], 0)
np.save("d.npy", 1 / (1 + np.exp(-(h @ d["2.weight"].T + d["2.bias"]))))
pre = lambda prefix, t: {prefix + k: v for k, v in t.items()}
write("g.safetensors", g)
write("d.safetensors", d)
write("both.safetensors", {**pre("generator.main.", g), **pre("netD.", d)})
write("clgan.safetensors", {f"G.{i}.{k}": g[f"{n}.{k}"].T for i, n in enumerate((0, 2, 6)) for k in ("weight", "bias")})
write("mixed.safetensors", {**g, "2.weight": g["2.weight"].T})
write("unit.safetensors", {**g, **{f"2.{k}": g[f"2.{k}"].reshape(2, 3, -1).swapaxes(0, 1).reshape(g[f"2.{k}"].shape) for k in ("weight", "bias")}})
write("more.safetensors", {**g, "7.running_mean": f(2), "steps": np.array(3)})
write("named.safetensors", {"fc 1 = ü.w": g["0.weight"], "fc1.b": g["0.bias"], "fc2.w": g["2.weight"], "fc2.b": g["2.bias"], "out": g["6.weight"]})
nan = dict(g); nan["2.bias"] = g["2.bias"].copy(); nan["2.bias"][4] = np.nan
write("nan.safetensors", nan)
big = {k: v.astype(np.float64) for k, v in g.items()}; np.save("double.npy", np.array(0)); write("double.safetensors", big)
big["6.bias"] = np.array([1e39, 0]); write("overflow.safetensors", big)
write("whole.safetensors", {**g, "6.bias": np.array([1, 2])})
half = {k: v.astype(np.float16) for k, v in g.items()}
half["0.bias"] = np.array([0, -0.0, 2**-24, -(2**-14), 65504, 1 + 2**-10], np.float16)
write("half.safetensors", half)
bf = {k: (v.view(np.uint32) >> 16).astype(np.uint16) for k, v in g.items()}
write("brain.safetensors", bf, types={k: "BF16" for k in bf})
np.savez("half.npz", **{k: v.astype(np.float32) for k, v in half.items()})
np.savez("brain.npz", **{k: (v.astype(np.uint32) << 16).view(np.float32) for k, v in bf.items()})
write("biasless.safetensors", {k: v for k, v in g.items() if k != "6.bias"})
write("two.safetensors", {**pre("generator.a.", g), **pre("generator.b.", g)})
END
}

setup() {
  cd "$BATS_FILE_TMPDIR"
  rm -rf run
}

# import FILE ARGUMENTS... into run/
bring() {
  "$CLGAN" import "$@" --recipe "${recipe:-mlp.yaml}" --out run
}

# A refusal with these words, which makes nothing: refused CODE WORDS ARGUMENTS...
refused() {
  local code=$1 words=$2
  shift 2
  fails "$code" "$words" bring "$@"
  [ "$(grep -vc '^clgan: device ' <<<"$output")" = 1 ]
  [ ! -e run ]
}

@test "a PyTorch MLP is what it was, G and D, and goes on here" {
  run bring both.safetensors --layout torch --check z.npy x.npy
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"G.2.weight   generator.main.6.weight F32 [2, 3]"* && "$output" == *"G(z) is x in 50 rows"* ]]
  "$CLGAN" sample run --noise z.npy --out y.npy
  "$CLGAN" score run x.npy --json >d.json
  python -c 'import json, numpy as np
x, d = np.load("x.npy"), np.load("d.npy")[:, 0]
assert np.abs(np.load("y.npy") - x).max() <= 2e-6 * np.abs(x).max()
assert np.abs(np.array(json.load(open("d.json"))["scores"]) - d).max() <= 1e-6'
  "$CLGAN" train --resume run --no-tune --quiet
  [ "$(ls run/checkpoints)" = "$(printf 'step-000000000005.safetensors\nstep-000000000010.safetensors')" ]
  [ -e run/samples/epoch-0000.png ]
}

@test "an imported run goes on as one that takes the same layers over" {
  tiny --out from --epochs 1 --set train.average=0.9 --quiet
  taking=()
  for net in generator discriminator; do for i in 0 1 2; do taking+=(--set $net.$i.take=$i); done; done
  tiny --out taken --epochs 2 --set train.average=0.9 --quiet --from from "${taking[@]}"
  "$CLGAN" import "$(newest from)" --layout clgan --recipe from/recipe.yaml --out run
  "$CLGAN" train --resume run --epochs 2 --no-tune --quiet
  python - "$(newest taken)" "$(newest run)" <<'END'
import sys, numpy as np
from safetensors_numpy import read
a, b = (read(path)[0] for path in sys.argv[1:])
assert list(a) == list(b) and any(".average" in name for name in a)
for name in a:
    assert a[name].tobytes() == b[name].tobytes(), name
END
  rm -r from taken
}

@test "an export in either layout comes back bit for bit" {
  tiny --out from --epochs 1 --quiet
  "$CLGAN" sample from --count 40 --out first.npy
  "$CLGAN" score from first.npy >first.txt
  for layout in torch clgan; do
    "$CLGAN" export from --to w.safetensors --layout $layout --network both
    "$CLGAN" import w.safetensors --layout $layout --network both --recipe from/recipe.yaml --out run
    "$CLGAN" sample run --count 40 --out second.npy
    "$CLGAN" score run first.npy >second.txt
    cmp first.npy second.npy
    cmp first.txt second.txt
    "$CLGAN" export run --to again.safetensors --layout $layout --network both
    python - <<'END'
from safetensors_numpy import read
a, b = read("w.safetensors")[0], read("again.safetensors")[0]
assert list(a) == list(b) and all(a[k].tobytes() == b[k].tobytes() for k in a)
END
    rm -r run
  done
  rm -r from
}

@test "G alone, D alone: the other net begins as the recipe says" {
  make_idx data 100 20
  small --data data --out from --epochs 1 --quiet
  "$CLGAN" export from --to d.npz --network D
  "$CLGAN" export from --to only-d.safetensors --network D --layout torch
  "$CLGAN" import only-d.safetensors --network D --layout torch --recipe from/recipe.yaml --data data --out run
  "$CLGAN" export run --to g.npz
  "$CLGAN" export run --to d2.npz --network D
  cmp d.npz d2.npz
  # G's last bias comes from the pictures, and all else from the seed.
  python - <<'END'
import numpy as np
with np.load("g.npz") as g:
    pixels = np.frombuffer(open("data/train-images-idx3-ubyte", "rb").read()[16:], np.uint8).reshape(100, 784)[:90]
    mean = np.clip(pixels.mean(axis=0) / 255, 1e-7, 1 - 1e-7)
    assert np.abs(g["G.2.bias"] - np.log(mean / (1 - mean))).max() < 1e-5
    assert g["G.0.weight"].std() > 0.01 and abs(g["G.0.weight"]).max() <= 0.05
END
  rm -r run
  # G alone needs no pictures, wherever they are; the first training finds them.
  "$CLGAN" export from --to only-g.safetensors
  CLGAN_DATA=/nowhere "$CLGAN" import only-g.safetensors --layout clgan --recipe from/recipe.yaml --out run
  "$CLGAN" sample run --count 3 --out run/s.npy
  "$CLGAN" train --resume run --data data --epochs 1 --no-tune --quiet
  [ "$(ls run/checkpoints)" = "$(printf 'step-000000000000.safetensors\nstep-000000000009.safetensors')" ]
  rm -r from data
}

@test "F64, F16 and BF16 are read as the numbers that they are" {
  bring double.safetensors --layout torch --check z.npy x.npy
  rm -r run
  for type in half brain; do
    bring $type.safetensors --layout torch
    "$CLGAN" export run --to w.npz --layout torch
    python -c 'import sys, numpy as np
a, b = np.load("w.npz"), np.load(sys.argv[1])
assert all(np.array_equal(x, y) and np.array_equal(np.signbit(x), np.signbit(y)) for x, y in zip((a[k] for k in a), (b[k] for k in b)))' $type.npz
    rm -r run
  done
  refused 1 "its weights are BF16, so rounded" brain.safetensors --layout torch --check z.npy x.npy
  bring brain.safetensors --layout torch --check z.npy x.npy --tolerance 0.05
}

@test "the layout is never guessed, and a square matrix that slipped in is found out" {
  fails 2 "--layout is missing" bring g.safetensors
  refused 2 "tensor G.2.weight is [3, 2], but G.2.weight in layout torch is [2, 3]; its transpose would fit: is the file's layout clgan?" \
    clgan.safetensors --layout torch
  bring clgan.safetensors --layout clgan --check z.npy x.npy
  rm -r run
  bring mixed.safetensors --layout torch # fits
  rm -r run
  refused 1 "no other layout explains it" mixed.safetensors --layout torch --check z.npy x.npy
  refused 1 "with a maxout layer's pieces side by side (unit-major) the largest difference is" unit.safetensors --layout torch --check z.npy x.npy
  python - <<'END'
from safetensors_numpy import read, write
t = dict(read("g.safetensors")[0])
for k in "0.weight", "2.weight": t[k] = t[k].T
write("turned.safetensors", t)
END
  refused 1 "with its square matrices transposed the largest difference is" turned.safetensors --layout torch --check z.npy x.npy
  [[ "$output" == *"as if the file's layout were clgan"* ]]
}

@test "maps: pairs, files, what is left out, zeros" {
  refused 2 "no tensor there has a name that layout torch has for G or D: say with --map which is which. It has fc 1" named.safetensors --layout torch
  printf '# from a\r\n\r\n fc 1 = ü.w = G.0.weight\r\nfc1.b=G.0.bias\nfc2.w=G.1.weight\n\tfc2.b =G.1.bias' >map.txt
  bring named.safetensors --layout torch --map map.txt --map out=G.2.weight --map =G.2.bias
  "$CLGAN" export run --to w.npz --layout torch
  python - <<'END'
import numpy as np
from safetensors_numpy import read
g, w = read("g.safetensors")[0], np.load("w.npz")
for (name, a), b in zip(g.items(), (w[k] for k in w)):
    assert np.array_equal(a if name != "6.bias" else 0 * a, b), name
END
  rm -r run
  refused 2 "no tensor for G.2.bias: name it with --map NAME=G.2.bias, or fill it with zeros with --map =G.2.bias" biasless.safetensors --layout torch
  bring biasless.safetensors --layout torch --map =G.2.bias
  "$CLGAN" export run --to biasless.npz --layout torch
  cmp w.npz biasless.npz
  rm -r run
  refused 2 "no tensor for G.2.bias: name it with --map NAME=G.2.bias" named.safetensors --layout torch --map map.txt --map out=G.2.weight
  refused 2 "tensor 7.running_mean has no place in the recipe" more.safetensors --layout torch
  bring more.safetensors --layout torch --map 7.running_mean= --map steps= --check z.npy x.npy
  rm -r run
  refused 2 "map.txt:3: the file has no tensor fc 1 = ü.w: it has 0.weight" g.safetensors --layout torch --map map.txt
  refused 2 "--map: the recipe has no tensor G.3.bias: expected one of G.0.weight" g.safetensors --layout torch --map 0.bias=G.3.bias
  refused 2 "named twice" g.safetensors --layout torch --map 0.bias=G.0.bias --map 0.bias=G.1.bias
  refused 2 "G.0.bias is named twice" g.safetensors --layout torch --map 0.bias=G.0.bias --map 2.bias=G.0.bias
  refused 2 "belongs to a net that is not asked for" g.safetensors --layout torch --network G --map 0.bias=D.0.bias
  refused 2 "names nothing" g.safetensors --layout torch --map =
  refused 1 "nomap.txt" g.safetensors --layout torch --map nomap.txt
  printf 'a\n' >bad.txt
  refused 2 'bad.txt:1: expected SOURCE=TARGET, found "a"' g.safetensors --layout torch --map bad.txt
  printf 'a=\0b\n' >bad.txt
  refused 2 "it has a byte 0" g.safetensors --layout torch --map bad.txt
}

@test "what does not fit is refused, naming tensor and shapes, and nothing is made" {
  refused 2 "0.weight is [5, 2], but G.0.weight in layout torch is [6, 6]; its transpose would not fit either" d.safetensors --layout torch --map 2.weight= --map 2.bias= --map =G.1.weight --map 0.weight=G.0.weight
  refused 2 "2 modules with weights for G (0.weight to 2.bias), but the recipe's G has 3 layers" d.safetensors --layout torch
  refused 2 "both generator.a.0.weight and generator.b.0.weight would be of G" two.safetensors --layout torch
  refused 2 "no tensor there has a name that layout torch has for D" g.safetensors --layout torch --network both
  refused 1 "tensor 2.bias: number 4 is not finite" nan.safetensors --layout torch
  refused 1 "tensor 6.bias: number 0 is not finite as float32" overflow.safetensors --layout torch
  refused 1 "tensor 6.bias is I64, expected F32, F16, BF16 or F64" whole.safetensors --layout torch
  refused 1 "damaged, or no safetensors file" mlp.yaml --layout torch
  refused 1 "nowhere.safetensors" nowhere.safetensors --layout torch
  refused 2 "expected torch or clgan" g.safetensors --layout keras
  refused 2 "z has 2 values a row" g.safetensors --layout torch --check x.npy x.npy
  refused 2 "x has 6 values a row" g.safetensors --layout torch --check z.npy z.npy
  refused 2 "there is no G in it to check" d.safetensors --layout torch --network D --check z.npy x.npy
  sed 's/leaky-relu, slope: 0.1/sigmoid/' mlp.yaml >sigmoid.yaml
  recipe=sigmoid.yaml refused 1 "can't give" g.safetensors --layout torch --check z.npy x.npy
  fails 2 "--recipe RECIPE is missing" "$CLGAN" import g.safetensors --layout torch --out run
  fails 2 "--check expects Z.npy X.npy" "$CLGAN" import g.safetensors --layout torch --out run --recipe mlp.yaml --check z.npy
  fails 2 "takes generator.1 over from another run" bring g.safetensors --layout torch --set generator.1.take=0
  [ ! -e run ]
  mkdir run && touch run/mine
  fails 2 "run exists: name another folder" bring g.safetensors --layout torch
  [ "$(ls run)" = mine ]
}

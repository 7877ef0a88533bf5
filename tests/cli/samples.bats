#!/usr/bin/env bats
# Samples as the files that other tools read: IDX, a PNG each. NumPy and PIL read them.
load common

python() {
  /usr/bin/python3 "$@"
}

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  load common
  make_idx data 100 20
  small --data data --out grey --epochs 1 --set generator.0.scale=1 --set generator.1.scale=1 --set generator.2.scale=2 --quiet
  /usr/bin/python3 - <<'END'
import numpy as np, struct
x = np.random.default_rng(1).integers(0, 256, (14, 3, 5, 4), dtype=np.uint8)
open("colour-ubyte", "wb").write(bytes([0, 0, 8, 4]) + struct.pack(">4I", *x.shape) + x.tobytes())
END
  "$CLGAN" train "$BATS_TEST_DIRNAME/kinds.yaml" --data colour-ubyte --out colour --no-tune --quiet
  "$CLGAN" train ring8 --set data.steps_per_epoch=3 --set train.batch=16 --epochs 1 --no-tune --out ring --quiet
}

setup() {
  cd "$BATS_FILE_TMPDIR"
  rm -rf each
}

@test "IDX and PNGs hold the samples of NPY as bytes, grey and in colour" {
  for run in grey colour; do
    "$CLGAN" sample $run --count 23 --out $run.npy
    "$CLGAN" sample $run --count 23 --out $run.idx
    "$CLGAN" sample $run --count 23 --out $run-images-idx3-ubyte.gz
    "$CLGAN" sample $run --count 23 --out again-ubyte.gz
    cmp $run-images-idx3-ubyte.gz again-ubyte.gz
    gzip -dc $run-images-idx3-ubyte.gz | cmp - $run.idx
    "$CLGAN" sample $run --count 23 --each "each/ö $run"
  done
  python - <<'END'
import numpy as np, os, struct
from PIL import Image
for run, shape in ("grey", (28, 28)), ("colour", (3, 5, 4)):
    x = np.load(run + ".npy")
    if run == "colour":
        x = 0.5 + x * (0.5 / np.abs(x).max(axis=1, keepdims=True))
    raw = open(run + ".idx", "rb").read()
    assert raw[:4] == bytes([0, 0, 8, 1 + len(shape)])
    start = 4 + 4 * (1 + len(shape))
    assert struct.unpack(f">{1 + len(shape)}I", raw[4:start]) == (23, *shape)
    idx = np.frombuffer(raw[start:], np.uint8).reshape(23, *shape)
    assert len(np.unique(idx)) > 5, np.unique(idx)
    # Half a step, and float32's own error where a value lies half-way.
    assert np.abs(idx.reshape(23, -1) - 255.0 * np.clip(x, 0, 1)).max() <= 0.5 + 1e-4
    folder = "each/ö " + run
    assert sorted(os.listdir(folder)) == [f"{i:06}.png" for i in range(23)]
    for i in range(23):
        picture = Image.open(f"{folder}/{i:06}.png")
        assert picture.mode == ("L" if run == "grey" else "RGB")
        pixels = np.asarray(picture)
        assert np.array_equal(pixels if run == "grey" else pixels.transpose(2, 0, 1), idx[i]), i
END
}

@test "a training reads what was written" {
  "$CLGAN" sample grey --count 60 --out drawn-ubyte.gz
  small --data drawn-ubyte.gz --out again --epochs 1 --quiet
  rm -r again
}

@test "other noise, other seeds and other weights reach the files" {
  "$CLGAN" sample grey --count 25 --out a.png --noise-out z.npy # of minibatches of 10
  "$CLGAN" sample grey --count 25 --out a.idx
  "$CLGAN" sample grey --noise z.npy --out b.idx
  cmp a.idx b.idx
  "$CLGAN" sample grey --count 25 --seed 2 --out c.idx
  ! cmp -s a.idx c.idx || false
  "$CLGAN" sample colour --count 5 --out d.idx
  "$CLGAN" sample colour --count 5 --out e.idx --raw
  ! cmp -s d.idx e.idx || false
  fails 2 "the noise has 100 values a row, the recipe's z has 6" "$CLGAN" sample colour --noise z.npy --each each
  [ ! -e each ]
}

@test "a folder of samples is made anew, and never mixed" {
  "$CLGAN" sample grey --count 4 --each each
  cp -r each first
  "$CLGAN" sample grey --count 6 --seed 2 --each each
  [ "$(ls each | wc -l)" = 6 ] && ! cmp -s each/000000.png first/000000.png
  # Numbers that this drawing would leave, and whatever else is there.
  before=$(sha256sum each/*)
  fails 2 "each has 00000" "$CLGAN" sample grey --count 4 --each each
  touch each/000006.png.99.tmp # what a killed drawing leaves
  "$CLGAN" sample grey --count 6 --seed 2 --each each
  for other in cat.jpg 0.png 000001.PNG 00000x.png " 00001.png" -00001.png 0000001.png; do
    touch "each/$other"
    fails 2 "each has $other, which is none of the 6 samples" "$CLGAN" sample grey --count 6 --each each
    rm "each/$other"
  done
  [ "$before" = "$(sha256sum each/*.png)" ]
  fails 1 "can't be read: Not a directory" "$CLGAN" sample grey --each grey/recipe.yaml/each
  rm -r first
}

@test "memory does not grow with the samples" {
  python - <<'END'
import os, resource, subprocess
def peak(count):
    out = subprocess.DEVNULL
    process = subprocess.Popen([os.environ["CLGAN"], "sample", "grey", "--count", str(count), "--out", "many.idx"], stdout=out, stderr=out)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return usage.ru_maxrss / 1024
few, many = peak(100), peak(20000)  # 63 MB as floats, 16 MB as bytes
assert os.path.getsize("many.idx") == 16 + 20000 * 784
assert many < few + 8, (few, many)
END
}

@test "what can't be written so is refused in one line" {
  fails 2 "ends in .png, .npy, .idx or -ubyte" "$CLGAN" sample grey --out x.gz
  fails 2 "two ways" "$CLGAN" sample grey --out x.idx --each each
  fails 2 "--grid belongs to" "$CLGAN" sample grey --each each --grid 2x2
  fails 2 "--noise-out goes with" "$CLGAN" sample grey --each each --noise-out z2.npy
  fails 2 "recipe ring8 makes numbers, not pictures" "$CLGAN" sample ring --each each
  fails 2 "recipe ring8 makes numbers, not pictures" "$CLGAN" sample ring --out x.idx
  fails 1 "can't be written" "$CLGAN" sample grey --out nowhere/x.idx
  [ ! -e each ] && [ ! -e x.idx ] && [ ! -e z2.npy ]
  fails 2 "--out x.npy: that is the noise's file" "$CLGAN" sample grey --out x.npy --noise-out x.npy
  fails 2 "--noise-out z.png: expected a name that ends in .npy" "$CLGAN" sample grey --noise-out z.png
}

@test "a disk that has no room is told of, and no half file stays" {
  limited() { bash -c 'ulimit -f 1; "$CLGAN" sample "$@"' - "$@"; }
  for out in f.idx f-ubyte.gz; do
    echo mine >$out
    fails 1 "$out: can't be written: File too large" limited grey --count 2000 --out $out
    [ "$(cat $out)" = mine ]
  done
  "$CLGAN" sample grey --count 4 --each each
  before=$(sha256sum each/*)
  fails 1 "each/000000.png: can't be written: File too large" bash -c 'ulimit -f 0; "$CLGAN" sample "$@"' - grey --count 4 --seed 2 --each each
  [ "$before" = "$(sha256sum each/*)" ]
  [ -z "$(ls . each | grep tmp)" ]
}

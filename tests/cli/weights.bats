#!/usr/bin/env bats
# G's weights alone, as clgan export writes them: drawn from, measured, found by name.
load common

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  load common
  export CLGAN_PRETRAINED= XDG_DATA_HOME="$BATS_FILE_TMPDIR/none"
  make_idx data 100 20
  "$CLGAN" train "$BATS_TEST_DIRNAME/kinds.yaml" --data "$(colour)" --out averaged --no-tune --quiet
  small --data data --out "grey ü" --epochs 1 --quiet
  "$CLGAN" export averaged --to averaged.safetensors
  "$CLGAN" export "grey ü" --to "grey ü.safetensors"
}

# Colour pictures of 5 x 4.
colour() {
  { printf '\0\0\10\4\0\0\0\16\0\0\0\3\0\0\0\5\0\0\0\4' && head -c 840 /usr/bin/od; } >colour-ubyte
  echo colour-ubyte
}

setup() {
  cd "$BATS_FILE_TMPDIR"
  export CLGAN_PRETRAINED= XDG_DATA_HOME="$BATS_FILE_TMPDIR/none"
}

@test "samples of the weights are the run's, of an average too, and of the weights as they are" {
  "$CLGAN" sample averaged --count 23 --out run.npy
  "$CLGAN" sample averaged.safetensors --count 23 --out alone.npy
  cmp run.npy alone.npy
  "$CLGAN" export averaged --to raw.safetensors --raw
  "$CLGAN" sample averaged --raw --count 23 --out run-raw.npy
  "$CLGAN" sample raw.safetensors --count 23 --out alone-raw.npy
  cmp run-raw.npy alone-raw.npy
  ! cmp -s run.npy run-raw.npy || false
  "$CLGAN" export averaged.safetensors --to again.safetensors
  "$CLGAN" sample again.safetensors --count 23 --out again.npy
  cmp run.npy again.npy
}

@test "without a name the picture lies here; figures and measures work" {
  run "$CLGAN" sample "grey ü.safetensors"
  [ "$status" = 0 ]
  [[ "$output" == *"grey ü-samples.png: 100 samples"* ]]
  "$CLGAN" sample "grey ü" --out run.png
  cmp run.png "grey ü-samples.png"
  "$CLGAN" figure interpolate "grey ü.safetensors" --out line.png
  run "$CLGAN" evaluate "grey ü.safetensors" --data data --count 50
  [ "$status" = 0 ]
  [[ "$output" == *"these samples"* ]]
  [ ! -e evaluation.json ]
}

@test "a pretrained generator is found by its name, in the folders that the help names" {
  mkdir -p own home/clgan/pretrained
  cp averaged.safetensors own/faces.safetensors
  cp "grey ü.safetensors" home/clgan/pretrained/digits.safetensors
  "$CLGAN" sample averaged --count 9 --out run.npy
  export CLGAN_PRETRAINED=own XDG_DATA_HOME="$BATS_FILE_TMPDIR/home"
  run "$CLGAN" sample --pretrained faces --count 9 --out found.npy
  [ "$status" = 0 ]
  [[ "$output" == *"weights of own/faces.safetensors"* ]]
  cmp run.npy found.npy
  run "$CLGAN" sample --pretrained digits
  [ "$status" = 0 ]
  [[ "$output" == *"digits-samples.png: 100 samples"* ]]
  fails 2 "no pretrained generator mnist in own, " "$CLGAN" sample --pretrained mnist
  [[ "$output" == *"there are faces, digits"* ]]
  fails 2 "no pretrained generator ../own/faces" "$CLGAN" sample --pretrained ../own/faces
  fails 2 "in place of a run" "$CLGAN" sample averaged --pretrained faces
  fails 2 "expected a run, a file of weights" "$CLGAN" sample
}

@test "a release holds what it says, and is what is found once installed" {
  release=$BATS_TEST_DIRNAME/../../tools/release-pretrained
  "$CLGAN" evaluate "grey ü" --count 50 --no-cache >judged
  "$release" out faces=averaged "digits=grey ü"
  [ "$(ls out | xargs)" = "SHA256SUMS digits.safetensors faces.safetensors manifest.json" ]
  (cd out && sha256sum --quiet -c SHA256SUMS)
  cmp averaged.safetensors out/faces.safetensors
  /usr/bin/python3 - <<'END'
import json
judged = float(next(line for line in open("judged") if line.startswith("these samples")).split()[2])
faces, digits = json.load(open("out/manifest.json"))["generators"]
assert faces["name"] == "faces" and faces["evaluation"] is None and faces["devices"], faces
assert abs(digits["evaluation"]["log_likelihood"] - judged) <= 0.005, digits
assert f'{digits["sha256"]}  digits.safetensors\n' in open("out/SHA256SUMS"), digits
END
  "$CLGAN" sample averaged --count 9 --out run.npy
  CLGAN_PRETRAINED=out "$CLGAN" sample --pretrained faces --count 9 --out found.npy
  cmp run.npy found.npy
  small --data data --out earlier --epochs 2 --set train.average=0.9 --quiet
  cp "$(ls earlier/checkpoints/step* | head -1)" earlier/checkpoints/best.safetensors
  "$CLGAN" evaluate earlier --checkpoint best --raw --count 50 --no-cache >judged
  "$release" out faces=earlier # what was judged, not the newest
  "$CLGAN" export earlier --checkpoint best --raw --to earlier.safetensors
  cmp earlier.safetensors out/faces.safetensors
  cp -r "grey ü" stale && sed -i 's/"step": [0-9]*/"step": 1/' stale/evaluation.json
  fails 1 "stale: evaluation.json is of step 1, and no checkpoint is any more" "$release" again digits=stale
  [ -z "$(ls again)" ]
}

@test "what needs a run says that there are weights alone, and nothing is written" {
  mkdir only && cp averaged.safetensors only/w.safetensors && cd only
  fails 2 "weights alone" "$CLGAN" train --resume w.safetensors
  fails 2 "weights alone" "$CLGAN" report w.safetensors
  fails 2 "weights alone" "$CLGAN" tensorboard w.safetensors
  fails 2 "weights alone" "$CLGAN" sample w.safetensors --checkpoint best
  fails 2 "name a file with --out" "$CLGAN" figure interpolate w.safetensors
  [ "$(ls)" = w.safetensors ]
}

@test "files that are no such weights are told apart" {
  "$CLGAN" export averaged --to torch.safetensors --layout torch
  fails 1 "not weights that clgan export wrote in its own layout" "$CLGAN" sample torch.safetensors
  cp averaged/checkpoints/step-000000000006.safetensors checkpoint.safetensors
  fails 1 "not weights that clgan export wrote" "$CLGAN" sample checkpoint.safetensors
  head -c 2000 averaged.safetensors >torn.safetensors
  fails 1 "torn.safetensors" "$CLGAN" sample torn.safetensors
  fails 1 "missing.safetensors" "$CLGAN" sample missing.safetensors
  "$CLGAN" sample averaged.safetensors --count 9 --out rows.npy
  fails 1 "it has no tensor D.0.weight" "$CLGAN" score averaged.safetensors rows.npy
  "$CLGAN" export averaged --to d.safetensors --network D
  fails 1 "it has no tensor G.0.weight" "$CLGAN" sample d.safetensors
}

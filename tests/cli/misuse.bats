#!/usr/bin/env bats
# Bad input: one clear message, the right exit code, nothing lost.
load common

@test "no OpenCL at all says what to install" {
  OCL_ICD_VENDORS=/nowhere fails 1 "pocl-opencl-icd" "$CLGAN" devices
  OCL_ICD_VENDORS=/nowhere fails 1 "pocl-opencl-icd" tiny --epochs 1 --out run
}

@test "output that can't be written is a failure" {
  tiny --epochs 1 --out run --quiet
  for command in "$CLGAN report run" "$CLGAN recipes" "$CLGAN_BENCH help"; do
    $command >/dev/full 2>told && false
    grep -q "the output can't be written" told
  done
}

@test "an unknown device is named, with what there is" {
  fails 2 "no device fits" "$CLGAN" tune --recipe ring8 --device nosuch
  [[ "$output" != *kept* ]]
  fails 2 "quantum" tiny --device quantum --epochs 1 --out run
  fails 2 "7" tiny --device 7 --epochs 1 --out other
}

@test "options used wrongly" {
  fails 2 "--epochs" tiny --epochs 0 --out run
  fails 2 "--epochs" tiny --epochs 2x --out run
  fails 2 "unknown option --epoch" tiny --epoch 2
  fails 2 "one argument too many" "$CLGAN" train mnist ring8
  fails 2 "no recipe" "$CLGAN" recipes nothing
  fails 2 "expected" "$CLGAN" sample
  fails 2 "--grid" "$CLGAN" sample run --grid 3
  fails 2 "ends in .png, .npy, .idx or -ubyte" "$CLGAN" sample run --out x.jpg
  fails 2 "--resume" "$CLGAN" train mnist --resume run
  [ ! -e run ]
}

@test "recipes: what is wrong is named by file and line" {
  "$CLGAN" recipes ring8 >good.yaml
  refuse() {
    sed "$1" good.yaml >bad.yaml
    fails 2 "$2" "$CLGAN" train bad.yaml --out run
    [[ "$output" == *"bad.yaml:"* ]]
    [ ! -e run ]
  }
  refuse 's/^  batch: .*/  batch: 12abc/' "12abc"
  refuse 's/^  batch: .*/  batch: 0/' "batch"
  refuse 's/^  batch: .*/  batch: -3/' "batch"
  refuse 's/^  batch: .*/  batches: 10/' "batches"
  refuse 's/^  modes: .*/  modes: [8]/' "modes"
  refuse 's/units: 2 .*/units: 3/' "expected 2"
  refuse 's/^name: .*/name: a b/' "name"
  refuse 's/activation: linear/activation: relo/' "relo"
  refuse 's/^noise:/noise: {/' "bad.yaml"
  fails 2 "generator.0.units" tiny --set generator.0.units=many --out run
  fails 2 "no_such.key" tiny --set no_such.key=1 --out run
  fails 2 "lowest_rate: expected at most learning_rate, 1e-07, found 1e-06" small --set optimiser.generator.learning_rate=1e-7
  fails 2 "expected 0 where a net makes several steps in turn, found 3" tiny \
    --set train.updates=alternating --set train.discriminator_steps=2 --set train.simultaneous_epochs=3
  tiny --set optimiser.generator.learning_rate=1e-7 --out slow --epochs 1 --quiet
  grep -q '"g_rate":1e-7,' slow/log.jsonl
}

@test "a run's folder that exists is not touched" {
  mkdir run
  echo mine >run/notes
  fails 2 "exists" tiny --epochs 1 --out run
  [ "$(ls -A run)" = notes ]
  fails 2 "not the folder of a run" "$CLGAN" train --resume run
  [ "$(ls -A run)" = notes ]
  fails 2 "not the folder of a run" "$CLGAN" sample nowhere
}

@test "a mistake leaves no folder behind" {
  make_idx few 20 10
  fails 2 "10 training pictures are too few for a step of 1 minibatch of 50: make it smaller (--set train.batch=10)" small --data few --set train.batch=50 --out mine
  [ ! -e mine ]
  fails 1 "none is left (data.validation says how many)" "$CLGAN" train mnist --data few
  [ ! -e runs/mnist-001 ]
  mkdir kept
  fails 1 "none is left" "$CLGAN" train mnist --data few --out kept
  [ -d kept ] # which was there before
  tiny --epochs 1 --out mine --quiet
  mkdir empty
  fails 2 "empty: no checkpoint there" tiny --from empty --set generator.0.take=0 --out taken
  fails 2 "G.2.weight is 64 x 2, expected 16 x 64" tiny --from mine --set generator.0.take=2 --out taken
  [ ! -e taken ]
}

@test "a mistake in going on changes nothing" {
  make_idx data 75 5
  make_idx other 76 5
  small --data data --out run --epochs 1 --quiet
  cp run/run.json before
  fails 1 "No such file" "$CLGAN" train --resume run --data nowhere --epochs 2
  fails 1 "no train-images" "$CLGAN" train --resume run --data . --epochs 2
  fails 2 "trained on 65 pictures, this data has 66" "$CLGAN" train --resume run --data other --epochs 2
  own_cache # in which measures are kept
  sed -i 's/^driver: .*/driver: another/' run/kernels.txt # as after a change of driver: new kernels would be chosen
  cp run/kernels.txt kernels
  fails 2 "trained on 65 pictures" "$CLGAN" train --resume run --data other --epochs 2
  cmp run/run.json before && cmp run/kernels.txt kernels
  "$CLGAN" train --resume run --epochs 2 --quiet
  ! cmp -s run/kernels.txt kernels || false
}

@test "two trainings that begin at once have a folder each" {
  tiny --epochs 1 --quiet --set train.seed=1 &
  local first=$!
  tiny --epochs 1 --quiet --set train.seed=2
  wait "$first"
  [ -e runs/ring8-001/samples/epoch-0001.png ] && [ -e runs/ring8-002/samples/epoch-0001.png ]
}

@test "no checkpoint yet" {
  tiny --epochs 1 --out run --quiet
  rm -r run/checkpoints
  fails 2 "no checkpoint" "$CLGAN" sample run
}

@test "pictures that are missing, cut, mislabelled or mixed up" {
  fails 1 "No such file" small --data nowhere --out a
  make_idx good 75 5
  broken() {
    rm -rf bad && cp -r good bad
    eval "$1"
    fails 1 "$2" small --data bad --epochs 1 --out "run-$RANDOM$RANDOM"
  }
  broken 'rm bad/train-images*' "train-images-idx3-ubyte"
  broken 'truncate -s 5000 bad/train-images-idx3-ubyte' "ends before"
  broken 'truncate -s 3 bad/train-images-idx3-ubyte' "ends before"
  broken 'echo more >>bad/train-images-idx3-ubyte' "more bytes"
  broken 'printf "\x01" | dd of=bad/train-images-idx3-ubyte conv=notrunc status=none' "begins with"
  broken 'cp bad/train-labels-idx1-ubyte bad/train-images-idx3-ubyte' "1 dimensions"
  broken '{ word 2049; word 74; head -c 74 /dev/zero; } >bad/train-labels-idx1-ubyte' "mixed up"
  broken '{ word 2051; word 75; word 27; word 28; pattern $((75*27*28)); } >bad/train-images-idx3-ubyte' "27 x 28"
  broken '{ word 2051; word 4000000000; word 28; word 28; pattern 784; } >bad/train-images-idx3-ubyte' "ends before"
  broken 'gzip bad/train-images-idx3-ubyte; truncate -s -9 bad/train-images-idx3-ubyte.gz' "ends early"
  broken 'gzip bad/train-images-idx3-ubyte; echo more >>bad/train-images-idx3-ubyte.gz' "gzip"
  broken '{ word 2051; word 9; word 28; word 28; pattern $((9*784)); } >bad/train-images-idx3-ubyte; rm bad/*labels*' "none is left"
}

@test "a checkpoint that is damaged, foreign or newer" {
  tiny --epochs 2 --out run --quiet
  tiny --epochs 2 --set train.batch=15 --out other --quiet
  cp -r run torn
  truncate -s -100 "$(newest torn)"
  printf '{"epoch":2,"st' >>torn/log.jsonl
  run "$CLGAN" sample torn --out x.npy
  [ "$status" = 0 ] && [[ "$output" == *warning*damaged* ]]
  run "$CLGAN" train --resume torn
  [ "$status" = 0 ]
  cmp "$(newest torn)" "$(newest run)"
  [ "$(grep -o '"epoch":[0-9]*' torn/log.jsonl | tr '\n' ' ')" = '"epoch":1 "epoch":2 ' ]
  truncate -s -100 torn/checkpoints/*
  fails 1 "damaged" "$CLGAN" sample torn --out x.npy
  fails 2 "another recipe" "$CLGAN" sample run --checkpoint "$(newest other)" --out x.npy
  printf '\x01' | dd of="$(newest run)" bs=1 seek=$(($(wc -c <"$(newest run)") - 900)) conv=notrunc status=none
  fails 1 "checksum" "$CLGAN" sample run --checkpoint "$(newest run)" --out x.npy
  fails 1 "can't be opened" "$CLGAN" sample run --checkpoint nothing.safetensors --out x.npy
}

@test "numbers that blow up stop the training, and the good checkpoint stays" {
  make_idx data 75 5
  wild() { small --data data --set optimiser.$1.learning_rate=1000 --set discriminator.0.scale=1 --epochs 50 --out "run-$1"; }
  fails 1 "not finite" wild discriminator
  [[ "$output" == *"step "* && "$output" == *"checkpoint"* ]]
  for file in run-discriminator/checkpoints/*; do
    [ ! -e "$file" ] || "$CLGAN" sample run-discriminator --checkpoint "$file" --out x.npy
  done
}

@test "noise and rows of the wrong size" {
  tiny --epochs 1 --out run --quiet
  "$CLGAN" sample run --count 4 --noise-out z.npy --out x.npy
  fails 2 "values a row" "$CLGAN" sample run --noise x.npy --out y.npy
  fails 2 "values each" "$CLGAN" score run z.npy
  fails 1 "not an NPY file" "$CLGAN" score run run/recipe.yaml
  fails 2 "either" "$CLGAN" score run
  head -c 140 z.npy >cut.npy
  fails 1 "shorter" "$CLGAN" sample run --noise cut.npy --out y.npy
}

@test "too little device memory says how much is needed" {
  fails 1 "MB" tiny --set train.batch=1000000 --set generator.0.units=100000 --dry-run
}

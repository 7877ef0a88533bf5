#!/usr/bin/env bats
# The commands as they are meant to be used.
load common

@test "help, version and what is not a command" {
  run "$CLGAN" --help
  [ "$status" = 0 ] && [[ "$output" == *devices* && "$output" == *train* ]]
  run "$CLGAN" help train
  [ "$status" = 0 ] && [[ "$output" == *--resume* ]]
  run "$CLGAN" --version
  [ "$status" = 0 ] && [[ "$output" == "clgan "* ]]
  fails 2 "no command" "$CLGAN" paint
  fails 2 usage "$CLGAN"
}

@test "devices marks the default and says why" {
  run "$CLGAN" devices
  [ "$status" = 0 ]
  [[ "$output" == *"*  0"* && "$output" == *"default: "* && "$output" == *"OpenCL"* ]]
}

@test "every recipe is listed, printed and checked" {
  run "$CLGAN" recipes
  [ "$status" = 0 ] && [ "${#lines[@]}" -ge 8 ]
  for name in $("$CLGAN" recipes | cut -d' ' -f1); do
    "$CLGAN" recipes "$name" >"$name.yaml"
    grep -q "^name: $name" "$name.yaml"
  done
  "$CLGAN" recipes --keys | grep -A1 "^  slope " | grep "default 0.2; with activation leaky-relu"
  fails 2 "--keys takes no NAME" "$CLGAN" recipes --keys ring8
}

@test "a training leaves recipe, log, checkpoints and samples" {
  tiny --epochs 3 --out run --quiet
  [ -s run/recipe.yaml ] && [ -s run/samples/epoch-0000.png ] && [ -s run/samples/epoch-0003.png ]
  [ "$(wc -l <run/log.jsonl)" = 3 ]
  [ "$(ls run/checkpoints)" = "$(printf 'step-000000000010.safetensors\nstep-000000000015.safetensors')" ]
  for key in epoch step d_loss g_loss d_real d_fake g_rate d_rate steps_per_second samples_per_second seconds_left \
    spread variance accuracy_real accuracy_fake saturated g_gradient d_gradient modes good alarms; do
    [ "$(grep -c "\"$key\":" run/log.jsonl)" = 3 ]
  done
}

@test "runs are numbered where no folder is named" {
  tiny --epochs 1 --quiet
  tiny --epochs 1 --quiet
  [ -d runs/ring8-001 ] && [ -d runs/ring8-002 ]
}

@test "a command that is named can be pasted, whatever the folder is called" {
  clgan() { "$CLGAN" "$@"; }
  local folder="it's \$HOME; a \"b\" * &"
  tiny --epochs 1 --out "$folder" --show=none 2>log
  eval "$(sed -n 's/.*draw more with: \(.*\); see it all with: .*/\1/p' log)"
  eval "$(sed -n 's/.*see it all with: //p' log)"
  [ -s "$folder/report.html" ]
  fails 2 "go on with --resume 'it'\''s" tiny --out "$folder"
  tiny --out "$folder" 2>log || true
  eval "clgan train $(sed -n 's/.*go on with //p' log) --epochs 2 --quiet"
  [ "$(wc -l <"$folder/log.jsonl")" = 2 ]
  tiny --epochs 1 --out=-dash --show=none 2>log
  eval "$(sed -n 's/.*draw more with: \(.*\); see it all with: .*/\1/p' log)"
}

@test "resuming gives the bits of a training that was never stopped" {
  tiny --epochs 4 --out whole --quiet
  tiny --epochs 1 --out parts --quiet
  "$CLGAN" train --resume parts --epochs 3 --quiet
  "$CLGAN" train --resume parts --epochs 4 --quiet
  cmp "$(newest whole)" "$(newest parts)"
  [ "$(wc -l <parts/log.jsonl)" = 4 ]
  run "$CLGAN" train --resume parts
  [ "$status" = 0 ] && [[ "$output" == *"is finished"* ]]
}

# The epoch, and the event, of each alarm of log $1.
alarms_of() {
  /usr/bin/python3 - "$1" <<'END'
import json, sys
for line in map(json.loads, open(sys.argv[1])):
    for alarm in line["alarms"]:
        print(line["epoch"], alarm["alarm"], alarm["event"])
END
}

@test "a collapse raises the alarm once, and stops a training only where it is asked to" {
  collapse() {
    "$CLGAN" train helvetica --set train.batch=50 --set data.steps_per_epoch=60 --set output.samples=200 \
      --set monitor.accuracy=0 --no-tune "$@" # no alarm but the one
  }
  run collapse --epochs 4 --out whole
  [ "$status" = 0 ]
  [ "$(grep -c "G's samples are growing alike" <<<"$output")" = 1 ]
  [[ "$output" == *"spread 0."*"modes "* ]]
  [ "$(alarms_of whole/log.jsonl | grep alike)" = "2 alike begins" ]
  run collapse --epochs 4 --out parts --stop-on-collapse --set output.checkpoint_every=4
  [ "$status" = 1 ]
  [[ "$output" == *"G's samples are growing alike: training stopped after step 120, saved"*"--resume parts"* ]]
  [ "$(basename "$(newest parts)")" = step-000000000120.safetensors ]
  run "$CLGAN" train --resume parts --stop-on-collapse
  [ "$status" = 0 ] && [[ "$output" != *"growing alike"* ]]
  [ "$(alarms_of parts/log.jsonl)" = "$(alarms_of whole/log.jsonl)" ]
  collapse --epochs 4 --out never --set output.checkpoint_every=4 --quiet
  cmp "$(newest never)" "$(newest parts)"
}

@test "thresholds are the recipe's" {
  tiny --epochs 2 --set monitor.modes=1 --set monitor.patience=1 --out often --quiet
  [ "$(alarms_of often/log.jsonl | head -n 1)" = "1 alike begins" ]
  tiny --epochs 2 --set monitor.modes=0 --set monitor.spread=0 --set monitor.patience=1 --out never --quiet
  [ -z "$(alarms_of never/log.jsonl | grep alike)" ]
}

@test "Ctrl-C in an epoch saves, exits 130, and the rest gives the same bits" {
  tiny --set data.steps_per_epoch=9000 --epochs 2 --out whole --quiet
  "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=9000 --set output.samples=50 --epochs 2 \
    --no-tune --out parts 2>log &
  pid=$!
  while ! grep -q "first step" log; do sleep 0.01; done
  kill -INT "$pid"
  code=0
  wait "$pid" || code=$?
  cat log
  [ "$code" = 130 ]
  grep -q -- "--resume parts" log
  [ "$(ls parts/checkpoints | wc -l)" -ge 1 ]
  [ "$(basename "$(newest parts)")" != step-000000009000.safetensors ]
  "$CLGAN" train --resume parts --quiet
  cmp "$(newest whole)" "$(newest parts)"
}

@test "a second Ctrl-C stops at once, without saving" {
  "$CLGAN" train ring8 --set train.batch=20000 --set data.steps_per_epoch=3000 --epochs 2 --out run 2>log &
  pid=$!
  while ! grep -q "first step" log; do sleep 0.05; done
  kill -INT "$pid"
  kill -TERM "$pid"
  code=0
  wait "$pid" || code=$?
  cat log
  [ "$code" = 130 ]
  [ ! -e run/checkpoints ]
  ! grep -q -- "--resume" log || false
}

@test "a run killed before its first checkpoint starts anew" {
  tiny --epochs 2 --out whole --quiet
  tiny --epochs 2 --out parts --quiet
  rm -r parts/checkpoints
  "$CLGAN" train --resume parts --quiet
  cmp "$(newest whole)" "$(newest parts)"
  [ "$(wc -l <parts/log.jsonl)" = 2 ]
}

@test "pictures that stream give the bits of pictures that stay" {
  make_idx data 75 5
  small --data data --epochs 2 --out stay --quiet
  small --data data --epochs 2 --out stream --stream --quiet
  cmp "$(newest stay)" "$(newest stream)"
}

@test "gzipped pictures are the same pictures, and a seed is a seed" {
  make_idx data 75 5
  small --data data --epochs 1 --out plain --quiet
  gzip data/*
  small --data data --epochs 1 --out zipped --quiet
  cmp "$(newest plain)" "$(newest zipped)"
  small --data data --epochs 1 --seed 9 --out other --quiet
  ! cmp -s "$(newest plain)" "$(newest other)" || false
}

@test "alternating steps, averages and Adam resume to the bit" {
  make_idx data 75 5
  set -- --data data --set train.updates=alternating --set train.discriminator_steps=2 --set train.generator_steps=2 \
    --set train.average=0.9 --set optimiser.generator.kind=adam --quiet
  "$CLGAN" recipes mnist | sed '/^optimiser:/,/^output:/{/^optimiser:/!{/^output:/!d}}' | sed \
    's/^optimiser:/optimiser:\n  generator: {kind: adam, learning_rate: 0.001}\n  discriminator: {kind: adam, learning_rate: 0.001}/' >adam.yaml
  part() {
    "$CLGAN" train adam.yaml --set data.validation=5 --set train.batch=5 --set generator.0.units=8 --set generator.1.units=8 \
      --set discriminator.0.units=4 --set discriminator.1.units=4 --data data --set train.updates=alternating \
      --set train.discriminator_steps=2 --set train.generator_steps=2 --set train.average=0.9 --quiet "$@"
  }
  part --epochs 3 --out whole
  part --epochs 1 --out parts
  "$CLGAN" train --resume parts --epochs 3 --quiet
  cmp "$(newest whole)" "$(newest parts)"
}

@test "updates that are simultaneous at first are those of the one form, then of the other, and resume to the bit" {
  make_idx data 75 5
  set -- --data data --set train.batch=5 --no-tune --quiet
  small "$@" --epochs 2 --out together
  late() {
    small "$@" --set train.updates=alternating --set train.simultaneous_epochs=2
  }
  late "$@" --epochs 2 --out parts
  small "$@" --epochs 2 --set train.updates=alternating --out apart
  for run in together parts apart; do "$CLGAN" sample $run --count 20 --out $run.npy; done
  cmp together.npy parts.npy
  ! cmp -s together.npy apart.npy || false
  late "$@" --epochs 4 --out whole
  "$CLGAN" train --resume parts --epochs 4 --quiet
  cmp "$(newest whole)" "$(newest parts)"
  "$CLGAN" train --resume together --epochs 4 --quiet
  for run in together whole; do "$CLGAN" sample $run --count 20 --out $run.npy; done
  ! cmp -s together.npy whole.npy || false
  fails 2 "expected 0 where updates are simultaneous all along, found 2" small "$@" --set train.simultaneous_epochs=2 --out no
}

@test "samples: pictures, numbers, the same for the same noise" {
  tiny --epochs 1 --out run --quiet
  "$CLGAN" sample run --count 37 --seed 3 --noise-out z.npy --out x.npy
  "$CLGAN" sample run --noise z.npy --out again.npy
  cmp x.npy again.npy
  [ "$(wc -c <x.npy)" = $((128 + 37 * 2 * 4)) ]
  "$CLGAN" sample run --out x.png
  [ "$(head -c 4 x.png | tail -c 3)" = PNG ]
  "$CLGAN" sample run
  [ -s run/samples.png ]
}

@test "NumPy computes the same samples from a checkpoint" {
  /usr/bin/python3 -c 'import numpy'
  make_idx data 75 5
  small --data data --epochs 1 --out run --quiet
  "$CLGAN" sample run --count 20 --noise-out z.npy --out x.npy
  /usr/bin/python3 "$BATS_TEST_DIRNAME/../../examples/generate.py" "$(newest run)" z.npy x.npy
}

@test "scores of rows, of test pictures, as lines and as JSON" {
  make_idx data 75 6
  small --data data --epochs 1 --out run --quiet
  "$CLGAN" sample run --count 4 --out x.npy
  [ "$("$CLGAN" score run x.npy | wc -l)" = 5 ]
  "$CLGAN" score run --data data --json >scores.json
  /usr/bin/python3 -c 'import json; s = json.load(open("scores.json")); assert s["rows"] == 6 and 0 < s["mean"] < 1'
}

@test "a dry run prints recipe, parameters, memory and plan, and makes no folder" {
  make_idx data 75 5
  run small --data data --dry-run
  [ "$status" = 0 ]
  [[ "$output" == *"generator:"* && "$output" == *"# parameters"* && "$output" == *"# device memory"* ]]
  [[ "$output" == *"D.0 Y = XW"* && "$output" == *"MFLOP"* ]]
  [ ! -e runs ]
}

@test "the profile shows each launch's share" {
  run tiny --epochs 1 --out run --profile
  [ "$status" = 0 ] && [[ "$output" == *"outside matrix products"* && "$output" == *" %"* ]]
}

@test "layers are taken over from another run" {
  tiny --epochs 1 --out first --quiet
  "$CLGAN" recipes ring8 | awk '/^generator:/ { print; print "  - {kind: dense, units: 16, activation: relu, weights: normal, scale: 0.2}"; g = 1; next }
    /^discriminator:/ { g = 0 } { print } g && /- kind:/ { print "    take: " n++ }' >second.yaml
  fails 2 "--from RUN" "$CLGAN" train second.yaml --epochs 1 --out second
  "$CLGAN" train second.yaml --from first --set train.batch=16 --set data.steps_per_epoch=1 \
    --set optimiser.generator.learning_rate=1e-12 --epochs 1 --out second --quiet
  /usr/bin/python3 - "$(newest first)" "$(newest second)" <<'END'
import json, sys
def read(path):
    file = open(path, "rb")
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    data = file.read()
    return lambda name: data[slice(*header[name]["data_offsets"])]
import struct
first, second = map(read, sys.argv[1:])
for n in range(3):
    a, b = first(f"G.{n}.weight"), second(f"G.{n+1}.weight")
    assert len(a) == len(b)
    for x, y in zip(struct.iter_unpack("<f", a), struct.iter_unpack("<f", b)):
            assert abs(x[0] - y[0]) < 1e-5
END
}

@test "tune keeps what it measured, goes on, and a run keeps what it began with" {
  own_cache
  run "$CLGAN" tune --show
  [ "$status" = 0 ] && [[ "$output" == *"nothing is kept"* ]]
  run "$CLGAN" tune --recipe ring8 --set train.batch=16 --budget 8
  [ "$status" = 0 ] && [[ "$output" == *"best register"* && "$output" == *"dropped: 0 computed wrongly"* ]]
  "$CLGAN" tune --show >kept
  [ "$(head -n 1 kept)" = "clgan tuning, version 1" ] && grep -q "^XtdY adam\|^XtdY momentum" kept
  tiny --epochs 1 --out run --quiet
  grep -q "^XW activate" run/kernels.txt
  sed -i 's/| register [^|]*|/| register 1x1x1\/1*1 |/' cache/clgan/tuning-*.txt
  cp run/kernels.txt before
  "$CLGAN" train --resume run --epochs 2 --quiet
  cmp run/kernels.txt before
  tiny --epochs 1 --out other --quiet
  grep -q "register 1x1x1/1\*1" other/kernels.txt
  sed -i 's/^driver: .*/driver: another/' run/kernels.txt
  run "$CLGAN" train --resume run --epochs 3
  [ "$status" = 0 ] && [[ "$output" == *"measured choices are ignored: run/kernels.txt is of another driver"* ]]
  cmp run/kernels.txt other/kernels.txt # what the device is known for now
  echo nonsense >>"$(ls cache/clgan/tuning-*.txt)"
  run tiny --epochs 1 --out third
  [ "$status" = 0 ] && [[ "$output" == *"measured choices are ignored"* ]]
}

@test "the first training of its sizes measures, the second does not" {
  own_cache
  run "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=5 --set output.samples=50 --epochs 1 --out a
  [ "$status" = 0 ] && [[ "$output" == *"measuring kernels"* ]]
  run "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=5 --set output.samples=50 --epochs 1 --out b
  [ "$status" = 0 ] && [[ "$output" != *"measuring kernels"* ]]
  cmp "$(newest a)" "$(newest b)"
}

@test "two that measure at once keep what both found" {
  own_cache
  "$CLGAN" tune --recipe ring8 --set train.batch=16 --budget 6 2>/dev/null &
  local tuning=$!
  sleep 1
  "$CLGAN" train ring8 --set train.batch=24 --set data.steps_per_epoch=5 --set output.samples=50 --epochs 1 --out run --quiet
  wait "$tuning"
  "$CLGAN" tune --show >kept
  for batch in 16 24; do grep -q "^XW [^|]*/[0-9]* $batch x " kept; done
}

@test "Ctrl-C ends a tuning with what it found" {
  own_cache
  "$CLGAN" tune --recipe ring8 2>log &
  local tuning=$!
  sleep 4
  kill -INT $tuning
  local code=0
  wait $tuning || code=$?
  [ "$code" = 130 ]
  grep -q "the same command goes on" log
  [ -s "$(ls cache/clgan/tuning-*.txt)" ]
}

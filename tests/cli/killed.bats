# Trainings that are killed, stopped or cut off from power go on, and end as if nothing had happened. CLGAN_LONG=1: at
# many more moments.
load common

shims="$BATS_TEST_DIRNAME/../shims"
long() { [ "${CLGAN_LONG:-}" = 1 ]; }
python() { /usr/bin/python3 "$@"; }

# Starts a training of long epochs in the background, as $pid, and waits until it is under way.
start() {
  "$CLGAN" train ring8 --set train.batch=16 --set output.samples=50 --set data.steps_per_epoch=12000 --no-tune "$@" 2>log &
  pid=$!
  until grep -q "first step" log; do sleep 0.01; done
}

ends() {
  local code=0
  wait "$pid" || code=$?
  cat log
  [ "$code" = "$1" ]
}

@test "killed at any moment" {
  python "$shims/kill.py" "$(long && echo 250 || echo 18)" "${CLGAN_SEED:-1}" --epochs 6
}

@test "killed at any moment of a run that is evaluated" {
  python "$shims/kill.py" "$(long && echo 50 || echo 2)" "${CLGAN_SEED:-1}" --epochs 4 --evaluate-every 2
}

@test "the power is cut between any two calls" {
  python "$shims/powercut.py" "$(long && echo 0 || echo 12)" "${CLGAN_SEED:-1}" --epochs 4
}

@test "the power is cut in a run that is evaluated" {
  long || skip "long"
  python "$shims/powercut.py" 0 "${CLGAN_SEED:-1}" --epochs 2 --evaluate-every 1
}

@test "a torn newest checkpoint is passed over with a warning" {
  tiny --epochs 3 --out whole --quiet
  for way in 'truncate -s 0' 'truncate -s 60000' 'truncate -s -1' 'dd if=/dev/zero conv=notrunc bs=4096 seek=20 count=4 of='; do
    cp -r whole torn
    eval "$way$([[ $way == dd* ]] || echo ' ')$(newest torn)"
    run "$CLGAN" train --resume torn
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"warning: torn/checkpoints/step-000000000015.safetensors: damaged"*"taking the checkpoint before it"* ]]
    cmp "$(newest whole)" "$(newest torn)"
    rm -r torn
  done
}

@test "a checkpoint that is torn and later than what is saved does not push good ones out" {
  tiny --epochs 3 --out run --quiet
  : >run/checkpoints/step-000000000099.safetensors
  run "$CLGAN" train --resume run --epochs 4
  [ "$status" = 0 ]
  [ "$(cd run/checkpoints && echo *)" = "step-000000000015.safetensors step-000000000020.safetensors step-000000000099.safetensors" ]
}

@test "a training that was killed before it removed an old checkpoint is tidied by the next" {
  tiny --epochs 3 --out run --quiet
  cp "$(newest run)" run/checkpoints/step-000000000005.safetensors
  "$CLGAN" train --resume run --quiet
  [ "$(cd run/checkpoints && echo *)" = "step-000000000010.safetensors step-000000000015.safetensors" ]
}

@test "a training that is killed as it begins leaves a folder that another can begin in" {
  mkdir left
  echo "process 1 on somewhere" >left/lock
  echo '{"format": 1, "epochs": 7}' >left/run.json
  : >left/recipe.yaml.123.tmp
  fails 2 "no training has begun in it. Begin one with --out left" "$CLGAN" train --resume left
  tiny --epochs 1 --out left --quiet
  [ ! -e left/recipe.yaml.123.tmp ]
  "$CLGAN" train --resume left --epochs 2 --quiet
}

@test "SIGTERM and SIGINT finish the step, save and say how to go on; a second SIGINT ends at once" {
  tiny --set data.steps_per_epoch=12000 --epochs 1 --out whole --quiet
  for signal in TERM INT; do
    start --epochs 1 --out "$signal"
    kill -"$signal" "$pid"
    ends 130
    grep -q "saved; go on with: clgan train --resume $signal" log
    [ "$(basename "$(newest "$signal")")" != step-000000012000.safetensors ]
  done
  "$CLGAN" train --resume TERM --quiet
  cmp "$(newest whole)" "$(newest TERM)"
  "$CLGAN" train --resume INT --quiet 2>log &
  pid=$!
  sleep 0.2
  kill -INT "$pid" && kill -INT "$pid" || true # it may be done
  wait "$pid" || true
  "$CLGAN" train --resume INT --quiet
  cmp "$(newest whole)" "$(newest INT)"
}

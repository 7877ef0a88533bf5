# Two processes at once: on a run's folder, and on the cache. CLGAN_LONG=1: many more rounds.
load common

teardown() {
  [ -z "${pid:-}" ] || kill -KILL "$pid" 2>/dev/null || true
}

# A training that goes on until it is stopped: as $pid.
endless() {
  "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=2 --set output.samples=50 --no-tune --epochs 1000000 --out run --quiet 2>log &
  pid=$!
  until compgen -G "run/checkpoints/step-*.safetensors" >/dev/null; do sleep 0.01; done
}

@test "a run is one training's at a time" {
  endless
  fails 1 "run: a training is under way there, by process $pid on $(hostname): wait for it, or stop it first" \
    timeout 20 "$CLGAN" train --resume run
  fails 2 "run exists" tiny --epochs 1 --out run
  kill -KILL "$pid"
  wait "$pid" || true
  pid=
  done=$(($(wc -l <run/log.jsonl) - 1))
  "$CLGAN" train --resume run --epochs "$((done + 3))" --quiet # the lock has died with its holder
  [ "$(wc -l <run/log.jsonl)" = "$((done + 3))" ]
}

@test "of several trainings that begin in one folder at once, one does" {
  pids=()
  for i in 1 2 3; do
    tiny --epochs 1 --out run --quiet 2>"log-$i" &
    pids+=($!)
  done
  begun=0
  for pid in "${pids[@]}"; do
    code=0
    wait "$pid" || code=$?
    [ "$code" != 0 ] || begun=$((begun + 1))
  done
  cat log-*
  [ "$begun" = 1 ]
  [ "$(grep -c "run exists\|a training is under way" log-1 log-2 log-3 | grep -c ":1")" = 2 ]
}

@test "a run that trains can be sampled, scored, evaluated and drawn" {
  endless
  for i in $(seq "$([ "${CLGAN_LONG:-}" = 1 ] && echo 300 || echo 10)"); do
    run "$CLGAN" sample run --count 4 --out x.npy
    echo "$output"
    [ "$status" = 0 ] && [[ "$output" != *warning* ]]
  done
  "$CLGAN" score run x.npy >/dev/null
  "$CLGAN" evaluate run --count 100
  "$CLGAN" figure filmstrip run
  "$CLGAN" figure density run --count 100
  kill -TERM "$pid"
  wait "$pid" || [ "$?" = 130 ]
  pid=
}

@test "trainings and tunings share a cache" {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/../shims/share.py" $([ "${CLGAN_LONG:-}" = 1 ] && echo 20 6 || echo 1 2)
}

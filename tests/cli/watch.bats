#!/usr/bin/env bats
# clgan train --watch: the live page. What it serves, to whom, what it refuses, and that training goes on regardless.
load common

client() {
  timeout 900 /usr/bin/python3 "$BATS_TEST_DIRNAME/watch-client.py" "$@"
}

# Begins a training in the background, watched at any free port: $pid, $port. Epochs take about a tenth of a second.
watched() {
  "$CLGAN" train ring8 --set train.batch=16 --set output.samples=50 --set data.steps_per_epoch=600 --no-tune --watch 0 "$@" 2>log &
  pid=$!
  find_port "first step"
}

# Until FILE has the words; process PID, which writes it, must live until then: wait_for WORDS FILE PID
wait_for() {
  until grep -qs "$1" "$2"; do
    kill -0 "$3" || grep -q "$1" "$2"
    sleep 0.01
  done
}

# $port, from log; waits until the training has come so far that it logs the words.
find_port() {
  wait_for "${1:-watch it at}" log "$pid"
  port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  [ -n "$port" ]
}

# $reader: a browser that follows the training by now, and is to hear of its end in these words.
follow_to_end() {
  client ended "$port" "$1" >following &
  reader=$!
  wait_for follows following "$reader"
}

# The training ends with that exit code.
ends() {
  local code=0
  wait "$pid" || code=$?
  tail -n 3 log
  [ "$code" = "$1" ]
}

teardown() {
  if [ -n "${pid:-}" ]; then kill -9 "$pid" 2>/dev/null || true; fi
}

@test "the page, its data, pictures and events are served; what else is asked for is refused" {
  watched --epochs 100000 --out run
  ln -s ../recipe.yaml run/samples/epoch-0777.png
  ln -s epoch-0000.png run/samples/epoch-0778.png
  mkdir run/figures && cp run/recipe.yaml run/figures/nearest.png
  client followed "$port"
  client served "$port"
  client refused "$port"
  client garbage "$port" "$([ "${CLGAN_LONG:-}" = 1 ] && echo 20000 || echo 100)" "${CLGAN_SEED:-1}"
  curl -sf "http://localhost:$port/" | head -c 100 | grep -q '<!DOCTYPE html>'
  # nobody but this machine is listened to
  ! ss -tln 2>/dev/null | grep -E "(0\.0\.0\.0|\*|\[::\]):$port " || false # where there is ss
  [ "$(grep -c " 0100007F:$(printf %04X "$port") 00000000:0000 0A" /proc/net/tcp)" = 1 ]
  follow_to_end "was stopped"
  kill -INT "$pid"
  ends 130
  wait "$reader"
  ! curl -s "http://127.0.0.1:$port/" || false
}

@test "browsers that never read, or ask half, hold up neither the training nor each other; its bits stay" {
  watched --epochs 60 --out run
  mkfifo hold
  client silent "$port" <hold >silent &
  exec 9>hold
  wait_for silent silent $!
  client followed "$port"
  follow_to_end "has ended"
  ends 0
  wait "$reader"
  exec 9>&-
  "$CLGAN" train ring8 --set train.batch=16 --set output.samples=50 --set data.steps_per_epoch=600 --no-tune --epochs 60 --out alone --quiet 2>/dev/null
  cmp "$(newest alone)" "$(newest run)"
  cmp alone/run.json run/run.json
}

@test "a run that is resumed shows what was before; one that goes back to a checkpoint says so" {
  tiny --set output.checkpoint_every=1000 --epochs 4 --out run --quiet
  # as a training leaves the log that was killed two epochs after its last checkpoint
  line=$(tail -n 1 run/log.jsonl)
  for epoch in 5 6; do sed "s/\"epoch\":4,\"step\":20/\"epoch\":$epoch,\"step\":$((5 * epoch))/" <<<"$line" >>run/log.jsonl; done
  "$CLGAN" train --resume run --epochs 2000 --no-tune --watch 0 2>log &
  pid=$!
  find_port "first step"
  # the first epoch that ends has the log read anew
  for _ in $(seq 300); do
    curl -sf "http://127.0.0.1:$port/data.json" >data.json
    grep -q '"epochs":\[1,2,3,4,5,6,7,8,' data.json && break
    sleep 0.05
  done
  curl -sf "http://127.0.0.1:$port/parts.html" >parts.html
  /usr/bin/python3 -c 'import json
run = json.load(open("data.json"))["runs"][0]
assert run["epochs"] == list(range(1, len(run["epochs"]) + 1)), run["epochs"]
logged = [json.loads(line)["d_loss"] for line in open("run/log.jsonl")]
assert all(abs(a - b) < 1e-5 for a, b in zip(run["values"]["d_loss"], logged)), (run["values"]["d_loss"], logged)'
  grep -q "of 2000 epochs" parts.html
  kill -INT "$pid"
  ends 130
  "$CLGAN" report run >/dev/null
}

@test "a port that is taken, and other wrong uses, get one message and leave nothing" {
  watched --epochs 100000 --out first
  fails 1 "127.0.0.1:$port: another program listens there; name another port, or 0" tiny --out second --watch "$port"
  [ "${#lines[@]}" = 1 ] && [ ! -e second ]
  fails 2 "--watch 65536: expected a port, 0 to 65535" tiny --out second --watch 65536
  fails 2 "--watch x: expected a port" tiny --out second --watch=x
  [ ! -e second ]
  fails 2 "not the folder of a run" "$CLGAN" train --resume second --watch 0
  # the usual port, or another where that is taken; a recipe's name is no port
  for run in a b; do
    "$CLGAN" train --watch ring8 --set train.batch=16 --set data.steps_per_epoch=3000 --epochs 100000 --no-tune --out $run 2>$run.log &
    eval "pid_$run=$!"
  done
  for run in a b; do
    name=pid_$run
    wait_for "watch it at" $run.log "${!name}"
  done
  kill -INT "$pid_a" "$pid_b"
  wait "$pid_a" || [ $? = 130 ]
  wait "$pid_b" || [ $? = 130 ]
  cat a.log b.log
  [ "$(cat a.log b.log | grep -c 'watch it at http://127.0.0.1:')" = 2 ]
  [ "$(cat a.log b.log | grep -o 'http://127.0.0.1:[0-9]*/' | sort -u | wc -l)" = 2 ]
  kill -INT "$pid"
  ends 130
}

@test "a training that fails says so to its browsers" {
  "$CLGAN" train helvetica --no-tune --stop-on-collapse --out run --watch 0 2>log &
  pid=$!
  find_port
  follow_to_end failed
  ends 1
  wait "$reader"
}

@test "in a browser: the page grows by itself, and stays when the training ends" {
  watched --epochs 30 --set data.steps_per_epoch=2400 --out "run <b>"
  run timeout 300 /usr/bin/python3 "$BATS_TEST_DIRNAME/browser.py" "http://127.0.0.1:$port/" 'new Promise(done => {
    const id = name => document.getElementById(name), plot = document.querySelector(".plot"), seen = new Set(), words = new Set();
    const look = () => {
      seen.add(plot.getAttribute("aria-valuemax"));
      words.add(id("live-words").textContent);
      if (!id("live-words").textContent.includes("has ended")) return setTimeout(look, 50);
      done([seen.size > 3, words.size > 3, plot.getAttribute("aria-valuemax"), id("frame").max, id("frame-words").textContent, id("verdict").textContent.slice(0, 22), id("course-0").textContent.includes("in epoch 30"), id("live-words").textContent].join("; "));
    };
    look();
  })' live.png
  echo "$output"
  [ "$status" = 0 ]
  [ "$output" = "true; true; 30; 30; Epoch 30; ring8: 30 of 30 epochs; true; The training has ended. Its server is gone; clgan report writes this page to a file." ]
  ends 0
}

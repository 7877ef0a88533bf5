#!/usr/bin/env bats
# clgan selftest, and the one before a training: on devices that are right, on broken ones, on kernels with a fault.
load common

# with LAYERS COMMAND...: under layers of tests/layers, by their names with colons between.
with() {
  local layers=$1
  shift
  OPENCL_LAYERS=$(sed "s|[^:]*|$CLGAN_LAYERS/&.so|g" <<<"$layers") "$@"
}

# What has been remembered here.
remembered() {
  ls "$1"/clgan/selftest-*.txt 2>/dev/null || true
}

# A cache folder of this test's own, which knows kernels but no device.
fresh_cache() {
  mkdir -p cache/clgan
  cp "$XDG_CACHE_HOME"/clgan/*.clbin cache/clgan/ 2>/dev/null || true
  export XDG_CACHE_HOME=$PWD/cache POCL_CACHE_DIR=${POCL_CACHE_DIR:-$XDG_CACHE_HOME/pocl/kcache}
}

json() {
  /usr/bin/python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$1" "$2"
}

@test "a right device passes all, as a table and as JSON" {
  run "$CLGAN" selftest
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"training alternating"*" ok "*"product XtdY adam"*"25 of 25 checks passed"*"Nothing is wrong"* ]]
  "$CLGAN" selftest --all --brief --json >a.json
  json a.json 'd["passed"] and len(d["devices"]) == 1 and d["devices"][0]["state"] == "passed"'
  json a.json 'len(d["devices"][0]["checks"]) == 11 and all(c["passed"] and c["reason"] == "" for c in d["devices"][0]["checks"])'
}

@test "the way of a GPU is right too" {
  run with gpu "$CLGAN" selftest --only XtdY
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"3 of 3 checks passed"* ]]
}

@test "what can't be is refused" {
  fails 2 "no such index" "$CLGAN" selftest --device 99
  fails 2 "no check's name" "$CLGAN" selftest --only nonsense
  fails 2 "no check's name" "$CLGAN" selftest --all --only nonsense
  [[ "$output" != *FAILED* ]]
  fails 2 "--all takes no --device" "$CLGAN" selftest --all --device 0
}

@test "a result that is corrupted on its way is found, whichever read it was" {
  for every in 1 3; do
    CLGAN_CORRUPT=$every run with corrupt "$CLGAN" selftest --brief
    echo "$output"
    [ "$status" = 1 ] && [[ "$output" == *"FAILED"*", expected "*"devices FAILED"*"clgan devices"* ]]
  done
  CLGAN_CORRUPT=1 with corrupt "$CLGAN" selftest --json >a.json || [ $? = 1 ]
  json a.json 'not d["passed"] and not any(c["passed"] for c in d["devices"][0]["checks"] if not c["name"].startswith("finite"))'
}

@test "launches that don't begin where they ought to are found" {
  CLGAN_NO_OFFSET=1 run with broken "$CLGAN" selftest --brief
  echo "$output"
  [ "$status" = 1 ] && [[ "$output" == *"random philox "*"FAILED"*"z in parts["* ]]
}

@test "a device that crashes or hangs is told of, and does not take the command with it" {
  CLGAN_CRASH=9 run with corrupt "$CLGAN" selftest --all
  echo "$output"
  [ "$status" = 1 ] && [[ "$output" == *"memory "*" ok "*"crashed: signal 11"*"1 of 1 devices FAILED"* ]]
  CLGAN_HANG=9 with corrupt "$CLGAN" selftest --all --limit 10 --json >a.json || [ $? = 1 ]
  json a.json 'd["devices"][0]["state"] == "hung" and "10 s" in d["devices"][0]["reason"] and not d["passed"]'
}

@test "Ctrl-C in a self-test says that it was stopped, not that all is well" {
  for form in "" --json; do
    OPENCL_LAYERS=$CLGAN_LAYERS/corrupt.so CLGAN_HANG=9 "$CLGAN" selftest $form >told &
    local pid=$! code=0
    for _ in $(seq 200); do
      grep -q memory told && break
      sleep 0.05
    done
    kill -INT "$pid"
    wait "$pid" || code=$?
    [ "$code" = 130 ]
    if [ "$form" ]; then
      json told 'd["devices"][0]["state"] == "stopped" and not d["passed"]'
    else
      ! grep "Nothing is wrong" told || false
      grep -q "stopped: by Ctrl-C" told
    fi
  done
}

@test "a training tests a device once, and again where what it remembers is in doubt" {
  fresh_cache
  run tiny --epochs 1 --out a
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"a self-test of the device"* ]]
  [ "$(head -n 1 "$(remembered cache)")" = "clgan self-test, version 1" ]
  run tiny --epochs 1 --out b
  [ "$status" = 0 ] && [[ "$output" != *"self-test"* ]]
  for doubt in 's/^driver: /&x/' 's/^kernels: ./&x/' '$d' 's/version 1/version 2/'; do
    sed -i "$doubt" "$(remembered cache)"
    run tiny --epochs 1 --out "c$((n += 1))"
    [ "$status" = 0 ] && [[ "$output" == *"a self-test of the device"* ]]
  done
}

@test "a training on a device that fails is refused, and forced only by --force; nothing is remembered" {
  fresh_cache
  CLGAN_CORRUPT=2 run with corrupt tiny --epochs 1 --out a
  echo "$output"
  [ "$status" = 1 ]
  [[ "$output" == *"failed its self-test: "*", expected "*"clgan selftest --device 0"*"--force"* ]]
  [ ! -e a/checkpoints ] && [ -z "$(remembered cache)" ]
  CLGAN_CORRUPT=2 run with corrupt "$CLGAN" train --resume a --epochs 1
  [ "$status" = 1 ] && [[ "$output" == *"failed its self-test"* ]]
  CLGAN_CORRUPT=12 run with corrupt "$CLGAN" train --resume a --epochs 1 --force
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"warning: DEVICE 0"*"FAILED ITS SELF-TEST"*"--force"* ]]
  [ -z "$(remembered cache)" ]
}

@test "a training on kernels with a fault is refused, where nothing is remembered every time" {
  for time in 1 2; do
    CLGAN_PLANT='limit / sqrt(sum) => limit / sum' run with plant tiny --no-cache --epochs 1 --out "run$time"
    echo "$output"
    [ "$status" = 1 ] && [[ "$output" == *"failed its self-test: training simultaneous: "*"after 3 steps"*", expected "* ]]
  done
}

@test "a training is refused where only a product of its own sizes is wrong" {
  CLGAN_PLANT='make_tile(&e, x, AT(a) + (ulong)x.row => if (k != 64) make_tile(&e, x, AT(a) + (ulong)x.row' \
    run with plant tiny --no-cache --epochs 1 --out run
  echo "$output"
  [ "$status" = 1 ] && [[ "$output" == *"products in use: XW activate/0 16 x 64 x "*" comes out wrong"* ]]
}

# Plants every second fault of the table, from line $1 of it on, and tells of those that are not found.
plant() {
  local check device fault layers code planted=$PWD/planted.$1 out=$PWD/out.$1
  while IFS='|' read -r check device fault; do
    check=${check% } layers=plant code=0
    [[ "$device" == *gpu* ]] && layers=gpu:plant
    rm -f "$planted"
    CLGAN_PLANT=${fault# } CLGAN_PLANTED=$planted with "$layers" "$CLGAN" selftest --no-cache --only "$check" \
      >"$out" 2>&1 </dev/null || code=$?
    [ "$code" = 1 ] && [ -e "$planted" ] && grep -q "$check .*FAILED.*, expected" "$out" && continue
    echo "not found: $check |$device|$fault (exit code $code, $([ -e "$planted" ] || echo "not ")planted)"
    cat "$out"
  done < <(grep -v '^#' "$BATS_TEST_DIRNAME/planted-faults" | sed -n "$1~2p")
}

@test "a fault planted into any family of kernels is found" {
  plant 1 >missed.1 &
  plant 2 >missed.2
  wait $!
  cat missed.1 missed.2
  [ ! -s missed.1 ] && [ ! -s missed.2 ]
}

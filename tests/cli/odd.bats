#!/usr/bin/env bats
# Small and odd devices, imitated by a layer that says so and enforces it: training works as on the whole device, or is
# refused with what is missing.
load common

setup() {
  cd "$BATS_TEST_TMPDIR"
  cpu=$CLGAN_LAYERS/limits.so gpu=$CLGAN_LAYERS/gpu.so:$CLGAN_LAYERS/limits.so
}

# Trains a net of maxout and dropout on 500 pictures, and one on drawn data, then evaluates: works NAME LAYERS LIMIT=N...
works() {
  local name=$1 layers=$2
  shift 2
  ( # where the limits end
    export OPENCL_LAYERS=$layers "$@"
    small --data /usr/share/datasets/fashion-mnist --set data.validation=59500 --out "$name" --epochs 1 --quiet
    "$CLGAN" train gauss1d --set data.steps_per_epoch=40 --no-tune --out "$name-drawn" --epochs 1 --quiet
    "$CLGAN" evaluate "$name" --count 300 --validation 100 --json >"$name.json"
  )
}

# Losses and log-likelihood of two runs differ by rounding alone.
alike() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
a, b = [{**json.loads(open(n + "/log.jsonl").readlines()[-1]), "likelihood": json.load(open(n + ".json"))["log_likelihood"],
         "drawn": json.loads(open(n + "-drawn/log.jsonl").readlines()[-1])["d_loss"]} for n in sys.argv[1:]]
for key in ("step", "d_loss", "g_loss", "d_real", "d_fake", "drawn", "likelihood"):
    print(key, a[key], b[key])
    assert abs(a[key] - b[key]) <= 0.01 * abs(a[key]), key
PYTHON
}

@test "a CPU that allows work-groups of 1, and little of everything" {
  works whole "$cpu"
  works small "$cpu" CLGAN_LIMIT_WORK_GROUP=1 CLGAN_LIMIT_LOCAL=4096 CLGAN_LIMIT_ALLOCATION=32000000 \
    CLGAN_LIMIT_ALIGNMENT=4096 CLGAN_LIMIT_IN_ORDER=1
  alike whole small
}

@test "GPUs with work-groups of 1, of 64 and little of everything, of 4096; and one so slow that launches are cut" {
  works whole "$cpu"
  works one "$gpu" CLGAN_LIMIT_WORK_GROUP=1
  alike whole one
  works small "$gpu" CLGAN_LIMIT_WORK_GROUP=64 CLGAN_LIMIT_LOCAL=16384 CLGAN_LIMIT_ALLOCATION=64000000 \
    CLGAN_LIMIT_ALIGNMENT=4096 CLGAN_LIMIT_IN_ORDER=1
  alike whole small
  works large "$gpu" CLGAN_LIMIT_WORK_GROUP=4096
  alike whole large
  works cut "$gpu" CLGAN_LIMIT_WORK_GROUP=4096 CLGAN_GPU_MHZ=1
  cmp "$(newest large)" "$(newest cut)" # launches in parts: the same to the bit
  cmp "$(newest large-drawn)" "$(newest cut-drawn)"
}

@test "no fp64: nothing needs it, and a kernel that did would be told" {
  without() { env XDG_CACHE_HOME="$PWD/cache" CLGAN_LIMIT_FP32=1 "$@"; }
  OPENCL_LAYERS=$cpu without "$CLGAN" devices -v | grep -q "fp64  *no"
  OPENCL_LAYERS=$cpu without "$CLGAN" selftest --brief --only random
  planted() {
    OPENCL_LAYERS=$CLGAN_LAYERS/plant.so:$cpu CLGAN_PLANT="get_global_id(0) => (size_t)(double)get_global_id(0)" "$@" \
      "$CLGAN" selftest --brief --only random --no-cache
  }
  planted env
  fails 1 "does not build" planted env CLGAN_LIMIT_FP32=1
}

@test "what does not fit is refused with what is missing" {
  OPENCL_LAYERS=$cpu CLGAN_LIMIT_ALLOCATION=1000000 fails 1 "1.0 MB in one piece" "$CLGAN" train fashion-quick --no-tune \
    --out refused --set generator.1.units=2000
  [[ "$output" == *"smaller layers, or another device"* ]]
}

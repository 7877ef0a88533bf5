#!/usr/bin/env bats
# Small and odd devices, imitated by a layer that says so and enforces it: training works as on the whole device, or is
# refused with what is missing.
load common

setup() {
  cd "$BATS_TEST_TMPDIR"
  cpu=$CLGAN_LAYERS/limits.so gpu=$CLGAN_LAYERS/gpu.so:$CLGAN_LAYERS/limits.so
}

# Trains a net of maxout and dropout on 1,000 pictures, and one on drawn data, then evaluates: works NAME LAYERS LIMIT=N...
works() {
  local name=$1 layers=$2
  shift 2
  on() { env OPENCL_LAYERS="$layers" "${limits[@]}" "$CLGAN" "$@" 2>>errors; }
  local limits=("$@")
  on train fashion-quick --out "$name" --epochs 1 --set data.validation=59000 --set train.batch=50 --no-tune --quiet
  on train gauss1d --out "$name-drawn" --epochs 1 --set data.steps_per_epoch=40 --no-tune --quiet
  on evaluate "$name" --count 300 --validation 100 --json >"$name.json"
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

@test "work-groups of 1, 64 and 4096" {
  works whole "$cpu"
  works one "$cpu" CLGAN_LIMIT_WORK_GROUP=1
  alike whole one
  works many "$cpu" CLGAN_LIMIT_WORK_GROUP=4096
  alike whole many
  for size in 1 63 64 4096; do
    works "gpu$size" "$gpu" CLGAN_LIMIT_WORK_GROUP=$size
    alike whole "gpu$size"
  done
}

@test "little local memory, small allocations, coarse alignment, queues in order" {
  works whole "$cpu"
  works local "$gpu" CLGAN_LIMIT_LOCAL=16384
  alike whole local
  works all "$gpu" CLGAN_LIMIT_WORK_GROUP=64 CLGAN_LIMIT_LOCAL=16384 CLGAN_LIMIT_ALLOCATION=64000000 \
    CLGAN_LIMIT_ALIGNMENT=4096 CLGAN_LIMIT_IN_ORDER=1
  alike whole all
  works allcpu "$cpu" CLGAN_LIMIT_WORK_GROUP=1 CLGAN_LIMIT_LOCAL=4096 CLGAN_LIMIT_ALLOCATION=32000000 \
    CLGAN_LIMIT_ALIGNMENT=4096 CLGAN_LIMIT_IN_ORDER=1
  alike whole allcpu
}

#!/usr/bin/env bats
# Long runs: memory and speed stay as they were, counters go beyond 32 bits. CLGAN_LONG=1: 200,000 steps.
load common

@test "a long run takes no more memory at its end than at its beginning, and one line of log an epoch" {
  local epochs=40 pid peak
  [ -z "$CLGAN_LONG" ] || epochs=2000
  "$CLGAN" train gauss1d --set data.steps_per_epoch=100 --set output.sample_every=100 --set output.checkpoint_every=50 \
    --epochs $epochs --no-tune --quiet --out run &
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    [ ! -e run/log.jsonl ] || echo "$(wc -l <run/log.jsonl) $(awk '/^RssAnon/ {print $2}' /proc/$pid/status 2>/dev/null)"
    sleep 0.1
  done >memory
  wait $pid
  [ "$(wc -l <run/log.jsonl)" = $epochs ]
  [ "$(wc -c <run/log.jsonl)" -lt $((epochs * 600)) ]
  python3 - <<'PYTHON'
import json
seen = [tuple(map(int, line.split())) for line in open("memory") if len(line.split()) == 2]
log = [json.loads(line) for line in open("run/log.jsonl")]
epochs = len(log)
first = max(kb for epoch, kb in seen if epochs / 10 <= epoch <= epochs / 2)
last = max(kb for epoch, kb in seen if epoch > epochs / 2)
rate = lambda lines: sorted(line["steps_per_second"] for line in lines)[len(lines) // 2]
tenth = epochs // 10
print(f"{100 * epochs} steps: {first / 1024:.1f} MB in the first half, {last / 1024:.1f} MB in the second;",
      f"median steps/s of the first tenth {rate(log[:tenth]):.0f}, of the last {rate(log[-tenth:]):.0f}")
assert last <= 1.05 * first
PYTHON
}

@test "a run goes on beyond step 2^32" {
  tiny --out run --epochs 1 --quiet
  "$CLGAN_PROGRAMS/far" run 4294967290
  "$CLGAN" train --resume run --epochs 858993461 --quiet
  [ "$(basename "$(newest run)")" = step-004294967305.safetensors ]
  tail -n 1 run/log.jsonl | grep -q '"epoch":858993461,"step":4294967305,'
  "$CLGAN" train --resume run --epochs 858993462 --quiet
  "$CLGAN" sample run --out x.npy
  cp -r run parts
  "$CLGAN" train --resume run --epochs 858993464 --quiet
  "$CLGAN" train --resume parts --epochs 858993463 --quiet
  "$CLGAN" train --resume parts --epochs 858993464 --quiet
  cmp "$(newest run)" "$(newest parts)"
}

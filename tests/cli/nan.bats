#!/usr/bin/env bats
# Trainings whose numbers stop being finite: what they say, what they leave, how they go back.
load common

# A small net that diverges with such learning rates: wild RATE ARGUMENTS...
wild() {
  local rate=$1
  shift
  small --data data --epochs 3 --set output.checkpoint_every=1 --set optimiser.generator.learning_rate="$rate" \
    --set optimiser.discriminator.learning_rate="$rate" "$@"
}

# A training with a fault planted into its kernels: planted "FROM => TO" ARGUMENTS...
planted() {
  local fault=$1
  shift
  rm -f planted
  CLGAN_PLANTED=$PWD/planted CLGAN_PLANT=$fault OPENCL_LAYERS=$CLGAN_LAYERS/plant.so run tiny --epochs 3 --no-cache --force --quiet "$@"
  echo "$output"
  [ -e planted ] && [ "$status" = 1 ]
}

last_line() { tail -n 1 <<<"$output"; }

@test "a training that diverges stops, and tells the step, the first tensor and what is kept" {
  make_idx data 75 5
  fails 1 "not finite (NaN or infinity), as \"" wild 1000000 --out run
  [[ "$output" == *"clgan: step "*"there is no checkpoint yet. Try a lower learning rate, or --on-nan rollback" ]]
  [ -z "$(ls run/checkpoints 2>/dev/null)" ]
  fails 2 "--on-nan is stop or rollback" wild 1 --on-nan ignore --out never
  [ ! -e never ]
}

@test "the first bad tensor is the one that went bad first, and older checkpoints stay" {
  planted "normal_units(DRAW(row, column), scale) => normal_units(DRAW(row, column), state->step == 7 ? NAN : scale)" --out noise
  [[ "$(last_line)" == *"step 8: input of G.0 is not finite"*'as "draw z" wrote it; the checkpoint of step 5 is kept.'* ]]
  [ "$(basename "$(newest noise)")" = step-000000000005.safetensors ]
  # Adam's second moment, in the update that comes first in a step: of D's last layer
  planted ".now = SCHEDULE_NOW, => .now = {state->step == 11 ? NAN : table[entries * (uint)(state->step - state->table) + entry].rate, 0.0f, 1e-8f, 0.0f}," --out update
  [[ "$(last_line)" == *"step 12: D."*".weight is not finite"*'dW = Xt dY'*"the checkpoint of step 10 is kept."* ]]
  "$CLGAN" sample update --out x.npy
}

@test "--on-nan rollback goes back with half the learning rates, as often as it helps, and a resumed run does the same" {
  make_idx data 75 5
  run wild 40 --on-nan rollback --out whole
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"not finite"*"back to step "*"with half the learning rates (G 20, D 20 at first; rollback 1 of 8)"* ]]
  rollbacks=$(grep -c "back to step" <<<"$output")
  grep -q "\"rollbacks\": $rollbacks" whole/run.json
  wild 40 --on-nan rollback --out parts --epochs 1 --quiet
  "$CLGAN" train --resume parts --on-nan rollback --epochs 2 --quiet
  "$CLGAN" train --resume parts --on-nan rollback --epochs 3 --quiet
  cmp "$(newest whole)" "$(newest parts)"
  cmp whole/recipe.yaml parts/recipe.yaml
  [ "$(wc -l <whole/log.jsonl)" = 3 ]
  grep -q "\"rollbacks\": $rollbacks" parts/run.json
}

@test "the log has the learning rates that epochs were trained with, before and after rollbacks" {
  make_idx data 75 5
  wild 13 --epochs 4 --on-nan rollback --out run --quiet 2>told
  /usr/bin/python3 - <<'END'
import json, re
back = [int(step) for step in re.findall("back to step (\\d+)", open("told").read())]
assert back[-1] > 0, back
for line in map(json.loads, open("run/log.jsonl")):
    halvings = max((i + 1 for i, step in enumerate(back) if step < line["step"]), default=0)
    for net in "gd":
        assert abs(line[f"{net}_rate"] * 2**halvings * 1.000004 ** (line["step"] - 1) / 13 - 1) < 1e-8, (back, line)
END
}

@test "what was imported is gone back to, however often" {
  make_idx data 75 5
  small --data data --epochs 1 --out from --quiet
  "$CLGAN" import "$(newest from)" --layout clgan --recipe from/recipe.yaml --out run \
    --set optimiser.generator.learning_rate=1000000 --set optimiser.discriminator.learning_rate=1000000
  cp "$(newest run)" imported
  fails 1 "did not help" "$CLGAN" train --resume run --data data --on-nan rollback --no-tune
  [[ "$output" != *"set aside"* ]]
  cmp imported "$(newest run)"
}

@test "rollbacks that don't help end with the reason" {
  make_idx data 75 5
  fails 1 "8 rollbacks, each with half the learning rates, did not help: step " wild 1000000 --on-nan rollback --out run
  [[ "$(last_line)" == *"not finite"*"Try a lower learning rate" ]]
  fails 1 "did not help" "$CLGAN" train --resume run --on-nan rollback
}

#!/usr/bin/env bats
# Event files for TensorBoard: framing, checksums and fields by a reader of the tests' own, and by TensorBoard's where it
# is installed (pip install tensorboard; CLGAN_TENSORBOARD names a Python that has it).
load common

# check FOLDER RUN
check() {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/event-files.py" check "$@"
  if "${CLGAN_TENSORBOARD:-python3}" -c 'import tensorboard' 2>/dev/null; then
    "${CLGAN_TENSORBOARD:-python3}" "$BATS_TEST_DIRNAME/event-files.py" check-with-tensorboard "$@"
  fi
}

@test "a training tells numbers, samples and recipe" {
  tiny --epochs 3 --evaluate-every 2 --out run --tensorboard
  [ "$(ls run/tensorboard | wc -l)" = 1 ]
  check run/tensorboard run
  tiny --epochs 2 --out other --set output.sample_every=5 --tensorboard="höher/mit Leerzeichen" --quiet
  check "höher/mit Leerzeichen" other
  [ ! -e other/tensorboard ]
  make_idx data 40 10
  small --data data --epochs 2 --out pictures --tensorboard --quiet
  check pictures/tensorboard pictures
}

@test "a resumed training makes one curve" {
  tiny --epochs 3 --set output.checkpoint_every=2 --out run --tensorboard --quiet
  "$CLGAN" train --resume run --epochs 5 --tensorboard --quiet
  [ "$(ls run/tensorboard | wc -l)" = 2 ]
  check run/tensorboard run
  # back to the checkpoint of epoch 2, as after a kill: what was told of later epochs holds no more
  rm run/checkpoints/*5.safetensors
  [ "$(ls run/checkpoints)" = step-000000000020.safetensors ]
  "$CLGAN" train --resume run --epochs 6 --tensorboard --quiet
  check run/tensorboard run
}

@test "a run that was trained without: the log has it all, before and afterwards" {
  tiny --epochs 2 --out run --quiet
  "$CLGAN" tensorboard run --out after
  check after run
  "$CLGAN" tensorboard run --out after # again: what was there is void
  [ "$(ls after | wc -l)" = 2 ]
  check after run
  "$CLGAN" train --resume run --epochs 4 --tensorboard --quiet
  check run/tensorboard run
  "$CLGAN" train --resume run --epochs 5 --quiet
  fails 0 "run/tensorboard/events.out.tfevents." "$CLGAN" tensorboard run
  check run/tensorboard run
  "$CLGAN" train ring8 --out empty --epochs 1 --time 1s --quiet --set data.steps_per_epoch=1000000 --no-tune
  "$CLGAN" tensorboard empty
}

@test "a rollback makes one curve" {
  make_idx data 75 5
  small --data data --epochs 3 --set optimiser.generator.learning_rate=40 --set optimiser.discriminator.learning_rate=40 \
    --on-nan rollback --out run --tensorboard 2>told
  grep -q "back to step" told
  check run/tensorboard run
}

@test "a half record at a file's end is left behind" {
  tiny --epochs 2 --out run --tensorboard --quiet
  file=$(ls run/tensorboard/*)
  truncate -s -5 "$file"
  "$CLGAN" train --resume run --epochs 3 --quiet
  "$CLGAN" tensorboard run
  check run/tensorboard run
}

@test "names that sort last, whatever the clock says" {
  tiny --epochs 1 --out run --quiet
  mkdir run/tensorboard
  "$CLGAN" tensorboard run
  mv run/tensorboard/* run/tensorboard/events.out.tfevents.9999999998.clgan
  "$CLGAN" train --resume run --epochs 2 --tensorboard --quiet
  [ -e run/tensorboard/events.out.tfevents.9999999999.clgan ]
  check run/tensorboard run
}

@test "where they can't be written training goes on, and says so once" {
  tiny --epochs 1 --out whole --quiet
  echo >file
  fails 2 "file: not a folder" tiny --epochs 2 --out run --tensorboard=file
  tiny --epochs 4 --out other --tensorboard=/proc/no/such 2>told
  [ "$(grep -c "warning: TensorBoard is told no more: /proc/no" told)" = 1 ]
  [ "$(wc -l <other/log.jsonl)" = 4 ]
  ln -s /tmp whole/tensorboard
  "$CLGAN" train --resume whole --epochs 2 --tensorboard 2>told
  grep -q "told no more: whole/tensorboard: a link" told
  fails 1 "whole/tensorboard: a link" "$CLGAN" tensorboard whole
  fails 2 "nowhere: not the folder of a run" "$CLGAN" tensorboard nowhere
}

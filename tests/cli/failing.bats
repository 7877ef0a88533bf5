# Calls on files that fail: a training ends in one line that names the file and the reason, or goes on, and what it has
# saved stays. CLGAN_LONG=1: each call of a training with every error.
load common

@test "each call on files fails once" {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/../shims/fail.py"
}

@test "a folder that may only be read" {
  [ "$(id -u)" = 0 ] || skip "only root can become somebody else"
  tiny --epochs 1 --out run --quiet
  mkdir bin
  cp "$CLGAN" "$(dirname "$CLGAN")"/libclgan.so.0 bin/ # others may not enter the folder that it was built in
  chmod -R a+rX . run
  before=$(ls -lR run)
  nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent LD_LIBRARY_PATH=bin "$@"; }
  nobody test -r run/recipe.yaml || skip "the tests' folder is private"
  fails 1 "run/lock: can't be written: Permission denied" nobody bin/clgan train --resume run --epochs 2
  [ "$before" = "$(ls -lR run)" ]
}

@test "a run's folder that vanishes in the training is not made again" {
  "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=500 --set output.samples=50 --no-tune --epochs 500 --out run 2>log &
  pid=$!
  until [ -e run/log.jsonl ]; do sleep 0.01; done
  mv run elsewhere
  code=0
  wait "$pid" || code=$?
  cat log
  [ "$code" = 1 ]
  tail -n 1 log | grep -q "^clgan: run.*No such file or directory"
  [ ! -e run ]
  "$CLGAN" train --resume elsewhere --epochs "$(($(wc -l <elsewhere/log.jsonl) + 2))" --quiet
}

teardown() { umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || true; }

@test "a disk that is full" {
  mkdir disk
  mount -t tmpfs -o size=400k clgan-test disk 2>/dev/null || skip "no file system can be mounted here"
  full() { tiny --epochs 20 --out disk/run --quiet; }
  fails 1 "No space left on device" full
  [ "$(grep -c "^clgan: disk/run/" <<<"$output")" = 1 ]
  [ -z "$(find disk -name '*.tmp')" ]
  mount -o remount,size=4m disk
  "$CLGAN" train --resume disk/run --quiet
  tiny --epochs 20 --out whole --quiet
  cmp "$(newest whole)" "$(newest disk/run)"
}

@test "a limit on the size of files" {
  tiny --epochs 3 --out whole --quiet
  tiny --epochs 1 --out run --quiet
  before=$(md5sum "$(newest run)")
  limited() { (ulimit -f 100; "$CLGAN" train --resume run --epochs 3 --quiet); }
  fails 1 "run/checkpoints/step-000000000010.safetensors: can't be written: File too large" limited
  [ "$before" = "$(md5sum "$(newest run)")" ]
  [ "$(ls run/checkpoints | wc -l)" = 1 ]
  "$CLGAN" train --resume run --epochs 3 --quiet
  cmp "$(newest whole)" "$(newest run)"
}

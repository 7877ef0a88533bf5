#!/usr/bin/env bats
# Words that a shell completes: what the program offers, and real shells that ask it.
load common

PACKAGING=$BATS_TEST_DIRNAME/../../packaging

# offered WORDS...: what the program offers for the last of them, without what they are; first how.
offered() {
  "$CLGAN" --complete "$@" | cut -f 1
}

# The folder that the tests complete in: runs, files, folders, with spaces and beyond ASCII.
places() {
  mkdir -p runs/ring8-001 "runs/my run é" "other things/deep" empty
  touch runs/ring8-001/recipe.yaml "runs/my run é/recipe.yaml" x.npy x.txt "two words.npy" mine.yaml before.json
}

@test "every option of every command is offered, and no other" {
  local command program
  for program in "$CLGAN" "$CLGAN_BENCH"; do
    for command in $("$program" --complete "" | tail -n +2 | cut -f 1); do
      [ "$command" = help ] && continue
      "$program" help "$command" | sed -nE 's/^  (--?[a-z][a-z-]*).*/\1/p' | sort >said
      "$program" --complete "$command" - | tail -n +2 | cut -f 1 | grep -vx -- --help | sort >listed || true
      diff said listed
    done
  done
  "$CLGAN_BENCH" --help | sed -nE 's/^  (--[a-z-]*).*/\1/p' | sort -u >said
  "$CLGAN_BENCH" --complete - | tail -n +2 | cut -f 1 | grep -vx -- --help | sort >listed
  diff said listed
  [ "$("$CLGAN" --complete "" | tail -n +2 | cut -f 1 | sort)" = "$("$CLGAN" help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort)" ]
}

@test "values that are known" {
  [ "$(offered train "" | tail -n +2 | sort)" = "$("$CLGAN" recipes | cut -d' ' -f1 | sort)" ]
  [ "$(offered recipes ri)" = $'words\nring8' ]
  [ "$(offered train --on-nan "")" = $'words\nstop\nrollback' ]
  [ "$(offered train --on-nan=ro)" = $'words\n--on-nan=rollback' ]
  [ "$(offered figure d)" = $'words\ndensity' ]
  [ "$(offered evaluate run --measures all,me)" = $'words\nall,memorisation' ]
  "$CLGAN" devices >/dev/null # a shell waits for three seconds: drivers are in memory, then
  [[ "$("$CLGAN" --complete train --device "")" == *$'\n0\tcpu: '* ]]
  [ "$(offered train ring8 --set data.mo)" = $'parts\ndata.modes=' ]
  [ "$(offered train mnist --set data.mo)" = parts ]
  [ "$(offered train --set generator.2.unit)" = $'parts\ngenerator.2.units=' ]
  [ "$("$CLGAN_BENCH" --complete step --update alternating,s)" = $'words\nalternating,simultaneous\t' ]
  # a key's value is that of the recipe on the line
  "$CLGAN" --complete train ring8 --set train.batch | grep -Fx "train.batch="$'\t'"$("$CLGAN" train ring8 --dry-run | sed -n '/^train:/,$s/^  batch: //p' | head -n 1)"
}

@test "runs, files by their ends, folders" {
  places
  [ "$(offered sample "" | tail -n +2 | sort)" = $'runs/my run é\nruns/ring8-001' ]
  [ "$(offered sample runs/r)" = $'paths\nruns/ring8-001' ]
  [ "$(offered sample "$PWD/runs/r")" = "paths"$'\n'"$PWD/runs/ring8-001" ]
  HOME=$PWD run offered sample "~/runs/my"
  [ "$output" = $'paths\n~/runs/my run é' ]
  [ "$(offered sample emp)" = folders ]
  [ "$(offered train --resume=runs/ri)" = $'paths\n--resume=runs/ring8-001' ]
  [ "$(offered score runs/ring8-001 "")" = "files .npy" ]
  [ "$(offered score --json runs/ring8-001 "")" = "files .npy" ]
  [ "$(offered train --data "")" = folders ]
  [ "$(offered train c)" = $'words\ncifar10-dense' ]
  [ "$(offered train mi)" = "files .yaml" ]
  [ "$("$CLGAN_BENCH" --complete compare a.json b.json c)" = "files .json" ]
}

@test "nothing is offered twice, after --, past the last operand or for what is not known" {
  ! offered train --quiet --q | grep -- --quiet || false
  offered train --set a=b --s | grep -x -- --set
  [ "$(offered train mnist "" | head -n 1)" = words ]
  ! offered train -- - | grep -e -- || false
  [ "$(offered nonsense "")" = words ]
  [ "$(offered train --epochs "")" = words ]
  fails 2 "" "$CLGAN" --complete
  OCL_ICD_VENDORS=/nowhere run offered train --device ""
  [ "$output" = $'words\ncpu\ngpu' ]
}

@test "a driver that crashes or hangs leaves the other values" {
  OPENCL_LAYERS=$CLGAN_LAYERS/crash.so run offered train --device g
  [ "$status" = 0 ] && [[ "$output" == *gpu* ]]
}

# types SHELL FILE: what a command line becomes in that shell.
types() {
  places
  local shell=("$BATS_TEST_DIRNAME/complete-shell.py" "$@")
  "${shell[@]}" 'clgan tra<TAB>--dry<TAB>' 'clgan train --on-nan=r<TAB>' 'clgan figure nea<TAB>runs/m<TAB>' \
    'clgan sample runs/my\ r<TAB>' 'clgan sample "runs/my r<TAB>' 'clgan score runs/ring8-001 x<TAB>' 'clgan score runs/ring8-001 tw<TAB>' \
    'clgan train ring8 --set data.mo<TAB>4' 'clgan train --data=oth<TAB>' 'clgan train --resume=runs/r<TAB>' \
    'clgan evaluate runs/ring8-001 --measures=birthday,mem<TAB>' 'clgan-bench compare bef<TAB>' 'clgan train --epochs 3 --set generator.0.unit<TAB>8 min<TAB>' \
    'clgan help rec<TAB>' 'clgan sample ./runs/ri<TAB>--gri<TAB>' >got
  cat got
  # zsh takes a folder's slash away again where the line ends
  sed -i 's#things/|#things|#' got
  diff - got <<END
got: train|--dry-run|
got: train|--on-nan=rollback|
got: figure|nearest|runs/my run é|
got: sample|runs/my run é|
got: sample|runs/my run é|
got: score|runs/ring8-001|x.npy|
got: score|runs/ring8-001|two words.npy|
got: train|ring8|--set|data.modes=4|
got: train|--data=other things|
got: train|--resume=runs/ring8-001|
got: evaluate|runs/ring8-001|--measures=birthday,memorisation|
got: compare|before.json|
got: train|--epochs|3|--set|generator.0.units=8|mine.yaml|
got: help|recipes|
got: sample|./runs/ring8-001|--grid|
END
}

@test "in a real bash" {
  types bash "$PACKAGING/clgan.bash"
}

@test "in a real zsh" {
  types zsh "$PACKAGING/_clgan"
}

@test "bash's list of more than one says what each is, and inserts none of that" {
  source "$PACKAGING/clgan.bash"
  mkdir bin
  ln -s "$CLGAN" bin/clgan
  COMP_WORDS=(bin/clgan t) COMP_CWORD=1 COMP_TYPE=63 COLUMNS=60
  _clgan
  [ "${COMPREPLY[0]}" = "train              (train a recipe, or go on with a run)" ]
  COMP_TYPE=9
  _clgan
  [ "${COMPREPLY[*]}" = "train tensorboard tune" ]
}

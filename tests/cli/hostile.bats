#!/usr/bin/env bats
# Files that somebody else made, with bad intent: nothing outside the run's folder is touched, nothing is waited for,
# and one line says what was wrong with which file.
load common

setup() {
  cd "$BATS_TEST_TMPDIR"
  own_cache # runs whose kernels.txt is damaged measure anew
}

# Everything here but folder $1, by name and content.
others() {
  find . -path "./$1" -prune -o -path ./cache -prune -o -printf '%p %y %l\n' | sort
  find . -path "./$1" -prune -o -path ./cache -prune -o -type f -print0 | sort -z | xargs -0 md5sum
}

# One line of printable text, after the program's name.
one_line() {
  [ "$(wc -l <<<"$output")" = 1 ]
  ! grep -q '[[:cntrl:]]' <<<"$output" || false
}

@test "a recipe's names make no paths" {
  "$CLGAN" recipes ring8 >good.yaml
  "$CLGAN" recipes mnist >pictures.yaml
  for name in '../escaped' '/tmp/escaped' 'a/b' '..' '"\e[2J"' '"a\nb"' '"a\0b"'; do
    NAME=$name awk '/^name: / { print "name: " ENVIRON["NAME"]; next } { print }' good.yaml >bad.yaml
    fails 2 "bad.yaml:" "$CLGAN" train bad.yaml --epochs 1
    one_line
    NAME=$name awk '/^  name: / { print "  name: " ENVIRON["NAME"]; next } { print }' pictures.yaml >bad.yaml
    fails 2 "bad.yaml:" "$CLGAN" train bad.yaml --epochs 1
    one_line
  done
  fails 2 "letters, digits" tiny --set name=../escaped --epochs 1
  [ ! -e runs ] && [ ! -e ../escaped ] && [ ! -e /tmp/escaped ]
}

@test "a recipe that is no text" {
  fails 2 "control character" "$CLGAN" train <(printf 'name: x\0y\n')
  fails 2 "UTF-8" "$CLGAN" train <(printf 'name: \xff\n')
  fails 2 "%" "$CLGAN" train <(printf '%%YAML 1.1\n--- {name: x}\n')
  "$CLGAN" train <("$CLGAN" recipes ring8) --dry-run >/dev/null # a pipe that the user names is read
}

@test "run.json may say where data is, but nothing is written there" {
  tiny --epochs 1 --out run --quiet
  mkdir elsewhere
  cp run/recipe.yaml run/checkpoints/* elsewhere
  printf '{"format": 1, "data": "%s/elsewhere", "from": "%s/elsewhere", "epochs": 2}' "$PWD" "$PWD" >run/run.json
  before=$(others run)
  "$CLGAN" train --resume run --quiet
  "$CLGAN" sample run >/dev/null
  [ "$before" = "$(others run)" ]
  printf '{"format": 1, "epochs": 99999999999}' >run/run.json
  fails 1 "run/run.json" "$CLGAN" train --resume run
  one_line
  printf '{"format": 1, "\\u001b[2J": 1, "epochs": 3}' >run/run.json
  fails 1 "run/run.json" "$CLGAN" train --resume run
  one_line
}

@test "more epochs than a run may have" {
  tiny --epochs 1 --out run --quiet
  cp run/run.json before.json
  fails 2 "--epochs and --evaluate-every are at most 1000000000" "$CLGAN" train --resume run --epochs 5000000000
  cmp run/run.json before.json
  fails 2 "at most 1000000000" "$CLGAN" train ring8 --epochs 5000000000 --out new
  [ ! -e new ]
}

@test "links in a run's folder lead nowhere" {
  tiny --epochs 1 --out run --quiet
  echo mine >victim
  mkdir victims
  cp run/checkpoints/* victims
  for step in 7 8 9; do cp "$(newest run)" victims/step-00000000000$step.safetensors; done
  touch -d yesterday victims/work.123.tmp
  for name in lock log.jsonl run.json kernels.txt; do
    cp -r run bad
    mv "bad/$name" kept && cp kept "bad/$name" && ln -sf ../victim "bad/$name"
    before=$(others bad)
    run timeout 60 "$CLGAN" train --resume bad --epochs 2 --quiet
    [ "$status" = 0 ] || [ "$status" = 1 ]
    [ "$before" = "$(others bad)" ]
    rm -r bad
  done
  for name in checkpoints samples figures; do
    cp -r run bad
    rm -rf "bad/$name"
    ln -s ../victims "bad/$name"
    before=$(others bad)
    fails 1 "$name: a link" "$CLGAN" $([ "$name" = figures ] && echo figure density bad || echo train --resume bad --epochs 2 --quiet)
    [ "$before" = "$(others bad)" ]
    rm -r bad
  done
}

@test "pipes in the place of a run's files are not waited for" {
  tiny --epochs 1 --out run --quiet
  for name in recipe.yaml run.json log.jsonl kernels.txt; do
    cp -r run bad
    rm "bad/$name" && mkfifo "bad/$name"
    run timeout 60 "$CLGAN" train --resume bad --epochs 2 --quiet
    [ "$status" != 124 ]
    rm -r bad
  done
  file=$(newest run)
  rm "$file" && mkfifo "$file"
  fails 1 "not a file" timeout 60 "$CLGAN" sample run
  mkfifo pipe
  fails 1 "not a file" timeout 60 "$CLGAN" score run pipe
}

@test "a bomb of pictures" {
  mkdir data
  { word 2051; word 4000000; word 28; word 28; head -c 100000 /dev/zero; } | gzip -9 >data/train-images-idx3-ubyte.gz
  fails 1 "so short a gzip stream" small --data data --epochs 1 --out run
  { word 2051; word 300000; word 32; word 32; head -c $((300000 * 1024)) /dev/zero; } | gzip -9 >data/train-images-idx3-ubyte.gz
  bounded() { (ulimit -v 3000000; small --data data --epochs 1 --out run2); }
  fails 1 "expected are 1 x 28 x 28" bounded # before any picture is unpacked
}

@test "saved results that are odd" {
  row() { printf '{"key":"train.mnist","group":"training","about":"a","unit":"s","status":"ok","better":"less","value":%s,"low":%s,"high":%s}' "$1" "$1" "$1"; }
  result() { printf '{"format":"clgan-bench","version":1,"date":"d","clgan":"c","devices":[{"label":"l","name":"n","status":"ok","rows":[%s]}]}' "$1"; }
  result "$(row 1)" >a.json
  result "$(row 2)" >$'b\xff.json'
  "$CLGAN_BENCH" compare a.json $'b\xff.json' --json out.json >/dev/null
  python3 -c 'import json; [change] = json.load(open("out.json"))["changes"]; assert change["change"] == "worse"'
  result "$(row 1e-310)" >c.json
  fails 1 "c.json" "$CLGAN_BENCH" compare a.json c.json
  { result "$(row 1)"; head -c 2000000 /dev/zero | tr '\0' ' '; } >d.json
  fails 1 "longer than" "$CLGAN_BENCH" compare a.json d.json
}

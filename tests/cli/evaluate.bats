#!/usr/bin/env bats
# clgan evaluate: its table, its JSON, rows from other programs, and misuse.
load common

# $2 pictures of 28 x 28 bytes in the NPY file $1.
make_npy() {
  /usr/bin/python3 - "$1" "$2" <<'END'
import sys
import numpy as np
rows = np.arange(int(sys.argv[2]) * 784) * 7919 % 94 + 33
np.save(sys.argv[1], rows.astype(np.uint8).reshape(-1, 28, 28))
END
}

# json FILE EXPRESSION: it holds of the document d.
json() {
  /usr/bin/python3 -c 'import json, math, sys; d = json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$1" "$2"
}

@test "a run is evaluated, as a table and as JSON" {
  tiny --epochs 1 --out run --quiet
  run "$CLGAN" evaluate run --count 200
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"these samples"* && "$output" == *"±"* && "$output" == *"k-means centroids score above"* ]]
  "$CLGAN" evaluate run --count 200 --json >a.json
  json a.json 'd["samples"] == 200 and d["test_rows"] == 10000 and d["validation_rows"] == 1000'
  json a.json 'math.isfinite(d["log_likelihood"]) and d["standard_error"] > 0 and 0.1 <= d["sigma"] <= 1'
  json a.json 'len(d["curve"]) == 10 and d["references"] == [] and len(d["caveats"]) >= 3 and "repeat" not in d'
  json a.json 'd["validation_log_likelihood"] == max(c["log_likelihood"] for c in d["curve"])'
  "$CLGAN" evaluate run --count 200 --json >b.json
  sed 's/"seconds": [^,}]*//g' a.json >a && sed 's/"seconds": [^,}]*//g' b.json >b && cmp a b
}

@test "samples of another program, from an NPY file, are those of the run that made them" {
  make_idx data 75 6
  small --data data --epochs 1 --out run --quiet
  "$CLGAN" sample run --count 40 --seed 3 --out x.npy
  "$CLGAN" evaluate run --count 40 --seed 3 --json >run.json
  "$CLGAN" evaluate --samples x.npy --data data --validation 10 --json >file.json
  for key in log_likelihood standard_error sigma samples test_rows validation_rows curve; do
    [ "$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' run.json $key)" = \
      "$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' file.json $key)" ]
  done
}

@test "bytes are taken as pictures are, and NumPy comes to the same figure" {
  make_idx data 75 6
  make_npy x.npy 40
  "$CLGAN" evaluate --samples x.npy --data data --validation 10 --count 30 --sigma 0.2 --json >x.json
  json x.json 'd["samples"] == 30 and d["sigma"] == 0.2 and d["curve"] == [] and d["validation_log_likelihood"] is None'
  /usr/bin/python3 - <<'END'
import json
import numpy as np
d = json.load(open("x.json"))
s = np.load("x.npy")[:30].reshape(30, -1) / 255.0
t = np.frombuffer(open("data/t10k-images-idx3-ubyte", "rb").read(), np.uint8, offset=16).reshape(6, -1) / 255.0
e = -((t[:, None] - s[None]) ** 2).sum(2) / (2 * 0.2 ** 2)
m = e.max(1)
l = m + np.log(np.exp(e - m[:, None]).mean(1)) - 784 * np.log(0.2 * np.sqrt(2 * np.pi))
assert abs(d["log_likelihood"] - l.mean()) <= 1e-4 * max(abs(l.mean()), 1), (d, l.mean())
assert abs(d["standard_error"] - l.std() / np.sqrt(6)) <= 1e-3 * l.std(), (d, l.std())
END
}

@test "repeats, refinement and references" {
  tiny --epochs 1 --out run --quiet
  "$CLGAN" evaluate run --count 50 --repeat 3 --refine --references --json >a.json
  json a.json 'len(d["repeat"]["log_likelihoods"]) == 3 and d["repeat"]["log_likelihoods"][0] == d["log_likelihood"]'
  json a.json 'len(set(d["repeat"]["log_likelihoods"])) == 3 and d["repeat"]["standard_deviation"] > 0'
  json a.json '[r["name"] for r in d["references"]] == ["training images", "k-means centroids"]'
  json a.json 'all(r["samples"] == 50 and math.isfinite(r["log_likelihood"]) for r in d["references"])'
  json a.json 'd["references"][0]["log_likelihood"] > d["log_likelihood"]'
  json a.json 'd["validation_log_likelihood"] >= max(c["log_likelihood"] for c in d["curve"])'
  run "$CLGAN" evaluate run --count 50 --references # the centroids were kept
  [ "$status" = 0 ] && [[ "$output" == *"k-means centroids "* && "$output" != *"iteration"* ]]
}

@test "what can't be is refused with one message" {
  make_idx data 75 6
  make_npy x.npy 12
  tiny --epochs 1 --out run --quiet
  fails 2 "either RUN or --samples" "$CLGAN" evaluate
  fails 2 "either RUN or --samples" "$CLGAN" evaluate run --samples x.npy
  fails 2 "--data" "$CLGAN" evaluate --samples x.npy
  fails 2 "not the folder of a run" "$CLGAN" evaluate nowhere
  fails 1 "can't be opened" "$CLGAN" evaluate --samples nothing.npy --data data
  fails 1 "no such file" "$CLGAN" evaluate --samples x.npy --data nowhere
  fails 1 "none is left" "$CLGAN" evaluate --samples x.npy --data data
  for sigma in 0 -1 x nan; do fails 2 "--sigma" "$CLGAN" evaluate run --sigma=$sigma; done
  fails 2 "--refine" "$CLGAN" evaluate run --sigma 1 --refine
  fails 2 "--checkpoint" "$CLGAN" evaluate --samples x.npy --data data --checkpoint y
  fails 2 "--count" "$CLGAN" evaluate run --count 0
  fails 2 "at most 1000000" "$CLGAN" evaluate run --count 1000001
  fails 2 "13 samples are asked for, 12 are given" "$CLGAN" evaluate --samples x.npy --data data --validation 9 --count 13
  fails 2 "can't be drawn again" "$CLGAN" evaluate --samples x.npy --data data --validation 9 --repeat 2
  fails 2 "draws its data" "$CLGAN" evaluate run --data data
  fails 2 'no measure "beauty"' "$CLGAN" evaluate run --measures beauty
  fails 2 "no measure" "$CLGAN" evaluate run --measures "all,"
  "$CLGAN" sample run --count 5 --out two.npy
  fails 2 "2 values each, the data has 784" "$CLGAN" evaluate --samples two.npy --data data --validation 9
  /usr/bin/python3 -c 'import numpy as np; x = np.zeros((3, 784), "f4"); x[2, 5] = np.nan; np.save("nan.npy", x)'
  fails 1 "row 2, column 5" "$CLGAN" evaluate --samples nan.npy --data data --validation 9
}

@test "training evaluates every so many epochs, keeps the best, and changes nothing by it" {
  make_idx data 60 10
  small --data data --out plain --epochs 4
  small --data data --out watched --epochs 2 --evaluate-every 2
  [ -e watched/checkpoints/best.safetensors ]
  "$CLGAN" train --resume watched --epochs 4
  cmp "$(newest plain)" "$(newest watched)"
  [ "$(grep -c log_likelihood watched/log.jsonl)" = 2 ]
  [ "$(grep -c log_likelihood plain/log.jsonl)" = 0 ]
  "$CLGAN" sample watched --checkpoint best --out best.npy
  fails 2 "no best checkpoint" "$CLGAN" sample plain --checkpoint best --out none.npy
}

@test "evaluating while training needs rows held out" {
  make_idx data 60 10
  fails 2 "data.validation" small --data data --set data.validation=0 --epochs 1 --evaluate-every 1 --out new
  [ ! -e new ]
  small --data data --set data.validation=0 --epochs 1 --out run --quiet
  cp run/run.json before
  fails 2 "data.validation" "$CLGAN" train --resume run --epochs 2 --evaluate-every 1
  cmp run/run.json before
  "$CLGAN" train --resume run --epochs 2 --quiet
}

@test "what is kept as the best is better than all that comes later, where the log does not know it any more, too" {
  tiny --out run --epochs 3 --evaluate-every 1 --quiet
  best=run/checkpoints/best.safetensors
  [ "$(head -c 4096 "$best" | grep -ao '"step":"[0-9]*"')" = '"step":"15"' ] # of the last epoch
  rm run/checkpoints/step-000000000015.safetensors # the run stands after the second
  before=$(stat -c %i "$best")
  "$CLGAN" train --resume run --epochs 3 --quiet
  [ "$(wc -l <run/log.jsonl)" = 3 ] && [ "$(stat -c %i "$best")" = "$before" ]
}

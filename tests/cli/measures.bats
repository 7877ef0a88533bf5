#!/usr/bin/env bats
# clgan evaluate --measures: what there is beside the log-likelihood.
load common

@test "all measures of a run, as JSON and as a table, the same by the same seed" {
  tiny --epochs 1 --out run --quiet
  "$CLGAN" evaluate run --count 200 --measures all --json >a.json
  /usr/bin/python3 - <<'END'
import json, math
d = json.load(open("a.json"))
keys = {"precision-recall": ["precision", "recall", "density", "coverage"],
        "birthday": ["support", "pairs", "batch", "training_support", "distance"],
        "memorisation": ["ratio", "nearer", "z", "copies"], "c2st": ["accuracy", "z"]}
for name, values in keys.items():
    assert all(math.isfinite(d[name][key]) for key in values), d[name]
    assert "arXiv" in d[name]["source"], d[name]
assert 0 <= d["precision-recall"]["recall"] <= 1 and 0.8 < d["c2st"]["accuracy"] <= 1 and d["c2st"]["accuracy_error"] >= 0
assert 0 <= d["memorisation"]["nearer"] <= 1 and d["memorisation"]["nearer_error"] > 0
END
  "$CLGAN" evaluate run --count 200 --measures all --json >b.json
  sed 's/"seconds": [^,}]*//g' a.json >a && sed 's/"seconds": [^,}]*//g' b.json >b && cmp a b
  tools=$BATS_TEST_DIRNAME/../../tools
  [ "$("$tools/results-table" run=run file=b.json | tail -2 | cut -d'|' -f3- | uniq | wc -l)" = 1 ]
  run "$CLGAN" evaluate run --count 200 --measures c2st,birthday
  [ "$status" = 0 ]
  [[ "$output" == *"log-likelihood: 10000 test rows under windows on 200 samples"*"measure: birthday"*"measure: c2st"* ]]
  [[ "$output" == *"accuracy "*" ± "* && "$output" == *"training_support "* && "$output" == *"limits: "* && "$output" != *"recall"* ]]
  "$tools/results-table" run=run | tail -1 >row
  grep -F "| run | $(sed -n 's/^these samples *\(.* ± [^ ]*\) .*/\1/p' <<<"$output") |" row
  [[ "$(<row)" == *" |  |  |  |  | "[!\ ]*" |  |  | "*" ± "*" |" ]] # precision to coverage and memorisation were not asked for
}

@test "too few samples are refused by the measure's name" {
  tiny --epochs 1 --out run --quiet
  fails 2 "precision-recall: 6 samples are needed at least, there are 5" "$CLGAN" evaluate run --count 5 --measures precision-recall
}

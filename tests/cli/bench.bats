#!/usr/bin/env bats
# clgan-bench: a survey of devices, good and bad ones; what changed between two; the page in a browser.
load common

# One quick survey for all tests: the default device, one whose reads are corrupt, one with no driver. On a busy machine
# that builds its first kernels there is no time for every row: again, then, with the kernels that are built.
setup_file() {
  cd "$BATS_FILE_TMPDIR"
  for _ in 1 2 3 4 5 6; do
    "$CLGAN_BENCH" --quick --also "corrupt: OPENCL_LAYERS=$CLGAN_LAYERS/corrupt.so CLGAN_CORRUPT=1" \
      --also "<b>gone</b>: OCL_ICD_VENDORS=$PWD/nowhere" --json a.json --csv a.csv --markdown a.md --html a.html >a.txt 2>a.err
    grep -q "no time left" a.json || break
  done
}

survey() {
  cp "$BATS_FILE_TMPDIR"/a.* .
}

# edited FILE CODE: a.json as Python's CODE leaves `d` of it.
edited() {
  /usr/bin/python3 -c 'import json, sys; d = json.load(open("a.json")); rows = {r["key"]: r for r in d["devices"][0]["rows"]}
exec(sys.argv[2]); json.dump(d, open(sys.argv[1], "w"))' "$1" "$2"
}

@test "a survey has every row, and says so in every form" {
  survey
  /usr/bin/python3 "$BATS_TEST_DIRNAME/bench-schema.py" a.json
  cat a.txt
  [[ "$(cat a.txt)" == *"training of mnist"*"samples/s"*"Train on device 0"*"100 epochs of mnist take about"* ]]
  [ "$(head -n 1 a.csv | tr , '\n' | grep -cx 'value\|unit\|low\|high\|percent_of_peak\|status\|reason')" = 7 ]
  /usr/bin/python3 -c 'import csv, json
rows = [r for r in csv.DictReader(open("a.csv")) if r["device"] == "device 0"]
wanted = json.load(open("a.json"))["devices"][0]["rows"]
assert [r["key"] for r in rows] == [r["key"] for r in wanted]
assert all(r["status"] != "ok" or abs(float(r["value"]) / w["value"] - 1) < 1e-6 for r, w in zip(rows, wanted))'
  grep -q '^| training of mnist | [0-9,.M ]* samples/s' a.md
  [[ "$(cat a.err)" == *"about "*" s left"* ]]
}

@test "a device that computes wrongly has no score, one that isn't there takes nothing along" {
  survey
  [[ "$(cat a.txt)" == *"corrupt fails the self-test: don't train on it"* && "$(cat a.txt)" == *"<b>gone</b> could not be measured: "*"no OpenCL device"* ]]
  [ "$(grep -c '"selftest"' a.json)" = 2 ]
  ! grep -q '<b>gone' a.html || false
  grep -q '&lt;b&gt;gone&lt;/b&gt;' a.html
  grep -q '\\<b\\>gone\\</b\\>' a.md
}

@test "a driver that crashes or hangs is a row of failures with the reason" {
  broken() {
    OPENCL_LAYERS=$CLGAN_LAYERS/corrupt.so env "$1" "$CLGAN_BENCH" --quick --limit 20 --json b.json
  }
  run broken CLGAN_CRASH=2
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"could not be measured: in self-test: the driver crashed (Segmentation fault)"* ]]
  run broken CLGAN_HANG=2
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"could not be measured: in self-test: it was ended after 20 s, its limit"* ]]
  [ "$(grep -c '"status": "failed"' b.json)" = 1 ]
}

@test "compare flags a planted change and not noise" {
  survey
  run "$CLGAN_BENCH" compare a.json a.json --fail-on-regression
  [ "$status" = 0 ] && [[ "$output" == *"Nothing changed beyond the noise"* ]]
  # every median moved to a quartile: noise; one row much slower, one that fails
  edited noise.json 'for r in rows.values():
  if r["status"] == "ok": r["value"] = r["low"]'
  run "$CLGAN_BENCH" compare a.json noise.json --fail-on-regression
  echo "$output"
  [ "$status" = 0 ] && [[ "$output" == *"Nothing changed beyond the noise"* ]]
  edited slow.json 'r = rows["time.mnist.100_epochs"]
for k in "value", "low", "high": r[k] *= 4
r = rows["random.philox"]; r.update(status="failed", reason="out of luck", value=None, low=None, high=None)'
  run "$CLGAN_BENCH" compare a.json slow.json --json c.json --html c.html --markdown c.md
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"slower"*"100 epochs"*"+300.0 %"* && "$output" == *"1 of "*" are slower, 0 faster, 1 fail"* ]]
  [[ "$output" == *"fails now"*"Philox"*"out of luck"* ]]
  /usr/bin/python3 -c 'import json
changes = {c["key"]: c["change"] for c in json.load(open("c.json"))["changes"] if c["change"] != "none"}
assert changes == {"time.mnist.100_epochs": "worse", "random.philox": "gone"}, changes'
  grep -q '▼ slower' c.html
  run "$CLGAN_BENCH" compare a.json slow.json --fail-on-regression
  [ "$status" = 1 ]
  run "$CLGAN_BENCH" compare slow.json a.json --fail-on-regression
  [ "$status" = 0 ] && [[ "$output" == *"faster"* ]]
  # a device that computes wrongly now, one that crashes, and one that is gone
  edited wrong.json 'd["devices"][0]["selftest"].update(status="failed", reason="a wrong sum"); d["devices"][0]["rows"] = []'
  edited crashed.json 'd["devices"][0].update(status="failed", reason="crashed", rows=[])'
  edited gone.json 'd["devices"][0]["name"] = "another"'
  for after in wrong crashed gone; do
    fails 1 "before 1 can't be measured any more, or is not there" "$CLGAN_BENCH" compare a.json "$after.json" --fail-on-regression
  done
}

@test "files that are no results, and options that are none, get one message" {
  survey
  head -c 3000 a.json >cut.json
  fails 1 "cut.json: not JSON, or not all of it" "$CLGAN_BENCH" compare a.json cut.json
  echo '[]' >list.json
  fails 1 "list.json: no result of clgan-bench" "$CLGAN_BENCH" compare list.json a.json
  edited newer.json 'd["version"] = 99'
  fails 1 "newer.json: of another version: this clgan-bench reads version 1" "$CLGAN_BENCH" compare a.json newer.json
  edited odd.json 'rows["train.mnist"]["value"] = "fast"'
  fails 1 "odd.json: no result of clgan-bench: value is not a number" "$CLGAN_BENCH" compare a.json odd.json
  edited bare.json 'd["devices"] = [7]'
  fails 1 "bare.json: no result of clgan-bench" "$CLGAN_BENCH" compare a.json bare.json
  fails 1 "nothing.json" "$CLGAN_BENCH" compare a.json nothing.json
  fails 2 "2 to 16 files" "$CLGAN_BENCH" compare a.json
  fails 2 "--also nonsense" "$CLGAN_BENCH" --quick --also nonsense
  fails 2 "stdout (-) takes one" "$CLGAN_BENCH" --quick --json - --html -
  fails 2 "--all or --device" "$CLGAN_BENCH" --all --device 0
  fails 1 "nowhere/b.json: can't be written" "$CLGAN_BENCH" --quick --csv b.csv --json nowhere/b.json # before it measures
  mkfifo pipe
  fails 1 "pipe: not a file, so nothing is written there" "$CLGAN_BENCH" --quick --html pipe
  [ "${#lines[@]}" = 1 ] && [ ! -e b.csv ]
  # other programs at work are said to have been
  edited busy.json 'd["devices"][0]["others_percent"] = 42; d["devices"] = d["devices"][:1]'
  run "$CLGAN_BENCH" compare busy.json busy.json
  [[ "$output" == *"other programs took 42 % of the processors"*"measure again when they are quiet"* ]]
  # what a file says of itself reaches neither the terminal nor the page as it is
  edited hostile.json 'd["devices"][0]["name"] = "\x1b[2J<script>alert(1)</script>" + "x" * 5000; rows["train.mnist"]["about"] = "|a\n|b\x07"'
  run "$CLGAN_BENCH" compare a.json hostile.json --html h.html --markdown h.md
  [ "$status" = 0 ] && [[ "$output" != *$'\e'* && "$output" != *$'\a'* ]]
  ! grep -q '<script' h.html || false
  ! grep -q '^|b' h.md || false
}

# browse PAGE WIDTH SCRIPT: what `answer` is after the script ran in the page, shown WIDTH wide.
browse() {
  sed "s|</body>|<pre id=answer></pre><script>let answer; try { $3 } catch (e) { answer = 'threw ' + e } document.getElementById('answer').textContent = 'ANSWER ' + answer + ' END';</script></body>|" "$1" >inner.html
  echo "<body style='margin:0'><iframe id=f src=inner.html style='width:$2px;height:4000px;border:0'></iframe></body>" >outer.html
  timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files --user-data-dir="$PWD/profile" \
    --virtual-time-budget=2000 --window-size=1400,4000 "${@:4}" "file://$PWD/outer.html" 2>browser.log
}

@test "the page in a browser: bars as long as what they stand for, nothing wider than the window, no errors" {
  survey
  edited half.json 'for k in "value", "low", "high": rows["train.mnist"][k] /= 2'
  "$CLGAN_BENCH" compare a.json half.json --html page.html >/dev/null
  ! grep -qE '(src|href)=|@import|url\(' page.html || false
  script='const bars = document.querySelector(".track").closest("section").querySelectorAll(".bar"), w = i => bars[i].getBoundingClientRect().width; answer = [document.documentElement.scrollWidth <= innerWidth, innerWidth, (w(1) / w(0)).toFixed(2)].join(" "); parent.document.title = answer; parent.document.body.dataset.answer = answer;'
  for width in 400 1280; do
    run browse page.html $width "$script" --dump-dom --enable-logging=stderr --log-level=0
    grep -o 'data-answer="[^"]*"' <<<"$output"
    [[ "$output" == *"data-answer=\"true $width 0.50\""* ]]
    ! grep -E 'CONSOLE.*(rror|refused)' browser.log || false
  done
  # a bar is to be seen, in the first device's colour, half as long for the second run
  browse page.html 1280 "" --screenshot="$PWD/page.png"
  /usr/bin/python3 - <<'END'
from PIL import Image
image = Image.open("page.png").convert("RGB")
longest = [0, 0]
for y in range(image.height):
    row = [image.getpixel((x, y)) for x in range(image.width)]
    longest[0] = max(longest[0], row.count((0x00, 0x72, 0xB2)))
assert longest[0] > 300, longest
END
}

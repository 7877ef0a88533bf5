#!/usr/bin/env bats
# clgan report: the page of a run, and of several; in a browser, on a phone, from hostile folders, of long runs.
load common

check() {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/page-check.py" "$1" "${2:-2}"
}

# One training with pictures, one of a ring that collapses, one in one dimension, for all tests.
setup_file() {
  cd "$BATS_FILE_TMPDIR"
  make_idx data 60 20
  # weights that are large enough for something to be learned at once
  small --data data --epochs 6 --evaluate-every 3 --out pictures --quiet $(printf -- '--set %s.scale=0.5 ' {generator,discriminator}.{0,1,2}) 2>pictures.err
  "$CLGAN" train helvetica --epochs 6 --set data.steps_per_epoch=60 --no-tune --out "ring <b>ö 8" --quiet 2>ring.err
  "$CLGAN" train gauss1d --epochs 3 --set data.steps_per_epoch=5 --no-tune --out line --quiet
}

runs() {
  cp -r "$BATS_FILE_TMPDIR"/{pictures,ring*8,line} .
}

# drive PAGE WIDTH CHECKS: uses the page in a browser, shown WIDTH wide.
drive() {
  echo "<body style='margin:0'><iframe id=f src='$(basename "$1")' style='width:$2px;height:4000px;border:0'></iframe><script>const CHECKS = '$3';" >"$(dirname "$1")/outer.html"
  cat "$BATS_TEST_DIRNAME/page-drive.js" >>"$(dirname "$1")/outer.html"
  echo "</script></body>" >>"$(dirname "$1")/outer.html"
  timeout 100 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files --user-data-dir="$PWD/profile" \
    --virtual-time-budget=20000 --window-size=1400,4000 --enable-logging=stderr --log-level=0 --dump-dom "file://$(realpath "$(dirname "$1")")/outer.html" 2>browser.log |
    grep -o 'data-answer="[^"]*"' | tee answer
  [ "$(cat answer)" = 'data-answer="passed"' ]
}

quiet_console() {
  ! grep -E 'CONSOLE.*(rror|efused|arn)' browser.log || false
}

@test "a run's page says what was trained, where, how fast, and what came out" {
  runs
  run "$CLGAN" report pictures
  echo "$output"
  [ "$status" = 0 ] && [ "$output" = pictures/report.html ]
  check pictures/report.html
  page=$(sed 's/<[^>]*>/ /g' pictures/report.html)
  [[ "$page" == *"6 of 6 epochs in "*" samples a second, on "*"driver"* ]]
  [[ "$page" == *"log-likelihood"* && "$page" == *"Learning rates"* && "$page" == *"Momentum"* && "$page" == *"discriminator_loss: mean"* ]]
  [[ "$page" == *"Permission is hereby granted, free of charge"* ]]
  ! grep -q "$PWD" pictures/report.html || false
  # the curves are those of the log, which has the schedules'
  "$CLGAN" train ring8 --epochs 2 --set data.steps_per_epoch=5 --no-tune --out ring8 --quiet
  "$CLGAN" report ring8
  /usr/bin/python3 - <<'END'
import json, re
of_pictures = {"d_loss", "g_loss", "d_real", "d_fake", "g_rate", "d_rate", "g_momentum", "d_momentum", "spread", "g_gradient", "samples_per_second", "log_likelihood", "sigma"}
for name, some in ("ring8", {"modes", "good"}), ("pictures", of_pictures):
    data = json.loads(re.search(r'id="data">(.*?)</script>', open(name + "/report.html").read(), re.S)[1])
    log = [json.loads(line) for line in open(name + "/log.jsonl")]
    run = data["runs"][0]
    assert run["epochs"] == [line["epoch"] for line in log] and run["width"] == 1
    keys = set().union(*log) - {"epoch", "step", "alarms", "seconds", "seconds_left", "steps_per_second"}
    assert run["values"].keys() == keys >= some, (keys, run["values"].keys())
    for key in keys:
        for line, value in zip(log, run["values"][key]):
            assert value is None if key not in line else abs(value - line[key]) <= 1e-5 * abs(line[key]), (key, line, value)
steps = log[-1]["step"]
for rate, first in ("g_rate", 0.3), ("d_rate", 0.1):
    assert abs(run["values"][rate][-1] / (first / 1.000004 ** (steps - 1)) - 1) < 1e-5, rate
assert abs(run["values"]["d_momentum"][-1] - (0.5 + 0.2 * 5 / 249)) < 1e-6
assert [frame["epoch"] for frame in data["frames"]] == list(range(7))
END
}

@test "what clgan evaluate found and clgan figure made is in the page" {
  runs
  "$CLGAN" evaluate pictures --count 40 --measures birthday --references --no-cache --json >told.json
  "$CLGAN" figure nearest pictures 2>/dev/null
  "$CLGAN" figure interpolate pictures
  "$CLGAN" report pictures --out page.html
  check page.html
  page=$(sed 's/<[^>]*>/ /g' page.html)
  [[ "$page" == *"k-means centroids"* && "$page" == *"higher is not better samples"* && "$page" == *"birthday"*"Limits: "* && "$page" == *", after epoch 6"* ]]
  figure=$(/usr/bin/python3 -c 'import json; d = json.load(open("told.json")); print("%.2f ± %.2f" % (d["log_likelihood"], d["standard_error"]))')
  [[ "$page" == *"Log-likelihood of test rows $figure nats."* ]]
  [ "$(grep -o '<figure><img' page.html | wc -l)" = 2 ]
  /usr/bin/python3 -c 'import json; a, b = json.load(open("told.json")), json.load(open("pictures/evaluation.json")); assert all(b[key] == a[key] for key in a) and b["step"] == 30, b'
  # a folder that can't be written is no failure; a file that is damaged is left out
  echo '{"log_likelihood": "<b>"}' >pictures/evaluation.json
  run "$CLGAN" report pictures --out page.html
  [ "$status" = 0 ] && [[ "$output" == *"evaluation.json: no evaluation: it is left out"* ]]
  head -c 1048577 /dev/zero | tr '\0' ' ' >pictures/evaluation.json
  run "$CLGAN" report pictures --out page.html
  [ "$status" = 0 ] && [[ "$output" == *"evaluation.json: longer than the 1048576 bytes"*"it is left out"* ]]
}

@test "in a browser: slider, zoom, keys, legend; nothing on the console" {
  runs
  "$CLGAN" report pictures
  drive pictures/report.html 1280 "looks samples zoom keys legend touch"
  quiet_console
}

@test "on a phone, with alarms, in a folder of an odd name" {
  runs
  "$CLGAN" report ring*8 --out ring.html
  check ring.html
  [[ "$(sed 's/<[^>]*>/ /g' ring.html)" == *"G&#39;s samples are growing alike"*"What helps: fewer steps of G"* ]]
  grep -q '"alarms":\[[0-9,]*[1-7]' ring.html
  drive ring.html 400 "looks keys"
  quiet_console
}

@test "several runs: curves over each other, and what differs" {
  runs
  run "$CLGAN" report pictures ring*8 line
  [ "$status" = 0 ] && [ "$output" = compare.html ]
  check compare.html
  page=$(sed 's/<[^>]*>/ /g' compare.html)
  [[ "$page" == *"3 runs compared"*"generator.0.units"* && "$page" == *"ring &lt;b&gt;ö 8"* ]]
  drive compare.html 1280 "looks zoom keys"
  quiet_console
  mkdir other && cp -r line other
  "$CLGAN" report line other/line --out same.html
  [[ "$(cat same.html)" == *"The recipes are the same."* && "$(cat same.html)" == *">other/line</th>"* ]]
}

@test "a run without epochs, one that was killed, one from before" {
  runs
  "$CLGAN" train ring8 --set data.steps_per_epoch=100000 --set train.batch=16 --no-tune --time 1s --out young --quiet
  "$CLGAN" report young
  check young/report.html
  [[ "$(cat young/report.html)" == *"no epoch has ended yet"* ]]
  cp -r line torn
  printf '{"epoch":4,"st' >>torn/log.jsonl
  "$CLGAN" report torn && check torn/report.html
  [[ "$(sed 's/<[^>]*>/ /g' torn/report.html)" == *"3 of 3 epochs"* ]]
  sed -i '/devices/,/\]/d; s/"rolled_back_to": 0,/"rolled_back_to": 0/' line/run.json
  cat line/run.json
  "$CLGAN" report line && check line/report.html
  grep -q "<dt>Device</dt><dd>$(sed -n 's/^device: //p' line/kernels.txt) (driver " line/report.html
  rm line/kernels.txt
  "$CLGAN" report line
  ! grep -q '<dt>Device' line/report.html || false
}

@test "hostile folders: nothing of theirs runs, nothing of them is believed" {
  runs
  mv ring*8 "x<img src=x onerror=alert(1)>"
  cd x*
  evil='</script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\">'
  /usr/bin/python3 - "$evil" <<'END'
import json, sys
evil = sys.argv[1].replace('\\"', '"')
run = json.load(open("run.json"))
run["devices"] = [evil, "\x1b[2J"]
json.dump(run, open("run.json", "w"))
parzen = {"log_likelihood": 1e308, "standard_error": 1, "sigma": 1, "samples": 1, "test_rows": 1}
json.dump({**parzen, "references": [{**parzen, "name": evil}], "caveats": [evil], "epoch": 3,
           evil: {"meaning": evil, "note": evil, "source": evil, "limits": evil, evil: 1, "a_error": 2}}, open("evaluation.json", "w"))
log = open("log.jsonl").read()
big = json.loads(log.splitlines()[-1])
big.update(epoch=2**53, step=2**62, d_loss=1e308, g_loss=-1e308, spread=0)
open("log.jsonl", "w").write(log + "garbage\n" + json.dumps(big) + "\n" + json.dumps({**big, "epoch": 2}) + "\n")
END
  sed -i 's|^about: .*|about: "</pre><script>window.hacked=1</script>"|' recipe.yaml
  cp recipe.yaml samples/epoch-0001.png
  echo '<svg onload="alert(1)"/>' >samples/epoch-0002.png
  ln -sf /etc/passwd samples/epoch-0003.png
  mkdir -p figures && mkfifo figures/nearest.png && cp recipe.yaml figures/density.png
  cd ..
  run timeout 60 "$CLGAN" report x*
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"epoch-0001.png: "*"it is left out"* && "$output" == *"epoch-0003.png: "* && "$output" == *"density.png: "* && "$output" != *$'\e'* ]]
  check x*/report.html
  ! grep -q "root:x" x*/report.html || false
  drive x*/report.html 1280 "looks injected"
  "$CLGAN" report x* line --out both.html 2>/dev/null
  check both.html
  drive both.html 400 "looks injected"
}

@test "a long run's page is of sane size, and keeps its peaks" {
  runs
  /usr/bin/python3 - "$([ "${CLGAN_LONG:-}" = 1 ] && echo 1000000 || echo 20000)" <<'END'
import json, sys
line = json.loads(open("line/log.jsonl").read().splitlines()[-1])
epochs, part = int(sys.argv[1]), 8000 if int(sys.argv[1]) < 100000 else 100000
for first in range(1, epochs + 1, part):
    last = first + part > epochs
    with open("line/log.jsonl" if last else f"line/log-{first // part + 1:04}.jsonl", "w") as file:
        for epoch in range(first, min(first + part, epochs + 1)):
            line.update(epoch=epoch, step=5 * epoch, d_loss=100 if epoch == 7777 else 1 + epoch % 7 / 10)
            file.write(json.dumps(line) + "\n")
END
  /usr/bin/python3 - line <<'END'
import glob, os
epochs = range(0, 2000, 2)
source = open("line/samples/epoch-0001.png", "rb").read()
for name in glob.glob("line/samples/*"):
    os.remove(name)
for epoch in epochs:
    open(f"line/samples/epoch-{epoch:04}.png", "wb").write(source)
END
  timeout 100 "$CLGAN" report line
  ls -l line/report.html
  [ "$(stat -c %s line/report.html)" -lt 4000000 ]
  check line/report.html
  page=$(sed 's/<[^>]*>/ /g' line/report.html)
  [[ "$page" == *"each pair of points shows the least and the greatest of "* && "$page" == *"100 of the 1000 pictures"* && "$page" == *"greatest 100 in epoch 7777"* ]]
  /usr/bin/python3 - <<'END'
import json, re
data = json.loads(re.search(r'id="data">(.*?)</script>', open("line/report.html").read(), re.S)[1])
run = data["runs"][0]
assert len(run["epochs"]) <= 2048 and run["epochs"] == sorted(set(run["epochs"])), len(run["epochs"])
assert max(run["values"]["d_loss"]) == 100 and all(len(values) == len(run["epochs"]) for values in run["values"].values())
assert len(data["frames"]) == 100 and data["frames"][0]["epoch"] == 0 and data["frames"][-1]["epoch"] == 1998
END
  drive line/report.html 1280 "looks zoom"
  quiet_console
}

@test "wrong uses get one message, and no file is lost" {
  runs
  fails 2 "expected RUN" "$CLGAN" report
  fails 2 "not the folder of a run" "$CLGAN" report nowhere
  fails 2 "unknown option --frob" "$CLGAN" report line --frob
  echo "my notes" >notes.html
  fails 2 "notes.html: there already, and no page of clgan" "$CLGAN" report line --out notes.html
  [ "$(cat notes.html)" = "my notes" ]
  fails 1 "nowhere/page.html" "$CLGAN" report line --out nowhere/page.html
  fails 2 "not a file" "$CLGAN" report line --out pictures
  fails 2 "one argument too many" "$CLGAN" report line line line line line line line line line
  : >page.html
  "$CLGAN" report line --out page.html && "$CLGAN" report line --out page.html
  echo '{"format": 7}' >line/run.json
  fails 1 "run.json: not the settings of a run" "$CLGAN" report line
}

@test "--open hands the page to the desktop, and says so where there is none" {
  runs
  mkdir bin && printf '#!/bin/sh\necho "$1" >opened\n' >bin/xdg-open && chmod +x bin/xdg-open
  PATH="$PWD/bin:$PATH" "$CLGAN" report line --open
  [ "$(cat opened)" = line/report.html ]
  printf '#!/bin/sh\nexit 3\n' >bin/xdg-open
  PATH="$PWD/bin" fails 1 "line/report.html is written, but there is no browser" "$CLGAN" report line --open
}

"""What the tests of kills, power cuts and failing calls share: a tiny training, and what it leaves."""
import json
import os
import subprocess
import sys

CLGAN = os.environ["CLGAN"]
SHIMS = os.environ["CLGAN_SHIMS"]
LONG = os.environ.get("CLGAN_LONG") == "1"
TINY = ["train", "ring8", "--set", "train.batch=16", "--set", "data.steps_per_epoch=4", "--set", "output.samples=50", "--no-tune"]
TIMES = {"seconds", "steps_per_second", "samples_per_second", "seconds_left"}
SECONDS = 900  # longer than any of these may take: what takes longer hangs


def begin(out, *more):
    return [CLGAN, *TINY, "--out", out, *more]


def resume(run, *more):
    return [CLGAN, "train", "--resume", run, "--no-tune", *more]


def call(arguments, **environment):
    """Runs a command; its stdout and stderr are one text."""
    return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS,
                          env={**os.environ, **environment})


def must(arguments, code=0, words=""):
    done = call(arguments)
    if done.returncode != code or words not in done.stdout:
        fail(f"{' '.join(arguments)}: exit code {done.returncode}, expected {code} and the words '{words}'", done.stdout)
    return done.stdout


def fail(*texts):
    for text in texts:
        print(text)
    sys.exit(1)


def finish(run, *more):
    """Trains to the end, as a user would after a crash: --resume, or anew where no training had begun. More arguments
    are those of the first training."""
    if os.path.exists(f"{run}/recipe.yaml"):
        return must(resume(run))
    if os.path.exists(run):
        must(resume(run), 2, "no training has begun in it. Begin one with --out")
    return must(begin(run, *more))


def without_times(line):
    return {key: value for key, value in json.loads(line).items() if key not in TIMES}


def content(path):
    with open(path, "rb") as file:
        read = file.read()
    return [without_times(line) for line in read.decode().splitlines()] if path.endswith("log.jsonl") else read


def tree(run):
    """Every file of a run, but for the lock: path to content, the log without times."""
    files = [os.path.relpath(os.path.join(folder, name), run) for folder, _, names in os.walk(run) for name in names]
    return {file: content(os.path.join(run, file)) for file in files if file != "lock"}


def compare(found, wanted, about, spare=()):
    """Ends the test where two trees differ; files in `spare` may be there or not."""
    for file in sorted(set(found) | set(wanted)):
        if file in spare and file not in wanted:
            continue
        if found.get(file) != wanted.get(file):
            fail(f"{about}: {file} is not as in the undisturbed run",
                 "it is missing" if file not in found else "it is not to be there" if file not in wanted else "")


def older(found):
    """Checkpoints before the two newest: they may have come back where their removal was not durable."""
    return sorted(file for file in found if file.startswith("checkpoints/step-"))[:-2]

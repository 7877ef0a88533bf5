"""share.py ROUNDS TRAININGS: trainings and tunings at once, from an empty cache folder. None may warn of what it read there,
and each training ends as it does alone."""
import os
import shutil
import subprocess
import sys
import time

import durable

rounds, trainings = int(sys.argv[1]), int(sys.argv[2])
shared = os.environ["XDG_CACHE_HOME"]
os.environ.setdefault("POCL_CACHE_DIR", f"{shared}/pocl/kcache")
EPOCHS = ["--epochs", "2", "--quiet"]


def start(arguments):
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process):
    """What it said. It must be fine, and nothing that it found in the cache be in doubt."""
    said, _ = process.communicate(timeout=durable.SECONDS)
    if process.returncode != 0 or "ignored" in said or "not kept" in said:
        durable.fail(f"{' '.join(process.args)}: exit code {process.returncode}", said)


def again(run):
    """The training once more, alone, with the kernels that it took."""
    shutil.copytree(run, "again", ignore=shutil.ignore_patterns("checkpoints", "samples", "log.jsonl"))
    durable.must(durable.resume("again"))
    durable.compare(durable.tree(run), durable.tree("again"), f"{run} alone")
    shutil.rmtree("again")


os.environ["XDG_CACHE_HOME"] = os.path.abspath("cache")
for number in range(rounds):
    shutil.rmtree("cache", ignore_errors=True)
    os.makedirs("cache/clgan")
    for age, name in (0, "a.clbin.1.tmp"), (2 * 24 * 3600, "b.clbin.1.tmp"):  # somebody writes it, somebody was killed
        with open(f"cache/clgan/{name}", "wb"):
            pass
        os.utime(f"cache/clgan/{name}", times=(time.time() - age,) * 2)
    runs = [f"run-{number}-{i}" for i in range(trainings)]
    tune = [durable.CLGAN, "tune", "--recipe", "ring8", "--budget", "1s"]
    measured = [argument for argument in durable.begin("measured", *EPOCHS) if argument != "--no-tune"]
    for process in [start(arguments) for arguments in (tune, measured, *(durable.begin(run, *EPOCHS) for run in runs))]:
        end(process)
    for run in runs:
        again(run)
    again("measured")
    shutil.rmtree("measured")
    left = [file for file in os.listdir("cache/clgan") if file.endswith(".tmp")]
    if left != ["a.clbin.1.tmp"]:
        durable.fail(f"temporary files in the cache: {left}")
    if not durable.must([durable.CLGAN, "tune", "--show"]):
        durable.fail("nothing was kept of what was measured")
print(f"{rounds} rounds of {trainings + 1} trainings and a tuning")

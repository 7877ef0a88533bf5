"""powercut.py STATES SEED [ARGUMENT...]: records a training with these arguments, and makes every state in which the disk
may be found when the power is cut between two of its calls. From STATES of them, drawn by the seed (0: from all), the
training goes on. It must end as the undisturbed one did, and nothing that was half-written may pass for whole."""
import os
import random
import shutil
import sys

import disk
import durable


def record(more):
    os.mkdir("work")
    environment = {"LD_PRELOAD": f"{durable.SHIMS}/powercut.so", "CLGAN_RECORD": os.path.abspath("record"),
                   "CLGAN_RECORD_FOLDER": os.path.abspath("work")}
    done = durable.call(durable.begin("work/run", *more), **environment)
    if done.returncode != 0:
        durable.fail("the recorded training fails", done.stdout)
    return list(disk.read_record("record"))


def checkpoints(run):
    return {name for name in run.get("checkpoints", {}) if name.endswith(".safetensors")}


def keep_promise(promised, state, about):
    """What was saved is there: an older checkpoint may have been removed since, the newest not."""
    found = checkpoints(state.get("run", {}))
    if promised and max(promised) not in found:
        durable.fail(f"{about}: {max(promised)} was saved, found are {sorted(found)}")


def states(calls):
    """State and where it was found, each once."""
    found, promised = {}, set()
    power = disk.Disk(os.path.abspath("work"))
    for number, (name, arguments) in enumerate(calls, 1):
        getattr(power, name)(*arguments)
        run = power.top.names.get("run", disk.Folder()).names
        if name == "sync" and run.get("checkpoints") is power.handles[arguments[0]]:  # saving ends with it
            promised = checkpoints({"checkpoints": run["checkpoints"].names})
        for names in disk.NAMES:
            for way in disk.BYTES:
                state = power.top.after_cut(names, way)
                about = f"cut after call {number} ({name} {arguments[0]}), names {names}, bytes {way}"
                keep_promise({name for name in promised if name.startswith("step-")}, state, about)
                found.setdefault(repr(state), (about, state))
    return list(found.values())


count, seed, more = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
calls = record(more)
whole = durable.tree("work/run")
found = states(calls)
chosen = random.Random(seed).sample(found, count) if 0 < count < len(found) else found
print(f"seed {seed}: {len(calls)} calls, {len(found)} states, {len(chosen)} tried")
for about, state in chosen:
    shutil.rmtree("work")
    disk.put(state, "work")
    said = durable.finish("work/run", *more)
    left = durable.tree("work/run")
    if "damaged" in said or "ignored" in said:
        durable.fail(about, said)
    durable.compare(left, whole, about, durable.older(left))

"""fail.py: fails the calls on files of a training, of going on with it and of drawing samples, one at a time. Each time it
must end in one line that names the file and the reason, or go on; a signal's interruption and a short read or write are
always survived, and so is all that happens to the cache. What it leaves is gone on with, and ends as the undisturbed
run did. Short: each kind of call once, with its likeliest error. CLGAN_LONG=1: each call, with every error."""
import errno
import os
import re
import shutil

import durable
from durable import call, fail

ERRORS = {
    "open": ["EACCES", "EMFILE", "ENOSPC", "EROFS", "EIO", "EINTR"],
    "read": ["EIO", "short", "EINTR"],
    "write": ["ENOSPC", "short", "EINTR", "EIO", "EDQUOT"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "rename": ["EIO", "ENOSPC", "EACCES", "EINTR"],
    "close": ["EIO", "ENOSPC", "EINTR"],
    "mkdir": ["ENOSPC", "EACCES", "EROFS", "EINTR"],
    "unlink": ["EACCES", "EIO", "EINTR"],
    "opendir": ["EMFILE", "EACCES", "EIO", "EINTR"],
    "readdir": ["EIO", "EINTR"],
    "flock": ["ENOLCK", "EINTR"],
    "ftruncate": ["EIO", "EINTR"],
    "lseek": ["EIO"],
    "access": ["EACCES", "EIO"],
    "stat": ["EACCES", "EIO"],
}
SURVIVED = {"EINTR", "short"}
INFORMATION = ("clgan: warning: ", "clgan: device ", "clgan: weights of ")
EPOCHS = ["--epochs", "2"]
HERE = os.getcwd()
CACHE = f"{HERE}/cache/clgan"
shared = os.environ["XDG_CACHE_HOME"]
os.environ.setdefault("POCL_CACHE_DIR", f"{shared}/pocl/kcache")


def failing(arguments, name="*", pattern="*", at=0, error="EIO", kept=None, every=0):
    """Runs it with that call failing, or with every so manieth; `kept` gets all calls."""
    environment = {"LD_PRELOAD": f"{durable.SHIMS}/fail-calls.so", "CLGAN_FAIL_FOLDERS": ":".join(WATCHED),
                   "CLGAN_FAIL_CALL": name, "CLGAN_FAIL_PATH": pattern, "CLGAN_FAIL_AT": str(at), "CLGAN_FAIL_EVERY": str(every),
                   "CLGAN_FAIL_DONE": f"{HERE}/failed",
                   "CLGAN_FAIL_WITH": error if error == "short" else str(getattr(errno, error))}
    if kept:
        environment["CLGAN_FAIL_LIST"] = kept
    if os.path.exists("failed"):
        os.remove("failed")
    return call([*arguments, "--quiet"] if "train" in arguments else arguments, **environment)


def must_fail(name, path):
    """Whether going on after such a call has failed, for good, would be to trust what is not known."""
    if path.startswith(CACHE) or path.endswith("/lock"):
        return False
    return name in ("write", "fsync", "rename") or name == "close" and path.endswith(".tmp")


def check(done, name, error, about):
    """The end of the command, and what it said."""
    with open("failed", encoding="utf-8") as file:
        path = file.read().split("\n")[0].split(" ", 1)[1]
    about = f"{about}: {name} {path}, {error}"
    said = [line for line in done.stdout.splitlines() if not line.startswith(INFORMATION)]
    if done.returncode == 0:
        if error not in SURVIVED and must_fail(name, path):
            fail(f"{about}: goes on", done.stdout)
        return
    if done.returncode != 1 or error in SURVIVED or path.startswith(CACHE):
        fail(f"{about}: exit code {done.returncode}", done.stdout)
    target, reason = os.path.relpath(re.sub(r"\.[0-9-]+\.tmp$", "", path)), os.strerror(getattr(errno, error))
    if name in ("access", "stat"):  # they only answer a question: whether it is in its folder
        target, reason = os.path.dirname(target), ""
    if len(said) != 1 or target not in said[0] or reason not in said[0]:
        fail(f"{about}: not one line with {target} and the reason", done.stdout)


def kinds(calls):
    """Call and pattern of paths that count as one kind, in the order in which they first come."""
    found = {}
    for name, path in (line.rstrip("\n").split(" ", 1) for line in calls):
        pattern = f"{CACHE}/*.clbin*" if ".clbin" in path else re.sub(r"[0-9]+(-[0-9a-f]{8})?", "*", os.path.basename(path))
        pattern = pattern if "/" in pattern else f"{os.path.dirname(path)}/{pattern}"
        found.setdefault((name, pattern), 0)
        found[name, pattern] += 1
    return found


def calls_of(arguments):
    done = failing(arguments, kept="calls")
    if done.returncode:
        fail("it fails undisturbed", done.stdout)
    with open("calls", encoding="utf-8") as file:
        found = kinds(file)
    os.remove("calls")
    return found


def cases(found):
    """Call, pattern, number of the call, error."""
    for (name, pattern), count in found.items():
        in_cache = pattern.startswith(CACHE)
        if in_cache and not durable.LONG:
            continue
        for at in range(1, count + 1 if durable.LONG and not in_cache else 2):
            for error in ERRORS[name] if durable.LONG else ERRORS[name][:1]:
                yield name, pattern, at, error


def forget():
    """Takes a program and the self-test out of the cache: they are made and written again."""
    for file in os.listdir(CACHE):
        if file.startswith("selftest") or file == REMADE or file.endswith(".tmp"):
            os.remove(f"{CACHE}/{file}")


def attempts(begin):
    """Commands in which a call may come: going on with what the last failure left; then, with that gone, beginning."""
    if os.path.exists("run/recipe.yaml"):
        yield durable.resume("run")
        if not os.path.exists("failed"):
            shutil.rmtree("run")
    if not os.path.exists("failed"):
        yield begin()


def train(found, begin, whole, about):
    """Fails each call of `found` in a training: what one failure leaves, the next case goes on with."""
    tried, missed = 0, []
    for case in cases(found):
        if case[1].startswith(CACHE) and not ("selftest" in case[1] and ".tmp" not in case[1] and case[0] != "rename"):
            forget()
        if os.path.exists("failed"):
            os.remove("failed")
        for arguments in attempts(begin):
            done = failing(arguments, *case)
        if not os.path.exists("failed"):
            missed.append(case)
            continue
        tried += 1
        check(done, case[0], case[3], about)
        if done.returncode == 0:
            left = durable.tree("run")
            durable.compare(left, whole, f"{about}: {case}", durable.older(left))
            shutil.rmtree("run")
    if os.path.exists("run"):
        durable.finish("run", *EPOCHS)
        durable.compare(durable.tree("run"), whole, f"{about}, at the end")
        shutil.rmtree("run")
    print(f"{about}: {tried} failures of {len(found)} kinds of call, {len(missed)} did not come again", *missed)


def without_cache(whole):
    """Nothing that happens to the cache stops a training or changes it."""
    for name, error in ("*", "EACCES"), ("write", "ENOSPC"), ("fsync", "EIO"), ("read", "EIO"), ("*", "short"):
        forget()
        done = failing(begin_anew(), name, f"{CACHE}*", error=error, every=1)
        if done.returncode != 0:
            fail(f"on the cache, {name} gives {error}", done.stdout)
        durable.compare(take("run"), whole, f"on the cache, {name} gives {error}")


def take(run):
    """What a training has left; it is gone then."""
    left = durable.tree(run)
    shutil.rmtree(run)
    return left


def take_samples():
    left = {"x.npy": durable.content("x.npy")}
    os.remove("x.npy")
    return left


def survives(prepare, left, whole, about):
    """A signal interrupts every second call, or nothing is read or written in one piece."""
    for error, every in ("EINTR", 2), ("short", 1):
        done = failing(prepare(), "!(access|stat|lseek)", error=error, every=every)
        if done.returncode != 0 or "ignored" in done.stdout or "taking" in done.stdout:
            fail(f"{about}: it does not survive {error}", done.stdout)
        durable.compare(left(), whole, f"{about}: {error}")


def begin_anew():
    return durable.begin("run", *EPOCHS)


def data(folder):
    """Reading the pictures: a training begins, or says what can't be read."""
    tried = 0
    arguments = [durable.CLGAN, "train", "mnist", "--data", folder, "--out", "pictures", "--epochs", "1", "--no-tune"]
    for key in "data.validation=10", "train.batch=10", "output.samples=9", *(
            f"{net}.{layer}.units={units}" for net, units in (("generator", 8), ("discriminator", 4)) for layer in (0, 1)):
        arguments += ["--set", key]
    found = calls_of(arguments)
    whole = take("pictures")
    survives(lambda: arguments, lambda: take("pictures"), whole, "data")
    for case in cases(found):
        shutil.rmtree("pictures", ignore_errors=True)
        done = failing(arguments, *case)
        tried += 1
        check(done, case[0], case[3], "data")
        if done.returncode == 0:
            durable.compare(durable.tree("pictures"), whole, f"data: {case}")
    print(f"data: {tried} failures of {len(found)} kinds of call")


def make_pictures(folder):
    os.mkdir(folder)
    for part, count in ("train", 40), ("t10k", 5):
        with open(f"{folder}/{part}-images-idx3-ubyte", "wb") as file:
            file.write(b"".join(word.to_bytes(4, "big") for word in (2051, count, 28, 28)))
            file.write(bytes(i * 7 % 251 for i in range(count * 784)))


def begin_half():
    shutil.copytree("half", "run")
    return durable.resume("run")


def sample(found, arguments, whole):
    """Samples are the same, or those of an older checkpoint, with a warning, or there are none, with a reason."""
    tried = 0
    for case in cases(found):
        done = failing(arguments, *case)
        if not os.path.exists("failed"):
            continue
        tried += 1
        check(done, case[0], case[3], "sample")
        found_now = [file for file in os.listdir(".") if file.startswith("x.npy")]
        if found_now != (["x.npy"] if done.returncode == 0 else []):
            fail(f"sample, {case}: exit code {done.returncode} leaves {found_now}", done.stdout)
        if found_now and durable.content("x.npy") != whole and "taking the checkpoint before it" not in done.stdout:
            fail(f"sample, {case}: other samples", done.stdout)
        if found_now:
            os.remove("x.npy")
    print(f"sample: {tried} failures of {len(found)} kinds of call")


make_pictures("data")
WATCHED = [f"{HERE}/data"]
os.environ["XDG_CACHE_HOME"] = shared
data("data")

# A cache of the test's own, with the programs that the training needs. No measured choices: without them, or where they
# can't be read, kernels are guessed.
WATCHED = [f"{shared}/clgan"]
os.makedirs(CACHE)
failing(durable.begin("first", *EPOCHS), kept="calls")
with open("calls", encoding="utf-8") as calls:
    needed = {line.split()[1] for line in calls if line.startswith("open") and ".clbin" in line}
os.remove("calls")
for file in needed:
    if not file.endswith(".tmp"):
        shutil.copy(file, CACHE)
os.environ["XDG_CACHE_HOME"] = f"{HERE}/cache"
REMADE = min((file for file in os.listdir(CACHE) if file.endswith(".clbin")), key=lambda file: os.path.getsize(f"{CACHE}/{file}"))

WATCHED = [f"{HERE}/run", f"{HERE}/half", f"{HERE}/x.npy", CACHE]
os.mkdir("half")
forget()
beginning = calls_of(begin_anew())
whole = take("run")
shutil.rmtree("half")
durable.must(durable.begin("half", "--epochs", "1"))
with open("half/run.json", "r+", encoding="utf-8") as file:
    text = file.read().replace('"epochs": 1', '"epochs": 2')
    file.seek(0)
    file.write(text)
going_on = calls_of(begin_half())
durable.compare(durable.tree("run"), whole, "resumed")
drawing = [durable.CLGAN, "sample", "run", "--count", "4", "--out", "x.npy"]
sampling = calls_of(drawing)
samples = take_samples()
survives(lambda: drawing, take_samples, samples, "sample")
sample(sampling, drawing, samples["x.npy"])
shutil.rmtree("run")
without_cache(whole)
survives(begin_anew, lambda: take("run"), whole, "train")
survives(begin_half, lambda: take("run"), whole, "resume")
train(beginning, begin_anew, whole, "train")
train({kind: count for kind, count in going_on.items() if kind not in beginning}, begin_half, whole, "resume")

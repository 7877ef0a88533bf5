"""kill.py KILLS SEED [ARGUMENT...]: kills a training with these arguments, at random moments, until KILLS have hit, and
goes on each time. It must end as an undisturbed one does, file by file. Every fifth kill lets it finish and begins anew."""
import random
import shutil
import signal
import subprocess
import sys
import time

import durable

kills, seed, more = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
moments = random.Random(seed)
print(f"seed {seed}")


def killed(arguments, longest):
    """Kills it after up to `longest` seconds. False: it was done before."""
    moment = moments.uniform(0, longest)
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _, output = process.communicate(timeout=moment)
        if process.returncode != 0:
            durable.fail(f"{' '.join(arguments)}: exit code {process.returncode}", output)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    print(f"{' '.join(arguments[1:4])}: after {moment:.4f} s, {process.returncode}")
    return process.returncode == -signal.SIGKILL


start = time.monotonic()
durable.must(durable.begin("whole", *more))
longest = time.monotonic() - start
wanted = durable.tree("whole")
hit = 0
while hit < kills:
    shutil.rmtree("run", ignore_errors=True)
    arguments = durable.begin("run", *more)
    for _ in range(min(5, kills - hit)):
        if not killed(arguments, longest):
            break
        hit += 1
        if durable.os.path.exists("run/recipe.yaml"):
            arguments = durable.resume("run")
    durable.finish("run", *more)
    durable.compare(durable.tree("run"), wanted, f"after {hit} kills of seed {seed}")
print(f"{hit} kills")

"""browser.py URL SCRIPT [PICTURE]: opens the page in chromium and prints what the script, an expression that may be a
promise, comes to. Fails where anything is an error on the page's console. PICTURE: a screenshot goes there. Chromium is spoken
to over its debugging pipe: descriptor 3 to it, 4 from it, JSON with a NUL after each."""
import base64
import json
import os
import subprocess
import sys
import tempfile

to_it, from_it = os.pipe(), os.pipe()
high = [os.dup2(to_it[0], 100), os.dup2(from_it[1], 101)]  # out of the way of 3 and 4


def place():
    os.dup2(100, 3)
    os.dup2(101, 4)


profile = tempfile.TemporaryDirectory()
chromium = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,2000", f"--user-data-dir={profile.name}",
                             "--remote-debugging-pipe", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=place, close_fds=False)
for handle in [to_it[0], from_it[1], *high]:
    os.close(handle)
number, buffer, errors = 0, b"", []


def receive():
    global buffer
    while b"\0" not in buffer:
        piece = os.read(from_it[0], 1 << 20)
        if not piece:
            sys.exit("chromium is gone")
        buffer += piece
    message, buffer = buffer.split(b"\0", 1)
    message = json.loads(message)
    parameters = message.get("params", {})
    if message.get("method") == "Runtime.exceptionThrown":
        errors.append(parameters["exceptionDetails"])
    if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
        errors.append(parameters["entry"])
    if message.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
        errors.append(parameters["args"])
    return message


def call(method, session=None, **parameters):
    global number
    number += 1
    message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
    os.write(to_it[1], json.dumps(message).encode() + b"\0")
    while (answer := receive()).get("id") != number:
        pass
    if "error" in answer:
        sys.exit(f"{method}: {answer['error']}")
    return answer["result"]


target = call("Target.createTarget", url="about:blank")["targetId"]
session = call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
for part in "Runtime", "Log", "Page":
    call(f"{part}.enable", session)
call("Page.navigate", session, url=sys.argv[1])
while receive().get("method") != "Page.loadEventFired":
    pass
result = call("Runtime.evaluate", session, expression=sys.argv[2], awaitPromise=True, returnByValue=True)
print(result["result"].get("value", result))
if len(sys.argv) > 3:
    with open(sys.argv[3], "wb") as file:
        file.write(base64.b64decode(call("Page.captureScreenshot", session, captureBeyondViewport=False)["data"]))
call("Browser.close")
chromium.wait(20)
for error in errors:
    print(json.dumps(error)[:600])
sys.exit(bool(errors))

"""Checks a document of clgan-bench: bench-schema.py FILE. What it says of itself, of devices, of rows."""
import json
import math
import re
import sys

document = json.load(open(sys.argv[1]))
assert document["format"] == "clgan-bench" and document["version"] == 1
assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["date"])
for key in "clgan", "build", "cpu", "system", "mode":
    assert document[key], key
wanted = {"launch.latency", "launch.queued", "memory.copy", "transfer.to_device", "transfer.from_device",
          "arithmetic.multiply_add", "train.mnist", "train.tfd", "train.gauss1d", "time.mnist.100_epochs",
          "elementwise.average", "reduction.count", "random.philox", "parzen.distances"}
for device in document["devices"]:
    for key in "label", "name", "platform", "driver", "environment", "status", "reason", "rows":
        assert key in device, key
    if device["status"] != "ok" or device["selftest"]["status"] == "failed":
        assert device["reason"] or device["selftest"]["reason"]
        continue
    assert device["others_percent"] >= 0
    assert device["loader"] and device["tuning"] and device["selftest"]["status"] == "ok"
    rows = {row["key"]: row for row in device["rows"]}
    assert len(rows) == len(device["rows"]) and wanted <= set(rows), wanted - set(rows)
    for backend in "native", "clblast":
        assert any(key.startswith(f"gemm.{backend}.") for key in rows)
    for row in rows.values():
        assert row["status"] in ("ok", "unsupported", "skipped", "failed") and row["better"] in ("more", "less")
        assert row["group"] and row["about"] and row["unit"]
        if row["status"] != "ok":
            assert row["reason"] and row["value"] is None, row
            continue
        assert row["reason"] == "" and 0 < row["low"] <= row["value"] <= row["high"], row
        assert row["repetitions"] >= 1 and row["wall_seconds"] > 0 and row["spread_percent"] >= 0
        assert row["peak"] is None or row["percent_of_peak"] > 0
    for key in wanted - {"train.tfd"}:  # which some devices have no memory for
        assert rows[key]["status"] == "ok", rows[key]
    for key in "arithmetic.multiply_add", "train.mnist", "random.philox":
        assert rows[key]["event_seconds"] > 0
    # 500 steps of 100 samples, a hundred times: computed from the very samples of the step
    assert math.isclose(rows["time.mnist.100_epochs"]["value"], 5e6 / rows["train.mnist"]["value"], rel_tol=1e-6)

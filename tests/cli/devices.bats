#!/usr/bin/env bats
# clgan devices: short, in full, as JSON; and where there is nothing to list.
load common

@test "devices -v: what decides how kernels run, and what clgan makes of it" {
  run "$CLGAN" devices -v
  echo "$output"
  [ "$status" = 0 ]
  for words in "largest work-group" "local memory" "base alignment" "usable  *yes" "the default  *yes: there is no GPU" \
    "cache folder" "register tiles  *yes" "work-group tiles  *no" "clang-prefetch: "; do
    grep -q "$words" <<<"$output"
  done
}

@test "devices --json is one document with stable keys, numbers as numbers" {
  "$CLGAN" devices --json 2>/dev/null >devices.json
  python3 - <<'PYTHON'
import json
document = json.load(open("devices.json"))
device = document["devices"][0]
assert device["index"] == 0 and device["usable"] is True and device["default"] is True and device["default_reason"]
for key in "compute_units work_group_limit local_memory_bytes largest_allocation_bytes base_alignment_bytes".split():
    assert type(device[key]) is int and device[key] > 0, key
assert len(device["work_item_limits"]) == 3 and all(type(n) is int for n in device["work_item_limits"])
assert "cl_khr_fp64" in device["extensions"] and device["fp64"] is True
assert {p["name"] for p in device["products"] if p["candidate"]} >= {"register tiles", "CLBlast"}
assert all(q["name"] and q["done"] and q["reason"] for q in device["quirks"])
assert any(p["devices"] for p in document["platforms"])
PYTHON
}

@test "devices: no platform, and platforms without a device" {
  OCL_ICD_VENDORS=/nowhere fails 1 "no OpenCL platform is installed" "$CLGAN" devices -v
  OCL_ICD_VENDORS=/etc/OpenCL/vendors/mesa.icd fails 1 "Clover: skipped" "$CLGAN" devices
  [[ "$output" == *"no OpenCL device was found"* ]]
  OCL_ICD_VENDORS=/nowhere run sh -c '"$CLGAN" devices --json 2>errors'
  [ "$status" = 1 ] && grep -q "no OpenCL platform" errors
  python3 -c 'import json, sys; assert json.loads(sys.argv[1])["devices"] == []' "$output"
}

@test "devices: a simulator is never the default beside a real device" {
  oclgrind=/usr/lib/oclgrind/liboclgrind-rt-icd.so
  [ -e "$oclgrind" ] || skip "no Oclgrind"
  mkdir vendors
  echo "$oclgrind" >vendors/0.icd
  cp /etc/OpenCL/vendors/pocl.icd vendors/1.icd
  OCL_ICD_VENDORS=$PWD/vendors run "$CLGAN" devices -v
  echo "$output"
  grep -q '^\*.*pthread' <<<"$output"
  grep -q '^ .*gpu.*Oclgrind Simulator' <<<"$output"
  grep -q 'the default  *no: there is a faster device' <<<"$output"
  grep -q 'simulator: used only if asked for' <<<"$output"
}

#!/usr/bin/env bats
# An OpenCL call fails under a command (tests/layers/fail.c; tests/test_faults.c does so with every call): exit code 1, one
# clear line, nothing lost.
load common

# failing CALL:N WORDS COMMAND...: the Nth of those calls fails; the command exits with 1, and its last line, the only
# one where it is quiet, names the call and has the words.
failing() {
  local call=${1%:*}
  rm -f failed
  CLGAN_FAILED=$PWD/failed OPENCL_LAYERS=$CLGAN_LAYERS/fail.so CLGAN_FAIL=$1 fails 1 "$2" "${@:3}"
  [ "$(cat failed)" = "$call" ]
  [[ "$*" != *--quiet* || "${#lines[@]}" = 1 ]]
  [[ "${lines[-1]}" == "clgan: "*"OpenCL: $call failed with -"*"$2"* ]]
}

@test "a launch in a step: which one, what is kept and how to go on, to the same end" {
  tiny --epochs 3 --out whole --quiet
  failing clEnqueueNDRangeKernel:250 "; the checkpoint of step 5 is kept, go on with: clgan train --resume run" \
    tiny --epochs 3 --out run --quiet
  [[ "$output" == "clgan: step 6: "* ]]
  "$CLGAN" train --resume run --quiet
  cmp "$(newest whole)" "$(newest run)"
}

@test "a device that was reset says so only where it is waited for: no training waits for ever" {
  tiny --epochs 1 --out run --quiet
  CLGAN_LOST=3 OPENCL_LAYERS=$CLGAN_LAYERS/broken.so fails 1 "clWaitForEvents failed with -14" \
    timeout 200 "$CLGAN" train --resume run --epochs 3 --quiet
  [[ "${#lines[@]}" = 1 && "$output" == *"go on with: clgan train --resume run" ]]
  "$CLGAN" train --resume run --epochs 3 --quiet
}

@test "the device is lost in a step, and stays so" {
  tiny --epochs 1 --out run --quiet
  CLGAN_FAIL_LASTING=1 failing clFlush:6 "go on with: clgan train --resume run" timeout 60 "$CLGAN" train --resume run --epochs 3 --quiet
  "$CLGAN" train --resume run --epochs 3 --quiet
}

@test "no memory on the device: what for, and what to do" {
  failing clCreateBuffer:1 "too little memory left: try a smaller batch or smaller layers" tiny --epochs 1 --out run --quiet
  [[ "$output" == "clgan: nets and minibatches, "* ]]
}

@test "samples that could not be drawn leave no file" {
  tiny --epochs 1 --out run --quiet
  failing clEnqueueReadBuffer:1 "CL_OUT_OF_RESOURCES" "$CLGAN" sample run --out x.npy
  [ ! -e x.npy ]
}

@test "what can't be asked of a driver is said" {
  failing clGetPlatformIDs:1 "CL_OUT_OF_HOST_MEMORY" "$CLGAN" devices
  export OPENCL_LAYERS=$CLGAN_LAYERS/fail.so
  CLGAN_FAIL=clGetDeviceIDs:1 fails 1 "skipped, clGetDeviceIDs failed with -5, CL_OUT_OF_RESOURCES" "$CLGAN" devices
  CLGAN_FAIL=clGetDeviceInfo:1 fails 1 "not usable: clGetDeviceInfo failed with -5, CL_OUT_OF_RESOURCES" "$CLGAN" devices
  CLGAN_FAIL=clGetDeviceInfo:1 fails 1 "no OpenCL device is usable (device 0, " tiny --epochs 1 --out run --quiet
  CLGAN_FAIL=clGetPlatformIDs:1 "$CLGAN" doctor
  grep -q "clGetPlatformIDs failed" clgan-doctor.txt
}

#!/usr/bin/env bats
# One seed and one recipe on every device: the same whole numbers, losses that differ by rounding alone; and no fault that
# Oclgrind sees in whole steps, where it sees each kind of fault that is planted.
load common

# on DEVICE COMMAND...
on() {
  local device=$1
  shift
  case $device in
  rusticl) OCL_ICD_VENDORS=/etc/OpenCL/vendors/rusticl.icd RUSTICL_ENABLE=llvmpipe "$@" ;;
  oclgrind) OCL_ICD_VENDORS=/usr/lib/oclgrind/liboclgrind-rt-icd.so OCLGRIND_BUILD_OPTIONS="-DINNER_RESTRICT= -DCOUNTERS=1" "$@" ;;
  *) "$@" ;;
  esac
}

# All whole numbers of two trajectories are the same; prints by how much losses differ at most, of their own size.
compare() {
  python3 - "$@" <<'PYTHON'
import sys
a, b = [[line.split() for line in open(name) if line.startswith("step")] for name in sys.argv[1:]]
assert len(a) == len(b) == 50
for x, y in zip(a, b):
    assert x[:4] == y[:4], (x, y)
most = max(abs(float(x[i]) - float(y[i])) / abs(float(x[i])) for x, y in zip(a, b) for i in (5, 7))
print(f"{sys.argv[2]}: {most:.2g}")
assert most <= 2e-6
PYTHON
}

@test "50 steps: whole numbers are the same on every device, losses to 2e-6, and bits from run to run" {
  for updates in simultaneous alternating; do
    for device in pocl rusticl oclgrind; do
      on $device "$CLGAN_PROGRAMS/trajectory" $updates 50 >$updates.$device
    done
    compare $updates.pocl $updates.rusticl
    compare $updates.pocl $updates.oclgrind
    for device in pocl rusticl; do
      on $device "$CLGAN_PROGRAMS/trajectory" $updates 50 | cmp - $updates.$device
    done
  done
}

# A whole step under Oclgrind's checks: checked UPDATES
checked() {
  LAYERS=$CLGAN_LAYERS ARGUMENTS="$1 1" "$BATS_TEST_DIRNAME/../under-oclgrind" "$CLGAN_PROGRAMS/trajectory"
}

@test "whole steps are clean under Oclgrind" {
  checked simultaneous
  checked alternating
}

# sees "WORDS" "FROM => TO": Oclgrind says the words about a step with that fault in its kernels.
sees() {
  own_cache # without programs that were built before
  rm -rf cache/clgan/*.clbin planted
  CLGAN_PLANTED=$PWD/planted CLGAN_PLANT=$2 OPENCL_LAYERS=$CLGAN_LAYERS/plant.so run checked simultaneous
  head -n 20 <<<"$output"
  [ -e planted ] && [ "$status" = 1 ]
  [[ "$output" == *"$1"* ]]
}

@test "each kind of fault planted into kernels is seen by Oclgrind" {
  sees "Invalid write" "AT(z) + row * columns => AT(z) + (row + 1000000) * columns"
  sees "Invalid read" "bytes + (ulong)source * columns => bytes + (ulong)source * 1000000"
  sees "data race" "AT(z) + row * columns => AT(z)"
  sees "ninitialized" "const float2 how = prepare[source]; => __local float2 never[1]; if (columns == 1) never[0] = prepare[source]; const float2 how = never[0];"
  sees "divergence" "const uint first = span * get_global_id(0) => if (get_local_id(0) == 0) barrier(CLK_GLOBAL_MEM_FENCE); const uint first = span * get_global_id(0)"
}

@test "a wrong use of the API is seen by Oclgrind" {
  OPENCL_LAYERS=$CLGAN_LAYERS/misuse.so run checked simultaneous
  [ "$status" = 1 ]
  [[ "$output" == *"CL_INVALID_ARG_INDEX"* ]]
}

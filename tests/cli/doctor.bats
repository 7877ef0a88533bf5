#!/usr/bin/env bats
# clgan doctor: what it collects, what it keeps to itself, what it says is wrong.
load common

# The first lines alone.
verdict() {
  sed '/^== system/,$d' "${1:-clgan-doctor.txt}"
}

# examine WORDS [VARIABLE=VALUE...]: the likely trouble has these words.
examine() {
  local words=$1
  shift
  env "$@" "$CLGAN" doctor --brief >out 2>&1
  verdict
  verdict | grep -q -- "$words"
}

@test "doctor on a good device: all parts, nothing wrong" {
  run "$CLGAN" doctor --brief
  echo "$output"
  [ "$status" = 0 ]
  [[ "$output" == *"none: devices were found"* && "$output" == *"clgan-doctor.txt"* ]]
  for part in system clgan environment "ICD files" permissions cache "libraries of ICD files" platforms libraries devices \
    self-test; do
    grep -q "^== $part ==" clgan-doctor.txt
  done
  for words in "^kernel  *Linux" "^processor " "OpenCL loader: " "^OCL_ICD_VENDORS=" "libclblast.so" "largest work-group" \
    "clang-prefetch:" "checks passed" "Nothing is wrong here"; do
    grep -q "$words" clgan-doctor.txt
  done
}

@test "doctor --output - writes to stdout; a file that can't be written is said" {
  OCL_ICD_VENDORS=/nowhere "$CLGAN" doctor --output - >report 2>errors
  grep -q "^== devices ==" report
  [ ! -e clgan-doctor.txt ]
  OCL_ICD_VENDORS=/nowhere fails 1 "can't be written" "$CLGAN" doctor --output /nowhere/x
}

@test "doctor keeps names to itself" {
  home="$PWD/hq[x]*/Grün.dl+mann"
  mkdir -p "$home/.cache/clgan" "$PWD/vendors-of-qzuser"
  echo "/home/otherone/libdriver.so" >"$PWD/vendors-of-qzuser/a.icd"
  printf 'clgan tuning, version 1\ndevice: of qzuser at qzhost\n' >"$home/.cache/clgan/tuning-1.txt"
  env -u XDG_CACHE_HOME HOME="$home" USER=qzuser LOGNAME='lö.g$name' HOSTNAME=qzhost OCL_ICD_VENDORS="$PWD/vendors-of-qzuser" \
    LD_LIBRARY_PATH="$home/lib:/data/lö.g\$name/lib:/srv/qzhost" "$CLGAN" doctor --output report.txt >out 2>&1
  cat out report.txt
  for name in qzuser 'lö.g$name' qzhost 'Grün.dl+mann' 'hq[x]' otherone; do
    ! grep -qF -- "$name" out report.txt || false
  done
  ! grep -qwF -- "$(hostname)" report.txt || false
  grep -qF 'LD_LIBRARY_PATH=~/lib:/data/USER/lib:/srv/HOST' report.txt
  grep -qF '~/.cache/clgan' report.txt
  grep -qF '/home/USER/libdriver.so CAN' report.txt
}

@test "doctor says what is wrong and what to do" {
  mkdir none broken
  echo libNoSuchDriver.so.1 >broken/a.icd
  examine "No OpenCL driver is installed" OCL_ICD_VENDORS="$PWD/none"
  verdict | grep -q "pocl-opencl-icd"
  examine "No driver could be loaded" OCL_ICD_VENDORS="$PWD/broken"
  grep -q "libNoSuchDriver.so.1 CAN'T BE LOADED" clgan-doctor.txt
  examine "Only platforms without a device" OCL_ICD_VENDORS=/etc/OpenCL/vendors/mesa.icd
  cp /etc/OpenCL/vendors/pocl.icd broken/b.icd
  examine "A driver that is installed can't be loaded" OCL_ICD_VENDORS="$PWD/broken"
}

@test "doctor survives drivers that crash" {
  examine "the process: crashed: signal 6" OPENCL_LAYERS="$CLGAN_LAYERS/crash.so"
  verdict | grep -q "OPENCL_LAYERS is set"
  grep -q "^== self-test ==" clgan-doctor.txt
}

@test "doctor finds a failing self-test, a closed GPU and a closed cache" {
  examine "A device fails the self-test" OPENCL_LAYERS="$CLGAN_LAYERS/corrupt.so" CLGAN_CORRUPT=2
  grep -q "FAILED" clgan-doctor.txt
  examine "No permission on a GPU's node" LD_PRELOAD="$CLGAN_LAYERS/denied.so" OCL_ICD_VENDORS=/nowhere
  grep -q "renderD128.*NOT OPEN" clgan-doctor.txt
  examine "The cache folder can't be written" XDG_CACHE_HOME=/dev/null OCL_ICD_VENDORS=/nowhere
  examine "No OpenCL driver" XDG_CACHE_HOME=/nonexistent/x OCL_ICD_VENDORS="$PWD/none" # as system users have it
}

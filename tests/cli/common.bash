# What the command's tests share. CLGAN is the program; each test has a folder of its own as current one.
setup() {
  cd "$BATS_TEST_TMPDIR"
}

# Trains something tiny on drawn data: tiny ARGUMENTS...
tiny() {
  "$CLGAN" train ring8 --set train.batch=16 --set data.steps_per_epoch=5 --set output.samples=50 --no-tune "$@"
}

# N bytes of a fixed pattern.
pattern() {
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%c", 33 + (i * 7 + int(i / 5) * 3) % 90 }'
}

# The big-endian 32-bit number N as bytes.
word() {
  printf "\\x$(printf %02x $(($1 >> 24 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 & 255)))"
}

# Pictures of 28 x 28 in folder $1: $2 for training (with as many labels), $3 for testing.
make_idx() {
  mkdir -p "$1"
  { word 2051; word "$2"; word 28; word 28; pattern $(($2 * 784)); } >"$1/train-images-idx3-ubyte"
  { word 2049; word "$2"; head -c "$2" /dev/zero; } >"$1/train-labels-idx1-ubyte"
  { word 2051; word "$3"; word 28; word 28; pattern $(($3 * 784)); } >"$1/t10k-images-idx3-ubyte"
}

# A small net on such pictures: small ARGUMENTS...
small() {
  "$CLGAN" train mnist --set data.validation=10 --set train.batch=10 --set generator.0.units=8 --set generator.1.units=8 \
    --set discriminator.0.units=4 --set discriminator.1.units=4 --set output.samples=9 --no-tune "$@"
}

newest() {
  ls "$1"/checkpoints/*.safetensors | tail -n 1
}

# fails CODE WORDS COMMAND...: it ends with that code, says the words, and says little else.
fails() {
  local code=$1 words=$2
  shift 2
  run "$@"
  echo "$output"
  [ "$status" = "$code" ]
  [[ "$output" == *"$words"* ]]
}

# A cache folder of the test's own, cache/, that remembers only which devices have passed their self-test. What PoCL
# itself has built it keeps elsewhere.
own_cache() {
  mkdir -p cache/clgan
  cp "$XDG_CACHE_HOME"/clgan/selftest-*.txt cache/clgan/ 2>/dev/null || true
  export POCL_CACHE_DIR=${POCL_CACHE_DIR:-$XDG_CACHE_HOME/pocl/kcache} XDG_CACHE_HOME=$PWD/cache
}

#!/usr/bin/env bats
# clgan figure: each figure of a tiny run, and what goes wrong.
load common

# Width, height and frames of a PNG as Pillow sees it, which is none of ours; nothing where it isn't installed.
seen() {
  /usr/bin/python3 -c 'import PIL' 2>/dev/null || { echo "$2"; return; }
  /usr/bin/python3 -c '
import sys
from PIL import Image
image = Image.open(sys.argv[1])
for frame in range(getattr(image, "n_frames", 1)):
    image.seek(frame)
    image.load()
print(*image.size, getattr(image, "n_frames", 1))' "$1"
}

@test "help lists the figures, and the options of each" {
  run "$CLGAN" help figure
  [ "$status" = 0 ] && [[ "$output" == *nearest* && "$output" == *interpolate* && "$output" == *density* && "$output" == *filmstrip* ]]
  run "$CLGAN" figure interpolate --help
  [ "$status" = 0 ] && [[ "$output" == *--steps* && "$output" != *--columns* ]]
}

@test "pictures: nearest, interpolate, filmstrip" {
  make_idx data 75 5
  small --data data --epochs 2 --out run --quiet
  [ "$("$CLGAN" figure nearest run)" = run/figures/nearest.png ]
  [ "$(seen run/figures/nearest.png "700 458 1")" = "700 458 1" ]
  run "$CLGAN" figure nearest run --rows 1 --columns 2 --data data --seed 4 --out small.png
  [ "$status" = 0 ] && [ -s small.png ] && [[ "$output" == *"training image "*"at distance"* ]]
  mkdir out
  [ "$("$CLGAN" figure interpolate run --from 3 --to 4 --steps 5 --rows 2 --out out)" = out/interpolate.png ]
  [ "$(seen out/interpolate.png "712 286 1")" = "712 286 1" ]
  "$CLGAN" figure interpolate run --out again.png --steps 5 --rows 2 --from 3 --to 4
  cmp out/interpolate.png again.png
  "$CLGAN" figure filmstrip run >paths
  [ "$(cat paths)" = "$(printf 'run/figures/filmstrip.png\nrun/figures/filmstrip-animated.png')" ]
  [[ "$(seen run/figures/filmstrip-animated.png "x x 3")" == *" 3" ]]
  run "$CLGAN" figure filmstrip run --frames 2
  [ "$status" = 0 ] && [[ "$output" == *"2 of 3 pictures, chosen evenly"* ]]
  [[ "$(seen run/figures/filmstrip-animated.png "x x 2")" == *" 2" ]]
}

@test "drawn data: density as PNG and SVG, filmstrip" {
  tiny --epochs 2 --out ring --quiet
  [ "$("$CLGAN" figure density ring --count 100)" = "$(printf 'ring/figures/density.png\nring/figures/density.svg')" ]
  tail -c 20 ring/figures/density.svg | grep -q '</svg>'
  "$CLGAN" figure filmstrip ring
  "$CLGAN" train gauss1d --set data.steps_per_epoch=5 --set output.samples=50 --no-tune --epochs 1 --out line --quiet
  "$CLGAN" figure density line --count 1000 --raw --out one.png
  "$CLGAN" figure density line --count 1000 --checkpoint "$(newest line)" --checkpoint "$(newest line)" --out two.png
  [ -s one.svg ] && [ -s two.svg ]
  ! cmp -s one.png two.png || false
}

@test "figures used wrongly" {
  fails 2 "expected a kind" "$CLGAN" figure
  fails 2 "no figure collage" "$CLGAN" figure collage run
  fails 2 "expected RUN" "$CLGAN" figure nearest
  fails 2 "not the folder of a run" "$CLGAN" figure nearest nowhere
  fails 2 "unknown option --steps" "$CLGAN" figure nearest run --steps 3
  fails 2 "unknown option --seed" "$CLGAN" figure filmstrip run --seed 3
  fails 2 "--rows" "$CLGAN" figure nearest run --rows 0
  tiny --epochs 1 --out ring --quiet
  fails 2 "makes none" "$CLGAN" figure nearest ring
  fails 2 "makes none" "$CLGAN" figure interpolate ring
  fails 2 ".png" "$CLGAN" figure density ring --out x.jpg
  fails 1 "can't be opened" "$CLGAN" figure density ring --checkpoint nothing.safetensors
  rm -r ring/samples ring/checkpoints
  fails 2 "no pictures" "$CLGAN" figure filmstrip ring
  fails 2 "no checkpoint" "$CLGAN" figure density ring
  make_idx data 75 5
  small --data data --epochs 1 --out run --quiet
  fails 2 "one or two dimensions" "$CLGAN" figure density run
  fails 2 "two ends" "$CLGAN" figure interpolate run --steps 1
  fails 2 "one checkpoint" "$CLGAN" figure nearest run --checkpoint a --checkpoint b
  fails 1 "nowhere" "$CLGAN" figure nearest run --data nowhere
  fails 2 "sides of" "$CLGAN" figure nearest run --columns 5000
  fails 2 "sides of" "$CLGAN" figure interpolate run --steps 9007199254740991 --rows 9007199254740991
  [ ! -e run/figures/nearest.png ]
}

@test "a filmstrip of pictures that are damaged, foreign or of many sizes" {
  tiny --epochs 2 --out run --quiet
  head -c 300 run/samples/epoch-0002.png >run/samples/epoch-0003.png
  fails 1 "epoch-0003.png" "$CLGAN" figure filmstrip run
  echo "no picture" >run/samples/epoch-0003.png
  fails 1 "epoch-0003.png" "$CLGAN" figure filmstrip run
  "$CLGAN" sample run --count 4 --out x.npy
  make_idx data 75 5
  small --data data --epochs 1 --out other --quiet
  cp other/samples/epoch-0001.png run/samples/epoch-0003.png
  fails 1 "the first" "$CLGAN" figure filmstrip run
  [ ! -e run/figures/filmstrip-animated.png ]
  rm run/samples/epoch-0003.png
  touch run/samples/epoch-7.png run/samples/epoch-0004.png.tmp
  "$CLGAN" figure filmstrip run
}

#!/usr/bin/env bats
# Pictures in the terminal: what it draws is decoded to pixels again and held against the PNG.
load common

# in_terminal SIZE DRAWN.png ARGUMENTS...: clgan in a terminal of its own, of SIZE (columns x rows x pixels).
in_terminal() {
  local size=$1 drawn=$2
  shift 2
  PYTHONCOERCECLOCALE=0 run /usr/bin/python3 "$BATS_TEST_DIRNAME/show.py" "$size" "$drawn" "$CLGAN" "$@"
  echo "$output"
  [ "$status" = 0 ]
}

# same DRAWN.png PICTURE.png LEVELS: as it is, but for the size; levels of 255 on average.
same() {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/show.py" compare "$@"
}

# A run of grey pictures, run/, and a grid of its samples in another shape.
make_run() {
  make_idx data 40 10
  small --data data --epochs 1 --out run --quiet
  "$CLGAN" sample run --grid 2x5 --out 2x5.png
  "$CLGAN" sample run --out 10x10.png
}

setup() {
  cd "$BATS_TEST_TMPDIR"
  unset NO_COLOR COLORTERM LC_ALL LC_CTYPE TMUX STY KONSOLE_VERSION TERM_PROGRAM
  export LANG=C.UTF-8 TERM=xterm-256color PYTHONIOENCODING=utf-8
}

@test "each way of showing samples shows them" {
  make_run
  TERM=xterm-kitty in_terminal 80x24x800x480 kitty.png sample run --show
  [[ "$output" == "kitty: 420 x 420"* ]]
  same kitty.png 10x10.png 3
  TERM=mlterm in_terminal 80x24x800x480 sixel.png sample run --show
  [[ "$output" == "sixel: 420 x 420"* ]]
  same sixel.png 10x10.png 3
  COLORTERM=truecolor in_terminal 80x24 true.png sample run --show
  [[ "$output" == "symbols in colours: 160 x "* ]]
  same true.png 2x5.png 3
  in_terminal 80x24 256.png sample run --show
  [[ "$output" == "symbols in colours: 160 x "* ]]
  same 256.png 2x5.png 3
  NO_COLOR=1 TERM=xterm-kitty in_terminal 80x24x800x480 alone.png sample run --show
  [[ "$output" == "symbols alone: 160 x "* ]]
  LANG=C NO_COLOR=1 in_terminal 80x24 ascii.png sample run --show
  [[ "$output" == "ascii alone: 160 x "* ]]
  LANG=C in_terminal 80x24 ascii.png sample run --show
  [[ "$output" == "ascii in colours: 160 x "* ]]
  TERM=dumb LANG=C in_terminal 80x24 ascii.png sample run --show
  [[ "$output" == "ascii alone: 160 x "* ]]
  TERM=tmux-256color KONSOLE_VERSION=230804 in_terminal 80x24x800x480 multiplexed.png sample run --show
  [[ "$output" == "symbols in colours: "* ]]
  in_terminal 80x24x800x480 asked.png sample run --show=kitty --grid 2x5
  [[ "$output" == "kitty: "* ]]
  same asked.png 2x5.png 3
}

@test "a colour run; a size that is no multiple of four" {
  mkdir in
  /usr/bin/python3 -c 'from PIL import Image
for i in range(20): Image.new("RGB", (9, 7), (250, 12 * i, 40)).save(f"in/{i}.png")'
  "$CLGAN" train pictures --data in --set data.shape=[3,7,9] --set train.batch=10 --set generator.0.units=8 --set generator.1.units=8 \
    --set generator.2.units=189 --set discriminator.0.units=4 --set discriminator.1.units=4 --set output.samples=49 --no-tune --out run \
    --epochs 1 --quiet
  TERM=xterm-kitty in_terminal 100x40x1000x800 kitty.png train --resume run
  same kitty.png run/samples/epoch-0001.png 3
  TERM=mlterm in_terminal 100x40x1000x800 sixel.png train --resume run
  same sixel.png run/samples/epoch-0001.png 6
}

@test "a training shows its last samples in a terminal, and nowhere else unless asked" {
  COLORTERM=truecolor in_terminal 100x40 ring.png train ring8 --set train.batch=16 --set data.steps_per_epoch=5 --no-tune --epochs 1 --out ring
  [[ "$output" == "symbols in colours: "*"pictures in ring/samples"* ]]
  same ring.png ring/samples/epoch-0001.png 3
  COLORTERM=truecolor in_terminal 100x40 line.png train gauss1d --set train.batch=16 --set data.steps_per_epoch=5 --no-tune --epochs 1 --out line
  same line.png line/samples/epoch-0001.png 3
  in_terminal 100x40 none.png train --resume ring --epochs 2 --no-tune --show=none
  [[ "$output" == "nothing drawn"* ]]
  in_terminal 100x40 none.png train --resume ring --epochs 3 --no-tune --quiet
  [[ "$output" == "nothing drawn"* ]]
  "$CLGAN" train --resume ring --epochs 4 --no-tune 2>told
  [ "$(grep -c $'\33' told)" = 0 ]
  "$CLGAN" train --resume ring --epochs 5 --no-tune --quiet --show=sixel 2>told
  grep -q $'\33P' told
  "$CLGAN" sample line --show=symbols --count 500 >told
  grep -q $'\33\[48' told
  "$CLGAN" sample line --count 500 >told
  [ "$(wc -l <told)" = 1 ]
}

@test "of a training's picture so many samples are shown as can be told apart" {
  make_run # nine samples, three by three; in their picture's place one that is smooth and full of contrast
  /usr/bin/python3 -c 'from PIL import Image
import math
image = Image.open("run/samples/epoch-0001.png")
image.putdata([int(127.5 + 127 * math.sin((x + 3 * y) / 30)) for y in range(image.height) for x in range(image.width)])
image.save("run/samples/epoch-0001.png")'
  crop() { /usr/bin/python3 -c 'import sys; from PIL import Image
lines, columns = int(sys.argv[2]), int(sys.argv[3])
image = Image.open("run/samples/epoch-0001.png"); cell = (image.width - 2) // 3
image.crop((0, 0, columns * cell + 2, lines * cell + 2)).save(sys.argv[1])' "$@"; }
  COLORTERM=truecolor in_terminal 80x24 wide.png train --resume run
  crop wide-expected.png 2 3
  same wide.png wide-expected.png 12
  COLORTERM=truecolor in_terminal 30x30 narrow.png train --resume run
  crop narrow-expected.png 3 2
  same narrow.png narrow-expected.png 12
  TERM=xterm-kitty in_terminal 80x24x800x480 kitty.png train --resume run
  same kitty.png run/samples/epoch-0001.png 3
  TERM=mlterm in_terminal 80x24x800x480 sixel.png train --resume run
  same sixel.png run/samples/epoch-0001.png 3
}

@test "terminals of any size" {
  make_run
  sizes="1x1 9x9x1x1 65535x65535"
  [ -z "${CLGAN_LONG:-}" ] || sizes+=" 2x30 30x2 500x200"
  for size in $sizes; do
    in_terminal $size any.png sample run --show=symbols
    in_terminal $size any.png train --resume run --show=ascii
  done
  in_terminal 0x0 any.png sample run --show=symbols
  COLUMNS=40 LINES=20 in_terminal 0x0 any.png sample run --show=symbols
  [[ "$output" == "symbols in colours: "* ]]
  [ "$(/usr/bin/python3 -c 'from PIL import Image; print(Image.open("any.png").width)')" -le 80 ]
}

@test "what can't be shown" {
  tiny --epochs 1 --out run --quiet
  fails 2 "--show=paint: expected kitty, sixel, symbols or ascii" "$CLGAN" sample run --show=paint
  fails 2 "--show=paint: expected kitty, sixel, symbols or ascii" "$CLGAN" train --resume run --show=paint
  rm run/samples/*
  run "$CLGAN" train --resume run --show
  [ "$status" = 0 ]
  [[ "$output" == *"warning: "*"has no pictures epoch-NNNN.png yet"* ]]
  echo "no picture" >run/samples/epoch-0001.png
  run "$CLGAN" train --resume run --show
  [ "$status" = 0 ]
  [[ "$output" == *"warning: "*"epoch-0001.png: the picture can't be read"* ]]
}

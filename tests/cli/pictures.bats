#!/usr/bin/env bats
# Folders of PNG and JPEG files as data: what becomes of each kind of picture, which files count, what is refused.
load common

FOLDER=$CLGAN_PROGRAMS/folder

pictures() {
  /usr/bin/python3 "$BATS_TEST_DIRNAME/pictures.py" "$@"
}

# flat FILE LEVEL: a grey picture of 8 x 8, all of one level.
flat() {
  /usr/bin/python3 -c 'import sys; from PIL import Image; Image.new("L", (8, 8), int(sys.argv[2])).save(sys.argv[1])' "$@"
}

# A training of a small net on the folder $1: train_on FOLDER ARGUMENTS...
train_on() {
  local folder=$1
  shift
  "$CLGAN" train pictures --data "$folder" --set data.shape=[1,4,4] --set train.batch=4 --set generator.0.units=8 --set generator.1.units=8 \
    --set generator.2.units=16 --set discriminator.0.units=4 --set discriminator.1.units=4 --set output.samples=4 --no-tune "$@"
}

@test "each kind of picture becomes what it must, at any ratio, by each fit" {
  pictures make in
  while read -r channels height width fit background; do
    case $fit in crop) number=0 ;; pad) number=1 ;; stretch) number=2 ;; esac
    "$FOLDER" in "$channels" "$height" "$width" "$number" "$background"
    pictures check in "$channels" "$height" "$width" "$fit" "$background"
  done <<'END'
3 32 32 crop 255
1 24 40 pad 10
3 16 9 stretch 128
1 70 70 crop 0
3 70 50 pad 200
3 36 51 crop 255
1 1 1 crop 0
END
}

@test "which files count, and in which order" {
  mkdir -p "in/b folder/deep" in/test in/.hidden
  flat "in/b folder/deep/x.png" 20
  flat in/a.png 10
  flat in/c.JPEG 30 && mv in/c.JPEG in/C.JPEG
  flat in/test/t.png 200
  flat in/.hidden/h.png 201
  flat in/.dot.png 202
  echo words >in/readme.txt
  flat elsewhere.png 203
  ln -s ../elsewhere.png in/link.png
  ln -s . in/loop
  mkfifo in/pipe.png
  timeout 20 "$FOLDER" in 1 1 1 0 255 0 1 2>told
  [ "$(od -An -tu1 train | xargs)" = "30 10 20" ] # C.JPEG, a.png, b folder/...: the order of bytes
  [ "$(od -An -tu1 test | xargs)" = 200 ]
  grep -q "passed over in .*/in: files of other names: 1, links and other things: 3" told
}

@test "held-out pictures are spread evenly over the names" {
  mkdir in
  for i in 00 01 02 03 04 05 06 07 08 09; do flat "in/$i.png" "$((10#$i))"; done
  "$FOLDER" in 1 1 1 0 255 3
  [ "$(od -An -tu1 train | xargs)" = "0 1 2 4 5 7 8" ]
  [ "$(od -An -tu1 validation | xargs)" = "3 6 9" ]
  fails 1 "10 training pictures, of which 10 are held out: none is left" "$FOLDER" in 1 1 1 0 255 10
}

@test "files that can't be read are named, counted and left out" {
  mkdir in
  flat in/good.png 7
  pictures make more
  head -c 900 "more/o colour.jpg" >in/1-cut.jpg
  head -c -40 "more/a colour.png" >in/2-cut.png
  head -c -3 "more/q progressive.JPG" >in/3-no-end.jpg
  : >in/4-empty.png
  echo "no picture" >in/5-text.jpg
  tr '\0-\377' '\1-\377\0' <"more/b grey.PNG" | head -c 300 >in/6-noise.png
  cp "more/a colour.png" in/7-sum.png
  printf 'X' | dd of=in/7-sum.png bs=1 seek=60 conv=notrunc status=none
  flat "$(printf 'in/8-\33[31m\nname.png')" 1
  : >"$(printf 'in/8-\33[31m\nname.png')"
  "$FOLDER" in 1 1 1 2>told
  cat told
  [ "$(od -An -tu1 train | xargs)" = 7 ]
  [ "$(grep -c "warning: left out: .*/in/[1-5]-" told)" = 5 ]
  grep -q "warning: left out: 3 more files that can't be read" told
  grep -q "4-empty.png: the picture can't be read: it is empty" told
  grep -q "5-text.jpg: .*: it is neither PNG nor JPEG" told
  [ "$(grep -c $'\33' told)" = 0 ]
  rm in/good.png in/[2-8]*
  fails 1 "none of its 1 pictures can be read" "$FOLDER" in 1 1 1
  [[ "$output" == *Premature* ]]
}

@test "what promises more than it holds is refused before memory is taken" {
  mkdir in
  flat in/good.png 7
  /usr/bin/python3 - <<'END'
import io, struct, zlib
from PIL import Image

def png(name, width, height, depth, colour, interlace, lines):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    open("in/" + name, "wb").write(b"\x89PNG\r\n\x1a\n" + parts)

png("a promise.png", 60000, 4000, 16, 6, 0, bytes(100))
png("b too large.png", 65535, 65535, 1, 0, 0, bytes(1 << 29))
png("c interlaced.png", 8000, 8000, 1, 0, 1, bytes(8 << 20))
stream = io.BytesIO()
Image.new("L", (8, 8)).save(stream, "JPEG")
jpeg = bytearray(stream.getvalue())
at = jpeg.index(b"\xff\xc0")
jpeg[at + 5:at + 9] = struct.pack(">HH", 65500, 65500)
open("in/d promise.jpg", "wb").write(jpeg)
def segment(marker, content):
    return bytes([0xff, marker]) + struct.pack(">H", len(content) + 2) + content
def scan(components, first, last):
    return segment(0xda, bytes([len(components)] + [b for c in components for b in (c, 0)] + [first, last, 0]))
one = bytes([1] + [0] * 15 + [0]) # a Huffman code of one word: nothing follows
parts = [b"\xff\xd8", segment(0xdb, bytes([0] + [1] * 64)), segment(0xc2, bytes([8, 0, 8, 0, 8, 3, 1, 17, 0, 2, 17, 0, 3, 17, 0])),
         segment(0xc4, b"\0" + one), segment(0xc4, b"\x10" + one), scan([1, 2, 3], 0, 0), b"\x1f"]
scans = [scan([c], k, k) + b"\x7f" for c in (1, 2, 3) for k in range(1, 64)]
open("in/e scans.jpg", "wb").write(b"".join(parts + scans) + b"\xff\xd9")
open("in/f fewer scans.jpg", "wb").write(b"".join(parts + scans[:99]) + b"\xff\xd9")
END
  (ulimit -v 400000 && "$FOLDER" in 3 8 8) 2>told
  cat told
  [ "$(wc -c <train)" = $((2 * 192)) ]
  grep -q "a promise.png: .*: its header promises 60000 x 4000 pixels, more than it can hold" told
  grep -q "b too large.png: .*: 65535 x 65535 pixels are more than are read" told
  grep -q "c interlaced.png: .*: 8000 x 8000 pixels, interlaced, are more than are read" told
  grep -q "d promise.jpg: .*: its header promises 65500 x 65500 pixels" told
  grep -q "e scans.jpg: .*: it has more than 100 scans" told
}

@test "a folder without pictures, a file, no folder, a wrong shape" {
  mkdir in
  echo words >in/readme.txt
  fails 1 "no picture there: PNG and JPEG files are read, whose names end in .png, .jpg or .jpeg (other files: 1," train_on in
  fails 2 "readme.txt: a file; format folder expects a folder" train_on in/readme.txt
  fails 1 "nowhere: No such file" train_on nowhere
  fails 1 "collect PNG and JPEG files, and name their folder with --data DIR" env CLGAN_DATA= "$CLGAN" train pictures
  fails 2 "expected 1 channel (grey) or 3 (colour), found 2" train_on in --set data.shape=[2,4,4] --set generator.2.units=32
  fails 2 "data.fit" train_on in --set data.fit=fill
  fails 2 "background" train_on in --set data.background=256
  fails 2 "format folder" "$CLGAN" train mnist --set data.fit=pad
  flat in/a.png 1
  fails 1 "but PNG or JPEG files: the recipe pictures is for them (clgan train pictures --data" "$CLGAN" train mnist --data in
}

@test "a training on a folder: resumed it goes on alike; test pictures are for the evaluation" {
  mkdir -p "my pictures/test"
  for i in $(seq 12); do flat "my pictures/ä$i.png" $((i * 20)); done
  train_on "my pictures" --epochs 4 --set data.validation=4 --evaluate-every 2 --out whole
  train_on "my pictures" --epochs 2 --set data.validation=4 --evaluate-every 2 --out parts
  "$CLGAN" train --resume parts --epochs 4 --no-tune
  cmp "$(newest whole)" "$(newest parts)"
  cmp whole/samples/epoch-0004.png parts/samples/epoch-0004.png
  grep -q "format: folder" whole/recipe.yaml
  grep -q "fit: crop" whole/recipe.yaml
  rmdir "my pictures/test"
  fails 1 "no pictures for testing: put some that are not trained on into" "$CLGAN" score whole --data "my pictures"
  mkdir "my pictures/test"
  flat "my pictures/test/1.png" 100
  "$CLGAN" score whole --data "my pictures"
  "$CLGAN" evaluate whole --count 50
}

@test "Ctrl-C ends the reading of many pictures; the run can be resumed" {
  mkdir in
  /usr/bin/python3 -c 'from PIL import Image; Image.new("RGB", (2000, 2000)).save("in/0.png")'
  for i in $(seq 1000); do ln in/0.png in/a$i.png; done
  : >told
  "$CLGAN" train pictures --data in --out run --epochs 1 --set train.batch=4 --no-tune 2>told &
  process=$!
  until grep -q "run folder" told; do sleep 0.01; done
  kill -INT "$process"
  code=0
  wait "$process" || code=$?
  cat told
  [ "$code" = 130 ]
  rm in/a1???.png in/a???.png in/a??.png
  "$CLGAN" train --resume run --no-tune
  [ -e run/samples/epoch-0001.png ]
}

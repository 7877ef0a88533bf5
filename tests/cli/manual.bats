#!/usr/bin/env bats
# The manual's pages, which the commands write from their tables of options.
load common

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  mkdir pages
  "$CLGAN" --manual=pages
  "$CLGAN_BENCH" --manual=pages
}

pages() {
  cp -r "$BATS_FILE_TMPDIR/pages" .
}

# page PROGRAM [COMMAND]: as man shows it, plain.
page() {
  LC_ALL=C.UTF-8 MANWIDTH=100 MAN_KEEP_FORMATTING= man -l "pages/$(basename "$1")${2:+-$2}.1" | col -bx
}

commands() {
  "$1" --complete "" | tail -n +2 | cut -f 1 | grep -vx help
}

@test "there is a page for each command, and nothing that man or mandoc warns of" {
  pages
  local program command
  for program in "$CLGAN" "$CLGAN_BENCH"; do
    [ -s "pages/$(basename "$program").1" ]
    for command in $(commands "$program"); do [ -s "pages/$(basename "$program")-$command.1" ]; done
  done
  mandoc -Tlint pages/*.1
  for file in pages/*.1; do
    LC_ALL=C.UTF-8 MANROFFSEQ= man --warnings -E UTF-8 -l -Tutf8 -Z "$file" 2>warnings >/dev/null
    cat warnings
    [ ! -s warnings ]
  done
  # what whatis and apropos find
  [ "$(lexgrog pages/*.1 | grep -c '"clgan')" = "$(ls pages | wc -l)" ]
}

@test "sections stand in their order" {
  pages
  in_order() { grep -x '[A-Z][A-Z ]*' | tr '\n' ','; }
  for program in "$CLGAN" "$CLGAN_BENCH"; do
    [ "$(page "$program" | in_order)" = "NAME,SYNOPSIS,DESCRIPTION,COMMANDS,OPTIONS,EXIT STATUS,FILES,ENVIRONMENT,EXAMPLES,SEE ALSO," ]
  done
  [ "$(page "$CLGAN" train | in_order)" = "NAME,SYNOPSIS,DESCRIPTION,OPTIONS,EXIT STATUS,FILES,EXAMPLES,SEE ALSO," ]
  [ "$(page "$CLGAN" tune | in_order)" = "NAME,SYNOPSIS,DESCRIPTION,OPTIONS,EXIT STATUS,EXAMPLES,SEE ALSO," ]
}

@test "each option of each help is on its page, to be copied as it stands" {
  pages
  local program command option
  for program in "$CLGAN" "$CLGAN_BENCH"; do
    for command in "" $(commands "$program"); do
      page "$program" $command >shown
      "$program" help $command | sed -nE 's/^  (--?[a-z][^ ]*( [^ ]+)?)($|  .*)/\1/p' >said
      while read -r option; do
        echo "$command: $option"
        grep -qE -- "^ +$(sed 's/[][|]/\\&/g' <<<"$option")( |\$)" shown
      done <said
    done
  done
  # a dash that is no hyphen, whatever the reader's man makes of those
  ! grep -E '^\\fB-' pages/*.1 || false
  ! sed -n '/^\.EX$/,/^\.EE$/p' pages/*.1 | grep -E '(^|[^\])-' || false
  # a kind of figure has a part of its own
  page "$CLGAN" figure | grep -x '   clgan figure interpolate'
}

@test "a page is printed, and what can't be written is told" {
  pages
  "$CLGAN" --manual train | diff - pages/clgan-train.1
  "$CLGAN_BENCH" --manual | diff - pages/clgan-bench.1
  fails 2 "no command paint" "$CLGAN" --manual paint
  fails 1 "nowhere/clgan.1 can't be written" "$CLGAN" --manual=nowhere
  fails 2 "no command paint" "$CLGAN" help paint
  run "$CLGAN" help figure density
  [ "$status" = 0 ] && [[ "$output" == *"figure density RUN"* ]]
}

# examples FOLDER: command lines of all pages there.
examples() {
  sed -n '/^\.EX$/,/^\.EE$/p' "$1"/*.1 | grep -v '^\.E' | sed 's/\\(ti/~/g; s/\\(aq/'"'"'/g; s/\\-/-/g; s/\\&//g'
}

# reads COMMAND...: whether the program understands it; nothing is done.
reads() {
  bash -c "$1 --help" >understood 2>&1
}

@test "every example is understood; those that take no time are run" {
  pages
  mkdir bin
  ln -s "$CLGAN" bin/clgan
  ln -s "$CLGAN_BENCH" bin/clgan-bench
  export HOME=$PWD PATH=$PWD/bin:$PATH
  make_idx mnist 60 20
  small --data mnist --epochs 2 --out runs/mnist-001 --quiet
  cp -r runs/mnist-001 runs/fashion-quick-001
  mkdir -p .local/share/clgan/pretrained
  "$CLGAN" export runs/mnist-001 --to .local/share/clgan/pretrained/mnist.safetensors
  tiny --epochs 1 --out runs/ring8-001 --quiet
  "$CLGAN" train gauss1d --set data.steps_per_epoch=5 --epochs 1 --evaluate-every 1 --no-tune --out runs/gauss1d-001 --quiet
  examples pages >lines
  [ "$(wc -l <lines)" -ge 20 ]
  local line ran=0
  while read -r line; do
    echo "$line"
    reads "$line" || { cat understood; false; }
    case $line in
      "clgan train --resume"* | "clgan sample"* | "clgan score"* | "clgan figure"* | "clgan report"* | "clgan tensorboard"* | "clgan export"* | "clgan devices"* | "clgan recipes"* | "clgan selftest --device"*)
        bash -c "$line" >output.txt 2>&1 || { cat output.txt; false; }
        ran=$((ran + 1))
        ;;
    esac
  done < <(sort -u lines | sed '/sample/!s/^/2 /; /sample/s/^/1 /' | sort | cut -d' ' -f2-)
  [ "$ran" -ge 9 ]
  [ -s samples.png ] && [ -s x.npy ] && [ -s mine.yaml ] && [ -s density.png ]
  # an example that is wrong is found
  ! reads "clgan train --epoch 3" || false
  ! reads "clgan paint" || false
  ! reads "clgan sample run --grid 3" || false
}

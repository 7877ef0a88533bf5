#!/usr/bin/python3
"""complete-shell.py bash|zsh FILE LINE...: types each LINE, where <TAB> is the key, into a real interactive shell that has
read the completion FILE, and prints what the command got: a line "got: ARGUMENT|ARGUMENT|..." for each."""
import os
import pty
import re
import select
import sys
import time

shell, script, lines = sys.argv[1], sys.argv[2], sys.argv[3:]
# Each command is a function that tells its arguments, but lets the program itself answer the completion.
functions = """clgan() { if [ "$1" = --complete ]; then "$CLGAN" "$@"; else told "$@"; fi; }
clgan-bench() { if [ "$1" = --complete ]; then "$CLGAN_BENCH" "$@"; else told "$@"; fi; }
told() { printf 'got: '; printf '%s|' "$@"; printf '\\n'; }
"""
setup = {
    "bash": "HISTFILE=; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; source " + script,
    "zsh": "unset HISTFILE; setopt no_beep; fpath=(" + os.path.dirname(script) + " $fpath); autoload -U compinit; compinit -u -D",
}[shell]
arguments = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]

with open("setup.sh", "w") as file:
    file.write(functions + setup + "\n")
process, terminal = pty.fork()
if process == 0:
    os.environ.update(TERM="dumb", PS1="", PROMPT="", COLUMNS="200", LINES="50")
    os.execvp(arguments[0], arguments)

seen = ""


def type_and_wait(text, answer):
    """Types, and reads until `answer` (a pattern) comes; a minute at most."""
    global seen
    seen = ""
    os.write(terminal, text.encode())
    end = time.monotonic() + 60
    while not re.search(answer, seen):
        if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"{shell}: no answer to {text!r}: {seen!r}")
        seen += os.read(terminal, 65536).decode(errors="replace")


type_and_wait("source ./setup.sh; echo set''up done\n", "setup done")
for line in lines:
    type_and_wait(line.replace("<TAB>", "\t") + "\n", r"got: [^\r\n]*\r?\n")
    print(re.search(r"got: [^\r\n]*", seen).group())
os.write(terminal, b"exit\n")

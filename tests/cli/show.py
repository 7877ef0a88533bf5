"""Runs a command in a terminal of its own, reads what it draws there and says what a person would see.

show.py COLUMNSxROWS[xWIDTHxHEIGHT] OUTPUT.png COMMAND...
    writes the picture that was drawn (graphics: its pixels; characters: two by two pixels each) and prints its kind and
    size, then all the text around it. Width and height: pixels of the terminal.
show.py compare DRAWN.png PICTURE.png LEVELS
"""
import base64
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

import numpy as np
from PIL import Image

LIMIT = 120  # seconds

# Which quarters a character fills: upper left, upper right, lower left, lower right.
QUARTERS = {" ": 0, "█": 15, "▀": 12, "▄": 3, "▌": 10, "▐": 5, "▖": 2, "▗": 1, "▘": 8, "▝": 4, "▙": 11, "▚": 9, "▛": 14, "▜": 13,
            "▞": 6, "▟": 7}
BASE = [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)]


def run(size, command):
    columns, rows, width, height = (size + [0, 0])[:4]
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, width, height))
        os.execvp(command[0], command)
    told, end = b"", time.monotonic() + LIMIT
    while True:
        if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(process, 9)
            sys.exit("nothing came from it for too long")
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            piece = b""
        if not piece:
            break
        told += piece
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return told.decode("utf-8", "replace").replace("\r\n", "\n"), code


def read_kitty(text):
    chunks = re.findall(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\", text)
    if not chunks:
        return None
    keys = dict(pair.split("=") for pair in chunks[0][0].split(",") if "=" in pair)
    data = b"".join(base64.b64decode(content) for _, content in chunks)
    width, height, depth = int(keys["s"]), int(keys["v"]), int(keys.get("f", 32)) // 8
    return np.frombuffer(data, np.uint8).reshape(height, width, depth)[..., :3]


def read_sixel(text):
    found = re.search(r"\x1bP[0-9;]*q(.*?)\x1b\\", text, re.S)
    if not found:
        return None
    colours, colour, x, y, at = {}, 0, 0, 0, 0
    pixels = {}
    body = found.group(1).replace("\n", "")
    size = None
    while at < len(body):
        sign = body[at]
        number = re.compile(r"[0-9;]*").match(body, at + 1).group()
        if sign == '"':
            size = [int(n) for n in number.split(";")][2:]
            at += 1 + len(number)
        elif sign == "#":
            parts = [int(n) for n in number.split(";")]
            colour = parts[0]
            if len(parts) > 1:
                colours[colour] = [round(p * 255 / 100) for p in parts[2:]]
            at += 1 + len(number)
        elif sign == "$":
            x, at = 0, at + 1
        elif sign == "-":
            x, y, at = 0, y + 6, at + 1
        else:
            repeat = 1
            if sign == "!":
                digits = re.compile(r"[0-9]+").match(body, at + 1).group()
                repeat, at = int(digits), at + 1 + len(digits)
                sign = body[at]
            bits = ord(sign) - 63
            for _ in range(repeat):
                for bit in range(6):
                    if bits >> bit & 1:
                        pixels[y + bit, x] = colours[colour]
                x += 1
            at += 1
    height = size[1] if size else max(p[0] for p in pixels) + 1
    width = size[0] if size else max(p[1] for p in pixels) + 1
    image = np.zeros((height, width, 3), np.uint8)
    for (row, column), value in pixels.items():
        if row < height and column < width:
            image[row, column] = value
    return image


def indexed(number):
    if number < 16:
        return BASE[number]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return levels[number // 36], levels[number // 6 % 6], levels[number % 6]


def paint(codes, front, back, turned):
    codes = [int(c) if c else 0 for c in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            front, back, turned = BASE[15], BASE[0], False
        elif code == 7:
            turned = True
        elif code in (38, 48):
            kind = codes.pop(0)
            value = tuple(codes.pop(0) for _ in range(3)) if kind == 2 else indexed(codes.pop(0))
            front, back = (value, back) if code == 38 else (front, value)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            front = BASE[code - 30 if code < 40 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            back = BASE[code - 40 if code < 50 else code - 92]
        elif code == 39:
            front = BASE[15]
        elif code == 49:
            back = BASE[0]
    return front, back, turned


def read_symbols(lines):
    image = []
    for line in lines:
        front, back, turned = BASE[15], BASE[0], False
        cells = []
        for code, sign in re.findall(r"\x1b\[([0-9;]*)m|(?:\x1b\[\?[0-9]*[a-z])|([^\x1b\n])", line):
            if not sign:
                front, back, turned = paint(code, front, back, turned)
                continue
            quarters = QUARTERS.get(sign, 15)
            colours = (back, front) if not turned else (front, back)
            cells.append([colours[quarters >> bit & 1] for bit in (3, 2, 1, 0)])
        image.append(cells)
    width = max(map(len, image))
    canvas = np.zeros((2 * len(image), 2 * width, 3), np.uint8)
    for y, cells in enumerate(image):
        for x, quarters in enumerate(cells):
            canvas[2 * y:2 * y + 2, 2 * x:2 * x + 2] = np.array(quarters).reshape(2, 2, 3)
    return canvas


def plain(text):
    return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\x1b_G.*?\x1b\\|\x1bP.*?\x1b\\", "", text, flags=re.S)


def is_words(line):
    """A line that says something, in place of being a part of a picture."""
    return bool(re.search(r"clgan: |^\r?epoch |^    (spread|validation)|: \d+ samples$", plain(line)))


def compare(drawn, picture, most):
    """Whether a picture was drawn as it is, but for its size: the mean difference in levels is at most so much."""
    drawn = Image.open(drawn).convert("RGB")
    expected = Image.open(picture).convert("RGB").resize(drawn.size, Image.BOX)
    differ = np.abs(np.asarray(drawn).astype(float) - np.asarray(expected)).mean()
    print(f"{differ:.2f} levels from {picture}")
    return differ <= most


def main():
    if sys.argv[1] == "compare":
        sys.exit(not compare(sys.argv[2], sys.argv[3], float(sys.argv[4])))
    size = [int(n) for n in sys.argv[1].split("x")]
    text, code = run(size, sys.argv[3:])
    kind, image = "kitty", read_kitty(text)
    if image is None:
        kind, image = "sixel", read_sixel(text)
    lines = [line for line in text.split("\n") if line and not is_words(line)]
    if image is None and lines:
        drawn = "".join(plain(line) for line in lines)
        kind = "ascii" if drawn.isascii() else "symbols"
        kind += " in colours" if "\x1b[38" in text or "\x1b[3" in text or "\x1b[48" in text else " alone"
        image = read_symbols(lines)
    if image is None:
        print("nothing drawn")
    else:
        Image.fromarray(image).save(sys.argv[2])
        print(f"{kind}: {image.shape[1]} x {image.shape[0]}")
    print(plain("\n".join(line for line in text.split("\n") if is_words(line))))
    sys.exit(code)


if __name__ == "__main__":
    main()

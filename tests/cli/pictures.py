"""Makes folders of pictures and says what must become of them: a second way to compute what src/data/resample.c does,
by differences of running sums (area averages) and numpy.interp (interpolation), from pixels that Pillow decodes.

pictures.py make FOLDER      one picture of each kind, of awkward sizes
pictures.py check FOLDER CHANNELS HEIGHT WIDTH FIT BACKGROUND
                             `train` in the current folder holds what must become of them
"""
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

FITS = ["crop", "pad", "stretch"]


def texture(height, width, channels, levels=256):
    """Smooth enough for JPEG, different in every channel."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin((x * (c + 1) + 2 * y) / 9 + c) * np.cos(y / (5 + c)) for c in range(channels)]
    return ((np.stack(planes, -1) * 0.5 + 0.5) * (levels - 1)).astype(np.uint16 if levels > 256 else np.uint8)


def chunk(kind, content):
    import struct
    import zlib
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def save_deep(path, values, colour):
    """16 bits a channel, which Pillow writes for grey alone."""
    import struct
    import zlib
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, colour, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))
    np.save(path.with_suffix(".npy"), values)


def save_interlaced(path, image):
    """Adam7: Pillow reads but does not write it."""
    import struct
    import zlib
    values = np.asarray(image)
    lines = b""
    for y, x, down, across in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        for row in values[y::down, x::across]:
            if row.size:
                lines += b"\0" + row.tobytes()
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 8, 2, 0, 0, 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def make(folder):
    folder.mkdir(parents=True)
    rgb = lambda h, w: Image.fromarray(texture(h, w, 3))
    grey = lambda h, w: Image.fromarray(texture(h, w, 1)[..., 0])
    rgb(41, 67).save(folder / "a colour.png")
    grey(33, 32).save(folder / "b grey.PNG")
    grey(7, 5).point(lambda v: v > 127 and 255).convert("1").save(folder / "c one bit.png")
    Image.fromarray(texture(50, 31, 4)).save(folder / "d alpha.png")
    Image.fromarray(texture(29, 90, 2)).save(folder / "e grey alpha.png")
    rgb(64, 64).quantize(13).save(folder / "f palette.png")
    palette = rgb(20, 44).quantize(7)
    palette.save(folder / "g palette transparent.png", transparency=bytes([0, 100, 255]))
    rgb(32, 32).save(folder / "h key.png", transparency=(128, 128, 128))
    save_deep(folder / "i deep colour.png", texture(35, 40, 3, 65536), 2)
    save_deep(folder / "j deep alpha.png", texture(40, 35, 4, 65536), 6)
    save_deep(folder / "k deep grey.png", texture(9, 9, 1, 65536), 0)
    save_interlaced(folder / "l interlaced.png", rgb(23, 39))
    rgb(1, 1).save(folder / "m one.png")
    rgb(3, 300).save(folder / "n flat.png")
    rgb(60, 85).save(folder / "o colour.jpg", quality=90)
    grey(85, 60).save(folder / "p grey.jpeg", quality=90)
    rgb(61, 47).save(folder / "q progressive.JPG", quality=90, progressive=True)
    Image.fromarray(texture(48, 50, 4), "CMYK").save(folder / "r cmyk.jpg", quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        rgb(37, 52).save(folder / f"s turned {orientation}.jpg", quality=95, exif=exif)
        rgb(37, 52).save(folder / f"t turned {orientation}.png", exif=exif)
    rgb(45, 45).save(folder / "u png named.jpg", format="PNG")
    rgb(700, 930).save(folder / "w large.jpg", quality=95)
    inner = folder / "v ünner" / "deeper"
    inner.mkdir(parents=True)
    rgb(10, 12).save(inner / "日本.png")


def decode(path, background):
    """RGB as floats from 0 to 255."""
    deep = path.with_suffix(".npy")
    image = Image.open(path)
    if deep.exists():
        values = np.load(deep) / 257
        if values.shape[-1] == 1:
            values = np.repeat(values, 3, -1)
        if values.shape[-1] == 4:
            alpha = values[..., 3:] / 255
            values = values[..., :3] * alpha + background * (1 - alpha)
        return values
    image = ImageOps.exif_transpose(image)
    if image.mode == "CMYK":
        ink = np.asarray(image).astype(float)
        return (255 - ink[..., :3]) * (255 - ink[..., 3:]) / 255
    values = np.asarray(image.convert("RGBA")).astype(float)
    alpha = values[..., 3:] / 255
    return values[..., :3] * alpha + background * (1 - alpha)


def along(values, start, ratio, count):
    """Axis 0 brought to `count` pixels, each `ratio` of the source's."""
    size = len(values)
    if ratio >= 1:
        sums = np.concatenate([np.zeros((1,) + values.shape[1:]), np.cumsum(values, 0)])
        edges = start + ratio * np.arange(count + 1)
        flat = sums.reshape(size + 1, -1)
        at = np.stack([np.interp(edges, np.arange(size + 1), column) for column in flat.T], -1)
        return (np.diff(at, axis=0) / ratio).reshape((count,) + values.shape[1:])
    middles = np.clip(start + ratio * (np.arange(count) + 0.5) - 0.5, 0, size - 1)
    flat = values.reshape(size, -1)
    return np.stack([np.interp(middles, np.arange(size), column) for column in flat.T], -1).reshape((count,) + values.shape[1:])


def expected(path, channels, height, width, fit, background):
    values = decode(path, background)
    ratios = np.array([values.shape[0] / height, values.shape[1] / width])
    result = np.full((height, width, 3), float(background))
    shown = [height, width]
    if fit == "crop":
        ratios[:] = ratios.min()
    elif fit == "pad":
        most = ratios.max()
        shown = [max(1, min(t, int(s / most + 0.5))) for s, t in zip(values.shape, [height, width])]
        ratios = np.array([values.shape[0] / shown[0], values.shape[1] / shown[1]])
    starts = [(s - r * t) / 2 if fit == "crop" else 0 for s, r, t in zip(values.shape, ratios, shown)]
    starts = [np.floor(s) if r == 1 else s for s, r in zip(starts, ratios)]
    values = along(values, starts[0], ratios[0], shown[0])
    values = along(values.swapaxes(0, 1), starts[1], ratios[1], shown[1]).swapaxes(0, 1)
    top, left = (height - shown[0]) // 2, (width - shown[1]) // 2
    result[top:top + shown[0], left:left + shown[1]] = values
    if channels == 1:
        result = result @ [[0.299], [0.587], [0.114]]
    return result.transpose(2, 0, 1)


def check(folder, channels, height, width, fit, background):
    paths = sorted((p for p in folder.rglob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg")), key=lambda p: bytes(p))
    rows = np.fromfile("train", np.uint8).reshape(-1, channels, height, width)
    assert len(rows) == len(paths), (len(rows), len(paths))
    for path, row in zip(paths, rows):
        wrong = np.abs(row - expected(path, channels, height, width, fit, background)).max()  # the rounding is half a level, that to 16 bits before it 0.002
        assert wrong <= 0.502, f"{path.name}: {wrong} levels off"


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]))
    else:
        channels, height, width = map(int, sys.argv[3:6])
        check(pathlib.Path(sys.argv[2]), channels, height, width, sys.argv[6], int(sys.argv[7]))

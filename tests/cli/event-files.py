"""Reads a folder of event files as TensorBoard does, checks every byte of their framing, and holds what they say against
a run's log.

event-files.py check FOLDER RUN        what holds in the end is what RUN/log.jsonl has, in steps, and its pictures
event-files.py check-with-tensorboard FOLDER RUN    the same by TensorBoard's own reader
"""
import json
import math
import pathlib
import struct
import sys


def checksum(content):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
        table.append(byte)
    total = 0xffffffff
    for byte in content:
        total = total >> 8 ^ table[(total ^ byte) & 255]
    total ^= 0xffffffff
    return ((total >> 15 | total << 17) + 0xa282ead8) & 0xffffffff


assert checksum(b"123456789") == (((0xe3069283 >> 15 | 0xe3069283 << 17) + 0xa282ead8) & 0xffffffff)


def records(content):
    """The last one may be cut short, as by a power cut."""
    at = 0
    while at < len(content):
        head = content[at:at + 12]
        if len(head) < 12:
            return
        length, told = struct.unpack("<QI", head)
        assert told == checksum(head[:8]), "the checksum of a length"
        body, tail = content[at + 12:at + 12 + length], content[at + 12 + length:at + 16 + length]
        if len(tail) < 4:
            return
        assert struct.unpack("<I", tail)[0] == checksum(body), "the checksum of an event"
        yield body
        at += 16 + length


def varint(content, at):
    number, shift = 0, 0
    while True:
        byte = content[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if not byte & 128:
            return number, at


def fields(content):
    """[(number, value)]: varints as int, fixed ones as floats, the rest as bytes."""
    at, found = 0, []
    while at < len(content):
        key, at = varint(content, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(content, at)
        elif kind == 1:
            value, at = struct.unpack("<d", content[at:at + 8])[0], at + 8
        elif kind == 5:
            value, at = struct.unpack("<f", content[at:at + 4])[0], at + 4
        else:
            assert kind == 2, f"wire type {kind}"
            length, at = varint(content, at)
            assert at + length <= len(content)
            value, at = content[at:at + length], at + length
        found.append((key >> 3, value))
    return found


def read(folder):
    """{tag: [(step, wall, value)]} of what holds, pictures as (height, width, channels, bytes), text as str."""
    tags = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        events = [dict(fields(body)) for body in records(path.read_bytes())]
        assert events and events[0].get(3) == b"brain.Event:2", path
        for event in events[1:]:
            step, wall = event.get(2, 0), event[1]
            assert set(event) <= {1, 2, 5, 7}, event.keys()
            if 7 in event:
                assert dict(fields(event[7])) == {1: 1}
                tags = {tag: [e for e in values if e[0] < step] for tag, values in tags.items()}
            for number, content in fields(event.get(5, b"")):
                assert number == 1
                value = dict(fields(content))
                if 2 in value:
                    what = value[2]
                elif 4 in value:
                    image = dict(fields(value[4]))
                    what = (image[1], image[2], image[3], image[4])
                else:
                    tensor, metadata = dict(fields(value[8])), dict(fields(value[9]))
                    assert tensor[1] == 7 and dict(fields(metadata[1])) == {1: b"text"}
                    what = tensor[8].decode()
                tags.setdefault(value[1].decode(), []).append((step, wall, what))
    return tags


def read_with_tensorboard(folder):
    from tensorboard.backend.event_processing import event_accumulator
    events = event_accumulator.EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    events.Reload()
    tags = {tag: [(e.step, e.wall_time, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    for tag in events.Tags()["images"]:
        tags[tag] = [(e.step, e.wall_time, (e.height, e.width, None, e.encoded_image_string)) for e in events.Images(tag)]
    for tag in events.Tags()["tensors"]:
        tags[tag] = [(e.step, e.wall_time, e.tensor_proto.string_val[0].decode()) for e in events.Tensors(tag)]
    return tags


KEYS = {"loss/discriminator": "d_loss", "loss/generator": "g_loss", "discriminator/D(x)": "d_real", "discriminator/D(G(z))": "d_fake",
        "discriminator/accuracy_real": "accuracy_real", "discriminator/accuracy_fake": "accuracy_fake",
        "discriminator/saturated": "saturated", "gradient_norm/discriminator": "d_gradient", "gradient_norm/generator": "g_gradient",
        "samples/spread": "spread", "samples/variance": "variance", "samples/modes": "modes", "samples/good": "good",
        "validation/log_likelihood": "log_likelihood", "validation/sigma": "sigma", "speed/steps_per_second": "steps_per_second",
        "speed/samples_per_second": "samples_per_second", "learning_rate/generator": "g_rate", "learning_rate/discriminator": "d_rate",
        "momentum/generator": "g_momentum", "momentum/discriminator": "d_momentum"}


def check(folder, run, reader):
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    tags = reader(folder)
    for tag, key in KEYS.items():
        expected = [(line["step"], line[key]) for line in log if key in line]
        found = [(step, value) for step, _, value in tags.pop(tag, [])]
        assert [s for s, _ in found] == [s for s, _ in expected], (tag, found, expected)
        assert all(math.isclose(a[1], b[1], rel_tol=1e-6, abs_tol=1e-9) for a, b in zip(found, expected)), (tag, found, expected)
    steps = [0] + [line["step"] for line in log]
    pictures = {0 if e == 0 else log[e - 1]["step"]: run / f"samples/epoch-{e:04}.png"
                for e in range(len(steps)) if (run / f"samples/epoch-{e:04}.png").exists()}
    found = {step: value for step, _, value in tags.pop("samples/fixed_noise", [])}
    assert found.keys() == pictures.keys(), (found.keys(), pictures.keys())
    for step, path in pictures.items():
        content = path.read_bytes()
        width, height, _, colour = struct.unpack(">IIBB", content[16:26])
        assert found[step][:2] == (height, width) and found[step][3] == content, path
        assert found[step][2] in (None, {0: 1, 2: 3}[colour])
    recipe = tags.pop("recipe")
    recipe = tags.pop("recipe/text_summary", recipe)
    assert recipe[0][2] == "".join("    " + line + "\n" for line in (run / "recipe.yaml").read_text().splitlines())
    assert not tags, tags.keys()
    print(f"{len(log)} epochs, {len(pictures)} pictures")


if __name__ == "__main__":
    how = read_with_tensorboard if "with" in sys.argv[1] else read
    check(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), how)

"""A disk whose power is cut. It follows a record of tests/shims/powercut.c and says what may be found afterwards: a name is
durable once its folder was synced, bytes are once their file was. Of the rest the worst is assumed, in several ways."""
import os

NAMES = ["lost", "kept", "removed"]       # of names not synced: none is there, all are, only their removals are
BYTES = ["none", "half", "zeros", "all"]  # of bytes written and not synced


class File:
    def __init__(self):
        self.bytes, self.durable = bytearray(), b""

    def sync(self):
        self.durable = bytes(self.bytes)

    def after_cut(self, names, way):
        more = max(len(self.bytes) - len(self.durable), 0)
        if way == "none" or self.bytes == self.durable:
            return self.durable
        if way == "zeros":
            return self.durable + bytes(more)
        return bytes(self.bytes[:len(self.bytes) - (more + 1) // 2] if way == "half" else self.bytes)


class Folder:
    def __init__(self):
        self.names, self.durable = {}, {}

    def sync(self):
        self.durable = dict(self.names)

    def after_cut(self, names, way):
        found = {"lost": self.durable, "kept": self.names,
                 "removed": {name: item for name, item in self.durable.items() if name in self.names}}[names]
        return {name: item.after_cut(names, way) for name, item in found.items()}


class Disk:
    def __init__(self, root):
        self.root, self.top, self.handles = root, Folder(), {}

    def place(self, path):
        """The folder that holds it, and its name there."""
        folder = self.top
        *parents, name = os.path.relpath(path, self.root).split("/")
        for parent in parents:
            folder = folder.names[parent]
        return folder, name

    def open(self, handle, created, truncated, path):
        if path.rstrip("/") == self.root:
            self.handles[handle] = self.top
            return
        folder, name = self.place(path)
        if created and name not in folder.names:
            folder.names[name] = File()
        self.handles[handle] = folder.names[name]
        if truncated:
            self.handles[handle].bytes.clear()

    def write(self, handle, offset, new):
        written = self.handles[handle].bytes
        written.extend(bytes(max(offset - len(written), 0)))
        written[offset:offset + len(new)] = new

    def truncate(self, handle, length):
        del self.handles[handle].bytes[length:]

    def sync(self, handle):
        self.handles[handle].sync()

    def close(self, handle):
        del self.handles[handle]

    def mkdir(self, path):
        folder, name = self.place(path)
        folder.names[name] = Folder()

    def unlink(self, path):
        folder, name = self.place(path)
        del folder.names[name]

    def rename(self, old, new):
        folder, name = self.place(old)
        item = folder.names.pop(name)
        folder, name = self.place(new)
        folder.names[name] = item


def read_record(path):
    """Each call: its name and arguments."""
    with open(path, "rb") as file:
        while line := file.readline():
            name, rest = line.decode().rstrip("\n").split(" ", 1)
            if name == "open":
                handle, created, truncated, path = rest.split(" ", 3)
                yield name, (int(handle), created == "1", truncated == "1", path)
            elif name == "write":
                handle, offset, length = map(int, rest.split())
                yield name, (handle, offset, file.read(length))
            elif name in ("truncate", "sync", "close"):
                yield name, tuple(map(int, rest.split()))
            else:
                yield name, tuple(rest.split("\t"))


def put(found, folder):
    """Writes a state into a folder."""
    os.makedirs(folder, exist_ok=True)
    for name, item in found.items():
        path = os.path.join(folder, name)
        if isinstance(item, dict):
            put(item, path)
        else:
            with open(path, "wb") as file:
                file.write(item)

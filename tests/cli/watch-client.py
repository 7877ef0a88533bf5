"""What a browser does, and what it would not do, to `clgan train --watch`: watch-client.py WHAT PORT [ARGUMENT...]."""
import json
import random
import socket
import sys
import time

what, port, more = sys.argv[1], int(sys.argv[2]), sys.argv[3:]


def connect():
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    return made


def ask(bytes_):
    """Everything that comes back, until the server closes or keeps still."""
    with connect() as made:
        made.sendall(bytes_)
        made.settimeout(5)
        got = b""
        try:
            while piece := made.recv(65536):
                got += piece
                head, _, body = got.partition(b"\r\n\r\n")
                length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
                if length and (len(body) >= length[0] or bytes_.startswith(b"HEAD")):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def get(path, host=None, method="GET", more=""):
    return ask(f"{method} {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n{more}\r\n".encode("latin-1"))


def code(answer):
    return int(answer.split(b" ")[1]) if answer else 0


def events(path="/events", headers="", begun=lambda: None):
    """(name, id, data) as they come, the chunks put together; `begun` is called once the server has the stream."""
    with connect() as made:
        made.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n".encode())
        stream = made.makefile("rb")
        while stream.readline().strip():
            pass
        begun()
        text = b""
        while size := int(stream.readline() or b"0", 16):
            text += stream.read(size)
            stream.readline()
            while b"\n\n" in text:
                one, text = text.split(b"\n\n", 1)
                fields = dict(line.split(b":", 1) if b":" in line else (line, b"") for line in one.split(b"\n"))
                if b"event" in fields:
                    yield fields[b"event"].strip().decode(), fields.get(b"id", b"").strip().decode(), fields[b"data"].strip().decode()


def refused():
    """What is not for reading, not for others, or not there."""
    secrets = b"discriminator_steps", b"root:", b"safetensors", b'"step":'
    for path in ["/../recipe.yaml", "/recipe.yaml", "/samples/../recipe.yaml", "/%2e%2e/recipe.yaml", "/samples/%2e%2e%2frecipe.yaml",
                 "/samples/..%5crecipe.yaml", "//etc/passwd", "/samples//etc/passwd", "/samples/epoch-0001.png/../../recipe.yaml",
                 "/samples/epoch-1.png", "/samples/epoch-00001.png", "/samples/epoch-0001.png/", "/samples/", "/samples",
                 "/samples/epoch--001.png", "/samples/epoch-+001.png", "/samples/epoch-999999999999.png", "/samples/epoch-99999999999999999999.png",
                 "/figures/../log.jsonl", "/figures/x.png", "/log.jsonl", "/run.json", "/checkpoints/", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/events/x",
                 "/%ff%fe", "/" + "a" * 5000, f"http://127.0.0.1:{port}/../recipe.yaml", "/samples/epoch-0777.png", "/samples/epoch-0778.png", "/figures/nearest.png"]:
        answer = get(path)
        assert code(answer) in (404, 414, 400, 431), (path, answer[:200])
        assert not any(secret in answer for secret in secrets), path
    for method in "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "FROB":
        for path in "/", "/events", "/samples/epoch-0000.png":
            answer = get(path, method=method, more="Content-Length: 3\r\n\r\nabc" if method in ("POST", "PUT") else "")
            assert code(answer) == 405 and b"Allow: GET, HEAD" in answer, (method, path, answer[:200])
    for host in "evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "127.0.0.1", "localhost", f"127.0.0.1:{port + 1}", f"localhost:{port}@evil", "":
        for path in "/", "/events", "/data.json", "/samples/epoch-0000.png":
            answer = ask(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert code(answer) in (403, 400), (host, path, answer[:200])
    assert code(ask(b"GET / HTTP/1.0\r\n\r\n")) in (403, 400)


def served():
    for host in f"127.0.0.1:{port}", f"localhost:{port}":
        answer = get("/", host)
        assert code(answer) == 200 and b"Content-Security-Policy" in answer and b"connect-src &#39;self&#39;" in answer, answer[:300]
        for header in b"Cache-Control: no-store", b"X-Content-Type-Options: nosniff", b"X-Frame-Options: DENY", b"Cross-Origin-Resource-Policy: same-origin":
            assert header in answer, header
        assert b"Access-Control" not in answer
    answer = get("/samples/epoch-0000.png")
    assert code(answer) == 200 and b"\r\n\r\n\x89PNG" in answer
    for path in "/", "/parts.html", "/data.json", "/events", "/samples/epoch-0000.png":
        answer = get(path, method="HEAD")
        assert code(answer) == 200 and answer.endswith(b"\r\n\r\n"), (path, answer[:300])
    data = json.loads(get("/data.json").partition(b"\r\n\r\n")[2])
    assert data["frames"][0]["source"].startswith("samples/epoch-0000.png?") and data["runs"][0]["epochs"][0] == 1


def followed():
    """Epochs come one after the other, from several streams alike; one that is taken up goes on where it was."""
    seen, last = [], None
    for name, number, data in events():
        if name == "epochs":
            rows = json.loads(data)
            seen += [row["row"]["epoch"] for row in rows]
            last = number
            assert all(row["frame"]["epoch"] == row["row"]["epoch"] and "d_loss" in row["row"]["values"] for row in rows)
        if len(seen) > 3:
            break
    assert seen == list(range(seen[0], seen[0] + len(seen))), seen
    for headers, path in [(f"Last-Event-ID: {last}\r\n", "/events"), ("", f"/events?from={last}")]:
        rows = next(json.loads(data) for name, _, data in events(path, headers) if name == "epochs")
        assert rows[0]["row"]["epoch"] == seen[-1] + 1, (rows[0], seen)
    token, history, _ = last.split("-")
    for wrong in "7-1", f"{history}-99999999", "1-18446744073709551615":
        assert next(events(f"/events?from={token}-{wrong}"))[0] == "reload", wrong
    assert next(events(f"/events?from={'0' * len(token)}-{history}-1"))[0] == "another"
    assert next(data for name, _, data in events("/events?from=nonsense") if name == "progress")


def ended():
    """The last event says how it ended, and with which words the page stays."""
    *_, (name, _, data) = events(begun=lambda: print("follows", flush=True))
    data = json.loads(data)
    assert name == "end" and more[0] in data["words"] and "data-live" in data["parts"], (name, data)


def silent():
    """Browsers that ask and never read, ask half, or are gone at once; they stay until stdin ends."""
    kept = []
    for i in range(20):
        made = connect()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        request = f"GET {['/', '/events', '/data.json', '/samples/epoch-0000.png'][i % 4]} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
        made.sendall(request if i % 5 else request[:20])
        kept.append(made)
    for _ in range(10):
        connect().close()
    print("silent", flush=True)
    sys.stdin.read()


def garbage():
    """Bytes of any kind, again and again; then it still answers."""
    moments = random.Random(int(more[1]))
    good = f"GET /events?from=1-2 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nLast-Event-ID: 1-2\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n".encode()
    for _ in range(int(more[0])):
        bytes_ = bytearray(good)
        for _ in range(moments.randint(1, 12)):
            at = moments.randrange(len(bytes_))
            bytes_[at:at + moments.randint(0, 4)] = moments.randbytes(moments.randint(0, 6))
        with connect() as made:
            made.sendall(bytes_)
            made.settimeout(0.01)
            try:
                made.recv(1000)
            except (TimeoutError, ConnectionResetError):
                pass
    assert code(get("/")) == 200


globals()[what]()

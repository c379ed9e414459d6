"""Servers on this machine that behave badly, and remember what they were asked for."""

import contextlib
import http.server
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import compat
from tests import streaming
from tests.conftest import ASSETS

DATA = (ASSETS / "stereo_s16.wav").read_bytes()
_FRAMES = 400_000
PARTS = DATA[:40] + (4 * _FRAMES).to_bytes(4, "little") + random.Random(1).randbytes(4 * _FRAMES)
_LONG = 20.0


class Server(http.server.ThreadingHTTPServer):
    """``asked`` lists the paths of all requests; ``stop`` ends those that still wait."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.stop = threading.Event()

    def url(self, path: str) -> str:
        """The address of a path here."""
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what is tested."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        BEHAVIOUR.get(self.path.strip("/").partition(".")[0], _whole)(self)

    def begin(self, length: int | None, status: int = 200, **headers: str) -> None:
        """The status line and the headers."""
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def _whole(handler: _Handler) -> None:
    name = handler.path.strip("/")
    data = (ASSETS / name).read_bytes() if (ASSETS / name).is_file() else DATA
    handler.begin(len(data))
    handler.wfile.write(data)


def _stalls(handler: _Handler) -> None:
    handler.begin(len(DATA))
    handler.wfile.write(DATA[:2000])
    handler.wfile.flush()
    handler.server.stop.wait(_LONG)


def _drips(handler: _Handler) -> None:
    handler.begin(len(DATA))
    end = time.monotonic() + _LONG
    for at in range(0, len(DATA), 800):
        handler.wfile.write(DATA[at : at + 800])
        handler.wfile.flush()
        if time.monotonic() > end or handler.server.stop.wait(0.1):
            return


def sends(data: bytes, length: int | None = None, status: int = 200, **headers: str) -> Callable[[_Handler], None]:
    """Return the behaviour of a server that sends this, whatever is asked for, and tells that length of it, or the true one."""

    def behave(handler: _Handler) -> None:
        handler.begin(len(data) if length is None else length, status, **headers)
        handler.wfile.write(data)

    return behave


def _garbage(handler: _Handler) -> None:
    handler.wfile.write(bytes(range(256)) * 40)
    handler.close_connection = True


CHANGES: dict[str, tuple[bytes, dict[str, str]]] = {
    "size": (PARTS[::-1] + b"more", {}),
    "date": (PARTS[::-1], {"Last-Modified": "Sun, 29 Nov 2026 05:00:00 GMT", "ETag": '"1"'}),
    "tag": (PARTS[::-1], {"ETag": '"2"'}),
    "page": (b"<html>log in</html>", {}),
    "end": (b"", {}),
    "nothing": (PARTS, {"Last-Modified": "Sun, 29 Nov 2026 04:00:00 GMT", "ETag": '"of another machine"'}),
}


def _changes(handler: _Handler) -> None:
    """Give parts of a file, which is another one from a request on: ``changes.WHAT.REQUEST``."""
    what, at = handler.path.split(".")[1:3]
    data, headers = PARTS, {"Last-Modified": "Sun, 29 Nov 2026 04:00:00 GMT"} if what in ("date", "nothing") else {"ETag": '"1"'}
    if handler.server.asked.count(handler.path) >= int(at):
        data, headers = CHANGES[what]
    begin = _begin(handler)
    if what == "end" and data is not PARTS:
        handler.begin(0, 416)
    elif what == "page" and data is not PARTS:
        handler.begin(len(data))
    else:
        handler.begin(len(data) - begin, 206, **{"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}", **headers})
    handler.wfile.write(data[begin:] if what != "page" or data is PARTS else data)


def _short_parts(handler: _Handler) -> None:
    """Give less of a file than was asked for: ``short_parts.TOTAL``, which is how long it says the file is."""
    begin, total = _begin(handler), handler.path.split(".")[1]
    data = PARTS[begin : begin + 100_000]
    if not data:
        handler.begin(0, 416)
        return
    handler.begin(len(data), 206, **{"Content-Range": f"bytes {begin}-{begin + len(data) - 1}/{total}"})
    handler.wfile.write(data)


def _ranges(handler: _Handler) -> None:
    """Give a file of the recorded ones from where it is asked for: ``ranges.NAME``."""
    data, begin = (ASSETS / handler.path.partition("ranges.")[2].partition("?")[0]).read_bytes(), _begin(handler)
    if begin >= len(data):
        handler.begin(0, 416)
        return
    handler.begin(len(data) - begin, 206, **{"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"})
    handler.wfile.write(data[begin:])


def _begin(handler: _Handler) -> int:
    """Return the first byte that is asked for."""
    return int(re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"])[1])  # type: ignore[index]


BEHAVIOUR: dict[str, Callable[[_Handler], object]] = {
    "silent": lambda handler: handler.server.stop.wait(_LONG),
    "stalls": _stalls,
    "drips": _drips,
    "changes": _changes,
    "short_parts": _short_parts,
    "ranges": _ranges,
    "cuts": sends(DATA[:8000], len(DATA)),
    "lies_long": sends(DATA, 10**15),
    "lies_short": sends(DATA, 100),
    "garbage": _garbage,
    "garbage_body": sends(bytes(range(256)) * 40),
    "missing": sends(b"", status=404),
    "redirects": sends(b"", status=302, Location="/stereo_s16.wav"),
    "redirects_for_ever": lambda handler: handler.begin(0, 302, Location=handler.path),
    "redirects_to_a_file": sends(b"", status=302, Location=f"file://{ASSETS / 'stereo_s16.wav'}"),
}


# the ways to ask a server, each with the flags of the release
WAYS: dict[str, Callable[..., Any]] = {
    "load": lambda url, **flags: compat.standin("2.2", **flags).load(url)[0].shape,
    "info": lambda url, **flags: compat.standin("2.2", **flags).info(url).num_frames,
    "a late piece": lambda url, **flags: compat.standin("2.2", **flags).load(url, 3000, 10)[0].shape,
    "StreamReader": lambda url, **flags: len(streaming.sound(compat.standin("2.2", **flags).io.StreamReader(url))),
    "StreamReader with options": lambda url, **flags: len(
        streaming.sound(compat.standin("2.2", **flags).io.StreamReader(url, option={"user_agent": "x"}))
    ),
    "2.9": lambda url, **flags: compat.standin("2.9", **flags).load(url)[0].shape,
}


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server, until the block ends."""
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()

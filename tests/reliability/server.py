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


def stalls(data: bytes, at: int) -> Callable[[_Handler], None]:
    """Return the behaviour of a server that sends so many bytes of this, and then nothing."""

    def behave(handler: _Handler) -> None:
        handler.begin(len(data))
        handler.wfile.write(data[:at])
        handler.wfile.flush()
        handler.server.stop.wait(_LONG)

    return behave


def _drips(handler: _Handler) -> None:
    handler.begin(len(DATA))
    end = time.monotonic() + _LONG
    for at in range(0, len(DATA), 1600):
        handler.wfile.write(DATA[at : at + 1600])
        handler.wfile.flush()
        if time.monotonic() > end or handler.server.stop.wait(0.12):
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
    if what == "page" and data is not PARTS:
        sends(data)(handler)
    else:
        _part(handler, data, len(data), **headers)


def _short_parts(handler: _Handler) -> None:
    """Give less of a file than was asked for: ``short_parts.TOTAL``, which is how long it says the file is."""
    _part(handler, PARTS, handler.path.split(".")[1], 100_000)


def _ranges(handler: _Handler) -> None:
    """Give a file of the recorded ones from where it is asked for: ``ranges.NAME``."""
    data = (ASSETS / handler.path.partition("ranges.")[2].partition("?")[0]).read_bytes()
    _part(handler, data, len(data))


def _part(handler: _Handler, data: bytes, total: object, most: int | None = None, **headers: str) -> None:
    """Send a file from the byte on that is asked for, at most so much of it; say that it is ``total`` bytes long."""
    begin = int(re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"])[1])  # type: ignore[index]
    part = data[begin : most and begin + most]
    if part:
        handler.begin(len(part), 206, **{"Content-Range": f"bytes {begin}-{begin + len(part) - 1}/{total}", **headers})
        handler.wfile.write(part)
    else:
        handler.begin(0, 416)


BEHAVIOUR: dict[str, Callable[[_Handler], object]] = {
    "silent": lambda handler: handler.server.stop.wait(_LONG),
    "stalls": stalls(DATA, 2000),
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

"""Servers on this machine that behave badly, and remember what they were asked for."""

import http.server
import random
import re
import threading
from collections.abc import Callable
from typing import Any

import compat
from tests import streaming
from tests.conftest import ASSETS

DATA = (ASSETS / "stereo_s16.wav").read_bytes()
_FRAMES = 400_000
PARTS = DATA[:40] + (4 * _FRAMES).to_bytes(4, "little") + random.Random(1).randbytes(4 * _FRAMES)
_LONG = 20.0


class Server(http.server.ThreadingHTTPServer):
    """Serves until the block ends; ``asked`` lists the paths of all requests, ``stop`` ends those that still wait."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.stop = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what is tested."""

    def server_close(self) -> None:
        self.stop.set()
        self.shutdown()
        super().server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        BEHAVIOUR.get(self.path.strip("/").partition(".")[0], _whole)(self)

    def send(self, data: bytes, length: int | None = None, status: int = 200, **headers: str) -> None:
        """Answer with this, and tell that length of it, or the true one."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data) if length is None else length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def _whole(handler: _Handler) -> None:
    path = ASSETS / handler.path.strip("/")
    handler.send(path.read_bytes() if path.is_file() else DATA)


def slowly(data: bytes, size: int, pause: float = _LONG) -> Callable[[_Handler], None]:
    """Return the behaviour of a server that sends so many bytes of this at a time, and waits after each time."""

    def behave(handler: _Handler) -> None:
        handler.send(b"", len(data))
        for at in range(0, len(data), size):
            handler.wfile.write(data[at : at + size])
            handler.wfile.flush()
            if handler.server.stop.wait(pause):
                return

    return behave


def sends(*arguments: Any, **headers: str) -> Callable[[_Handler], None]:
    """Return the behaviour of a server that sends this, whatever is asked for."""
    return lambda handler: handler.send(*arguments, **headers)


_DAY, _TAG = {"Last-Modified": "Sun, 29 Nov 2026 04:00:00 GMT"}, {"ETag": '"1"'}
# what tells the version of a file, another file that takes its place, and what tells its version
CHANGES: dict[str, tuple[dict[str, str], bytes, dict[str, str]]] = {
    "size": (_TAG, PARTS[::-1] + b"more", {}),
    "date": (_DAY, PARTS[::-1], {"Last-Modified": "Sun, 29 Nov 2026 05:00:00 GMT", "ETag": '"1"'}),
    "tag": (_TAG, PARTS[::-1], {"ETag": '"2"'}),
    "page": (_TAG, b"<html>log in</html>", {}),
    "end": (_TAG, b"", {}),
    "nothing": (_DAY, PARTS, {**_DAY, "ETag": '"of another machine"'}),
}


def _changes(handler: _Handler) -> None:
    """Give parts of a file, which is another one from a request on: ``changes.WHAT.REQUEST``."""
    what, at = handler.path.split(".")[1:3]
    headers, other, its_headers = CHANGES[what]
    if handler.server.asked.count(handler.path) < int(at):
        _part(handler, PARTS, len(PARTS), **headers)
    elif what == "page":
        handler.send(other)
    else:
        _part(handler, other, len(other), **its_headers)


def _ranges(handler: _Handler) -> None:
    """Give a file of the recorded ones from where it is asked for: ``ranges.NAME``."""
    data = (ASSETS / handler.path.partition("ranges.")[2].partition("?")[0]).read_bytes()
    _part(handler, data, len(data))


def _part(handler: _Handler, data: bytes, total: object, most: int | None = None, **headers: str) -> None:
    """Send a file from the byte on that is asked for, at most so much of it; say that it is ``total`` bytes long."""
    begin = int(re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"])[1])  # type: ignore[index]
    part = data[begin : most and begin + most]
    if part:
        handler.send(part, None, 206, **{"Content-Range": f"bytes {begin}-{begin + len(part) - 1}/{total}", **headers})
    else:
        handler.send(b"", None, 416)


# by the first word of the path; all other paths are files, as they are
BEHAVIOUR: dict[str, Callable[[_Handler], object]] = {
    "silent": lambda handler: handler.server.stop.wait(_LONG),
    "stalls": slowly(DATA, 2000),
    "drips": slowly(DATA, 1600, 0.12),
    "changes": _changes,
    "short_parts": lambda handler: _part(handler, PARTS, handler.path.split(".")[1], 100_000),  # which says how long the file is
    "ranges": _ranges,
    "cuts": sends(DATA[:8000], len(DATA)),
    "lies_long": sends(DATA, 10**15),
    "lies_short": sends(DATA, 100),
    "garbage": lambda handler: handler.wfile.write(bytes(range(256)) * 40),
    "garbage_body": sends(bytes(range(256)) * 40),
    "missing": sends(b"", None, 404),
    "redirects": sends(b"", None, 302, Location="/stereo_s16.wav"),
    "redirects_for_ever": lambda handler: handler.send(b"", None, 302, Location=handler.path),
    "redirects_to_a_file": sends(b"", None, 302, Location=(ASSETS / "stereo_s16.wav").as_uri()),
    "elsewhere": lambda handler: handler.send(b"", None, 302, Location=f"http://127.0.0.1:{handler.path.split('.')[1]}/stereo_s16.wav"),
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

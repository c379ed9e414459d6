"""Seeing that a file is opened, as the kernel tells it."""

import contextlib
import ctypes
import os
import pathlib
import struct
from collections.abc import Iterator

_READ, _OPENED, _CLOSED = 0x01, 0x20, 0x18  # of inotify(7)


class Watch:
    """A file, and how often anyone opens it, by inotify."""

    def __init__(self, path: pathlib.Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.path, self.descriptor = path, libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self.descriptor, os.fsencode(path), _READ | _OPENED | _CLOSED) >= 0

    def opened(self) -> int:
        """How often the file was opened since this was last asked.

        Two openings in a row, with nothing read between them, count as one.
        """
        with contextlib.suppress(BlockingIOError):
            return sum(bool(mask & _OPENED) for _, mask, _, _ in struct.iter_unpack("iIII", os.read(self.descriptor, 1 << 20)))
        return 0


@contextlib.contextmanager
def watching(path: pathlib.Path) -> Iterator[Watch]:
    """Watch a file, and see at the end that nobody has opened it since that was last asked."""
    watch = Watch(path)
    try:
        yield watch
        assert not watch.opened()
    finally:
        os.close(watch.descriptor)

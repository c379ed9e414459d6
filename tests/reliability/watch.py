"""Seeing that a file was opened, as the kernel tells it."""

import contextlib
import ctypes
import os
import pathlib
import select
from collections.abc import Iterator

_OPEN, _ACCESS = 0x20, 0x01
_NONBLOCK = os.O_NONBLOCK


class Watch:
    """A file, and whether anyone opens it."""

    def __init__(self, path: pathlib.Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    def opened(self) -> bool:
        """Whether the file was opened or read since this was last asked."""
        seen = False
        while select.select([self._descriptor], [], [], 0)[0]:
            seen = bool(os.read(self._descriptor, 4096)) or seen
        return seen


@contextlib.contextmanager
def watching(path: pathlib.Path) -> Iterator[Watch]:
    """Watch a file by inotify, and see at the end that nobody has opened it since that was last asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(_NONBLOCK)
    assert descriptor >= 0
    try:
        assert libc.inotify_add_watch(descriptor, os.fsencode(path), _OPEN | _ACCESS) >= 0
        watch = Watch(path, descriptor)
        yield watch
        assert not watch.opened()
    finally:
        os.close(descriptor)

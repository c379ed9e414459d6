"""Seeing that a file was opened, as the kernel tells it."""

import contextlib
import ctypes
import os
import pathlib
from collections.abc import Iterator

_OPEN, _ACCESS = 0x20, 0x01


class Watch:
    """A file, and whether anyone opens it, by inotify."""

    def __init__(self, path: pathlib.Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.path, self.descriptor = path, libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self.descriptor, os.fsencode(path), _OPEN | _ACCESS) >= 0

    def opened(self) -> bool:
        """Whether the file was opened or read since this was last asked."""
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self.descriptor, 1 << 20))
        return False


@contextlib.contextmanager
def watching(path: pathlib.Path) -> Iterator[Watch]:
    """Watch a file, and see at the end that nobody has opened it since that was last asked."""
    watch = Watch(path)
    try:
        yield watch
        assert not watch.opened()
    finally:
        os.close(watch.descriptor)

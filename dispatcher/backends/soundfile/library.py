"""Open files by python-soundfile so that nothing can crash, hang or stay open."""

import contextlib
import functools
import os
import re
import sys
import threading
from typing import Any

from dispatcher import forks
from dispatcher.reading import file_objects

_LEAVES_DESCRIPTORS = (1, 2, 2)


def named(place: Any) -> Any:
    """Return a path for python-soundfile: as bytes if it is not Unicode, which it cannot encode."""
    if (
        not isinstance(place, str)
        or sys.platform == "win32"
        or not any("\udc80" <= letter <= "\udcff" for letter in place)
    ):
        return place
    return os.fsencode(place)


class _Kept:
    """A property that is read once, without the lock that Python 3.11 has around those it caches.

    A process that is forked while another thread holds that lock would wait for it for ever.
    """

    def __init__(self, read: property) -> None:
        self._read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, one: Any, owner: type) -> Any:
        found = one.__dict__[self._name] = self._read.__get__(one)
        return found


def sequential(soundfile: Any) -> Any:
    """Return a subclass of ``SoundFile`` that does not seek to its own position after each piece.

    In flac that would decode a frame again.

    While it opens a file object or a pipe it holds no lock that others wait for. python-soundfile
    0.14 has one lock for all openings, so that the error it reports is the right one. With it, an
    object whose ``read`` opens a sound file would wait for ever, and one slow object would stop all
    threads.
    """
    alone = forks.Shared(
        threading.Lock, lambda lock: setattr(soundfile.SoundFile, "_sf_error_lock", lock)
    )

    class Sequential(soundfile.SoundFile):  # type: ignore[misc]
        _file: Any
        # python-soundfile searches its tables each time it is asked for them
        format, subtype = _Kept(soundfile.SoundFile.format), _Kept(soundfile.SoundFile.subtype)

        @property
        def _sf_error_lock(self) -> Any:
            return alone.lock if file_objects.is_regular(self.name) else contextlib.nullcontext()

        def close(self) -> None:
            # python-soundfile records that it has closed after an interrupt may have come, and then
            # closes again, which crashes
            handle, self._file = self._file, None
            error = 0 if handle is None else soundfile._snd.sf_close(handle)
            if error:
                raise soundfile.LibsndfileError(error)

        def seekable(self) -> bool:
            return False

        def can_seek(self) -> bool:
            return bool(super().seekable())

    return Sequential


@functools.cache
def leaves_descriptors(libsndfile: str) -> bool:
    """Return whether libsndfile leaves a descriptor open that it cannot read; 1.2.0 closes it."""
    return tuple(map(int, re.findall(r"\d+", libsndfile)[:3])) >= _LEAVES_DESCRIPTORS

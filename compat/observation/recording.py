"""Noting which of torchaudio's functions a program calls, and at which line, while a variable names a folder for it.

Each process has a file of its own: a line for a place when it is first come to, then its number for each call. The functions
are recorded where a release is put together, so nothing is paid while it is off.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import sys
import threading
import types
from collections.abc import Callable
from typing import Any, NamedTuple

VARIABLE = "TORCHAUDIO_COMPAT_RECORD"
_NOT_THE_CALLER = frozenset({"compat", "legacy", "dispatcher", "functools", "contextlib", "importlib"})
_MARK = "__torchaudio_compat_recorded__"
_START = os.getcwd()  # a script's path may be relative, and the program may change its folder


class Call(NamedTuple):
    """Calls of a function from one place: the lines of the expression, and how often."""

    name: str
    path: str
    line: int
    end_line: int
    calls: int


def is_on() -> bool:
    """Whether calls are to be noted."""
    return bool(os.environ.get(VARIABLE))


def recorded(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, whose calls are noted while recording is on; one that is noted already stays."""
    if not is_on() or isinstance(function, type) or hasattr(function, _MARK):
        return function

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        _recorder.note(name, sys._getframe(1))
        return function(*args, **kwargs)

    setattr(noted, _MARK, True)
    return noted


def of_place(name: str) -> None:
    """Note a call by the frame that called the caller."""
    _recorder.note(name, sys._getframe(2))


class _Recorder:
    """The file of this process; what is called is in it at once, since a worker may be killed at any moment."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin anew, as a forked process must: it has a file of its own."""
        self._lock = threading.Lock()
        self._numbers: dict[tuple[str, types.CodeType, int], bytes] = {}
        self._file = -1

    def note(self, name: str, frame: types.FrameType | None) -> None:
        while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _NOT_THE_CALLER:
            frame = frame.f_back
        if frame is None:
            return
        key = (name, frame.f_code, frame.f_lasti)
        try:
            with self._lock:
                number = self._numbers.get(key) or self._begin(key, frame)
                os.write(self._file, number)
        except OSError:  # the disk is full, or the folder gone: the program must not fail for it
            return

    def _begin(self, key: tuple[str, types.CodeType, int], frame: types.FrameType) -> bytes:
        """Write a place down; the number by which its calls are written."""
        if self._file < 0:
            path = os.path.join(os.environ[VARIABLE], f"{os.getpid()}.jsonl")
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._file, f"{json.dumps([key[0], *_place(frame)])}\n".encode())
        number = self._numbers[key] = b"%d\n" % len(self._numbers)
        return number


def _place(frame: types.FrameType) -> tuple[str, int, int]:
    code = frame.f_code
    line, end, *_ = next(itertools.islice(code.co_positions(), frame.f_lasti // 2, None), (None, None))
    path = code.co_filename
    return path if path.startswith("<") else os.path.join(_START, path), line or frame.f_lineno, end or line or frame.f_lineno


_recorder = _Recorder()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_recorder.renew)


def read(folder: str) -> list[Call]:
    """The calls that all processes have noted in a folder, those of one place together, most first."""
    found: dict[tuple[str, str, int, int], int] = {}
    for entry in sorted(os.listdir(folder)):
        places: list[tuple[str, str, int, int]] = []
        with open(os.path.join(folder, entry), encoding="utf-8") as file:
            for text in file:
                if not text.endswith("\n"):  # the process was killed
                    continue
                if text.startswith("["):
                    name, path, line, end = json.loads(text)
                    places.append((name, path, line, end))
                else:
                    place = places[int(text)]
                    found[place] = found.get(place, 0) + 1
    return [Call(*place, calls) for place, calls in sorted(found.items(), key=lambda one: (-one[1], one[0]))]

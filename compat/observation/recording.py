"""Record which torchaudio functions a program calls, and where, while a variable names a folder.

Each process writes a file: a line for the first call of each kind, then the number of the kind for
each call. The functions are wrapped when a release is built, so recording costs nothing while off.
"""

import functools
import inspect
import itertools
import json
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from compat.observation import arguments, serving

VARIABLE = "TORCHAUDIO_COMPAT_RECORD"
_NOT_THE_CALLER = frozenset(
    {"compat", "legacy", "dispatcher", "functools", "contextlib", "importlib"}
)
_MARK = "__torchaudio_compat_recorded__"


def _start() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed; a path in it must not be taken for one of another folder
        return "<removed folder>"


_START = _start()  # a script's path may be relative, and the program may change its folder


# release, backend, arguments, outcome, value
_Seen: TypeAlias = tuple[str, str, str, str, str]
# Function, file, code, offset, and what was seen. Code objects are equal if only their files
# differ.
_Key: TypeAlias = tuple[str, str, types.CodeType, int, _Seen]


class Call(NamedTuple):
    """Equal calls of a function from one place.

    Attributes:
        line: the first line of the expression; ``end_line`` is its last. Columns count
            bytes from 0, as in ``ast``.
        release: the release in force.
        backend: the backend that served them; empty if none did.
        arguments: for each argument, how it was given (``position``, ``keyword``), its kind,
            and its value if that chooses a mode.
        outcome: ``ok``, or the class of the error.
        value: the backends that ``get_audio_backend`` or ``list_audio_backends`` named, or the
            class of what ``info`` returned; else empty.
        calls: the number of calls.
    """

    name: str
    path: str
    line: int
    end_line: int
    calls: int = 1
    release: str = ""
    column: int = 0
    end_column: int = 0
    backend: str = ""
    arguments: dict[str, dict[str, Any]] = {}  # noqa: RUF012  never changed
    outcome: str = "ok"
    value: Any = ""


def is_on() -> bool:
    """Return whether calls are recorded."""
    return bool(os.environ.get(VARIABLE))


def recorded(function: Callable[..., Any], name: str, release: str) -> Callable[..., Any]:
    """Return the function with its calls recorded; unchanged if off or already recorded."""
    if not is_on() or isinstance(function, type) or hasattr(function, _MARK):
        return function

    signature = inspect.signature(function)

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        frame, outcome, value = sys._getframe(1), "ok", ""
        with serving.noted() as served:
            try:
                returned = function(*args, **kwargs)
            except BaseException as why:
                outcome = type(why).__name__
                raise
            else:
                value = arguments.described_value(name, returned)
                return returned
            finally:
                given = json.dumps(arguments.described(signature, args, kwargs))
                seen = (release, "".join(served[-1:]), given, outcome, json.dumps(value))
                _recorder.note(name, frame, seen)

    setattr(noted, _MARK, True)
    return noted


def of_place(name: str, release: str) -> None:
    """Record a call at the place two frames up: the caller of the function that calls this."""
    _recorder.note(name, sys._getframe(2), (release, "", "{}", "ok", '""'))


class _Recorder:
    """The file of this process; each call is written at once, since a worker may be killed."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Start a new file; a forked process needs its own."""
        self._lock = threading.Lock()
        self._numbers: dict[_Key, bytes] = {}
        self._file = -1

    def note(self, name: str, frame: types.FrameType | None, seen: _Seen) -> None:
        while (
            frame is not None
            and str(frame.f_globals.get("__name__")).partition(".")[0] in _NOT_THE_CALLER
        ):
            frame = frame.f_back
        if frame is None:
            return
        key = (name, frame.f_code.co_filename, frame.f_code, frame.f_lasti, seen)
        try:
            with self._lock:
                number = self._numbers.get(key) or self._begin(key, frame)
                os.write(self._file, number)
        except OSError:  # the disk is full or the folder is gone; the program must go on
            return

    def _begin(self, key: _Key, frame: types.FrameType) -> bytes:
        """Write the line of a new kind of call; return its number."""
        if self._file < 0:
            # not by the pid alone: os.execv keeps it, and it may be used again
            path = os.path.join(os.environ[VARIABLE], f"{os.getpid()}-{time.time_ns()}.jsonl")
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        name, *_, (release, backend, given, outcome, value) = key
        path, line, end, column, end_column = _place(frame)
        call = Call(
            name,
            path,
            line,
            end,
            1,
            release,
            column,
            end_column,
            backend,
            json.loads(given),
            outcome,
            json.loads(value),
        )
        os.write(self._file, f"{json.dumps(call)}\n".encode())
        number = self._numbers[key] = b"%d\n" % len(self._numbers)
        return number


def _place(frame: types.FrameType) -> tuple[str, int, int, int, int]:
    code = frame.f_code
    line, end, column, end_column = next(
        itertools.islice(code.co_positions(), frame.f_lasti // 2, None), (None,) * 4
    )
    first, path = line or frame.f_lineno, code.co_filename
    whole = path if path.startswith("<") else os.path.join(_START, path)
    return whole, first, end or first, column or 0, end_column or 0


_recorder = _Recorder()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_recorder.renew)


def read(folder: str) -> list[Call]:
    """Return the calls that all processes recorded in a folder, equal ones added up."""
    found: dict[str, int] = {}
    for entry in sorted(os.listdir(folder)):
        kinds: list[str] = []
        with open(os.path.join(folder, entry), encoding="utf-8") as file:
            for text in file:
                if not text.endswith("\n"):  # the process was killed
                    continue
                if text.startswith("["):
                    kinds.append(text)
                else:
                    found[kinds[int(text)]] = found.get(kinds[int(text)], 0) + 1
    calls = [Call(*json.loads(text))._replace(calls=number) for text, number in found.items()]
    return sorted(calls, key=lambda call: (-call.calls, call.name))


def by_place(calls: Iterable[Call]) -> list[Call]:
    """Add up the calls of each place, whatever their kind."""
    found: dict[tuple[Any, ...], Call] = {}
    for call in calls:
        key = (*call[:4], call.column, call.end_column)
        found[key] = call._replace(calls=call.calls + (found[key].calls if key in found else 0))
    return sorted(found.values(), key=lambda call: (-call.calls, call.name))

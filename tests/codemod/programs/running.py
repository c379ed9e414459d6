"""Run a project from memory, on a stub of torchaudio that notes which backend serves each call."""

from __future__ import annotations

import builtins
import collections
import contextlib
import dataclasses
import doctest
import functools
import importlib
import itertools
import os
import pickle
import sys
import tempfile
import types
import unittest
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

import pytest

from tests.codemod.commands import put

DEFAULT = "default"
Trace = list[dict[str, Any]]
_PER_CALL = {"sox_io": "sox", "soundfile": "soundfile"}


# One call: its label, the backend that serves it, the line of the call, and those that have set this backend
Served = collections.namedtuple("Served", "label backend line setters")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A way to start the project: a script (its path), a console script (module and function), a test file; or PATH:pytest."""

    path: str
    function: str = ""

    @property
    def is_test(self) -> bool:
        return self.path.startswith("test_")


def run(files: Mapping[str, str], entry: Entry, release: str, trace: Trace | None = None) -> list[Served | str]:
    """Start the project as one program: the calls in order, what it prints, and the error that ends it.

    ``trace`` receives the lines that ``compat.run --record`` would write.
    """
    if entry.function in _RUNNERS:
        return _in_a_process(tuple(files.items()), entry, release)
    return _Program(files, release, trace if trace is not None else []).run(entry)


@functools.lru_cache
def _in_a_process(files: tuple[tuple[str, str], ...], entry: Entry, release: str) -> list[Served | str]:
    """Run tests from a folder, by what really runs them, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        put(dict(files), Path(folder))
        read, write = os.pipe()
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException), open(write, "wb") as pipe:
                events: list[Served | str] = []
                _prepare(dict(files), folder, _torchaudio(release, events, []))
                _RUNNERS[entry.function](entry.path)
                pickle.dump(events, pipe)
            os._exit(0)
        os.close(write)
        with open(read, "rb") as pipe:
            found: list[Served | str] = pickle.load(pipe)
        os.waitpid(child, 0)
    return found


def _prepare(files: Mapping[str, str], folder: str, torchaudio: types.ModuleType) -> None:
    """Have this process know nothing but the project."""
    os.chdir(folder)
    _ROOT[:] = [os.path.join(os.path.realpath(folder), "")]
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    for path in files:
        sys.modules.pop(path.partition("/")[0].removesuffix(".py"), None)
        sys.modules.pop(PurePath(path).stem, None)
    sys.modules["torchaudio"] = torchaudio
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


_ROOT: list[str] = []
_RUNNERS: dict[str, Callable[[str], object]] = {
    "pytest": lambda path: pytest.main(["-q", "-p", "no:cacheprovider", *path.split(",")]),
    "unittest": lambda path: unittest.main(None, argv=["", path], exit=False),
    "doctest": lambda path: doctest.testmod(importlib.import_module(path)),
}


class _Program:
    def __init__(self, files: Mapping[str, str], release: str, trace: Trace) -> None:
        self._files, self._release, self._trace, self._main = files, release, trace, ""
        self._events: list[Served | str] = []
        self._at_exit: list[Callable[[], object]] = []
        self._modules: dict[str, types.ModuleType] = {
            "torchaudio": _torchaudio(release, self._events, trace),
            "importlib": _module("importlib", import_module=self._load, reload=self._reload),
            "atexit": _module("atexit", register=lambda function: self._at_exit.append(function)),
            "multiprocessing": _module("multiprocessing", set_start_method=lambda _: None, Process=self._process),
            "fire": _module("fire", Fire=lambda function: function()),
        }
        self._builtins: dict[str, Any] = {**vars(builtins), "__import__": self._import, "print": self._print}

    def run(self, entry: Entry) -> list[Served | str]:
        self._main = entry.path
        try:
            if entry.function or entry.is_test:
                module = self._load(entry.path.removesuffix(".py").replace("/", "."))
                names = [entry.function] if entry.function else [one for one in vars(module) if one.startswith("test_")]
                for name in names:
                    getattr(module, name)()
            else:
                self._execute(entry.path, _module("__main__", __package__=""))
        except Exception as why:
            self._events.append(type(why).__name__)
        except SystemExit:
            pass
        for function in self._at_exit:
            function()
        return self._events

    def _reload(self, module: types.ModuleType) -> None:
        self._execute(self._path(module.__name__), module)

    def _process(self, target: types.FunctionType) -> types.SimpleNamespace:
        """A process that is spawned: it imports the program, and runs a function of it."""

        def start() -> None:
            child, main = _Program(self._files, self._release, self._trace), _module("__mp_main__", __package__="")
            child._execute(self._main, main)
            vars(main)[target.__name__]()
            self._events += child._events

        return types.SimpleNamespace(start=start, join=lambda: None)

    def _print(self, *values: object, **_: object) -> None:
        self._events.append(" ".join(map(str, values)))

    def _import(
        self, name: str, globals_: Mapping[str, Any] | None = None, _: object = None, wanted: tuple[str, ...] = (), level: int = 0
    ) -> types.ModuleType:
        if level:
            package = (globals_ or {})["__package__"].split(".")
            name = ".".join([*package[: len(package) - level + 1], *([name] if name else [])])
        if name.partition(".")[0] not in self._modules and not self._path(name.partition(".")[0]):
            return __import__(name, None, None, wanted or (), 0)
        module = self._load(name)
        for one in getattr(module, "__all__", ()) if wanted == ("*",) else wanted or ():
            if not hasattr(module, one) and self._path(f"{name}.{one}"):
                self._load(f"{name}.{one}")
        return module if wanted else self._modules[name.partition(".")[0]]

    def _path(self, name: str) -> str:
        stem = name.replace(".", "/")
        return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self._files), "")

    def _load(self, name: str) -> types.ModuleType:
        above, _, last = name.rpartition(".")
        parent = self._load(above) if above else None
        if name not in self._modules:
            path = self._path(name)
            if not path:
                raise ModuleNotFoundError(name)
            self._modules[name] = _module(name, __package__=name if path.endswith("__init__.py") else above)
            self._execute(path, self._modules[name])
            if parent is not None:
                setattr(parent, last, self._modules[name])
        return self._modules[name]

    def _execute(self, path: str, module: types.ModuleType) -> None:
        vars(module)["__builtins__"] = self._builtins
        exec(compile(self._files[path], path, "exec", dont_inherit=True), vars(module))


def _module(name: str, **names: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(names)
    return module


def _torchaudio(release: str, events: list[Served | str], trace: Trace) -> types.ModuleType:
    module = _module("torchaudio")
    legacy = release == "2.0"
    now = [DEFAULT]
    lines: dict[str, set[tuple[str, int]]] = defaultdict(set)

    def served_by(backend: str, function: str) -> Callable[..., Any]:
        def serve(label: str, **given: Any) -> tuple[str, int]:
            name, label = given.pop("backend", None) or backend, str(label)
            events.append(Served(label, _PER_CALL.get(name, name), _line(), frozenset(lines[backend])))
            line = _recorded(function, release, "sox" if name == DEFAULT else _PER_CALL.get(name, name))
            trace.append(line | {"value": "tuple" if function == "info" else ""})
            return label, 16_000

        return serve

    def set_audio_backend(backend: str) -> None:
        if not legacy:
            return
        known = backend in (*_PER_CALL, DEFAULT)
        trace.append(_recorded("set_audio_backend", release, "", "ok" if known else "RuntimeError"))
        if not known:
            raise RuntimeError(backend)
        now[:] = [backend]
        lines[backend].add(_line())
        for name in ("load", "save", "info"):
            setattr(module, name, served_by(backend, name))

    def get_audio_backend() -> str | None:
        found = now[0] if legacy else None
        trace.append({**_recorded("get_audio_backend", release, ""), "arguments": {}, "value": found})
        return found

    vars(module).update(
        set_audio_backend=set_audio_backend,
        get_audio_backend=get_audio_backend,
        list_audio_backends=lambda: ["soundfile", "sox_io"] if legacy else ["ffmpeg", "sox", "soundfile"],
        **{name: served_by(DEFAULT, name) for name in ("load", "save", "info")},
    )
    return module


def _line() -> tuple[str, int]:
    frame = _caller(sys._getframe(2))
    return frame.f_code.co_filename.removeprefix("".join(_ROOT)), frame.f_lineno


def _recorded(name: str, release: str, backend: str, outcome: str = "ok") -> dict[str, Any]:
    frame = _caller(sys._getframe(2))
    code = frame.f_code
    line, end, column, end_column = next(itertools.islice(code.co_positions(), frame.f_lasti // 2, None))
    return {
        "trace": 1, "name": name, "path": code.co_filename, "line": line, "end_line": end, "calls": 1, "release": release,
        "column": column, "end_column": end_column, "backend": backend, "outcome": outcome,
        "arguments": {"backend": {"by": "position", "kind": "str"}} if name == "set_audio_backend"
        else {"filepath": {"by": "position", "kind": "path", "value": ".wav"}},
    }  # fmt: skip


def _caller(frame: types.FrameType) -> types.FrameType:
    with contextlib.suppress(AttributeError):
        while frame.f_code.co_filename.startswith(("<", "/")) and not frame.f_code.co_filename.startswith(tuple(_ROOT)):
            frame = frame.f_back  # type: ignore[assignment]
    return frame

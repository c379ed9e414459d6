"""Who does the work on a project: this process alone, or this one and some beside it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, NamedTuple, Self, TypeVar

from compat.codemod import discovery
from compat.codemod.discovery import Found
from compat.codemod.imports import Files, Linked

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io")
# A file without any of these bytes only uses what stays.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import|torchaudio\)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
)
_AT_ONCE = 200
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Reading(NamedTuple):
    """A file's path, its content if it speaks of torchaudio, and why it could not be read."""

    path: str
    data: bytes | None
    why: str


class Shared(Generic[Item, Outcome]):
    """Work on many things, which other processes, if there are any, have begun; its outcomes can be taken once."""

    def __init__(self, pool: ProcessPoolExecutor | None, work: Callable[[list[Item]], list[Outcome]], items: list[Item]) -> None:
        self.items: list[Item] = items
        self._batches = [items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE)]
        self._begun: list[Future[list[Outcome]]] = [pool.submit(work, batch) for batch in self._batches] if pool else []

    def outcomes(self, here: Callable[[list[Item]], list[Outcome]]) -> Iterator[list[Outcome]]:
        """What comes of them, in order, some at a time; rather than wait, this process does, from the end on, what no other has begun."""
        if not self._begun:
            yield from map(here, self._batches)
        done: dict[int, list[Outcome]] = {}
        last = len(self._begun)
        for number, future in enumerate(self._begun):
            while number < last and not future.done():
                last -= 1
                if self._begun[last].cancel():
                    done[last] = here(self._batches[last])
            yield done.pop(number) if number in done else future.result()


class Crew:
    """One process, or this one and some beside it; ``files`` are the Python files, by the names that may mean them.

    Args:
        found: the files of the project.
        jobs: how many processes there are, this one among them.
    """

    def __init__(self, found: Iterable[Found] = (), jobs: int = 1) -> None:
        self._found = list(found)
        self._paths = [one.path for one in self._found if one.kind != discovery.OTHER]
        self._pool: ProcessPoolExecutor | None = None
        self._ahead: Shared[str, Linked] | None = None
        if jobs > 1 and len(self._found) > _AT_ONCE:
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(jobs - 1, initializer=_begin, initargs=(self._paths,))
        self.files: Files = Files(self._paths)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def readings(self) -> Iterator[list[Reading]]:
        """What is in the files, in their order, some at a time."""
        return Shared(self._pool, probe, [(one.path, one.kind) for one in self._found]).outcomes(probe)

    def link_ahead(self, paths: list[str]) -> None:
        """Have others begin to find out what files import."""
        self._ahead = Shared(self._pool, _link, paths)

    def link(self, paths: list[str]) -> list[Linked]:
        """What files import of this project."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.items != paths:
            ahead = Shared(self._pool, _link, paths)
        return [one for batch in ahead.outcomes(self.files.read) for one in batch]


def probe(batch: list[tuple[str, str]]) -> list[Reading]:
    """Read files, each once."""
    out = []
    for path, kind in batch:
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, "rb", buffering=0) as file:
                data = file.read()
        except OSError as why:
            out.append(Reading(path, None, why.strerror or str(why)))
            continue
        if kind == discovery.PYTHON:
            speaks = (b"torchaudio" in data or b"TORCHAUDIO_" in data) and _MATTERS.search(data) is not None
            speaks = speaks or b"t_audio_backend(" in data  # the setter or the getter, by way of another module
        else:
            speaks = _SPEAKS_ELSEWHERE.search(data) is not None
        out.append(Reading(path, data if speaks else None, ""))
    return out


# In the other processes

_files: Files


def _begin(paths: list[str]) -> None:
    global _files
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was asked to do the work ends it
    _files = Files(paths)


def _link(paths: list[str]) -> list[Linked]:
    return _files.read(paths)

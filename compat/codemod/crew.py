"""Who reads the files of a project: this process alone, or some beside it, which read ahead while this one parses."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from compat.codemod import discovery
from compat.codemod.discovery import Found
from compat.codemod.imports import Files, Linked
from compat.codemod.verification import Parsed, Rewrite, complaint

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io")
# A file without any of these bytes only uses what stays.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import|torchaudio\)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
)
_BATCH = 200
_REWRITES = 16
Item = TypeVar("Item")
Trees = Iterable[tuple[Parsed, ...]]


class Reading(NamedTuple):
    """A file's path, its content if it speaks of torchaudio, and why it could not be read."""

    path: str
    data: bytes | None
    why: str


class Crew:
    """One process, or this one and some beside it; ``files`` are the Python files, by the names that may mean them.

    Args:
        found: the files of the project.
        jobs: how many processes read; with one, it is this.
    """

    def __init__(self, found: Iterable[Found] = (), jobs: int = 1) -> None:
        self._found = list(found)
        self._paths = [one.path for one in self._found if one.kind != discovery.OTHER]
        self._pool: ProcessPoolExecutor | None = None
        self._ahead: tuple[list[str], list[Future[list[Linked]]]] | None = None
        if jobs > 1 and len(self._found) > _BATCH:
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(self._paths,))
        self.files: Files = Files(self._paths)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def readings(self) -> Iterator[list[Reading]]:
        """What is in the files, in their order, some at a time."""
        work = [[(one.path, one.kind) for one in batch] for batch in _batches(self._found)]
        return iter(self._pool.map(probe, work)) if self._pool else map(probe, work)

    def link_ahead(self, paths: list[str]) -> None:
        """Begin to find out what files import, if there is anybody to do it beside this process."""
        if self._pool is not None and self._ahead is None:
            self._ahead = paths, [self._pool.submit(_link, batch) for batch in _batches(paths)]

    def link(self, paths: list[str]) -> list[Linked]:
        """What files import of this project."""
        self.link_ahead(paths)
        if self._ahead is None or self._ahead[0] != paths:
            return self.files.read(paths)
        found: list[Linked] = []
        batches, begun = _batches(paths), self._ahead[1]
        # From the end on, this process does those that no other has begun, one after the other as the others go on.
        for batch, future in reversed([*zip(batches, begun, strict=True)]):
            if future.cancel():
                found += self.files.read(batch)
        return found + [one for future in begun if not future.cancelled() for one in future.result()]

    def check(self, rewrites: list[Rewrite]) -> Callable[[Trees], Iterator[str | None]]:
        """Begin to verify rewrites; what comes back gives the complaint about each, from their trees if it needs them."""
        if self._pool is None:
            return lambda trees: (complaint(one, *known) for one, known in zip(rewrites, trees, strict=True))
        begun = self._pool.map(complaint, rewrites, chunksize=_REWRITES)
        return lambda trees: begun


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


def _batches(items: list[Item]) -> list[list[Item]]:
    return [items[at : at + _BATCH] for at in range(0, len(items), _BATCH)]


# In the other processes

_files: Files


def _begin(paths: list[str]) -> None:
    global _files
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was asked to do the work ends it
    _files = Files(paths)


def _link(paths: list[str]) -> list[Linked]:
    return _files.read(paths)

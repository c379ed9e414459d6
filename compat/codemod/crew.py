"""Who does the work on a project: this process alone, or this one and some beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

from compat.codemod import discovery, processes
from compat.codemod.discovery import Found
from compat.codemod.imports import Files, Linked
from compat.codemod.sharing import Shared

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io")
# A file without any of these bytes only uses what stays.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import|torchaudio\)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
)
_ENOUGH = 200  # for fewer files a helper costs more than it does


class Reading(NamedTuple):
    """A file's path, its content if it speaks of torchaudio, and why it could not be read."""

    path: str
    data: bytes | None
    why: str


class Crew:
    """One process, or this one and some beside it; ``files`` are the Python files, by the names that may mean them.

    The helpers begin to read at once.

    Args:
        found: the files of the project.
        jobs: how many processes there are, this one among them.
    """

    def __init__(self, found: Iterable[Found] = (), jobs: int = 1) -> None:
        self._found = list(found)
        self._helpers = processes.how_many(jobs) if len(self._found) > _ENOUGH else 0
        self._readings = Shared(probe, [(one.path, one.kind) for one in self._found], self._helpers)
        self._ahead: Shared[str, Linked] | None = None
        self.files: Files = Files([one.path for one in self._found if one.kind != discovery.OTHER])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for shared in (self._readings, self._ahead):
            if shared is not None:
                shared.end()
        self._ahead, self._helpers = None, 0

    def readings(self, tick: Callable[[int], None]) -> list[Reading]:
        """What is in the files, in their order; ``tick`` is told about how many are read."""
        return list(self._readings.outcomes(tick))

    def link_ahead(self, paths: list[str]) -> bool:
        """Have helpers begin to find out what files import; whether there are any."""
        if self._helpers:
            self._ahead = Shared(self.files.read, paths, self._helpers)
        return bool(self._helpers)

    def link(self, paths: list[str]) -> list[Linked]:
        """What files import of this project; a call of ``link_ahead`` was for the same."""
        return self.files.read(paths) if self._ahead is None else list(self._ahead.outcomes())


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

"""Tell which release of torchaudio has which name, read from the wheels of 2.0 to 2.11.

``names.txt`` is the table, ``tests/names/collect.py`` makes it, and this file answers from it.
"""

import functools
from typing import NamedTuple

from compat.commands import data_files


class Span(NamedTuple):
    """The first and the last release that has a name, as ``(2, 0)``."""

    first: tuple[int, int]
    last: tuple[int, int]


class Table(NamedTuple):
    """The spans of all names, and the version of each release's last patch."""

    patches: dict[tuple[int, int], str]
    spans: dict[str, tuple[Span, ...]]


def minor(version: str) -> tuple[int, int]:
    """Return ``(2, 8)`` for ``"2.8.0"``."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


@functools.cache
def table() -> Table:
    """Read ``names.txt``."""
    text = data_files.text("compat.names.wheel_names", "names.txt")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    patches = {minor(version): version for version in lines[0].split()}
    spans: dict[str, tuple[Span, ...]] = {}
    for line in lines[1:]:
        name, *ranges = line.split()
        spans[name] = tuple(map(_span, ranges))
    return Table(patches, spans)


@functools.cache
def _span(text: str) -> Span:
    """Return the span of ``"2.0-2.8"``, or ``"2.8"``; thousands of names share a few."""
    first, _, last = text.partition("-")
    return Span(minor(first), minor(last or first))


def _is_in(name: str, number: tuple[int, int]) -> bool:
    return any(span.first <= number <= span.last for span in table().spans.get(name, ()))


def releases_of(name: str) -> list[str]:
    """Return the releases with ``torchaudio.NAME``, each as its last patch, oldest first.

    Return an empty list for an unknown name.
    """
    return [patch for number, patch in table().patches.items() if _is_in(name, number)]


def has(name: str, release: str) -> bool:
    """Return whether a release, given as ``"2.8"`` or ``"2.8.0"``, has ``torchaudio.NAME``."""
    return _is_in(name, minor(release))


def removed_in(name: str) -> str:
    """Return the release that removed ``torchaudio.NAME``, as ``2.9``; "" if none did."""
    found = table()
    spans = found.spans.get(name, ())
    later = (number for number in found.patches if spans and number > spans[-1].last)
    return ".".join(map(str, next(later, ())))

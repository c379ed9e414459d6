"""Find files joined from several: recordings of a radio stream, `cat a.ogg b.ogg`.

Libraries read on, stop after the first part, or give all samples the rate of the first part; none
tells the caller.
"""

import os
import shlex
from collections.abc import Iterable
from typing import Any

from dispatcher.headers import registry
from dispatcher.headers.container import Part
from dispatcher.reading.opened import look

# FFmpeg's command stops at the tags between parts, or keeps the first rate
_ONLY_CUT = frozenset({"wv", "sbc", "mka", "nut", "avi"})
_EXPANDED = frozenset("$`%“”„")  # within double quotes, by PowerShell or by cmd


def of(place: Any, kinds: Iterable[str] | None = None, start: int | None = None) -> list[Part]:
    """Return the parts of a path, a file object or an open file.

    There is at most one if it is not joined, and none for other kinds of file. The whole file is
    read, so ask only where the answer matters.

    Args:
        place: what to look into.
        kinds: the kinds to look for; ``None`` for all (``registry.joinable``).
        start: where a file object's data begins, in bytes; ``None`` for where it stands.
    """
    return look(place, lambda file: registry.parts(file, kinds), start) or []


def change(found: list[Part]) -> str:
    """Return how a later part differs from the first, and where it begins; "" if none does."""
    other = _other(found)
    if other is None:
        return ""
    if not other.rate:
        return f"another file begins at byte {other.begin}"
    first, later = (
        f"{part.channels} channel{'s' * (part.channels != 1)} at {part.rate} Hz"
        for part in (found[0], other)
    )
    codecs = (found[0].codec, other.codec)
    if codecs[0] != codecs[1]:
        first, later = (
            f"{words} of {codec}" for words, codec in zip((first, later), codecs, strict=True)
        )
    return f"it has {first}, and from byte {other.begin} on {later}"


def _other(found: list[Part]) -> Part | None:
    return next((part for part in found[1:] if part[2:] != found[0][2:] or not part.rate), None)


def mend(uri: Any, found: list[Part]) -> str:
    """Return what to do about parts that differ.

    Two codecs must be cut apart, because FFmpeg's command reads the first one only.
    """
    other = _other(found)
    if other is None or (other.codec == found[0].codec and other.kind not in _ONLY_CUT):
        return one_rate(uri, found[0].rate)
    return cut(uri, other)


def further(uri: Any, found: list[Part]) -> str:
    """Return what to do about parts of which a backend gives only the first."""
    if change(found):
        return mend(uri, found)
    return (
        cut(uri, found[1])
        if found[1].kind in _ONLY_CUT
        else f"backend='ffmpeg' goes on at byte {found[1].begin}"
    )


def cut(uri: Any, part: Part) -> str:
    """Return the commands that cut a file in two where a part begins."""
    name, kind = _quoted(uri), part.kind
    first = f"head -c {part.begin} {name} > first.{kind}"
    return f"Cut it there: {first}; tail -c +{part.begin + 1} {name} > second.{kind}"


def _quoted(uri: Any) -> str:
    """Return a path as a word of a command; ``FILE`` if it is an object or cannot be quoted."""
    name = os.fsdecode(uri) if isinstance(uri, (str, bytes, os.PathLike)) else "FILE"
    if os.name != "nt":
        return shlex.quote(name)
    return f'"{name}"' if not _EXPANDED.intersection(name) else "FILE"


def one_layout(uri: Any, channels: int) -> str:
    """Return advice for a file whose number of channels changes."""
    command = f"ffmpeg -i {_quoted(uri)} -ac {channels} one-layout.wav"
    return f"Give all of it the same channels: {command}"


def one_rate(uri: Any, rate: int) -> str:
    """Return advice for a file with several sample rates."""
    return f"Give all of it the same sample rate: ffmpeg -i {_quoted(uri)} -ar {rate} one-rate.wav"

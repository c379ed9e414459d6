"""AVI: RIFF chunks; the first has the header, and others go on (AVIX) or were joined to it."""

import re

from dispatcher.headers.container import UNKNOWN, Container, File, Part, chunks, short_chunk

_FORM = b"AVI "
_START = 1 << 16
# the header of a stream of sound, and behind it its codec, channels and sample rate
_SOUND = re.compile(rb"strh.{4}auds.*?strf.{4}(..)(..)(.{4})", re.DOTALL)


def _parts(file: File) -> list[Part]:
    """Find the parts of a joined file, by the first stream of sound of each."""
    found = []
    for _, at, _ in chunks(file, 0, "little"):
        sound = _SOUND.search(file.at(at, _START)) if file.at(at, 4) == _FORM else None
        if sound:
            codec, channels, rate = (int.from_bytes(one, "little") for one in sound.groups())
            found.append(Part("avi", at - 8, rate, channels, f"codec {codec}"))
    return found


def _missing(file: File) -> str | None:
    return short_chunk(file, chunks(file, 0, "little"), b"RIFF", UNKNOWN)


CONTAINER = Container("avi", b"RIFF.{4}AVI ", missing=_missing, parts=_parts, complete=True)

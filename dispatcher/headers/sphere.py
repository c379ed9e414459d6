"""NIST's SPHERE: a header of text, whose second line gives its length, and then the samples."""

import re

from dispatcher.headers.container import Container, File, Length, short

_FRAMES = re.compile(rb"^sample_count -i (\d{1,15})\s*$", re.MULTILINE)
_CHANNELS = re.compile(rb"^channel_count -i (\d{1,5})\s*$", re.MULTILINE)
_WIDTH = re.compile(rb"^sample_n_bytes -i (\d)\s*$", re.MULTILINE)
_FIRST_LINES = 16


def told_size(file: File) -> bytes:
    """Return the header's length in bytes, as its text tells it."""
    return file.at(8, 8).strip()


def lines(file: File) -> list[bytes]:
    """Return the lines of the header after the first two; ``told_size`` must be a number."""
    return file.at(_FIRST_LINES, int(told_size(file)) - _FIRST_LINES).split(b"\n")


def _length(file: File) -> Length | None:
    frames, channels = _FRAMES.search(file.head), _CHANNELS.search(file.head)
    return Length(int(frames[1]), int(channels[1])) if frames and channels else None


def _missing(file: File) -> str | None:
    """Compare bytes, unless the sound is compressed within the file."""
    told, width = _length(file), _WIDTH.search(file.head)
    if told is None or width is None or b"embedded" in file.head:
        return None
    size = told.frames * told.channels * int(width[1])
    return short("its sound", size, file.size - int(told_size(file)))


CONTAINER = Container("sph", b"NIST", _length, _missing)

"""WAV, RIFX and RF64, and the RIFF chunk of AVI.

    RIFF size WAVE | fmt  size format | fact size frames | data size samples ...

RIFX has its numbers in big-endian order. RF64 has 0xFFFFFFFF as the size of ``data``, and the size
in a chunk ``ds64`` before it.
"""

import struct
from typing import NamedTuple

from dispatcher.headers.container import Container, Length
from dispatcher.headers.file import UNKNOWN, File, Order, chunks, missing, short

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_FIXED = (PCM, FLOAT, ALAW, ULAW)
_FORMAT = "HHIIHHHHIH14s"
FORMAT_BYTES = 40


class Format(NamedTuple):
    """The chunk ``fmt ``; what lies beyond its end is 0.

    ``valid_bits`` is the samples of a block in ADPCM. ``mask``, ``subtag`` and ``guid`` are those
    of an extensible format.
    """

    tag: int
    channels: int
    rate: int
    bytes_per_second: int
    frame_bytes: int
    bits: int
    extra: int
    valid_bits: int
    mask: int
    subtag: int
    guid: bytes

    @property
    def encoding(self) -> int:
        """Return the tag of the samples, also of an extensible format."""
        return self.subtag if self.tag == EXTENSIBLE else self.tag

    @property
    def is_fixed(self) -> bool:
        """Return whether all frames have the same number of bytes."""
        return self.encoding in _FIXED and self.frame_bytes > 0


def format_of(chunk: bytes, order: Order = "little") -> Format:
    """Parse the body of a chunk ``fmt ``."""
    signs = "<" if order == "little" else ">"
    body = chunk[:FORMAT_BYTES].ljust(FORMAT_BYTES, b"\0")
    return Format(*struct.unpack(signs + _FORMAT, body))


def order_of(file: File) -> Order:
    """Return the order of bytes in a file's numbers."""
    return "big" if file.head.startswith(b"RIFX") else "little"


class Wave(NamedTuple):
    """The chunks of a WAV file up to ``data``.

    ``format`` is ``None`` if it does not come before the data. ``counted`` is the frames that
    ``fact`` counts. ``begin`` and ``size`` are those of the data, in bytes; ``is_known`` tells
    whether the size was known when it was written.
    """

    order: Order
    format: Format | None
    counted: int
    begin: int
    size: int
    is_known: bool


def read(file: File) -> Wave | None:
    """Read the chunks of a WAV file; ``None`` without data."""
    if file.at(8, 4) != b"WAVE":
        return None
    order, form, counted, whole = order_of(file), None, 0, 0
    for name, at, size in chunks(file, 12, order):
        if name == b"fmt ":
            form = format_of(file.at(at, FORMAT_BYTES), order)
        elif name == b"fact":
            counted = file.number(at, 4, order)
        elif name == b"ds64":
            whole = file.number(at + 8, 8, order)
        elif name == b"data":
            size = whole if size == 0xFFFF_FFFF and whole else size
            return Wave(order, form, counted, at, size, size < UNKNOWN or whole > 0)
    return None


def _length(file: File) -> Length | None:
    """Count by the size of ``data``, or for a compressed encoding by ``fact``."""
    found = read(file)
    if found is None or found.format is None or not found.is_known or not found.size:
        return None
    form = found.format
    if not form.frame_bytes or not form.channels:
        return None
    return Length(found.size // form.frame_bytes if form.is_fixed else found.counted, form.channels)


def _missing(file: File) -> str | None:
    if file.at(8, 4) == b"AVI ":
        return short("its RIFF chunk", file.number(4, 4, "little"), file.size - 8, UNKNOWN)
    found = read(file)
    if found is None or not found.is_known or found.begin + found.size <= file.size:
        return None
    return missing("its chunk 'data'", found.size, file.size - found.begin)


CONTAINER = Container("wav", b"RIFF|RIFX|RF64", _length, _missing, complete=True)

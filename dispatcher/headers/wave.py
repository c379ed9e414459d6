"""WAV, RIFX and RF64.

    RIFF size WAVE | fmt  size format | fact size frames | data size samples ...

RIFX has its numbers in big-endian order. RF64 has 0xFFFFFFFF as the size of ``data``, and the size
in a chunk ``ds64`` before it.
"""

import struct
from typing import NamedTuple

from dispatcher.headers.container import (
    UNKNOWN,
    Container,
    File,
    Length,
    Order,
    chunks,
    missing,
)

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_FIXED = (PCM, FLOAT, ALAW, ULAW)
_FORMATS = {"little": struct.Struct("<HHIIHHHHIH14s"), "big": struct.Struct(">HHIIHHHHIH14s")}
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
    def used_bits(self) -> int:
        """Return the bits of a sample that are used."""
        return (self.valid_bits if self.tag == EXTENSIBLE else 0) or self.bits

    @property
    def is_fixed(self) -> bool:
        """Return whether all frames have the same number of bytes."""
        return self.encoding in _FIXED and self.frame_bytes > 0


def format_of(chunk: bytes, order: Order = "little") -> Format:
    """Parse the body of a chunk ``fmt ``."""
    return Format._make(_FORMATS[order].unpack(chunk[:FORMAT_BYTES].ljust(FORMAT_BYTES, b"\0")))


def order_of(file: File) -> Order:
    """Return the order of bytes in a file's numbers."""
    return "big" if file.head.startswith(b"RIFX") else "little"


class Wave(NamedTuple):
    """The chunks of a WAV file up to ``data``.

    ``names`` are those of the chunks before it. ``format`` is ``None`` if it is not among them;
    ``format_size`` is the bytes of its chunk. ``counted`` is the frames that ``fact`` counts.
    ``begin`` and ``size`` are those of the data, in bytes; ``is_known`` tells whether the size was
    known when it was written.
    """

    order: Order
    names: list[bytes]
    format: Format | None
    format_size: int
    counted: int
    begin: int
    size: int
    is_known: bool


def read(file: File) -> Wave | None:
    """Read the chunks of a WAV file; ``None`` without data."""
    if file.at(8, 4) != b"WAVE":
        return None
    names: list[bytes] = []
    order, form, form_size, counted, whole = order_of(file), None, 0, 0, 0
    for name, at, size in chunks(file, 12, order):
        if name == b"data":
            size = whole if size == 0xFFFF_FFFF and whole else size
            known = size < UNKNOWN or whole > 0
            return Wave(order, names, form, form_size, counted, at, size, known)
        names.append(name)
        if name == b"fmt ":
            form, form_size = format_of(file.at(at, FORMAT_BYTES), order), size
        elif name == b"fact":
            counted = file.number(at, 4, order)
        elif name == b"ds64":
            whole = file.number(at + 8, 8, order)
    return None


def holds_integers(file: File) -> bool:
    """Return whether the samples are integers; libsox takes those of 64 bits for floats."""
    found = file.parsed(read)
    return found is not None and found.format is not None and found.format.encoding == PCM


def _length(file: File) -> Length | None:
    """Count by the size of ``data``, or for a compressed encoding by ``fact``."""
    found = file.parsed(read)
    form = None if found is None else found.format
    if found is None or form is None or not found.is_known or not found.size:
        return None
    if not form.frame_bytes or not form.channels:
        return None
    if not form.is_fixed:
        return Length(found.counted, form.channels)
    padded = form.frame_bytes != form.channels * -(-form.used_bits // 8)
    return Length(found.size // form.frame_bytes, form.channels, 0 if padded else None)


def _missing(file: File) -> str | None:
    found = file.parsed(read)
    if found is None or not found.is_known or found.begin + found.size <= file.size:
        return None
    return missing("its chunk 'data'", found.size, file.size - found.begin)


CONTAINER = Container("wav", b"RIF[FX].{4}WAVE|RF64", _length, _missing, complete=True)

"""NUT: packets behind start codes; a header for each stream, which later packets repeat."""

import re

from dispatcher.headers.container import Container, File, Part

_MAGIC = b"nut/multimedia container\0"
_BEGINS = re.compile(_MAGIC)
_STREAM = b"NS\x11\x40\x5b\xf2\xf9\xdb"
_CHECKED = 4096  # a longer packet has a checksum of 4 bytes in front
_AUDIO = 1
_LONGEST_NUMBER = 10  # bytes


def _parts(file: File) -> list[Part]:
    """Find the parts of a joined file by the identifier that each file begins with."""
    data = file.all()
    begins = [match.start() for match in _BEGINS.finditer(data)]
    parts = (
        _sound(data[begin:end], begin)
        for begin, end in zip(begins, [*begins[1:], len(data)], strict=True)
    )
    return [part for part in parts if part is not None]


def _sound(data: bytes, begin: int) -> Part | None:
    """Return the part in ``data`` as the header of its first stream of sound describes it."""
    at = 0
    while (at := data.find(_STREAM, at)) >= 0:
        at += len(_STREAM)
        part = _stream(data, at, begin)
        if part is not None:
            return part
    return None


def _stream(data: bytes, at: int, begin: int) -> Part | None:
    """Return the part whose stream header is at ``at``; ``None`` if the stream is no sound.

    length | checksum if it is long | number, class | codec | 5 numbers | setup | rate as a fraction
    | channels
    """
    length, at = _number(data, at)
    at += 4 * (length > _CHECKED)
    (_, kind), at = _numbers(data, at, 2)
    if kind != _AUDIO:
        return None
    size, at = _number(data, at)
    codec, at = data[at : at + size].decode("latin-1"), at + size
    _, at = _numbers(data, at, 5)
    size, at = _number(data, at)
    (rate, divisor, channels), _ = _numbers(data, at + size, 3)
    return Part("nut", begin, rate // max(divisor, 1), channels, codec)


def _numbers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Return the next numbers, and the place behind them."""
    found = []
    for _ in range(count):
        value, at = _number(data, at)
        found.append(value)
    return found, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at ``at``, and the place behind it: 7 bits a byte, the last below 0x80.

    Raises:
        ValueError: it has more than 64 bits.
        IndexError: the data ends before it does.
    """
    value = 0
    for place in range(at, at + _LONGEST_NUMBER):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    raise ValueError("a number of more than 64 bits")


CONTAINER = Container("nut", _MAGIC, parts=_parts)

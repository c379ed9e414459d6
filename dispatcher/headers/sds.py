"""MIDI's Sample Dump: a header with a count of samples, and packets of 120 bytes of them.

A byte has 7 bits, so that a sample of up to 14 bits takes two, of up to 21 three, and else four.
"""

from dispatcher.headers.container import Container, File, Length, short

_HEADER, _PACKET, _SAMPLES = 21, 127, 120
_BITS = 7


def _frames(file: File) -> int:
    """Return the count of samples, of three bytes with the lowest first; there is one channel."""
    return sum((byte & 0x7F) << _BITS * place for place, byte in enumerate(file.at(10, 3)))


def _missing(file: File) -> str | None:
    width = max(2, -(-file.number(6, 1, "big") // _BITS))
    packets = -(-_frames(file) // (_SAMPLES // width))
    return short("its sound", packets * _PACKET, file.size - _HEADER)


CONTAINER = Container("sds", rb"\xf0\x7e.\x01", lambda file: Length(_frames(file), 1), _missing)

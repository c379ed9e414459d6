"""Apple's CAF: chunks with sizes of 8 bytes.

``desc`` describes a packet, ``data`` has them; ``pakt`` has the sizes of compressed ones.
"""

from collections.abc import Iterator

from dispatcher.headers.container import MOST, Container, File, Length, chunks, short_chunk

_EDITS = 4  # bytes before the samples, in the chunk ``data``


def _chunks(file: File) -> Iterator[tuple[bytes, int, int]]:
    return chunks(file, 8, "big", 8, padding=0)


def _length(file: File) -> Length | None:
    packet = frames = channels = 0
    for name, at, size in _chunks(file):
        if name == b"desc":
            packet, frames, channels = (file.number(at + place, 4, "big") for place in (16, 20, 24))
        elif name == b"data":
            known = packet and frames == 1 and channels and _EDITS < size < MOST
            return Length((size - _EDITS) // packet, channels) if known else None
    return None


def _missing(file: File) -> str | None:
    found = (short_chunk(file, _chunks(file), name) for name in (b"data", b"pakt"))
    return next(filter(None, found), None)


CONTAINER = Container("caf", b"caff", _length, _missing, complete=True)

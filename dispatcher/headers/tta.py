"""True Audio: a header, a table of the sizes of all frames, and the frames."""

import struct

from dispatcher.headers.container import MOST_STEPS, Container, File, short

_MAGIC = b"TTA1"
_TAGS = 1 << 16  # bytes behind the sound in which another file may begin
_HEADER, _CHECKSUM = 22, 4
_FRAME = (256, 245)  # a frame lasts 256/245 seconds


def _missing(file: File) -> str | None:
    rate, samples = file.number(10, 4, "little"), file.number(14, 4, "little")
    length = _FRAME[0] * rate // _FRAME[1]
    count = -(-samples // length) if length else 0
    table = file.at(_HEADER, 4 * count) if 0 < count <= MOST_STEPS else b""
    if not table or len(table) != 4 * count:
        return None
    whole = _HEADER + len(table) + _CHECKSUM + sum(struct.unpack(f"<{count}I", table))
    later = file.at(whole, _TAGS).find(_MAGIC)
    if later >= 0:
        return f"another file begins at byte {whole + later}, and FFmpeg stops there"
    return short("it", whole, file.size)


CONTAINER = Container("tta", _MAGIC, missing=_missing, complete=True)

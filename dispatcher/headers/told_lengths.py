"""Check containers that give the length of their sound, which readers lower to what is there.

Each public function returns what is missing, or ``None``.
"""

from __future__ import annotations

from typing import Literal

from dispatcher.headers.file import MOST_STEPS, UNKNOWN, File, chunks, missing

_Order = Literal["little", "big"]
_MAT4_BYTES = (8, 4, 4, 2, 2, 1)
_HEADER_OF_DATA = 10  # bytes of the header of RealMedia's DATA chunk


def _missing(what: str, promised: int, there: int) -> str | None:
    return missing(what, promised, there) if there < promised < 1 << 62 else None


def voc(file: File) -> str | None:
    """Check Creative's VOC by the sizes of its blocks."""
    at = int.from_bytes(file.at(20, 2), "little")
    for _ in range(MOST_STEPS):
        head = file.at(at, 4)
        size = int.from_bytes(head[1:], "little")
        if len(head) < 4 or not head[0]:
            return None
        if at + 4 + size > file.size:
            return _missing("its last block", size, file.size - at - 4)
        at += 4 + size
    return None


def native_sox(file: File) -> str | None:
    """Check SoX's own format by its count of 32-bit samples."""
    head = file.at(0, 16)
    order: _Order = "little" if head[:4] == b".SoX" else "big"
    begin, samples = 4 + int.from_bytes(head[4:8], order), int.from_bytes(head[8:16], order)
    return _missing("its sound", 4 * samples, file.size - begin)


def psion(file: File) -> str | None:
    """Check Psion's WVE by its count of A-law samples."""
    head = file.at(0, 32)
    if head[:16] != b"ALawSoundFile**\0":
        return None
    return _missing("its sound", int.from_bytes(head[18:22], "big"), file.size - 32)


def macbinary(file: File) -> str | None:
    """Check HCOM by the size of its data fork."""
    head = file.at(0, 128)
    if head[65:69] != b"FSSD" or file.at(128, 4) != b"HCOM":
        return None
    return _missing("its data fork", int.from_bytes(head[83:87], "big"), file.size - 128)


def mat4(file: File) -> str | None:
    """Check MATLAB 4 by the rows, columns and types of its matrices."""
    if file.at(20, 10) != b"samplerate":  # libsndfile reads only these
        return None
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 20)
        if len(head) < 20:
            return None
        order: _Order = "big" if head[:2] == b"\0\0" and head[:4] != b"\0\0\0\0" else "little"
        kind, rows, columns, imaginary, name = (
            int.from_bytes(head[place : place + 4], order) for place in range(0, 20, 4)
        )
        each = kind % 100 // 10
        if kind > 5000 or each >= len(_MAT4_BYTES) or imaginary > 1 or name > 256:
            return None
        size = rows * columns * (1 + imaginary) * _MAT4_BYTES[each]
        if at + 20 + name + size > file.size:
            return _missing("its last matrix", size, file.size - at - 20 - name)
        at += 20 + name + size
    return None


def mat5(file: File) -> str | None:
    """Check MATLAB 5 by the sizes of its elements."""
    order: _Order = "little" if file.at(126, 2) == b"IM" else "big"
    for _, at, size in chunks(file, 128, order, 4, 4, 0, 8):
        if at - 8 + size > file.size:  # libsndfile counts the eight bytes of the header twice
            return _missing("its last matrix", size, file.size - at)
    return None


def stream_of_blocks(file: File) -> str | None:
    """Check Nintendo's AST by the total size of its blocks."""
    return _missing("its sound", int.from_bytes(file.at(4, 4), "big"), file.size - 64)


def real_media(file: File) -> str | None:
    """Check RealMedia by the sizes of its chunks."""
    for name, at, size in chunks(file, 0, "big", 4, 4, 8, 0):
        if size < 2:
            return None
        if at + size - _HEADER_OF_DATA > file.size:  # FFmpeg counts this header twice
            whole = size + 8
            return (
                _missing(f"its chunk {name.decode('latin-1').strip()!r}", whole, file.size - at + 8)
                if whole < UNKNOWN
                else None
            )
    return None

"""Check whether the last frame of a stream is complete, where frames give only their own size.

Each public function returns what is missing, or ``None``. It looks for a few frames that follow
each other in the last part of the file; if the last of them reaches beyond the end, the file was
cut. A file that was cut between two frames looks whole. Tags and padding after the frames
are ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dispatcher.headers import mpeg
from dispatcher.headers.file import File, missing

_IN_A_ROW = 4
_PACKET = 188  # bytes of a packet of an MPEG transport stream
_GSM = 33
AMR_NB, _AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
# bytes of a frame of AMR by its type; 0 for reserved types
AMR_SIZES = {
    AMR_NB: (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    _AMR_WB: (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}
_MOST_FRAMES = 1 << 20
_AC3_KBITS = (
    32,
    40,
    48,
    56,
    64,
    80,
    96,
    112,
    128,
    160,
    192,
    224,
    256,
    320,
    384,
    448,
    512,
    576,
    640,
)


class _Kind(NamedTuple):
    """How to find the frames of a stream.

    ``header``: bytes of a frame header; ``size``: bytes of the frame; ``alike``: the header bits
    that all frames share; ``longest``: bytes of the longest frame.
    """

    header: int
    size: Callable[[bytes], int]
    alike: Callable[[bytes], int]
    longest: int


def _ac3_size(data: bytes) -> int:
    if data[:2] != b"\x0b\x77":
        return 0
    if data[5] >> 3 > 10:  # E-AC-3
        return 2 * ((int.from_bytes(data[2:4], "big") & 0x7FF) + 1)
    rate, code = data[4] >> 6, data[4] & 63
    if rate == 3 or code >> 1 >= len(_AC3_KBITS):
        return 0
    kbits = _AC3_KBITS[code >> 1]
    return 2 * (2 * kbits, kbits * 320 // 147 + (code & 1), 3 * kbits)[rate]


def _dts_size(data: bytes) -> int:
    if data[:4] != b"\x7f\xfe\x80\x01":
        return 0
    return (int.from_bytes(data[5:8], "big") >> 4 & 0x3FFF) + 1


def _program_size(data: bytes) -> int:
    """Return the bytes of a pack or packet of an MPEG program stream; 0 if it is neither."""
    if data[:3] != b"\0\0\1" or data[3] < 0xB9:
        return 0
    if data[3] == 0xB9:
        return 4
    if data[3] == 0xBA:
        return 14 + (data[13] & 7) if data[4] >> 6 == 1 else 12
    return 6 + int.from_bytes(data[4:6], "big")


_MPEG = _Kind(4, mpeg.size_at, lambda data: int.from_bytes(data[:4], "big") & mpeg.SAME, 1 << 11)
_AC3 = _Kind(6, _ac3_size, lambda data: data[4] & 0xC0, 1 << 12)
_DTS = _Kind(8, _dts_size, lambda data: 0, 1 << 14)
_PROGRAM = _Kind(14, _program_size, lambda data: 0, 1 << 13)


def _judged(data: bytes, kind: _Kind) -> str | None:
    """Return what is missing of the last frame in ``data``, the last part of a stream."""
    for start in range(min(len(data), 2 * kind.longest)):
        first = data[start : start + kind.header]
        if len(first) < kind.header or not kind.size(first):
            continue
        at, size, found, alike = start, 0, 0, kind.alike(first)
        while at + kind.header <= len(data):
            head = data[at : at + kind.header]
            size = kind.size(head)
            if not size or kind.alike(head) != alike:
                break
            at, found = at + size, found + 1
        if found >= _IN_A_ROW:
            rest = data[at : at + 2]
            if rest and len(data) - at < kind.header and first.startswith(rest):
                return f"its last frame begins {len(data) - at} bytes before its end"
            return (
                missing("its last frame", size, size - (at - len(data))) if at > len(data) else None
            )
    return None


def _in_the_tail(file: File, kind: _Kind) -> str | None:
    end = file.size
    if end > mpeg.TAG_SIZE and file.at(end - mpeg.TAG_SIZE, 3) == b"TAG":
        end -= mpeg.TAG_SIZE
    begin = max(0, end - (_IN_A_ROW + 4) * kind.longest)
    data = file.at(begin, end - begin)
    return _judged(data, kind) if len(data) == end - begin else None


def mpeg_audio(file: File) -> str | None:
    """Check MPEG audio of any layer; skip it if a Xing header counts the frames."""
    head = file.at(0, 4096)
    return None if b"Xing" in head or b"Info" in head else _in_the_tail(file, _MPEG)


def ac3(file: File) -> str | None:
    """Check AC-3 and E-AC-3."""
    return _in_the_tail(file, _AC3)


def dts(file: File) -> str | None:
    """Check DTS in its plain (16-bit big-endian) form."""
    return _in_the_tail(file, _DTS)


def program(file: File) -> str | None:
    """Check an MPEG program stream."""
    return _in_the_tail(file, _PROGRAM)


def transport(file: File) -> str | None:
    """Check an MPEG transport stream."""
    rest = file.size % _PACKET
    is_one = all(file.at(_PACKET * number, 1) == b"\x47" for number in range(_IN_A_ROW))
    return missing("its last packet", _PACKET, rest) if is_one and rest else None


def gsm(file: File) -> str | None:
    """Check GSM without a header; each of its frames begins with the same four bits."""
    rest = file.size % _GSM
    is_one = (
        all(byte >> 4 == 13 for byte in file.at(0, 16 * _GSM)[::_GSM]) and file.size > 16 * _GSM
    )
    return missing("its last frame", _GSM, rest) if is_one and rest else None


def amr(file: File) -> str | None:
    """Check AMR, narrowband and wideband."""
    magic = next((magic for magic in AMR_SIZES if file.at(0, len(magic)) == magic), b"")
    if not magic or file.size > _MOST_FRAMES:
        return None
    data, at, size = file.at(0, file.size), len(magic), 0
    while at < len(data) == file.size:
        size = AMR_SIZES[magic][data[at] >> 3 & 15] or 1
        at += size
    return missing("its last frame", size, size - (at - len(data))) if at > len(data) else None


def flv(file: File) -> str | None:
    """Check Flash video: each tag gives its size, and the size is repeated after it."""
    size = int.from_bytes(file.at(file.size - 4, 4), "big")
    tag = file.at(file.size - 4 - size, 4) if 11 <= size <= file.size - 4 else b""
    whole = (
        len(tag) == 4 and tag[0] & 31 in (8, 9, 18) and int.from_bytes(tag[1:], "big") == size - 11
    )
    return None if whole else "its last tag is not all there"

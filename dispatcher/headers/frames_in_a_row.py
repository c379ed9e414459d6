"""Streams of frames or packets in a row (AC-3, AMR, DTS, GSM, MPEG): is the last one complete?

Where frames give only their own size, a few that follow each other are looked for in the last part
of the file; if the last of them reaches beyond the end, the file was cut:

    | ... | frame | frame | frame | frame |  the last fra
                                          |<---- size ---->|   more than there is

A file that was cut between two frames looks whole. Tags and padding after the frames are ignored.
"""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dispatcher.headers.container import Container
from dispatcher.headers.file import File, missing

_IN_A_ROW = 4
_TAG_BYTES = 128  # an ID3v1 tag, at the file's end


class FrameKind(NamedTuple):
    """How to find the frames of a stream.

    ``header``: bytes of a frame header; ``size``: bytes of the frame, 0 if the header is none;
    ``alike``: the header bits that all frames share; ``longest``: bytes of the longest frame.
    """

    header: int
    size: Callable[[bytes], int]
    longest: int
    alike: Callable[[bytes], int] = lambda data: 0


def sound_end(file: File) -> int:
    """Return the byte at which an ID3v1 tag begins, or else the file's size."""
    end = file.size
    return end - _TAG_BYTES if end > _TAG_BYTES and file.at(end - _TAG_BYTES, 3) == b"TAG" else end


def last_missing(file: File, kind: FrameKind) -> str | None:
    """Return what is missing of the last frame; ``None`` if nothing is, or there are no frames."""
    end = sound_end(file)
    begin = max(0, end - 2 * _IN_A_ROW * kind.longest)
    data = file.at(begin, end - begin)
    return _judged(data, kind) if len(data) == end - begin else None


def _judged(data: bytes, kind: FrameKind) -> str | None:
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
            rest = data[at : at + kind.header]
            # a code that ends the stream is shorter than the other headers
            is_whole = kind.size(rest.ljust(kind.header, b"\0")) == len(rest)
            if 0 < len(rest) < kind.header and first.startswith(rest[:2]) and not is_whole:
                return f"its last frame begins {len(rest)} bytes before its end"
            cut = at - len(data)
            return missing("its last frame", size, size - cut) if cut > 0 else None
    return None


# DTS in its plain (16-bit big-endian) form
_DTS_SYNC = b"\x7f\xfe\x80\x01"


def _dts_size(data: bytes) -> int:
    return (int.from_bytes(data[5:8], "big") >> 4 & 0x3FFF) + 1 if data[:4] == _DTS_SYNC else 0


# AC-3, whose headers give a bit rate, and E-AC-3, whose headers give a size
_AC3_SYNC = b"\x0b\x77"
_AC3_KBITS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)


def _ac3_size(data: bytes) -> int:
    if data[:2] != _AC3_SYNC:
        return 0
    if data[5] >> 3 > 10:  # E-AC-3
        return 2 * ((int.from_bytes(data[2:4], "big") & 0x7FF) + 1)
    rate, code = data[4] >> 6, data[4] & 63
    if rate == 3 or code >> 1 >= len(_AC3_KBITS):
        return 0
    kbits = _AC3_KBITS[code >> 1]
    return 2 * (2 * kbits, kbits * 320 // 147 + (code & 1), 3 * kbits)[rate]


# MPEG program streams: packs and packets, known by their last byte of four
_END, _PACK = 0xB9, 0xBA


def _pack_size(data: bytes) -> int:
    if data[:3] != b"\0\0\1" or data[3] < _END:
        return 0
    if data[3] == _END:
        return 4
    if data[3] == _PACK:
        return 14 + (data[13] & 7) if data[4] >> 6 == 1 else 12
    return 6 + int.from_bytes(data[4:6], "big")


# MPEG transport streams: packets of one size, each with the same first byte
_TS_PACKET, _TS_SYNC, _TS_LOOKS = 188, b"\x47", 4


def _missing_of_ts(file: File) -> str | None:
    rest = file.size % _TS_PACKET
    is_one = all(file.at(_TS_PACKET * number, 1) == _TS_SYNC for number in range(_TS_LOOKS))
    return missing("its last packet", _TS_PACKET, rest) if is_one and rest else None


# GSM without a header: frames of one size, each with the same first four bits
_GSM_FRAME, _GSM_LOOKS = 33, 16


def _missing_of_gsm(file: File) -> str | None:
    rest, begin = file.size % _GSM_FRAME, file.at(0, _GSM_LOOKS * _GSM_FRAME)
    is_one = file.size > len(begin) and all(byte >> 4 == 13 for byte in begin[::_GSM_FRAME])
    return missing("its last frame", _GSM_FRAME, rest) if is_one and rest else None


# AMR, narrowband and wideband: the first byte of a frame tells its type, and so its size
AMR_NB, _AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
# bytes of a frame by its type; 0 for reserved types
_AMR_SIZES = {
    AMR_NB: (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    _AMR_WB: (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}
_AMR_LARGEST = 1 << 20


def amr_frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Give the offset and the size of each frame of a file; the size 0 for a reserved type."""
    magic = next((magic for magic in _AMR_SIZES if data.startswith(magic)), b"")
    at = len(magic)
    while magic and at < len(data):
        size = _AMR_SIZES[magic][data[at] >> 3 & 15]
        yield at, size
        at += size or 1


def _missing_of_amr(file: File) -> str | None:
    at = size = 0
    for at, size in amr_frames(file.all()) if file.size <= _AMR_LARGEST else ():  # noqa: B007
        pass
    there = file.size - at
    return missing("its last frame", size, there) if size > there else None


# by the name: the first bytes, and the frames
_KINDS = {
    "ac3": (_AC3_SYNC, FrameKind(6, _ac3_size, 1 << 12, lambda data: data[4] & 0xC0)),
    "dts": (_DTS_SYNC, FrameKind(8, _dts_size, 1 << 14)),
    "mpg": (rb"\0\0\x01\xba", FrameKind(14, _pack_size, 1 << 13)),
}
CONTAINERS = (
    *(
        Container(name, start, missing=functools.partial(last_missing, kind=kind))
        for name, (start, kind) in _KINDS.items()
    ),
    Container("amr", rb"#!AMR(?:-WB)?\n", missing=_missing_of_amr),
    Container("gsm", rb"[\xd0-\xdf]", missing=_missing_of_gsm),
    Container("ts", _TS_SYNC, missing=_missing_of_ts),
)

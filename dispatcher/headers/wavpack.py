"""WavPack: blocks, each with its size, its first sample and how many samples it has."""

import struct
from typing import NamedTuple

from dispatcher.headers.container import MOST_STEPS, Bytes, Container, File, Part, missing

_MAGIC = b"wvpk"
_HEADER, _UNCOUNTED = 32, 8  # bytes of a block's header, and those that its size leaves out
_INITIAL, _MONO = 1 << 11, 1 << 2
_RATES = (
    *(6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000),
    *(32000, 44100, 48000, 64000, 88200, 96000, 192000, 0),
)


class _Block(NamedTuple):
    """A block's bytes, the stream's samples, its first sample, its samples, and its flags."""

    size: int
    total: int
    first: int
    samples: int
    flags: int


def _block(file: File, at: int) -> _Block | None:
    head = file.at(at, _HEADER)
    if not head.startswith(_MAGIC) or len(head) < _HEADER:
        return None
    size, _, total, first, samples, flags = struct.unpack_from("<IIIIII", head, 4)
    return _Block(size + _UNCOUNTED, total, first, samples, flags)


def _missing(file: File) -> str | None:
    """Check that the blocks are whole, and hold the frames that the first header promises."""
    at = there = total = 0
    for _ in range(MOST_STEPS):
        block = _block(file, at)
        if block is None:
            told = f"its header promises {total} frames, and its blocks hold {there}"
            return told if 0 < there < total < 0xFFFF_FFFF else None
        total, there = total or block.total, there + bool(block.flags & _INITIAL) * block.samples
        at += block.size
        if at > file.size:
            return missing("its last block", block.size, file.size - at + block.size)
    return None


def _parts(file: File) -> list[Part]:
    """Find parts by the first blocks of streams, which begin at sample 0 again."""
    data, at, found = file.all(), 0, []
    whole = Bytes(data)
    while (block := _block(whole, at)) is not None:
        if block.flags & _INITIAL and not block.first and block.samples:
            rate = _RATES[block.flags >> 23 & 15]
            found.append(Part("wv", at, rate, 1 if block.flags & _MONO else 2))
        at = data.find(_MAGIC, at + block.size)  # tags may lie between parts
    return found


CONTAINER = Container("wv", _MAGIC, missing=_missing, parts=_parts, complete=True)

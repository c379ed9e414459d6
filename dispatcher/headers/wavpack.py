"""WavPack: blocks, each with its size, its first sample and how many samples it has."""

import struct
from typing import NamedTuple

from dispatcher.headers.container import Container, Part
from dispatcher.headers.file import MOST_STEPS, Bytes, File, missing
from dispatcher.lazily import np

_MAGIC = b"wvpk"
_HEADER, _UNCOUNTED = 32, 8  # bytes of a block's header, and those that its size leaves out
_INITIAL, _MONO = 1 << 11, 1 << 2
_HAS_CHECKSUM, _CHECKSUM = 1 << 28, b"\x2f\x02"  # the latter, and 4 bytes, end a block
_MODULUS = 1 << 32
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
    """Check that the blocks are whole, and that the last one ends with the frames of the header."""
    at = 0
    for _ in range(MOST_STEPS):
        block = _block(file, at)
        if block is None:
            return None
        at += block.size
        if at > file.size:
            return missing("its last block", block.size, file.size - at + block.size)
        end = block.first + block.samples
        if at == file.size and 0 < end < block.total < 0xFFFF_FFFF:
            return f"its header promises {block.total} frames, and its blocks end at {end}"
    return None


def _damage(file: File, frames: int, end: int | None) -> str | None:
    """Compare the checksums that WavPack 5 puts into blocks, and look for blocks that are lost.

    libwavpack gives silence for them.
    """
    first, at, there = _block(file, 0), 0, 0
    while end is None and (block := _block(file, at)) is not None:
        data = file.at(at, block.size)
        if block.flags & _HAS_CHECKSUM and data[-6:-4] == _CHECKSUM and not _is_right(data):
            return f"its block at byte {at} has a wrong checksum"
        at, there = at + block.size, there + bool(block.flags & _INITIAL) * block.samples
    if end is None and first is not None and there < first.total < 0xFFFF_FFFF:
        return f"its header promises {first.total} frames, its blocks up to byte {at} hold {there}"
    return None


def _is_right(block: bytes) -> bool:
    """Return whether a block has the checksum at its end.

    From -1 on, each 16-bit word in turn is added to three times the sum, modulo 2^32.
    """
    words = np.frombuffer(block[:-6], "<u2").astype(np.uint32)
    threes = np.cumprod(np.full(len(words), 3, np.uint32), dtype=np.uint32)
    found = int((words[-2::-1] * threes[:-1]).sum()) + int(words[-1]) - int(threes[-1])
    return found % _MODULUS == int.from_bytes(block[-4:], "little")


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


CONTAINER = Container("wv", _MAGIC, missing=_missing, parts=_parts, complete=True, damage=_damage)

"""Frames of MPEG audio, layer 3, found by their headers: where each begins in a file, and so which samples it holds.

FFmpeg finds its place in an mp3 by reading every packet before it. The headers alone tell the same, a hundred times faster; where
one does not lead to the next, the file is damaged or odd, and FFmpeg has to say what it makes of it.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_RATES = (44100, 48000, 32000)
# kbit/s by layer (1 to 3), of MPEG-1 and of MPEG-2
_KBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_VERSION_1, _LAYER_3 = 3, 1  # as the header has them
_SAME = 0xFFFE0C00  # sync, version, layer and sample rate: alike in all frames of a stream
_ALIKE = 0xFFFFFE00  # and bit rate and padding: alike in frames of one size
_BLOCK = 1 << 22
_TAG_SIZE = 128
_SIDE_INFO = (36, 21, 13)  # bytes from a frame's beginning to its Xing header, by version and channels
_XING_FRAMES, _XING_BYTES = 1, 2


@functools.cache
def sizes() -> npt.NDArray[Any]:
    """Bytes of a frame by bits 8 to 20 of its header; 0 where there is no such header."""
    import numpy as np

    table = np.zeros(1 << 13, np.int64)
    for index in range(1 << 13):
        version, layer, kbits, rate, padding = index >> 11 & 3, 4 - (index >> 9 & 3), index >> 4 & 15, index >> 2 & 3, index >> 1 & 1
        if version == 1 or layer == 4 or kbits in (0, 15) or rate == 3:
            continue
        hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
        bits = _KBITS[1 if version == 3 else 2, layer][kbits] * 1000
        if layer == 1:
            table[index] = (12 * bits // hertz + padding) * 4
        else:
            table[index] = (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding
    return table


class Header(NamedTuple):
    """What the header of a stream's first frame says of all of them."""

    word: int
    samples: int


def header(data: bytes) -> Header | None:
    """The header at the beginning of some data, where it is one of layer 3."""
    if len(data) < 4:
        return None
    word = int.from_bytes(data[:4], "big")
    if word >> 21 != 0x7FF or (word >> 17 & 3) != _LAYER_3 or not sizes()[word >> 8 & 0x1FFF]:
        return None
    return Header(word, 1152 if (word >> 19 & 3) == _VERSION_1 else 576)


def is_free_format(data: bytes) -> bool:
    """Whether the first header in some data, a tag left out, is one of MPEG audio that tells no bit rate."""
    at = 0
    if data[:3] == b"ID3" and len(data) > 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    word = int.from_bytes(data[at : at + 4], "big")
    return word >> 21 == 0x7FF and bool(word >> 17 & 3) and not word >> 12 & 15 and word >> 10 & 3 != 3


class Frames(NamedTuple):
    """Where the frames of a file begin, and the end of the last one; and whether that is the end of the file."""

    bounds: npt.NDArray[np.int64]
    complete: bool


def frames(path: str, begin: int, first: Header, wanted: int | None = None) -> Frames:
    """The frames of a file that lead to each other from a place on: all of them, or the first so many and perhaps some more.

    A tag of 128 bytes at the file's end counts as its end.
    """
    import numpy as np

    parts, found, at = [], 0, begin
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        if end - begin > _TAG_SIZE:
            file.seek(end - _TAG_SIZE)
            if file.read(3) == b"TAG":
                end -= _TAG_SIZE
        while at < end and (wanted is None or found < wanted):
            file.seek(at)
            data = file.read(min(_BLOCK, end - at)) or b""
            bounds = _even(data, first)
            if bounds is None:
                bounds = _chain(data, first)
            if len(bounds) < 2:
                break
            parts.append(bounds[:-1] + at)
            found += len(bounds) - 1
            at += int(bounds[-1])
    return Frames(np.concatenate([*parts, np.array([at])]), at == end)


def _even(data: bytes, first: Header) -> npt.NDArray[np.int64] | None:
    """The places of frames that all have one size, and the end of the last whole one; ``None`` where they have not."""
    import numpy as np

    size = int(sizes()[int.from_bytes(data[:4], "big") >> 8 & 0x1FFF]) if len(data) >= 4 else 0
    count = len(data) // size if size else 0
    if not count:
        return None
    words = np.ndarray((count,), ">u4", data, 0, (size,))
    word = int.from_bytes(data[:4], "big") & _ALIKE
    if ((words & np.uint32(_ALIKE)) != word).any() or (word ^ first.word) & _SAME:
        return None
    return np.arange(count + 1, dtype=np.int64) * size


def _chain(data: bytes, first: Header) -> npt.NDArray[np.int64]:
    """The places of frames that lead from the data's beginning on to each other, and the end of the last one that is whole."""
    import numpy as np

    octets = np.frombuffer(data, np.uint8)
    second = first.word >> 16 & 0xFE
    found = np.flatnonzero(octets[:-3] == 0xFF) if len(octets) > 3 else np.empty(0, np.int64)
    found = found[(octets[found + 1] & 0xFE) == second]
    third = octets[found + 2].astype(np.int64)
    size = sizes()[(octets[found + 1].astype(np.int64) & 0x1F) << 8 | third]
    good = (size > 0) & (third & 0x0C == first.word >> 8 & 0x0C)
    found, size = found[good], size[good]
    if not len(found) or found[0]:
        return np.empty(0, np.int64)
    follow = found + size
    index = np.minimum(np.searchsorted(found, follow), len(found) - 1)
    links = np.where(found[index] == follow, index, -1)
    following, at, chain = links.tolist(), 0, [0]
    while (at := following[at]) > 0:
        chain.append(at)
    last = int(follow[chain[-1]])
    starts = found[chain]
    return np.append(starts, last) if last <= len(data) else starts


def chained(data: bytes, at: int, first: Header) -> int:
    """Where the frames end that lead to each other in some data from a place on."""
    bounds = _chain(data[at:], first)
    return at + int(bounds[-1]) if len(bounds) else at


class Promise(NamedTuple):
    """What a Xing or Info header says: the number of frames, and of bytes from the frame that holds it on; 0 where it does not.

    ``back`` is how many bytes before the first frame of sound that frame begins.
    """

    frames: int
    bytes: int
    back: int


def promise(before: bytes) -> Promise | None:
    """The Xing or Info header in the data before the first frame of sound; ``None`` where there is none."""
    at = max(before.rfind(b"Xing"), before.rfind(b"Info"))
    if at < 0 or at + 16 > len(before):
        return None
    flags = int.from_bytes(before[at + 4 : at + 8], "big")
    fields = [int.from_bytes(before[at + 8 + 4 * index : at + 12 + 4 * index], "big") for index in range(2)]
    frames = fields.pop(0) if flags & _XING_FRAMES else 0
    start = next(
        (start for side in _SIDE_INFO if (start := at - side) >= 0 and _size_at(before, start) == len(before) - start), len(before)
    )
    return Promise(frames, fields.pop(0) if flags & _XING_BYTES else 0, len(before) - start)


def _size_at(data: bytes, at: int) -> int:
    word = int.from_bytes(data[at : at + 4], "big")
    return int(sizes()[word >> 8 & 0x1FFF]) if word >> 21 == 0x7FF else 0

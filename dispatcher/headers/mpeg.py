"""Headers of MPEG audio frames, layer 3: where each frame begins in a file.

So they tell which samples a frame holds. FFmpeg seeks in an mp3 by reading every packet before the
place; reading only the headers finds the same place a hundred times faster. Where one header does
not lead to the next, the file is damaged or odd, and FFmpeg must decide.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_RATES = (44100, 48000, 32000)
# kbit/s, by MPEG version (1 or 2) and layer (1 to 3)
_KBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_VERSION_1 = 3  # as coded in the header
SAME = 0xFFFE0C00  # bits of sync, version, layer and sample rate: equal in all frames of a stream
_ALIKE = 0xFFFFFE00  # these, bit rate and padding: equal in frames of one size
_BLOCK = 1 << 22
TAG_SIZE = 128  # bytes of an ID3v1 tag
_SIDE_INFO = (36, 21, 13)  # offsets of the Xing header in its frame, by version and channels
_XING_FRAMES, _XING_BYTES = 1, 2


@functools.cache
def sizes() -> npt.NDArray[Any]:
    """Return the sizes of frames in bytes, by bits 8 to 20 of the header; 0 if it is invalid.

    The bits of a header:

        31-21  20-19    18-17  16   15-12     11-10        9        8        7-0
        sync   version  layer  CRC  bit rate  sample rate  padding  private  channels and others
    """
    import numpy as np

    table = np.zeros(1 << 13, np.int64)
    for index in range(1 << 13):
        version, layer, kbits, rate, padding = (
            index >> 11 & 3,
            4 - (index >> 9 & 3),
            index >> 4 & 15,
            index >> 2 & 3,
            index >> 1 & 1,
        )
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
    """The first header of a stream: its 32 bits, and the samples per frame.

    Both hold for all later frames, except the bits of bit rate, padding and channel mode.
    """

    word: int
    samples: int

    @property
    def layer(self) -> int:
        return 4 - (self.word >> 17 & 3)


def header(data: bytes) -> Header | None:
    """Parse the layer 3 header at the beginning of ``data``; return ``None`` if there is none."""
    found = of_any_layer(data)
    return found if found is not None and found.layer == 3 else None


def of_any_layer(data: bytes) -> Header | None:
    """Parse the header at the beginning of ``data``; return ``None`` if there is none."""
    word = int.from_bytes(data[:4], "big")
    if len(data) < 4 or word >> 21 != 0x7FF or not sizes()[word >> 8 & 0x1FFF]:
        return None
    layer, is_1 = 4 - (word >> 17 & 3), (word >> 19 & 3) == _VERSION_1
    return Header(word, {1: 384, 2: 1152}.get(layer, 1152 if is_1 else 576))


def is_free_format(data: bytes) -> bool:
    """Return whether the first header, after any ID3 tag, is of MPEG audio without a bit rate."""
    at = 0
    if data[:3] == b"ID3" and len(data) > 10:
        at = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)
        )
    word = int.from_bytes(data[at : at + 4], "big")
    return (
        word >> 21 == 0x7FF and bool(word >> 17 & 3) and not word >> 12 & 15 and word >> 10 & 3 != 3
    )


class Frames(NamedTuple):
    """Offsets in bytes of a file's frames, and of the last one's end.

    ``complete`` tells whether the file ends there.
    """

    bounds: npt.NDArray[np.int64]
    complete: bool


def frames(path: str, begin: int, first: Header, wanted: int | None = None) -> Frames:
    """Find the frames that lead to each other from byte ``begin`` on.

    ``wanted`` is how many are needed, ``None`` for all; some more may come. An ID3v1 tag of 128
    bytes at the file's end is left out.
    """
    import numpy as np

    parts, found, at = [], 0, begin
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        if end - begin > TAG_SIZE:
            file.seek(end - TAG_SIZE)
            if file.read(3) == b"TAG":
                end -= TAG_SIZE
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
    """Return the offsets of equally long frames and of the last one's end, or ``None``."""
    import numpy as np

    size = int(sizes()[int.from_bytes(data[:4], "big") >> 8 & 0x1FFF]) if len(data) >= 4 else 0
    count = len(data) // size if size else 0
    if not count:
        return None
    words = np.ndarray((count,), ">u4", data, 0, (size,))
    word = int.from_bytes(data[:4], "big") & _ALIKE
    if ((words & np.uint32(_ALIKE)) != word).any() or (word ^ first.word) & SAME:
        return None
    return np.arange(count + 1, dtype=np.int64) * size


def _chain(data: bytes, first: Header) -> npt.NDArray[np.int64]:
    """Return the offsets of frames that lead to each other from byte 0 on, and the end of the last.

    Each header tells where the next one is:

        offset   0 ------> 417 ------> 835 ------> 1253
                                 601   looks like a header, but no frame leads here
    """
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
    # if the last frame is cut off, its start is the end of the last whole one
    return np.append(starts, last) if last <= len(data) else starts


def chained(data: bytes, at: int, first: Header) -> int:
    """Return where the frames end that lead to each other from byte ``at`` on."""
    bounds = _chain(data[at:], first)
    return at + int(bounds[-1]) if len(bounds) else at


class Promise(NamedTuple):
    """A Xing or Info header: how many frames, and how many bytes from its own frame on.

    Each is 0 where the header does not tell. ``back`` is the distance in bytes from its frame to
    the first frame of sound.
    """

    frames: int
    bytes: int
    back: int


def promise(before: bytes) -> Promise | None:
    """Parse the Xing or Info header before the first frame of sound; ``None`` without one."""
    at = max(before.rfind(b"Xing"), before.rfind(b"Info"))
    if at < 0 or at + 16 > len(before):
        return None
    flags = int.from_bytes(before[at + 4 : at + 8], "big")
    fields = [
        int.from_bytes(before[at + 8 + 4 * index : at + 12 + 4 * index], "big")
        for index in range(2)
    ]
    frames = fields.pop(0) if flags & _XING_FRAMES else 0
    start = next(
        (
            start
            for side in _SIDE_INFO
            if (start := at - side) >= 0 and size_at(before, start) == len(before) - start
        ),
        len(before),
    )
    return Promise(frames, fields.pop(0) if flags & _XING_BYTES else 0, len(before) - start)


def size_at(data: bytes, at: int = 0) -> int:
    """Return the bytes of the frame whose header is at ``at``; 0 if there is no header."""
    word = int.from_bytes(data[at : at + 4], "big")
    return int(sizes()[word >> 8 & 0x1FFF]) if word >> 21 == 0x7FF else 0

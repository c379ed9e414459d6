"""Whether PCM data could be a compressed stream that FFmpeg would find in it.

FFmpeg hands the first packets of a WAV file's integer PCM to all its demuxers, and decodes as what they find: S/PDIF bursts, or
a stream of DTS, AC-3, E-AC-3, TrueHD, MP3 or AAC (ADTS or LOAS) with nothing around it. Each of those is known by sync words,
most also by headers that say where the next one stands. Here data passes only where it has less of either than any of FFmpeg's
demuxers asks for, so that none of them can have found something; music seldom looks so, and then FFmpeg has the last word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatcher.backends.ffmpeg import mpeg

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Places = npt.NDArray[np.intp]

# sync words of 32 bits, as their first and second half in the order of a little-endian machine: DTS big and little endian, of 16
# and 14 bits, and its extensions, at even places only; IEC 61937 bursts and TrueHD at any
_DTS = {0xFE7F: 0x0180, 0x7FFE: 0x8001, 0xFF1F: 0x00E8, 0x1FFF: 0xE800, 0x5864: 0x2520}
_OTHERS = {0xF872: (0x4E1F,), 0x72F8: (0x1F4E, 0xBA6F)}
_AC3 = (0x770B, 0x0B77)
_AC3_STARTS = (b"\x0b\x77", b"\x77\x0b")
_FEWEST_AC3 = 100  # FFmpeg wants 200 frames where the data does not begin with one
_FEWEST_LINKS = 50  # and a hundred of the others
_SYNC_MASK, _MPEG_SYNC, _LOAS_SYNC = 0xE0FF, 0xE0FF, 0xE056
_LONGEST_HEADER = 8


def possible(data: bytes) -> bool:
    """Whether the first bytes of PCM data could make FFmpeg take it for something else."""
    import numpy as np

    if len(data) <= _LONGEST_HEADER:
        return False
    ac3 = mpeg = loas = 0
    for first in (0, 1):
        words = np.frombuffer(data, "<u2", (len(data) - first) // 2, first)
        if any(_followed(words, half, (after,)) for half, after in _DTS.items() if not first):
            return True
        if any(_followed(words, half, after) for half, after in _OTHERS.items()):
            return True
        ac3 += sum(int(np.count_nonzero(words == half)) for half in _AC3)
        masked = words & np.uint16(_SYNC_MASK)
        mpeg += int(np.count_nonzero(masked == _MPEG_SYNC))
        loas += int(np.count_nonzero(masked == _LOAS_SYNC))
    start = data.lstrip(b"\0")[:2]  # FFmpeg skips zeros before the first header
    if ac3 >= _FEWEST_AC3 or start in _AC3_STARTS:
        return True
    octets = np.frombuffer(data, np.uint8)
    starts = int.from_bytes(start, "little") & _SYNC_MASK if len(start) == 2 else 0
    return ((mpeg >= _FEWEST_LINKS or starts == _MPEG_SYNC) and _mpeg(octets)) or (
        (loas >= _FEWEST_LINKS or starts == _LOAS_SYNC) and _loas(octets)
    )


def _followed(words: npt.NDArray[Any], half: int, after: tuple[int, ...]) -> bool:
    """Whether the first half of a sync word is somewhere followed by a second one."""
    import numpy as np

    equal = words[:-1] == half
    if not np.count_nonzero(equal):
        return False
    return bool(np.isin(words[1:][equal], after).any())


def _places(octets: Bytes, first: int) -> Places:
    """Where a byte is followed by one with the three highest bits set."""
    import numpy as np

    places = np.flatnonzero(octets[:-_LONGEST_HEADER] == first)
    return places[octets[places + 1] >= 0xE0]


def _loas(octets: Bytes) -> bool:
    import numpy as np

    places = _places(octets, 0x56)
    return _linked(octets, places, ((octets[places + 1].astype(np.intp) & 0x1F) << 8 | octets[places + 2]) + 3)


def _mpeg(octets: Bytes) -> bool:
    """Whether there are headers of MPEG audio, or of AAC in ADTS, that lead to each other."""
    import numpy as np

    places = _places(octets, 0xFF)
    if not len(places):
        return False
    second = octets[places + 1]
    adts = places[(second & 0xF6) == 0xF0]
    third, fourth, fifth = (octets[adts + at].astype(np.intp) for at in (3, 4, 5))
    if _linked(octets, adts, np.maximum((third & 3) << 11 | fourth << 3 | fifth >> 5, 7)):
        return True
    sizes = mpeg.sizes()[(second.astype(np.intp) & 0x1F) << 8 | octets[places + 2]]
    return _linked(octets, places[sizes > 0], sizes[sizes > 0])


def _linked(octets: Bytes, places: Places, sizes: npt.NDArray[Any]) -> bool:
    """Whether the headers at some places, each with the size of its frame, lead to each other too often to be chance."""
    import numpy as np

    if not len(places):
        return False
    there = np.zeros(len(octets) + int(sizes.max()) + 1, bool)
    there[places] = True
    links = there[places + sizes]
    silent = not places[0] or not octets[: places[0]].any()  # FFmpeg skips zeros before the first header
    return bool(silent and links[0]) or int(np.count_nonzero(links)) >= _FEWEST_LINKS

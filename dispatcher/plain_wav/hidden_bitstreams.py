"""Find out whether PCM data could be a compressed stream that FFmpeg would detect in it.

FFmpeg gives the first packets of a WAV file's integer PCM to all its demuxers, and decodes what
they detect: S/PDIF bursts, or a bare stream of DTS, AC-3, E-AC-3, TrueHD, MP3 or AAC (ADTS or
LOAS). Each of these has sync words, and most have headers that tell where the next one is. Data
passes here only if it has fewer of both than any of FFmpeg's demuxers needs, so none of them can
have detected anything. Music seldom has as many; if it does, FFmpeg decides.
"""

from __future__ import annotations

import functools
from typing import Any, TypeAlias

from dispatcher.headers import mpeg
from dispatcher.lazily import np, npt

Bytes: TypeAlias = "npt.NDArray[np.uint8]"
Places: TypeAlias = "npt.NDArray[np.intp]"

# 32-bit sync words, as first and second half read little-endian. At even places only: DTS in both
# byte orders, of 16 and 14 bits, and its extensions. At any place: IEC 61937 bursts and TrueHD.
_DTS = {
    0xFE7F: (0x0180,),
    0x7FFE: (0x8001,),
    0xFF1F: (0x00E8,),
    0x1FFF: (0xE800,),
    0x5864: (0x2520,),
}
_OTHERS = {0xF872: (0x4E1F,), 0x72F8: (0x1F4E, 0xBA6F)}
_AC3_WORDS = (0x770B, 0x0B77)
_AC3_STARTS = (b"\x0b\x77", b"\x77\x0b")
_FEWEST_AC3 = 100  # FFmpeg needs 200 frames if the data does not begin with one
_FEWEST_LINKS = 50  # FFmpeg needs 100 frames of the other codecs
_SYNC, _AC3, _MPEG, _LOAS = 1, 2, 3, 4
_SYNC_MASK, _MPEG_SYNC, _LOAS_SYNC = 0xE0FF, 0xE0FF, 0xE056
_LONGEST_HEADER = 8


def possible(data: bytes) -> bool:
    """Return whether the first bytes of PCM data could make FFmpeg detect something else in it."""
    if len(data) <= _LONGEST_HEADER:
        return False
    ac3 = mpeg = loas = 0
    for first in (0, 1):
        words = np.frombuffer(data, "<u2", (len(data) - first) // 2, first)
        kinds = _kinds().take(words)
        found = np.bincount(kinds[kinds != 0], minlength=_LOAS + 1)
        if found[_SYNC] and _synced(
            words, np.flatnonzero(kinds == _SYNC), _OTHERS if first else _DTS | _OTHERS
        ):
            return True
        ac3, mpeg, loas = ac3 + found[_AC3], mpeg + found[_MPEG], loas + found[_LOAS]
    start = data.lstrip(b"\0")[:2]  # FFmpeg skips zeros before the first header
    if ac3 >= _FEWEST_AC3 or start in _AC3_STARTS:
        return True
    octets = np.frombuffer(data, np.uint8)
    starts = int.from_bytes(start, "little") & _SYNC_MASK if len(start) == 2 else 0
    return ((mpeg >= _FEWEST_LINKS or starts == _MPEG_SYNC) and _mpeg(octets)) or (
        (loas >= _FEWEST_LINKS or starts == _LOAS_SYNC) and _loas(octets)
    )


@functools.cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Return the table of what each pair of bytes may begin."""
    words = np.arange(1 << 16)
    kinds = np.zeros(1 << 16, np.uint8)
    kinds[words & _SYNC_MASK == _MPEG_SYNC] = _MPEG
    kinds[words & _SYNC_MASK == _LOAS_SYNC] = _LOAS
    kinds[list(_AC3_WORDS)] = _AC3
    kinds[[*_DTS, *_OTHERS]] = _SYNC
    return kinds


def _synced(words: npt.NDArray[Any], places: Places, syncs: dict[int, tuple[int, ...]]) -> bool:
    """Return whether a sync word's first half, at one of the places, has its second half next."""
    pairs = zip(words[places].tolist(), words[1:].take(places, mode="clip").tolist(), strict=True)
    return any(after in syncs.get(half, ()) for half, after in pairs)


def _places(octets: Bytes, first: int) -> Places:
    """Return where the byte ``first`` is followed by a byte with its three highest bits set."""
    places = np.flatnonzero(octets[:-_LONGEST_HEADER] == first)
    return places[octets[places + 1] >= 0xE0]


def _loas(octets: Bytes) -> bool:
    """Return whether headers of AAC in LOAS lead to each other."""
    places = _places(octets, 0x56)
    return _linked(
        octets, places, ((octets[places + 1].astype(np.intp) & 0x1F) << 8 | octets[places + 2]) + 3
    )


def _mpeg(octets: Bytes) -> bool:
    """Return whether headers of MPEG audio, or of AAC in ADTS, lead to each other."""
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
    """Return whether headers lead to each other too often for chance.

    ``sizes`` are those of the frames that begin at ``places``.
    """
    if not len(places):
        return False
    there = np.zeros(len(octets) + int(sizes.max()) + 1, bool)
    there[places] = True
    links = there[places + sizes]
    # FFmpeg skips zeros before the first header
    silent = not places[0] or not octets[: places[0]].any()
    return bool(silent and links[0]) or int(np.count_nonzero(links)) >= _FEWEST_LINKS

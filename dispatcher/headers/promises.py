"""Read how many frames a file's own header says it holds, without any library.

libsndfile and FFmpeg lower that number to what the file can hold, so a file that was cut looks
whole to them. There is no promise where a header does not tell (ogg, raw, mp3 without a Xing
header), or has the value that recorders write while they do not know the length yet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from dispatcher import backend, interrupts
from dispatcher.headers import flac

_START = 4096
# recorders that cannot go back to the header write a length near this for "not known"
_UNKNOWN = 0x7FFF_F000
_Order = Literal["little", "big"]


class Promise(NamedTuple):
    """Frames and channels by the header, and the bytes there really are, header included.

    ``is_odd`` tells that a library may take more for sound: padding of samples that the header
    does not say, or what follows the sound.
    """

    frames: int
    channels: int
    size: int
    is_odd: bool = False


class _Header:
    """The beginning of a file, and its numbers."""

    def __init__(self, data: bytes, order: _Order) -> None:
        self.data, self.order = data, order

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.data[at : at + size], self.order)


# frames and channels, and the byte where the sound ends if a library may read on from there
_Read = Callable[[bytes], "tuple[int, int] | tuple[int, int, int] | None"]
_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_FIXED = (_PCM, _FLOAT, _ALAW, _ULAW)


def _of_wave(data: bytes, order: _Order) -> tuple[int, int] | tuple[int, int, int] | None:
    """Read the chunks of WAVE up to ``data``; return frames and channels.

    A compressed encoding has its frames in ``fact``. RF64 has the size of ``data`` in ``ds64``.
    """
    header, at, form, in_fact, whole = _Header(data, order), 12, b"", 0, 0
    kind = channels = block = bits = valid = 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], header.number(at + 4, 4)
        body = at + 8
        if name == b"fmt ":
            kind, channels, block = (
                header.number(body, 2),
                header.number(body + 2, 2),
                header.number(body + 12, 2),
            )
            form = data[body + 24 : body + 26]
            bits, valid = header.number(body + 14, 2), header.number(body + 18, 2)
        elif name == b"fact":
            in_fact = header.number(body, 4)
        elif name == b"ds64":
            whole = header.number(body + 8, 8)
        elif name == b"data":
            size = whole if size == 0xFFFF_FFFF and whole else size
            if not block or not channels or not size or (size >= _UNKNOWN and not whole):
                return None
            if kind == _EXTENSIBLE:
                kind, bits = int.from_bytes(form, order), valid or bits
            if kind in _FIXED and block != channels * -(-bits // 8):
                return size // block, channels, 0
            return (size // block if kind in _FIXED else in_fact), channels
        at = body + size + (size & 1)
    return None


def _riff(data: bytes) -> tuple[int, int] | tuple[int, int, int] | None:
    return _of_wave(data, "little") if data[8:12] == b"WAVE" else None


def _rifx(data: bytes) -> tuple[int, int] | tuple[int, int, int] | None:
    return _of_wave(data, "big") if data[8:12] == b"WAVE" else None


def _wave64(data: bytes) -> tuple[int, int, int] | None:
    header, at = _Header(data, "little"), 40
    channels = block = kind = 0
    while at + 24 <= len(data):
        size = header.number(at + 16, 8)
        if data[at : at + 4] == b"fmt ":
            kind, channels, block = (
                header.number(at + 24, 2),
                header.number(at + 26, 2),
                header.number(at + 36, 2),
            )
            if kind == _EXTENSIBLE and size >= 24 + 40:
                kind = header.number(at + 48, 2)
        elif data[at : at + 4] == b"data":
            return (
                ((size - 24) // block, channels, at + size)
                if block and kind in _FIXED and 24 < size < 1 << 62
                else None
            )
        if size < 24:
            return None
        at += (size + 7) & ~7
    return None


def _aiff(data: bytes) -> tuple[int, int] | None:
    if data[8:12] not in (b"AIFF", b"AIFC"):
        return None
    header, at = _Header(data, "big"), 12
    while at + 8 <= len(data):
        size = header.number(at + 4, 4)
        if data[at : at + 4] == b"COMM":
            frames = header.number(at + 10, 4)
            return (frames, header.number(at + 8, 2)) if frames < _UNKNOWN else None
        at += 8 + size + (size & 1)
    return None


# bytes of a sample, by AU's encoding number
_AU_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def _au(data: bytes) -> tuple[int, int, int] | None:
    header = _Header(data, "big")
    size, each, channels = (
        header.number(8, 4),
        _AU_BYTES.get(header.number(12, 4), 0),
        header.number(20, 4),
    )
    if not each or not channels or size >= _UNKNOWN:
        return None
    return size // (each * channels), channels, header.number(4, 4) + size


def _sox(data: bytes) -> tuple[int, int, int] | None:
    header = _Header(data, "little" if data[:4] == b".SoX" else "big")
    begin, samples, channels = header.number(4, 4) + 4, header.number(8, 8), header.number(24, 4)
    known = channels and 0 < samples < 1 << 60
    return (samples // channels, channels, begin + 4 * samples) if known else None


def _flac(data: bytes) -> tuple[int, int] | None:
    info = None if data[4] & 0x7F else flac.stream_info(data[8:])
    return None if info is None else (info.frames, info.channels)


def _caf(data: bytes) -> tuple[int, int] | None:
    header, at, each, channels, per_packet = _Header(data, "big"), 8, 0, 0, 0
    while at + 12 <= len(data):
        name, size, body = data[at : at + 4], header.number(at + 4, 8), at + 12
        if name == b"desc":
            each, per_packet, channels = (
                header.number(body + 16, 4),
                header.number(body + 20, 4),
                header.number(body + 24, 4),
            )
        elif name == b"data":
            known = each and per_packet == 1 and channels and 4 < size < 1 << 62
            return ((size - 4) // each, channels) if known else None
        at = body + size
    return None


def _sphere(data: bytes) -> tuple[int, int] | None:
    frames = re.search(rb"^sample_count -i (\d{1,15})\s*$", data, re.MULTILINE)
    channels = re.search(rb"^channel_count -i (\d{1,5})\s*$", data, re.MULTILINE)
    return (int(frames[1]), int(channels[1])) if frames and channels else None


_ID3_HEADER = 10
# layer 3: samples of a frame by version; offset of the Xing header in it by version and mono
_MPEG_FRAME = {3: 1152, 2: 576, 0: 576}
_XING_AT = {
    (3, False): 36,
    (3, True): 21,
    (2, False): 21,
    (2, True): 13,
    (0, False): 21,
    (0, True): 13,
}


def _mp3(data: bytes) -> tuple[int, int] | None:
    """Return frames by the Xing or Info header, less LAME's delay and padding, and channels."""
    at = 0
    if data.startswith(b"ID3"):
        at = _ID3_HEADER + sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False)
        )
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    version, mono = data[at + 1] >> 3 & 3, data[at + 3] >> 6 == 3
    if version not in _MPEG_FRAME:
        return None
    xing = at + _XING_AT[version, mono]
    if data[xing : xing + 4] not in (b"Xing", b"Info") or not data[xing + 7] & 1:
        return None
    frames = int.from_bytes(data[xing + 8 : xing + 12], "big") * _MPEG_FRAME[version]
    lame = (
        xing
        + 8
        + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if data[xing + 7] & bit)
    )
    # 12 bits of delay before the sound, 12 bits of padding after it
    padding = int.from_bytes(data[lame + 21 : lame + 24], "big") if len(data) >= lame + 24 else 0
    return max(0, frames - (padding >> 12) - (padding & 0xFFF)), 1 if mono else 2


_READ: dict[bytes, _Read] = {
    b"RIFF": _riff,
    b"RF64": _riff,
    b"RIFX": _rifx,
    b"riff": _wave64,
    b"FORM": _aiff,
    b".snd": _au,
    b".SoX": _sox,
    b"XoS.": _sox,
    b"fLaC": _flac,
    b"caff": _caf,
    b"NIST": _sphere,
    b"ID3\2": _mp3,
    b"ID3\3": _mp3,
    b"ID3\4": _mp3,
    b"\xff\xfb": _mp3,
    b"\xff\xfa": _mp3,
    b"\xff\xf3": _mp3,
    b"\xff\xf2": _mp3,
    b"\xff\xe3": _mp3,
    b"\xff\xe2": _mp3,
}


def _beginning(uri: Any) -> tuple[bytes, int] | None:
    """Return the first bytes and the size of ``uri``; ``None`` where reading them would do harm.

    A file object's position is restored. A pipe is not touched: what is read from it is gone.
    """
    try:
        if not backend.is_readable(uri):
            with open(uri, "rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                return (file.read(_START), size) if size else None
        with interrupts.allowed():
            if not uri.seekable():
                return None
            here = uri.tell()
            data, size = uri.read(_START), uri.seek(0, os.SEEK_END) - here
            uri.seek(here)
    except (OSError, ValueError, TypeError, AttributeError, NotImplementedError):
        return None
    return (data, size) if isinstance(data, bytes) and here >= 0 else None


def of(uri: Any) -> Promise | None:
    """Return what the header of a path or file object promises.

    ``None`` if it promises nothing, or if this kind of file is not known here.
    """
    found = _beginning(uri)
    if found is None:
        return None
    data, size = found
    read = _READ.get(data[:4]) or _READ.get(data[:2])
    try:
        told = read(data) if read else None
    except IndexError:
        return None
    if not told or told[0] <= 0:
        return None
    frames, channels, *ends = told
    return Promise(frames, channels, size, any(end < size for end in ends))


def more_than(uri: Any, frames: int) -> bool:
    """Return whether the header of a path or file object promises more than ``frames``."""
    promise = of(uri)
    return promise is not None and promise.frames > frames

"""Read plain WAV files without FFmpeg, with exactly FFmpeg's samples.

FFmpeg takes tens of milliseconds to open a WAV file: PCM may hide a compressed stream (DTS, AC-3
and others on CDs), so it gives half a megabyte to all its demuxers. A file is read here only if it
has nothing that could mean more than plain PCM, and none of its samples can begin a hidden stream.
FFmpeg reads whatever is odd, cut off or unknown.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import struct
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatcher import interrupts
from dispatcher.metadata import AudioMetaData
from dispatcher.plain_wav import hidden_bitstreams
from dispatcher.reading import sample_formats
from dispatcher.reading.collector import Collector

if TYPE_CHECKING:
    import io

    import numpy.typing as npt


class _Stored(NamedTuple):
    """How one kind of sample is stored.

    FFmpeg's sample format for it, the name of its encoding, and whether it is integer: only integer
    PCM can hide a compressed stream.
    """

    sample_format: str
    encoding: str
    integer: bool


_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_STORED = {
    (_PCM, 8): _Stored("u8", "PCM_U", True),
    (_PCM, 16): _Stored("s16", "PCM_S", True),
    (_PCM, 24): _Stored("s32", "PCM_S", True),
    (_PCM, 32): _Stored("s32", "PCM_S", True),
    (_FLOAT, 32): _Stored("flt", "PCM_F", False),
    (_FLOAT, 64): _Stored("dbl", "PCM_F", False),
}
# an extensible header's subformat, after the two bytes of its tag
_GUID = bytes.fromhex("000000001000800000aa00389b71")
# chunks that say nothing about the samples
_IDLE = frozenset(
    {
        b"LIST",
        b"fact",
        b"JUNK",
        b"junk",
        b"PAD ",
        b"PEAK",
        b"FLLR",
        b"cue ",
        b"smpl",
        b"inst",
        b"afsp",
        b"iXML",
        b"_PMX",
    }
)
_MOST_CHUNKS = 64
_MOST_CHANNELS = 64
_MOST_RATE = 768_000
_HEAD = 512
_PIECE_BYTES = 1 << 17
# FFmpeg searches 64 KiB or 32 packets; here it is one packet more. A packet is a tenth of a second,
# in frames rounded down to a power of two.
_LEAST_WINDOW, _MOST_WINDOW = 1 << 16, 1 << 23
_PACKETS, _PACKETS_PER_SECOND = 33, 10
_SETTLED = 2 * 10**9  # nanoseconds: the coarsest time stamps of any file system
_MOST_SEEN = 1 << 12
_seen: dict[tuple[int, ...], bool] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class PlainWav:
    """An open file, and which samples are where in it."""

    file: io.FileIO
    stored: _Stored
    bits: int
    rate: int
    channels: int
    begin: int
    frames: int

    @property
    def frame_bytes(self) -> int:
        """Return the bytes of a frame."""
        return self.channels * self.bits // 8

    def metadata(self) -> AudioMetaData:
        """Return what ``info`` returns."""
        return AudioMetaData(self.rate, self.frames, self.channels, self.bits, self.stored.encoding)

    def piece(
        self, frame_offset: int, num_frames: int, normalize: bool, channels_first: bool
    ) -> npt.NDArray[Any] | None:
        """Read a piece, ``[channel, time]`` or ``[time, channel]``.

        As in ``load``, ``num_frames`` -1 means all, and the piece is shorter where the sound ends.
        ``None`` if there are no frames, or if the file was cut since it was opened.
        """
        import numpy as np

        left = self.frames - frame_offset
        num_frames = left if num_frames < 0 else min(num_frames, left)
        if num_frames <= 0:
            return None
        kind = sample_formats.FORMATS[self.stored.sample_format]
        dtype = "float32" if normalize else kind.dtype
        collected = Collector(self.channels, num_frames, dtype, channels_first)
        self.file.seek(self.begin + frame_offset * self.frame_bytes)
        if dtype == kind.dtype and self.bits != 24 and (self.channels == 1 or not channels_first):
            collected.took(_fill(self.file, collected.rows(num_frames)[0]) // self.frame_bytes)
            return collected.result() if collected.frames == num_frames else None
        buffer = bytearray(
            self.frame_bytes * max(1, min(num_frames, _PIECE_BYTES // self.frame_bytes))
        )
        view = memoryview(buffer)
        while collected.frames < num_frames:
            wanted = min(len(buffer), (num_frames - collected.frames) * self.frame_bytes)
            if _fill(self.file, view[:wanted]) < wanted:
                return None
            count = wanted // self.frame_bytes
            data = (
                _widened(buffer, wanted)
                if self.bits == 24
                else np.frombuffer(buffer, kind.dtype, count * self.channels)
            )
            sample_formats.convert(
                data.reshape(count, self.channels).T, kind, collected.room(count)
            )
            collected.took(count)
            interrupts.check()
        return collected.result()


def _widened(buffer: bytearray, size: int) -> npt.NDArray[Any]:
    """Return 24-bit samples as int32, left-justified."""
    import numpy as np

    wide = np.zeros((size // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(buffer, np.uint8, size).reshape(-1, 3)
    return wide.view(np.int32)


def _fill(file: io.FileIO, view: memoryview) -> int:
    """Fill a buffer as far as the file goes, and return how many bytes came."""
    at = 0
    while at < len(view):
        got = file.readinto(view[at:])
        if not got:
            break
        at += got
    return at


@contextlib.contextmanager
def opened(path: str | None, format: str | None = None) -> Iterator[PlainWav | None]:
    """Open a plain WAV file; give ``None`` for any other, for no path, and for what cannot be read.

    ``path`` is that of a regular file. ``format`` is the caller's: if it is neither ``None`` nor
    wav, FFmpeg decides.
    """
    if path is None or format not in (None, "wav") or sys.byteorder != "little":
        yield None
        return
    try:
        # not in a ``with`` here: errors of the caller's block must pass through
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed below
    except (OSError, ValueError):
        yield None
        return
    with file:
        try:
            found = _parsed(file, os.fstat(file.fileno()).st_size)
        except OSError:
            found = None
        yield found


def _parsed(file: io.FileIO, size: int) -> PlainWav | None:
    """Read the chunks, and return ``None`` for a file that has anything unusual."""
    head = file.read(_HEAD) or b""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE" or _is_act(head):
        return None
    form, data, at = b"", (0, 0), 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > size:
            break
        if at + 8 > len(head) or (head[at : at + 4] == b"fmt " and at + 48 > len(head)):
            file.seek(at)
            name_and_length = file.read(48) or b""
        else:
            name_and_length = head[at : at + 48]
        name, length = struct.unpack_from("<4sI", name_and_length)
        if name == b"fmt " and not form and not data[1]:
            form = name_and_length[8 : 8 + length]
        elif name == b"data" and form and not data[1] and length and at + 8 + length <= size:
            data = at + 8, length
        elif name not in _IDLE:
            return None
        at += 8 + length + (length & 1)
    else:
        return None
    return _described(file, form, *data) if data[1] else None


def _is_act(head: bytes) -> bool:
    """Return whether it may be of an ACT voice recorder; those begin with a WAV header too."""
    return len(head) == _HEAD and head[256] == 0x84 and not any(head[44:256])


def _window(file: io.FileIO, begin: int, length: int, rate: int, frame_bytes: int) -> bytes:
    """Read as much of the data as FFmpeg searches for a hidden stream."""
    packet = frame_bytes << max(rate // _PACKETS_PER_SECOND, 1).bit_length() - 1
    file.seek(begin)
    return file.read(min(length, max(_LEAST_WINDOW, min(_PACKETS * packet, _MOST_WINDOW)))) or b""


def _disguised(file: io.FileIO, begin: int, length: int, rate: int, frame_bytes: int) -> bool:
    """Return whether the data could be a compressed stream.

    The answer is kept for later pieces of the file while it does not change. It is not kept for a
    file that was changed a moment ago: it could change again and keep its time of change.
    """
    status = os.fstat(file.fileno())
    key = (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        begin,
        length,
        rate,
        frame_bytes,
    )
    known = _seen.get(key)
    if known is None:
        known = hidden_bitstreams.possible(_window(file, begin, length, rate, frame_bytes))
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED:
            if len(_seen) >= _MOST_SEEN:
                _seen.clear()
            _seen[key] = known
    return known


def _described(file: io.FileIO, form: bytes, begin: int, length: int) -> PlainWav | None:
    """Return the file as its format chunk describes it, or ``None`` if that is not plain."""
    if len(form) not in (16, 18, 40):
        return None
    tag, channels, rate, bytes_per_second, frame_bytes, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) == 40:
        extra, valid, mask = struct.unpack_from("<HHI", form, 16)
        tag = struct.unpack_from("<H", form, 24)[0]
        if (
            extra != 22
            or valid != bits
            or form[26:40] != _GUID
            or (mask and mask.bit_count() != channels)
        ):
            return None
    elif len(form) == 40 or (len(form) == 18 and form[16:18] != b"\0\0"):
        return None
    stored = _STORED.get((tag, bits))
    plain = stored is not None and 0 < channels <= _MOST_CHANNELS and 0 < rate <= _MOST_RATE
    if (
        stored is None
        or not plain
        or frame_bytes * 8 != channels * bits
        or bytes_per_second != rate * frame_bytes
        or length % frame_bytes
    ):
        return None
    if stored.integer and _disguised(file, begin, length, rate, frame_bytes):
        return None
    return PlainWav(file, stored, bits, rate, channels, begin, length // frame_bytes)

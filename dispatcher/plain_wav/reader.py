"""Read plain WAV files without a library, with exactly the samples of FFmpeg and libsndfile.

FFmpeg takes tens of milliseconds to open a WAV file: PCM may hide a compressed stream (DTS, AC-3
and others on CDs), so it gives half a megabyte to all its demuxers. A file is read here only if it
has nothing that could mean more than plain PCM. In FFmpeg's place it is read only if none of its
samples can begin a hidden stream; libsndfile does not look for one. The library reads whatever is
odd, cut off or unknown.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from dispatcher import interrupts
from dispatcher.headers import wave
from dispatcher.headers.file import chunks
from dispatcher.lazily import np, npt, torch
from dispatcher.metadata import AudioMetaData
from dispatcher.plain_wav import hidden_bitstreams
from dispatcher.reading import sample_formats
from dispatcher.reading.collector import Collector
from dispatcher.reading.opened import COMPARED, InMemory, OpenFile
from dispatcher.requests import Load

_File: TypeAlias = OpenFile | InMemory


class _Stored(NamedTuple):
    """How one kind of sample is stored.

    FFmpeg's sample format for it, the name of its encoding, and whether it is integer: only integer
    PCM can hide a compressed stream.
    """

    sample_format: str
    encoding: str
    integer: bool


_STORED = {
    (wave.PCM, 8): _Stored("u8", "PCM_U", True),
    (wave.PCM, 16): _Stored("s16", "PCM_S", True),
    (wave.PCM, 24): _Stored("s32", "PCM_S", True),
    (wave.PCM, 32): _Stored("s32", "PCM_S", True),
    (wave.FLOAT, 32): _Stored("flt", "PCM_F", False),
    (wave.FLOAT, 64): _Stored("dbl", "PCM_F", False),
}
# an extensible header's subformat, after the two bytes of its tag
_GUID = bytes.fromhex("000000001000800000aa00389b71")
# Chunks that say nothing about the samples; libsndfile refuses files in which these are damaged.
_PARSED_BY_LIBSNDFILE = frozenset((b"LIST", b"PEAK", b"fact", b"smpl"))
_IDLE = frozenset(b"LIST fact JUNK junk FLLR PEAK smpl inst afsp iXML _PMX".split()) | {
    b"PAD ",
    b"cue ",
}
_FORMAT_SIZES = (16, 18, wave.FORMAT_BYTES)
_MOST_CHANNELS = 64
_MOST_RATE = 768_000
_HEAD = 512  # of which an ACT file has its header
_PIECE_BYTES = 1 << 17
# FFmpeg searches 64 KiB or 32 packets; here it is one packet more. A packet is a tenth of a second,
# in frames rounded down to a power of two.
_LEAST_WINDOW, _MOST_WINDOW = 1 << 16, 1 << 23
_PACKETS, _PACKETS_PER_SECOND = 33, 10


class _Layout(NamedTuple):
    """Which samples are where in a file, and its chunks beside format and data."""

    stored: _Stored
    form: wave.Format
    begin: int
    frames: int
    others: frozenset[bytes]


class PlainWav(NamedTuple):
    """An open file, and which samples are where in it."""

    file: io.FileIO | io.BytesIO
    layout: _Layout

    @property
    def frames(self) -> int:
        """Return the length in frames."""
        return self.layout.frames

    def metadata(self) -> AudioMetaData:
        """Return what ``info`` returns."""
        stored, form, _, frames, _ = self.layout
        return AudioMetaData(form.rate, frames, form.channels, form.bits, stored.encoding)

    def load(self, asked: Load) -> tuple[torch.Tensor, int] | None:
        """Return what ``load`` returns; ``None`` where ``piece`` does."""
        samples = self.piece(
            asked.frame_offset, asked.num_frames, asked.normalize, asked.channels_first
        )
        return None if samples is None else (torch.from_numpy(samples), self.layout.form.rate)

    def piece(
        self, frame_offset: int, num_frames: int, normalize: bool, channels_first: bool
    ) -> npt.NDArray[Any] | None:
        """Read a piece, ``[channel, time]`` or ``[time, channel]``.

        As in ``load``, ``num_frames`` -1 means all, and the piece is shorter where the sound ends.
        ``None`` if there are no frames, or if the file was cut since it was opened.
        """
        stored, form, begin, frames, _ = self.layout
        channels, bits, frame_bytes = form.channels, form.bits, form.frame_bytes
        left = frames - frame_offset
        num_frames = left if num_frames < 0 else min(num_frames, left)
        if num_frames <= 0:
            return None
        kind = sample_formats.FORMATS[stored.sample_format]
        dtype = "float32" if normalize else kind.dtype
        collected = Collector(channels, num_frames, dtype, channels_first)
        self.file.seek(begin + frame_offset * frame_bytes)
        if dtype == kind.dtype and bits != 24 and (channels == 1 or not channels_first):
            collected.took(_fill(self.file, collected.rows(num_frames)[0]) // frame_bytes)
            return collected.result() if collected.frames == num_frames else None
        buffer = bytearray(frame_bytes * max(1, min(num_frames, _PIECE_BYTES // frame_bytes)))
        view = memoryview(buffer)
        while collected.frames < num_frames:
            wanted = min(len(buffer), (num_frames - collected.frames) * frame_bytes)
            if _fill(self.file, view[:wanted]) < wanted:
                return None
            count = wanted // frame_bytes
            data = (
                _widened(buffer, wanted)
                if bits == 24
                else np.frombuffer(buffer, kind.dtype, count * channels)
            )
            sample_formats.convert(data.reshape(count, channels).T, kind, collected.room(count))
            collected.took(count)
            interrupts.check()
        return collected.result()


def _widened(buffer: bytearray, size: int) -> npt.NDArray[Any]:
    """Return 24-bit samples as int32, left-justified."""
    wide = np.zeros((size // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(buffer, np.uint8, size).reshape(-1, 3)
    return wide.view(np.int32)


def _fill(file: io.FileIO | io.BytesIO, view: memoryview) -> int:
    """Fill a buffer as far as the file goes, and return how many bytes came."""
    at = 0
    while at < len(view):
        got = file.readinto(view[at:])
        if not got:
            break
        at += got
    return at


def of_ffmpeg(file: _File | None, format: str | None = None) -> PlainWav | None:
    """Return the plain WAV file that FFmpeg would take a file for.

    ``None`` for any other file, and for what is no file. ``format`` is the caller's: if it is
    neither ``None`` nor wav, FFmpeg decides.
    """
    return _found(file, _without_hidden_stream) if format in (None, "wav") else None


def of_libsndfile(file: _File | None) -> PlainWav | None:
    """Return the plain WAV file that libsndfile would take a file for; ``None`` as above."""
    return _found(file, _without_parsed_chunks)


def _found(file: _File | None, find: Callable[[_File], _Layout | None]) -> PlainWav | None:
    if file is None or sys.byteorder != "little":
        return None
    try:
        layout = file.remembered(find)
        if layout and layout.begin > COMPARED and layout != file.parsed(_parsed):
            layout = file.parsed(find)  # the header changed where nothing shows it
    except OSError:
        return None
    return None if layout is None else PlainWav(file.raw, layout)


def _without_hidden_stream(file: _File) -> _Layout | None:
    found = file.parsed(_parsed)
    if found is None or _is_act(file.head):
        return None
    return None if found.stored.integer and _may_hide_a_stream(file, found) else found


def _without_parsed_chunks(file: _File) -> _Layout | None:
    found = file.parsed(_parsed)
    return None if found is None or found.others & _PARSED_BY_LIBSNDFILE else found


def _parsed(file: _File) -> _Layout | None:
    """Return the file as its chunks describe it, or ``None`` if any of them is unusual."""
    found = file.parsed(wave.read) if file.head.startswith(b"RIFF") else None
    if found is None or found.format is None or found.format_size not in _FORMAT_SIZES:
        return None
    end = found.begin + found.size
    others = frozenset(found.names) - {b"fmt "}
    if end < file.size:
        others |= {name for name, _, _ in chunks(file, end + (found.size & 1), "little")}
    usual = found.names.count(b"fmt ") == 1 and others <= _IDLE
    if not usual or not found.size or end > file.size:
        return None
    return _described(found, found.format, others)


def _is_act(head: bytes) -> bool:
    """Return whether it may be of an ACT voice recorder; those begin with a WAV header too."""
    return len(head) >= _HEAD and head[256] == 0x84 and not any(head[44:256])


def _may_hide_a_stream(file: _File, plain: _Layout) -> bool:
    """Return whether the data, as far as FFmpeg searches it, could be a compressed stream."""
    frame_bytes = plain.form.frame_bytes
    packet = frame_bytes << max(plain.form.rate // _PACKETS_PER_SECOND, 1).bit_length() - 1
    window = max(_LEAST_WINDOW, min(_PACKETS * packet, _MOST_WINDOW))
    return hidden_bitstreams.possible(file.at(plain.begin, min(plain.frames * frame_bytes, window)))


def _described(found: wave.Wave, form: wave.Format, others: frozenset[bytes]) -> _Layout | None:
    """Return the file as its format chunk describes it, or ``None`` if that is not plain."""
    extended = form.tag == wave.EXTENSIBLE and found.format_size == wave.FORMAT_BYTES
    if extended:
        own = form.extra == 22 and form.valid_bits == form.bits and form.guid == _GUID
        usual = own and (not form.mask or form.mask.bit_count() == form.channels)
    else:
        usual = found.format_size == 16 or (found.format_size == 18 and not form.extra)
    stored = _STORED.get((form.subtag if extended else form.tag, form.bits))
    if (
        stored is None
        or not usual
        or not 0 < form.channels <= _MOST_CHANNELS
        or not 0 < form.rate <= _MOST_RATE
        or form.frame_bytes * 8 != form.channels * form.bits
        or form.bytes_per_second != form.rate * form.frame_bytes
        or found.size % form.frame_bytes
    ):
        return None
    return _Layout(stored, form, found.begin, found.size // form.frame_bytes, others)

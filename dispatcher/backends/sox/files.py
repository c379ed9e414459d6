"""Open, read and write audio files with libsox."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any

from dispatcher import handles, interrupts, notices, short_files
from dispatcher.backends.sox import encodings, guard, paths, samples
from dispatcher.backends.sox.encodings import Encoding
from dispatcher.backends.sox.library import Library
from dispatcher.backends.sox.samples import Samples
from dispatcher.errors import BackendError, describe
from dispatcher.headers import flac, wave, wave64
from dispatcher.lazily import np
from dispatcher.reading import unreadable
from dispatcher.reading.collector import Collector, plausible
from dispatcher.reading.opened import OpenFile, look

_UNKNOWN_LENGTH = 2**64 - 1
_PIECE = 1 << 16
_FLOAT_BITS = 24
_STEP = 8192  # samples in libsox' own buffer
_MOST_RATE = 1 << 31
_MOST_CHANNELS = 1 << 16
_MOST_SAMPLES = 1 << 20  # in a piece, whatever the number of channels
_MOST_SAMPLES_PER_BYTE = 1000
_AS_USUAL = 2  # of an order of bytes or bits: as the format wants it


@contextlib.contextmanager
def reading(
    sox: Library, path: str, filetype: str | None, opened: OpenFile | None = None
) -> Iterator[Any]:
    """Open a file for reading; give a ``sox_format_t *``.

    ``opened`` is the file if it is open already.

    Raises:
        BackendError: libsox does not recognise the file, or must not get it.
    """
    kind = sox.ffi.NULL if filetype is None else sox.ffi.new("char[]", filetype.encode())
    with guard.guarded(path, filetype, opened) as place:
        opens, null = sox.lib.sox_open_read, sox.ffi.NULL
        with handles.opened(
            sox.lib.sox_close,
            opens,
            paths.for_libsox(place),
            null,
            null,
            kind,
            lock=sox.shared.lock,
        ) as file:
            if not file:
                raise BackendError(_why_not(path, filetype))
            if (
                not 0 < file.signal.channels < _MOST_CHANNELS
                or not file.encoding.encoding
                or not math.isfinite(file.signal.rate)
            ):
                raise BackendError(
                    "libsox opened it, but its header has no valid number of channels, encoding "
                    "or sample rate"
                )
            if not 1 <= file.signal.rate < _MOST_RATE:
                raise BackendError(
                    f"its header says that the sample rate is {file.signal.rate:g} Hz"
                )
            yield file


def _why_not(path: str, filetype: str | None) -> str:
    """Return the likeliest cause of a failed opening; libsox itself gives none."""
    kind = f"as {filetype!r}" if filetype else "by its content or extension"
    unknown = (
        f"libsox cannot open it {kind} (unknown format, a plug-in that is not installed, or a "
        "damaged header)"
    )
    return ". ".join(
        filter(None, (unreadable.cause(path) or unknown, unreadable.other_backend(path)))
    )


def length(file: Any) -> int:
    """Return the frames that the header says there are; 0 if it does not tell."""
    samples = int(file.signal.length)
    return 0 if samples == _UNKNOWN_LENGTH else samples // int(file.signal.channels)


def read(
    sox: Library,
    file: Any,
    frame_offset: int,
    num_frames: int,
    dtype: str,
    channels_first: bool,
    opened: OpenFile | None = None,
) -> Collector:
    """Read frames of an open file, fewer than asked for where it ends, as samples of a dtype."""
    short = is_short(file)
    frames = room(sox, file, frame_offset, num_frames)
    collected = Collector(int(file.signal.channels), frames, dtype, channels_first)
    for piece in pieces(sox, file, frame_offset, num_frames, opened):
        samples.convert(piece, collected.room(len(piece)), short=short)
        collected.took(len(piece))
    return collected


def warn_of_damage(
    sox: Library, file: Any, path: str, opened: OpenFile | None = None, *, whole: bool
) -> None:
    """Warn if libsox could not decode a part of what it gave, or confused floats and integers.

    It gives silence for what it could not decode. If the piece is not ``whole``, ``short_files``
    warns. At the end of each VOC there is an error.
    """
    filetype, encoding = sox.text(file.filetype).lower(), int(file.encoding.encoding)
    if (encoding == encodings.FLOAT and filetype in encodings.LOST_IN) or (
        filetype in {"w64", "sndfile"} and look(opened or path, wave64.hides_floats)
    ):
        short_files.warn_of_misreading(path, "libsox takes its floats for integers")
    if encoding == encodings.FLOAT and look(opened or path, wave.holds_integers):
        short_files.warn_of_misreading(path, "libsox takes its integers for floats")
    if whole and file.sox_errno and filetype != "voc":
        notices.warn(
            f"{describe(path)} is damaged: libsox could not decode a part of it "
            f"({sox.text(file.sox_errstr)}), and gives silence there",
            notices.DamagedInputWarning,
        )


def is_short(file: Any) -> bool:
    """Return whether no sample of an open file has more than 24 bits."""
    return (
        int(file.signal.precision) <= _FLOAT_BITS and int(file.encoding.encoding) in encodings.SHORT
    )


def room(sox: Library, file: Any, frame_offset: int, num_frames: int) -> int:
    """Return the frames to make room for at first: what the header says, if it is plausible."""
    promised = _promised(sox, file, frame_offset)
    wanted = promised if num_frames < 0 else min(promised, num_frames) if promised else num_frames
    return plausible(wanted, _size(sox, file), int(file.signal.channels))


def _promised(sox: Library, file: Any, frame_offset: int) -> int:
    """Return the header's frames after ``frame_offset``; 0 if it does not tell or is absurd."""
    channels = int(file.signal.channels)
    promised = max(0, length(file) - frame_offset)
    return promised if promised * channels <= _MOST_SAMPLES_PER_BYTE * _size(sox, file) else 0


def pieces(
    sox: Library,
    file: Any,
    frame_offset: int = 0,
    num_frames: int = -1,
    opened: OpenFile | None = None,
) -> Iterator[Samples]:
    """Give the frames of an open file piece by piece, ``[time, channel]``.

    All pieces share one buffer, which the caller may change.
    """
    channels = int(file.signal.channels)
    piece_frames = max(1, min(_PIECE, _MOST_SAMPLES // channels))
    # pieces of such files are read from the start, and what comes before is dropped
    lead = frame_offset if sox.text(file.filetype).lower() in encodings.LOST_IN else 0
    if frame_offset and not lead and not _sought(sox, file, frame_offset, opened):
        for _ in _taken(
            sox, file, np.empty((min(piece_frames, frame_offset), channels), np.int32), frame_offset
        ):
            pass
    left = _promised(sox, file, frame_offset) or None
    if num_frames >= 0:
        left = num_frames if left is None else min(left, num_frames)
    left = None if left is None else left + lead
    buffer = np.empty(
        (piece_frames if left is None else min(piece_frames, left), channels), np.int32
    )
    for piece in _taken(sox, file, buffer, left):
        if lead < len(piece):
            yield piece[lead:]
        lead = max(0, lead - len(piece))


def _sought(sox: Library, file: Any, frame_offset: int, opened: OpenFile | None) -> bool:
    """Seek to a frame, and return whether libsox could do so exactly.

    It can where each sample is stored by itself, and in flac whose frames count from 0.
    """
    encoding = int(file.encoding.encoding)
    if (
        encoding not in encodings.SEEKABLE
        or (encoding == encodings.FLAC and look(opened or _path(sox, file), flac.opening) is None)
        or not file.seekable
        or frame_offset >= length(file)
    ):
        return False
    return bool(sox.lib.sox_seek(file, frame_offset * int(file.signal.channels), 0) == 0)


def _taken(sox: Library, file: Any, buffer: Samples, frames: int | None) -> Iterator[Samples]:
    """Give the next ``frames`` of an open file, or all for ``None``, in one buffer used repeatedly.

    Only whole frames are given.
    """
    channels, left = buffer.shape[1], frames
    address = buffer.ctypes.data
    while left is None or left > 0:
        wanted = (len(buffer) if left is None else min(left, len(buffer))) * channels
        filled = 0
        while filled < wanted:
            got = sox.lib.sox_read(
                file,
                sox.ffi.cast("sox_sample_t *", address + filled * buffer.itemsize),
                wanted - filled,
            )
            if not got:
                break
            filled += got
        interrupts.check()
        if filled >= channels:
            yield buffer[: filled // channels]
        if filled < wanted:
            return
        if left is not None:
            left -= filled // channels


def _path(sox: Library, file: Any) -> str:
    return paths.of_libsox(sox.ffi.string(file.filename))


def _size(sox: Library, file: Any) -> int:
    """Return the bytes of an open file."""
    try:
        return os.path.getsize(_path(sox, file))
    except OSError:
        return 0


def write(
    sox: Library,
    path: str,
    data: Samples,
    rate: float,
    precision: int,
    encoding: Encoding,
    compression: float | None,
    filetype: str,
) -> Encoding:
    """Write samples, ``[time, channel]``, to a new file; return the encoding that libsox chose.

    It may differ from the one asked for.

    Raises:
        BackendError: libsox cannot write that format, or did not take all samples.
    """
    ffi, lib = sox.ffi, sox.lib
    signal = ffi.new(
        "sox_signalinfo_t *",
        {"rate": rate, "channels": data.shape[1], "precision": precision, "length": data.size},
    )
    stored = ffi.new(
        "sox_encodinginfo_t *",
        {
            "encoding": encoding.number,
            "bits_per_sample": encoding.bits,
            "compression": float("inf") if compression is None else compression,
            **dict.fromkeys(("reverse_bytes", "reverse_nibbles", "reverse_bits"), _AS_USUAL),
        },
    )
    closed: list[int] = []

    with handles.opened(
        lambda file: closed.append(lib.sox_close(file)),
        lib.sox_open_write,
        paths.for_libsox(guard.literal(path)),
        signal,
        stored,
        filetype.encode(),
        ffi.NULL,
        ffi.NULL,
        lock=sox.shared.lock,
    ) as file:
        if not file:
            what = f"{data.shape[1]} channel{'s' * (data.shape[1] != 1)} at {rate} Hz"
            raise BackendError(
                f"libsox does not write {what} as {filetype!r}; take fewer channels, another "
                "sample rate, or another format"
            )
        stored = int(file.signal.rate)
        if rate > 0 and stored != rate:
            notices.warn(
                f"libsox writes {stored} Hz into {filetype} in place of {int(rate)}, so the sound "
                f"plays slower or faster. Resample it to {stored} Hz before saving",
                notices.IgnoredArgumentWarning,
            )
        wrote = Encoding(int(file.encoding.encoding), int(file.encoding.bits_per_sample))
        written, step = 0, max(1, _STEP // data.shape[1]) * data.shape[1]
        # in steps as the releases' effects chain wrote them: with many samples at once, libvorbis
        # overflows the stack
        while written < data.size:
            wanted = min(step, data.size - written)
            address = ffi.cast("sox_sample_t *", data.ctypes.data + written * data.itemsize)
            took = lib.sox_write(file, address, wanted)
            written += took
            if took < wanted:
                break
            interrupts.check()
        why = sox.text(file.sox_errstr)
    if written != data.size or closed != [0]:
        raise BackendError(
            f"libsox took {written} of {data.size} samples ({why or 'no reason given'})"
        )
    return wrote

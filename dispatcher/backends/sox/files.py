"""Audio files as libsox opens, reads and writes them."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatcher.backends.sox.encodings import Encoding
from dispatcher.backends.sox.library import Library
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from dispatcher.backends.sox.samples import Samples

_UNKNOWN_LENGTH = 2**64 - 1
_CHUNK = 1 << 18
_SPHERE_HEADER = 4096
_MOST_SAMPLES_PER_BYTE = 1000


@contextlib.contextmanager
def reading(sox: Library, path: str, filetype: str | None) -> Iterator[Any]:
    """A file opened by libsox for reading; a ``sox_format_t *``.

    Raises:
        BackendError: libsox cannot make out what the file is.
    """
    _check_sphere(path)
    kind = sox.ffi.NULL if filetype is None else sox.ffi.new("char[]", filetype.encode())
    with sox.lock:
        file = sox.lib.sox_open_read(os.fsencode(path), sox.ffi.NULL, sox.ffi.NULL, kind)
    if not file:
        raise BackendError(_why_not(path, filetype))
    try:
        if not file.signal.channels or not file.encoding.encoding:
            raise BackendError("libsox opened it, but its header names no channels or no encoding")
        yield file
    finally:
        with sox.lock:
            sox.lib.sox_close(file)


def _check_sphere(path: str) -> None:
    """Keep from libsox a SPHERE file whose header it would not survive: on some it ends the process.

    Raises:
        BackendError: the header's length is absurd, or its sample count is more than the file can hold.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(_SPHERE_HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return
    if not start.startswith(b"NIST_1A"):
        return
    length = start[8:16].strip()
    if not length.isdigit() or not 16 < int(length) <= size:
        raise BackendError(f"it is a SPHERE file whose header claims a length of {length.decode('latin-1')!r} bytes")
    count = re.search(rb"^sample_count -i (\S+)", start, re.MULTILINE)
    if count and (not count[1].isdigit() or int(count[1]) > size * _MOST_SAMPLES_PER_BYTE):
        raise BackendError(f"it is a SPHERE file of {size} bytes whose header promises {count[1].decode('latin-1')} samples")


def _why_not(path: str, filetype: str | None) -> str:
    """libsox says nothing to a caller when opening fails, so the likeliest cause is looked for here."""
    if not os.path.exists(path):
        return "there is no such file"
    if os.path.isdir(path):
        return "it is a folder"
    if not os.path.getsize(path):
        return "it is empty"
    kind = f"as {filetype!r}" if filetype else "by its content or extension"
    return f"libsox cannot open it {kind} (unknown format, a plug-in that is not installed, or a damaged header)"


def length(file: Any) -> int:
    """Frames that the header promises; 0 where it does not tell."""
    samples = int(file.signal.length)
    return 0 if samples == _UNKNOWN_LENGTH else samples // int(file.signal.channels)


def read(sox: Library, file: Any, frame_offset: int, num_frames: int) -> Samples:
    """Frames of an open file, ``[time, channel]``; fewer than asked for where the file ends."""
    import numpy as np

    channels = int(file.signal.channels)
    for _ in _chunks(sox, file, frame_offset * channels):
        pass
    promised = _believed(sox, file, max(0, length(file) - frame_offset))
    wanted = num_frames if num_frames >= 0 else None
    if not promised:
        parts = list(_chunks(sox, file, None if wanted is None else wanted * channels))
        return np.concatenate(parts).reshape(-1, channels) if parts else np.empty((0, channels), np.int32)
    frames = promised if wanted is None else min(promised, wanted)
    return _filled(sox, file, np.empty((frames, channels), np.int32))


def blocks(sox: Library, file: Any, block_frames: int) -> Iterator[Samples]:
    """All frames of an open file in blocks, ``[time, channel]``; one buffer serves for all of them."""
    import numpy as np

    left = _believed(sox, file, length(file)) or _UNKNOWN_LENGTH
    out = np.empty((min(block_frames, left), int(file.signal.channels)), np.int32)
    while left:
        block = _filled(sox, file, out[:left])
        left = left - len(block) if len(block) == len(out) else 0
        if len(block):
            yield block


def _believed(sox: Library, file: Any, promised: int) -> int:
    """The frames that a header promises; 0 where they are more than any codec packs into a file of that size."""
    return 0 if promised * int(file.signal.channels) > _MOST_SAMPLES_PER_BYTE * _size(sox, file) else promised


def _filled(sox: Library, file: Any, out: Samples) -> Samples:
    """The next frames of an open file in a buffer, ``[time, channel]``; fewer than it holds where the file ends."""
    flat, channels, at = out.reshape(-1), out.shape[1], 0
    while at < flat.size:
        got = sox.lib.sox_read(file, sox.ffi.cast("sox_sample_t *", flat[at:].ctypes.data), min(flat.size - at, _CHUNK * channels))
        if not got:
            break
        at += got
    return out[: at // channels]


def _size(sox: Library, file: Any) -> int:
    """Bytes of an open file."""
    try:
        return os.path.getsize(sox.text(file.filename))
    except OSError:
        return 0


def _chunks(sox: Library, file: Any, samples: int | None) -> Iterator[Samples]:
    """The next samples of an open file, all of them for ``None``."""
    import numpy as np

    left = samples
    while left is None or left > 0:
        chunk = np.empty(_CHUNK if left is None else min(left, _CHUNK), np.int32)
        got = sox.lib.sox_read(file, sox.ffi.cast("sox_sample_t *", chunk.ctypes.data), chunk.size)
        if not got:
            return
        yield chunk[:got]
        if left is not None:
            left -= got


def write(
    sox: Library,
    path: str,
    samples: Samples,
    rate: float,
    precision: int,
    encoding: Encoding,
    compression: float | None,
    filetype: str,
) -> None:
    """Write samples, ``[time, channel]``, to a new file.

    Raises:
        BackendError: libsox cannot write that format, or not all samples were taken.
    """
    ffi, lib = sox.ffi, sox.lib
    signal = ffi.new("sox_signalinfo_t *")
    signal.rate, signal.channels, signal.precision, signal.length = rate, samples.shape[1], precision, samples.size
    stored = ffi.new("sox_encodinginfo_t *")
    stored.encoding, stored.bits_per_sample = encoding
    stored.compression = float("inf") if compression is None else compression
    stored.reverse_bytes = stored.reverse_nibbles = stored.reverse_bits = 2  # libsox' "as the format wants it"
    with sox.lock:
        file = lib.sox_open_write(os.fsencode(path), signal, stored, filetype.encode(), ffi.NULL, ffi.NULL)
    if not file:
        raise BackendError(f"libsox cannot open it for writing as {filetype!r}")
    try:
        written = lib.sox_write(file, ffi.cast("sox_sample_t *", samples.ctypes.data), samples.size) if samples.size else 0
        why = sox.text(file.sox_errstr)
    finally:
        with sox.lock:
            closed = lib.sox_close(file)
    if written != samples.size or closed != 0:
        raise BackendError(f"libsox took {written} of {samples.size} samples ({why or 'no reason given'})")

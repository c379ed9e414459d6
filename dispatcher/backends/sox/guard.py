"""Refuse files that would crash libsox, hang it, end the process, or make it open something else.

libsox trusts headers. Each check here answers a harm that was seen (``make fuzz``) or is known of a
release of libsox.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from dispatcher import interrupts
from dispatcher.errors import BackendError
from dispatcher.headers import last_frame

_START = 4096
_MOST_SAMPLES_PER_BYTE = 1000
_DEVICE = "it is a device, not a file"

# file types that only ``format=`` opens, and not an extension or the file's content
_CLOSED = {
    "alsa": _DEVICE,
    "ao": _DEVICE,
    "coreaudio": _DEVICE,
    "oss": _DEVICE,
    "ossdsp": _DEVICE,
    "pulseaudio": _DEVICE,
    "sunau": _DEVICE,
    "waveaudio": _DEVICE,
    "null": "it is endless silence",
    "gsrt": "libsox never stops reading a damaged one",
    "txw": "libsox never stops reading a damaged one",
}
_CLOSED_BY_CONTENT = {(0, b"LM8953"): "txw", (16, b"ring.bin"): "gsrt"}


class _Start(NamedTuple):
    """A file as a check sees it: its path, its first bytes, and its size in bytes."""

    path: str
    data: bytes
    size: int


def _sphere(start: _Start) -> None:
    """Check SPHERE.

    libsox ends the process at a bad length, allocates what the sample count asks for, and reads
    past its buffer if the header has no end (CVE-2021-40426).
    """
    text = start.data[8:16].strip()
    if not text.isdigit() or not 16 < int(text) <= start.size:
        raise BackendError(
            f"it is a SPHERE file whose header claims a length of {text.decode('latin-1')!r} bytes"
        )
    header = (
        start.data[16 : int(text)]
        if int(text) <= len(start.data)
        else _beginning(start.path, int(text))[16:]
    )
    lines = header.split(b"\n")
    if _SPHERE_END not in (line.rstrip() for line in lines):
        raise BackendError("it is a SPHERE file whose header does not end")
    for line in lines[: next(at for at, line in enumerate(lines) if line.rstrip() == _SPHERE_END)]:
        name, _, rest = line.partition(b" ")
        value = rest.partition(b" ")[2].strip()
        if b"\0" in line or len(line) > _SPHERE_LINE:
            raise BackendError("it is a SPHERE file whose header is no text")
        if name in _SPHERE_NUMBERS and not (
            value.isdigit() and 0 < int(value) < _SPHERE_NUMBERS[name]
        ):
            raise BackendError(f"it is a SPHERE file whose header says {line.decode('latin-1')!r}")
        if name == b"sample_count" and not (
            value.isdigit() and int(value) <= start.size * _MOST_SAMPLES_PER_BYTE
        ):
            raise BackendError(
                f"it is a SPHERE file of {start.size} bytes whose header promises "
                f"{value.decode('latin-1')} samples"
            )


_SPHERE_END = b"end_head"
_SPHERE_LINE = 2048
_SPHERE_NUMBERS = {b"channel_count": 1 << 16, b"sample_n_bytes": 9, b"sample_rate": 1 << 31}


def _chunks(start: _Start, order: Literal["little", "big"]) -> Iterator[tuple[bytes, int, bytes]]:
    """Give the name, size and first bytes of each chunk of a RIFF or IFF file.

    Raises:
        BackendError: a chunk other than the audio is larger than the rest of the file.
    """
    with open(start.path, "rb") as file:
        at = _FORM_HEADER
        while at + _CHUNK_HEADER <= start.size:
            file.seek(at)
            header = file.read(_CHUNK_HEADER)
            name, size = header[:4], int.from_bytes(header[4:], order)
            at += _CHUNK_HEADER
            if size > start.size - at and name not in _SOUND_CHUNKS:
                text = (
                    f"its chunk {name.decode('latin-1')!r} claims {size} bytes, and "
                    f"{start.size - at} are left"
                )
                raise BackendError(text)
            yield name, size, file.read(min(size, _FIRST_OF_CHUNK))
            at += size + (size & 1)


_FORM_HEADER, _CHUNK_HEADER, _FIRST_OF_CHUNK = 12, 8, 64
_SOUND_CHUNKS = (b"data", b"SSND", b"BODY", b"MDAT")


def _iff(start: _Start) -> None:
    """Check AIFF and its relatives.

    libsox allocates, or skips byte by byte, as much as a chunk's header says.
    """
    for name, size, first in _chunks(start, "big"):
        if name == b"COMM" and (size < _AIFF_COMMON or not int.from_bytes(first[:2], "big")):
            raise BackendError("its chunk 'COMM' is too short, or says that there are no channels")


_AIFF_COMMON = 18
_MS_ADPCM, _IMA_ADPCM = 2, 0x11
# a block's header: its bytes for each channel, and the samples that these hold
_BLOCK_STARTS = {_MS_ADPCM: (7, 2), _IMA_ADPCM: (4, 1)}


def _riff(start: _Start) -> None:
    """Check WAVE.

    Some releases of libsox divide by the header's channels, rate and block size, and write past
    blocks that hold more samples than bytes for them (CVE-2017-11332, -11359, -15370, -15372,
    CVE-2021-33844).
    """
    order: Literal["little", "big"] = "little" if start.data[:4] == b"RIFF" else "big"

    def number(data: bytes, at: int, size: int = 2) -> int:
        return int.from_bytes(data[at : at + size], order)

    for name, size, first in _chunks(start, order):
        if name == b"data":
            return
        if name != b"fmt ":
            continue
        kind, channels, rate, block = (
            number(first, 0),
            number(first, 2),
            number(first, 4, 4),
            number(first, 12),
        )
        if size < _WAVE_FORMAT or not channels or not 0 < rate < 1 << 31:
            raise BackendError(
                f"its WAVE header says {channels} channels at {rate} Hz, in a chunk 'fmt ' of "
                f"{size} bytes"
            )
        if kind in _BLOCK_STARTS:
            overhead, held = _BLOCK_STARTS[kind]
            # after its header, a block holds two 4-bit samples in a byte
            room = block // channels - overhead
            if room < 0 or number(first, 18) > 2 * room + held or not number(first, 18):
                raise BackendError(
                    f"its WAVE header says {number(first, 18)} ADPCM samples in blocks of {block} "
                    "bytes"
                )


_WAVE_FORMAT = 16


def _au(start: _Start) -> None:
    """Check AU: libsox allocates what the header says is the length of the annotation."""
    order: Literal["little", "big"] = "big" if start.data.startswith(b".snd") else "little"
    begin = int.from_bytes(start.data[4:8], order)
    if begin > start.size:
        raise BackendError(
            f"its header says that the sound begins at byte {begin}, and there are {start.size}"
        )


def _amr_nb(start: _Start) -> None:
    """Check AMR for frames of reserved types: libsox steps back there, and reads for ever."""
    at = len(last_frame.AMR_NB)
    with open(start.path, "rb") as file:
        data = file.read()
    while at < len(data):
        size = last_frame.AMR_SIZES[last_frame.AMR_NB][data[at] >> 3 & 15]
        if not size:
            raise BackendError(
                f"it is an AMR file with a frame of a reserved type at byte {at}, which libsox "
                "would read for ever"
            )
        at += size


def _flac(start: _Start) -> None:
    """Check FLAC: libsox leaks 20 to 100 kB each time that it refuses the metadata blocks."""
    with open(start.path, "rb") as file:
        at, kind, last = len(_FLAC_MAGIC), 0, False
        while not last:
            file.seek(at)
            header = file.read(_FLAC_BLOCK)
            size = int.from_bytes(header[1:], "big")
            if len(header) < _FLAC_BLOCK or size > start.size - at - _FLAC_BLOCK:
                raise BackendError(
                    "it is a FLAC file that ends, or claims to, within the blocks before its sound"
                )
            last, kind = bool(header[0] & 0x80), header[0] & 0x7F
            if (at == len(_FLAC_MAGIC)) != (kind == 0) or (
                kind == 0 and not _is_stream_info(file.read(size))
            ):
                raise BackendError(
                    "it is a FLAC file without a STREAMINFO block that could be right"
                )
            at += _FLAC_BLOCK + size


def _is_stream_info(block: bytes) -> bool:
    """Return whether a block has STREAMINFO's size, and a rate and block sizes a decoder takes."""
    least, most, rate = (
        int.from_bytes(block[:2], "big"),
        int.from_bytes(block[2:4], "big"),
        int.from_bytes(block[10:13], "big") >> 4,
    )
    return len(block) == _FLAC_INFO and _FLAC_LEAST_BLOCK <= least <= most and rate > 0


_FLAC_MAGIC = b"fLaC"
_FLAC_BLOCK, _FLAC_INFO, _FLAC_LEAST_BLOCK = 4, 34, 16

_CHECKS: dict[bytes, Callable[[_Start], None]] = {
    b"NIST_1A": _sphere,
    b"FORM": _iff,
    b"RIFF": _riff,
    b"RIFX": _riff,
    b".snd": _au,
    b"dns.": _au,
    _FLAC_MAGIC: _flac,
    last_frame.AMR_NB: _amr_nb,
}


def _beginning(path: str, size: int) -> bytes:
    with open(path, "rb") as file:
        return file.read(size)


def _check(path: str, filetype: str | None) -> None:
    start = _Start(path, _beginning(path, _START), os.path.getsize(path))
    for magic, check in _CHECKS.items():
        if start.data.startswith(magic):
            check(start)
    for (at, magic), kind in _CLOSED_BY_CONTENT.items():
        if filetype != kind and start.data.startswith(magic, at):
            raise _closed(kind)


def _closed(kind: str) -> BackendError:
    return BackendError(
        f"{kind!r} is closed: {_CLOSED[kind]}. Pass format={kind!r} to read it anyway"
    )


def literal(path: str) -> str:
    """Return a path that libsox takes for a file, not for a command, a URL or standard input."""
    return path if os.path.isabs(path) else os.path.join(os.curdir, path)


@contextlib.contextmanager
def guarded(path: str, filetype: str | None) -> Iterator[str]:
    """Give the path of a file that libsox may open.

    A pipe is copied first, so that it can be checked.

    Raises:
        BackendError: libsox would not survive the file, or its type is closed.
    """
    kind = os.path.splitext(path)[1].lstrip(".").lower()
    if filetype is None and kind in _CLOSED:
        raise _closed(kind)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        yield literal(path)  # opening it will tell what is wrong
        return
    if stat.S_ISDIR(mode):
        raise BackendError("it is a folder")
    if stat.S_ISREG(mode):
        _check_readable(path, filetype)
        yield literal(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, f"copy{os.path.splitext(path)[1]}")
        with interrupts.allowed(), open(path, "rb") as file, open(copy, "wb") as complete:
            shutil.copyfileobj(file, complete, 1 << 20)
        _check_readable(copy, filetype)
        yield copy


def _check_readable(path: str, filetype: str | None) -> None:
    try:
        _check(path, filetype)
    except OSError as why:
        raise BackendError(f"{why.strerror or why}") from why

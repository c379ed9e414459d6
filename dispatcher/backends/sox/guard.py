"""Refuse files that would crash libsox, hang it, end the process, or make it open something else.

libsox trusts headers. Each check here answers a harm that was seen (``make fuzz``) or is known of a
release of libsox.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator

from dispatcher import interrupts
from dispatcher.errors import BackendError
from dispatcher.headers import amr, au, flac, sphere, wave
from dispatcher.headers.file import File, Order, chunks
from dispatcher.reading.opened import OpenFile, opened

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


def _sphere(file: File) -> None:
    """Check SPHERE.

    libsox ends the process at a bad length, allocates what the sample count asks for, and reads
    past its buffer if the header has no end (CVE-2021-40426).
    """
    text = sphere.told_size(file)
    if not text.isdigit() or not 16 < int(text) <= file.size:
        raise BackendError(
            f"it is a SPHERE file whose header claims a length of {text.decode('latin-1')!r} bytes"
        )
    lines = sphere.lines(file)
    ends = [at for at, line in enumerate(lines) if line.rstrip() == _SPHERE_END]
    if not ends:
        raise BackendError("it is a SPHERE file whose header does not end")
    for line in lines[: ends[0]]:
        name, _, rest = line.partition(b" ")
        value = rest.partition(b" ")[2].strip()
        number = int(value) if value.isdigit() else -1
        if b"\0" in line or len(line) > _SPHERE_LINE:
            raise BackendError("it is a SPHERE file whose header is no text")
        if name in _SPHERE_NUMBERS and not 0 < number < _SPHERE_NUMBERS[name]:
            raise BackendError(f"it is a SPHERE file whose header says {line.decode('latin-1')!r}")
        if name == b"sample_count" and not 0 <= number <= file.size * _MOST_SAMPLES_PER_BYTE:
            raise BackendError(
                f"it is a SPHERE file of {file.size} bytes whose header promises"
                f" {value.decode('latin-1')} samples"
            )


_SPHERE_END = b"end_head"
_SPHERE_LINE = 2048
_SPHERE_NUMBERS = {b"channel_count": 1 << 16, b"sample_n_bytes": 9, b"sample_rate": 1 << 31}


def _chunks(file: File, order: Order) -> Iterator[tuple[bytes, int, int]]:
    """Give the name, offset and size of each chunk of a RIFF or IFF file.

    Raises:
        BackendError: a chunk other than the audio is larger than the rest of the file.
    """
    for name, at, size in chunks(file, 12, order):
        if size > file.size - at and name not in _SOUND_CHUNKS:
            raise BackendError(
                f"its chunk {name.decode('latin-1')!r} claims {size} bytes, and "
                f"{file.size - at} are left"
            )
        yield name, at, size


_SOUND_CHUNKS = (b"data", b"SSND", b"BODY", b"MDAT")


def _iff(file: File) -> None:
    """Check AIFF and its relatives.

    libsox allocates, or skips byte by byte, as much as a chunk's header says.
    """
    for name, at, size in _chunks(file, "big"):
        if name == b"COMM" and (size < _AIFF_COMMON or not file.number(at, 2, "big")):
            raise BackendError("its chunk 'COMM' is too short, or says that there are no channels")


_AIFF_COMMON = 18
_MS_ADPCM, _IMA_ADPCM = 2, 0x11
# a block's header: its bytes for each channel, and the samples that these hold
_BLOCK_STARTS = {_MS_ADPCM: (7, 2), _IMA_ADPCM: (4, 1)}


def _riff(file: File) -> None:
    """Check WAVE.

    Some releases of libsox divide by the header's channels, rate and block size, and write past
    blocks that hold more samples than bytes for them (CVE-2017-11332, -11359, -15370, -15372,
    CVE-2021-33844).
    """
    order = wave.order_of(file)
    for name, at, size in _chunks(file, order):
        if name == b"data":
            return
        if name != b"fmt ":
            continue
        form = wave.format_of(file.at(at, min(size, wave.FORMAT_BYTES)), order)
        if size < _WAVE_FORMAT or not form.channels or not 0 < form.rate < 1 << 31:
            raise BackendError(
                f"its WAVE header says {form.channels} channels at {form.rate} Hz, in a chunk"
                f" 'fmt ' of {size} bytes"
            )
        if form.tag in _BLOCK_STARTS:
            overhead, held = _BLOCK_STARTS[form.tag]
            samples = form.valid_bits
            # after its header, a block holds two 4-bit samples in a byte
            room = form.frame_bytes // form.channels - overhead
            if room < 0 or not 0 < samples <= 2 * room + held:
                raise BackendError(
                    f"its WAVE header says {samples} ADPCM samples in blocks of"
                    f" {form.frame_bytes} bytes"
                )


_WAVE_FORMAT = 16


def _au(file: File) -> None:
    """Check AU: libsox allocates what the header says is the length of the annotation."""
    begin = au.begin(file)
    if begin > file.size:
        raise BackendError(
            f"its header says that the sound begins at byte {begin}, and there are {file.size}"
        )


def _amr_nb(file: File) -> None:
    """Check AMR for frames of reserved types: libsox steps back there, and reads for ever."""
    for at, size in amr.frames(file.at(0, file.size)):
        if not size:
            raise BackendError(
                f"it is an AMR file with a frame of a reserved type at byte {at}, which libsox"
                " would read for ever"
            )


def _flac(file: File) -> None:
    """Check FLAC: libsox leaks 20 to 100 kB each time that it refuses the metadata blocks."""
    ended = False
    for number, block in enumerate(flac.blocks(file)):
        if block.size > file.size - block.at:
            break
        is_info = block.kind == 0
        if is_info != (number == 0) or (
            is_info and not _is_stream_info(file.at(block.at, block.size))
        ):
            raise BackendError("it is a FLAC file without one valid STREAMINFO block at its start")
        ended = block.is_last
    if not ended:
        raise BackendError(
            "it is a FLAC file whose metadata blocks do not end before the file does"
        )


def _is_stream_info(block: bytes) -> bool:
    """Return whether a block has STREAMINFO's size, and a rate and block sizes a decoder takes."""
    info = flac.stream_info(block) if len(block) == flac.STREAMINFO_BYTES else None
    return info is not None and _FLAC_LEAST_BLOCK <= info.least <= info.most and info.rate > 0


_FLAC_LEAST_BLOCK = 16

_CHECKS: dict[bytes, Callable[[File], None]] = {
    b"NIST_1A": _sphere,
    b"FORM": _iff,
    b"RIFF": _riff,
    b"RIFX": _riff,
    b".snd": _au,
    b"dns.": _au,
    flac.MAGIC: _flac,
    amr.NARROWBAND: _amr_nb,
}


def _check(file: File, filetype: str | None) -> None:
    for magic, check in _CHECKS.items():
        if file.head.startswith(magic):
            check(file)
    for (at, magic), kind in _CLOSED_BY_CONTENT.items():
        if filetype != kind and file.head.startswith(magic, at):
            raise _closed(kind)


def _closed(kind: str) -> BackendError:
    return BackendError(
        f"{kind!r} is closed: {_CLOSED[kind]}. Pass format={kind!r} to read it anyway"
    )


def literal(path: str) -> str:
    """Return a path that libsox takes for a file, not for a command, a URL or standard input."""
    return path if os.path.isabs(path) else os.path.join(os.curdir, path)


@contextlib.contextmanager
def guarded(path: str, filetype: str | None, file: OpenFile | None = None) -> Iterator[str]:
    """Give the path of a file that libsox may open.

    A pipe is copied first, so that it can be checked. ``file`` is the file if it is open already.

    Raises:
        BackendError: libsox would not survive the file, or its type is closed.
    """
    kind = os.path.splitext(path)[1].lstrip(".").lower()
    if filetype is None and kind in _CLOSED:
        raise _closed(kind)
    try:
        mode = (os.stat(path) if file is None else file.status).st_mode
    except (OSError, ValueError):
        yield literal(path)  # opening it will tell what is wrong
        return
    if stat.S_ISDIR(mode):
        raise BackendError("it is a folder")
    if stat.S_ISREG(mode):
        _check_readable(path, filetype, file)
        yield literal(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, f"copy{os.path.splitext(path)[1]}")
        with interrupts.allowed(), open(path, "rb") as pipe, open(copy, "wb") as complete:
            shutil.copyfileobj(pipe, complete, 1 << 20)
        _check_readable(copy, filetype)
        yield copy


def _check_readable(path: str, filetype: str | None, file: OpenFile | None = None) -> None:
    try:
        with opened(file or path) as found:
            if found is None:
                open(path, "rb").close()  # this tells why
            else:
                _check(found, filetype)
    except OSError as why:
        raise BackendError(f"{why.strerror or why}") from why

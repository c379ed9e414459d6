"""The backend on libsndfile, through python-soundfile.

The subtype for each dtype, encoding and bit depth, and the errors, are those of torchaudio 2.0 to
2.2 (``tests/oracle``, cases ``*/soundfile``). Up to 2.0 the global ``soundfile`` backend did the
same.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import re
import sys
import threading
from collections.abc import Generator, Iterator
from typing import Any, ClassVar, TypeAlias

from dispatcher import arguments, backend, forks, interrupts, notices, short_files
from dispatcher.backend import Uri
from dispatcher.errors import (
    ArgumentError,
    ArgumentTypeError,
    AudioError,
    BackendError,
    BackendUnavailable,
    NotATensorError,
    problem,
)
from dispatcher.headers import ogg, registry
from dispatcher.lazily import np, npt, torch
from dispatcher.metadata import AudioMetaData
from dispatcher.reading import collector, file_objects, unreadable
from dispatcher.reading.collector import Collector
from dispatcher.reading.opened import OpenFile, look, opened
from dispatcher.requests import Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import BLOCK_FRAMES, Stream, in_blocks, with_error_context
from dispatcher.writing import target, writable

# dtype for ``normalize=False`` by subtype of a WAV file; other containers always give float32
_NATIVE_DTYPE = {
    "PCM_16": "int16",
    "PCM_32": "int32",
    "FLOAT": "float32",
    "DOUBLE": "float64",
}

# what ``info`` reports for a subtype; torchaudio does not know other subtypes, and gets a warning
_BITS = {
    "PCM_S8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "PCM_U8": 8, "FLOAT": 32, "DOUBLE": 64,
    "ULAW": 8, "ALAW": 8, "IMA_ADPCM": 0, "MS_ADPCM": 0, "GSM610": 0, "VOX_ADPCM": 0, "G721_32": 0,
    "G723_24": 0, "G723_40": 0, "DWVW_12": 12, "DWVW_16": 16, "DWVW_24": 24, "DWVW_N": 0,
    "DPCM_8": 8, "DPCM_16": 16, "VORBIS": 0, "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24,
    "ALAC_32": 32,
}  # fmt: skip
_ENCODING = {
    "PCM_S8": "PCM_S", "PCM_16": "PCM_S", "PCM_24": "PCM_S", "PCM_32": "PCM_S", "PCM_U8": "PCM_U",
    "FLOAT": "PCM_F", "DOUBLE": "PCM_F", "ULAW": "ULAW", "ALAW": "ALAW", "VORBIS": "VORBIS",
}  # fmt: skip

_BIT_DEPTHS = (None, 8, 16, 24, 32, 64)
_WAV_BY_DTYPE = {
    "uint8": "PCM_U8",
    "int16": "PCM_16",
    "int32": "PCM_32",
    "float32": "FLOAT",
    "float64": "DOUBLE",
}
# subtype by container, encoding and bit depth; the releases refused every other combination
_Table: TypeAlias = dict[str | None, dict[int | None, str]]
_WAV: _Table = {
    None: {8: "PCM_U8", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"},
    "PCM_S": {None: "PCM_32", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"},
    "PCM_U": {None: "PCM_U8", 8: "PCM_U8"},
    "PCM_F": {None: "FLOAT", 32: "FLOAT", 64: "DOUBLE"},
    "ULAW": {None: "ULAW", 8: "ULAW"},
    "ALAW": {None: "ALAW", 8: "ALAW"},
}
_SPHERE_PCM: dict[int | None, str] = {None: "PCM_32", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"}
_SPHERE: _Table = {
    None: _SPHERE_PCM,
    "PCM_S": _SPHERE_PCM,
    "ULAW": {None: "ULAW", 8: "ULAW"},
    "ALAW": dict.fromkeys(_BIT_DEPTHS, "ALAW"),
}
_FLAC: _Table = {None: {None: "PCM_16", 8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}}
_VORBIS: _Table = {None: {None: "VORBIS"}}
_BY_CONTAINER: dict[str, _Table] = {
    "wav": _WAV, "flac": _FLAC, "ogg": _VORBIS, "vorbis": _VORBIS, "sph": _SPHERE,
}  # fmt: skip
_FIXED = {"nis": "PCM_16", "nist": "PCM_16", "mp3": "MPEG_LAYER_III"}
_FFMPEG_VORBIS_CHUNK = 64
# subtypes that can be read as integers and scaled to libsndfile's own float32: dtype and scale
_EXACT = {
    "PCM_16": ("int16", 2.0**-15),
    "PCM_24": ("int32", 2.0**-31),
    "PCM_32": ("int32", 2.0**-31),
}
_PIECE = 1 << 15
# half of a core's cache; each call of python-soundfile costs as much as some thousand samples
_PIECE_SAMPLES = 1 << 18
_IN_PAIRS = ("VOX_ADPCM",)
_MPEG, _MISCOUNTED = "MPEG", 2 * 1152  # libsndfile may count so many frames too many in good files
# read from the start: here libsndfile seeks to a wrong place, or cannot read on within a block
_LOST_IN = (
    *(("PAF", "PCM_24"), ("W64", "IMA_ADPCM"), ("W64", "MS_ADPCM")),
    # after damage it seeks to another place
    *(("CAF", subtype) for subtype in ("ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32")),
    *(("SDS", subtype) for subtype in ("PCM_S8", "PCM_16", "PCM_24")),
    *(("AIFF", subtype) for subtype in ("DWVW_12", "DWVW_16", "DWVW_24")),
)
_IN_BLOCKS = ("IMA_ADPCM", "MS_ADPCM")
_LEAVES_DESCRIPTORS = (1, 2, 2)
_NOT_RECOGNISED = 1  # libsndfile's code
# files known by their names: to libsndfile, or .raw to python-soundfile, which asks for its rate
_KNOWN_BY_NAME = (".au", ".snd", ".vox", ".vox6", ".vox8", ".gsm", ".mp3", ".sd2", ".raw")
_MOST_AT_ONCE = 1 << 26
_SURE = 1 << 16  # samples for which there is always room, whatever the file's size
# libsndfile copies all frames of Vorbis that it gets to the stack: a minute of them crashes
_MOST_FRAMES = 1 << 16
# what the encoders behind libsndfile take: most channels, sample rates; they crash at anything else
_TAKES = {"VORBIS": (255, (1, 200_000)), "MPEG_LAYER_III": (2, (8000, 48000))}
_BY_TABLE = ("ULAW", "ALAW")
_NAMED = {"VORBIS": "Vorbis", "MPEG_LAYER_III": "mp3", "ULAW": "u-law", "ALAW": "A-law"}
_LOUDEST = {"MPEG_LAYER_III": writable.LOUDEST_FOR_MP3}
_NIST_EXTENSIONS = ("sph", "nis", "nist")


def _subtype(dtype: str, container: str, encoding: str | None, bits: int | None) -> str:
    """Return the libsndfile subtype in which the releases stored this.

    Raises:
        ArgumentError: (a ValueError) the releases refused the combination.
    """
    if container in _FIXED:
        return _FIXED[container]
    if not container:
        raise ArgumentError(arguments.NO_FORMAT)
    table = _BY_CONTAINER.get(container)
    if table is None:
        raise ArgumentError(
            f"it does not write {container!r}; it writes "
            f"{', '.join(sorted({*_BY_CONTAINER, *_FIXED}))}"
        )
    if container == "wav" and encoding is None and bits is None:
        if dtype not in _WAV_BY_DTYPE:
            raise ArgumentError(
                f"it cannot write {dtype} to wav; convert the tensor to one of "
                f"{', '.join(_WAV_BY_DTYPE)}"
            )
        return _WAV_BY_DTYPE[dtype]
    return arguments.stored_as(table, container, encoding, bits, ArgumentError)


def _extension(path: str | bytes) -> str:
    """Return what follows the last dot of a file's name, in lower case."""
    _, dot, found = os.path.basename(os.fsdecode(path)).rpartition(".")
    return found.lower() if dot else ""


def _as_array(asked: Save) -> npt.NDArray[Any]:
    """Return the tensor's samples as a numpy array, in their own dtype.

    Raises:
        BackendError, ArgumentTypeError: (RuntimeError, TypeError) numpy cannot hold them.
    """
    if asked.src.requires_grad:
        raise problem(
            BackendError,
            "write",
            asked.uri,
            "the tensor requires grad; save tensor.detach()",
            backend=Backend.name,
        )
    try:
        samples: npt.NDArray[Any] = asked.src.resolve_conj().resolve_neg().numpy()
    except RuntimeError as why:
        raise problem(BackendError, "write", asked.uri, why, backend=Backend.name) from why
    except TypeError as why:
        dtype = str(asked.src.dtype).removeprefix("torch.")
        cause = f"libsndfile takes no {dtype}; convert the tensor to float32"
        raise problem(ArgumentTypeError, "write", asked.uri, cause, backend=Backend.name) from why
    return samples


def _written(subtype: str, container: str, samples: Any, sample_rate: Any) -> tuple[Any, int]:
    """Return ``[time, channel]`` samples and a sample rate (Hz) that libsndfile can take.

    Raises:
        BackendError: libsndfile, or the encoder behind it, would crash or end the process.
    """
    rate, named = writable.sample_rate(sample_rate), _NAMED.get(subtype, container)
    if not samples.shape[1]:
        raise BackendError("the tensor has no channels")
    if subtype in _TAKES:
        channels, rates = _TAKES[subtype]
        writable.within("channels", samples.shape[1], 1, channels, named)
        writable.within("sample rates", rate, *rates, named)
    if subtype in _NAMED or container == "flac":
        writable.numbers(samples, named, _LOUDEST.get(subtype, math.inf))
    # libsndfile 1.2 turns two channels of int16 into noise
    if subtype == "MPEG_LAYER_III" and samples.dtype == np.int16:
        samples = samples.astype(np.float32) / np.float32(1 << 15)
    # libsndfile looks these up in a table, and reads beyond its end for louder samples
    if subtype in _BY_TABLE and samples.dtype.kind == "f":
        samples = np.clip(samples, -1, 1)
    return samples, rate


def _readable(uri: Uri, settings: Settings) -> Any:
    """Return a path or file object as python-soundfile takes it."""
    if not file_objects.is_readable(uri):
        return uri
    try:
        return file_objects.PatientReader(file_objects.seekable(uri, settings))
    except OSError as why:
        raise problem(
            BackendError, "read", uri, f"libsndfile must seek: {why}", backend=Backend.name
        ) from why


def _failed(action: str, uri: Uri, why: Exception) -> Exception:
    """Return our error for one of the library's, of the class that the releases raised."""
    kind: type[AudioError] = BackendError
    if isinstance(why, TypeError):
        kind = ArgumentTypeError
    elif isinstance(why, ValueError):
        kind = ArgumentError
    cause, hint = getattr(why, "error_string", why), ""
    if action == "read" and kind is ArgumentTypeError and str(why).startswith("Invalid file"):
        cause = arguments.neither_path_nor_file(uri)
    elif action == "read" and kind is BackendError and not isinstance(uri, int):
        cause, hint = unreadable.cause(uri) or cause, unreadable.other_backend(uri)
    return problem(kind, action, uri, cause, backend=Backend.name, hint=hint)


def _read(file: Any, frames: int, dtype: str, collected: Collector) -> None:
    """Read the next frames of a file, fewer where it ends.

    Channels are separated and integers made floats piece by piece, while a piece is in the
    processor's cache: libsndfile's own conversion costs several times as much and gives the same
    bits.
    """
    own = dtype, 0.0
    stored, scale = _EXACT.get(file.subtype, own) if dtype == "float32" else own
    # into a buffer of odd length libsndfile writes a sample too many of these
    in_pairs = file.subtype in _IN_PAIRS
    if not scale and not in_pairs and (collected.channels == 1 or not collected.channels_first):
        while collected.frames < frames:
            room = collected.room(min(frames - collected.frames, _MOST_AT_ONCE))
            got = file.buffer_read_into(room.T, dtype)
            if not got:
                return
            collected.took(got)
            interrupts.check()
        return
    most = max(1, _PIECE_SAMPLES // collected.channels)
    piece = np.empty((min(most, frames + (frames & in_pairs)), collected.channels), stored)
    while collected.frames < frames:
        left = frames - collected.frames
        wanted = min(len(piece), left + (left & in_pairs))
        got = min(file.buffer_read_into(piece[:wanted], stored), left)
        if not got:
            return
        room = collected.room(got)
        if scale:
            np.multiply(
                piece[:got].T, np.float32(scale), out=room, dtype=np.float32, casting="unsafe"
            )
        else:
            room[...] = piece[:got].T
        collected.took(got)
        interrupts.check()


def _is_lost_in(file: Any, start: int, place: Any) -> bool:
    """Return whether a piece of such a file must be read from the file's start.

    libsndfile fills up a last block of ADPCM that was cut, from what it decoded before.
    """
    if (file.format, file.subtype) in _LOST_IN:
        return True
    in_blocks = bool(start) and file.subtype in _IN_BLOCKS
    return in_blocks and look(place, registry.missing, 0) is not None


def _go_to(file: Any, start: int, place: Any) -> None:
    """Go to a frame; decode all frames before it where libsndfile cannot seek exactly.

    It does not tell when it comes out elsewhere. In MPEG audio it lets mpg123 guess where a frame
    is. In Vorbis it assumes that the samples of the last page end where its packets do, so a file
    whose end was trimmed puts it off by as much.
    """
    can_seek = file.can_seek()
    if can_seek and not file.subtype.startswith(_MPEG):
        exact = _last_to_seek(file, start, place) if file.subtype == "VORBIS" else start
        file.seek(exact)
        start -= exact
    elif can_seek:
        file.seek(0)
    passed = np.empty((min(_PIECE, start), file.channels), np.float32)
    while start:
        got = file.buffer_read_into(passed[: min(len(passed), start)], "float32")
        if not got:
            return
        start -= got
        interrupts.check()


def _last_to_seek(file: Any, start: int, place: Any) -> int:
    """Return the last frame up to ``start`` to which libsndfile seeks exactly in Ogg Vorbis."""
    before = look(place, ogg.sound_before_last_page, 0)
    return 0 if before is None or before > file.frames else min(start, max(0, before - 1))


def _named(place: Any) -> Any:
    """Return a path for python-soundfile: as bytes if it is not Unicode, which it cannot encode."""
    if (
        not isinstance(place, str)
        or sys.platform == "win32"
        or not any("\udc80" <= letter <= "\udcff" for letter in place)
    ):
        return place
    return os.fsencode(place)


def _sequential(soundfile: Any) -> Any:
    """Return a subclass of ``SoundFile`` that does not seek to its own position after each piece.

    In flac that would decode a frame again.

    While it opens a file object or a pipe it holds no lock that others wait for. python-soundfile
    0.14 has one lock for all openings, so that the error it reports is the right one. With it, an
    object whose ``read`` opens a sound file would wait for ever, and one slow object would stop all
    threads.
    """
    alone = forks.Shared(
        threading.Lock, lambda lock: setattr(soundfile.SoundFile, "_sf_error_lock", lock)
    )

    class Sequential(soundfile.SoundFile):  # type: ignore[misc]
        _file: Any
        # python-soundfile searches its tables each time it is asked for them
        format = functools.cached_property(soundfile.SoundFile.format.fget)
        subtype = functools.cached_property(soundfile.SoundFile.subtype.fget)

        @property
        def _sf_error_lock(self) -> Any:
            return alone.lock if file_objects.is_regular(self.name) else contextlib.nullcontext()

        def close(self) -> None:
            # python-soundfile records that it has closed after an interrupt may have come, and then
            # closes again, which crashes
            handle, self._file = self._file, None
            error = 0 if handle is None else soundfile._snd.sf_close(handle)
            if error:
                raise soundfile.LibsndfileError(error)

        def seekable(self) -> bool:
            return False

        def can_seek(self) -> bool:
            return bool(super().seekable())

    return Sequential


@functools.cache
def _leaves_descriptors(libsndfile: str) -> bool:
    """Return whether libsndfile leaves a descriptor open that it cannot read; 1.2.0 closes it."""
    return tuple(map(int, re.findall(r"\d+", libsndfile)[:3])) >= _LEAVES_DESCRIPTORS


def _blocks(file: Any, block_frames: int, dtype: str) -> Iterator[npt.NDArray[Any]]:
    """Give all frames of a file in blocks, ``[channel, time]``."""
    left = file.frames
    if left and file.can_seek():
        # as load does: in mp3 this changes the last bits of the first samples
        file.seek(0)
    while left:
        block = Collector(file.channels, min(block_frames, left), dtype)
        _read(file, min(block_frames, left), dtype, block)
        if not block.frames:
            return
        left = left - block.frames if block.frames == block_frames else 0
        yield block.result()


def _metadata(file: Any) -> AudioMetaData:
    """Return what ``info`` returns for an open file."""
    encoding = "FLAC" if file.format == "FLAC" else _ENCODING.get(file.subtype, "UNKNOWN")
    return AudioMetaData(
        file.samplerate, file.frames, file.channels, _BITS.get(file.subtype, 0), encoding
    )


class Backend(backend.Backend):
    """libsndfile: wav, flac, ogg, mp3, sphere, aiff, au, caf, w64; file objects that can seek."""

    name = "soundfile"
    reads_on_in: ClassVar[frozenset[str] | None] = frozenset()
    leniency: ClassVar[Leniency] = Leniency(frozenset({"frame_offset"}))

    def __init__(self) -> None:
        import soundfile

        self._soundfile = soundfile
        self._sequential = _sequential(soundfile)

    @classmethod
    def open(cls) -> Backend:
        """Import python-soundfile, whose wheel contains libsndfile, or which finds the system's.

        Raises:
            BackendUnavailable: either is missing.
        """
        try:
            return cls()
        except ImportError as why:
            raise BackendUnavailable(
                f"python-soundfile does not import ({why})", mend="pip install soundfile"
            ) from why
        except OSError as why:
            mend = "pip install --force-reinstall soundfile, or install libsndfile1"
            raise BackendUnavailable(f"libsndfile does not load ({why})", mend=mend) from why

    @contextlib.contextmanager
    def _reading(
        self, uri: Uri, settings: Settings, file: OpenFile | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """Open a ``SoundFile`` for reading, and add context to the errors of the block.

        Yields it, and what its headers can be read from again. ``file`` is the file if it is open.

        Raises:
            BackendError, ArgumentTypeError: libsndfile cannot read it, or it is neither a path nor
                a file object.
        """
        place = _readable(uri, settings)
        with (
            self._with_error_context(uri, place),
            opened(file or place) as held,
            self._opened(place, held) as found,
        ):
            yield found, held or place

    @contextlib.contextmanager
    def _opened(self, place: Any, held: OpenFile | None) -> Iterator[Any]:
        """Open a ``SoundFile`` for a path or file object; ``held`` is that of a path.

        It is passed as a descriptor: Python closes its file whenever an interrupt comes, and
        python-soundfile does not. And without a path libsndfile does not search for a resource
        fork. libsndfile gets the path only if it does not recognise the content and knows such
        files by their names.
        """
        # on Windows, Python's descriptors may not be the library's
        shared = sys.platform != "win32" and _leaves_descriptors(
            self._soundfile.__libsndfile_version__
        )
        if held is not None and shared:
            held.raw.seek(0)
            try:
                file = self._sequential(held.raw.fileno(), "r", closefd=False)
            except self._soundfile.LibsndfileError as why:
                known = os.fsdecode(place).lower().endswith(_KNOWN_BY_NAME)
                if why.code != _NOT_RECOGNISED or not known:
                    raise
            else:
                with file:
                    yield file
                return
        with self._sequential(_named(place), "r") as file:
            yield file

    @contextlib.contextmanager
    def _with_error_context(self, uri: Uri, place: Any) -> Iterator[None]:
        """Add the file and the backend to errors of reading; a file object's own error wins."""
        try:
            with file_objects.interruptible(place):
                yield
            file_objects.believe(place)
        except Exception as why:
            failure = getattr(place, "failure", None)
            library = self._soundfile.LibsndfileError, TypeError
            if failure is None and not isinstance(why, library):
                raise
            raise _failed("read", uri, failure or why) from failure or why

    def _check_vorbis(self, place: Any, uri: Uri) -> None:
        """Refuse to seek in Vorbis whose damaged headers leave no decoder: libsndfile would crash.

        This tries it with a second ``SoundFile``, because after reading the first one would seek to
        another place. ``place`` is the open file, or what can be read again.

        Raises:
            BackendError: not a single frame can be decoded.
        """
        held = place if isinstance(place, OpenFile) else None
        shared: Any = place if held is None else held.raw
        at = shared.tell() if file_objects.is_readable(shared) else None
        if at is not None:
            shared.seek(0)
        with self._opened(uri if held is not None else place, held) as probe:
            found = len(probe.read(1))
        if at is not None:
            shared.seek(at)
        if not found:
            cause = "its headers are damaged: not a single frame can be decoded"
            raise problem(BackendError, "read", uri, cause, backend=self.name)

    def info(
        self, uri: Uri, format: str | None, buffer_size: int, settings: Settings
    ) -> AudioMetaData:
        with self._reading(uri, settings) as (file, _):
            subtype, found = file.subtype, _metadata(file)
            if settings.exact_num_frames:
                found.num_frames = sum(
                    block.shape[1] for block in _blocks(file, BLOCK_FRAMES, "float32")
                )
        if subtype not in _BITS:
            text = (
                f"libsndfile calls the encoding {subtype}, which torchaudio has no name for: "
                "info() reports UNKNOWN with 0 bits"
            )
            notices.warn(text, notices.UnknownEncodingWarning)
        return found

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        with self._reading(asked.uri, settings, asked.file) as (file, place):
            dtype = self._dtype(file, asked.normalize, asked.uri)
            # frame_offset works as in a Python slice here, also when it is negative
            start, stop, _ = slice(asked.frame_offset, None).indices(file.frames)
            frames = (
                stop - start
                if asked.num_frames < 0
                else max(0, min(asked.num_frames, stop - start))
            )
            room = frames
            if frames * file.channels > _SURE:
                size = look(asked.place, lambda seen: seen.size) or 0
                room = collector.plausible(frames, size, file.channels)
            lead = start & 1 if file.subtype in _IN_PAIRS else 0
            if _is_lost_in(file, start, place):
                lead = start
            collected = Collector(file.channels, room + lead, dtype, asked.channels_first)
            if frames:
                if start - lead or file.can_seek():
                    if start and file.subtype == "VORBIS" and file.seekable():
                        self._check_vorbis(place, asked.uri)
                    _go_to(file, start - lead, place)
                _read(file, frames + lead, dtype, collected)
                got = collected.frames - lead
                if got + (_MISCOUNTED if file.subtype.startswith(_MPEG) else 0) < frames:
                    short_files.warn_lost_frames(
                        "libsndfile", file.frames, start, got, place, asked.uri
                    )
            rate = int(file.samplerate)
            found = collected.result()
            if lead:
                found = (found[:, lead:] if asked.channels_first else found[lead:]).copy()
        return torch.from_numpy(found), rate

    @in_blocks
    def stream(self, asked: Blocks, settings: Settings) -> Generator[Stream, None, None]:
        place = _readable(asked.uri, settings)
        with contextlib.ExitStack() as held:
            with self._with_error_context(asked.uri, place):
                own = held.enter_context(opened(place))
                file = held.enter_context(self._opened(place, own))
            blocks = _blocks(
                file, asked.block_frames, self._dtype(file, asked.normalize, asked.uri)
            )
            found = _metadata(file)
            if settings.exact_num_frames:
                found.num_frames = -1
            yield Stream(
                self.name,
                found,
                with_error_context(blocks, self._with_error_context(asked.uri, place)),
            )

    def _dtype(self, file: Any, normalize: bool, uri: Uri) -> str:
        """Return the dtype in which the releases returned an open file's samples.

        Raises:
            ArgumentError: (a ValueError) with ``normalize=False``, libsndfile has none for the
                subtype.
        """
        dtype = "float32" if normalize or file.format != "WAV" else _NATIVE_DTYPE.get(file.subtype)
        if dtype is not None:
            return dtype
        cause = f"libsndfile cannot give {file.subtype} in a dtype of its own"
        hint = "Leave normalize=True, or use backend='ffmpeg'."
        raise problem(ArgumentError, "read", uri, cause, backend=self.name, hint=hint)

    def save(self, asked: Save, settings: Settings) -> None:
        def fail(cause: object, kind: type[AudioError] = ArgumentError) -> AudioError:
            return problem(kind, "write", asked.uri, cause, backend=self.name)

        if asked.compression:
            raise fail(f"it takes no compression={asked.compression!r}")
        if not hasattr(asked.src, "ndim"):
            raise fail(f"{type(asked.src).__name__} is not a tensor", NotATensorError)
        if asked.src.ndim != 2:
            raise fail(f"the tensor has {asked.src.ndim} dimensions, not 2")
        if not isinstance(asked.src, torch.Tensor):
            raise fail(f"{type(asked.src).__name__} is not a tensor")
        if not file_objects.is_writable(asked.uri):
            container = _extension(arguments.fspath("write", asked.uri, self.name))
        elif asked.format is not None:
            container = asked.format.lower()
        else:
            raise fail(arguments.NO_FORMAT, BackendError)
        if asked.bits_per_sample not in _BIT_DEPTHS:
            raise fail(f"bits_per_sample={asked.bits_per_sample!r} is none of {_BIT_DEPTHS}")
        if asked.bits_per_sample == 24:
            notices.warn(
                "libsndfile takes 24-bit samples from 32-bit ones and drops the lowest 8 bits",
                notices.IgnoredArgumentWarning,
            )
        dtype = str(asked.src.dtype).removeprefix("torch.")
        try:
            subtype = _subtype(dtype, container, asked.encoding, asked.bits_per_sample)
        except ArgumentError as why:
            raise fail(why) from why
        src = _as_array(asked)
        data = src.T if asked.channels_first else src
        # soundfile does not know .sph; the releases made up for that only without format=
        kind = "NIST" if asked.format is None and container in _NIST_EXTENSIONS else asked.format
        rate = asked.sample_rate
        self._write(asked.uri, container, data, rate, _MOST_FRAMES, subtype=subtype, format=kind)

    def write_vorbis(
        self, uri: Uri, data: torch.Tensor, sample_rate: int, compression_level: float
    ) -> None:
        """Write ``[channel, time]`` samples as Ogg Vorbis.

        ``compression_level`` is libsndfile's, from 0 (best) to 1. The samples are passed in chunks
        as FFmpeg passes them to libvorbis, whose decisions depend on how many it sees at a time.

        Raises:
            BackendError: libsndfile cannot write them.
        """
        samples = np.ascontiguousarray(data.t().numpy())
        options = {"format": "OGG", "compression_level": compression_level}
        self._write(
            uri, "ogg", samples, sample_rate, _FFMPEG_VORBIS_CHUNK, subtype="VORBIS", **options
        )

    def _write(
        self,
        uri: Uri,
        container: str,
        samples: Any,
        sample_rate: Any,
        chunk: int,
        *,
        subtype: str,
        **options: Any,
    ) -> None:
        """Write ``[time, channel]`` samples, at most ``chunk`` frames at a time.

        Raises:
            BackendError, ArgumentTypeError, ArgumentError: libsndfile cannot write them; it, or the
                encoder behind it, would crash or end the process; or the target cannot be written.
        """
        try:
            samples, rate = _written(subtype, container, samples, sample_rate)
            with (
                target.writing(uri) as place,
                self._sequential(
                    _named(place), "w", rate, samples.shape[1], subtype, **options
                ) as file,
            ):
                for first in range(0, max(len(samples), 1), chunk):
                    file.write(samples[first : first + chunk])
                    interrupts.check()
        except (
            self._soundfile.LibsndfileError,
            BackendError,
            TypeError,
            ValueError,
            OSError,
        ) as why:
            raise _failed("write", uri, why) from why

"""``info``, ``load``, ``stream`` and ``save`` by libsndfile, and its errors in our words."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator, Iterator
from typing import Any, ClassVar

from dispatcher import arguments, backend, interrupts, notices, plain_wav, short_files
from dispatcher.backend import Uri
from dispatcher.backends.soundfile import encodable, library, reading, subtypes
from dispatcher.errors import (
    ArgumentError,
    ArgumentTypeError,
    AudioError,
    BackendError,
    BackendUnavailable,
    NotATensorError,
    problem,
)
from dispatcher.lazily import np, torch
from dispatcher.metadata import AudioMetaData
from dispatcher.reading import collector, file_objects, unreadable
from dispatcher.reading.collector import Collector
from dispatcher.reading.opened import OpenFile, look, opened
from dispatcher.requests import Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import BLOCK_FRAMES, Stream, in_blocks, with_error_context
from dispatcher.writing import target

_FFMPEG_VORBIS_CHUNK = 64
_NOT_RECOGNISED, _NOT_REGULAR = 1, 7  # libsndfile's codes
# files known by their names: to libsndfile, or .raw to python-soundfile, which asks for its rate
_KNOWN_BY_NAME = (".au", ".snd", ".vox", ".vox6", ".vox8", ".gsm", ".mp3", ".sd2", ".raw")
_SURE = 1 << 16  # samples for which there is always room, whatever the file's size
# libsndfile copies all frames of Vorbis that it gets to the stack: a minute of them crashes
_MOST_FRAMES = 1 << 16
_NIST_EXTENSIONS = ("sph", "nis", "nist")


def _extension(path: str | bytes) -> str:
    """Return what follows the last dot of a file's name, in lower case."""
    _, dot, found = os.path.basename(os.fsdecode(path)).rpartition(".")
    return found.lower() if dot else ""


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
        # its decoder of mp3 says so of any file
        is_path = isinstance(uri, (str, bytes, os.PathLike))
        if getattr(why, "code", 0) == _NOT_REGULAR and (not is_path or os.path.isfile(uri)):
            cause = "it seems to be mp3, but no frame of mp3 is found in it"
        cause, hint = unreadable.cause(uri) or cause, unreadable.other_backend(uri)
    return problem(kind, action, uri, cause, backend=Backend.name, hint=hint)


class Backend(backend.Backend):
    """libsndfile: wav, flac, ogg, mp3, sphere, aiff, au, caf, w64; file objects that can seek."""

    name = "soundfile"
    reads_on_in: ClassVar[frozenset[str] | None] = frozenset()
    leniency: ClassVar[Leniency] = Leniency(frozenset({"frame_offset"}))

    def __init__(self) -> None:
        import soundfile

        self._soundfile = soundfile
        self._sequential = library.sequential(soundfile)

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
        shared = sys.platform != "win32" and library.leaves_descriptors(
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
        with self._sequential(library.named(place), "r") as file:
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
        with opened(uri) as held:
            plain = plain_wav.of_libsndfile(held)
            return self._info(uri, settings, held) if plain is None else plain.metadata()

    def _info(self, uri: Uri, settings: Settings, held: OpenFile | None) -> AudioMetaData:
        with self._reading(uri, settings, held) as (file, _):
            subtype, found = file.subtype, subtypes.metadata(file)
            if settings.exact_num_frames:
                found.num_frames = sum(
                    block.shape[1] for block in reading.blocks(file, BLOCK_FRAMES, "float32")
                )
        if subtype not in subtypes.BITS:
            text = (
                f"libsndfile calls the encoding {subtype}, which torchaudio has no name for: "
                "info() reports UNKNOWN with 0 bits"
            )
            notices.warn(text, notices.UnknownEncodingWarning)
        return found

    def load_plain(self, asked: Load) -> tuple[torch.Tensor, int] | None:
        plain = plain_wav.of_libsndfile(asked.file) if asked.is_piece and asked.normalize else None
        return None if plain is None else plain.load(asked)

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        with self._reading(asked.uri, settings, asked.file) as (file, place):
            dtype = self._dtype(file, asked.normalize, asked.uri)
            end = None if asked.num_frames < 0 else asked.frame_offset + asked.num_frames
            reading.warn_of_flaws(file, end, place, asked.uri)
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
            lead = start & 1 if file.subtype in reading.IN_PAIRS else 0
            if reading.is_lost_in(file, start, place):
                lead = start
            collected = Collector(file.channels, room + lead, dtype, asked.channels_first)
            if frames:
                if start - lead or file.can_seek():
                    if start and file.subtype == "VORBIS" and file.can_seek():
                        self._check_vorbis(place, asked.uri)
                    reading.go_to(file, start - lead, place)
                reading.read(file, frames + lead, dtype, collected)
                got = collected.frames - lead
                if got + reading.miscounted(file) < frames:
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
            blocks = reading.blocks(
                file, asked.block_frames, self._dtype(file, asked.normalize, asked.uri)
            )
            reading.warn_of_flaws(file, None, own or place, asked.uri)
            found = subtypes.metadata(file)
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
        has_own = not normalize and file.format == "WAV"
        dtype = subtypes.NATIVE_DTYPE.get(file.subtype) if has_own else "float32"
        if dtype is not None:
            return dtype
        cause = f"libsndfile cannot give {file.subtype} in a dtype of its own"
        hint = "Keep normalize=True, or use backend='ffmpeg'."
        raise problem(ArgumentError, "read", uri, cause, backend=self.name, hint=hint)

    def save(self, asked: Save, settings: Settings) -> None:
        def fail(cause: object, kind: type[AudioError] = ArgumentError) -> AudioError:
            return problem(kind, "write", asked.uri, cause, backend=self.name)

        if asked.compression:
            raise fail(f"it takes no compression={asked.compression!r}")
        if not hasattr(asked.src, "ndim"):
            raise fail(
                f"{type(asked.src).__name__} is not a tensor; pass torch.as_tensor(...)",
                NotATensorError,
            )
        if asked.src.ndim != 2:
            raise fail(f"the tensor has {asked.src.ndim} dimensions, not 2 ({arguments.LAYOUTS})")
        if not isinstance(asked.src, torch.Tensor):
            raise fail(f"{type(asked.src).__name__} is not a tensor; pass torch.as_tensor(...)")
        if not file_objects.is_writable(asked.uri):
            container = _extension(arguments.fspath("write", asked.uri, self.name))
        elif asked.format is not None:
            container = asked.format.lower()
        else:
            raise fail(arguments.NO_FORMAT_OF_OBJECT, BackendError)
        if asked.bits_per_sample not in subtypes.BIT_DEPTHS:
            raise fail(
                f"bits_per_sample={asked.bits_per_sample!r} is none of {subtypes.BIT_DEPTHS}"
            )
        if asked.bits_per_sample == 24:
            notices.warn(
                "libsndfile takes 24-bit samples from 32-bit ones and drops the lowest 8 bits",
                notices.IgnoredArgumentWarning,
            )
        dtype = str(asked.src.dtype).removeprefix("torch.")
        try:
            subtype = subtypes.stored(dtype, container, asked.encoding, asked.bits_per_sample)
        except ArgumentError as why:
            raise fail(why) from why
        src = encodable.as_array(asked)
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
            samples, rate = encodable.checked(subtype, container, samples, sample_rate)
            with (
                target.writing(uri) as place,
                self._sequential(
                    library.named(place), "w", rate, samples.shape[1], subtype, **options
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

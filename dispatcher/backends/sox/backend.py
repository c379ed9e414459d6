"""``info``, ``load`` and ``save`` over libsox, as the backends ``sox`` and ``sox_io`` did."""

from __future__ import annotations

import contextlib
import operator
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from typing import Any, ClassVar

from dispatcher import arguments, backend, notices, short_files
from dispatcher.backend import Uri
from dispatcher.backends.sox import effects as chain
from dispatcher.backends.sox import encodings, files, library, samples
from dispatcher.errors import ArgumentError, BackendError, problem
from dispatcher.headers import ogg
from dispatcher.lazily import npt, torch
from dispatcher.metadata import AudioMetaData
from dispatcher.reading import file_objects
from dispatcher.reading.collector import Collector
from dispatcher.reading.opened import opened
from dispatcher.requests import Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import Stream, in_blocks
from dispatcher.writing import target, writable

_MOST_CHANNELS = (1 << 16) - 1
_MPEG, _MISCOUNTED = "MP3", 2 * 1152  # libsox may count so many frames too many in good files
_FILE_OBJECT = "libsox reads and writes paths only"


class Backend(backend.Backend):
    """libsox, with whatever formats the installed one has; no file objects.

    They include wav, flac, mp3, ogg vorbis, sphere, amr, gsm, htk, aiff and au.
    """

    name = "sox"
    reads_on_in: ClassVar[frozenset[str] | None] = frozenset({"ogg", "mp3"})
    leniency: ClassVar[Leniency] = Leniency(
        frozenset({"frame_offset", "num_frames", "normalize", "channels_first"})
    )

    def __init__(self, sox: library.Library) -> None:
        self.library = sox

    @classmethod
    def open(cls) -> Backend:
        """Find libsox and load it.

        Raises:
            BackendUnavailable: it is not installed; the error lists every attempt.
        """
        return cls(library.load())

    def refuses_to_read(self, uri: Uri, format: str | None) -> str | None:
        return _FILE_OBJECT if file_objects.is_readable(uri) else None

    def refuses_to_write(self, uri: Uri, format: str | None) -> str | None:
        return _FILE_OBJECT if file_objects.is_writable(uri) else None

    def _path(
        self, action: str, uri: Uri, settings: Settings, operation: str = "load and save"
    ) -> str:
        if file_objects.is_readable(uri) or file_objects.is_writable(uri):
            raise problem(
                ArgumentError,
                action,
                uri,
                _FILE_OBJECT,
                backend=self.name,
                hint="Use backend='ffmpeg' or 'soundfile'.",
            )
        if isinstance(uri, os.PathLike) and settings.sox_path_objects in ("always", operation):
            uri = os.fspath(uri)
        if isinstance(uri, bytes):
            uri = os.fsdecode(uri)
        if not isinstance(uri, str):
            if not isinstance(uri, os.PathLike):
                raise problem(
                    BackendError,
                    action,
                    uri,
                    arguments.neither_path_nor_file(uri),
                    backend=self.name,
                )
            cause = f"it needs the path as str, not {type(uri).__name__}"
            hint = "Write str(path), or turn on the flag sox_path_objects."
            raise problem(BackendError, action, uri, cause, backend=self.name, hint=hint)
        return uri

    def info(
        self, uri: Uri, format: str | None, buffer_size: int, settings: Settings
    ) -> AudioMetaData:
        path = self._path("read", uri, settings, "info")
        with opened(path) as own:
            try:
                with files.reading(self.library, path, format, own) as file:
                    found = _metadata(file)
                    promised = found.num_frames
                    if _is_counted(file, settings):
                        found.num_frames = sum(map(len, files.pieces(self.library, file)))
            except BackendError as why:
                raise problem(BackendError, "read", uri, why, backend=self.name) from why
            # a joined file is longer than its last page says; one whose rate changes is refused
            if own is not None and promised != ogg.last_granule(own):
                short_files.reads_on(self, own, path)
        return found

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        path = self._path("read", asked.uri, settings)
        try:
            arguments.check_piece(asked.frame_offset, asked.num_frames)
            with files.reading(self.library, path, asked.format, asked.file) as file:
                rate, dtype = int(file.signal.rate), "float32" if asked.normalize else _native(file)
                collected = files.read(
                    self.library,
                    file,
                    asked.frame_offset,
                    asked.num_frames,
                    dtype,
                    asked.channels_first,
                    asked.file,
                )
                _warn_lost_frames(self.library, file, asked, collected.frames, path)
                end = asked.frame_offset + collected.frames
                whole = collected.frames == asked.num_frames or end >= files.length(file)
                files.warn_of_damage(self.library, file, path, asked.file, whole=whole)
                short_files.warn_of_shift(asked, collected.frames)
        except BackendError as why:
            raise problem(BackendError, "read", asked.uri, why, backend=self.name) from why
        return torch.from_numpy(collected.result()), rate

    @in_blocks
    def stream(self, asked: Blocks, settings: Settings) -> Generator[Stream, None, None]:
        path = self._path("read", asked.uri, settings)
        with contextlib.ExitStack() as held:
            try:
                file = held.enter_context(files.reading(self.library, path, asked.format))
            except BackendError as why:
                raise problem(BackendError, "read", asked.uri, why, backend=self.name) from why
            found = _metadata(file)
            if _is_counted(file, settings):
                found.num_frames = -1
            yield Stream(self.name, found, self._blocks(file, asked, path))

    def _blocks(self, file: Any, asked: Blocks, path: str) -> Iterator[npt.NDArray[Any]]:
        """Give all frames of an open file in blocks, ``[channel, time]``."""
        channels, dtype = int(file.signal.channels), "float32" if asked.normalize else _native(file)
        short = files.is_short(file)
        at, block = 0, None
        for piece in files.pieces(self.library, file):
            first = 0
            while first < len(piece):
                if block is None:
                    block = Collector(
                        channels, files.room(self.library, file, at, asked.block_frames), dtype
                    )
                count = min(len(piece) - first, asked.block_frames - block.frames)
                samples.convert(piece[first : first + count], block.room(count), short=short)
                block.took(count)
                first, at = first + count, at + count
                if block.frames == asked.block_frames:
                    yield block.result()
                    block = None
        if block is not None:
            yield block.result()
        files.warn_of_damage(self.library, file, path, whole=at >= files.length(file))

    def save(self, asked: Save, settings: Settings) -> None:
        path = self._path("write", asked.uri, settings)
        if asked.compression is not None and not isinstance(asked.compression, (int, float)):
            cause = f"compression is a number here, not {type(asked.compression).__name__}"
            raise problem(ArgumentError, "write", asked.uri, cause, backend=self.name)
        if isinstance(asked.compression, int) and abs(asked.compression) > sys.float_info.max:
            cause = (
                "compression is too large a number; libsox' manual, soxformat(7), says what each "
                "format takes"
            )
            raise problem(ArgumentError, "write", asked.uri, cause, backend=self.name)
        try:
            dtype, rate = _checked(asked.src, asked.sample_rate, asked.channels_first)
            container = (
                os.path.splitext(path)[1].lstrip(".").lower()
                if asked.format is None
                else asked.format
            )
            data = asked.src.t() if asked.channels_first else asked.src
            stored = encodings.to_store(
                container,
                dtype,
                asked.encoding,
                asked.bits_per_sample,
                data.shape[1],
                rate,
                settings.sox_signed_bits,
            )
            precision = encodings.BY_DTYPE[dtype][1]
            with target.writing(path) as place:
                taken = samples.from_tensor(data)
                wrote = files.write(
                    self.library,
                    place,
                    taken,
                    rate,
                    precision,
                    stored,
                    asked.compression,
                    container,
                )
            if asked.encoding is not None and wrote.number != stored.number:
                name = encodings.NAMES.get(wrote.number, "another encoding")
                notices.warn(
                    f"libsox writes no {asked.encoding} into {container}: the samples are stored "
                    f"as {name} of {wrote.bits} bits",
                    notices.IgnoredArgumentWarning,
                )
        except (BackendError, OSError) as why:
            raise problem(BackendError, "write", asked.uri, why, backend=self.name) from why

    def apply_effects(
        self,
        tensor: torch.Tensor,
        sample_rate: int,
        effects: Sequence[Sequence[str]],
        channels_first: bool,
    ) -> tuple[torch.Tensor, int]:
        """Send samples through a chain of effects; return them and their sample rate in Hz.

        Dtype and layout stay the same.

        Raises:
            BackendError: an effect or option is unknown, or libsox cannot take the tensor.
        """
        dtype, rate = _checked(tensor, sample_rate, channels_first)
        data = samples.from_tensor(tensor.t() if channels_first else tensor)
        return self._through(
            data, rate, encodings.BY_DTYPE[dtype][1], effects, dtype, channels_first
        )

    def apply_effects_to_file(
        self, asked: Load, effects: Sequence[Sequence[str]], settings: Settings
    ) -> tuple[torch.Tensor, int]:
        """Send a file's samples through a chain of effects; return them and the sample rate in Hz.

        It warns of a cut or damaged file as ``load`` does.

        Raises:
            BackendError: libsox cannot read the file, or an effect or option is unknown.
        """
        path = asked.uri
        with opened(path) as own:
            asked = asked._replace(file=own)

            def read() -> tuple[tuple[Any, float, int, str], int]:
                with files.reading(self.library, path, asked.format, own) as file:
                    dtype = "float32" if asked.normalize else _native(file)
                    data = files.read(self.library, file, 0, -1, "int32", False, own).result()
                    _warn_lost_frames(self.library, file, asked, len(data), path)
                    whole = len(data) >= files.length(file)
                    files.warn_of_damage(self.library, file, path, own, whole=whole)
                    signal = data, float(file.signal.rate), int(file.signal.precision), dtype
                return signal, len(data)

            data, rate, precision, dtype = short_files.judged(self, asked, settings, read)
        return self._through(data, rate, precision, effects, dtype, asked.channels_first)

    def _through(
        self,
        data: Any,
        rate: float,
        precision: int,
        effects: Sequence[Sequence[str]],
        dtype: str,
        channels_first: bool,
    ) -> tuple[torch.Tensor, int]:
        result, new_rate = chain.apply(self.library, data, rate, precision, effects)
        waveform = torch.from_numpy(samples.to_dtype(result, dtype))
        return (waveform.t().contiguous() if channels_first else waveform), int(new_rate)


def _warn_lost_frames(sox: library.Library, file: Any, asked: Load, found: int, path: str) -> None:
    """Warn of frames of MPEG audio and PAF that libsox counts but does not return.

    ``short_files`` warns of others.
    """
    left = max(0, files.length(file) - asked.frame_offset)
    wanted = left if asked.num_frames < 0 else min(left, asked.num_frames)
    is_mpeg = encodings.NAMES.get(int(file.encoding.encoding)) == _MPEG
    may_lose = is_mpeg or sox.text(file.filetype).lower() in encodings.LOST_IN
    least = wanted - (_MISCOUNTED if is_mpeg else 0)
    if may_lose and found < least:
        short_files.warn_lost_frames(
            "libsox", files.length(file), asked.frame_offset, found, asked.place, path
        )


def _metadata(file: Any) -> AudioMetaData:
    """Return what ``info`` returns for an open file."""
    return AudioMetaData(
        int(file.signal.rate),
        files.length(file),
        int(file.signal.channels),
        int(file.encoding.bits_per_sample),
        encodings.NAMES.get(int(file.encoding.encoding), "UNKNOWN"),
    )


def _is_counted(file: Any, settings: Settings) -> bool:
    """Return whether ``info`` decodes a file to count its frames."""
    return settings.exact_num_frames or int(file.encoding.encoding) in encodings.MISCOUNTED


def _native(file: Any) -> str:
    """Return the dtype of an open file's samples with ``normalize=False``."""
    return encodings.NATIVE_DTYPE.get(
        (int(file.encoding.encoding), int(file.signal.precision)), "float32"
    )


def _checked(src: Any, sample_rate: Any, channels_first: bool) -> tuple[str, int]:
    """Return the dtype of a tensor that libsox can take, and its sample rate.

    Raises:
        BackendError: (a RuntimeError) libsox cannot take it.
    """
    if not isinstance(src, torch.Tensor):
        raise BackendError(f"{type(src).__name__} is not a tensor; pass torch.as_tensor(...)")
    arguments.check_tensor(src)
    if src.ndim != 2:
        raise BackendError(f"the tensor has {src.ndim} dimensions, not 2 ({arguments.LAYOUTS})")
    dtype = str(src.dtype).removeprefix("torch.")
    if dtype not in encodings.BY_DTYPE:
        raise BackendError(
            f"it takes no {dtype}; convert to one of {', '.join(encodings.BY_DTYPE)}"
        )
    try:
        rate = operator.index(sample_rate)
    except TypeError as why:
        raise BackendError(f"sample_rate is {sample_rate!r}, and must be an int") from why
    if rate > writable.MOST_RATE:
        raise BackendError(f"sample_rate is {rate}, and must be 1 to {writable.MOST_RATE} Hz")
    channels = src.shape[0 if channels_first else 1]
    if not 0 < channels <= _MOST_CHANNELS:
        raise BackendError(
            f"libsox takes 1 to {_MOST_CHANNELS} channels, and the tensor has {channels}; "
            f"{arguments.TRANSPOSED}"
        )
    return dtype, rate

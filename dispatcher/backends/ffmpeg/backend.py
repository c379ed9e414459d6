"""``info``, ``load``, ``stream`` and ``save`` over PyAV, as the releases' ffmpeg backend did."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable, Generator, Iterator
from typing import Any, ClassVar, TypeAlias

from dispatcher import arguments, backend, plain_wav, short_files
from dispatcher.backend import Uri
from dispatcher.backends.ffmpeg import container, decode, encode, probe, seek
from dispatcher.errors import (
    ArgumentError,
    ArgumentTypeError,
    BackendError,
    BackendUnavailable,
    problem,
)
from dispatcher.lazily import av, npt, torch
from dispatcher.metadata import AudioMetaData
from dispatcher.reading import file_objects, unreadable, web
from dispatcher.reading.opened import OpenFile, unobserved
from dispatcher.requests import Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import Stream, in_blocks, with_error_context

ErrorContext: TypeAlias = Callable[[], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def _with_error_context(uri: Uri) -> Iterator[None]:
    """Add the file and the backend to errors of reading."""
    try:
        yield
    except (BackendError, ArgumentTypeError, file_objects.UnseekableError) as why:
        # the error itself must not stay in a variable: its traceback holds this frame
        is_unknown = container.is_unknown(why) and not web.is_address(uri)
        hint = f"{unreadable.next_step(uri, by_name=True)}." if is_unknown else ""
        cause, hint = unreadable.told(uri, hint)
        raise problem(
            type(why), "read", uri, cause or why, backend=Backend.name, hint=hint
        ) from why


def _sought(
    asked: Load, opened: av.container.InputContainer, stream: av.AudioStream, find: seek.Finder
) -> tuple[npt.NDArray[Any], int] | None:
    """Decode a piece from a place just before it; ``None`` if it must be decoded from the start."""
    try:
        place = find()
        if place is None:
            return None
        wanted = asked.num_frames
        if place.total is not None:
            left = place.total - asked.frame_offset
            wanted = left if wanted < 0 else min(wanted, left)
        asked = asked._replace(num_frames=wanted)
        return _piece(asked, opened, stream, lambda *_: place.frames, place.begin)
    except (seek.LostError, decode.NothingThereError):
        return None


def _piece(
    asked: Load,
    opened: av.container.InputContainer,
    stream: av.AudioStream,
    source: decode.Source = decode.frames,
    begin: int = 0,
) -> tuple[npt.NDArray[Any], int]:
    """Decode a piece; return it and the sample rate, which decoding sets."""
    samples = decode.piece(
        opened,
        stream,
        asked.frame_offset,
        asked.num_frames,
        asked.normalize,
        asked.channels_first,
        source,
        begin,
    )
    if not begin:
        short_files.warn_of_shift(asked, samples.shape[1 if asked.channels_first else 0])
    return samples, stream.codec_context.sample_rate


def _streamed(
    asked: Blocks,
    settings: Settings,
    file: OpenFile | None,
    source: decode.Source,
    name: str,
    context: ErrorContext,
) -> Generator[Stream, None, None]:
    with contextlib.ExitStack() as held:
        with context():
            opened, stream = held.enter_context(
                container.reading(asked.uri, asked.format, asked.buffer_size, settings, file)
            )
            metadata = probe.header(stream, settings, file)
        frames = decode.blocks(opened, stream, asked.block_frames, asked.normalize, source)
        yield Stream(name, metadata, with_error_context(frames, context()))


def _from_object(asked: Load) -> tuple[torch.Tensor, int] | None:
    """Return what ``load`` does for a file object with plain WAV that is to be read to its end.

    FFmpeg leaves the object at its end then; after a piece it would stand elsewhere.
    """
    to_the_end = asked.is_piece and asked.num_frames == -1
    plain = plain_wav.of_ffmpeg(unobserved(asked.uri), asked.format) if to_the_end else None
    if plain is None:
        return None
    found = plain.load(asked)
    asked.uri.seek(0, io.SEEK_END)  # this also drops what the object has read ahead
    if found is None:
        asked.uri.seek(0)
    return found


class Backend(backend.Backend):
    """FFmpeg, through PyAV.

    It reads all containers and codecs of PyAV's wheel, the sound of videos, http(s) URLs, and file
    objects of any kind.
    """

    name = "ffmpeg"
    seeks_from: ClassVar[int] = seek.WORTH_IT
    leniency: ClassVar[Leniency] = Leniency(rounds_frames=True)

    @classmethod
    def open(cls) -> Backend:
        """Import PyAV.

        Raises:
            BackendUnavailable: PyAV does not import.
        """
        try:
            import av  # noqa: F401
        except ImportError as why:
            raise BackendUnavailable(
                f"PyAV does not import ({why})", mend="pip install av"
            ) from why
        return cls()

    def info(
        self, uri: Uri, format: str | None, buffer_size: int, settings: Settings
    ) -> AudioMetaData:
        with container.local_file(uri) as file:
            plain = plain_wav.of_ffmpeg(file, format)
            if plain is not None:
                return plain.metadata()
            reading = functools.partial(container.reading, uri, format, buffer_size, settings, file)
            with _with_error_context(uri):
                with reading() as (opened, stream):
                    found = probe.header(stream, settings, file)
                    if found.num_frames >= 0:
                        return found
                    count = None if file is None else probe.counter(opened, stream, settings)
                    if file is None or count is None:
                        return probe.decoded(found, opened, stream)
                    told = count(opened, stream, file)
                    if told is not None:
                        found.num_frames = told
                        return found
                with reading(again=True) as (opened, stream):  # its packets were read in vain
                    return probe.decoded(found, opened, stream)

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        with (
            _with_error_context(asked.uri),
            container.local_file(asked.uri, asked.file) as file,
        ):
            arguments.check_piece(asked.frame_offset, asked.num_frames)
            samples, rate = self._load(asked, settings, file)
            return torch.from_numpy(samples), rate

    def load_plain(self, asked: Load) -> tuple[torch.Tensor, int] | None:
        if file_objects.is_readable(asked.uri):
            return _from_object(asked)
        if asked.file is None or not asked.is_piece:
            return None
        with container.local_file(asked.uri, asked.file) as file:
            plain = plain_wav.of_ffmpeg(file, asked.format)
            return None if plain is None else plain.load(asked)

    def _load(
        self, asked: Load, settings: Settings, file: OpenFile | None
    ) -> tuple[npt.NDArray[Any], int]:
        reading = functools.partial(
            container.reading, asked.uri, asked.format, asked.buffer_size, settings, file
        )
        with reading() as (opened, stream):
            # what was read from a file object in vain cannot always be read again
            find = None
            if not file_objects.is_readable(asked.uri):
                find = seek.finder(opened, stream, file, asked.frame_offset, asked.num_frames)
            if find is None:
                return _piece(asked, opened, stream)
            found = _sought(asked, opened, stream, find)
        if found is not None:
            return found
        with reading(again=True) as (opened, stream):  # its packets were read in vain
            return _piece(asked, opened, stream)

    def load_timestamped(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        """Return the samples that TorchCodec gives: those of frames with a timestamp of their own.

        A piece without frames, and one that begins beyond the end, is empty.

        Raises:
            BackendError: the file cannot be read.
        """
        with (
            container.local_file(asked.uri, asked.file) as file,
            container.reading(asked.uri, asked.format, asked.buffer_size, settings, file) as (
                opened,
                stream,
            ),
        ):
            rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
            try:
                if asked.num_frames:
                    samples, rate = _piece(asked, opened, stream, decode.timestamped_frames)
                    return torch.from_numpy(samples), rate
            except decode.NothingThereError:
                if not asked.frame_offset:
                    raise
            return torch.empty((channels, 0) if asked.channels_first else (0, channels)), rate

    @in_blocks
    def stream(self, asked: Blocks, settings: Settings) -> Generator[Stream, None, None]:
        with container.local_file(asked.uri) as file:
            plain = plain_wav.of_ffmpeg(file, asked.format)
            if plain is None:
                context = functools.partial(_with_error_context, asked.uri)
                yield from _streamed(asked, settings, file, decode.frames, self.name, context)
                return
            frames = decode.plain_blocks(plain, asked.block_frames, asked.normalize)
            frames = with_error_context(frames, _with_error_context(asked.uri))
            yield Stream(self.name, plain.metadata(), frames)

    def stream_timestamped(
        self,
        asked: Blocks,
        settings: Settings,
        name: str,
        context: ErrorContext,
    ) -> Generator[Stream, None, None]:
        """Open a whole file in blocks, decoded as by ``load_timestamped``.

        ``name`` is the backend's name in the stream. ``context`` returns the context manager that
        adds the names of backend and file to errors.
        """
        with container.local_file(asked.uri) as file:
            yield from _streamed(asked, settings, file, decode.timestamped_frames, name, context)

    def save(self, asked: Save, settings: Settings) -> None:
        try:
            encode.save(asked)
        except (ArgumentError, ArgumentTypeError, BackendError) as why:
            raise problem(type(why), "write", asked.uri, why, backend=self.name) from why
        except OSError as why:
            raise problem(BackendError, "write", asked.uri, why, backend=self.name) from why

    def is_unknown(self, why: Exception) -> bool:
        """Return whether an error says that FFmpeg does not know the format."""
        return container.is_unknown(why)

    def save_planar(
        self, uri: Uri, data: torch.Tensor, sample_rate: int, extension: str, bit_rate: int
    ) -> None:
        """Write ``[channel, time]`` samples as TorchCodec does; see ``encode.save_planar``."""
        encode.save_planar(uri, data, sample_rate, extension, bit_rate)

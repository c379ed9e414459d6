"""``info``, ``load``, ``stream`` and ``save`` over PyAV, as the releases' ffmpeg backend did."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from dispatcher import arguments, backend, plain_wav
from dispatcher.backends.ffmpeg import blocks, container, decode, encode, lengths, probe, seek
from dispatcher.errors import (
    ArgumentError,
    ArgumentTypeError,
    BackendError,
    BackendUnavailable,
    problem,
)
from dispatcher.reading import file_objects, unreadable, web
from dispatcher.streaming import Stream, in_blocks, worded

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

    from dispatcher.backend import Uri
    from dispatcher.metadata import AudioMetaData
    from dispatcher.requests import Blocks, Load, Save
    from dispatcher.settings import Settings


@contextlib.contextmanager
def _worded(uri: Uri) -> Iterator[None]:
    """Add the file and the backend to errors of reading."""
    try:
        yield
    except (BackendError, ArgumentTypeError, file_objects.UnseekableError) as why:
        # the error itself must not stay in a variable: its traceback holds this frame
        is_unknown = container.is_unknown(why) and not web.is_address(uri)
        cause = unreadable.cause(uri) if is_unknown else ""
        hint = f"{unreadable.next_step(uri, by_name=True)}." if is_unknown and not cause else ""
        raise problem(
            type(why), "read", uri, cause or why, backend=Backend.name, hint=hint
        ) from why


def _sought(
    asked: Load, path: str | None, settings: Settings
) -> tuple[npt.NDArray[Any], int] | None:
    """Decode a piece from a place just before it; ``None`` if it must be decoded from the start.

    The result has the sample rate beside it. File objects are always decoded from the start: what
    was read from one in vain cannot always be read again.
    """
    if backend.is_readable(asked.uri):
        return None
    with container.reading(asked.uri, asked.format, asked.buffer_size, settings) as (
        opened,
        stream,
    ):
        try:
            place = seek.find(opened, stream, path, asked.frame_offset, asked.num_frames)
            if place is None:
                return None
            wanted = asked.num_frames if place.total is None else _within(asked, place.total)
            frames = decode.piece(
                opened,
                stream,
                asked.frame_offset,
                wanted,
                asked.normalize,
                asked.channels_first,
                lambda *_: place.frames,
                place.begin,
            )
        except (seek.LostError, decode.NothingThereError):
            return None
        return frames, stream.codec_context.sample_rate


def _within(asked: Load, total: int) -> int:
    """Return how many of the requested frames there are."""
    left = total - asked.frame_offset
    return left if asked.num_frames < 0 else min(asked.num_frames, left)


class Backend(backend.Backend):
    """FFmpeg, through PyAV.

    It reads all containers and codecs of PyAV's wheel, the sound of videos, http(s) URLs, and file
    objects of any kind.
    """

    name = "ffmpeg"

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
        path = container.local_path(uri)
        with plain_wav.opened(path, format) as plain:
            if plain is not None:
                return plain.metadata()
        with _worded(uri):
            with container.reading(uri, format, buffer_size, settings) as (opened, stream):
                found = probe.header(stream, settings)
                by_header = path is not None and found.num_frames < 0
                count = lengths.counter(opened, stream, settings) if by_header else None
                if path is None or count is None:
                    return probe.metadata(opened, stream, settings)
                told = count(opened, stream, path)
                if told is not None:
                    found.num_frames = told
                    return found
            with container.reading(uri, format, buffer_size, settings) as (opened, stream):
                return probe.metadata(opened, stream, settings)

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        import torch

        with _worded(asked.uri):
            arguments.check_piece(asked.frame_offset, asked.num_frames)
            path = container.local_path(asked.uri)
            with plain_wav.opened(path, asked.format) as plain:
                found = (
                    None
                    if plain is None
                    else plain.piece(
                        asked.frame_offset, asked.num_frames, asked.normalize, asked.channels_first
                    )
                )
                if plain is not None and found is not None:
                    return torch.from_numpy(found), plain.rate
            if asked.frame_offset >= seek.WORTH_IT:
                sought = _sought(asked, path, settings)
                if sought is not None:
                    return torch.from_numpy(sought[0]), sought[1]
            with container.reading(asked.uri, asked.format, asked.buffer_size, settings) as (
                opened,
                stream,
            ):
                frames = decode.piece(
                    opened,
                    stream,
                    asked.frame_offset,
                    asked.num_frames,
                    asked.normalize,
                    asked.channels_first,
                )
                return torch.from_numpy(frames), stream.codec_context.sample_rate

    @in_blocks
    def stream(self, asked: Blocks, settings: Settings) -> Generator[Stream, None, None]:
        with contextlib.ExitStack() as held:
            plain = held.enter_context(
                plain_wav.opened(container.local_path(asked.uri), asked.format)
            )
            if plain is not None:
                frames = blocks.of_plain(plain, asked.block_frames, asked.normalize)
                yield Stream(self.name, plain.metadata(), worded(frames, _worded(asked.uri)))
                return
            with _worded(asked.uri):
                opened, found = held.enter_context(
                    container.reading(asked.uri, asked.format, asked.buffer_size, settings)
                )
                metadata = probe.header(found, settings)
            frames = blocks.of(opened, found, asked.block_frames, asked.normalize)
            yield Stream(self.name, metadata, worded(frames, _worded(asked.uri)))

    def save(self, asked: Save, settings: Settings) -> None:
        try:
            encode.save(asked)
        except (ArgumentError, ArgumentTypeError, BackendError) as why:
            raise problem(type(why), "write", asked.uri, why, backend=self.name) from why
        except OSError as why:
            raise problem(BackendError, "write", asked.uri, why, backend=self.name) from why

"""``info``, ``load`` and ``save`` over PyAV, as the per-call backend ``ffmpeg`` did them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher import arguments, backend
from dispatcher.backends.ffmpeg import container, decode, encode, probe
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError, BackendUnavailable, problem

if TYPE_CHECKING:
    import torch

    from dispatcher.backend import Uri
    from dispatcher.metadata import AudioMetaData
    from dispatcher.requests import Load, Save
    from dispatcher.settings import Settings


class Backend(backend.Backend):
    """FFmpeg: every container and codec that PyAV's wheel has, the sound of videos, http(s) URLs, file objects of any kind."""

    name = "ffmpeg"

    @classmethod
    def open(cls) -> Backend:
        """Import PyAV.

        Raises:
            BackendUnavailable: it does not import.
        """
        try:
            import av  # noqa: F401
        except ImportError as why:
            raise BackendUnavailable(f"PyAV does not import ({why})", mend="pip install av") from why
        return cls()

    def info(self, uri: Uri, format: str | None, buffer_size: int, settings: Settings) -> AudioMetaData:
        try:
            with container.reading(uri, format, buffer_size, settings) as (opened, stream):
                return probe.metadata(opened, stream, settings)
        except BackendError as why:
            raise problem(type(why), "read", uri, why, backend=self.name) from why

    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        import torch

        try:
            arguments.check_piece(asked.frame_offset, asked.num_frames)
            with container.reading(asked.uri, asked.format, asked.buffer_size, settings) as (opened, stream):
                frames = decode.piece(opened, stream, asked.frame_offset, asked.num_frames, asked.normalize)
                rate = stream.codec_context.sample_rate
        except BackendError as why:
            raise problem(type(why), "read", asked.uri, why, backend=self.name) from why
        waveform = torch.from_numpy(frames)
        return (waveform if asked.channels_first else waveform.t()).contiguous(), rate

    def save(self, asked: Save, settings: Settings) -> None:
        try:
            encode.save(asked)
        except (ArgumentError, ArgumentTypeError, BackendError) as why:
            raise problem(type(why), "write", asked.uri, why, backend=self.name) from why
        except OSError as why:
            raise problem(BackendError, "write", asked.uri, why, backend=self.name) from why

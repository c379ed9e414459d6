"""``info``, ``load`` and ``save`` over PyAV, as the per-call backend ``ffmpeg`` did them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatcher import arguments, backend
from dispatcher.backends.ffmpeg import container, decode, encode, probe
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError, BackendUnavailable, problem

if TYPE_CHECKING:
    import torch

    from dispatcher.backend import Uri
    from dispatcher.metadata import AudioMetaData
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

    def load(
        self,
        uri: Uri,
        frame_offset: int,
        num_frames: int,
        normalize: bool,
        channels_first: bool,
        format: str | None,
        buffer_size: int,
        settings: Settings,
    ) -> tuple[torch.Tensor, int]:
        import torch

        try:
            arguments.check_piece(frame_offset, num_frames)
            with container.reading(uri, format, buffer_size, settings) as (opened, stream):
                frames = decode.piece(opened, stream, frame_offset, num_frames, normalize)
                rate = stream.codec_context.sample_rate
        except BackendError as why:
            raise problem(type(why), "read", uri, why, backend=self.name) from why
        waveform = torch.from_numpy(frames)
        return (waveform if channels_first else waveform.t()).contiguous(), rate

    def save(
        self,
        uri: Uri,
        src: torch.Tensor,
        sample_rate: int,
        channels_first: bool,
        format: str | None,
        encoding: str | None,
        bits_per_sample: int | None,
        buffer_size: int,
        compression: Any,
        settings: Settings,
    ) -> None:
        try:
            encode.save(uri, src, sample_rate, channels_first, format, encoding, bits_per_sample, compression)
        except (ArgumentError, ArgumentTypeError, BackendError) as why:
            raise problem(type(why), "write", uri, why, backend=self.name) from why
        except OSError as why:
            raise problem(BackendError, "write", uri, why, backend=self.name) from why

"""``torchaudio._backend.ffmpeg``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree._backend import backend_class
from dispatcher import AudioMetaData, Backend

if TYPE_CHECKING:
    from compat.contents.context import Context

GOES_IN_2_9 = True


def present(context: Context) -> bool:
    """Return whether the release is 2.1 or later."""
    return context.release.backend_classes


def _parse_save_args(
    ext: str | None, format: str | None, encoding: str | None, bps: int | None
) -> tuple[str | None, str | None, str | None]:
    """Return the muxer, encoder and sample format that ``save`` asks of FFmpeg.

    ``None`` leaves one to FFmpeg.

    Raises:
        ValueError: wav, flac or ogg cannot be stored like this.
    """
    from dispatcher.backends.ffmpeg import encode

    choice = encode.choose(ext, format, encoding, bps, channels=2)
    if (format or ext) in ("flac", "ogg"):
        return format, None, encode.choose("flac", None, encoding, bps, channels=2).sample_format
    return choice


def names(context: Context) -> dict[str, Any]:
    """Return the class over PyAV."""
    return {
        "FFmpegBackend": backend_class(context, "ffmpeg"),
        "AudioMetaData": AudioMetaData,
        "Backend": Backend,
        "_parse_save_args": _parse_save_args,
    }

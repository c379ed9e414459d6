"""``torchaudio._backend.ffmpeg``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from compat.tree._backend import backend_names

if TYPE_CHECKING:
    from compat.contents.context import Context


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
    return {**backend_names(context, "ffmpeg"), "_parse_save_args": _parse_save_args}


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)

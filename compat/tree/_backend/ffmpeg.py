"""``torchaudio._backend.ffmpeg``, from 2.1 on: the class over PyAV."""

from compat.tree._backend import backend_names, from_2_1


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


SUBMODULE = from_2_1(
    lambda context: {**backend_names(context, "ffmpeg"), "_parse_save_args": _parse_save_args}
)

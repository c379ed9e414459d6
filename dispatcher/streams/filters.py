"""The filters of an output stream, in FFmpeg's language: given, or built from arguments."""

from __future__ import annotations

import dataclasses

from dispatcher.streams import graphs
from dispatcher.streams.pictures import PLANAR_FORMAT, becomes_planar

NO_FILTER = {"audio": "anull", "video": "null"}


@dataclasses.dataclass(frozen=True)
class Filter:
    """The filters that a stream's frames go through.

    Args:
        description: in FFmpeg's language; ``None`` for no filter.
        format: the format at its end, if it was built from arguments.
        only_format: it changes nothing but the format.
        scaled: it changes the size of pictures.
    """

    description: str | None
    format: str | None = None
    only_format: bool = False
    scaled: bool = False

    @property
    def as_float(self) -> bool:
        """Return whether our own conversion to float32 gives the same samples."""
        return self.only_format and self.format == "fltp"

    def planar(self, entering: graphs.Input) -> bool:
        """Return whether pictures may be converted to another format than asked for.

        That is faster and gives the same values.
        """
        if (
            not isinstance(entering, graphs.PictureInput)
            or self.scaled
            or not becomes_planar(self.format)
        ):
            return False
        return entering.format == "yuv420p" and not entering.width % 2 and not entering.height % 2

    def effective(self, entering: graphs.Input) -> str:
        """Return the description that FFmpeg gets."""
        if self.description is None:
            return NO_FILTER["audio" if isinstance(entering, graphs.SoundInput) else "video"]
        if self.planar(entering) and self.format is not None:
            return f"{self.description.removesuffix(self.format)}{PLANAR_FORMAT}"
        return self.description


def sound_filter(sample_rate: int | None, format: str | None, num_channels: int | None) -> Filter:
    """Return the filter for the arguments of ``add_basic_audio_stream``."""
    parts = [] if sample_rate is None else [f"aresample={sample_rate}"]
    forms = [] if format is None else [f"sample_fmts={format}"]
    if num_channels is not None:
        forms.append(f"channel_layouts={num_channels}c")
    if forms:
        parts.append(f"aformat={':'.join(forms)}")
    only_format = sample_rate is None and num_channels is None
    return Filter(",".join(parts) or None, None if num_channels else format, only_format)


def picture_filter(
    frame_rate: float | None, width: int | None, height: int | None, format: str | None
) -> Filter:
    """Return the filter for the arguments of ``add_basic_video_stream``."""
    parts = [] if frame_rate is None else [f"fps={frame_rate}"]
    scale = [
        f"{name}={size}"
        for name, size in (("width", width), ("height", height))
        if size is not None
    ]
    if scale:
        parts.append(f"scale={':'.join(scale)}")
    if format is not None:
        parts.append(f"format=pix_fmts={format}")
    return Filter(",".join(parts) or None, format, scaled=bool(scale))

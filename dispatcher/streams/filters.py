"""What an output stream's frames go through: filters in FFmpeg's language, given or put together from arguments."""

from __future__ import annotations

import dataclasses

from dispatcher.streams import graphs
from dispatcher.streams.pictures import PLANAR_FORMAT, becomes_planar

NO_FILTER = {"audio": "anull", "video": "null"}


@dataclasses.dataclass(frozen=True)
class Filter:
    """What a stream's frames go through.

    Args:
        description: in FFmpeg's language; ``None`` for nothing.
        format: what the description makes of them at its end, where it was put together from arguments.
        only_format: it does nothing else.
        scaled: it changes the size of pictures.
    """

    description: str | None
    format: str | None = None
    only_format: bool = False
    scaled: bool = False

    @property
    def as_float(self) -> bool:
        """Whether our own conversion to float32 does the same, sample for sample."""
        return self.only_format and self.format == "fltp"

    def planar(self, entering: graphs.Input) -> bool:
        """Return whether pictures may be made in another format than asked for: to the same values, and sooner."""
        if not isinstance(entering, graphs.PictureInput) or self.scaled or not becomes_planar(self.format):
            return False
        return entering.format == "yuv420p" and not entering.width % 2 and not entering.height % 2

    def effective(self, entering: graphs.Input) -> str:
        """The description that FFmpeg is given."""
        if self.description is None:
            return NO_FILTER["audio" if isinstance(entering, graphs.SoundInput) else "video"]
        if self.planar(entering) and self.format is not None:
            return f"{self.description.removesuffix(self.format)}{PLANAR_FORMAT}"
        return self.description


def sound_filter(sample_rate: int | None, format: str | None, num_channels: int | None) -> Filter:
    """Describe what the arguments of ``add_basic_audio_stream`` ask for."""
    parts = [] if sample_rate is None else [f"aresample={sample_rate}"]
    forms = [] if format is None else [f"sample_fmts={format}"]
    if num_channels is not None:
        forms.append(f"channel_layouts={num_channels}c")
    if forms:
        parts.append(f"aformat={':'.join(forms)}")
    only_format = sample_rate is None and num_channels is None
    return Filter(",".join(parts) or None, None if num_channels else format, only_format)


def picture_filter(frame_rate: float | None, width: int | None, height: int | None, format: str | None) -> Filter:
    """Describe what the arguments of ``add_basic_video_stream`` ask for."""
    parts = [] if frame_rate is None else [f"fps={frame_rate}"]
    scale = [f"{name}={size}" for name, size in (("width", width), ("height", height)) if size is not None]
    if scale:
        parts.append(f"scale={':'.join(scale)}")
    if format is not None:
        parts.append(f"format=pix_fmts={format}")
    return Filter(",".join(parts) or None, format, scaled=bool(scale))

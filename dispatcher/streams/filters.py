"""The filters of an output stream, in FFmpeg's language: given, or built from arguments."""

from __future__ import annotations

import dataclasses

from dispatcher.streams import graphs
from dispatcher.streams.frames import PLANAR_FORMAT, becomes_planar

NO_FILTER = {"audio": "anull", "video": "null"}


@dataclasses.dataclass(frozen=True)
class Filter:
    """The filters that a stream's frames go through.

    Args:
        description: in FFmpeg's language; ``None`` for no filter.
        as_float: our own conversion to float32 gives the same samples as it.
        format: the format of pictures at its end, if it keeps their size.
    """

    description: str | None
    as_float: bool = False
    format: str = ""

    def effective(self, entering: graphs.Input) -> str:
        """Return the description that FFmpeg gets.

        Pictures may be converted to another format than asked for, where that is faster and gives
        the same values.
        """
        description = self.description or ""  # without one no frame goes through a graph
        is_planar = (
            becomes_planar(self.format)
            and isinstance(entering, graphs.PictureInput)
            and entering.format == "yuv420p"
            and not entering.width % 2
            and not entering.height % 2
        )
        return (
            f"{description.removesuffix(self.format)}{PLANAR_FORMAT}" if is_planar else description
        )


def sound_filter(sample_rate: int | None, format: str | None, num_channels: int | None) -> Filter:
    """Return the filter for the arguments of ``add_basic_audio_stream``."""
    parts = [] if sample_rate is None else [f"aresample={sample_rate}"]
    forms = [] if format is None else [f"sample_fmts={format}"]
    if num_channels is not None:
        forms.append(f"channel_layouts={num_channels}c")
    if forms:
        parts.append(f"aformat={':'.join(forms)}")
    as_float = format == "fltp" and sample_rate is None and num_channels is None
    return Filter(",".join(parts) or None, as_float)


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
    return Filter(",".join(parts) or None, format="" if scale or format is None else format)

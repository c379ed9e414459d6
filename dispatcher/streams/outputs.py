"""One output stream of a reader: its frames go through its filters into its buffer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from dispatcher.errors import BackendError
from dispatcher.lazily import av
from dispatcher.streams import graphs, info
from dispatcher.streams.buffers import Buffer
from dispatcher.streams.frames import PLANAR, PLANAR_FORMAT, Picture, Sound

_NO_FILTER = {"audio": "anull", "video": "null"}


class Filter(NamedTuple):
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
            self.format in PLANAR
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


class Output:
    """An output stream.

    Args:
        index: the number of the source's stream.
        entering: the properties of its frames, as the container tells.
        filter: the filters that they go through.
        buffer: where they end.

    Raises:
        BackendError: FFmpeg does not take the filter.
    """

    def __init__(self, index: int, entering: graphs.Input, filter: Filter, buffer: Buffer) -> None:
        self.index: int = index
        self._filter = filter
        self.buffer: Buffer = buffer
        self.media = "audio" if isinstance(entering, graphs.SoundInput) else "video"
        self.device: str | None = None
        self._entering = entering
        self._direct = filter.description is None or filter.as_float
        self._frames: Any = None
        self._graph: Any = None
        self._per_second = 0.0
        self._rescaled: Fraction | None = None
        self._next = self._rate = 0
        self._ended = False
        if not self._direct:
            self._build(entering)

    def _build(self, entering: graphs.Input) -> None:
        self._entering = entering
        self._graph = graphs.build(self._filter.effective(entering), entering)
        self._per_second = 0.0

    def flush(self) -> None:
        """Discard what the filters and the buffer hold."""
        self._graph = None
        self._ended = False
        self.buffer.flush()

    def push(self, frame: Any) -> None:
        """Take a decoded frame."""
        if self._ended:
            return
        if self._direct:
            self._keep(frame)
            return
        if self._graph is None or (self.media == "video" and not self._alike(frame)):
            self._build(entered(frame, self._entering))
        self._through(frame)

    def drain(self) -> None:
        """Take what the filters still hold, at the end of the source."""
        if self._direct or self._ended:
            return
        if self._graph is None:
            self._build(self._entering)
        self._through(None)

    def _alike(self, frame: Any) -> bool:
        entering: Any = self._entering
        return bool(
            (frame.width, frame.height, frame.format.name)
            == (entering.width, entering.height, entering.format)
        )

    def _through(self, frame: Any) -> None:
        _, source, sink = self._graph
        try:
            source.push(frame)
        except EOFError:  # a filter such as atrim wants no more
            self._ended = True
        except av.FFmpegError:
            if frame is None or self.media == "video":
                raise
            self._build(entered(frame, self._entering))
            _, source, sink = self._graph
            source.push(frame)
        for filtered in graphs.pulled(sink):
            self._keep(filtered)

    def _keep(self, frame: Any) -> None:
        frames = self._frames
        if frames is None or not frames.fits(frame):
            frames = self._frames = self._adapter(frame)
            if self.media == "audio":
                self._check_rate(frame.sample_rate)
        if not self._per_second:
            self._per_second = self._unit(frame)
        pts = frame.pts
        if pts is None:
            pts = self._next
        elif self._rescaled is not None:
            pts = round(pts * self._rescaled)
        frames.take(frame)
        self.buffer.push(frames, pts, self._per_second)
        self._next = pts + frames.length

    def _check_rate(self, rate: int) -> None:
        """Remember the sample rate of what comes out.

        Raises:
            BackendError: it was another one before.
        """
        if self._rate not in (0, rate):
            raise BackendError(
                f"its sound has more than one sample rate: {self._rate} and {rate} Hz. Pass "
                f"sample_rate={self._rate} to add_basic_audio_stream to resample it"
            )
        self._rate = rate

    def _unit(self, frame: Any) -> float:
        """Return the units of time in a second.

        FFmpeg's own conversion of samples counts time in samples from there on, so ours must too.
        """
        base: Fraction = frame.time_base
        if self._direct and self.media == "audio" and self._frames.converts:
            rescaled = base * frame.sample_rate
            if rescaled != 1:
                self._rescaled = rescaled
                return float(frame.sample_rate)
        return float(1 / base)

    def _adapter(self, frame: Any) -> Any:
        if self.media == "audio":
            return Sound(frame, as_float=self._filter.as_float)
        return Picture(frame, wanted=self._filter.format)

    def info(self) -> info.OutputStream:
        """Return the properties of what comes out.

        They are found by sending test frames through a second graph.
        """
        description = self._filter.description or _NO_FILTER[self.media]
        entering: Any = self._entering
        frame = _specimen(description, entering)
        if frame is None:
            raise BackendError(
                f"the output format of the filter {description!r} is unknown until it gives a frame"
            )
        common = (self.index, description, self.media, frame.format.name)
        if self.media == "audio":
            return info.OutputAudioStream(
                *common, float(frame.sample_rate), frame.layout.nb_channels
            )
        return info.OutputVideoStream(*common, frame.width, frame.height, -1.0)


def entered(frame: Any, like: graphs.Input) -> graphs.Input:
    """Return a decoded frame's properties, which may differ from what the container told."""
    base: Fraction = frame.time_base or like.time_base
    if isinstance(like, graphs.SoundInput):
        return graphs.SoundInput(frame.format.name, frame.layout.name, frame.sample_rate, base)
    return like._replace(
        format=frame.format.name,
        width=frame.width,
        height=frame.height,
        time_base=base,
        colorspace=frame.colorspace,
        color_range=frame.color_range,
    )


_SPECIMENS = 8


def _specimen(description: str, entering: graphs.Input) -> Any:
    """Return a frame that comes out after silence or grey pictures; ``None`` if none does."""
    _graph, source, sink = graphs.build(description, entering)
    second = round(1 / entering.time_base)
    try:
        for number in range(_SPECIMENS):
            frame: Any = (
                _silence(entering)
                if isinstance(entering, graphs.SoundInput)
                else av.VideoFrame(entering.width, entering.height, entering.format)
            )
            frame.pts, frame.time_base = number * second, entering.time_base
            source.push(frame)
        source.push(None)
        return sink.pull()
    except (BlockingIOError, EOFError):
        return None
    except av.FFmpegError as why:
        raise BackendError(
            f"FFmpeg does not take the filter {description!r}: {why.strerror}"
        ) from why


def _silence(entering: graphs.SoundInput) -> Any:
    frame = av.AudioFrame(entering.format, entering.layout, entering.rate)
    # with 8 channels or more PyAV also lists what lies in memory after the last plane
    for plane in frame.planes[: frame.layout.nb_channels if frame.format.is_planar else 1]:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate = entering.rate
    return frame

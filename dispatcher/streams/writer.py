"""``StreamWriter``: encode and write media piece by piece, filtered on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar

from dispatcher import arguments, interrupts
from dispatcher.backends.ffmpeg.encode import SAMPLE_FORMATS, TTA, layout_of, sound_frame
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError, problem
from dispatcher.lazily import av, logging, np, torch
from dispatcher.settings import Settings
from dispatcher.streams import codecs, destinations, graphs
from dispatcher.writing import writable

_DTYPES = {format: dtype for dtype, format in SAMPLE_FORMATS.items()}
_PIXELS = {"gray": 1, "rgb24": 3, "bgr24": 3, "yuv444p": 3}
_NO_FILTERS = ("", "anull", "null")


class _Track:
    """One stream that is written: the properties of its frames, its filters and its encoder."""

    def __init__(self, stream: Any, entering: graphs.Input, filter_desc: str | None) -> None:
        self.stream, self.entering = stream, entering
        self.position = 0  # of the next frame, in units of the incoming time base
        self._taken = 0
        self._graph = (
            graphs.build(filter_desc, entering)
            if filter_desc and filter_desc not in _NO_FILTERS
            else None
        )

    def encode(self, frame: Any) -> Iterator[Any]:
        """Filter and encode a frame, or what is left for ``None``; give packets."""
        if self._graph is None:
            yield from self._encode(frame)
            return
        _, source, sink = self._graph
        source.push(frame)
        for filtered in graphs.pulled(sink):
            yield from self._encode(filtered)
        if frame is None:
            yield from self._encode(None)

    def _encode(self, frame: Any) -> Iterator[Any]:
        """Encode a frame, or refuse what would end the process; give packets."""
        context = self.stream.codec_context
        if self.stream.name == TTA and frame is None:
            writable.frames_of_tta(self._taken, context.layout.nb_channels, context.sample_rate)
        elif self.stream.name == TTA:
            writable.header_of_tta(context.sample_rate, context.layout.nb_channels)
        if frame is not None:
            self._taken += getattr(frame, "samples", 1)  # a picture has none
        elif writable.never_ends(context.name, self._taken):
            return
        for packet in context.encode(frame):
            packet.stream = self.stream
            yield packet


class StreamWriter:
    """Encode and write media piece by piece: audio and video.

    They go into a file, an address, a device or a file object. A regular file is replaced in one
    step by ``close``; without ``close`` it stays as it was. File objects, pipes and addresses get
    their bytes as they come.

    Args:
        dst: a path, an address (``rtmp://``, ``udp://`` ...), a file object, or, with ``format``,
            the name of a device.
        format: FFmpeg's name of the container; ``None`` for that of the extension.
        buffer_size: bytes to write at a time to a file object.

    Raises:
        RuntimeError: FFmpeg has no such format, or the place cannot be written.

    As in torchaudio 2.0 to 2.8, on the FFmpeg of PyAV.
    """

    settings: ClassVar[Settings] = Settings()

    @interrupts.waiting
    def __init__(self, dst: Any, format: str | None = None, buffer_size: int = 4096) -> None:
        self.dst = dst
        self._tracks: list[_Track] = []
        self._container: Any = None
        self._destination: Any = None
        self._open = self._flushed = self._failed = False
        arguments.check_place("write", dst)
        format, buffer_size = (
            arguments.name("format", format),
            arguments.integer("buffer_size", buffer_size, 1, arguments.MOST_BUFFER),
        )
        try:
            opens_itself = (
                format is not None
                and av.ContainerFormat(format, "w").no_file
                and format != "image2"
            )
            self._destination = destinations.destination(dst, opens_itself=opens_itself)
            self._container = av.open(
                self._destination.place, "w", format=format, buffer_size=buffer_size
            )
        except Exception as why:
            self._give_up(why)
            raise

    def __del__(self) -> None:
        if getattr(self, "_destination", None) is not None:  # it was not closed
            with interrupts.finalizing():
                self._abandon()

    def _problem(self, why: Exception) -> BackendError:
        cause = getattr(why, "strerror", None) or str(why)
        return problem(BackendError, "write", self.dst, cause, backend="ffmpeg")

    def _fail(self, destination: destinations.Destination | None, why: BaseException) -> None:
        """Raise our error in place of one of FFmpeg's; return for any other.

        The first error of an object that was written to counts: FFmpeg may tell nothing of it.
        """
        cause = why
        if destination is not None:
            destination.check()
            if isinstance(why, Exception):
                cause = destination.failure or why
        if isinstance(cause, (av.FFmpegError, BackendError, ValueError, TypeError, OSError)):
            raise self._problem(cause) from cause
        if cause is not why:
            raise cause

    def _give_up(self, why: Exception) -> None:
        """Abandon the file, then do as ``_fail``."""
        destination = self._destination
        self._abandon()
        self._fail(destination, why)

    def _abandon(self) -> None:
        """Release everything, and leave a file as it was."""
        destination, self._destination = self._destination, None
        container, self._container = self._container, None
        self._tracks, self._open = [], False
        with contextlib.suppress(Exception):
            if container is not None:
                container.close()
        if destination is not None:
            destination.abandon()

    @interrupts.waiting
    def add_audio_stream(
        self,
        sample_rate: int,
        num_channels: int,
        format: str = "flt",
        *,
        encoder: str | None = None,
        encoder_option: dict[str, str] | None = None,
        encoder_sample_rate: int | None = None,
        encoder_num_channels: int | None = None,
        encoder_format: str | None = None,
        codec_config: CodecConfig | None = None,
        filter_desc: str | None = None,
    ) -> None:
        """Add an audio stream.

        Args:
            sample_rate: in Hz, of the chunks that will come.
            num_channels: of the chunks.
            format: of the chunks: ``"u8"`` uint8, ``"s16"`` int16, ``"s32"`` int32, ``"s64"``
                int64, ``"flt"`` float32, ``"dbl"`` float64.
            encoder: FFmpeg's name; ``None`` for the container's default.
            encoder_option: of the encoder.
            encoder_sample_rate: in Hz, to store; ``None``: that of the chunks, if the encoder takes
                it.
            encoder_num_channels: to store; ``None``: that of the chunks, if the encoder takes it.
            encoder_format: sample format that the encoder gets; ``None``: its first.
            codec_config: bit rate, compression level, quality.
            filter_desc: filters in FFmpeg's language that the audio goes through first.

        Raises:
            RuntimeError: there is no such format, encoder, option or filter, or ``open`` was called
                before.
        """
        sample_rate = writable.sample_rate(sample_rate)
        if encoder_sample_rate is not None:
            encoder_sample_rate = writable.sample_rate(encoder_sample_rate)
        num_channels = arguments.integer("num_channels", num_channels)
        if format not in _DTYPES:
            raise self._problem(BackendError(f"format={format!r} is none of {', '.join(_DTYPES)}"))
        with self._adding():
            stream = codecs.add_sound(
                self._container,
                sample_rate,
                num_channels,
                encoder,
                encoder_option,
                encoder_sample_rate,
                encoder_num_channels,
                encoder_format,
                codec_config,
            )
            entering = graphs.SoundInput(
                format, layout_of(num_channels), sample_rate, Fraction(1, sample_rate)
            )
            self._tracks.append(_Track(stream, entering, filter_desc))

    @interrupts.waiting
    def add_video_stream(
        self,
        frame_rate: float,
        width: int,
        height: int,
        format: str = "rgb24",
        *,
        encoder: str | None = None,
        encoder_option: dict[str, str] | None = None,
        encoder_frame_rate: float | None = None,
        encoder_width: int | None = None,
        encoder_height: int | None = None,
        encoder_format: str | None = None,
        codec_config: CodecConfig | None = None,
        filter_desc: str | None = None,
        hw_accel: str | None = None,
    ) -> None:
        """Add a video stream.

        Args:
            frame_rate: pictures per second, of the chunks that will come.
            width, height: in pixels, of the chunks.
            format: of the chunks: ``"gray8"``, ``"rgb24"``, ``"bgr24"`` or ``"yuv444p"``.
            encoder: FFmpeg's name; ``None`` for the container's default.
            encoder_option: of the encoder.
            encoder_frame_rate: to store; ``None``: that of the chunks.
            encoder_width, encoder_height: to store; ``None``: those of the chunks.
            encoder_format: pixel format that the encoder gets; ``None``: its first.
            codec_config: bit rate, quality, size of a group of pictures, number of B frames.
            filter_desc: filters in FFmpeg's language that the pictures go through first.
            hw_accel: a device to encode on, if this FFmpeg and this machine have it.

        Raises:
            RuntimeError: there is no such format, encoder, option, filter or device, or ``open``
                was called before.
        """
        pixels = codecs.pixel_format(format) or ""
        if pixels not in _PIXELS:
            raise self._problem(
                BackendError(f"format={format!r} is none of gray8, rgb24, bgr24, yuv444p")
            )
        incoming = codecs.rate(frame_rate)
        with self._adding():
            stream = codecs.add_pictures(
                self._container,
                incoming,
                width,
                height,
                encoder,
                encoder_option,
                encoder_frame_rate,
                encoder_width,
                encoder_height,
                encoder_format,
                codec_config,
                hw_accel,
            )
            entering = graphs.PictureInput(pixels, width, height, incoming, 1 / incoming)
            context = stream.codec_context
            described = _picture_filters(filter_desc, entering, context)
            self._tracks.append(_Track(stream, entering, described))

    @contextlib.contextmanager
    def _adding(self) -> Iterator[None]:
        """Allow adding a stream only before ``open``, and add context to its errors."""
        if self._open or self._container is None:
            raise self._problem(BackendError("streams must be added before open()"))
        try:
            yield
        except (av.FFmpegError, ArgumentError, BackendError, ValueError) as why:
            raise self._problem(why) from why

    def set_metadata(self, metadata: dict[str, str]) -> None:
        """Set the tags of the container in place of earlier ones. Call this before ``open``."""
        tags = self._container.metadata
        tags.clear()
        tags.update({str(name): str(value) for name, value in metadata.items()})

    @interrupts.waiting
    def open(self, option: dict[str, str] | None = None) -> StreamWriter:
        """Write the header, and return the writer.

        It is a context manager: ``with writer.open() as opened: ...`` flushes and closes it.

        Args:
            option: of the container or the protocol, by FFmpeg's names.

        Raises:
            RuntimeError: no stream was added, an option is unknown, or the place cannot be written.
        """
        if self._open:
            return self
        if self._container is None:
            raise self._problem(BackendError("it is closed already"))
        if not self._tracks:
            raise self._problem(
                BackendError("no stream was added; call add_audio_stream or add_video_stream first")
            )
        self._container.options.update(
            {str(name): str(value) for name, value in (option or {}).items()}
        )
        try:
            with _all_options_used():
                self._container.start_encoding()
        except Exception as why:
            self._give_up(why)
            raise
        self._open = True
        return self

    @interrupts.waiting
    def write_audio_chunk(self, i: int, chunk: torch.Tensor, pts: float | None = None) -> None:
        """Write audio to stream ``i``.

        Args:
            i: the stream, in the order in which they were added.
            chunk: ``[time, channel]``, of the dtype that the stream's ``format`` says.
            pts: the time of its first frame in seconds; ``None``: right after the chunk before.

        Raises:
            RuntimeError: the writer is not open, there is no such stream, or the tensor does not
                fit it.
            TypeError: the chunk is not a tensor.
        """
        track = self._track(i, "audio")
        entering: Any = track.entering
        data = self._checked(chunk, 2, _DTYPES[entering.format], "[time, channel]")
        channels = av.AudioLayout(entering.layout).nb_channels
        if data.shape[1] != channels:
            raise self._problem(
                BackendError(f"the chunk has {data.shape[1]} channels, and the stream {channels}")
            )
        if pts is not None:
            track.position = round(pts * entering.rate)
        count = data.shape[0]
        if not count:
            return
        array = data.contiguous().numpy()
        try:
            writable.for_encoder(array, track.stream.codec_context.name)
        except BackendError as why:
            raise self._problem(why) from why
        frame = sound_frame(array, entering.format, entering.layout, entering.rate, track.position)
        track.position += count
        self._send(track, frame)

    @interrupts.waiting
    def write_video_chunk(self, i: int, chunk: torch.Tensor, pts: float | None = None) -> None:
        """Write pictures to stream ``i``.

        Args:
            i: the stream, in the order in which they were added.
            chunk: ``[time, channel, height, width]``, uint8.
            pts: the time of its first picture in seconds; ``None``: right after the chunk before.

        Raises:
            RuntimeError: the writer is not open, there is no such stream, or the tensor does not
                fit it.
            TypeError: the chunk is not a tensor.
        """
        track = self._track(i, "video")
        entering: Any = track.entering
        data = self._checked(chunk, 4, "uint8", "[time, channel, height, width]")
        wanted = (_PIXELS[entering.format], entering.height, entering.width)
        if tuple(data.shape[1:]) != wanted:
            raise self._problem(
                BackendError(
                    f"a picture of the chunk is {list(data.shape[1:])}, and of the stream "
                    f"{list(wanted)}"
                )
            )
        if pts is not None:
            track.position = round(pts * entering.rate)
        for picture in data.numpy():
            frame = _picture(picture, entering.format)
            frame.pts, frame.time_base = track.position, entering.time_base
            track.position += 1
            self._send(track, frame)

    def _track(self, i: int, media: str) -> _Track:
        if not self._open:
            raise self._problem(BackendError("it is not open; call open() first"))
        if self._flushed:
            raise self._problem(
                BackendError("flush() ended its streams; nothing can be written after it")
            )
        if not 0 <= i < len(self._tracks):
            raise self._problem(
                BackendError(
                    f"there is no stream {i}; there are {len(self._tracks)}, counted from 0"
                )
            )
        track = self._tracks[i]
        if track.stream.type != media:
            raise self._problem(BackendError(f"stream {i} is {track.stream.type}, not {media}"))
        return track

    def _checked(self, chunk: Any, dimensions: int, dtype: str, shape: str) -> torch.Tensor:
        if not isinstance(chunk, torch.Tensor):
            raise ArgumentTypeError(f"the chunk is {type(chunk).__name__}, not a tensor")
        arguments.check_tensor(chunk, elsewhere=True)
        found = str(chunk.dtype).removeprefix("torch.")
        if found != dtype:
            raise self._problem(BackendError(f"the chunk is of {found}, and the stream of {dtype}"))
        if chunk.ndim != dimensions:
            raise self._problem(
                BackendError(f"the chunk has {chunk.ndim} dimensions, not {dimensions}: {shape}")
            )
        return chunk.detach().cpu()

    def _send(self, track: _Track, frame: Any) -> None:
        interrupts.check()
        mux = self._container.mux_one
        try:
            for packet in track.encode(frame):
                mux(packet)
        except Exception as why:
            self._failed = True
            self._fail(self._destination, why)
            raise

    @interrupts.waiting
    def flush(self) -> None:
        """Write what filters and encoders still hold; nothing can be written after this."""
        if not self._open or self._flushed:
            return
        self._flushed = True
        for track in self._tracks:
            self._send(track, None)

    @interrupts.waiting
    def close(self) -> None:
        """Write the end of the file; a regular file then replaces the old one.

        It flushes first; in the releases what was not flushed was lost.

        Raises:
            RuntimeError: the place cannot be written. Then the old file stays, as it does if
                writing failed before.
        """
        if not self._open:
            return
        try:
            if not self._failed:
                self.flush()
        except BaseException:
            self._abandon()
            raise
        if self._failed:
            self._abandon()
            return
        destination, container = self._destination, self._container
        self._destination = self._container = None
        self._tracks, self._open = [], False
        try:
            container.close()
            destination.check()
            destination.commit()
        except BaseException as why:
            destination.abandon()
            self._fail(destination, why)
            raise

    def __enter__(self) -> StreamWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        """Flush and close, even after an error of the caller's, to keep what was written."""
        self.close()


def _picture_filters(
    filter_desc: str | None, entering: graphs.PictureInput, context: Any
) -> str | None:
    """Return the filters before the encoder; PyAV makes a change of format alone."""
    named = filter_desc if filter_desc not in _NO_FILTERS else None
    parts = [named] if named else []
    if (context.width, context.height) != (entering.width, entering.height):
        parts.append(f"scale=width={context.width}:height={context.height}")
    # The releases set the rate after any named filter, even to the same one. The last picture,
    # which has no duration, is then lost.
    if named or context.framerate != entering.rate:
        parts.append(f"fps={context.framerate}")
    if parts and context.pix_fmt:
        parts.append(f"format=pix_fmts={context.pix_fmt}")
    return ",".join(parts) or None


def _picture(data: Any, format: str) -> Any:
    """Make a frame of ``[channel, height, width]``."""
    _, height, width = data.shape
    frame = av.VideoFrame(width, height, format)
    planes: Any = frame.planes
    if len(planes) == 1:
        pixels = data.shape[0]
        view = np.ndarray(
            (height, width, pixels), "uint8", planes[0], 0, (planes[0].line_size, pixels, 1)
        )
        view[...] = data.transpose(1, 2, 0)
        return frame
    for plane, channel in zip(planes, data, strict=True):
        np.ndarray((height, width), "uint8", plane, 0, (plane.line_size, 1))[...] = channel
    return frame


@contextlib.contextmanager
def _all_options_used() -> Iterator[None]:
    """Refuse options that FFmpeg does not know: PyAV only logs them.

    Raises:
        BackendError: there was one.
    """
    log = logging.getLogger("av.container.output")
    unused: list[str] = []

    def collect(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "not used" in text:
            unused.append(text.partition(": ")[2])
        return False  # nobody else gets to see it

    log.addFilter(collect)
    try:
        yield
    finally:
        log.removeFilter(collect)
    if unused:
        raise BackendError(f"the container has no such option: {unused[0]}")

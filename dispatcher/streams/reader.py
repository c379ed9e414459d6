"""``StreamReader``: read media piece by piece, decoded and filtered on the way."""

from __future__ import annotations

import contextlib
import io
import operator
import os
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Literal, cast

from dispatcher import arguments, interrupts, short_files
from dispatcher.backends.ffmpeg import container, decode, decoders, joints, packets
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError, problem
from dispatcher.lazily import av
from dispatcher.reading import file_objects, web
from dispatcher.requests import Load
from dispatcher.settings import Settings
from dispatcher.streams import codecs, info, sources
from dispatcher.streams.buffers import Buffer, Chunked, Whole, chunks
from dispatcher.streams.outputs import Filter, Output, picture_filter, sound_filter

_MODES = ("key", "any", "precise")
_MICROSECONDS = 1_000_000
_LATEST = 1 << 40  # seconds; FFmpeg counts microseconds in 64 bits
_ENDED = 1
_NEAR = (io.BytesIO, io.BufferedReader)


class _Source:
    """A source stream that is read: its decoder, and the outputs that its frames go to.

    ``samples`` is how many came since the start of the source; ``None`` for pictures, after a
    seek, and for a stream that was added on the way.
    """

    def __init__(self, stream: Any, context: Any, *, from_start: bool) -> None:
        self.stream, self.context = stream, context
        self.samples: int | None = 0 if from_start and stream.type == "audio" else None
        self.outputs: list[Output] = []
        self.discard_before = 0
        self._decode = decoders.of(stream, context)
        self._as_recorded = packets.as_recorded(stream.container)
        self._decoded = 0

    def take(self, packet: av.Packet[Any]) -> None:
        """Decode a packet, and send its frames to the outputs; a flushing packet ends them."""
        earliest = self.discard_before
        outputs = self.outputs
        for frame in self._decode(self._as_recorded(packet)):
            self._decoded += 1
            if self.samples is not None:
                self.samples += frame.samples
            pts = frame.pts
            if pts is None:
                pts = frame.pts = frame.dts if frame.dts is not None else self._decoded
            if earliest > 0 and pts < earliest:
                continue
            for output in outputs:
                output.push(frame)

    def drain(self, packet: av.Packet[Any]) -> None:
        self.take(packet)
        for output in self.outputs:
            output.drain()

    def flush(self, discard_before: int) -> None:
        """Start again at another place."""
        self.context.flush_buffers()
        self.samples = None
        self.discard_before = discard_before
        for output in self.outputs:
            output.flush()


class _Closing(weakref.ref[Any]):
    """Closes a reader's container when the reader is gone.

    PyAV's container and its streams refer to each other, so only closing frees them. ``__del__``
    would be a function of Python, in which a signal's handler may run; Python drops what that
    raises.
    """

    close: Callable[[], None]


_CLOSE = operator.methodcaller("close")


class StreamReader:
    """Read media piece by piece: audio and video of files, addresses, devices and file objects.

    Args:
        src: a path, an address (``https://``, ``rtmp://``, ``rtsp://``, ``udp://`` ...), the
            content of a file as ``bytes``, a file object, which need not seek, or, with ``format``,
            the name of a device.
        format: FFmpeg's name of the container, or of a device (``"alsa"``, ``"v4l2"``,
            ``"avfoundation"``, ``"lavfi"``).
        option: of the container, by FFmpeg's names, e.g. ``{"sample_rate": "16000", "ch_layout":
            "mono"}`` for raw samples.
        buffer_size: bytes to read at a time from a file object.

    Raises:
        RuntimeError: FFmpeg cannot open it.
        TypeError: ``src`` is none of these.
        OSError: a file object has ``seek`` and refuses it.

    As in torchaudio 2.0 to 2.8, on the FFmpeg of PyAV.
    """

    settings: ClassVar[Settings] = Settings()

    @interrupts.waiting
    def __init__(
        self,
        src: Any,
        format: str | None = None,
        option: dict[str, str] | None = None,
        buffer_size: int = 4096,
    ) -> None:
        self.src = src
        self._sources: dict[int, _Source] = {}
        self._outputs: list[Output] = []
        self._packets: Iterator[av.Packet[Any]] | None = None
        self._ended = self._has_moved = False
        self._earliest = 0
        self._file: Any = None
        try:
            if not isinstance(src, bytes):
                arguments.check_place("read", src)
            format, buffer_size = (
                arguments.name("format", format),
                arguments.integer("buffer_size", buffer_size, -1, arguments.MOST_BUFFER),
            )
            self._place = io.BytesIO(src) if isinstance(src, bytes) else src
            self._start, self._identity = short_files.position(self._place), _identity(src)
            began = time.monotonic()
            self._container, self._file, close = sources.opened(
                src, format, option, buffer_size, self.settings
            )
            self._closing = _Closing(self, _CLOSE)
            self._closing.close = close
            self._check_time(began)
            joints.refuse_joined(self._container, joints.uri_of(self._container))
        except BackendError as why:
            raise self._problem(BackendError(f"{why}{sources.next_step(format)}")) from why
        for stream in self._container.streams:
            if stream.type not in ("audio", "video"):
                stream.discard = av.stream.Discard["all"]

    def _problem(self, why: Exception) -> BackendError:
        # ExitError: PyAV ended the call because its time was up; TimeoutError: FFmpeg did
        silent = isinstance(why, (av.error.ExitError, av.error.TimeoutError))
        cause = decode.SILENT_SERVER if silent else getattr(why, "strerror", None) or str(why)
        return problem(
            BackendError,
            "read",
            self.src if not isinstance(self.src, bytes) else "<bytes>",
            cause,
            backend="ffmpeg",
        )

    @property
    def num_src_streams(self) -> int:
        """Return how many streams the source has, of any kind."""
        return len(self._container.streams)

    @property
    def num_out_streams(self) -> int:
        """Return how many output streams were added."""
        return len(self._outputs)

    @property
    def default_audio_stream(self) -> int | None:
        """Return the number of the audio stream that FFmpeg considers the best."""
        return self._best("audio")

    @property
    def default_video_stream(self) -> int | None:
        """Return the number of the video stream that FFmpeg considers the best."""
        return self._best("video")

    def _best(self, media: Literal["audio", "video"]) -> int | None:
        stream = self._container.streams.best(media)
        return None if stream is None else int(stream.index)

    def get_metadata(self) -> dict[str, str]:
        """Return the tags of the container."""
        return dict(self._container.metadata)

    def get_src_stream_info(self, i: int) -> info.SourceStream:
        """Return what the container tells of source stream ``i``.

        Raises:
            RuntimeError: there is no such stream.
        """
        if not 0 <= arguments.integer("i", i) < self.num_src_streams:
            raise BackendError(
                f"there is no source stream {i}; there are {self.num_src_streams}, counted from 0"
            )
        return info.source_info(self._container.streams[i])

    def get_out_stream_info(self, i: int) -> info.OutputStream:
        """Return the properties of output stream ``i``.

        Raises:
            RuntimeError: there is no such stream.
        """
        return self._output(i).info()

    @interrupts.waiting
    def seek(self, timestamp: float, mode: str = "precise") -> None:
        """Continue at another place, and discard what is buffered.

        As in the releases, the times of the discarded chunks are kept and given to later ones.

        Args:
            timestamp: in seconds from the start of the source.
            mode: ``"key"``: from the key frame before; ``"any"``: from any frame there, which may
                not decode by itself; ``"precise"``: decode from the key frame before, and drop the
                frames that begin earlier.

        Raises:
            ValueError: the mode is unknown.
            RuntimeError: the time is negative, or the source cannot seek.
        """
        if mode not in _MODES:
            raise ArgumentError(f"mode={mode!r} is none of {', '.join(map(repr, _MODES))}")
        if not isinstance(timestamp, (int, float)) and not hasattr(timestamp, "__float__"):
            raise ArgumentTypeError(f"timestamp is {timestamp!r}, and must be a number of seconds")
        if not 0 <= timestamp < _LATEST:
            raise BackendError(f"timestamp is {timestamp}, and must be 0 to {_LATEST} seconds")
        place = int(timestamp * _MICROSECONDS)
        self._packets = None
        self._has_moved = True
        try:
            self._container.seek(place, backward=True, any_frame=mode == "any")
        except av.FFmpegError as why:
            self._check()
            # FFmpeg tells no reason with these
            if isinstance(why, (av.error.PermissionError, av.error.BrokenPipeError)):
                raise self._problem(
                    BackendError(f"{timestamp} seconds are beyond its end, or it cannot seek")
                ) from why
            raise self._problem(why) from why
        self._ended = False
        self._earliest = place if mode == "precise" else 0
        for source in self._sources.values():
            source.flush(self._discard_before(source.stream))

    def _discard_before(self, stream: Any) -> int:
        """Return the earliest time to keep, in units of a stream's time base."""
        base: Fraction = stream.time_base
        return round(Fraction(self._earliest, _MICROSECONDS) / base)

    def add_basic_audio_stream(
        self,
        frames_per_chunk: int,
        buffer_chunk_size: int = 3,
        *,
        stream_index: int | None = None,
        decoder: str | None = None,
        decoder_option: dict[str, str] | None = None,
        format: str | None = "fltp",
        sample_rate: int | None = None,
        num_channels: int | None = None,
    ) -> None:
        """Add an audio stream: chunks of ``[time, channel]``.

        Args:
            frames_per_chunk: -1 for one chunk of all that came.
            buffer_chunk_size: how many chunks to keep before the oldest is dropped; -1 for all.
            stream_index: of the source; ``None`` for the best.
            decoder: FFmpeg's name of another decoder than the default.
            decoder_option: of the decoder.
            format: FFmpeg's name of the sample format, which sets the dtype (``"fltp"``: float32,
                ``"s16p"``: int16 ...); ``None``: as decoded.
            sample_rate: in Hz; ``None``: as decoded.
            num_channels: ``None``: as decoded.

        Raises:
            RuntimeError: there is no such stream, decoder, option or format.
        """
        described = sound_filter(sample_rate, format, num_channels)
        self._add(
            "audio",
            frames_per_chunk,
            buffer_chunk_size,
            stream_index,
            decoder,
            decoder_option,
            described,
        )

    def add_basic_video_stream(
        self,
        frames_per_chunk: int,
        buffer_chunk_size: int = 3,
        *,
        stream_index: int | None = None,
        decoder: str | None = None,
        decoder_option: dict[str, str] | None = None,
        format: str | None = "rgb24",
        frame_rate: float | None = None,
        width: int | None = None,
        height: int | None = None,
        hw_accel: str | None = None,
    ) -> None:
        """Add a video stream: chunks of ``[time, channel, height, width]``, uint8.

        Args:
            frames_per_chunk: pictures in a chunk; -1 for one chunk of all that came.
            buffer_chunk_size: how many chunks to keep before the oldest is dropped; -1 for all.
            stream_index: of the source; ``None`` for the best.
            decoder: FFmpeg's name of another decoder than the default.
            decoder_option: of the decoder.
            format: FFmpeg's name of the pixel format: ``"rgb24"``, ``"bgr24"``, ``"rgba"``,
                ``"gray"``, ``"yuv420p"`` ...
            frame_rate: pictures per second; ``None``: as they are.
            width, height: in pixels; ``None``: as they are.
            hw_accel: a device to decode on, e.g. ``"cuda:0"``, if this FFmpeg and this machine have
                it; the chunks are on it.

        Raises:
            RuntimeError: there is no such stream, decoder, option, format or device.
        """
        described = picture_filter(frame_rate, width, height, format)
        self._add(
            "video",
            frames_per_chunk,
            buffer_chunk_size,
            stream_index,
            decoder,
            decoder_option,
            described,
            hw_accel,
        )

    def add_audio_stream(
        self,
        frames_per_chunk: int,
        buffer_chunk_size: int = 3,
        *,
        stream_index: int | None = None,
        decoder: str | None = None,
        decoder_option: dict[str, str] | None = None,
        filter_desc: str | None = None,
    ) -> None:
        """Add an audio stream that goes through filters.

        ``filter_desc`` is in FFmpeg's language; all else as in ``add_basic_audio_stream``.
        """
        self._add(
            "audio",
            frames_per_chunk,
            buffer_chunk_size,
            stream_index,
            decoder,
            decoder_option,
            Filter(filter_desc),
        )

    def add_video_stream(
        self,
        frames_per_chunk: int,
        buffer_chunk_size: int = 3,
        *,
        stream_index: int | None = None,
        decoder: str | None = None,
        decoder_option: dict[str, str] | None = None,
        filter_desc: str | None = None,
        hw_accel: str | None = None,
    ) -> None:
        """Add a video stream that goes through filters.

        ``filter_desc`` is in FFmpeg's language; all else as in ``add_basic_video_stream``.
        """
        self._add(
            "video",
            frames_per_chunk,
            buffer_chunk_size,
            stream_index,
            decoder,
            decoder_option,
            Filter(filter_desc),
            hw_accel,
        )

    @interrupts.waiting
    def _add(
        self,
        media: Literal["audio", "video"],
        frames_per_chunk: int,
        buffer_chunk_size: int,
        stream_index: int | None,
        name: str | None,
        option: Mapping[str, str] | None,
        filter: Filter,
        hw_accel: str | None = None,
    ) -> None:
        for what, number in (
            ("frames_per_chunk", frames_per_chunk),
            ("buffer_chunk_size", buffer_chunk_size),
        ):
            if arguments.integer(what, number) <= 0 and number != -1:
                raise BackendError(f"{what} is {number}, and must be positive, or -1")
        try:
            index = self._chosen(media, stream_index)
            stream = self._container.streams[index]
            source = self._sources.get(index)
            if source is None:
                decoder = codecs.decoder(stream, name, option, hw_accel)
                source = _Source(stream, decoder, from_start=not self._has_moved)
                source.discard_before = self._discard_before(stream)
            buffer: Buffer = (
                Whole() if frames_per_chunk == -1 else Chunked(frames_per_chunk, buffer_chunk_size)
            )
            output = Output(index, info.entering(stream, source.context), filter, buffer)
        except BackendError as why:
            raise self._problem(why) from why
        output.device = hw_accel if hw_accel and hw_accel.startswith("cuda") else None
        self._sources[index] = source
        source.outputs.append(output)
        self._outputs.append(output)

    def _chosen(self, media: Literal["audio", "video"], asked: int | None) -> int:
        """Return the number of a source stream: the one asked for, or the best of its kind."""
        index = self._best(media) if asked is None else arguments.integer("stream_index", asked)
        if index is None:
            raise BackendError(f"it holds no {media} stream")
        if not 0 <= index < self.num_src_streams:
            raise BackendError(
                f"it has no stream {index}; there are {self.num_src_streams}, counted from 0"
            )
        kind = self._container.streams[index].type
        if kind != media:
            raise BackendError(f"stream {index} is {kind}, not {media}")
        return index

    def remove_stream(self, i: int) -> None:
        """Remove an output stream and what is buffered for it; later streams move up by one.

        Raises:
            RuntimeError: there is no such stream.
        """
        output = self._output(i)
        del self._outputs[i]
        source = self._sources[output.index]
        source.outputs.remove(output)
        if not source.outputs:
            del self._sources[output.index]

    def _output(self, i: int) -> Output:
        if not 0 <= arguments.integer("i", i) < len(self._outputs):
            raise BackendError(
                f"there is no output stream {i}; there are {len(self._outputs)}, counted from 0"
            )
        return self._outputs[i]

    @interrupts.waiting
    def process_packet(self, timeout: float | None = None, backoff: float = 10.0) -> int:
        """Read one packet, decode it, and put its frames into the buffers.

        Args:
            timeout: milliseconds to keep trying if a device has nothing yet; negative: for ever;
                ``None``: do not try again.
            backoff: milliseconds between two tries.

        Returns:
            0, or 1 at the end of the source, when decoders and filters have given all that they
                held.

        Raises:
            RuntimeError: it cannot be read or decoded, has nothing within ``timeout``, or has ended
                already.
        """
        deadline = None if timeout is None or timeout < 0 else time.monotonic() + timeout / 1000
        while True:
            try:
                code = self._step()
                break
            except av.error.BlockingIOError as why:
                self._packets = None
                self._check()
                if timeout is None or (deadline is not None and time.monotonic() >= deadline):
                    raise self._problem(why) from why
                with interrupts.allowed():
                    time.sleep(backoff / 1000)
        # another file may have taken the place of the one that was read
        if code == _ENDED and _identity(self.src) == self._identity:
            self._judge()
        return code

    def _step(self) -> int:
        interrupts.check()
        if self._ended and self._outputs:
            raise self._problem(BackendError("it has ended; use seek() to read on"))
        if self._packets is None:
            self._packets = packets.demuxed(self._container)
            self._has_moved = True
        began = time.monotonic()
        try:
            packet = next(self._packets, None)
            self._check_time(began)
            if packet is None or not (
                packet.size or packet.pts is not None or packet.dts is not None
            ):
                self._check()
                web.warn_of_loss(self._file, "only a part")
                self._drain(packet)
                return _ENDED
            source = self._sources.get(packet.stream_index)
            if source is not None:
                source.take(packet)
        except av.error.BlockingIOError:
            raise
        except BackendError as why:
            raise self._problem(why) from why
        except (av.FFmpegError, ValueError) as why:
            self._check()
            try:
                self._check_time(began)
                joints.refuse_change(self._container)
            except BackendError as other:
                raise self._problem(other) from why
            raise self._problem(why) from why
        return 0

    def _check_time(self, began: float) -> None:
        """Raise for a part of a list that is late; FFmpeg calls it damaged, or leaves it out.

        Raises:
            BackendError: so it was.
        """
        if (
            container.list_demuxers(self.src)
            and time.monotonic() - began >= self.settings.network_timeout
        ):
            raise BackendError(decode.SILENT_SERVER)

    def _drain(self, packet: av.Packet[Any] | None) -> None:
        """Take all that decoders and filters still hold.

        At the end PyAV gives an empty packet for each stream.
        """
        self._ended = True
        while packet is not None:
            source = self._sources.get(packet.stream.index)
            if source is not None:
                source.drain(packet)
            packet = next(self._packets or iter(()), None)
        self._packets = None

    def _judge(self) -> None:
        """Report a cut or damaged source, as ``load`` does.

        File objects that may be far away are not searched for damage, which could fetch them twice.

        Raises:
            TruncatedInputError: (a BackendError) it is cut, and the flag ``truncated`` is
                ``error``.
        """
        sounds = self._container.streams.audio
        source = self._sources.get(sounds[0].index) if len(sounds) == 1 else None
        is_far = file_objects.is_readable(self._place) and not isinstance(self._place, _NEAR)
        frames = None if source is None or is_far else source.samples
        short_files.judge("ffmpeg", Load(self._place), frames, self._start, self.settings)

    def _check(self) -> None:
        """Raise the interrupt, or the error, that came while a file object was read."""
        if self._file is not None:
            self._file.check()
            file_objects.believe(self._file)

    @interrupts.waiting
    def process_all_packets(self) -> None:
        """Read the source to its end."""
        while not self.process_packet():
            pass

    def is_buffer_ready(self) -> bool:
        """Return whether every output stream has a chunk."""
        for output in self._outputs:  # noqa: SIM110 - a generator would double the time of this
            if not output.buffer.ready:
                return False
        return True

    def pop_chunks(self) -> tuple[chunks.ChunkTensor | None, ...]:
        """Return one chunk of each output stream, in their order; ``None`` for one without.

        A chunk is ``[time, channel]`` or ``[time, channel, height, width]``; its ``pts`` is the
        time of its first frame in seconds.
        """
        popped = [_on(output.device, output.buffer.pop()) for output in self._outputs]
        # the releases returned a list, and annotated it as a tuple
        return cast("tuple[chunks.ChunkTensor | None, ...]", popped)

    def fill_buffer(self, timeout: float | None = None, backoff: float = 10.0) -> int:
        """Read until every output stream has a chunk.

        Returns:
            0, or 1 if the source ended before that.

        Arguments and errors as in ``process_packet``.
        """
        return 0 if self.is_buffer_ready() else self._fill(timeout, backoff)

    @interrupts.waiting
    def _fill(self, timeout: float | None, backoff: float) -> int:
        while not self.is_buffer_ready():
            code = self.process_packet(timeout, backoff)
            if code:
                return code
        return 0

    def stream(
        self, timeout: float | None = None, backoff: float = 10.0
    ) -> Iterator[tuple[chunks.ChunkTensor | None, ...]]:
        """Give what ``pop_chunks`` returns, again and again to the end of the source.

        The last chunks may be shorter, and are ``None`` for a stream that has ended before the
        others. Arguments and errors as in ``process_packet``.

        Raises:
            RuntimeError: also if no output stream was added.
        """
        if not self._outputs:
            raise BackendError(
                "no output stream was added; call add_basic_audio_stream or another of its kind "
                "first"
            )
        while not self.fill_buffer(timeout, backoff):
            yield self.pop_chunks()
        while True:
            popped = self.pop_chunks()
            if all(chunk is None for chunk in popped):
                return
            yield popped


def _on(device: str | None, chunk: chunks.ChunkTensor | None) -> chunks.ChunkTensor | None:
    if device is None or chunk is None:
        return chunk
    return chunks.chunk(chunk.to(device), chunk.pts)


def _identity(src: Any) -> tuple[int, int] | None:
    """Return which file a path names; ``None`` for any other source."""
    with contextlib.suppress(OSError, TypeError, ValueError):
        status = os.stat(os.fspath(src))
        return status.st_dev, status.st_ino
    return None

"""``AudioEffector``: apply filters and codecs to a waveform.

It is for augmenting data, or for degrading it as a recording would.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar, cast

from dispatcher import arguments, interrupts
from dispatcher.backends.ffmpeg.encode import layout_of, sound_frame
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError
from dispatcher.lazily import torch
from dispatcher.settings import Settings
from dispatcher.streams import graphs
from dispatcher.streams.buffers import Chunked, Whole
from dispatcher.streams.frames import Sound
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from dispatcher.writing import writable

_FORMATS = {"uint8": "u8", "int16": "s16", "int32": "s32", "float32": "flt", "float64": "dbl"}
# formats without a header: their reader must be told rate and channels
_BARE = ("mulaw", "alaw")
# muxers whose files are read by a demuxer of another name
_READ_AS = {
    "adts": "aac",
    "webm": "matroska",
    "opus": "ogg",
    "oga": "ogg",
    "spx": "ogg",
    "ipod": "mov",
    "mp4": "mov",
}
_PIECE = 1 << 12
_SILENCE_OF_UINT8 = 128


class AudioEffector:
    """Apply filters, a codec, or both in this order to a waveform.

    Args:
        effect: filters in FFmpeg's language, e.g. ``"atempo=1.2,lowpass=frequency=3000"``.
        format: a container to encode the waveform into and decode it from, e.g. ``"mp3"``,
            ``"ogg"``, ``"mulaw"``, ``"g722"``.
        encoder: FFmpeg's name of another encoder than that container's default.
        codec_config: bit rate, quality.
        pad_end: fill up with silence if less comes out than went in.

    Raises:
        ValueError: there is an encoder or a configuration without a format.

    As in torchaudio 2.1 to 2.8, on the FFmpeg of PyAV.
    """

    settings: ClassVar[Settings] = Settings()

    def __init__(
        self,
        effect: str | None = None,
        format: str | None = None,
        *,
        encoder: str | None = None,
        codec_config: CodecConfig | None = None,
        pad_end: bool = True,
    ) -> None:
        if format is None and (encoder is not None or codec_config is not None):
            raise ArgumentError(
                "encoder and codec_config need a format; name the container, e.g. format='mp3'"
            )
        self.effect: str | None = effect
        self.format: str | None = format
        self.encoder: str | None = encoder
        self.codec_config: CodecConfig | None = codec_config
        self.pad_end: bool = pad_end

    @interrupts.waiting
    def apply(
        self, waveform: torch.Tensor, sample_rate: int, output_sample_rate: int | None = None
    ) -> torch.Tensor:
        """Apply filters and codec to a whole waveform.

        Args:
            waveform: ``[time, channel]``; uint8, int16, int32, float32 or float64.
            sample_rate: in Hz.
            output_sample_rate: in Hz, of the result; ``None`` for ``sample_rate``.

        Returns:
            ``[time, channel]`` of the same dtype, with as many channels.

        Raises:
            ValueError: it does not have two dimensions, or FFmpeg lacks its dtype.
            RuntimeError: FFmpeg does not take the effect, the format or the encoder.
        """
        format, sample_rate = _checked(waveform), writable.sample_rate(sample_rate)
        if not waveform.numel():
            return waveform
        rate = output_sample_rate or sample_rate
        if self.format is None:
            whole = Whole()
            for _ in self._filtered(waveform, format, sample_rate, rate, whole):
                pass
            found = whole.pop()
        else:
            encoded = io.BytesIO()
            writer = self._writer(encoded, waveform, format, sample_rate)
            with writer.open() as opened:
                opened.write_audio_chunk(0, waveform)
            encoded.seek(0)
            reader = self._reader(encoded, waveform, format, sample_rate, rate, -1)
            reader.process_all_packets()
            found = reader.pop_chunks()[0]
        return self._padded(_plain(found, waveform), len(waveform))

    def stream(
        self,
        waveform: torch.Tensor,
        sample_rate: int,
        frames_per_chunk: int,
        output_sample_rate: int | None = None,
    ) -> Iterator[torch.Tensor]:
        """Apply filters and codec piece by piece, as ``apply`` does to a whole waveform.

        Args:
            waveform: ``[time, channel]``; uint8, int16, int32, float32 or float64.
            sample_rate: in Hz.
            frames_per_chunk: frames of a chunk; -1 for chunks as they come.
            output_sample_rate: in Hz, of the result; ``None`` for ``sample_rate``.

        Returns:
            An iterator of chunks, ``[time, channel]``; the last may be shorter.

        Raises:
            ValueError: it does not have two dimensions, or FFmpeg lacks its dtype.
            RuntimeError: ``frames_per_chunk`` is 0 or below -1; while chunks are taken, FFmpeg does
                not take the effect, the format or the encoder.
        """
        format, sample_rate = _checked(waveform), writable.sample_rate(sample_rate)
        if frames_per_chunk <= 0 and frames_per_chunk != -1:
            raise BackendError(
                f"frames_per_chunk is {frames_per_chunk}, and must be positive, or -1"
            )
        chunks = self._streamed(
            waveform, format, sample_rate, frames_per_chunk, output_sample_rate or sample_rate
        )
        return interrupts.stepwise(self._filled_up(chunks, len(waveform), frames_per_chunk))

    def _streamed(
        self, waveform: torch.Tensor, format: str, sample_rate: int, frames: int, rate: int
    ) -> Iterator[torch.Tensor]:
        if not waveform.numel():
            return
        if self.format is None:
            chunked = Whole() if frames == -1 else Chunked(frames, -1)
            for _ in self._filtered(waveform, format, sample_rate, rate, chunked):
                while chunked.ready:
                    yield _plain(chunked.pop(), waveform)
            while chunked.frames:
                yield _plain(chunked.pop(), waveform)
            return
        source = _Encoding(self, waveform, format, sample_rate)
        reader = self._reader(source, waveform, format, sample_rate, rate, frames)
        for (chunk,) in reader.stream():
            yield _plain(chunk, waveform)

    def _filled_up(
        self, chunks: Iterator[torch.Tensor], frames: int, size: int
    ) -> Iterator[torch.Tensor]:
        """Give the chunks, and silence at the end if they hold less than ``frames`` together."""
        last: torch.Tensor | None = None
        for chunk in chunks:
            if last is not None:
                yield last
                frames -= len(last)
            last = chunk
        if last is None:
            return
        last = self._padded(last, frames)
        yield from torch.split(last, size) if size > 0 else (last,)

    def _filtered(
        self, waveform: torch.Tensor, format: str, sample_rate: int, rate: int, buffer: Any
    ) -> Iterator[None]:
        """Send pieces of the waveform through the filters into a buffer."""
        channels = waveform.shape[1]
        ends = (
            f"aformat=sample_fmts={format}:sample_rates={sample_rate}:channel_layouts={channels}c"
        )
        resampled = f",aresample={rate},aformat=sample_fmts={format}" if rate != sample_rate else ""
        description = f"{self.effect},{ends}{resampled}" if self.effect else f"{ends}{resampled}"
        entering = graphs.SoundInput(
            format, layout_of(channels), sample_rate, Fraction(1, sample_rate)
        )
        _graph, source, sink = graphs.build(description, entering)
        sound: Sound | None = None
        for piece in (*_pieces(waveform, entering), None):
            interrupts.check()
            source.push(piece)
            for frame in graphs.pulled(sink):
                sound = sound or Sound(frame, as_float=False)
                sound.take(frame)
                buffer.push(sound, 0, 1.0)
            yield

    def _writer(
        self, place: Any, waveform: torch.Tensor, format: str, sample_rate: int
    ) -> StreamWriter:
        writer = StreamWriter(place, format=self.format)
        writer.add_audio_stream(
            sample_rate,
            waveform.shape[1],
            format,
            encoder=self.encoder,
            codec_config=self.codec_config,
            filter_desc=self.effect,
        )
        return writer

    def _reader(
        self,
        place: Any,
        waveform: torch.Tensor,
        format: str,
        sample_rate: int,
        rate: int,
        frames: int,
    ) -> StreamReader:
        name = self.format or ""
        channels = waveform.shape[1]
        option = (
            {"sample_rate": str(sample_rate), "channels": str(channels)} if name in _BARE else None
        )
        reader = StreamReader(place, format=_READ_AS.get(name, name), option=option)
        filter_desc = f"aresample={rate},aformat=sample_fmts={format}:channel_layouts={channels}c"
        reader.add_audio_stream(frames, -1, filter_desc=filter_desc)
        return reader

    def _padded(self, found: torch.Tensor, frames: int) -> torch.Tensor:
        missing = frames - len(found)
        if not self.pad_end or missing <= 0:
            return found
        silence = _SILENCE_OF_UINT8 if found.dtype is torch.uint8 else 0
        return torch.nn.functional.pad(found, (0, 0, 0, missing), value=silence)


def _checked(waveform: torch.Tensor) -> str:
    """Return FFmpeg's name of a waveform's sample format.

    Raises:
        ArgumentError: (a ValueError) it does not have two dimensions, or FFmpeg lacks its dtype.
    """
    if not isinstance(waveform, torch.Tensor):
        raise ArgumentTypeError(f"the waveform is {type(waveform).__name__}, not a tensor")
    arguments.check_tensor(waveform, elsewhere=True)
    if waveform.ndim != 2:
        raise ArgumentError(f"the waveform has {waveform.ndim} dimensions, not 2: [time, channel]")
    dtype = str(waveform.dtype).removeprefix("torch.")
    if dtype not in _FORMATS:
        raise ArgumentError(
            f"FFmpeg has no samples of {dtype}; convert to one of {', '.join(_FORMATS)}"
        )
    return _FORMATS[dtype]


def _plain(chunk: Any, waveform: torch.Tensor) -> torch.Tensor:
    if chunk is None:
        return waveform.new_zeros((0, waveform.shape[1]))
    return cast("torch.Tensor", chunk.as_subclass(torch.Tensor))


def _pieces(waveform: torch.Tensor, entering: graphs.SoundInput) -> Iterator[Any]:
    for first in range(0, len(waveform), _PIECE):
        array = waveform[first : first + _PIECE].detach().cpu().contiguous().numpy()
        yield sound_frame(array, entering.format, entering.layout, entering.rate, first)


class _Encoding:
    """A file object whose bytes are encoded when they are read."""

    def __init__(
        self, effector: AudioEffector, waveform: torch.Tensor, format: str, sample_rate: int
    ) -> None:
        self._waveform, self._at = waveform, 0
        self._bytes = _Queue()
        self._writer: StreamWriter | None = effector._writer(
            self._bytes, waveform, format, sample_rate
        )
        self._writer.open()

    def read(self, size: int) -> bytes:
        while len(self._bytes.held) < size and self._writer is not None:
            piece = self._waveform[self._at : self._at + _PIECE]
            self._at += _PIECE
            if len(piece):
                self._writer.write_audio_chunk(0, piece)
            else:
                self._writer.close()
                self._writer = None
        return self._bytes.take(size)


class _Queue:
    """A file object that holds what was written until it is taken."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def take(self, size: int) -> bytes:
        taken = bytes(self.held[:size])
        del self.held[:size]
        return taken

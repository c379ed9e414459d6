"""Read a ``StreamReader`` to its end, write a sound with a ``StreamWriter``, and save one to bytes."""

import io
from typing import Any

import torch

import dispatcher
from dispatcher.streams.writer import StreamWriter


def saved(wave: torch.Tensor, rate: int, format: str = "wav", backend: str = "soundfile") -> bytes:
    """The file of a sound, ``[channel, time]``."""
    held = io.BytesIO()
    dispatcher.save(held, wave, rate, format=format, backend=backend)
    return held.getvalue()


def sound(reader: Any, **named: Any) -> torch.Tensor:
    """All sound of a reader, ``[time, channel]``; ``named`` are arguments of its output stream.

    Where FFmpeg cannot seek (SVX), nothing may come after it.
    """
    reader.add_basic_audio_stream(-1, -1, **named)
    reader.process_all_packets()
    (chunk,) = reader.pop_chunks()
    return torch.empty(0, 1) if chunk is None else torch.Tensor(chunk)


def chunks(reader: Any, frames: int = 1000, **named: Any) -> torch.Tensor:
    """All sound of a reader, taken in chunks of so many frames."""
    reader.add_basic_audio_stream(frames, **named)
    return torch.cat([chunk for (chunk,) in reader.stream()])


def write(
    place: Any, wave: torch.Tensor, rate: int = 16000, *, container: str | None = None, option: dict[str, str] | None = None, **named: Any
) -> StreamWriter:
    """Write a sound, ``[time, channel]``; ``option`` is of the container, ``named`` are arguments of the stream."""
    writer = StreamWriter(place, container)
    writer.add_audio_stream(rate, wave.shape[1], **named)
    with writer.open(option) as opened:
        opened.write_audio_chunk(0, wave)
    return writer

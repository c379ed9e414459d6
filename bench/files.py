"""The audio files, made once in a run: a minute of stereo at 44.1 kHz, an hour of mono at 16 kHz, and many of a second."""

from __future__ import annotations

import functools
import os
import pathlib
import tempfile
from typing import Any

import av
import numpy as np
import soundfile

RATE, SLOW = 44100, 16000
_folder = tempfile.TemporaryDirectory(prefix="bench-")
FOLDER = pathlib.Path(_folder.name)
CODECS = {"wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame", "m4a": "aac", "opus": "libopus"}


def sound(seconds: int, rate: int, channels: int, seed: int = 0) -> np.ndarray:
    """Tones that glide, in noise: ``[time, channel]``, float32."""
    generator = np.random.default_rng(seed)
    time = np.arange(seconds * rate) / rate
    tones = [
        np.sin(2 * np.pi * (220 + 110 * channel) * time * (1 + 0.1 * np.sin(time / 7)))
        for channel in range(channels)
    ]
    return (
        np.stack(tones, 1) * 0.4 + generator.standard_normal((len(time), channels)) * 0.03
    ).astype(np.float32)


def _encode(
    path: str, parts: Any, rate: int, channels: int, extension: str, muxer: dict[str, str]
) -> None:
    layout = "stereo" if channels == 2 else "mono"
    with av.open(path, "w", options=muxer) as output:
        stream: Any = output.add_stream(
            CODECS[extension], rate=48000 if extension == "opus" else rate, layout=layout
        )
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name, layout=layout, rate=stream.rate
        )
        at = 0
        for part in parts:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(part.T), format="fltp", layout=layout
            )
            frame.sample_rate, frame.pts = rate, at
            at += len(part)
            for ready in [*resampler.resample(frame)]:
                output.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            output.mux(stream.encode(ready))
        output.mux(stream.encode(None))


@functools.cache
def minute(extension: str, seconds: int = 60, rate: int = RATE, channels: int = 2) -> str:
    """A minute of stereo; ``float.wav`` holds floats, ``ogg`` Vorbis."""
    path = str(FOLDER / f"{seconds}-{channels}.{extension}")
    parts = [sound(seconds, rate, channels)]
    kind = extension.rpartition(".")[2]
    if extension == "float.wav":
        soundfile.write(path, parts[0], rate, subtype="FLOAT")
    elif kind in ("wav", "flac"):
        soundfile.write(path, parts[0], rate, subtype="PCM_16")
    elif kind == "ogg":
        with soundfile.SoundFile(path, "w", rate, channels, "VORBIS", format="OGG") as file:
            for first in range(0, len(parts[0]), 1 << 16):
                file.write(parts[0][first : first + (1 << 16)])
    else:
        _encode(path, parts, rate, channels, kind, {})
    return path


@functools.cache
def _sound_of_a_minute(seed: int) -> np.ndarray:
    return sound(60, SLOW, 1, seed)


@functools.cache
def long(extension: str, minutes: int = 60) -> str:
    """An hour of mono; ``bare.mp3`` has no Xing header."""
    path = str(FOLDER / f"long-{minutes}.{extension}")
    pattern = [_sound_of_a_minute(number) for number in range(min(minutes, 4))]
    parts = (pattern[number % len(pattern)] for number in range(minutes))
    kind = extension.rpartition(".")[2]
    if kind in ("wav", "flac"):
        with soundfile.SoundFile(path, "w", SLOW, 1, "PCM_16") as file:
            for part in parts:
                file.write(part)
    elif extension.startswith("bare"):
        _encode(path, pattern, SLOW, 1, kind, {"write_xing": "0", "id3v2_version": "0"})
        frames = pathlib.Path(path).read_bytes()
        pathlib.Path(path).write_bytes(frames * (minutes // len(pattern)))
    else:
        _encode(path, parts, SLOW, 1, kind, {})
    return path


@functools.cache
def short(count: int) -> list[str]:
    """Files of one second."""
    folder = FOLDER / f"short-{count}"
    os.mkdir(folder)
    paths = [str(folder / f"{number}.wav") for number in range(count)]
    samples = sound(60, SLOW, 1)
    for number, path in enumerate(paths):
        soundfile.write(path, samples[number * 500 : number * 500 + SLOW], SLOW, subtype="PCM_16")
    return paths

"""Files of some seconds in every container and codec that pieces are sought in, and in some that they are not."""

import io
import pathlib
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16000
_CHUNK = 8000
_OF_MUXER = ("write_xing", "id3v2_version")
_LAMBDA = 118  # FFmpeg's unit of quality
_VORBIS = "vorbis"  # by libsndfile, whose encoder is the common one
_CLICKS = 4_000  # frames from one to the next: Vorbis puts short blocks among its long ones there


class Kind:
    """How a file is made: its name, codec, options of muxer and codec, and whether its pieces are sought."""

    def __init__(self, name: str, codec: str, sought: bool, rate: int = RATE, **options: str) -> None:
        self.name, self.codec, self.sought, self.rate, self.options = name, codec, sought, rate, options


KINDS = {
    kind.name: kind
    for kind in (
        Kind("s16.flac", "flac", True),
        Kind("s32.flac", "flac", True),
        Kind("alac.m4a", "alac", True),
        Kind("s16.aiff", "pcm_s16be", True),
        Kind("f32.au", "pcm_f32be", True),
        Kind("s24.w64", "pcm_s24le", True),
        Kind("s16.caf", "pcm_s16be", True),
        Kind("cbr.mp3", "libmp3lame", True, b="32000"),
        Kind("cbr44.mp3", "libmp3lame", True, 44100, b="128000"),
        Kind("low.mp3", "libmp3lame", True, b="8000"),
        Kind("cbr_bare.mp3", "libmp3lame", True, 44100, b="96000", write_xing="0", id3v2_version="0"),
        Kind("vbr.mp3", "libmp3lame", True, q="4"),
        Kind("vbr_bare.mp3", "libmp3lame", True, 44100, q="2", write_xing="0"),
        Kind("aac.m4a", "aac", False),
        Kind("opus.ogg", "libopus", False, 48000),
        Kind("speech.opus", "libopus", False, b="12000"),
        Kind("adpcm.wav", "adpcm_ms", False),
        Kind("mono.ogg", _VORBIS, True),
        Kind("clicks.ogg", _VORBIS, True, 44100, channels="2"),
        Kind("six.ogg", _VORBIS, True, 48000, channels="6"),
    )
}


def sound(frames: int, rate: int) -> npt.NDArray[np.float32]:
    """A rising tone in noise that grows: no two places of it are alike."""
    time = np.arange(frames) / rate
    noise = np.random.default_rng(0).standard_normal(frames) * 0.02 * time * min(1.0, 10 * rate / frames)
    return (np.sin(2 * np.pi * 300 * time * (1 + time / 20)) * 0.4 + noise).astype(np.float32)


def write(kind: Kind, place: str | BinaryIO, frames: int) -> None:
    """Make a file of so many frames, mono unless its kind says otherwise."""
    samples = sound(frames, kind.rate)
    if kind.codec == _VORBIS:
        _write_vorbis(kind, place, samples)
        return
    muxer = {key: value for key, value in kind.options.items() if key in _OF_MUXER}
    container = None if isinstance(place, str) else {"m4a": "ipod", "aif": "aiff"}.get(suffix(kind), suffix(kind))
    with av.open(place, "w", format=container, options=muxer) as output:
        stream: Any = output.add_stream(kind.codec, rate=kind.rate, layout="mono")
        if "b" in kind.options:
            stream.bit_rate = int(kind.options["b"])
        if "q" in kind.options:
            stream.codec_context.qscale = True
            stream.codec_context.global_quality = _LAMBDA * int(kind.options["q"])
        if kind.name.startswith("s32"):
            stream.codec_context.format = "s32"
        resampler = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=kind.rate)
        for first in range(0, frames, _CHUNK):
            frame = av.AudioFrame.from_ndarray(samples[None, first : first + _CHUNK], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = kind.rate, first
            for ready in resampler.resample(frame):
                for packet in stream.encode(ready):
                    output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)


def _write_vorbis(kind: Kind, place: str | BinaryIO, samples: npt.NDArray[np.float32]) -> None:
    channels = int(kind.options.get("channels", 1))
    samples[len(samples) // 4 : len(samples) // 2 : _CLICKS] = 0.9
    with soundfile.SoundFile(place, "w", kind.rate, channels, "VORBIS", format="OGG") as output:
        for first in range(0, len(samples), _CHUNK):
            output.write(np.stack([samples[first : first + _CHUNK]] * channels, 1))


def suffix(kind: Kind) -> str:
    return pathlib.PurePath(kind.name).suffix[1:]


def content(kind: Kind, frames: int) -> bytes:
    held = io.BytesIO()
    write(kind, held, frames)
    return held.getvalue()

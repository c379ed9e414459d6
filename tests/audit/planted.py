"""A set of audio files in ten formats, in which some differ from their counterparts in a known way.

``old/`` has the files, ``new/`` what the other side reads in their place (``--against``). Most are copies; of the others each has one
difference planted, so that what the audit says of every single file is known beforehand.
"""

import dataclasses
import functools
import pathlib
import shutil
from collections.abc import Callable, Iterator

import av
import numpy as np
import soundfile

SHIFT, GAIN, CUT = 700, 0.5, 5000
RATES = (16000, 48000, 8000)
_SOUNDFILE = {
    "wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_24"), "ogg": ("OGG", "VORBIS"), "aiff": ("AIFF", "PCM_16"), "au": ("AU", "PCM_16"),
    "sph": ("NIST", "PCM_16"), "caf": ("CAF", "PCM_16"), "w64": ("W64", "PCM_24"),
}  # fmt: skip
_FFMPEG = {"mp3": ("libmp3lame", {"write_xing": "0"}), "m4a": ("aac", {}), "opus": ("libopus", {})}
_STREAMS = ("mp3", "ogg")
FORMATS = ("wav", "flac", "mp3", "ogg", "m4a", "aiff", "au", "sph", "caf", "w64")
# what is planted, and the classes by which it may be named
PLANTS: dict[str, tuple[str, ...]] = {
    "shift": ("shifted",),
    "gain": ("scaled",),
    "truncation": ("length",),
    "rate": ("metadata",),
    "unreadable": ("error_to",),
}


@dataclasses.dataclass(frozen=True)
class Planted:
    """One file of the set: its path below the root, and what was planted; "" for nothing."""

    path: str
    plant: str


@functools.cache
def sound(rate: int, channels: int, seconds: float, number: int) -> np.ndarray:
    """Something like music, ``[time, channel]``: notes that begin and end, over a little noise."""
    random = np.random.default_rng(number)
    frames = int(rate * seconds)
    time = np.arange(frames) / rate
    mix = np.zeros((frames, channels))
    for _ in range(int(6 * seconds) + 4):
        begin, pitch, loud = random.uniform(0, seconds), random.uniform(110, 0.15 * rate), random.uniform(0.03, 0.12)
        envelope = np.where(time >= begin, np.exp(-(time - begin) * random.uniform(3, 12)), 0.0)
        mix += (loud * envelope * np.sin(2 * np.pi * pitch * time + random.uniform(0, 6)))[:, None] * random.uniform(0.4, 1, channels)
    mix += random.normal(0, 0.002, mix.shape)
    return np.clip(mix, -0.95, 0.95)


def write(path: pathlib.Path, samples: np.ndarray, rate: int) -> None:
    """Encode ``[time, channel]`` samples as the path's extension says, without any of this project."""
    kind = path.suffix[1:]
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind in _SOUNDFILE:
        container, subtype = _SOUNDFILE[kind]
        soundfile.write(path, samples, rate, format=container, subtype=subtype)
        return
    encoder, options = _FFMPEG[kind]
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(encoder, rate=rate, layout="mono" if samples.shape[1] == 1 else "stereo")
        stream.bit_rate = 160_000 if kind != "mp3" or rate > 24000 else 64_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.astype("float32").reshape(1, -1)), "flt", stream.layout.name)
        frame.sample_rate, frame.pts = rate, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def _truncate(path: pathlib.Path, samples: np.ndarray, rate: int) -> None:
    if path.suffix[1:] in _STREAMS:  # cut as a broken download is; to encode less would change what comes before the end too
        write(path, samples, rate)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    else:
        write(path, samples[:-CUT], rate)


_PLANTERS: dict[str, Callable[[pathlib.Path, np.ndarray, int], object]] = {
    "shift": lambda path, samples, rate: write(path, samples[SHIFT:], rate),
    "gain": lambda path, samples, rate: write(path, samples * GAIN, rate),
    "truncation": _truncate,
    "rate": lambda path, samples, rate: write(path, samples, RATES[(RATES.index(rate) + 1) % len(RATES)]),
    "unreadable": lambda path, samples, rate: path.write_bytes(b"this is no sound at all\n" * 40),
}


def make(root: pathlib.Path, files: int, *, seconds: float = 1.5, every: int = 4, sounds: int = 7) -> list[Planted]:
    """Write the set; every ``every``-th file is planted, all plants in all formats in turn.

    Args:
        root: gets the folders ``old`` and ``new``.
        files: how many.
        seconds: the shortest sound; the longest is twice that.
        every: how rare the planted ones are.
        sounds: how many sounds there are; files of one sound, format and plant are made once and copied.
    """
    return list(_made(root, files, seconds, every, sounds))


def _made(root: pathlib.Path, files: int, seconds: float, every: int, sounds: int) -> Iterator[Planted]:
    ready: dict[tuple[str, int, str], tuple[pathlib.Path, pathlib.Path]] = {}
    for number in range(files):
        kind = FORMATS[number % len(FORMATS)]
        turn = number // len(FORMATS)
        plant = list(PLANTS)[turn // every % len(PLANTS)] if turn % every == 0 else ""
        which = turn % sounds
        path = f"{kind}/{number:05}.{kind}"
        old, new = root / "old" / path, root / "new" / path
        for place in (old, new):
            place.parent.mkdir(parents=True, exist_ok=True)
        if (kind, which, plant) in ready:
            for source, target in zip(ready[kind, which, plant], (old, new), strict=True):
                shutil.copyfile(source, target)
        else:
            rate = RATES[which % len(RATES)]
            longer = 3 if kind == "ogg" else 1  # so that more than one page of it is left when it is cut
            samples = sound(rate, 1 + which % 2, longer * seconds * (1 + which / sounds), which)
            write(old, samples, rate)
            if plant:
                _PLANTERS[plant](new, samples, rate)
            else:
                shutil.copyfile(old, new)
            ready[kind, which, plant] = (old, new)
        yield Planted(path, plant)

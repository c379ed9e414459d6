"""What we are measured against: each reads or writes in the way that its own documentation shows first."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import soundfile

from dispatcher.backends.sox import library
from dispatcher.errors import BackendUnavailable

ready: dict[tuple[int, int, str], np.ndarray] = {}


def buffer(frames: int, channels: int, dtype: str = "float32") -> np.ndarray:
    """An array that is there before the clock starts, and in memory."""
    key = frames, channels, dtype
    if key not in ready:
        ready.clear()
        ready[key] = np.ones((frames, channels), dtype)
    return ready[key]


def raw_soundfile(path: Any, start: int = 0, frames: int = -1) -> np.ndarray:
    """libsndfile into a ready buffer."""
    with soundfile.SoundFile(path) as file:
        if start:
            file.seek(start)
        count = file.frames - start if frames < 0 else frames
        return file.read(out=buffer(count, file.channels))


def fresh_soundfile(path: Any, start: int = 0, frames: int = -1) -> np.ndarray:
    """libsndfile into a new array, as short files need one each."""
    with soundfile.SoundFile(path) as file:
        if start:
            file.seek(start)
        return file.read(frames, dtype="float32", always_2d=True)


def naive_pyav(path: Any) -> np.ndarray:
    """The loop that everybody writes first; integers stay integers."""
    with av.open(path) as container:
        container.streams.audio[0].codec_context.thread_count = 1
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def idle_pyav(path: str) -> None:
    """PyAV's floor: every frame is decoded, and nothing done with it."""
    with av.open(path) as container:
        container.streams.audio[0].codec_context.thread_count = 1
        for _ in container.decode(audio=0):
            pass


@functools.cache
def _sox() -> library.Library | None:
    try:
        return library.load()
    except BackendUnavailable:
        return None


def raw_libsox(path: str, start: int = 0, frames: int = 1 << 40) -> int:
    """libsox into a ready buffer of int32; it reads up to the place of a piece."""
    sox = _sox()
    assert sox is not None
    file = sox.lib.sox_open_read(path.encode(), sox.ffi.NULL, sox.ffi.NULL, sox.ffi.NULL)
    length, channels = int(file.signal.length), int(file.signal.channels)
    out = buffer(length // channels, channels, "int32").reshape(-1)
    at, wanted = 0, min(length, (start + frames) * channels)
    while at < wanted:
        got = sox.lib.sox_read(
            file, sox.ffi.cast("sox_sample_t *", out[at:].ctypes.data), wanted - at
        )
        if not got:
            break
        at += got
    sox.lib.sox_close(file)
    return at


def torchcodec(path: Any, start: float = 0.0, stop: float | None = None) -> Any:
    """TorchCodec's decoder, on the FFmpeg that it finds."""
    from torchcodec.decoders import AudioDecoder

    decoder = AudioDecoder(path)
    return (
        decoder.get_all_samples().data
        if stop is None
        else decoder.get_samples_played_in_range(start, stop).data
    )


def torchcodec_info(path: str) -> Any:
    """What TorchCodec's header reading tells."""
    from torchcodec.decoders import AudioDecoder

    return AudioDecoder(path).metadata


def librosa(path: Any, start: float = 0.0, duration: float | None = None) -> Any:
    """librosa, told to change nothing."""
    import librosa as module

    return module.load(path, sr=None, mono=False, offset=start, duration=duration)


@functools.cache
def _torchaudio() -> Any:
    from tests.compat.real import wheels

    sys.path.insert(0, str(wheels.unpacked("2.2.2")))
    try:
        from torchaudio._backend import soundfile_backend
    finally:
        sys.path.pop(0)
    return soundfile_backend


def torchaudio(path: Any, start: int = 0, frames: int = -1) -> Any:
    """The soundfile backend of torchaudio 2.2.2, which is all Python."""
    return _torchaudio().load(path, start, frames)


def torchaudio_save(path: str, wave: Any, rate: int) -> None:
    """The same, writing."""
    _torchaudio().save(path, wave, rate)


def torchaudio_info(path: str) -> Any:
    """The same, telling."""
    return _torchaudio().info(path)


def _works(try_it: Callable[[], object]) -> bool:
    try:
        try_it()
    except Exception as why:
        print(
            f"peer left out: {type(why).__name__}: {str(why).splitlines()[0] if str(why) else ''}",
            file=sys.stderr,
        )
        return False
    return True


@functools.cache
def there() -> frozenset[str]:
    """The peers that work on this machine; the others are named in what is printed, and left out."""

    def importing(name: str) -> Callable[[], object]:
        return lambda: __import__(name)

    tries = {
        "TorchCodec": importing("torchcodec.decoders"),
        "librosa": importing("librosa"),
        "torchaudio 2.2.2": _torchaudio,
        "raw libsox": lambda: (
            (_ for _ in ()).throw(OSError("libsox is not installed")) if _sox() is None else None
        ),
    }
    return frozenset(name for name, try_it in tries.items() if _works(try_it)) | {
        "raw soundfile",
        "naive PyAV",
        "idle PyAV",
        "itself",
    }

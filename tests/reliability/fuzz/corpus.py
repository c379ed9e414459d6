"""Whole files to damage: the recorded assets, what libsox and FFmpeg write in formats that the assets lack, and long ones."""

import contextlib
import io
import pathlib
import tempfile
from typing import Any

import numpy as np
import torch

import dispatcher
from dispatcher import notices, registry
from dispatcher.errors import AudioError, BackendUnavailable
from tests import long_files

ASSETS = pathlib.Path(__file__).resolve().parents[2] / "oracle" / "assets"
_BY_FFMPEG = ("ac3", "adx", "aiff", "au", "avi", "caf", "eac3", "mka", "mp2", "nut", "opus", "rm", "sox", "tta", "voc", "w64", "wma", "wv")
_RATE = 8000
# devices, and what takes a file for a stream of bare samples whatever is in it
_NO_FILES = ("alsa", "ao", "oss", "ossdsp", "pulseaudio", "null", "raw", "sndfile", "mp3", "mp2")
_LONG_SECONDS = 20
# name, and how libsndfile stores it
_LONG_BY_SNDFILE: dict[str, dict[str, Any]] = {
    "stereo.wav": {"bits_per_sample": 16},
    "f32.wav": {},
    "s24.wav": {"bits_per_sample": 24},
    "ulaw.wav": {"encoding": "ULAW"},
    "stereo.flac": {},
    "stereo.ogg": {},
    "stereo.mp3": {},
    "stereo.sph": {"format": "nist"},
}


def _tone(frames: int = 800) -> torch.Tensor:
    time = torch.arange(frames, dtype=torch.float64) / _RATE
    return torch.stack([0.5 * torch.sin(2 * torch.pi * 220 * (channel + 1) * time) for channel in range(2)]).to(torch.float32)


def _written_by_sox() -> dict[str, bytes]:
    """Files of every type that libsox writes, mono and, where it takes that, stereo."""
    try:
        sox = registry.Registry().get("sox").library  # type: ignore[attr-defined]
    except BackendUnavailable:
        return {}
    from dispatcher.backends.sox import encodings, files, formats

    found = {}
    # libsndfile, which libsox has for some types, leaves the resource fork of an sd2 file in the working folder
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for kind in formats.names(sox, writing=True):
            for channels in (1, 2):
                path = pathlib.Path(folder, f"{channels}.{kind}")
                samples = np.ascontiguousarray((_tone()[:channels].T.numpy() * 2**30).astype(np.int32))
                if kind in _NO_FILES:
                    continue
                with contextlib.suppress(AudioError):
                    files.write(sox, str(path), samples, float(_RATE), 16, encodings.Encoding(0, 0), None, kind)
                    found[path.name] = path.read_bytes()
    return found


def _written_by_ffmpeg() -> dict[str, bytes]:
    found = {}
    for kind in _BY_FFMPEG:
        held = io.BytesIO()
        with contextlib.suppress(AudioError):
            dispatcher.save(held, _tone(4800), 48000, format={"mka": "matroska", "wma": "asf"}.get(kind, kind), backend="ffmpeg")
            found[f"ffmpeg.{kind}"] = held.getvalue()
    return found


def whole_files() -> dict[str, bytes]:
    """Contents by name, in a fixed order; the extension matters to libsox."""
    recorded = {path.name: path.read_bytes() for path in sorted(ASSETS.iterdir())}
    return {**recorded, **_written_by_sox(), **_written_by_ffmpeg()}


def long() -> dict[str, bytes]:
    """Files of twenty seconds by name, in a fixed order: long enough for every reader to seek in."""
    found = {kind.name: long_files.content(kind, _LONG_SECONDS * kind.rate) for kind in long_files.KINDS.values()}
    wave = long_files.sound(_LONG_SECONDS * long_files.RATE, long_files.RATE)
    for name, options in _LONG_BY_SNDFILE.items():
        held = io.BytesIO()
        samples = torch.from_numpy(np.stack([wave, wave[::-1]]) if name.startswith("stereo") else wave[None])
        with notices.collected():
            dispatcher.save(held, samples, long_files.RATE, **{"format": name.rpartition(".")[2], **options}, backend="soundfile")
        found[name] = held.getvalue()
    return found

"""What is damaged, how, and in which ways it is then read: short files of every kind, long ones to seek in, and the structure of files."""

import collections
import contextlib
import io
import pathlib
import tempfile
from typing import Any

import numpy as np
import soundfile
import torch

import dispatcher
from dispatcher import notices
from dispatcher.errors import AudioError
from dispatcher.registry import Registry
from tests import long_files
from tests.conftest import ASSETS
from tests.reliability.fuzz import anatomy, mutate, readings

_BY_FFMPEG = ("ac3", "adx", "aiff", "au", "avi", "caf", "eac3", "mka", "mp2", "nut", "opus", "rm", "sox", "tta", "voc", "w64", "wma", "wv")
_MUXERS = {"mka": "matroska", "mkv": "matroska", "wma": "asf", "sph": "nist"}
# devices, and what takes a file for a stream of bare samples whatever is in it
_NO_FILES = {"alsa", "ao", "oss", "ossdsp", "pulseaudio", "null", "raw", "sndfile", "mp3", "mp2"}
_RATE = 16000
_LONG = 20 * _RATE  # frames
# name, and how libsndfile stores it
_LONG_BY_SNDFILE: dict[str, dict[str, Any]] = {
    "stereo.wav": {"bits_per_sample": 16},
    "f32.wav": {},
    "s24.wav": {"bits_per_sample": 24},
    "ulaw.wav": {"encoding": "ULAW"},
    "stereo.flac": {},
    "stereo.ogg": {},
    "stereo.mp3": {},
    "stereo.sph": {},
}
# backend, extension, rate, and what else `save` is told
_STRUCTURED: list[tuple[str, str, int, dict[str, Any]]] = [
    *(("ffmpeg", extension, _RATE, {}) for extension in ("wav", "w64", "aiff", "caf", "au", "flac", "mp3", "mp4", "mov")),
    *(("ffmpeg", extension, 48000, {}) for extension in ("mkv", "webm", "opus")),
    *(("soundfile", extension, _RATE, {}) for extension in ("wav", "flac", "ogg", "mp3")),
    ("soundfile", "wav", _RATE, {"bits_per_sample": 24}),
    ("ffmpeg", "wav", _RATE, {"encoding": "ULAW"}),
]
# extension, format and subtype of libsndfile
_BY_LIBSNDFILE = [
    *(("wav", "WAV", subtype) for subtype in ("IMA_ADPCM", "MS_ADPCM", "GSM610", "FLOAT")),
    *(("aiff", "AIFF", subtype) for subtype in ("PCM_24", "ULAW")),
    *(("caf", "CAF", subtype) for subtype in ("ALAC_16", "PCM_16")),
    *(("wav", format, "PCM_16") for format in ("RF64", "WAVEX")),
    ("w64", "W64", "IMA_ADPCM"),
    ("sph", "NIST", "PCM_16"),
    ("opus", "OGG", "OPUS"),
]


def _saved(wave: torch.Tensor, rate: int, extension: str, backend: str, **options: Any) -> bytes:
    held = io.BytesIO()
    with notices.collected():
        dispatcher.save(held, wave, rate, format=_MUXERS.get(extension, extension), backend=backend, **options)
    return held.getvalue()


def short() -> dict[str, bytes]:
    """Contents by name, in a fixed order: what was recorded, and formats that it lacks. The extension matters to libsox."""
    found = {path.name: path.read_bytes() for path in sorted(ASSETS.iterdir())}
    tone = torch.sin(torch.arange(4800) / 6 * torch.tensor([[1], [2]])) / 2
    # libsndfile, which libsox has for some types, leaves the resource fork of an sd2 file in the working folder
    with contextlib.suppress(AudioError), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        found |= _written_by_libsox(Registry().get("sox"), np.ascontiguousarray((tone[:, :800].T.numpy() * 2**30).astype(np.int32)))
    for kind in _BY_FFMPEG:
        with contextlib.suppress(AudioError):
            found[f"ffmpeg.{kind}"] = _saved(tone, 48000, kind, "ffmpeg")
    return found


def _written_by_libsox(sox: Any, samples: Any) -> dict[str, bytes]:
    """Files of every type that libsox writes, mono and, where it takes that, stereo."""
    from dispatcher.backends.sox import encodings, files, formats

    found = {}
    for kind in sorted({*formats.names(sox.library, writing=True)} - _NO_FILES):
        for channels in (1, 2):
            path = pathlib.Path(f"{channels}.{kind}")
            with contextlib.suppress(AudioError):
                part = np.ascontiguousarray(samples[:, :channels])
                files.write(sox.library, str(path), part, 8000.0, 16, encodings.Encoding(0, 0), None, kind)
                found[path.name] = path.read_bytes()
    return found


def long() -> dict[str, bytes]:
    """Files of twenty seconds by name, in a fixed order: long enough for every reader to seek in."""
    found = {kind.name: long_files.content(kind, 20 * kind.rate) for kind in long_files.KINDS.values()}
    wave = torch.from_numpy(long_files.sound(_LONG, _RATE))
    for name, options in _LONG_BY_SNDFILE.items():
        samples = torch.stack([wave, wave.flip(0)]) if name.startswith("stereo") else wave[None]
        found[name] = _saved(samples, _RATE, name.rpartition(".")[2], "soundfile", **options)
    return found


def structured() -> dict[str, bytes]:
    """Small files of each kind by name, and some that are long enough to be sought in."""
    sound = torch.from_numpy(np.random.default_rng(5).normal(0, 0.1, (2, 36_000)).clip(-1, 1).astype(np.float32))
    found = {}
    for backend, extension, rate, options in _STRUCTURED:
        name = f"{backend}{''.join(map(str, options.values()))}.{extension}"
        found[f"stereo-{name}"] = _saved(sound[:, :3000], rate, extension, backend, **options)
        found[f"mono-{name}"] = _saved(sound[:1], rate, extension, backend, **options)
    for extension, format, subtype in _BY_LIBSNDFILE:
        held = io.BytesIO()
        soundfile.write(held, sound[0, :9000].numpy(), _RATE, format=format, subtype=subtype)
        found[f"{format}-{subtype}.{extension}"] = held.getvalue()
    return found


# `files` gives contents by name, `mutation` one of them damaged, by a seed and a number, `read` the calls, of which there are so many
Corpus = collections.namedtuple("Corpus", "files mutation read calls")

CORPORA = {
    # a value or a documented error, within five seconds and little memory, and nothing left behind
    "short": Corpus(short, mutate.mutation, readings.short, 5),
    # late pieces are slices of the whole, or documented errors, and `info` counts what `load` gives, or somebody is warned
    "long": Corpus(long, mutate.mutation, readings.late_pieces, 6),
    # sizes, counts, rates and nesting: whole, pieces, `info`, blocks, objects, effects and streams agree, or somebody is warned
    "structure": Corpus(structured, anatomy.mutation, readings.everything, 10),
}

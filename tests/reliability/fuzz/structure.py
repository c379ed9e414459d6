"""All ways of reading one file whose structure was changed, and whether they go together."""

import functools
import io
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

import dispatcher
from dispatcher import notices
from dispatcher.errors import AudioError
from dispatcher.metadata import AudioMetaData
from dispatcher.requests import Blocks, Load
from dispatcher.settings import Settings
from dispatcher.streams.reader import StreamReader
from tests.reliability.fuzz import anatomy, limits, pieces
from tests.reliability.fuzz.calls import Call, outcome

__all__ = ["NAMES", "files", "mutation", "of", "outcome"]

NAMES = ("whole", "info", "early piece", "late piece", "end", "blocks", "as object", "unnamed", "effects", "reader")
mutation = anatomy.mutation
_SETTINGS = Settings(exact_num_frames=True)
_REGISTRY = dispatcher.Registry()
_BLOCK = 4096
_RATE = 16000
# of these libsndfile and libsox round the last bits by where they are read up to, FFmpeg's decoders by what they were given before
_ROUNDED = (b"ID3", b"\xff", b"OggS")
_NEAR = 2e-6


def files() -> dict[str, bytes]:
    """Small files of each kind by name, and some that are long enough to be sought in."""
    import torch

    sound = torch.from_numpy(np.random.default_rng(5).normal(0, 0.1, (2, 36_000)).clip(-1, 1).astype(np.float32))
    found = {}
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        *((kind, "ffmpeg", {}) for kind in ("wav", "w64", "aiff", "caf", "au", "flac", "mp3", "mp4", "matroska", "webm", "opus", "mov")),
        *((kind, "soundfile", {}) for kind in ("wav", "flac", "ogg", "mp3")),
        ("wav", "soundfile", {"bits_per_sample": 24}),
        ("wav", "ffmpeg", {"encoding": "ULAW"}),
    ]
    for kind, backend, options in wanted:
        for frames in (3000, 36_000):
            held = io.BytesIO()
            with notices.collected():
                rate = 48000 if kind in ("webm", "opus", "matroska") else _RATE
                dispatcher.save(held, sound[: 1 + (frames == 3000), :frames], rate, format=kind, backend=backend, **options)
            extension = {"matroska": "mkv"}.get(kind, kind)
            found[f"{backend}{frames}{''.join(map(str, options.values()))}.{extension}"] = held.getvalue()
    return {**found, **_by_libsndfile(sound[0].numpy())}


def _by_libsndfile(sound: Any) -> dict[str, bytes]:
    import soundfile

    found = {}
    for extension, format, subtype in (
        *(("wav", "WAV", subtype) for subtype in ("IMA_ADPCM", "MS_ADPCM", "GSM610", "FLOAT")),
        *(("aiff", "AIFF", subtype) for subtype in ("PCM_24", "ULAW")),
        *(("caf", "CAF", subtype) for subtype in ("ALAC_16", "PCM_16")),
        ("wav", "RF64", "PCM_16"),
        ("wav", "WAVEX", "PCM_16"),
        ("w64", "W64", "IMA_ADPCM"),
        ("sph", "NIST", "PCM_16"),
        ("opus", "OGG", "OPUS"),
    ):
        held = io.BytesIO()
        soundfile.write(held, sound[:9000], _RATE, format=format, subtype=subtype)
        found[f"{format}-{subtype}.{extension}"] = held.getvalue()
    return found


def of(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """The calls for one file, to be made in turn; each gives a value, or raises."""
    whole = pieces._Read(pieces._NOTHING, 0, False)

    def load() -> Any:
        nonlocal whole
        whole = pieces._load(path, backend)
        return whole.value()

    def info() -> AudioMetaData:
        with notices.collected() as warned:
            found = pieces._EXACT.info(path, backend=backend)
        if whole.error is None and not whole.warned and not warned and pieces._fits(backend, "info", data):
            if found.num_frames != whole.frames:
                raise pieces.DisagreementError(f"info counts {found.num_frames} frames, load gives {whole.frames}")
            if (found.sample_rate, found.num_channels) != (whole.rate, whole.samples.shape[0]):
                raise pieces.DisagreementError(f"info tells {found}, load gives {whole.rate} Hz, {whole.samples.shape}")
        return found

    def piece(offset: int, count: int) -> Any:
        found = pieces._load(path, backend, offset, count)
        _agree(backend, "piece", data, whole, found, slice(offset, None if count < 0 else offset + count))
        return found.value()

    def blocks() -> Any:
        asked = Blocks(path, True, None, _BLOCK, _BLOCK)
        with notices.collected() as warned, _REGISTRY.get(backend).stream(asked, _SETTINGS) as stream:
            taken = list(stream.blocks)
        samples = np.concatenate(taken, 1) if taken else pieces._NOTHING
        found = pieces._Read(samples, stream.metadata.sample_rate, bool(warned))
        if whole.frames:
            _agree(backend, "blocks", data, whole, found, slice(None))
        return samples, stream.metadata.sample_rate

    def as_object() -> Any:
        if backend == "sox":
            raise AudioError("it takes no file objects")
        found = pieces._load(io.BytesIO(data), backend)  # type: ignore[arg-type]
        _agree(backend, "object", data, whole, found, slice(None))
        return found.value()

    def unnamed() -> Any:
        """Without a backend's name, where FFmpeg comes first and may be replaced by one that does the same."""
        if backend != "ffmpeg":
            raise AudioError("it is not the first that is asked")
        with notices.collected():
            samples, rate = pieces._EXACT.load(path)
        _agree(backend, "unnamed", data, whole, pieces._Read(samples.numpy(), rate, False), slice(None))
        if whole.error is not None:
            raise pieces.DisagreementError(f"without a name: {samples.shape}, by FFmpeg: {whole.error}")
        return samples, rate

    def effects() -> Any:
        if backend != "sox":
            raise AudioError("it has no effects")
        sox: Any = _REGISTRY.get("sox")
        return sox.apply_effects_to_file(Load(path), [["gain", "-1"], ["rate", "8000"]], Settings())

    def reader() -> Any:
        if backend != "ffmpeg":
            raise AudioError("it has no reader of streams")
        found = StreamReader(path)
        found.add_basic_audio_stream(_BLOCK)
        taken = [chunk.numpy() for (chunk,) in found.stream() if chunk is not None]
        return (np.concatenate(taken).T if taken else pieces._NOTHING), _RATE

    yield Call("whole", load)
    yield Call("info", info)
    frames = whole.frames or pieces._GUESSED
    yield Call("early piece", functools.partial(piece, chance.choice((0, 1, 100)), chance.choice((1, 1000))))
    yield Call("late piece", functools.partial(piece, chance.randrange(frames // 2, frames + 1), chance.choice((7, 20_000))))
    yield Call("end", functools.partial(piece, max(0, frames - chance.choice((1, 50, 5000))), -1))
    yield from (
        Call("blocks", blocks),
        Call("as object", as_object),
        Call("unnamed", unnamed),
        Call("effects", effects),
        Call("reader", reader),
    )


def _agree(backend: str, what: str, data: bytes, whole: pieces._Read, found: pieces._Read, place: slice) -> None:
    """Compare what was read with the whole, where the libraries should make the same of such a file."""
    sought = limits.REARRANGED.get(backend, ()) if what in ("piece", "blocks") else ()
    if not data.startswith((*limits.DIFFERENT.get((backend, "piece"), ()), *sought)):
        pieces.compare(f"{what} {place}", whole, found, place, near=_NEAR if data.startswith(_ROUNDED) else 0.0)

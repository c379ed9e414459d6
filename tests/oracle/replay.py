"""Run recorded cases on this project, and print an outcome a line. What may change a state runs in a forked child.

    python -m tests.oracle.replay --release 2.0 [--backends sox,soundfile] cases/load.jsonl ...

`--release real` runs them on the torchaudio that is installed, without this project.

A case is Python whose last expression is its value. It sees torchaudio, torch, io, os, sys, pathlib, warnings; A(name), the
path of an asset; B(name), the asset as BytesIO; RAW(name), as a reader that refuses to seek; T(name), a path in an empty
folder; tone(dtype, channels, frames), a fixed [channel, time] tensor; video(frames, channels, height, width), a fixed
[time, channel, height, width] tensor of uint8; describe(path or bytes), what a file holds, as read without this project;
describe_media(path or bytes), the same of all its streams; fields(x), a dataclass as a dict without what FFmpeg's version
words; and drain(reader), what StreamReader.stream() gives, as pairs of time and tensor.
"""

import argparse
import ast
import contextlib
import dataclasses
import gc
import importlib
import io
import json
import math
import os
import pathlib
import struct
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import soundfile
import torch

from dispatcher import notices
from tests.reliability import process

HERE = pathlib.Path(__file__).resolve().parent
_PROBES = 24
# cases that leave nothing behind, and need no process of their own
_STATELESS = ("load/", "info/", "save/", "surface/has_", "surface/sig_", "stream/read/", "stream/write/", "stream/effector/", "ops/")
_METADATA = ("sample_rate", "num_frames", "num_channels", "bits_per_sample", "encoding")
_WORDS = ("torchaudio", "backend", "dispatch", "bits", "compression")


def _number(value: Any) -> float | str:
    return round(float(value), 9) if math.isfinite(float(value)) else repr(float(value))


def _tensor(value: torch.Tensor) -> dict[str, Any]:
    flat = value.detach().contiguous().reshape(-1).to(torch.float64)
    out: dict[str, Any] = {
        "kind": "tensor", "dtype": str(value.dtype), "shape": list(value.shape), "contiguous": value.is_contiguous(),
    }  # fmt: skip
    if flat.numel():
        at = torch.linspace(0, flat.numel() - 1, min(_PROBES, flat.numel())).long()
        out.update(probe=[_number(v) for v in flat[at]], rms=_number(flat.pow(2).mean().sqrt()))
    return out


def encode(value: Any) -> Any:
    """A value as JSON can hold it."""
    match value:
        case torch.Tensor():
            return _tensor(value)
        case tuple() | list():
            return [encode(v) for v in value]
        case dict():
            return {str(k): encode(v) for k, v in value.items()}
        case None | bool() | int() | str():
            return value
        case float():
            return _number(value)
    if all(hasattr(value, field) for field in _METADATA):
        return {"kind": "metadata", **{field: getattr(value, field) for field in _METADATA}}
    return {"kind": type(value).__name__}


def _riff(data: bytes) -> list[int] | None:
    """Format tag, channels, rate, block size and bits of a WAVE header."""
    at = data.find(b"fmt ") + 8
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE" or at < 8:
        return None
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", data, at)
    return [tag, channels, rate, block, bits]


def describe(target: Any) -> dict[str, Any]:
    """What a saved file holds, by PyAV and python-soundfile alone."""
    data = bytes(target) if isinstance(target, (bytes, bytearray)) else pathlib.Path(target).read_bytes()
    out: dict[str, Any] = {"bytes": len(data), "riff": _riff(data), "magic": data[:4].decode("latin-1")}
    with contextlib.suppress(Exception), av.open(io.BytesIO(data)) as container:
        context = container.streams.audio[0].codec_context
        out.update(codec=context.name, container=container.format.name, av_rate=context.sample_rate, av_channels=context.channels)
    with contextlib.suppress(Exception), soundfile.SoundFile(io.BytesIO(data)) as file:
        out.update(format=file.format, subtype=file.subtype, rate=file.samplerate, channels=file.channels, frames=file.frames)
        samples = file.read(dtype="float64", always_2d=True).reshape(-1)
        if samples.size:
            at = np.linspace(0, samples.size - 1, min(_PROBES, samples.size)).astype(int)
            out.update(probe=[_number(v) for v in samples[at]], rms=_number(np.sqrt(np.mean(samples**2))))
    return out


class Unseekable(io.RawIOBase):
    """A reader that has ``seek`` and refuses it, like a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


def tone(dtype: str = "float32", channels: int = 2, frames: int = 1600) -> torch.Tensor:
    """Sines of 220 Hz and its multiples at half of full scale."""
    time = torch.arange(frames, dtype=torch.float64) / 16000
    wave = torch.stack([0.5 * torch.sin(2 * math.pi * 220 * (channel + 1) * time) for channel in range(channels)])
    kind = getattr(torch, dtype)
    if kind.is_floating_point:
        return wave.to(kind)
    return (wave * 127 + 128).to(kind) if kind is torch.uint8 else (wave * torch.iinfo(kind).max).to(kind)


def video(frames: int = 6, channels: int = 3, height: int = 32, width: int = 48) -> torch.Tensor:
    """Pictures that differ in every direction."""
    number = torch.arange(frames * channels * height * width).reshape(frames, channels, height, width)
    frame, channel = number // (channels * height * width), number // (height * width) % channels
    return (40 * frame + 60 * channel + 2 * (number // width % height) + number % width).remainder(256).to(torch.uint8)


_TAGS = ("artist", "title", "comment", "date")


def describe_media(target: Any) -> dict[str, Any]:
    """The streams of a file, with the mean colours of its first and last pictures, by PyAV alone."""
    data = bytes(target) if isinstance(target, (bytes, bytearray)) else pathlib.Path(target).read_bytes()
    with av.open(io.BytesIO(data)) as container:
        tags = {key.lower(): value for key, value in container.metadata.items() if key.lower() in _TAGS}
        streams = [_stream(stream) for stream in container.streams]
        out: dict[str, Any] = {"streams": streams, "container": container.format.name, "tags": tags}
    for number, found in enumerate(streams):
        with av.open(io.BytesIO(data)) as container:
            frames: list[Any] = list(container.decode(container.streams[number]))
        if found["type"] == "audio":
            found["frames"] = sum(frame.samples for frame in frames)
            continue
        ends = (frames[0], frames[-1]) if frames else ()
        found["frames"] = len(frames)
        found["colours"] = [[float(round(v)) for v in frame.to_ndarray(format="rgb24").mean((0, 1))] for frame in ends]
        found["times"] = [round(float(frame.time), 3) for frame in frames[:8]]
    return out


def _stream(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    found = {"type": stream.type, "codec": context.name}
    if stream.type == "video":
        rate = float(stream.average_rate or 0)
        return {**found, "width": stream.width, "height": stream.height, "rate": rate, "format": context.pix_fmt}
    sound = {"sample_rate": context.sample_rate, "channels": context.channels, "format": context.format.name}
    return {**found, **(sound if stream.type == "audio" else {})}


def fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, with the names of tags in place of the tags."""
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    found.pop("codec_long_name", None)
    found["metadata"] = sorted(key.lower() for key in found.get("metadata") or {})
    return {"class": type(value).__name__, **found}


def drain(reader: Any, **arguments: Any) -> list[Any]:
    """All chunks of a reader, each with its time."""
    return [[chunk if chunk is None else (round(chunk.pts, 6), _plain(chunk)) for chunk in chunks] for chunks in reader.stream(**arguments)]


def _plain(chunk: torch.Tensor) -> torch.Tensor:
    return torch.Tensor(chunk) if chunk.dtype == torch.float32 else chunk + torch.zeros((), dtype=chunk.dtype)


def _namespace(folder: str) -> dict[str, Any]:
    assets = HERE / "assets"
    return {
        "torch": torch, "io": io, "os": os, "sys": sys, "pathlib": pathlib, "warnings": warnings, "tone": tone, "describe": describe,
        "video": video, "describe_media": describe_media, "fields": fields, "drain": drain,
        "A": lambda name: str(assets / name),
        "B": lambda name: io.BytesIO((assets / name).read_bytes()),
        "RAW": lambda name: Unseekable((assets / name).read_bytes()),
        "T": lambda name: os.path.join(folder, name),
    }  # fmt: skip


def _evaluate(code: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    exec(compile(tree, "<case>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<case>", "eval"), names)


def _counts(seen: warnings.WarningMessage) -> bool:
    """Whether a warning is about audio, and not the noise of some library."""
    text = str(seen.message).lower()
    ours = type(seen.message).__module__.split(".")[0] in ("compat", "legacy", "dispatcher")
    return ours or "torchaudio" in (seen.filename or "") or any(word in text for word in _WORDS)


def _outcome(case: dict[str, Any], install: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"id": case["id"]}
    is_writing = "T(" in case["code"]
    folder = tempfile.TemporaryDirectory() if is_writing else contextlib.nullcontext("")
    with folder as place, warnings.catch_warnings(record=True, action="always") as seen:
        names = _namespace(place)
        try:
            os.environ.update(case.get("env", {}))
            names["torchaudio"] = install()
            if not case.get("import_warnings"):
                seen.clear()
            out["value"] = encode(_evaluate(case["code"], names))
        except BaseException as error:
            out["error"] = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins" and c not in (object, BaseException)]
            out["message"] = str(error)
        # a warning of ours that no release gave has a line of its own, and not a place among those that are compared
        out["truncated"] = any(issubclass(w.category, notices.TruncatedInputWarning) for w in seen)
        seen = [w for w in seen if not issubclass(w.category, notices.TruncatedInputWarning)]
        found = {"UserWarning" if isinstance(w.message, UserWarning) else w.category.__name__ for w in seen if _counts(w)}
        out["warnings"] = sorted(found)
    return out


def _in_child(case: dict[str, Any], install: Any) -> dict[str, Any]:
    with tempfile.TemporaryFile() as told:

        def work() -> None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            told.write(json.dumps(_outcome(case, install)).encode())
            told.flush()

        status = process.finished(work)
        told.seek(0)
        data = told.read()
    result: dict[str, Any] = json.loads(data) if data else {"id": case["id"], "crash": status}
    return result


def replay(paths: list[pathlib.Path], release: str, backends: list[str] | None, flags: dict[str, bool]) -> Iterator[dict[str, Any]]:
    """The outcomes of all cases in some files."""
    import compat
    import dispatcher

    torch.set_num_threads(1)
    # modules and libraries are loaded once, here, and not in every child
    dispatcher.list_audio_backends()
    if release != "real":
        compat.standin(release, backends=backends)

    def install() -> Any:
        if release == "real":
            return importlib.import_module("torchaudio")
        return compat.install(release, backends=backends, **flags)

    gc.freeze()  # a child need not look through all this
    installed = False
    for path in paths:
        for line in path.read_text().splitlines():
            case = json.loads(line)
            if not installed and not case.get("env") and not case.get("fresh"):
                install()
                installed = True
            alone = not case["id"].startswith(_STATELESS)
            yield _in_child(case, install) if alone else json.loads(json.dumps(_outcome(case, install)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    parser.add_argument("--release", required=True)
    parser.add_argument("--backends", type=lambda text: text.split(","))
    parser.add_argument("--flag", action="append", default=[], help="NAME=0 or NAME=1")
    arguments = parser.parse_args()
    flags = {name: value == "1" for name, _, value in (flag.partition("=") for flag in arguments.flag)}
    for outcome in replay(arguments.cases, arguments.release, arguments.backends, flags):
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()

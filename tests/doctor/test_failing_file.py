"""`python -m compat.doctor FILE`: the file is really loaded, and what is wrong with it is said."""

import io
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import dispatcher
from compat.doctor import lengths, samples
from tests import streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS, ROOT
from tests.doctor.worlds import FOR_CPU, World, append
from tests.tables import table


def pcm(seconds: float = 2.0, rate: int = 16000) -> Any:
    return (np.sin(np.arange(int(seconds * rate)) * 0.1) * 9000).astype("<i2")


def tone(path: pathlib.Path) -> pathlib.Path:
    soundfile.write(path, pcm(0.5), 16000, format="WAV")
    return path


# the content of a file, the cause that is found, and words that are said
CONTENTS: dict[str, tuple[bytes, str, str]] = {
    "pointer.wav": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 123\n", "not-audio", "Git LFS"),
    "page.mp3": (b"\n<!DOCTYPE html><html><body>403</body></html>", "not-audio", "a web page"),
    "archive.flac": (b"PK\x03\x04" + bytes(range(200)), "not-audio", "zip"),
    "zeros.wav": (bytes(4000), "not-audio", "all zero"),
    "empty.wav": (b"", "empty-file", "empty"),
    "noise.wav": (bytes(range(1, 256)) * 40, "unreadable", "no backend reads it"),
}
Checks = dict[str, dict[str, Any]]


def looked(report: dict[str, Any]) -> Checks:
    """What was found in each file."""
    return {pathlib.Path(check["title"]).name: check for check in report["checks"]}


@pytest.fixture(scope="module")
def seen(healthy: World, tmp_path_factory: pytest.TempPathFactory) -> Checks:
    """One run over every kind of file."""
    folder = tmp_path_factory.mktemp("files")
    tone(folder / "good.wav")
    tone(folder / "named otherwise ü.mp3")
    whole = tone(folder / "cut.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    put({name: content for name, (content, _, _) in CONTENTS.items()}, folder)
    (folder / "folder.wav").mkdir()
    names = ["good.wav", "named otherwise ü.mp3", "cut.wav", *CONTENTS, "folder.wav", "absent.wav"]
    report = healthy.examine(*(str(folder / name) for name in names))
    assert report.code == 2
    assert [check["check"] for check in report.document["checks"]] == ["file"] * len(names)
    return looked(report.document)


def bad(check: dict[str, Any]) -> list[dict[str, Any]]:
    return [found for found in check["findings"] if found["status"] in ("warning", "error", "crashed")]


def test_a_good_file_is_told_with_each_backend(seen: Checks) -> None:
    assert seen["good.wav"]["status"] == "ok"
    assert "0.500 s at 16000 Hz, 1 channel, PCM_S" in seen["good.wav"]["summary"]
    assert {found["data"]["backend"] for found in seen["good.wav"]["findings"][1:]} >= {"ffmpeg", "soundfile"}


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("named otherwise ü.mp3", "ok", "1 channel, PCM_S"),
        ("cut.wav", "", "lengths|promises"),
        ("folder.wav", "error", "it is a folder"),
        ("absent.wav", "error", "there is no such file"),
        *((name, "error", says) for name, (_, _, says) in CONTENTS.items()),
    ],
)
def test_what_is_wrong_with_a_file_is_told(seen: Checks, name: str, status: str, says: str) -> None:
    """The first finding says it, with a way out where it is no sound."""
    found = next(found for found in seen[name]["findings"] if re.search(says, found["text"]))
    assert found["status"] == status or not status
    if status == "ok":
        assert not bad(seen[name])
    if status == "error":
        assert found["mend"]["text"] or found["mend"]["commands"]
    if name in CONTENTS:
        assert (bad(seen[name])[0], found["cause"]) == (found, CONTENTS[name][1])


@pytest.mark.parametrize(
    ("path", "next_step"),
    [
        ("https://example.org/a.wav", "Download it, and name that file"),
        ("s3://bucket/a.wav", "Download it, and name that file"),
        pytest.param(os.devnull, "Write what it gives to a file", marks=pytest.mark.skipif(os.name == "nt", reason="of another kind")),
        ("below/gone.wav", os.path.join("{}", "below", "gone.wav)")),
    ],
)
def test_what_is_not_there_comes_with_what_to_name(healthy: World, path: str, next_step: str) -> None:
    """A relative path means another file in each folder."""
    (found,) = healthy.examine(path).document["checks"][0]["findings"]
    assert found["cause"] == "no-file"
    assert next_step.format(healthy.folder) in found["mend"]["text"]


# what the file itself establishes, and the word for it; never "padding" where nobody counted any
CAUSES = {
    "open.wav": "the recording was never closed",
    "few.flac": "Its header counts 10,000 frames",
    "few_more.flac": "Its header counts 31,999 frames",
    "low.opus": "different sample rates, with the same duration",
    "chained.ogg": "consists of 2 files",
    "chained.mp3": "consists of 2 files",
    "lame.mp3": "The LAME header says",
}


def riff(data: bytes, said: int, *, kind: int = 1, width: int = 2, bits: int = 16, rate: int = 16000) -> bytes:
    form = struct.pack("<HHIIHH", kind, 1, rate, rate * width, width, bits)
    return b"RIFF" + bytes(4) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", said) + data


def encoded(sound: Any, format: str, rate: int = 16000, **options: str) -> bytes:
    data = io.BytesIO()
    soundfile.write(data, sound, rate, format=format, **options)
    return data.getvalue()


def aac(folder: pathlib.Path, channels: int) -> bytes:
    dispatcher.save(folder / "part.aac", torch.zeros(channels, 20480), 16000, backend="ffmpeg")
    return (folder / "part.aac").read_bytes()


def nut(folder: pathlib.Path, rate: int) -> bytes:
    streaming.write(str(folder / "part.nut"), torch.zeros(rate, 1), rate, encoder="pcm_s16le")
    return (folder / "part.nut").read_bytes()


@pytest.fixture(scope="module")
def causes(tmp_path_factory: pytest.TempPathFactory) -> Checks:
    """One run over files of which backends make different things."""
    folder, sound = tmp_path_factory.mktemp("causes"), pcm()
    plain, flac, ogg, mp3 = (encoded(sound, format) for format in ("WAV", "FLAC", "OGG", "MP3"))
    files = {
        "open.wav": riff(sound.tobytes(), 0),
        "wide.wav": riff((sound.astype("<i4") << 16).tobytes(), 4 * len(sound), width=4, bits=24),
        "unscaled.wav": riff((sound.astype("<f4") * 1e6).tobytes(), 4 * len(sound), kind=3, width=4, bits=32),
        "big.wav": encoded(sound, "WAV", endian="BIG"),
        "cut.wav": plain[: len(plain) // 2],
        "cut.flac": flac[: len(flac) // 2],
        "few.flac": flac[:22] + (10000).to_bytes(4, "big") + flac[26:],
        "few_more.flac": flac[:22] + (31999).to_bytes(4, "big") + flac[26:],
        "uncounted.flac": flac[:22] + bytes(4) + flac[26:],
        # a frame of sound, and one of a pause, which FFmpeg cannot decode
        "pausing.amr": (ASSETS / "mono.amr-nb").read_bytes()[:19] + b"\x44" + bytes(5),
        "low.opus": encoded(sound, "OGG", subtype="OPUS"),
        "chained.ogg": ogg * 2,
        "chained.mp3": mp3 * 2,
        "lame.mp3": mp3,
        "rates.ogg": ogg + encoded(pcm(rate=44100), "OGG", 44100),
        "silent.mp4": (ASSETS / "video_only.mp4").read_bytes(),
        "changing.aac": aac(folder, 1) + aac(folder, 2),
        "changing.nut": nut(folder, 48000) + nut(folder, 44100),
        "picture.wav": b"GIF89a" + bytes(range(1, 200)),
    }
    put(files, folder)
    command = [sys.executable, "-m", "compat.doctor", "--json", *files]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    return looked(json.loads(done.stdout))


@pytest.mark.libsox
@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_of_different_lengths_is_one_that_the_file_establishes(causes: Checks, name: str) -> None:
    (found,) = [found for found in causes[name]["findings"] if "different lengths" in found["text"]]
    assert CAUSES[name] in found["why"]
    assert not [each for each in causes[name]["findings"] if "padding" in each["text"] + each["why"]]


UNKNOWN = "does not show the cause"


@pytest.mark.parametrize(
    ("frames", "given", "says"),
    [
        # two lengths and a file that says nothing
        *((frames, given, UNKNOWN) for frames in (0, 1000) for given in ({}, {"promise": None, "last_page": 0})),
        (1000, {"padding": [576, 1000]}, UNKNOWN),  # the difference is another than the encoder counted
        (1000, {"promise": 5000}, "cut off or damaged"),
        (1000, {"promise": 1050}, UNKNOWN),
    ],
)
def test_a_cause_that_is_not_established_is_not_made_up(frames: int, given: dict[str, Any], says: str) -> None:
    why = lengths.cause({"ffmpeg": frames, "sox": 1100}, {"ffmpeg": 8000, "sox": 8000}, given)
    assert says in why
    assert "padding" not in why


# the one thing that is found: its cause, words of it, the backends that it is about, and the others
FOUND: dict[str, tuple[str, str, list[str], list[str]]] = {
    "unscaled.wav": ("beyond-full-scale", "9e+09", [], []),
    # 24 bits in 4 bytes: FFmpeg takes them for floats, libsox and libsndfile for 3 bytes
    "wide.wav": ("misread", "24-bit samples", ["ffmpeg", "sox", "soundfile"], []),
    # RIFX, whose samples FFmpeg takes for little-endian ones
    "big.wav": ("misread", "the wrong byte order", ["ffmpeg"], ["sox", "soundfile"]),
    "cut.wav": ("incomplete", "", [], []),
    "cut.flac": ("incomplete", "", [], []),
    "pausing.amr": ("incomplete", "FFmpeg cannot decode", [], []),
    "rates.ogg": ("changes-on-its-way", "", [], []),
    "open.wav": ("other-lengths", "", [], []),
    "silent.mp4": ("", "it is a video without sound", [], []),
    "picture.wav": ("", "it is a picture", [], []),
}


@pytest.mark.libsox
@pytest.mark.parametrize("name", FOUND)
def test_one_thing_is_found_and_said_once(causes: Checks, name: str) -> None:
    cause, says, backends, others = FOUND[name]
    (found,) = bad(causes[name])
    assert found["cause"] == cause or not cause
    assert says in found["text"] + found["why"]
    if backends:
        assert (found["data"]["backends"], found["data"]["others"]) == (backends, others)
    told = [each["text"] for each in causes[name]["findings"] if each["status"] != "ok"]
    times = sum(bool(re.search("cut short|damaged|joined together|lengths", text)) for text in told)
    assert times == 1 or cause not in ("incomplete", "changes-on-its-way", "other-lengths")
    if name == "wide.wav":
        assert "backend=" not in found["mend"]["text"]
    if name == "pausing.amr":
        assert found["mend"]["text"] == "Name a backend that reads it: load(path, backend='sox')"
    if name in ("silent.mp4", "picture.wav"):
        assert not found["mend"]["commands"]


def test_a_flac_that_does_not_count_its_frames_is_whole(causes: Checks) -> None:
    assert not bad(causes["uncounted.flac"])


@pytest.mark.parametrize(("name", "command"), [("rates.ogg", "ffmpeg -i "), ("changing.aac", "ffmpeg -i "), ("changing.nut", "head -c ")])
def test_of_a_stream_that_changes_no_backend_is_named_that_gives_half(causes: Checks, name: str, command: str) -> None:
    found = next(found for found in bad(causes[name]) if found["cause"] == "changes-on-its-way")
    assert found["mend"]["commands"][0].startswith(command)
    assert not [found for found in causes[name]["findings"] if "load(path, backend=" in found["mend"]["text"]]


@table(
    "change, likeness, factor, shift",
    {
        "the same": (lambda sound: sound, 1.0, 1.0, 0),
        "later": (lambda sound: np.r_[np.zeros(1105), sound], 1.0, 1.0, 1105),
        "earlier": (lambda sound: sound[576:], 1.0, 1.0, -576),
        "louder": (lambda sound: sound * 2, 1.0, 2.0, 0),
        "noise": (lambda sound: np.random.default_rng(1).normal(size=len(sound)), 0.0, None, None),
    },
)
def test_two_waveforms_are_compared_by_their_samples(
    change: Callable[..., Any], likeness: float, factor: float | None, shift: int | None
) -> None:
    sound = np.random.default_rng(0).normal(size=20000).cumsum() / 100
    found = samples.apart(torch.from_numpy(sound)[None], torch.from_numpy(change(sound))[None])
    assert found is not None
    assert found["likeness"] == pytest.approx(likeness, abs=0.3)
    if factor is not None:
        assert (found["factor"], found["shift"]) == (pytest.approx(factor, rel=0.01), shift)


@pytest.fixture
def without_av(build: Callable[..., World]) -> World:
    """A world in which PyAV opens nothing."""
    world = build()
    world.own("av")
    append(world.site / "av/__init__.py", "\n\ndef open(*args, **kwargs):\n    raise ValueError('not today')\n")
    return world


def test_a_file_that_only_another_backend_reads(without_av: World, tmp_path: pathlib.Path) -> None:
    """Not a wav: plain ones are read without FFmpeg, and load here all the same."""
    soundfile.write(tmp_path / "good.au", pcm(0.5), 16000)
    report = without_av.examine(str(tmp_path / "good.au"), str(tone(tmp_path / "good.wav")))
    told = looked(report.document)
    (found,) = [found for found in told["good.au"]["findings"] if found["cause"] == "other-backend-reads"]
    assert (report.code, found["status"]) == (1, "warning")
    assert "not today" in found["text"]
    assert "backend='s" in found["mend"]["text"]
    assert told["good.wav"]["status"] == "ok"
    assert "not today" not in str(told["good.wav"]["findings"])


@pytest.mark.libsox
def test_no_backend_is_recommended_that_misreads_the_file(without_av: World, tmp_path: pathlib.Path) -> None:
    """libsox takes the floats of W64 for integers."""
    soundfile.write(tmp_path / "x.w64", np.sin(np.arange(8000) / 9) / 2, 8000, subtype="FLOAT")
    told = looked(without_av.examine(str(tmp_path / "x.w64")).document)
    (found,) = [found for found in told["x.w64"]["findings"] if found["cause"] == "other-backend-reads"]
    assert "load(path, backend='soundfile')" in found["mend"]["text"]


def test_without_torch_nothing_can_be_tried(build: Callable[..., World], tmp_path: pathlib.Path) -> None:
    report = build(without=("torch",)).examine(str(tone(tmp_path / "good.wav")))
    assert report.code == 2
    assert report.verdict["root"]["subject"] == "torch"
    assert report.verdict["next"]["commands"][0].endswith(f"-m pip install torch{FOR_CPU}")

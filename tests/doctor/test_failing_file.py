"""`python -m compat.doctor FILE`: the file is really loaded, and what is wrong with it is said."""

from __future__ import annotations

import math
import pathlib
import struct
import wave

import pytest

from tests.doctor.worlds import World


def tone(path: pathlib.Path, seconds: float = 0.5, rate: int = 16000) -> pathlib.Path:
    frames = [round(20000 * math.sin(2 * math.pi * 440 * place / rate)) for place in range(int(seconds * rate))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(frames)}h", *frames))
    return path


CONTENTS = {
    "pointer.wav": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 123\n", "not-audio", "Git LFS"),
    "page.mp3": (b"\n<!DOCTYPE html><html><body>403</body></html>", "not-audio", "a web page"),
    "archive.flac": (b"PK\x03\x04" + bytes(range(200)), "not-audio", "zip"),
    "zeros.wav": (bytes(4000), "not-audio", "all zero"),
    "empty.wav": (b"", "empty-file", "empty"),
    "noise.wav": (bytes(range(1, 256)) * 40, "unreadable", "no backend reads it"),
}


@pytest.fixture(scope="module")
def seen(healthy: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:  # type: ignore[type-arg]
    """One run over every kind of file."""
    folder = tmp_path_factory.mktemp("files")
    tone(folder / "good.wav")
    tone(folder / "named otherwise ü.mp3")
    whole = tone(folder / "cut.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    for name, (content, _, _) in CONTENTS.items():
        (folder / name).write_bytes(content)
    (folder / "folder.wav").mkdir()
    names = ["good.wav", "named otherwise ü.mp3", "cut.wav", *CONTENTS, "folder.wav", "absent.wav"]
    report = healthy.examine(*(str(folder / name) for name in names))
    assert report.code == 2
    assert [check["check"] for check in report.document["checks"]] == ["file"] * len(names)
    return {pathlib.Path(check["title"]).name: check for check in report.document["checks"]}


def bad(check: dict) -> list[dict]:  # type: ignore[type-arg]
    return [found for found in check["findings"] if found["status"] in ("warning", "error", "crashed")]


def test_a_good_file_is_told_with_each_backend(seen: dict) -> None:  # type: ignore[type-arg]
    assert seen["good.wav"]["status"] == "ok"
    assert "0.500 s at 16000 Hz, 1 channel, PCM_S" in seen["good.wav"]["summary"]
    assert {found["data"]["backend"] for found in seen["good.wav"]["findings"][1:]} >= {"ffmpeg", "soundfile"}


def test_a_name_that_says_otherwise_is_a_note(seen: dict) -> None:  # type: ignore[type-arg]
    check = seen["named otherwise ü.mp3"]
    assert not [found for found in check["findings"] if found["status"] == "error"]
    assert any("it is WAV by its content, and is called .mp3" in found["text"] for found in check["findings"])


def test_a_file_that_is_cut_off_is_told(seen: dict) -> None:  # type: ignore[type-arg]
    check = seen["cut.wav"]
    assert any("lengths" in found["text"] or "promises" in found["text"] for found in check["findings"]), check


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_sound_is_named(seen: dict, name: str) -> None:  # type: ignore[type-arg]
    _, cause, says = CONTENTS[name]
    first = bad(seen[name])[0]
    assert (first["status"], first["cause"]) == ("error", cause)
    assert says in first["text"]
    assert first["mend"]["text"] or first["mend"]["commands"]


@pytest.mark.parametrize(("name", "says"), [("folder.wav", "it is a folder"), ("absent.wav", "it is not there")])
def test_what_is_no_file(seen: dict, name: str, says: str) -> None:  # type: ignore[type-arg]
    (found,) = bad(seen[name])
    assert says in found["text"]


def test_a_file_that_only_another_backend_reads(build, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    world = build()
    world.own("av")
    (world.site / "av" / "__init__.py").open("a").write("\n\ndef open(*args, **kwargs):\n    raise ValueError('not today')\n")
    # not a wav: plain ones are read without FFmpeg, and load here all the same
    (tmp_path / "good.au").write_bytes(struct.pack(">4s5I", b".snd", 24, 16000, 3, 8000, 1) + bytes(range(250)) * 64)
    report = world.examine(str(tmp_path / "good.au"))
    found = next(found for found in report.checks["file"]["findings"] if found["cause"] == "other-backend-reads")
    assert report.code == 1
    assert "not today" in found["text"]
    assert "backend='s" in found["mend"]["text"]


def test_a_plain_wav_needs_no_ffmpeg(build, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    world = build()
    world.own("av")
    (world.site / "av" / "__init__.py").open("a").write("\n\ndef open(*args, **kwargs):\n    raise ValueError('not today')\n")
    report = world.examine(str(tone(tmp_path / "good.wav")))
    assert report.code == 0
    assert "not today" not in str(report.checks["file"]["findings"])


def test_without_torch_nothing_can_be_tried(build, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    report = build(without=("torch",)).examine(str(tone(tmp_path / "good.wav")))
    assert report.code == 2
    assert report.verdict["root"]["subject"] == "torch"
    assert report.verdict["next"]["commands"][0].endswith("-m pip install torch")

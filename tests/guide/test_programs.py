"""The three old programs: what the guide shows as rewritten is what the codemod makes of them, and both give the same samples; and ``make demo``."""

import pathlib
import re
import runpy
import shutil
import subprocess
import sys
from typing import Any

import nbformat
import pytest
import soundfile
import torch

from tests import notebooks, warm
from tests.conftest import ASSETS, ROOT, Python, printed
from tests.guide.pages import EXAMPLES

AUDIO = [str(ASSETS / name) for name in ("stereo_cbr.mp3", "stereo_s16.wav", "stereo_24.flac")]
PROGRAMS = {
    "dataset": ("speech_dataset.py", lambda out: [out, *AUDIO]),
    "converter": ("convert.py", lambda out: ["--out", out, "--rate", "8000", "--mono", *AUDIO]),
}
FILES = {**{name: file for name, (file, _) in PROGRAMS.items()}, "notebook": "loudness.ipynb"}


def _samples(path: pathlib.Path) -> Any:
    return torch.load(path) if path.suffix == ".pt" else torch.from_numpy(soundfile.read(path, dtype="int32")[0])


def _same(one: pathlib.Path, other: pathlib.Path) -> None:
    """Two folders hold files of the same names with the same samples, and not none."""
    names = sorted(path.name for path in one.iterdir())
    assert names
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        assert torch.equal(_samples(one / name), _samples(other / name)), name


@pytest.mark.parametrize("name", FILES)
def test_what_is_shown_is_what_the_codemod_makes(name: str, python: Python, tmp_path: pathlib.Path) -> None:
    """To the byte; nothing is left for a person, and a second run has nothing to do."""
    copy = tmp_path / FILES[name]
    shutil.copy(EXAMPLES / name / "before" / FILES[name], copy)
    done = python("-m", "compat.codemod", str(copy))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 findings left" in done.stdout + done.stderr
    assert copy.read_bytes() == (EXAMPLES / name / "after" / FILES[name]).read_bytes()
    assert python("-m", "compat.codemod", "--check", str(copy)).returncode == 0


@pytest.mark.libsox
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_the_same_samples(name: str, forked: Python, tmp_path: pathlib.Path) -> None:
    """The old one under 2.0, the new one under 2.2; what they print is the same, too."""
    file, arguments = PROGRAMS[name]
    said = []
    for stage, release in (("before", "2.0"), ("after", "2.2")):
        out = tmp_path / stage
        out.mkdir()
        said.append(printed(forked("-m", "compat.run", "--version", release, str(EXAMPLES / name / stage / file), *arguments(str(out)))))
    assert said[0] == said[1]
    _same(tmp_path / "before", tmp_path / "after")


def test_the_notebook_gives_the_same_samples(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a first cell that installs the release, as the guide says."""
    said = []
    monkeypatch.setenv("RECORDINGS", str(ASSETS))
    for stage, release in (("before", "2.0"), ("after", "2.2")):
        out = tmp_path / stage
        out.mkdir()
        monkeypatch.setenv("OUT", str(out))
        notebook: Any = nbformat.read(EXAMPLES / "notebook" / stage / FILES["notebook"], as_version=4)  # type: ignore[no-untyped-call]
        notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import compat\ncompat.install({release!r})\nNone"))  # type: ignore[no-untyped-call]
        notebooks.run(notebook, resources={"metadata": {"path": str(ROOT)}})
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        said.append("".join(output["text"] for output in outputs if output.get("name") == "stdout"))
    assert said[0] == said[1]
    assert said[0]
    _same(tmp_path / "before", tmp_path / "after")


@pytest.mark.libsox
def test_the_demo_shows_what_each_release_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The old script runs unchanged under each; padding and bit depth differ as recorded."""

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        done = warm.run(command, **options)
        if "--diff" in command:
            print(done.stdout)
        return done

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["demo.py"])
    runpy.run_path(str(EXAMPLES / "demo.py"))["main"]()
    shown = capsys.readouterr().out
    for release in ("2.0", "2.1", "2.2"):
        assert f"under torchaudio {release}" in shown
    assert re.search(r"stereo_cbr\.mp3 +27607 frames MP3.*PCM_F 32 bit", shown)
    assert '+    waveform, rate = torchaudio.load(path, frame_offset=middle, num_frames=-1, backend="soundfile")' in shown
    assert shown.count("the same samples") == 3
    assert len(re.findall(r"stereo_cbr\.mp3 +26460 frames MP3.*PCM_S 16 bit", shown)) == 2

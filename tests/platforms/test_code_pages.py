"""What a program reads is UTF-8 with its own line ends, whatever the console's code page: JSON, SARIF, annotations, patches, reports."""

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from compat.codemod.run import cli as codemod
from compat.doctor import cli as doctor

SOURCE = 'import torchaudio  # 名前 é{end}torchaudio.set_audio_backend("soundfile"){end}x = torchaudio.load("é音.wav"){end}'
NAME = "名前 😀.py"
Run = Callable[..., bytes]


@pytest.fixture(params=["cp1252", "cp932", "ascii"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Run:
    """Run a command with standard output as Windows makes it for a pipe: of the code page, each line feed as two characters."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    (tmp_path / "project" / NAME).write_bytes(SOURCE.format(end="\r\n").encode())

    def ran(main: Callable[[list[str]], int], *arguments: str) -> bytes:
        kept = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding=request.param, newline="\r\n"))
            patch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=request.param, newline="\r\n"))
            assert main(list(arguments)) in (0, 1, 2)
            sys.stdout.flush()
            return kept.getvalue()

    return ran


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_what_the_codemod_tells_programs(run: Run, form: str) -> None:
    told = run(codemod.main, "--check", "--format", form, ".")
    assert b"\r" not in told
    if form == "github":
        assert f"file={NAME}" in told.decode()
    else:
        document = json.loads(told)
        assert form == "sarif" or document["files"][0]["path"] == NAME


def test_a_patch_applies(run: Run, tmp_path: pathlib.Path) -> None:
    """Names and sources that the code page lacks, sources in another encoding, both line ends, a name that must be quoted."""
    old, fresh = tmp_path / "project", tmp_path / "fresh"
    latin = "# -*- coding: latin-1 -*-\n" + SOURCE.format(end="\n").replace("名前", "ü").replace("音", "ö")
    (old / "latin.py").write_bytes(latin.encode("latin-1"))
    (old / 'a "b"\t.py').write_bytes(SOURCE.format(end="\n").encode())
    if os.name != "nt":
        (old / os.fsdecode(b"\xff.py")).write_bytes(SOURCE.format(end="\n").encode())
    patch = run(codemod.main, "--diff", ".")
    names = [os.fsencode(name) for name in os.listdir(".")]
    shutil.copytree(old, fresh)
    run(codemod.main, ".")
    subprocess.run(["git", "apply", "-"], cwd=fresh, input=patch, check=True)
    for name in names:
        written = (old / os.fsdecode(name)).read_bytes()
        assert (fresh / os.fsdecode(name)).read_bytes() == written
        assert b'backend="soundfile"' in written


@pytest.mark.parametrize("flags", [("--json", "--only", "python"), ("--report", "--only", "python"), ("--pins", "2.8"), ("--schema",)])
def test_what_the_doctor_tells_programs(run: Run, flags: tuple[str, ...]) -> None:
    told = run(doctor.main, *flags)
    assert told.decode()
    assert b"\r" not in told


def test_pages_and_baselines(run: Run) -> None:
    """A baseline that another system wrote is the same file."""
    run(codemod.main, "--check", "--baseline", "known.json", "--report", "page.html", ".")
    assert b"\r" not in pathlib.Path("known.json").read_bytes()
    assert "名前" in pathlib.Path("page.html").read_bytes().decode()

"""What a program reads is UTF-8 with its own line ends, whatever the console's code page: JSON, SARIF, annotations, patches, reports."""

import io
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest

from compat.codemod.run import cli as codemod
from compat.doctor import cli as doctor
from tests.codemod.commands import contents, put
from tests.tables import table

SOURCE = 'import torchaudio  # 名前 é{end}torchaudio.set_audio_backend("soundfile"){end}x = torchaudio.load("é音.wav"){end}'
NAME = "名前 😀.py"
Run = Callable[..., bytes]


@pytest.fixture(params=["cp1252", "cp932", "ascii"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with standard output as Windows makes it for a pipe: of the code page, each line feed as two characters."""
    put({NAME: SOURCE.format(end="\r\n")})

    def ran(main: Callable[[list[str]], int], *arguments: str) -> bytes:
        kept = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding=request.param, newline="\r\n"))
            patch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=request.param, newline="\r\n"))
            assert main(list(arguments)) in (0, 1, 2)
            sys.stdout.flush()
            return kept.getvalue()

    return ran


@table("main, flags, shows", {
    "JSON of the codemod": (codemod.main, ["--check", "--format", "json", "."], f'"path": "{NAME}"'),
    "SARIF of the codemod": (codemod.main, ["--check", "--format", "sarif", "."], '"ruleId": "'),
    "annotations": (codemod.main, ["--check", "--format", "github", "."], f"file={NAME}"),
    "JSON of the doctor": (doctor.main, ["--json", "--only", "python"], '"checks": ['),
    "a report": (doctor.main, ["--report", "--only", "python"], "Python"),
    "pins": (doctor.main, ["--pins", "2.8"], "torch"),
    "a schema": (doctor.main, ["--schema"], '"$schema"'),
})  # fmt: skip
def test_what_is_told_to_programs(run: Run, main: Callable[[list[str]], int], flags: list[str], shows: str) -> None:
    told = run(main, *flags)
    assert b"\r" not in told
    assert shows in told.decode()
    if told.startswith(b"{"):
        assert json.loads(told)


def test_a_patch_applies(run: Run, tmp_path: pathlib.Path) -> None:
    """Names and sources that the code page lacks, sources in another encoding, both line ends, a name that must be quoted."""
    source = SOURCE.format(end="\n")
    latin = "# -*- coding: latin-1 -*-\n" + source.replace("名前", "ü").replace("音", "ö")
    put({"latin.py": latin.encode("latin-1"), 'a "b"\t.py': source, **({os.fsdecode(b"\xff.py"): source} if os.name != "nt" else {})})
    patch = run(codemod.main, "--diff", ".")
    put(contents(), tmp_path)
    run(codemod.main, ".")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    assert contents(tmp_path) == contents()
    assert all(b'backend="soundfile"' in written for written in contents().values())


def test_pages_and_baselines(run: Run) -> None:
    """A baseline that another system wrote is the same file."""
    run(codemod.main, "--check", "--baseline", "known.json", "--report", "page.html", ".")
    assert b"\r" not in pathlib.Path("known.json").read_bytes()
    assert "名前" in pathlib.Path("page.html").read_bytes().decode()

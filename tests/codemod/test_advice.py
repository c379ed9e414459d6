"""What is said where a person has to act, and what a patch holds."""

import json
import subprocess
from pathlib import Path

import pytest

from compat.codemod.run import cli
from tests.codemod.tables import rewrite


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("print(torchaudio.get_audio_backend())", {}, "or use list_audio_backends()"),
        ("if torchaudio.get_audio_backend() == 'x':\n    f()", {}, "which branch"),
        ("patch('torchaudio.load')\ntorchaudio.load(filepath=p)", {}, "--exclude"),
    ],
)
def test_words(source: str, options: dict[str, str], words: str) -> None:
    left = rewrite({"a.py": f"import torchaudio\nfrom unittest.mock import patch\n{source}\n"}, **options)["a.py"].left
    assert any(words in finding.advice for finding in left)


def test_a_clash_of_names_is_told_with_a_way_out() -> None:
    found = rewrite({"a.py": "import torchaudio\n"}, "compat", entries=["a.py"], own_names=["compat"])["a.py"]
    assert not found.changed
    assert "torchaudio-compat run" in found.left[0].advice


def test_a_diff_is_a_patch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    code = "import torchaudio\nx = torchaudio.load(filepath='a.wav')\ntorchaudio.load_wav('a.wav')\n"
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": code.splitlines(keepends=True)}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.py").write_text(code)
    (tmp_path / "b.py").write_bytes(code.replace("\n", "\r\n").encode())
    (tmp_path / "c.ipynb").write_text(json.dumps(notebook, indent=1) + "\n")
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    assert cli.main(["--diff", "--format", "concise", "."]) == 1
    patch, notes = capfd.readouterr()
    assert "TAC" not in patch
    assert "a.py:3:1: TAC115" in notes
    subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True)
    for name in ("a.py", "b.py", "c.ipynb"):
        text = (tmp_path / name).read_bytes()
        assert b"uri=" in text
        assert b"filepath=" not in text


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--check", str(tmp_path)]) == 0
    assert "no file was found" in capsys.readouterr().err

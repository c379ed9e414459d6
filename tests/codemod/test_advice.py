"""What is said where a person has to act, and what a patch holds."""

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


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--check", str(tmp_path)]) == 0
    assert "no file was found" in capsys.readouterr().err

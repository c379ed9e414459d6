"""The hook for pre-commit: nothing of audio in its environment, and any arguments of the command."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.doubles import fails

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "hooks" / "codemod.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the hook is in the repository, not in the wheel")


@pytest.fixture
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hook", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_what_the_hooks_start() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert text.count("entry: hooks/codemod.py") == text.count("- id: ") == 2
    assert os.access(SCRIPT, os.X_OK)


def test_nothing_of_audio_is_installed(hook: ModuleType) -> None:
    assert sorted(one.partition(">")[0] for one in hook.requirements()) == ["packaging", "pathspec"]


def test_it_takes_the_arguments_of_the_command(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.py").write_text("import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load(p)\n")
    monkeypatch.setattr(hook, "environment", lambda: Path(sys.executable))
    assert hook.main(["--check", "--target", "2.9"]) == 1
    assert hook.main(["--target", "2.9"]) == 0
    assert Path("a.py").read_text() == "import torchaudio\nx = torchaudio.load(p)\n"


def test_without_a_network_it_says_so(hook: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(hook, "environment", fails(OSError("no network")))
    assert hook.main([]) == 2
    assert "no network" in capsys.readouterr().err

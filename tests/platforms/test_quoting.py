"""Commands that the doctor prints mean the same in cmd and in PowerShell."""

from __future__ import annotations

import pytest

from compat.doctor import machine


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("pip", "install", "numpy>=1.24"), 'pip install "numpy>=1.24"'),
        (("pip", "install", "av>=18.0,<19.1"), 'pip install "av>=18.0,<19.1"'),
        (("pip", "install", "torch==2.8.0+cpu"), "pip install torch==2.8.0+cpu"),
        (("pip", "install", "torchaudio-compat[torch]"), 'pip install "torchaudio-compat[torch]"'),
        (("pip", "--index-url", "https://download.pytorch.org/whl/cpu"), "pip --index-url https://download.pytorch.org/whl/cpu"),
        (("type", r"C:\Users\A & B\x.py"), r'type "C:\Users\A & B\x.py"'),
        (("type", r"C:\A&B\x.py"), r'type "C:\A&B\x.py"'),
        (("type", ""), 'type ""'),
    ],
)
def test_words_with_a_meaning_of_their_own_are_quoted(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], line: str) -> None:
    monkeypatch.setattr(machine.os, "name", "nt")
    said = machine.quoted(*words)
    monkeypatch.undo()
    assert said == line

"""TAC132: Install the drop-in at an entry point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.codemod.tables import dedent, rewrite


def stay(name: str, says: str, source: str, target: str = "2.2", **others: str) -> object:
    """A program that stays as it is, and words that are said of it; beside it other files."""
    return pytest.param(dedent(source), says, target, {f"{other}.py": dedent(text) for other, text in others.items()}, id=name)


def test_drop_in_goes_below_the_head_of_an_entry_point() -> None:
    head = "#!/usr/bin/env python\n# licence\n"
    program = f"{head}import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
    outcome = rewrite({"a.py": program, "b.py": program}, "compat", entries=["a.py"])
    assert (
        outcome["a.py"].text
        == f"{head}import compat\n\ncompat.install(\"2.0\")\n\nimport torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
    )
    assert not outcome["b.py"].changed
    again = rewrite({"a.py": outcome["a.py"].text}, "compat", entries=["a.py"])
    assert not again["a.py"].changed


@pytest.mark.parametrize(
    ("source", "says", "target", "others"),
    [
        stay(
            "code on the docstring's line",
            "the docstring shares its line with code",
            '"""What it does."""; import torchaudio\ntorchaudio.load("a")\n',
            "compat",
        ),
    ],
)
def test_it_stays_and_it_is_said_why(source: str, says: str, target: str, others: Mapping[str, str]) -> None:
    entries: dict[str, Any] = {"entries": ["program.py"]} if target == "compat" else {}
    outcome = rewrite({"program.py": source, **others}, target, **entries)["program.py"]
    assert outcome.text == source
    assert outcome.left
    assert says in " | ".join(f"{finding.reason} {finding.advice}" for finding in outcome.left)

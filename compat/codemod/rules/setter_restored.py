"""The getter's value is saved and set again later (patterns, row 6)."""

from __future__ import annotations

from collections.abc import Iterable

from compat.codemod import plan
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule


def check(module: Module, project: Project) -> Iterable[Draft]:
    """What the plan for the project says of it."""
    return plan.drafts(project, RULE.id, module)


RULE = Rule(
    id="TAC106",
    title="Take away a backend that is set and then restored",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio


def read(path):
    before = torchaudio.get_audio_backend()
    torchaudio.set_audio_backend("soundfile")
    try:
        return torchaudio.load(path)
    finally:
        torchaudio.set_audio_backend(before)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, backend="soundfile")
""",
    explanation="""\
Getter, setter and restoring setter go together or stay together; a `try` left with nothing to do goes too. The calls in
between get the backend. Where something in between may load elsewhere, or the saved value is used otherwise, all stays.
""",
    check=check,
)

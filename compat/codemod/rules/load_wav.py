"""``torchaudio.load_wav`` (patterns, row 15)."""

from __future__ import annotations

from collections.abc import Iterator

from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import DROP_IN, MODERN, Rule


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Every use."""
    for use in module.of("load_wav"):
        if not use.stored:
            reason = "load_wav went in 0.9; whether it scaled to 16-bit numbers or to [-1, 1] differed by release and backend"
            yield Draft(module.span(use.node), reason, "Use torchaudio.load, and multiply by 2**15 where the old scale is needed.")


RULE = Rule(
    id="TAC115",
    title="load_wav, whose scale differed",
    level=Level.REPORT,
    targets=MODERN,
    told_for=DROP_IN,
    before="""\
import torchaudio

waveform, rate = torchaudio.load_wav("a.wav")
""",
    after="""\
import torchaudio

waveform, rate = torchaudio.load_wav("a.wav")
""",
    explanation="""\
Nothing gives the same numbers for certain, so a person has to look at what is done with them.
""",
    check=check,
)

"""try/except around the setter (patterns, row 9)."""

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
    id="TAC109",
    title="Take away an attempt to set a backend that may fail",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

try:
    torchaudio.set_audio_backend("sox_io")
except RuntimeError:
    torchaudio.set_audio_backend("soundfile")
""",
    after="""\
import torchaudio
""",
    explanation="""\
The body only sets, the handlers only set, try another, pass or log, or contextlib.suppress is around it: the program took whatever
was there. From 2.1 on each call finds a
backend by itself, so all of it goes and no call names one.
""",
    check=check,
)
